import { type InboundEvent, type InboundRequest, schemes, type Webhook } from '../../kit/index.ts'
import { paths } from './paths.ts'
import type { PipedriveContext } from './settings.ts'
import type { Reply, WebhookBody } from './types.ts'

/** The user that `schemes.pipedrive()` expects, and the name under which a person finds the subscription in Pipedrive. */
const user = 'tenon'
const name = 'Tenon'

const subjects: Record<string, string> = { person: 'contact', deal: 'deal' }
const actions: Record<string, string> = { create: 'created', change: 'updated', delete: 'deleted' }

/** Pipedrive signs nothing; it signs in with the user and password that the hub gave it. One subscription hears of everything. */
export const webhook: Webhook<PipedriveContext['settings']> = {
  verify: schemes.pipedrive(),
  secret: 'generated',

  parse(request: InboundRequest): InboundEvent[] {
    const body = JSON.parse(request.rawBody.toString()) as WebhookBody | null
    const meta = body?.meta
    if (body === null || typeof meta?.action !== 'string' || typeof meta.entity !== 'string') return []
    return [read(body)]
  },

  async subscribe({ http }: PipedriveContext, { url, secret }) {
    const { data } = await http.post<Reply<{ id: number }>>(paths.webhooks(), {
      subscription_url: url,
      event_action: '*',
      event_object: '*',
      name,
      version: '2.0',
      http_auth_user: user,
      http_auth_password: secret,
    })
    return { id: String(data.id) }
  },

  /** Pipedrive drops a subscription by itself when nothing arrives for three days. */
  async unsubscribe({ http }: PipedriveContext, { id }) {
    await http.delete(paths.webhooks(id), {}, { accept: [404] })
  },
}

function read(body: WebhookBody): InboundEvent {
  const { action, entity, id, entity_id: externalId, timestamp } = body.meta
  const [subject, happened] = [own(subjects, entity), own(actions, action)]
  const at = timestamp === undefined ? undefined : timeOf(timestamp)
  return {
    type: subject && happened ? `${subject}.${happened}` : `pipedrive.${entity}.${action}`,
    ...(typeof id === 'string' ? { eventId: id } : {}),
    ...(externalId === undefined ? {} : { externalId: String(externalId) }),
    ...(at === undefined ? {} : { occurredAt: at }),
    data: body,
  }
}

/** ISO 8601, or seconds since 1970. */
function timeOf(given: string | number): Date | undefined {
  const at = new Date(/^\d+$/.test(String(given)) ? Number(given) * 1_000 : given)
  return Number.isNaN(at.getTime()) ? undefined : at
}

const own = (words: Record<string, string>, word: string): string | undefined =>
  Object.hasOwn(words, word) ? words[word] : undefined
