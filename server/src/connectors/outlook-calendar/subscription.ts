import { ConnectorError, type InboundEvent, type InboundRequest, schemes, type Webhook } from '../../kit/index.ts'
import { calendarOf, type OutlookContext } from './settings.ts'
import type { GraphSubscription } from './types.ts'

/** Events can be subscribed to for less than seven days (10,080 minutes); ten minutes less, since clocks differ. */
const lifeMs = 10_070 * 60_000

type Notification = {
  id?: string
  subscriptionId?: string
  changeType?: string
  lifecycleEvent?: string
  resource?: string
  resourceData?: { id?: string; '@odata.etag'?: string }
}

/**
 * Change notifications (https://learn.microsoft.com/graph/change-notifications-delivery-webhooks): Graph says which event changed and
 * proves itself by the `clientState` that it was given; what the change was is read by `calendar.changes`. Lifecycle notifications come
 * to the same URL.
 */
export const subscription: Webhook<OutlookContext['settings']> = {
  verify: schemes.microsoftGraph(),
  secret: 'generated',
  answer: { status: 202, body: '', headers: {} },

  /** Graph asks for its token back, as plain text, before a subscription begins. */
  handshake({ method, query: { validationToken } }) {
    if (method !== 'POST' || validationToken === undefined || validationToken.length > 2_000) return undefined
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }
    return { status: 200, body: validationToken, headers }
  },

  parse: (request): InboundEvent[] => notificationsIn(request).map((one) => eventOf(one, request.receivedAt)),

  subscribe: open,

  async renew({ http, now }, { id, data }) {
    const expirationDateTime = endFrom(now())
    const renewed = await http.patch<GraphSubscription>(
      `/subscriptions/${encodeURIComponent(id)}`,
      { expirationDateTime },
      { repeatable: true },
    )
    return { id, expiresAt: new Date(renewed.expirationDateTime), data }
  },

  /** One that has run out is gone already. */
  async unsubscribe({ http }, { id }) {
    await http.delete(`/subscriptions/${encodeURIComponent(id)}`, undefined, { accept: [404] })
  },
}

function notificationsIn({ rawBody }: InboundRequest): Notification[] {
  const { value } = JSON.parse(rawBody.toString()) as { value?: unknown }
  if (!Array.isArray(value)) throw new Error('there is no list of notifications in it')
  return value.filter((one): one is Notification => typeof one === 'object' && one !== null)
}

function eventOf(notification: Notification, receivedAt: Date): InboundEvent {
  const { id, subscriptionId, changeType, lifecycleEvent, resource, resourceData } = notification
  if (lifecycleEvent !== undefined) {
    // `missed` needs nothing but that the calendar is read again, as any news of it do.
    const ends = lifecycleEvent === 'reauthorizationRequired' || lifecycleEvent === 'subscriptionRemoved'
    return {
      type: `subscription.${lifecycleEvent}`,
      ...(id === undefined ? {} : { eventId: id }),
      ...(ends ? { endsSubscription: true } : {}),
      occurredAt: receivedAt,
      data: { subscriptionId, lifecycleEvent },
    }
  }
  const { id: externalId, '@odata.etag': etag } = resourceData ?? {}
  // Graph tells of one change twice now and then; the version tells them apart from two changes.
  const eventId = id ?? (etag === undefined ? undefined : [subscriptionId, externalId, changeType, etag].join('/'))
  return {
    type: 'calendar.changed',
    ...(eventId === undefined ? {} : { eventId }),
    ...(externalId === undefined ? {} : { externalId }),
    occurredAt: receivedAt,
    data: { subscriptionId, changeType, resource },
  }
}

async function open(context: OutlookContext, { url, secret }: { url: string; secret: string }) {
  const calendarId = calendarOf(context)
  const resource = calendarId === 'primary' ? '/me/events' : `/me/calendars/${calendarId}/events`
  const wanted = {
    changeType: 'created,updated,deleted',
    notificationUrl: url,
    lifecycleNotificationUrl: url,
    resource,
    expirationDateTime: endFrom(context.now()),
    clientState: secret,
  }
  const make = () => context.http.post<GraphSubscription>('/subscriptions', wanted, { timeoutMs: 30_000 })
  try {
    return made(await make(), resource)
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'CONFLICT') throw error
    // The one before still stands, where Graph takes no second for the same place.
    await removeOwn(context, url)
    return made(await make(), resource)
  }
}

async function removeOwn({ http }: OutlookContext, url: string): Promise<void> {
  for await (const { id, notificationUrl } of http.pages<GraphSubscription>('/subscriptions', { $top: undefined })) {
    if (notificationUrl === url)
      await http.delete(`/subscriptions/${encodeURIComponent(id)}`, undefined, { accept: [404] })
  }
}

const made = ({ id, expirationDateTime }: GraphSubscription, resource: string) => ({
  id,
  expiresAt: new Date(expirationDateTime),
  data: { resource },
})

const endFrom = (now: Date): string => new Date(now.getTime() + lifeMs).toISOString()
