import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { CrmExports, CrmImports } from '../db/tables.ts'
import { json } from '../leads/queries.ts'
import type { Mapping } from './columns.ts'
import type { Export, Import, NewExport } from './schema.ts'

export type ImportOptions = { source: string; tag: string | null; publish: boolean }
export type ImportRow = Omit<Selectable<CrmImports>, 'mapping' | 'options' | 'status'> & {
  mapping: Mapping
  options: ImportOptions
  status: Import['status']
}
export type ExportRow = Omit<Selectable<CrmExports>, 'filter' | 'status'> & {
  filter: NewExport
  status: Export['status']
}
export type Chunk = { position: number; firstRow: number; rows: string[][] }
export type ImportError = { row: number; message: string; cells: string[] }

export const insertImport = (db: Db, row: ImportRow) =>
  db
    .insertInto('crmImports')
    .values({ ...row, mapping: json(row.mapping), options: json(row.options) })
    .execute()

export const findImport = (db: Db, workspaceId: string, id: string): Promise<ImportRow | undefined> =>
  imports(db, workspaceId).where('id', '=', id).executeTakeFirst() as Promise<ImportRow | undefined>

export const lockImport = (db: Db, workspaceId: string, id: string): Promise<ImportRow | undefined> =>
  imports(db, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst() as Promise<ImportRow | undefined>

export const listImports = (
  db: Db,
  workspaceId: string,
  belowId: string | undefined,
  limit: number,
): Promise<ImportRow[]> => {
  let query = imports(db, workspaceId)
  if (belowId !== undefined) query = query.where('id', '<', belowId)
  return query.orderBy('id', 'desc').limit(limit).execute() as Promise<ImportRow[]>
}

export const updateImport = (
  db: Db,
  workspaceId: string,
  id: string,
  changes: Partial<
    Pick<ImportRow, 'status' | 'done' | 'created' | 'updated' | 'unchanged' | 'failed' | 'error' | 'finishedAt'>
  >,
) => db.updateTable('crmImports').set(changes).where('workspaceId', '=', workspaceId).where('id', '=', id).execute()

export const insertChunks = (db: Db, workspaceId: string, importId: string, chunks: Chunk[]) =>
  db
    .insertInto('crmImportChunks')
    .values(chunks.map((chunk) => ({ ...chunk, workspaceId, importId, rows: json(chunk.rows) })))
    .execute()

export const firstChunk = (db: Db, workspaceId: string, importId: string): Promise<Chunk | undefined> =>
  db
    .selectFrom('crmImportChunks')
    .select(['position', 'firstRow', 'rows'])
    .where('workspaceId', '=', workspaceId)
    .where('importId', '=', importId)
    .orderBy('position')
    .limit(1)
    .executeTakeFirst() as Promise<Chunk | undefined>

/** Takes away a chunk that is done, or all that are left. */
export async function deleteChunks(db: Db, workspaceId: string, importId: string, position?: number): Promise<void> {
  let query = db.deleteFrom('crmImportChunks').where('workspaceId', '=', workspaceId).where('importId', '=', importId)
  if (position !== undefined) query = query.where('position', '=', position)
  await query.execute()
}

export const insertErrors = (db: Db, workspaceId: string, importId: string, errors: ImportError[]) =>
  db
    .insertInto('crmImportErrors')
    .values(errors.map((error) => ({ ...error, workspaceId, importId })))
    .execute()

export const listErrors = (
  db: Db,
  workspaceId: string,
  importId: string,
  afterRow: number,
  limit: number,
): Promise<ImportError[]> =>
  db
    .selectFrom('crmImportErrors')
    .select(['row', 'message', 'cells'])
    .where('workspaceId', '=', workspaceId)
    .where('importId', '=', importId)
    .where('row', '>', afterRow)
    .orderBy('row')
    .limit(limit)
    .execute()

export const insertExport = (db: Db, row: ExportRow) =>
  db
    .insertInto('crmExports')
    .values({ ...row, filter: json(row.filter) })
    .execute()

export const findExport = (db: Db, workspaceId: string, id: string): Promise<ExportRow | undefined> =>
  exports(db, workspaceId).where('id', '=', id).executeTakeFirst() as Promise<ExportRow | undefined>

export const lockExport = (db: Db, workspaceId: string, id: string): Promise<ExportRow | undefined> =>
  exports(db, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst() as Promise<ExportRow | undefined>

export const listExports = (
  db: Db,
  workspaceId: string,
  belowId: string | undefined,
  limit: number,
): Promise<ExportRow[]> => {
  let query = exports(db, workspaceId)
  if (belowId !== undefined) query = query.where('id', '<', belowId)
  return query.orderBy('id', 'desc').limit(limit).execute() as Promise<ExportRow[]>
}

export const updateExport = (
  db: Db,
  workspaceId: string,
  id: string,
  changes: Partial<Pick<ExportRow, 'status' | 'cursor' | 'parts' | 'done' | 'error' | 'finishedAt'>>,
) => db.updateTable('crmExports').set(changes).where('workspaceId', '=', workspaceId).where('id', '=', id).execute()

export const insertPart = (db: Db, workspaceId: string, exportId: string, position: number, text: string) =>
  db.insertInto('crmExportParts').values({ workspaceId, exportId, position, text }).execute()

export async function findPart(
  db: Db,
  workspaceId: string,
  exportId: string,
  position: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('crmExportParts')
    .select('text')
    .where('workspaceId', '=', workspaceId)
    .where('exportId', '=', exportId)
    .where('position', '=', position)
    .executeTakeFirst()
  return row?.text
}

export const deleteOldExports = (db: Db, before: Date) =>
  db.deleteFrom('crmExports').where('createdAt', '<', before).execute()

/** Runs statements that may fail without the transaction failing with them. */
export async function inSavepoint<T>(tx: Db, run: () => Promise<T>): Promise<T> {
  await sql`savepoint part`.execute(tx)
  try {
    const result = await run()
    await sql`release savepoint part`.execute(tx)
    return result
  } catch (error) {
    await sql`rollback to savepoint part`.execute(tx)
    throw error
  }
}

const imports = (db: Db, workspaceId: string) =>
  db.selectFrom('crmImports').selectAll().where('workspaceId', '=', workspaceId)
const exports = (db: Db, workspaceId: string) =>
  db.selectFrom('crmExports').selectAll().where('workspaceId', '=', workspaceId)
