import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { systemClock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'

/** A table that holds rows of workspaces, as the catalogue knows it. */
export type TenantTable = { name: string; column: 'workspace_id' | 'id'; columns: Column[]; isForced: boolean }
type Column = { name: string; type: string; isRequired: boolean; allowed: string | null }

/** A text that nobody but its own workspace may ever see. */
export const marker = 'only-the-victim-may-see-this'

/** Every table with a `workspace_id`, and `workspaces` itself. Partitions are reached through their parents only. */
export async function listTenantTables(client: Client): Promise<TenantTable[]> {
  const { rows } = await client.query<{ name: string; isForced: boolean; columns: Column[] }>(`
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as "isForced",
      json_agg(json_build_object(
        'name', a.attname, 'type', format_type(a.atttypid, null), 'isRequired', a.attnotnull and not a.atthasdef and a.attidentity = '',
        'allowed', (select pg_get_constraintdef(k.oid) from pg_constraint k
                    where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any(k.conkey) limit 1)) order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    group by c.oid order by c.relname`)
  return rows
    .map((row) => ({ ...row, column: row.name === 'workspaces' ? ('id' as const) : ('workspace_id' as const) }))
    .filter(({ columns, column }) => columns.some(({ name }) => name === column))
    .filter(({ name, column }) => column === 'workspace_id' || name === 'workspaces')
}

/**
 * Puts one row of a workspace into a table, made up from the types of its columns. Rows of different tables belong together:
 * an `id` is the event's, a `lane` the endpoint's, wherever the word means that.
 */
export function rowFor(table: TenantTable, workspaceId: string, known: Known): { sql: string; values: unknown[] } {
  const columns = table.columns.filter(
    ({ isRequired, name }) => isRequired || name === table.column || name === 'scopes',
  )
  const values = columns.map((column) => valueFor(table.name, column, workspaceId, known))
  const names = columns.map(({ name }) => `"${name}"`).join(', ')
  return {
    sql: `insert into ${table.name} (${names}) values (${values.map((_, at) => `$${at + 1}`).join(', ')})`,
    values,
  }
}

export type Known = { eventId: string; endpointId: string; personId: string; keyId: string }

/** Ids for one workspace's rows; of today, since events live in partitions of days. */
export const newKnown = (personId: string): Known => ({
  eventId: newId(systemClock),
  endpointId: newId(systemClock),
  keyId: newId(systemClock),
  personId,
})

function valueFor(table: string, { name, type, allowed }: Column, workspaceId: string, known: Known): unknown {
  if (name === 'workspace_id' || (table === 'workspaces' && name === 'id')) return workspaceId
  if (name === 'person_id') return known.personId
  if (name === 'lane' || ((table === 'webhook_endpoints' || table === 'lanes') && name === 'id'))
    return known.endpointId
  if (table === 'api_keys' && name === 'id') return known.keyId
  if (['id', 'integration_id', 'subscription_id', 'lead_id', 'pipeline_id', 'import_id', 'export_id'].includes(name))
    return known.eventId
  if (name === 'template_id') return 'small_crm'
  // One of the texts of `check (x in ('a', 'b'))`.
  const option = allowed && /'([^']+)'::text/.exec(allowed)?.[1]
  if (option) return option
  if (name === 'kind') return 'webhook'
  if (name === 'url') return `https://example.com/${marker}`
  if (table === 'event_types' && name === 'name') return marker
  if (table === 'events' && name === 'type') return marker
  switch (type) {
    case 'uuid':
      return randomUUID()
    case 'timestamp with time zone':
      return new Date()
    case 'jsonb':
      return JSON.stringify({ note: marker })
    case 'bytea':
      return Buffer.from(randomUUID())
    case 'boolean':
      return true
    case 'text[]':
      return [marker]
    case 'integer[]':
      return [1]
    case 'smallint':
    case 'integer':
    case 'bigint':
      return 1
    default:
      return name === 'payload' ? JSON.stringify({ note: marker }) : marker
  }
}
