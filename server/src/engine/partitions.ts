import type pg from 'pg'
import { firstIdAt } from '../lib/ids.ts'

const day = 86_400_000

/** A partition's bounds in its table's own key: ids for events, times for attempts. */
const tables = {
  events: (time: number) => `'${firstIdAt(time)}'`,
  attempts: (time: number) => `'${new Date(time).toISOString()}'`,
  integration_sync_logs: (time: number) => `'${firstIdAt(time)}'`,
  inbound_webhooks: (time: number) => `'${firstIdAt(time)}'`,
} as const

type PartitionedTable = keyof typeof tables
const names = Object.keys(tables) as PartitionedTable[]

const startOfDay = (time: number) => Math.floor(time / day) * day
const nameOf = (table: PartitionedTable, time: number) =>
  `${table}_${new Date(time).toISOString().slice(0, 10).replaceAll('-', '')}`

/** Makes the daily partitions of the append-only tables from `from` to `to` (epoch milliseconds) where they are missing. */
export async function ensurePartitions(pool: pg.Pool, from: number, to: number): Promise<void> {
  const wanted = names.flatMap((table) => {
    const times: number[] = []
    for (let time = startOfDay(from); time <= to; time += day) times.push(time)
    return times.map((time) => ({ table, time, name: nameOf(table, time) }))
  })
  const { rows } = await pool.query<{ name: string }>(
    'select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema() and c.relname = any($1)',
    [wanted.map(({ name }) => name)],
  )
  const present = new Set(rows.map(({ name }) => name))
  for (const { table, time, name } of wanted) {
    if (!present.has(name)) await makePartition(pool, table, name, tables[table](time), tables[table](time + day))
  }
}

/**
 * Attaching a table that was made apart locks its parent far less than `create table … partition of`, which would wait for
 * every reader and make every writer wait for it.
 */
async function makePartition(
  pool: pg.Pool,
  table: PartitionedTable,
  name: string,
  from: string,
  to: string,
): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query("select pg_advisory_xact_lock(hashtext('tenon partitions'))")
    const { rows } = await client.query('select to_regclass($1) as found', [name])
    if (rows[0].found === null) {
      await client.query(`create table ${name} (like ${table} including defaults including constraints)`)
      await client.query(`alter table ${table} attach partition ${name} for values from (${from}) to (${to})`)
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}

/**
 * Drops the partitions that ended before `before`. Answers their names.
 * One that somebody is reading, such as a backup, stays until the next time: waiting for the reader, the drop would make
 * everybody wait who publishes.
 */
export async function dropPartitions(pool: pg.Pool, before: number): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; parent: PartitionedTable }>(
    `select c.relname as name, p.relname as parent from pg_inherits i join pg_class c on c.oid = i.inhrelid
     join pg_class p on p.oid = i.inhparent join pg_namespace n on n.oid = p.relnamespace
     where n.nspname = current_schema() and p.relname = any($1)`,
    [names],
  )
  const old = rows.filter(({ name, parent }) => name < nameOf(parent, before - day) && name.startsWith(`${parent}_`))
  const dropped: string[] = []
  for (const { name } of old) if (await dropUnlessRead(pool, name)) dropped.push(name)
  return dropped
}

async function dropUnlessRead(pool: pg.Pool, name: string): Promise<boolean> {
  const client = await pool.connect()
  try {
    await client.query(`begin; set local lock_timeout = '200ms'; drop table ${name}; commit`)
    return true
  } catch (error) {
    await client.query('rollback').catch(() => {})
    if ((error as { code?: string }).code === lockNotAvailable) return false
    throw error
  } finally {
    client.release()
  }
}

const lockNotAvailable = '55P03'

/** PostgreSQL's check_violation, raised too when no partition covers a row. */
export const lacksPartition = (error: unknown): boolean =>
  (error as { code?: string }).code === '23514' && /no partition of relation/.test((error as Error).message)
