import type { Selectable } from 'kysely'
import type { Db } from '../db/database.ts'
import type { ConsultationRequests } from '../db/tables.ts'
import type { Slot } from './schema.ts'

type Status = 'requested' | 'scheduled' | 'offered' | 'closed'
export type RequestRow = Omit<Selectable<ConsultationRequests>, 'status' | 'offered'> & {
  status: Status
  offered: Slot[]
}

const select = (db: Db, workspaceId: string) =>
  db.selectFrom('consultationRequests').selectAll().where('workspaceId', '=', workspaceId)

export const findRequest = (db: Db, workspaceId: string, id: string): Promise<RequestRow | undefined> =>
  select(db, workspaceId).where('id', '=', id).executeTakeFirst() as Promise<RequestRow | undefined>

export const lockRequest = (db: Db, workspaceId: string, id: string): Promise<RequestRow | undefined> =>
  select(db, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst() as Promise<RequestRow | undefined>

/** Requests, newest first. */
export function listRequests(
  db: Db,
  workspaceId: string,
  range: { status?: Status | undefined; belowId?: string | undefined; limit: number },
): Promise<RequestRow[]> {
  let query = select(db, workspaceId)
  if (range.status !== undefined) query = query.where('status', '=', range.status)
  if (range.belowId !== undefined) query = query.where('id', '<', range.belowId)
  return query.orderBy('id', 'desc').limit(range.limit).execute() as Promise<RequestRow[]>
}

export const insertRequest = (db: Db, row: RequestRow) =>
  db
    .insertInto('consultationRequests')
    .values({ ...row, offered: JSON.stringify(row.offered) })
    .execute()

export const updateRequest = (db: Db, workspaceId: string, id: string, { offered, ...changes }: Partial<RequestRow>) =>
  db
    .updateTable('consultationRequests')
    .set({ ...changes, ...(offered ? { offered: JSON.stringify(offered) } : {}) })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .execute()
