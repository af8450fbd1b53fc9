import type { Selectable } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Agents } from '../db/tables.ts'

export type AgentRow = Selectable<Agents>

export const findAgent = (db: Db, workspaceId: string, id: string): Promise<AgentRow | undefined> =>
  db.selectFrom('agents').selectAll().where('workspaceId', '=', workspaceId).where('id', '=', id).executeTakeFirst()

/** Agents by their ids, from `afterId` on. */
export function listAgents(
  db: Db,
  workspaceId: string,
  { afterId, limit }: { afterId?: string | undefined; limit: number },
): Promise<AgentRow[]> {
  let query = db.selectFrom('agents').selectAll().where('workspaceId', '=', workspaceId)
  if (afterId !== undefined) query = query.where('id', '>', afterId)
  return query.orderBy('id').limit(limit).execute()
}

/** Makes the agent, or gives it another name. */
export const putAgent = (db: Db, workspaceId: string, id: string, name: string, now: Date): Promise<AgentRow> =>
  db
    .insertInto('agents')
    .values({ workspaceId, id, name, createdAt: now, updatedAt: now })
    .onConflict((conflict) => conflict.columns(['workspaceId', 'id']).doUpdateSet({ name, updatedAt: now }))
    .returningAll()
    .executeTakeFirstOrThrow()
