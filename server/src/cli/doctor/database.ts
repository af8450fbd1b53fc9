import type { ClientBase } from 'pg'
import { migrationStatus } from '../../db/migrate.ts'
import { type Finding, fine, problem, warning } from './finding.ts'

/** Asks the database everything that a hub relies on. Changes nothing. */
export async function checkDatabase(client: ClientBase, pool: number): Promise<Finding[]> {
  const findings = [await checkVersion(client, pool), await checkClock(client)]
  const migrations = await checkMigrations(client)
  findings.push(migrations)
  if (migrations.status === 'problem') return findings
  const roles = await checkRoles(client)
  findings.push(roles)
  if (roles.status === 'ok') findings.push(await checkIsolation(client))
  findings.push(await checkTransactions(client), await checkDeadRows(client), await checkHubs(client))
  return findings
}

async function checkVersion(client: ClientBase, pool: number): Promise<Finding> {
  const { rows } = await client.query<{ version: number; text: string; connections: number }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_version') as text,
       current_setting('max_connections')::int as connections`,
  )
  const { version, text, connections } = rows[0]!
  if (version < 160_000) return problem('database', `PostgreSQL ${text} is too old.`, 'Use PostgreSQL 16 or newer.')
  if (connections < pool + 5) {
    return warning(
      'database',
      `PostgreSQL ${text} allows ${connections} connections, and each hub may open ${pool}.`,
      'Raise max_connections, or lower DB_POOL.',
    )
  }
  return fine('database', `PostgreSQL ${text}, ${connections} connections.`)
}

async function checkClock(client: ClientBase): Promise<Finding> {
  const before = Date.now()
  const { rows } = await client.query<{ now: string }>('select extract(epoch from clock_timestamp()) * 1000 as now')
  const after = Date.now()
  // The database read its clock somewhere between the two.
  const skew = Math.max(0, Math.abs(Number(rows[0]!.now) - (before + after) / 2) - (after - before) / 2)
  const message = `This machine's clock and the database's are ${skew < 1_000 ? 'less than a second' : `${Math.round(skew / 1_000)} s`} apart.`
  const fix = 'Let both keep time by NTP: signatures, sessions and leases compare times.'
  if (skew > 30_000) return problem('clock', message, fix)
  return skew > 2_000 ? warning('clock', message, fix) : fine('clock', message)
}

async function checkMigrations(client: ClientBase): Promise<Finding> {
  try {
    const { current, expected, pending } = await migrationStatus(client)
    if (pending === 0) return fine('migrations', `Up to date (${current}).`)
    return problem(
      'migrations',
      `The database is at ${current} of ${expected}.`,
      'Run `tenon migrate`, or start the hub, which does it too.',
    )
  } catch (error) {
    return problem('migrations', (error as Error).message, 'See CHANGELOG.md for what changed between versions.')
  }
}

async function checkRoles(client: ClientBase): Promise<Finding> {
  const { rows } = await client.query<{ user: string; request: boolean; hub: boolean; escapes: boolean }>(
    `select current_user::text as user, coalesce(pg_has_role(current_user, to_regrole('tenon_request')::oid, 'set'), false) as request,
       coalesce(pg_has_role(current_user, to_regrole('tenon_hub')::oid, 'usage'), false) as hub,
       coalesce((select rolsuper or rolbypassrls from pg_roles where rolname = 'tenon_request'), false) as escapes`,
  )
  const { user, request, hub, escapes } = rows[0]!
  if (escapes) {
    return problem(
      'roles',
      'The role tenon_request escapes row-level security, so tenants could see each other.',
      'As a superuser: alter role tenon_request nosuperuser nobypassrls;',
    )
  }
  if (request && hub) return fine('roles', `${user} may act as the hub and for tenants.`)
  return problem(
    'roles',
    `The database user ${user} is not a member of ${[request ? '' : 'tenon_request', hub ? '' : 'tenon_hub'].filter(Boolean).join(' and ')}.`,
    `As a superuser: grant tenon_request to ${user} with inherit false, set true; grant tenon_hub to ${user} with inherit true;`,
  )
}

/** Row-level security as it is and not as it was meant: every table of tenants confined, and nothing seen without a workspace. */
async function checkIsolation(client: ClientBase): Promise<Finding> {
  const { rows: open } = await client.query<{ name: string }>(
    `select c.relname::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and not (c.relrowsecurity and c.relforcerowsecurity)`,
  )
  const fix = 'Restore the policies of server/migrations (protect_tenant_table) before letting tenants in again.'
  if (open.length > 0) {
    return problem('isolation', `Row-level security is off on ${open.map(({ name }) => name).join(', ')}.`, fix)
  }
  await client.query('begin read only')
  try {
    await client.query('set local role tenon_request')
    const { rows } = await client.query(
      'select (select count(*) from workspaces) + (select count(*) from api_keys) as seen',
    )
    if (Number(rows[0].seen) > 0)
      return problem('isolation', 'A request without a workspace sees rows of tenants.', fix)
    return fine('isolation', 'Row-level security confines every table of tenants.')
  } finally {
    await client.query('rollback')
  }
}

async function checkTransactions(client: ClientBase): Promise<Finding> {
  const { rows } = await client.query<{ pid: number; name: string; seconds: number }>(
    `select pid, coalesce(nullif(application_name, ''), 'a program without a name') as name, extract(epoch from now() - xact_start)::int as seconds
     from pg_stat_activity where xact_start < now() - interval '5 minutes' and pid <> pg_backend_pid() and backend_type = 'client backend'
     order by xact_start limit 1`,
  )
  const oldest = rows[0]
  if (!oldest) return fine('transactions', 'None is older than five minutes.')
  return warning(
    'transactions',
    `A transaction of ${oldest.name} has been open for ${Math.round(oldest.seconds / 60)} minutes; dead rows pile up behind it.`,
    `If nobody needs it (a backup ends by itself): select pg_terminate_backend(${oldest.pid});`,
  )
}

async function checkDeadRows(client: ClientBase): Promise<Finding> {
  const { rows } = await client.query<{ name: string; dead: number }>(
    `select relname::text as name, n_dead_tup::int as dead from pg_stat_user_tables
     where schemaname = current_schema() and n_dead_tup > 200000 and n_dead_tup > 2 * n_live_tup order by n_dead_tup desc`,
  )
  if (rows.length === 0) return fine('dead rows', 'Autovacuum keeps up.')
  const found = rows.map(({ name, dead }) => `${name} (${dead})`).join(', ')
  return warning(
    'dead rows',
    `Dead rows pile up in ${found}.`,
    `Look for old transactions, then: vacuum analyze ${rows[0]!.name};`,
  )
}

async function checkHubs(client: ClientBase): Promise<Finding> {
  const { rows } = await client.query<{ live: number; waiting: number; late: number }>(
    `select (select count(*)::int from owners where lease_until > now()) as live,
       (select count(*)::int from (select from ready where owner is null limit 100000)) as waiting,
       (select count(*)::int from (select from scheduled where due_at < now() - interval '1 minute' limit 100000)) as late`,
  )
  const { live, waiting, late } = rows[0]!
  const message = `${live} ${live === 1 ? 'process works' : 'processes work'} here; ${waiting} deliveries and jobs wait, ${late} are late.`
  if (live === 0 && waiting + late > 0) return warning('work', message, 'Start a hub with TENON_ROLE all or worker.')
  return fine('work', message)
}
