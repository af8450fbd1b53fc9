import { sql } from 'kysely'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { dropPartitions, ensurePartitions } from './partitions.ts'

const day = 86_400_000
const batch = 5_000

/** Makes the partitions of the days to come, and drops or deletes what is older than the hub keeps. */
export async function maintain(options: {
  database: Database
  clock: Clock
  log: Log
  retentionDays: number
}): Promise<void> {
  const { database, clock, log, retentionDays } = options
  const now = clock.now()
  const before = now - retentionDays * day
  await ensurePartitions(database.pool, now - day, now + 7 * day)
  const dropped = await dropPartitions(database.pool, before)
  if (dropped.length > 0) log.info({ dropped }, 'dropped the partitions of days past')
  await deleteOld(database, 'dead_letters', 'died_at', before)
  await deleteOld(database, 'lane_statistics', 'hour', before)
  await deleteOld(database, 'workspace_statistics', 'minute', before)
  await deleteOld(database, 'idempotency_keys', 'created_at', now - day)
  await deleteOld(database, 'sessions', 'expires_at', now)
}

/** Deletes in bounded steps, each its own transaction, so that no lock is held for long. */
async function deleteOld(database: Database, table: string, column: string, before: number): Promise<void> {
  for (;;) {
    const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ctid = any(array(
      select ctid from ${sql.table(table)} where ${sql.ref(column)} < ${new Date(before)} limit ${sql.lit(batch)}
    ))`.execute(database.hub)
    if (Number(numAffectedRows ?? 0) < batch) return
  }
}
