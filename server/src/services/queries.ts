import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { ServiceResults } from '../db/tables.ts'
import type { ResultFilter } from './schema.ts'

export type ResultRow = Omit<Selectable<ServiceResults>, 'status' | 'data'> & {
  status: 'success' | 'failed' | 'unknown'
  data: unknown
}

export const insertResult = (db: Db, row: Omit<ResultRow, 'data'>) =>
  db.insertInto('serviceResults').values(row).execute()

export const finishResult = (
  db: Db,
  workspaceId: string,
  id: string,
  { data, ...changes }: Partial<Omit<ResultRow, 'workspaceId' | 'id'>>,
) =>
  db
    .updateTable('serviceResults')
    .set({ ...changes, ...(data === undefined ? {} : { data: sql<never>`${JSON.stringify(data)}::jsonb` }) })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .execute()

export const findResult = (db: Db, workspaceId: string, id: string): Promise<ResultRow | undefined> =>
  db
    .selectFrom('serviceResults')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst() as Promise<ResultRow | undefined>

/** Newest first. */
export function listResults(
  db: Db,
  workspaceId: string,
  range: Pick<ResultFilter, 'service' | 'status'> & { belowId?: string | undefined; limit: number },
): Promise<ResultRow[]> {
  const { service, status, belowId, limit } = range
  let query = db.selectFrom('serviceResults').selectAll().where('workspaceId', '=', workspaceId)
  if (service !== undefined) query = query.where('service', '=', service)
  if (status !== undefined) query = query.where('status', '=', status)
  if (belowId !== undefined) query = query.where('id', '<', belowId)
  return query.orderBy('id', 'desc').limit(limit).execute() as Promise<ResultRow[]>
}

/** Of all workspaces, for the hub's own housekeeping; some at a time, so that nobody waits for it. */
export const forgetOldResults = (db: Db, now: Date, limit: number) =>
  sql`delete from service_results where ctid = any(array(
    select ctid from service_results where keep_until < ${now} order by keep_until limit ${limit}))`.execute(db)
