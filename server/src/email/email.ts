import { ApiError, invalid, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Connections } from '../integrations/connections.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import type { Templates } from '../templates/templates.ts'
import { hearEngagement, noteEngagement } from './engagement.ts'
import { plainTextOf } from './plain-text.ts'
import {
  findSend,
  findSendByKey,
  forgetBodies,
  insertSend,
  listSends,
  lockSend,
  type SendRow,
  updateSend,
} from './queries.ts'
import type { NewSend, Rendered, Send, SendFilter, SendStatus, SendSummary } from './schema.ts'
import { createSending, sendKind } from './sending.ts'
import { createEmailTemplates } from './templates.ts'

export type Email = ReturnType<typeof createEmail>

const day = 86_400_000

/** E-mail that a flow sends: rendered and queued in the flow's own transaction, sent by a job over what the workspace connected. */
export function createEmail(deps: {
  database: Database
  engine: Engine
  connections: Pick<Connections, 'runner'>
  templates: Templates
  retentionDays: number
  clock: Clock
  log: Log
}) {
  const { database, engine, connections, templates, clock, log } = deps
  const emailTemplates = createEmailTemplates({ database, clock, log })
  const sending = createSending({ database, engine, runner: connections.runner, templates, clock })
  engine.define(sendKind, sending.kind)
  engine.define('email.housekeeping', {
    delivers: false,
    run: async () => void (await forgetBodies(database.hub, new Date(clock.now() - deps.retentionDays * day))),
  })
  engine.every('29 * * * *', 'email.housekeeping')

  async function contentOf(tx: Db, workspaceId: string, mail: NewSend): Promise<Rendered> {
    const { template, subject, html, text, data = {} } = mail
    if (template !== undefined) {
      if (html !== undefined || text !== undefined)
        throw invalid('body.template', 'is given together with html or text; give one of them')
      const filled = await emailTemplates.fillIn(tx, workspaceId, template, data)
      const whole = { ...filled, subject: subject ?? filled.subject }
      if (whole.subject === '') throw invalid('body.subject', 'is empty')
      return whole
    }
    if (subject === undefined) throw invalid('body.subject', 'is missing; give it, or a template')
    if (!html && !text) throw invalid('body', 'needs html, text or a template')
    return { subject, html: html || null, text: text || (html ? plainTextOf(html) || null : null) }
  }

  /**
   * Queues a mail within the caller's transaction: it is sent when, and only when, that commits. A key that was used before answers
   * the first mail and makes no other.
   * @throws ApiError VALIDATION_FAILED where there is no such template, or it cannot be filled in
   */
  async function send(
    tx: Db,
    workspaceId: string,
    mail: NewSend,
  ): Promise<{ id: string; status: SendStatus; isNew: boolean }> {
    const { to, key, from, replyTo, headers, categories, attachments, template } = mail
    const before = key === undefined ? undefined : await findSendByKey(tx, workspaceId, key)
    if (before) return { id: before.id, status: before.status, isNew: false }
    const content = await contentOf(tx, workspaceId, mail)
    const person = typeof to === 'string' ? { email: to } : to
    const now = new Date(clock.now())
    const row: SendRow = {
      ...{ workspaceId, id: newId(clock), key: key ?? null, status: 'queued' },
      toEmail: person.email,
      toName: person.name || null,
      fromPerson: from ?? null,
      replyTo: replyTo ?? null,
      ...content,
      headers: headers ?? null,
      categories: categories ?? null,
      attachments: attachments ?? null,
      template: template ?? null,
      ...{ attempts: 0, integrationId: null, messageId: null, errorCode: null, errorMessage: null },
      ...{ createdAt: now, sentAt: null, updatedAt: now, engagement: {} },
    }
    if (!(await insertSend(tx, row))) {
      // Another transaction committed the same key a moment ago.
      const other = await findSendByKey(tx, workspaceId, key!)
      if (!other) throw new ApiError('CONFLICT', 'Another mail with this key is being made; try again.')
      return { id: other.id, status: other.status, isNew: false }
    }
    await sending.enqueue(tx, workspaceId, row.id)
    return { id: row.id, status: 'queued', isNew: true }
  }

  return {
    send,
    templates: emailTemplates,
    /** Hears what vendors send, in the transaction that publishes it. */
    hear: hearEngagement,
    /** Notes with a mail what somebody did with it, in the transaction that tells of it. */
    noteEngagement,

    /** Queues a mail in a transaction of its own. */
    create: (workspaceId: string, mail: NewSend): Promise<Send> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const { id } = await send(tx, workspaceId, mail)
        return sendAnswer((await findSend(tx, workspaceId, id))!)
      }),

    async list(workspaceId: string, filter: SendFilter) {
      const { limit = defaultLimit, status, to, key } = filter
      const [belowId] = decodeCursor(filter.cursor, [idPart]) ?? []
      return database.inWorkspace(workspaceId, async (tx) => {
        const rows = await listSends(tx, workspaceId, { status, to, key, belowId, limit: limit + 1 })
        const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
        return { items: items.map(summaryAnswer), nextCursor }
      })
    },

    get: (workspaceId: string, id: string): Promise<Send> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const row = await findSend(tx, workspaceId, id)
        if (!row) throw notFound('e-mail')
        return sendAnswer(row)
      }),

    /** Sends again what ended without being sent: the outbox, failures, and what a person has looked after. */
    retry: (workspaceId: string, id: string): Promise<Send> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const row = await lockSend(tx, workspaceId, id)
        if (!row) throw notFound('e-mail')
        if (row.status !== 'kept' && row.status !== 'failed' && row.status !== 'unknown')
          throw new ApiError(
            'CONFLICT',
            `This e-mail is ${row.status}; only what was kept, failed or is unknown can be sent again.`,
          )
        if (row.html === null && row.text === null)
          throw new ApiError('CONFLICT', 'What this e-mail said was forgotten, since it is old; write it anew.')
        const changes = { status: 'queued', attempts: 0, errorCode: null, errorMessage: null } as const
        await updateSend(tx, workspaceId, id, { ...changes, updatedAt: new Date(clock.now()) })
        await sending.enqueue(tx, workspaceId, id)
        return sendAnswer({ ...row, ...changes })
      }),
  }
}

const summaryAnswer = (row: SendRow): SendSummary => ({
  id: row.id,
  status: row.status,
  to: { email: row.toEmail, name: row.toName },
  subject: row.subject,
  template: row.template,
  key: row.key,
  attempts: row.attempts,
  integrationId: row.integrationId,
  messageId: row.messageId,
  errorCode: row.errorCode,
  error: row.errorMessage,
  createdAt: row.createdAt.toISOString(),
  sentAt: row.sentAt?.toISOString() ?? null,
  engagement: row.engagement,
})

const sendAnswer = (row: SendRow): Send => ({ ...summaryAnswer(row), html: row.html, text: row.text })
