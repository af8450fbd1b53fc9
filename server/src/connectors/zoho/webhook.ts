import { createHash } from 'node:crypto'
import { type InboundEvent, type InboundRequest, schemes, type Webhook } from '../../kit/index.ts'
import { refusal } from './faults.ts'
import { paths } from './paths.ts'
import { timeText } from './records.ts'
import { moduleOf, type ZohoContext } from './settings.ts'
import type { Row } from './types.ts'

type News = { module?: unknown; operation?: unknown; ids?: unknown; server_time?: unknown; channel_id?: unknown }
type Watched = { watch?: (Row & { details?: { events?: { channel_expiry?: string | null }[] } | null })[] }

/** A channel lives for a week at most; somewhat less, since the clocks differ. */
const lifeMs = 7 * 86_400_000 - 600_000
const subjects: Record<string, string> = { Contacts: 'contact', Leads: 'contact', Deals: 'deal' }
const actions: Record<string, string> = { insert: 'created', update: 'updated', delete: 'deleted' }

/**
 * Zoho signs nothing; its notifications bear the token that the hub gave the channel, and name the records without their content.
 * https://www.zoho.com/crm/developer/docs/api/v8/notifications/overview.html
 */
export const webhook: Webhook<ZohoContext['settings']> = {
  verify: schemes.zoho(),
  secret: 'generated',

  parse({ rawBody }: InboundRequest): InboundEvent[] {
    const body: unknown = JSON.parse(rawBody.toString())
    const { module, operation, ids, server_time: at, channel_id: channel } = Object(body) as News
    if (typeof module !== 'string' || typeof operation !== 'string' || !Array.isArray(ids)) return []
    const [subject, action] = [own(subjects, module), own(actions, operation)]
    const time = Number(at)
    // The token is a secret, and everybody may read what is told.
    const { token: _, ...data } = Object(body) as Record<string, unknown>
    return [...new Set(ids.map(String))].map((id) => ({
      type: subject && action ? `${subject}.${action}` : `zoho.${module}.${operation}`,
      eventId: [channel, at, module, operation, id].map(String).join('/'),
      externalId: id,
      ...(time > 0 && time <= 8.64e15 ? { occurredAt: new Date(time) } : {}),
      data: { ...data, ids: [id] },
    }))
  },

  async subscribe(context: ZohoContext, { url, secret, channelId }) {
    const id = channelOf(channelId)
    return { id, ...(await watch(context, 'POST', { id, url, secret })) }
  },

  async renew(context: ZohoContext, { id }, { url, secret }) {
    return { id, ...(await watch(context, 'PUT', { id, url, secret })) }
  },

  /** A channel that ran out is gone already. */
  async unsubscribe({ http }: ZohoContext, { id }) {
    await http.delete(paths.watch, { channel_ids: id }, { accept: [400, 404] })
  },
}

async function watch(
  context: ZohoContext,
  method: 'POST' | 'PUT',
  { id, url, secret }: { id: string; url: string; secret: string },
): Promise<{ expiresAt: Date }> {
  const expiresAt = new Date(context.now().getTime() + lifeMs)
  const events = [moduleOf(context.settings), 'Deals'].flatMap((module) =>
    ['create', 'edit', 'delete'].map((event) => `${module}.${event}`),
  )
  const channel = {
    channel_id: id,
    events,
    notify_url: url,
    token: secret,
    channel_expiry: timeText(expiresAt),
    return_affected_field_values: false,
  }
  // The same channel twice is one channel.
  const { body } = await context.http.request<Watched>(method, paths.watch, {
    body: { watch: [channel] },
    repeatable: true,
  })
  const [row] = body.watch ?? []
  if (row?.status === 'error') throw refusal(row, 'the notifications')
  const promised = Date.parse(row?.details?.events?.[0]?.channel_expiry ?? '')
  return { expiresAt: Number.isNaN(promised) ? expiresAt : new Date(promised) }
}

/** A channel's id is a number of at most 63 bits, the same for the same subscription. */
const channelOf = (given: string): string =>
  (createHash('sha256').update(given).digest().readBigUInt64BE() >> 2n).toString()

const own = (words: Record<string, string>, word: string): string | undefined =>
  Object.hasOwn(words, word) ? words[word] : undefined
