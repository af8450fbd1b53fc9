import { bearer, type CalendarEvent, defineConnector, hmac, keys, Type } from '../kit/index.ts'
import type { ConnectorEntry } from '../templates/catalogue.ts'
import { type FakeVendor, fakeVendor, type VendorCall, type VendorReply } from './fake-vendor.ts'
import type { Hub } from './hub.ts'

type Entry = { id: string; title: string; start: string; end: string; guests: string[]; key?: string }

const eventOf = ({ id, title, start, end, guests }: Entry): CalendarEvent => ({
  ...{ externalId: id, title, startsAt: new Date(start), endsAt: new Date(end) },
  attendees: guests.map((email) => ({ email })),
})

/** A connector of a calendar that does not exist. */
const smallCalendar = defineConnector({
  id: 'small_calendar',
  name: 'Small Calendar',
  category: 'calendar',
  description: 'Events and busy time.',
  docs: 'https://example.com/docs',
  apiVersion: '1',
  settings: Type.Object({ url: Type.String({ title: 'URL' }) }),
  auth: [
    keys({
      fields: Type.Object({ apiKey: Type.String({ title: 'API key', minLength: 8 }) }),
      apply: ({ apiKey }) => bearer(apiKey),
    }),
  ],
  http: { baseUrl: ({ settings }) => settings.url, rateLimit: { requests: 10_000, perMs: 1_000 } },
  check: async ({ http }) => ({ name: (await http.get<{ name: string }>('/me')).name }),
  webhook: {
    secret: 'generated',
    verify: hmac({ header: 'x-signature' }),
    parse: ({ rawBody }) => [{ type: 'calendar.changed', data: JSON.parse(rawBody.toString()) }],
    subscribe: async ({ http }, { secret }) => http.post<{ id: string }>('/channels', { secret }),
  },
  capabilities: {
    calendar: {
      busy: async ({ http }, { from, to }) => {
        const { busy } = await http.get<{ busy: { start: string; end: string }[] }>('/busy', { from, to })
        return busy.map(({ start, end }) => ({ startsAt: new Date(start), endsAt: new Date(end) }))
      },
      book: async ({ http }, { title, startsAt, endsAt, attendees = [], idempotencyKey }) =>
        eventOf(
          await http.post<Entry>('/events', {
            ...{ title, start: startsAt, end: endsAt, key: idempotencyKey },
            guests: attendees.map(({ email }) => email),
          }),
        ),
      find: async ({ http }, wanted) => {
        if ('idempotencyKey' in wanted) return null
        const { events } = await http.get<{ events: Entry[] }>('/events', { start: wanted.startsAt })
        return events[0] ? eventOf(events[0]) : null
      },
      update: async ({ http }, { externalId, changes: { title, startsAt, endsAt } }) =>
        eventOf(await http.patch<Entry>(`/events/${externalId}`, { title, start: startsAt, end: endsAt })),
      cancel: async ({ http }, { externalId }) => void (await http.delete(`/events/${externalId}`)),
    },
  },
})

export const smallCalendarEntry: ConnectorEntry = { id: 'small_calendar', load: async () => smallCalendar }

export type SmallCalendarVendor = FakeVendor & {
  events: Entry[]
  busy: { start: string; end: string }[]
  /** What to answer to calls of this method and path, in place of doing them; `after` does them first. */
  faults: { route: string; reply: VendorReply | Promise<VendorReply>; after?: boolean; times?: number }[]
  countOf(route: string): number
  /** The secret with which its news are signed. */
  secret: string
}

/** The vendor of the small calendar, with its events. */
export async function smallCalendarVendor(): Promise<SmallCalendarVendor> {
  const events: Entry[] = []
  const busy: SmallCalendarVendor['busy'] = []
  const faults: SmallCalendarVendor['faults'] = []

  const act = ({ method, path, query, body }: VendorCall): VendorReply => {
    const id = path.split('/')[2]
    const at = events.findIndex((event) => event.id === id)
    switch (`${method} ${path}`.replace(/\/events\/.*/, '/events/:id')) {
      case 'GET /me':
        return { name: 'The calendar' }
      case 'POST /channels':
        small.secret = (body as { secret: string }).secret
        return { status: 201, body: { id: 'channel-1' } }
      case 'GET /busy':
        return { busy: [...busy, ...events.map(({ start, end }) => ({ start, end }))] }
      case 'GET /events':
        return { events: events.filter(({ start }) => Date.parse(start) === Date.parse(query.start!)) }
      case 'POST /events': {
        const event = { ...(body as Entry), id: `event-${events.length + 1}` }
        events.push(event)
        return { status: 201, body: event }
      }
      case 'PATCH /events/:id':
        return at < 0 ? { status: 404, body: {} } : { ...Object.assign(events[at]!, body) }
      case 'DELETE /events/:id':
        events.splice(at, at < 0 ? 0 : 1)
        return { status: at < 0 ? 404 : 204, body: at < 0 ? {} : undefined }
      default:
        return { status: 501, body: { message: 'no such path' } }
    }
  }

  const vendor = await fakeVendor((call) => {
    const at = faults.findIndex(({ route }) => `${call.method} ${call.path}`.startsWith(route))
    const fault = faults[at]
    if (!fault) return act(call)
    if (fault.times !== undefined && --fault.times === 0) faults.splice(at, 1)
    if (fault.after) act(call)
    return fault.reply
  })
  const small: SmallCalendarVendor = Object.assign(vendor, {
    ...{ events, busy, faults, secret: '' },
    countOf: (route: string) => vendor.calls.filter(({ method, path }) => `${method} ${path}`.startsWith(route)).length,
  })
  return small
}

/** Connects a workspace of the hub to the calendar, and the calendar to a host. */
export async function connectSmallCalendar(
  hub: Hub,
  vendor: { url: string },
  hostId: string,
  options: Record<string, unknown> = {},
): Promise<{ providerId: string; integrationId: string }> {
  const integration = await hub.request<{ id: string }>('POST', '/api/integrations', {
    body: { templateId: 'small_calendar', config: { url: vendor.url }, credentials: { apiKey: 'the-right-key' } },
  })
  if (integration.status !== 201) throw new Error(`Not connected: ${integration.text}`)
  const integrationId = integration.body.data.id
  const provider = await hub.request<{ id: string }>('POST', '/api/integrations/calendar/providers', {
    body: { hostId, integrationId, ...options },
  })
  if (provider.status !== 201) throw new Error(`Not connected to the host: ${provider.text}`)
  return { providerId: provider.body.data.id, integrationId }
}
