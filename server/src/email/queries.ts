import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { EmailSendRecords, EmailTemplates } from '../db/tables.ts'
import type { Engagements, SendStatus } from './schema.ts'

export type TemplateRow = Selectable<EmailTemplates>

type PersonColumn = { email: string; name?: string } | null
/** A row of `email_send_records`, its JSON columns as we write them. */
export type SendRow = Omit<
  Selectable<EmailSendRecords>,
  'status' | 'fromPerson' | 'replyTo' | 'headers' | 'attachments' | 'engagement'
> & {
  status: SendStatus
  engagement: Engagements
  fromPerson: PersonColumn
  replyTo: PersonColumn
  headers: Record<string, string> | null
  attachments: { name: string; type: string; base64: string }[] | null
}

// Templates -------------------------------------------------------------------------------------------------------

export const listTemplates = (db: Db, workspaceId: string): Promise<TemplateRow[]> =>
  db
    .selectFrom('emailTemplates')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .orderBy('name')
    .limit(1_000)
    .execute()

export const findTemplates = (db: Db, workspaceId: string, names: string[]): Promise<TemplateRow[]> =>
  db
    .selectFrom('emailTemplates')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('name', 'in', names)
    .execute()

export const putTemplate = (db: Db, row: TemplateRow) => {
  const { workspaceId: _, name: __, createdAt: ___, ...changes } = row
  return db
    .insertInto('emailTemplates')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspaceId', 'name']).doUpdateSet(changes))
    .execute()
}

export const deleteTemplate = async (db: Db, workspaceId: string, name: string): Promise<boolean> =>
  (
    await db
      .deleteFrom('emailTemplates')
      .where('workspaceId', '=', workspaceId)
      .where('name', '=', name)
      .executeTakeFirst()
  ).numDeletedRows > 0n

export const countTemplates = async (db: Db, workspaceId: string): Promise<number> =>
  (
    await db
      .selectFrom('emailTemplates')
      .select((is) => is.fn.countAll<number>().as('count'))
      .where('workspaceId', '=', workspaceId)
      .executeTakeFirstOrThrow()
  ).count

// Sends -----------------------------------------------------------------------------------------------------------

/** Puts the row in; nothing where the workspace has one with the same key. */
export async function insertSend(db: Db, row: SendRow): Promise<boolean> {
  const { fromPerson, replyTo, headers, attachments, engagement: _, ...rest } = row
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('emailSendRecords')
    .values({
      ...rest,
      fromPerson: json(fromPerson),
      replyTo: json(replyTo),
      headers: json(headers),
      attachments: json(attachments),
    })
    .onConflict((conflict) => conflict.columns(['workspaceId', 'key']).where('key', 'is not', null).doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

export const findSend = (db: Db, workspaceId: string, id: string): Promise<SendRow | undefined> =>
  sends(db, workspaceId).where('id', '=', id).executeTakeFirst() as Promise<SendRow | undefined>

export const findSendByKey = (db: Db, workspaceId: string, key: string): Promise<SendRow | undefined> =>
  sends(db, workspaceId).where('key', '=', key).executeTakeFirst() as Promise<SendRow | undefined>

/** The row, locked until the transaction ends. */
export const lockSend = (db: Db, workspaceId: string, id: string): Promise<SendRow | undefined> =>
  sends(db, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst() as Promise<SendRow | undefined>

export type SendRange = {
  status?: SendStatus | undefined
  to?: string | undefined
  key?: string | undefined
  belowId?: string | undefined
  limit: number
}

/** Sends, newest first. */
export function listSends(
  db: Db,
  workspaceId: string,
  { status, to, key, belowId, limit }: SendRange,
): Promise<SendRow[]> {
  let query = sends(db, workspaceId)
  if (status !== undefined) query = query.where('status', '=', status)
  if (to !== undefined) query = query.where(sql<string>`lower(to_email)`, '=', to.toLowerCase())
  if (key !== undefined) query = query.where('key', '=', key)
  if (belowId !== undefined) query = query.where('id', '<', belowId)
  return query.orderBy('id', 'desc').limit(limit).execute() as Promise<SendRow[]>
}

type SendChanges = Partial<
  Pick<
    SendRow,
    'status' | 'attempts' | 'integrationId' | 'messageId' | 'errorCode' | 'errorMessage' | 'sentAt' | 'updatedAt'
  >
>
export const updateSend = (db: Db, workspaceId: string, id: string, changes: SendChanges) =>
  db.updateTable('emailSendRecords').set(changes).where('workspaceId', '=', workspaceId).where('id', '=', id).execute()

/** Forgets what mails said, once it is old and they have ended; that they were sent stays. Of all workspaces. */
export const forgetBodies = (db: Db, before: Date) =>
  db
    .updateTable('emailSendRecords')
    .set({ html: null, text: null, attachments: null })
    .where('createdAt', '<', before)
    .where('status', 'not in', ['queued', 'sending', 'kept'])
    .where((is) => is.or([is('html', 'is not', null), is('text', 'is not', null)]))
    .execute()

const sends = (db: Db, workspaceId: string) =>
  db.selectFrom('emailSendRecords').selectAll().where('workspaceId', '=', workspaceId)

const json = (value: unknown) => (value === null ? null : sql<never>`${JSON.stringify(value)}::jsonb`)
