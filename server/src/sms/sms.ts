import { ApiError, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart, type Paging } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Connections } from '../integrations/connections.ts'
import { ConnectorError } from '../kit/errors.ts'
import { failureOf } from '../kit/result.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Templates } from '../templates/templates.ts'
import { createListening } from './listening.ts'
import {
  addOptOut,
  findSms,
  findSmsByKey,
  forgetOldSms,
  insertSms,
  isOptedOut,
  listOptOuts,
  listSms,
  type ReportedRow,
  removeOptOut,
  type SmsRow,
} from './queries.ts'
import type { MessageStatus, NewSms, OptOut, Sms, SmsFilter } from './schema.ts'
import { createSmsSending, smsKind } from './sending.ts'

export type Messages = ReturnType<typeof createSms>

const day = 86_400_000
const phonePart = /^\+\d{7,15}$/

/** SMS that a flow sends: queued in the flow's own transaction, sent by a job over what the workspace connected, to nobody who said STOP. */
export function createSms(deps: {
  database: Database
  engine: Engine
  connections: Pick<Connections, 'runner'>
  templates: Templates
  retentionDays: number
  clock: Clock
}) {
  const { database, engine, connections, templates, clock } = deps
  const { runner } = connections
  const sending = createSmsSending({ database, engine, runner, templates, clock })
  engine.define(smsKind, sending.kind)
  engine.define('sms.housekeeping', {
    delivers: false,
    run: () => forgetOldSms(database.hub, new Date(clock.now() - deps.retentionDays * day)),
  })
  engine.every('31 * * * *', 'sms.housekeeping')

  // Whatever asks for an SMS passes here: flows, subscriptions, operations by hand.
  runner.guard('messaging.sendSms', async (workspaceId, { to }) => {
    if (!(await isOptedOut(database.hub, workspaceId, to))) return undefined
    return failureOf(new ConnectorError('CONFLICT', 'This person answered STOP and gets no SMS until START (CONFLICT)'))
  })

  /**
   * Queues an SMS within the caller's transaction: it is sent when, and only when, that commits. A key that was used before answers
   * the first message and makes no other.
   */
  async function send(
    tx: Db,
    workspaceId: string,
    sms: NewSms,
  ): Promise<{ id: string; status: MessageStatus; isNew: boolean }> {
    const { to, text, from, mediaUrls, key } = sms
    const now = new Date(clock.now())
    const row: SmsRow = {
      ...{ workspaceId, id: newId(clock), key: key ?? null, status: 'queued' },
      ...{ toPhone: to, fromPhone: from ?? null, text, mediaUrls: mediaUrls ?? null },
      ...{ segments: null, attempts: 0, integrationId: null, messageId: null, errorCode: null, errorMessage: null },
      ...{ createdAt: now, sentAt: null, updatedAt: now },
    }
    if (await insertSms(tx, row)) {
      await sending.enqueue(tx, workspaceId, row.id)
      return { id: row.id, status: 'queued', isNew: true }
    }
    const other = await findSmsByKey(tx, workspaceId, key!)
    if (!other) throw new ApiError('CONFLICT', 'Another message with this key is being made; try again.')
    return { id: other.id, status: other.status, isNew: false }
  }

  return {
    send,
    /** Hears what vendors send, in the transaction that publishes it. */
    hear: createListening({ clock }),

    /** Queues an SMS in a transaction of its own. */
    create: (workspaceId: string, sms: NewSms): Promise<Sms> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const { id } = await send(tx, workspaceId, sms)
        return smsAnswer((await findSms(tx, workspaceId, id))!)
      }),

    async list(workspaceId: string, filter: SmsFilter) {
      const { limit = defaultLimit, status, to } = filter
      const [belowId] = decodeCursor(filter.cursor, [idPart]) ?? []
      return database.inWorkspace(workspaceId, async (tx) => {
        const rows = await listSms(tx, workspaceId, { status, to, belowId, limit: limit + 1 })
        const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
        return { items: items.map(smsAnswer), nextCursor }
      })
    },

    get: (workspaceId: string, id: string): Promise<Sms> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const row = await findSms(tx, workspaceId, id)
        if (!row) throw notFound('SMS')
        return smsAnswer(row)
      }),

    async optOuts(workspaceId: string, { limit = defaultLimit, cursor }: Paging) {
      const [after] = decodeCursor(cursor, [phonePart]) ?? []
      return database.inWorkspace(workspaceId, async (tx) => {
        const rows = await listOptOuts(tx, workspaceId, after, limit + 1)
        const { items, nextCursor } = cutPage(rows, limit, ({ phone }) => [phone])
        return { items: items.map(optOutAnswer), nextCursor }
      })
    },
    optOut: (workspaceId: string, phone: string): Promise<void> =>
      database.inWorkspace(workspaceId, async (tx) => {
        await addOptOut(tx, workspaceId, phone, 'person', new Date(clock.now()))
      }),
    optIn: (workspaceId: string, phone: string): Promise<void> =>
      database.inWorkspace(workspaceId, async (tx) => {
        await removeOptOut(tx, workspaceId, phone)
      }),
  }
}

const smsAnswer = (row: ReportedRow): Sms => ({
  ...{ id: row.id, status: row.status, reported: row.reported, to: row.toPhone, from: row.fromPhone, text: row.text },
  ...{ mediaUrls: row.mediaUrls ?? [], segments: row.segments, key: row.key, attempts: row.attempts },
  ...{ integrationId: row.integrationId, messageId: row.messageId },
  errorCode: row.errorCode ?? row.reportedError,
  error: row.errorMessage,
  createdAt: row.createdAt.toISOString(),
  sentAt: row.sentAt?.toISOString() ?? null,
})

const optOutAnswer = ({ phone, source, createdAt }: { phone: string; source: string; createdAt: Date }): OptOut => ({
  phone,
  source: source === 'message' ? 'message' : 'person',
  createdAt: createdAt.toISOString(),
})
