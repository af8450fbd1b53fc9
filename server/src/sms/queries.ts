import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { SmsMessages } from '../db/tables.ts'
import type { MessageStatus } from './schema.ts'

export type SmsRow = Omit<Selectable<SmsMessages>, 'status'> & { status: MessageStatus }
/** With what the vendor reported of it, if anything. */
export type ReportedRow = SmsRow & { reported: string | null; reportedError: string | null }

/** Puts the row in; nothing where the workspace has one with the same key. */
export async function insertSms(db: Db, row: SmsRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('smsMessages')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspaceId', 'key']).where('key', 'is not', null).doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

export const findSms = (db: Db, workspaceId: string, id: string): Promise<ReportedRow | undefined> =>
  messages(db, workspaceId).where('m.id', '=', id).executeTakeFirst() as Promise<ReportedRow | undefined>

export const findSmsByKey = (db: Db, workspaceId: string, key: string): Promise<ReportedRow | undefined> =>
  messages(db, workspaceId).where('m.key', '=', key).executeTakeFirst() as Promise<ReportedRow | undefined>

type Range = {
  status?: MessageStatus | undefined
  to?: string | undefined
  belowId?: string | undefined
  limit: number
}

/** Messages, newest first. */
export function listSms(db: Db, workspaceId: string, { status, to, belowId, limit }: Range): Promise<ReportedRow[]> {
  let query = messages(db, workspaceId)
  if (status !== undefined) query = query.where('m.status', '=', status)
  if (to !== undefined) query = query.where('m.toPhone', '=', to)
  if (belowId !== undefined) query = query.where('m.id', '<', belowId)
  return query.orderBy('m.id', 'desc').limit(limit).execute() as Promise<ReportedRow[]>
}

/** Marks a message as begun where it still stands as it was read; answers whether it did. */
export async function beginSms(
  db: Db,
  row: SmsRow,
  changes: Pick<SmsRow, 'integrationId' | 'updatedAt'>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('smsMessages')
    .set({ ...changes, status: 'sending', attempts: row.attempts + 1 })
    .where('workspaceId', '=', row.workspaceId)
    .where('id', '=', row.id)
    .where('status', '=', row.status)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export const updateSms = (
  db: Db,
  workspaceId: string,
  id: string,
  changes: Partial<Omit<SmsRow, 'workspaceId' | 'id'>>,
) => db.updateTable('smsMessages').set(changes).where('workspaceId', '=', workspaceId).where('id', '=', id).execute()

const messages = (db: Db, workspaceId: string) =>
  db
    .selectFrom('smsMessages as m')
    .leftJoin('smsReports as r', (on) =>
      on.onRef('r.workspaceId', '=', 'm.workspaceId').onRef('r.messageId', '=', 'm.messageId'),
    )
    .selectAll('m')
    .select(['r.status as reported', 'r.errorCode as reportedError'])
    .where('m.workspaceId', '=', workspaceId)

// Reports ---------------------------------------------------------------------------------------------------------

export type Report = { messageId: string; status: string; rank: number; errorCode: string | null }

/** Keeps a report where it is further than what is known. */
export const noteReport = (db: Db, workspaceId: string, report: Report, at: Date) =>
  db
    .insertInto('smsReports')
    .values({ workspaceId, ...report, updatedAt: at })
    .onConflict((conflict) =>
      conflict
        .columns(['workspaceId', 'messageId'])
        .doUpdateSet({ status: report.status, rank: report.rank, errorCode: report.errorCode, updatedAt: at })
        .where('smsReports.rank', '<', report.rank),
    )
    .execute()

/** Forgets what is old, of all workspaces. */
export async function forgetOldSms(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('smsReports').where('updatedAt', '<', before).execute()
  await db
    .updateTable('smsMessages')
    .set({ text: '', mediaUrls: null })
    .where('createdAt', '<', before)
    .where('status', 'not in', ['queued', 'sending'])
    .where('text', '<>', '')
    .execute()
}

// Opt-outs --------------------------------------------------------------------------------------------------------

export const addOptOut = (db: Db, workspaceId: string, phone: string, source: 'message' | 'person', createdAt: Date) =>
  db
    .insertInto('smsOptOuts')
    .values({ workspaceId, phone, source, createdAt })
    .onConflict((conflict) => conflict.doNothing())
    .execute()

export const removeOptOut = (db: Db, workspaceId: string, phone: string) =>
  db.deleteFrom('smsOptOuts').where('workspaceId', '=', workspaceId).where('phone', '=', phone).execute()

export const listOptOuts = (db: Db, workspaceId: string, after: string | undefined, limit: number) =>
  db
    .selectFrom('smsOptOuts')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .$if(after !== undefined, (query) => query.where('phone', '>', after!))
    .orderBy('phone')
    .limit(limit)
    .execute()

/** Whether somebody with this number has opted out; of a number without its country code the last digits decide. */
export async function isOptedOut(db: Db, workspaceId: string, phone: string): Promise<boolean> {
  const digits = phone.replace(/\D/g, '')
  const national = digits.replace(/^0+/, '')
  const found = await db
    .selectFrom('smsOptOuts')
    .select('phone')
    .where('workspaceId', '=', workspaceId)
    .where((is) =>
      phone.trim().startsWith('+')
        ? is('phone', '=', `+${digits}`)
        : is(sql`right(phone, ${national.length}::integer)`, '=', national),
    )
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}
