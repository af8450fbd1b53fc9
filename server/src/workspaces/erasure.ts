import { sql } from 'kysely'
import type { Database, Db } from '../db/database.ts'
import { type Engine, systemWorkspace } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'

const kind = 'workspace.erase'
/** Few enough that a statement takes milliseconds and no lock is held for long. */
const batchSize = 2_000
/** Work that was in flight when the workspace went may still write; the second pass comes when it has ended. */
const secondPassMs = 3_600_000

/** Makes the jobs that delete what a workspace leaves in tables without foreign keys. */
export async function scheduleErasure(
  tx: Db,
  engine: Pick<Engine, 'enqueue'>,
  clock: Clock,
  workspaceId: string,
): Promise<void> {
  const job = { workspaceId: systemWorkspace, kind, payload: { workspaceId } }
  await engine.enqueue(tx, [job, { ...job, dueAt: new Date(clock.now() + secondPassMs) }])
}

/** Teaches the engine to erase workspaces. */
export function defineErasure(engine: Pick<Engine, 'define'>, database: Database): void {
  engine.define(kind, {
    delivers: false,
    run: ({ payload }, { signal }) =>
      eraseWorkspace(database, (payload as { workspaceId: string }).workspaceId, signal),
  })
}

/**
 * Deletes every row of a workspace that is gone, in each table that has a `workspace_id`, as the catalogue knows them.
 * It starts over harmlessly when it is interrupted.
 */
export async function eraseWorkspace(database: Database, workspaceId: string, signal?: AbortSignal): Promise<void> {
  for (const table of await listTenantTables(database.hub)) {
    for (let deleted = batchSize; deleted === batchSize; ) {
      signal?.throwIfAborted()
      const { numAffectedRows } = await sql`
        delete from ${sql.table(table)}
        where ctid = any(array(select ctid from ${sql.table(table)} where workspace_id = ${workspaceId} limit ${batchSize}))
          and workspace_id = ${workspaceId}
          and not exists (select from workspaces where id = ${workspaceId})`.execute(database.hub)
      deleted = Number(numAffectedRows ?? 0n)
    }
  }
}

/** The tables that hold rows of workspaces: partitions by themselves, since a ctid means something within one table only. */
async function listTenantTables(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
    order by 1`.execute(db)
  return rows.map(({ name }) => name)
}
