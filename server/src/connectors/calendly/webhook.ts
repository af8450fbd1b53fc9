import { type InboundEvent, type InboundRequest, schemes, type Webhook } from '../../kit/index.ts'
import { type CalendlyContext, idIn } from './settings.ts'
import { userOf } from './times.ts'
import type { Resource, Subscription } from './types.ts'

type Options = { url: string; secret: string; channelId: string }
type Body = { event?: unknown; created_at?: unknown; created_by?: unknown; payload?: { uri?: unknown } | null }

/** Calendly switches a subscription off that it could not reach for a day; so often the hub looks. */
const lookMs = 12 * 3_600_000

/**
 * Signed with the key that the hub gave the subscription. Where the operator made subscriptions by hand, or the application has a key of
 * its own, that is `CALENDAR_WEBHOOK_SECRET`, and who made the subscription names the integration.
 */
export const webhook: Webhook<CalendlyContext['settings']> = {
  verify: schemes.calendly(),
  secret: 'generated',

  route(request) {
    const by = bodyOf(request).created_by
    return typeof by === 'string' ? by : undefined
  },

  parse(request): InboundEvent[] {
    const { event, created_at: at, payload } = bodyOf(request)
    if (typeof event !== 'string' || typeof payload !== 'object' || payload === null) return []
    const uri = typeof payload.uri === 'string' ? payload.uri : undefined
    const occurredAt = new Date(typeof at === 'string' ? at : Number.NaN)
    return [
      {
        type: `calendly.${event}`,
        // An invitee is made once and called off once.
        ...(uri === undefined ? {} : { eventId: `${event} ${uri}`, externalId: uri }),
        ...(Number.isNaN(occurredAt.getTime()) ? {} : { occurredAt }),
        data: payload,
      },
    ]
  },

  subscribe,

  /** It never runs out; one that Calendly switched off cannot be switched on again and is made anew. */
  async renew(context, { id }, options) {
    const path = `/webhook_subscriptions/${idIn(id)}`
    const { status, body } = await context.http.request<Resource<Subscription>>('GET', path, { accept: [404] })
    if (status !== 404 && body.resource.state === 'active') return made(context, body.resource)
    if (status !== 404) await remove(context, id)
    return await subscribe(context, options)
  },

  unsubscribe: (context, { id }) => remove(context, id),
}

async function subscribe(context: CalendlyContext, { url, secret }: Options) {
  const { http, settings } = context
  const { uri: user, current_organization: organization } = await userOf(context)
  const scope = settings.webhook_scope ?? 'user'
  const place = { organization, scope, ...(scope === 'user' ? { user } : {}) }
  const wanted = { url, events: ['invitee.created', 'invitee.canceled'], ...place, signing_key: secret }
  const create = (accept: number[]) =>
    http.request<Resource<Subscription>>('POST', '/webhook_subscriptions', { body: wanted, accept })
  const first = await create([409])
  if (first.status !== 409) return made(context, first.body.resource)
  // One with this URL is there, of a try whose answer was lost or with a secret that is gone.
  for await (const one of http.pages<Subscription>('/webhook_subscriptions', place)) {
    if (one.callback_url === url) await remove(context, one.uri)
  }
  return made(context, (await create([])).body.resource)
}

const made = ({ now }: CalendlyContext, { uri }: Subscription) => ({
  id: uri,
  expiresAt: new Date(now().getTime() + lookMs),
})

async function remove({ http }: CalendlyContext, id: string): Promise<void> {
  await http.delete(`/webhook_subscriptions/${idIn(id)}`, {}, { accept: [404] })
}

function bodyOf({ rawBody }: InboundRequest): Body {
  const body: unknown = JSON.parse(rawBody.toString())
  return typeof body === 'object' && body !== null ? body : {}
}
