import type { Db } from '../db/database.ts'
import type { NewEvent } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'
import { addOptOut, noteReport, removeOptOut } from './queries.ts'

/** What carriers everywhere take for "no more" and "again" (CTIA's messaging principles), and Twilio with them. */
const stopWords: ReadonlySet<string> = new Set([
  'stop',
  'stopall',
  'unsubscribe',
  'cancel',
  'end',
  'quit',
  'revoke',
  'optout',
])
const startWords: ReadonlySet<string> = new Set(['start', 'yes', 'unstop'])

/** How far a message has come; a report of less than what is known changes nothing. Of two ends the first counts. */
const ranks: { readonly [status: string]: number } = {
  accepted: 1,
  scheduled: 1,
  queued: 2,
  sending: 3,
  sent: 4,
  delivered: 5,
  undelivered: 5,
  failed: 5,
  canceled: 5,
  read: 6,
}

/**
 * Listens to what vendors send: STOP and START count from the transaction in which the message became an event, and reports move
 * a message on.
 */
export function createListening({ clock }: { clock: Clock }) {
  return async function hear(tx: Db, workspaceId: string, events: NewEvent[]): Promise<void> {
    for (const { type, payload } of events) {
      const fields = fieldsOf(payload)
      if (type === 'message.received') await hearMessage(tx, workspaceId, fields)
      // Such as `twilio.message.delivered`.
      else if (/^[\w-]+\.message\./.test(type)) await hearReport(tx, workspaceId, fieldsOf(fields.data))
    }
  }

  async function hearMessage(tx: Db, workspaceId: string, { channel, from, text, optOut }: Fields): Promise<void> {
    if (channel !== 'sms' || typeof from !== 'string' || !/^\+[1-9]\d{6,14}$/.test(from)) return
    const word =
      typeof optOut === 'string'
        ? optOut
        : typeof text === 'string'
          ? text
              .trim()
              .toLowerCase()
              .replace(/[.!"']/g, '')
          : ''
    if (stopWords.has(word)) await addOptOut(tx, workspaceId, from, 'message', new Date(clock.now()))
    else if (startWords.has(word)) await removeOptOut(tx, workspaceId, from)
  }

  async function hearReport(tx: Db, workspaceId: string, { messageId, status, errorCode }: Fields): Promise<void> {
    if (typeof messageId !== 'string' || messageId.length > 200 || typeof status !== 'string') return
    const rank = Object.hasOwn(ranks, status) ? ranks[status] : undefined
    if (rank === undefined) return
    const report = { messageId, status, rank, errorCode: typeof errorCode === 'string' ? errorCode.slice(0, 50) : null }
    await noteReport(tx, workspaceId, report, new Date(clock.now()))
  }
}

type Fields = { readonly [name: string]: unknown }

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
