import type { ClientBase } from 'pg'
import type { Partition } from './file-format.ts'

export type Table = { name: string; columns: string[]; partitions: Partition[] }

// What is true of running processes only: a restored hub must not believe that a process of old still holds its work.
const leftOut = ['owners', 'schema_migrations']

/** Columns that a backup writes as null, for the same reason: what was in flight is delivered again. */
export const forgotten: Record<string, string[]> = {
  ready: ['owner'],
  lanes: ['held_by'],
  integrations: ['refresh_lease_until', 'refresh_lease_by'],
}

/** Lists the tables that a backup holds, each after those that it refers to. Read from the database, so that none is forgotten. */
export async function readTables(client: ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table & { references: string[] }>(
    `select t.relname::text as name,
       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
          where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
       coalesce((select jsonb_agg(jsonb_build_object('name', p.relname, 'bounds', pg_get_expr(p.relpartbound, p.oid)) order by p.relname)
          from pg_inherits i join pg_class p on p.oid = i.inhrelid where i.inhparent = t.oid), '[]') as partitions,
       coalesce((select array_agg(distinct r.relname::text) from pg_constraint c join pg_class r on r.oid = c.confrelid
          where c.conrelid = t.oid and c.contype = 'f' and c.confrelid <> t.oid), '{}') as references
     from pg_class t
     where t.relnamespace = current_schema()::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
       and t.relname <> all ($1)
     order by t.relname`,
    [leftOut],
  )
  return inOrder(rows).map(({ name, columns, partitions }) => ({ name, columns, partitions }))
}

function inOrder<T extends { name: string; references: string[] }>(tables: T[]): T[] {
  const ordered: T[] = []
  let waiting = tables
  while (waiting.length > 0) {
    const open = new Set(waiting.map(({ name }) => name))
    const next = waiting.filter(({ references }) => !references.some((name) => open.has(name)))
    if (next.length === 0) throw new Error(`The tables ${[...open].join(', ')} refer to each other in a circle.`)
    ordered.push(...next)
    waiting = waiting.filter((table) => !next.includes(table))
  }
  return ordered
}

/** Writes a name so that SQL takes it for nothing else. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
