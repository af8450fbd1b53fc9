import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import pg from 'pg'
import { valuesOf } from '../test/arbitrary.ts'
import { startHub } from '../test/hub.ts'
import { pathOf, type Route, routesOf } from '../test/routes.ts'
import { smallCrmEntry } from '../test/small-crm.ts'
import { listTenantTables, marker, newKnown, rowFor, type TenantTable } from '../test/victim.ts'

// Nothing is delivered here, so that the victim's rows change only if somebody changes them.
const hub = await startHub({ role: 'api', env: { TENON_RATE_LIMIT: '1000000' }, connectors: [smallCrmEntry] })
const client = new pg.Client(hub.databaseUrl)
await client.connect()
// Rows are made up table by table, in whatever order.
await client.query('set session_replication_role = replica')
after(async () => {
  await client.end()
  await hub[Symbol.asyncDispose]()
})

const tables = await listTenantTables(client)
const person = { email: 'victim@example.com', password: 'correct horse battery' }
const victim = await hub.addWorkspace(marker)
const member = await hub.request<{ personId: string }>('POST', `/api/workspaces/${victim.id}/members`, {
  key: victim.apiKey,
  body: { ...person, role: 'admin' },
})
const endpoint = await hub.request<{ id: string }>('POST', '/api/integrations/webhooks', {
  key: victim.apiKey,
  body: { name: marker, url: `http://127.0.0.1:9/${marker}`, events: ['*'] },
})
const known = { ...newKnown(member.body.data.personId), endpointId: endpoint.body.data.id }
for (const table of tables) {
  // These are there already, made by the hub itself.
  if (['workspaces', 'members', 'webhook_endpoints', 'subscription_versions'].includes(table.name)) continue
  const { sql, values } = rowFor(table, victim.id, known)
  await client.query(sql, values)
}
const ids = [...new Set([...Object.values(known), marker, `${known.eventId}.${known.endpointId}`])]
const before = await snapshot()

/** The one who tries: may do everything, in a workspace of its own. */
const intruder = await hub.addWorkspace('intruder')

const tenantRoutes = routesOf(hub.app).filter(({ config }) => config.scope)

for (const route of tenantRoutes) {
  test(`${route.method} ${route.url} keeps another workspace's things from a foreign key`, async () => {
    for (const params of foreignParams(route)) {
      const body = bodyFor(route)
      const answer = await hub.request(route.method, pathOf(route.url, params) + queryFor(route), {
        key: intruder.apiKey,
        ...(body === undefined ? {} : { body }),
      })

      assert.ok(!answer.text.includes(marker) || isEcho(route, params), `leaked: ${answer.text.slice(0, 500)}`)
      if (route.params.length === 0 || isOwnName(route)) assert.ok(answer.status < 500, answer.text)
      else
        assert.ok(
          [403, 404].includes(answer.status) || isBadForm(answer),
          `${answer.status} ${answer.text.slice(0, 500)}`,
        )
    }
  })

  test(`${route.method} ${route.url} refuses to work in a workspace that the key does not belong to`, async () => {
    const params = Object.fromEntries(route.params.map((name) => [name, name === 'id' ? victim.id : known.personId]))
    const body = bodyFor(route)
    const answer = await hub.request(route.method, pathOf(route.url, params), {
      key: intruder.apiKey,
      headers: { 'x-workspace-id': victim.id },
      ...(body === undefined ? {} : { body }),
    })

    assert.ok([403, 404].includes(answer.status) || isBadForm(answer), `${answer.status} ${answer.text.slice(0, 500)}`)
    assert.ok(!answer.text.includes(marker))
  })
}

for (const route of tenantRoutes.filter(
  (one) => one.method === 'GET' && one.params.length > 0 && !isOfHub(one) && !asksVendor(one),
)) {
  test(`${route.method} ${route.url} shows the same things to their own workspace, so that the tries above prove something`, async () => {
    const found = []
    for (const params of foreignParams(route)) {
      const { status } = await hub.request(route.method, pathOf(route.url, params), { key: victim.apiKey })
      found.push(status)
    }

    assert.ok(found.includes(200), `none of the victim's ids was found: ${found.join(', ')}`)
  })
}

test("none of the tries changed a row of the victim's", async () => {
  assert.deepEqual(await snapshot(), before)
})

test('every table of tenants has row-level security that its owner cannot pass either', () => {
  assert.deepEqual(
    tables.filter(({ isForced }) => !isForced).map(({ name }) => name),
    [],
  )
  assert.ok(tables.length >= 15)
})

