import {
  bearer,
  cursorPages,
  defineConnector,
  type ErrorReading,
  encrypted,
  keys,
  oauth2,
  Type,
} from '../../kit/index.ts'
import { book, cancel, find } from './bookings.ts'
import { api, type CalendlyContext, eventTypeOf, idIn, settings } from './settings.ts'
import { busyTimes, freeTimes, userOf } from './times.ts'
import type { EventType } from './types.ts'
import { webhook } from './webhook.ts'

export const calendly = defineConnector({
  id: 'calendly',
  name: 'Calendly',
  category: 'calendar',
  description:
    'Offers the free times of an event type, books and cancels, and hears of bookings that are made at Calendly.',
  docs: 'https://developer.calendly.com/api-docs',
  apiVersion: 'v2',
  recordAs: 'calendly',
  settings,

  auth: [
    oauth2({
      provider: 'calendly',
      authorizeUrl: 'https://auth.calendly.com/oauth/authorize',
      tokenUrl: 'https://auth.calendly.com/oauth/token',
      revokeUrl: 'https://auth.calendly.com/oauth/revoke',
      scopes: [
        ...['users:read', 'organizations:read', 'event_types:read', 'availability:read'],
        ...['scheduled_events:read', 'scheduled_events:write', 'webhooks:read', 'webhooks:write'],
      ],
      pkce: true,
      clientAuth: 'basic',
    }),
    keys({
      fields: Type.Object({
        personalToken: encrypted(
          Type.String({
            title: 'Personal access token',
            description: 'From Integrations → API and webhooks.',
            minLength: 1,
          }),
        ),
      }),
      apply: ({ personalToken }) => bearer(personalToken),
    }),
  ],

  http: {
    baseUrl: api,
    // Of the free plan; paid ones have ten times that.
    rateLimit: { requests: 50, perMs: 60_000 },
    pages: cursorPages({
      ...{ items: 'collection', next: 'pagination.next_page_token', param: 'page_token' },
      ...{ limitParam: 'count', limit: 100 },
    }),
    readError,
    retryHeaders: ({ 'x-ratelimit-reset': reset }) =>
      /^\d{1,6}$/.test(reset ?? '') ? Number(reset) * 1_000 : undefined,
  },

  async check(context) {
    const { uri, name, email } = await userOf(context)
    if (context.settings.event_type_uri !== undefined)
      await context.http.get(`/event_types/${idIn(eventTypeOf(context))}`)
    return { name: name || email, routingKey: uri }
  },

  webhook,
  repeat: { 'calendar.book': 'never' },

  capabilities: {
    calendar: {
      async calendars(context) {
        const { uri: user, timezone } = await userOf(context)
        const found = context.http.pages<EventType>('/event_types', { user, active: true })
        return (await Array.fromAsync(found)).map(({ uri, name }) => ({
          ...{ id: uri, name, timezone, writable: true },
          primary: isChosen(context, uri),
        }))
      },
      busy: (context, { from, to }) => busyTimes(context, { from, to }),
      availability: (context, { from, to }) => freeTimes(context, { from, to }),
      book: (context, { idempotencyKey: _, ...input }) => book(context, input),
      find,
      cancel,
    },
  },
})

const isChosen = ({ settings: { event_type_uri: chosen } }: CalendlyContext, uri: string): boolean =>
  chosen !== undefined && idIn(chosen) === idIn(uri)

/** `{ title, message, details: [{ parameter, message }] }`. */
function readError({ body }: Parameters<ErrorReading>[0]): ReturnType<ErrorReading> {
  const { title, message, details } = Object(body) as { title?: unknown; message?: unknown; details?: unknown }
  if (typeof message !== 'string') return undefined
  const [first] = Array.isArray(details) ? (details as { parameter?: unknown; message?: unknown }[]) : []
  const detail = first?.message === undefined ? '' : ` (${String(first.parameter ?? '')} ${String(first.message)})`
  return { message: `${message}${detail}`, ...(typeof title === 'string' ? { vendorCode: title } : {}) }
}
