import { bearer, defineConnector, encrypted, keys, oauth2, Type, type VendorAnswer } from '../../kit/index.ts'
import { notes, tasks } from './activities.ts'
import { calendar } from './calendar.ts'
import { contacts } from './contacts.ts'
import { customFields } from './custom-fields.ts'
import { deals } from './deals.ts'
import { apiVersion, paths } from './paths.ts'
import { locationOf, settings } from './settings.ts'
import type { GhlLocation } from './types.ts'
import { webhook } from './webhook.ts'
import { workflows } from './workflows.ts'

const api = 'https://services.leadconnectorhq.com'

export const goHighLevel = defineConnector({
  id: 'gohighlevel',
  name: 'GoHighLevel',
  category: 'crm',
  description: 'Contacts, notes, opportunities, calendars and workflows of a GoHighLevel location.',
  docs: 'https://marketplace.gohighlevel.com/docs/',
  apiVersion,
  settings,

  auth: [
    oauth2({
      provider: 'gohighlevel',
      authorizeUrl: 'https://marketplace.gohighlevel.com/oauth/chooselocation',
      tokenUrl: `${api}/oauth/token`,
      scopes: [
        'contacts.readonly',
        'contacts.write',
        'opportunities.readonly',
        'opportunities.write',
        'calendars.readonly',
        'calendars/events.readonly',
        'calendars/events.write',
        'workflows.readonly',
        'locations.readonly',
        'locations/customFields.readonly',
      ],
      tokenParameters: { user_type: 'Location' },
      pkce: false,
      clientAuth: 'body',
      keep: ['locationId', 'companyId', 'userId'],
      defaultExpiresIn: 86_399,
    }),
    keys({
      fields: Type.Object({
        apiKey: encrypted(
          Type.String({
            title: 'Private integration token',
            description: 'Of the location: Settings → Private integrations. It begins with `pit-`.',
            minLength: 1,
          }),
        ),
      }),
      apply: ({ apiKey }) => bearer(apiKey),
    }),
  ],

  http: {
    baseUrl: api,
    headers: { version: apiVersion },
    // Per application and location.
    rateLimit: { requests: 100, perMs: 10_000 },
    readError,
    retryHeaders: waitOf,
  },

  async check(context) {
    const { location } = await context.http.get<{ location: GhlLocation }>(paths.location(locationOf(context)))
    return { ...(location.name === undefined ? {} : { name: location.name }), routingKey: location.id }
  },

  webhook,
  capabilities: { contacts, deals, notes, tasks, customFields, calendar, workflows },
})

type Failure = { message?: unknown; error?: unknown }

/** Messages are a sentence or a list of them. A twin and a slot that is taken are told as bad requests. */
function readError({ status, body }: VendorAnswer<unknown>) {
  const { message, error } = Object(body) as Failure
  const told = Array.isArray(message) ? message.map(String).join('; ') : message
  if (typeof told !== 'string' || told === '') return typeof error === 'string' ? { message: error } : undefined
  const isConflict = status >= 400 && status < 500 && /duplicated contacts|slot.*(no longer|not) available/i.test(told)
  // A record that is gone is a bad request to some of its paths.
  const isGone = status === 400 && /\bnot found\b/i.test(told)
  return { message: told, ...(isConflict ? { code: 'CONFLICT' } : isGone ? { code: 'NOT_FOUND' } : {}) }
}

/** A used-up day is waited for an hour at a time, a used-up burst for its window. */
function waitOf(headers: Record<string, string>): number | undefined {
  if (headers['x-ratelimit-daily-remaining'] === '0') return 3_600_000
  const interval = Number(headers['x-ratelimit-interval-milliseconds'])
  return headers['x-ratelimit-remaining'] === '0' && interval > 0 ? interval : undefined
}