for (const table of tables) {
  const { name, column } = table

  test(`the database itself keeps rows of ${name} from the requests of another workspace`, async () => {
    const count = await asIntruder(`select count(*)::int as count from ${name} where ${column} = $1`, [victim.id])
    assert.equal(count.rows?.[0]?.count, 0)
    const all = await asIntruder(`select count(*)::int as count from ${name} where ${column} is distinct from $1`, [
      intruder.id,
    ])
    assert.equal(all.rows?.[0]?.count, 0)

    const updated = await asIntruder(`update ${name} set ${column} = ${column} where ${column} = $1`, [victim.id])
    assert.ok(updated.rowCount === 0 || updated.code === '42501', JSON.stringify(updated))
    const deleted = await asIntruder(`delete from ${name} where ${column} = $1`, [victim.id])
    assert.ok(deleted.rowCount === 0 || deleted.code === '42501', JSON.stringify(deleted))
  })

  test(`the database itself refuses rows of ${name} that name another workspace`, async () => {
    const { sql, values } = rowFor(table, victim.id, newKnown(known.personId))
    const inserted = await asIntruder(sql, values)

    assert.equal(inserted.code, '42501', JSON.stringify(inserted))
  })

  test(`the database itself shows no rows of ${name} where no workspace is set`, async () => {
    const { rows } = await inRole('', `select count(*)::int as count from ${name}`, [])

    assert.equal(rows?.[0]?.count, 0)
  })
}

test('requests cannot read people, sessions, or the partitions behind the tables', async () => {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
     and (c.relispartition or c.relname in ('people', 'sessions', 'owners', 'cron', 'schema_migrations'))`,
  )
  assert.ok(rows.length >= 5)
  for (const { name } of rows) {
    assert.equal((await asIntruder(`select 1 from ${name}`, [])).code, '42501', name)
  }
})

type Outcome = { rows?: { count: number }[]; rowCount?: number | null; code?: string }

/** Runs a statement as requests run, in the intruder's workspace, and takes it back. */
const asIntruder = (sql: string, values: unknown[]) => inRole(intruder.id, sql, values)

async function inRole(workspaceId: string, sql: string, values: unknown[]): Promise<Outcome> {
  await client.query('begin')
  try {
    await client.query(`set local role tenon_request; set local tenon.workspace = '${workspaceId}'`)
    const { rows, rowCount } = await client.query(sql, values)
    return { rows, rowCount }
  } catch (error) {
    return { code: String((error as { code?: unknown }).code) }
  } finally {
    await client.query('rollback')
  }
}

/** Every way to fill the path with what is the victim's; with the workspace in the path, the others in turn. */
function foreignParams({ url, params }: Route): Record<string, string>[] {
  if (params.length === 0) return [{}]
  const inPath = url.includes('/workspaces/:id')
  const others = inPath ? params.filter((name) => name !== 'id') : params
  const base: Record<string, string> = inPath ? { id: victim.id } : {}
  return others.length === 0
    ? [base]
    : ids.map((id) => ({ ...base, ...Object.fromEntries(others.map((name) => [name, id])) }))
}

/** A body that the route's schema accepts, with the victim's ids wherever one can be named. */
function bodyFor({ method, schema }: Route): unknown {
  if (method === 'GET' || !schema.body) return undefined
  return fc.sample(valuesOf(schema.body, [known.endpointId, known.eventId]), { numRuns: 1, seed: 1 })[0]
}

function queryFor({ schema }: Route): string {
  const { properties = {} } = (schema.querystring ?? {}) as { properties?: Record<string, unknown> }
  const named = Object.keys(properties).filter((name) => /Id$/.test(name))
  return named.length === 0
    ? ''
    : `?${named.map((name) => `${name}=${name === 'eventId' ? known.eventId : known.endpointId}`).join('&')}`
}

/** What each workspace names itself: the same name in another workspace is another thing. */
const isOwnName = ({ params }: Route): boolean => params.includes('agentId') || params.includes('templateName')

/** What belongs to the hub, and is the same for every workspace. */
function isOfHub({ url }: Route): boolean {
  return /\/templates\/:id|\/oauth\/:provider/.test(url)
}

/** What only an account at a vendor could answer; that an agent's own is found there, its own tests show. */
function asksVendor({ url }: Route): boolean {
  return url.includes('/integrations/:connector/')
}

/** An id of one kind does not look like an id of another: refused before anything is looked up. */
const isBadForm = ({ status, body }: { status: number; body: { errorCode?: string } }) =>
  status === 400 && body.errorCode === 'VALIDATION_FAILED'

/** What is repeated of the request itself tells nothing. */
const isEcho = (_route: Route, params: Record<string, string>) => Object.values(params).includes(marker)

async function snapshot(): Promise<Record<string, unknown[]>> {
  const rows: Record<string, unknown[]> = {}
  for (const { name, column } of tables as TenantTable[]) {
    const found = await client.query(
      `select row_to_json(t) as row from ${name} t where ${column} = $1 order by 1::text`,
      [victim.id],
    )
    // A key's last use is news of the victim's own requests.
    rows[name] = found.rows.map(({ row }) => ({ ...row, last_used_at: null }))
  }
  return rows
}
