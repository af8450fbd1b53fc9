import type { Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Leads } from '../leads/leads.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Log } from '../lib/log.ts'
import type { Responder } from './responder.ts'

const kind = 'message.reply'
const tries = 5

type Message = {
  workspaceId: string
  integrationId: string
  /** The event that told of the message. */
  eventId: string
  leadId: string | undefined
  messageId: string | undefined
  contactId: string | undefined
  conversationId: string | undefined
  text: string
}

export type Replies = ReturnType<typeof createReplies>

/**
 * Replies to messages, made by the responder and published as `message.replied`; whoever wants to send them subscribes. Without a responder that
 * is recorded, and nothing fails.
 */
export function createReplies(deps: {
  engine: Engine
  leads: Pick<Leads, 'addActivity' | 'find'>
  responder: Responder
  log: Log
}) {
  const { engine, leads, responder, log } = deps

  async function record(tx: Db, message: Message, outcome: { status: string; text?: string; reason?: string }) {
    const { workspaceId, integrationId, leadId, messageId, contactId, conversationId, eventId } = message
    const about = { messageId, contactId, conversationId, leadId, integrationId, inReplyTo: eventId, ...outcome }
    const payload = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined))
    const [event] = await engine.publish(tx, workspaceId, [{ type: 'message.replied', payload }])
    // A reply takes a while, in which the lead may have gone.
    const lead = leadId === undefined ? undefined : await leads.find(tx, workspaceId, { id: leadId })
    if (!lead) return
    await leads.addActivity(tx, workspaceId, lead.id, {
      type: 'message',
      title: titles[outcome.status] ?? outcome.status,
      data: payload,
      key: `reply ${eventId}`,
      actor: null,
      eventId: event!.id,
    })
  }

  engine.define(kind, {
    delivers: false,
    policy: { concurrency: 4, breaker: false },
    retry: (attempt) => (attempt < tries ? exponentialDelay(attempt, 5_000) : undefined),
    async run({ payload, attempt }, control) {
      const message = payload as Message
      try {
        const text = await responder.respond(message.text, control.signal)
        await control.complete((tx) => record(tx, message, { status: 'replied', text }))
      } catch (error) {
        if (attempt + 1 < tries || control.signal.aborted) throw error
        log.warn({ err: error, eventId: message.eventId }, 'a message could not be replied to')
        const reason = error instanceof Error ? error.message : String(error)
        await control.complete((tx) => record(tx, message, { status: 'failed', reason }))
      }
    },
  })

  return {
    /** Puts a message in line for a reply, in the caller's transaction. */
    async ask(tx: Db, message: Message): Promise<void> {
      if (!responder.isConfigured)
        return await record(tx, message, { status: 'not_configured', reason: 'No responder is configured.' })
      if (message.text.trim() === '') return await record(tx, message, { status: 'skipped', reason: 'It has no text.' })
      const { workspaceId } = message
      await engine.enqueue(tx, [{ workspaceId, kind, payload: message, lane: `replies ${message.integrationId}` }])
    },
  }
}

const titles: Record<string, string> = {
  replied: 'A reply was written',
  not_configured: 'No reply: no responder is configured',
  skipped: 'No reply: the message has no text',
  failed: 'No reply: the responder failed',
}
