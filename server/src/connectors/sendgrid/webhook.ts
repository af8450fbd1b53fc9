import { type InboundEvent, schemes, type Webhook } from '../../kit/index.ts'
import { referenceArgument } from './mail.ts'
import type { SendGridContext } from './settings.ts'
import type { SendGridEvent } from './types.ts'

/** What each event means to whoever sent the mail; all others keep SendGrid's name. */
const actions: { readonly [event: string]: string } = {
  delivered: 'delivered',
  open: 'opened',
  click: 'clicked',
  bounce: 'bounced',
  spamreport: 'complained',
  unsubscribe: 'unsubscribed',
  group_unsubscribe: 'unsubscribed',
}

/** The event webhook, signed with the key whose public half SendGrid shows. Up to a thousand events come at once. */
export const webhook: Webhook<SendGridContext['settings']> = {
  verify: schemes.sendgrid(),
  secret: { setting: 'webhookPublicKey' },

  parse({ rawBody, receivedAt }): InboundEvent[] {
    const events = JSON.parse(rawBody.toString()) as unknown
    if (!Array.isArray(events)) return []
    return events.flatMap((event: SendGridEvent | null) =>
      typeof event?.event === 'string' ? [read(event, receivedAt)] : [],
    )
  },
}

function read(raw: SendGridEvent, receivedAt: Date): InboundEvent {
  const { event = '', email, timestamp, sg_event_id: eventId, sg_message_id: id, url, reason, type } = raw
  const at = typeof timestamp === 'number' ? new Date(timestamp * 1_000) : receivedAt
  // What stands before the first dot is the id that the sending was answered with.
  const messageId = typeof id === 'string' ? id.split('.')[0] : undefined
  const action = Object.hasOwn(actions, event) ? actions[event] : undefined
  const common = {
    ...(typeof eventId === 'string' ? { eventId } : {}),
    ...(messageId === undefined ? {} : { externalId: messageId }),
    occurredAt: at,
  }
  if (action === undefined) return { ...common, type: `sendgrid.${event}`, data: raw }
  const data = {
    email,
    action,
    sendId: raw[referenceArgument],
    messageId,
    url,
    // A block is a bounce that may pass.
    reason: reason ?? (type === 'blocked' ? 'blocked' : undefined),
    isPermanent: action === 'bounced' ? type !== 'blocked' : undefined,
    engagedAt: at.toISOString(),
  }
  const known = Object.entries(data).filter(([, value]) => value !== undefined)
  return { ...common, type: 'email.engagement', data: Object.fromEntries(known) }
}
