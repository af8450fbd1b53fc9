import type { Insertable, Selectable } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Files } from '../db/tables.ts'

export type FileRow = Omit<Selectable<Files>, 'status'> & { status: 'uploading' | 'stored' | 'deleting' }

export const insertFile = (db: Db, row: Insertable<Files>) => db.insertInto('files').values(row).execute()

export const finishFile = (
  db: Db,
  workspaceId: string,
  id: string,
  done: { size: number; sha256: Buffer; contentType: string },
) =>
  db
    .updateTable('files')
    .set({ ...done, status: 'stored' })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .execute()

export const markDeleting = (db: Db, workspaceId: string, id: string) =>
  db
    .updateTable('files')
    .set({ status: 'deleting' })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .execute()

export const forgetFile = (db: Db, workspaceId: string, id: string) =>
  db.deleteFrom('files').where('workspaceId', '=', workspaceId).where('id', '=', id).execute()

/** A file that is there, by its id or its key. */
export const findFile = (
  db: Db,
  workspaceId: string,
  by: { id: string } | { key: string },
): Promise<FileRow | undefined> =>
  db
    .selectFrom('files')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where((is) => ('id' in by ? is('id', '=', by.id) : is('key', '=', by.key)))
    .where('status', '=', 'stored')
    .executeTakeFirst() as Promise<FileRow | undefined>

export function listFiles(
  db: Db,
  workspaceId: string,
  range: { folder?: string | undefined; belowId?: string | undefined; limit: number },
): Promise<FileRow[]> {
  let query = db.selectFrom('files').selectAll().where('workspaceId', '=', workspaceId).where('status', '=', 'stored')
  if (range.folder !== undefined) query = query.where('folder', '=', range.folder)
  if (range.belowId !== undefined) query = query.where('id', '<', range.belowId)
  return query.orderBy('id', 'desc').limit(range.limit).execute() as Promise<FileRow[]>
}

/** Files of all workspaces that were given up half-way, for the hub's own housekeeping. */
export const listUnfinished = (db: Db, before: Date, limit: number): Promise<FileRow[]> =>
  db
    .selectFrom('files')
    .selectAll()
    .where('status', '<>', 'stored')
    .where('createdAt', '<', before)
    .orderBy('createdAt')
    .limit(limit)
    .execute() as Promise<FileRow[]>
