import { type InboundEvent, type InboundRequest, schemes, type Webhook } from '../../kit/index.ts'
import { paths } from './paths.ts'
import type { CalContext } from './settings.ts'
import type { CalWebhook, Reply } from './types.ts'

/** What the hub has a word for; the hub's flows make bookings of them. */
const types: Record<string, string> = {
  BOOKING_CREATED: 'appointment.created',
  BOOKING_REQUESTED: 'appointment.requested',
  BOOKING_RESCHEDULED: 'appointment.rescheduled',
  BOOKING_CANCELLED: 'appointment.cancelled',
  BOOKING_REJECTED: 'appointment.rejected',
}
const triggers = [...Object.keys(types), 'BOOKING_PAID', 'BOOKING_NO_SHOW_UPDATED', 'MEETING_STARTED', 'MEETING_ENDED']

/** Webhooks last until somebody switches them off; whether one still does is looked at once a week. */
const lookAgainMs = 7 * 86_400_000

/** Signed over the body alone, so a repetition is told by its content. */
export const webhook: Webhook<CalContext['settings']> = {
  verify: schemes.calcom(),
  secret: 'generated',

  parse(request): InboundEvent[] {
    const { triggerEvent: trigger, createdAt, payload, ...flat } = bodyOf(request)
    if (typeof trigger !== 'string' || trigger === '' || trigger === 'PING') return []
    // The beginning and the end of a meeting stand beside the trigger, everything else in a payload.
    const data = objectOf(payload) ?? flat
    const occurredAt = new Date(String(createdAt))
    const uid = data.uid ?? data.bookingUid
    return [
      {
        type: Object.hasOwn(types, trigger) ? types[trigger]! : trigger.toLowerCase(),
        ...(typeof uid === 'string' && uid !== '' ? { externalId: uid } : {}),
        ...(Number.isNaN(occurredAt.getTime()) ? {} : { occurredAt }),
        data,
      },
    ]
  },

  /** Cal.com takes a URL once; what an earlier try left there goes. */
  async subscribe({ http, now }, { url, secret }) {
    const { data: present } = await http.get<Reply<CalWebhook[]>>(paths.webhooks, { take: 250 })
    for (const { id, subscriberUrl } of present)
      if (subscriberUrl === url) await http.delete(paths.webhook(String(id)), undefined, { accept: [404] })
    const body = { ...{ active: true, subscriberUrl: url, triggers, secret }, version: '2021-10-20' }
    const { data } = await http.post<Reply<CalWebhook>>(paths.webhooks, body)
    return { id: String(data.id), expiresAt: new Date(now().getTime() + lookAgainMs) }
  },

  /** Switches on again what was switched off. One that is gone is not found, and made anew. */
  async renew({ http, now }, { id }, { url, secret }) {
    await http.patch(paths.webhook(id), { active: true, subscriberUrl: url, triggers, secret }, { repeatable: true })
    return { id, expiresAt: new Date(now().getTime() + lookAgainMs) }
  },

  async unsubscribe({ http }, { id }) {
    await http.delete(paths.webhook(id), undefined, { accept: [404] })
  },
}

type Body = Record<string, unknown>

function bodyOf({ rawBody }: InboundRequest): Body {
  try {
    return objectOf(JSON.parse(rawBody.toString())) ?? {}
  } catch {
    return {}
  }
}

const objectOf = (value: unknown): Body | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : undefined
