import { createPublicKey } from 'node:crypto'
import {
  anyOf,
  hmac,
  type InboundEvent,
  type InboundRequest,
  schemes,
  type Verify,
  type Webhook,
} from '../../kit/index.ts'

/**
 * What is told of each of GoHighLevel's events. What happens there to appointments, messages and opportunities keeps names of its own,
 * since it is the hub's flows that make bookings and leads of them.
 */
const types: Record<string, string> = {
  ContactCreate: 'contact.created',
  ContactUpdate: 'contact.updated',
  ContactTagUpdate: 'contact.updated',
  ContactDndUpdate: 'contact.updated',
  ContactDelete: 'contact.deleted',
  AppointmentCreate: 'appointment.created',
  AppointmentUpdate: 'appointment.updated',
  AppointmentDelete: 'appointment.deleted',
  OpportunityCreate: 'opportunity.created',
  OpportunityUpdate: 'opportunity.updated',
  OpportunityStageUpdate: 'opportunity.stage_change',
  OpportunityStatusUpdate: 'opportunity.status_change',
  OpportunityDelete: 'opportunity.deleted',
  InboundMessage: 'inbound.message',
  OutboundMessage: 'outbound.message',
}

/** The older a signed time is, the less a webhook proves; GoHighLevel tries again for about an hour. */
const oldestMs = 24 * 3_600_000

type Body = Record<string, unknown>

/** Its own key is GoHighLevel's; a secret of the integration's own is one that an automation signs with. */
const verifyKey = schemes.goHighLevel()
const verifySecret = hmac({ header: 'X-Webhook-Signature' })

const verify: Verify = (request, secrets, now) => {
  const verdict = anyOf(
    (one, given, at) => verifyKey(one, given.filter(isPublicKey), at),
    // Everybody knows a public key, so it never counts as a secret.
    (one, given, at) =>
      verifySecret(
        one,
        given.filter((secret) => !isPublicKey(secret)),
        at,
      ),
  )(request, secrets, now)
  if (!verdict.ok) return verdict
  const { timestamp } = bodyOf(request)
  const at = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN
  return Math.abs(now.getTime() - at) > oldestMs ? { ok: false, reason: 'the webhook is too old' } : verdict
}

export const webhook: Webhook<never> = {
  verify,
  secret: { setting: 'webhook_secret' },
  route: (request) => textOf(contentOf(bodyOf(request)).locationId),
  parse(request) {
    const body = bodyOf(request)
    const content = contentOf(body)
    const named = textOf(content.type) ?? textOf(body.type) ?? nameInPath(request)
    if (named === undefined) return []
    return [read(named, content)]
  },
}

function read(named: string, content: Body): InboundEvent {
  const appointment = Object(content.appointment) as Body
  const id = textOf(content.id) ?? textOf(appointment.id) ?? textOf(content.messageId) ?? textOf(content.conversationId)
  const at = Date.parse(textOf(content.timestamp) ?? textOf(content.dateAdded) ?? textOf(appointment.dateAdded) ?? '')
  const eventId = textOf(content.webhookId)
  return {
    type: Object.hasOwn(types, named)
      ? types[named]!
      : /^[a-z]+\.[a-z_.]+$/.test(named)
        ? named
        : `gohighlevel.${named}`,
    ...(eventId === undefined ? {} : { eventId }),
    ...(id === undefined ? {} : { externalId: id }),
    ...(Number.isNaN(at) ? {} : { occurredAt: new Date(at) }),
    data: content,
  }
}

/** The event's name where it stands in the URL only: `/webhooks/ghl/contact.created`. */
const nameInPath = ({ path }: InboundRequest): string | undefined =>
  /\/([a-z]+\.[a-z_]+)\/?$/i.exec(path)?.[1]?.toLowerCase()

/** Automations may wrap what they tell: `{ type, payload }`. */
const contentOf = (body: Body): Body => {
  const { payload } = body
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? (payload as Body) : body
}

/** An object without anything in it where the body is none. */
function bodyOf({ rawBody }: InboundRequest): Body {
  try {
    const body: unknown = JSON.parse(rawBody.toString())
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Body) : {}
  } catch {
    return {}
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

function isPublicKey(text: string): boolean {
  try {
    const key = text.includes('-----BEGIN')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
    return key.asymmetricKeyType === 'ed25519'
  } catch {
    return false
  }
}
