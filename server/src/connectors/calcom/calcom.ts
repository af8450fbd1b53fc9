import { bearer, defineConnector, encrypted, keys, oauth2, Type, type VendorAnswer } from '../../kit/index.ts'
import { calendar } from './calendar.ts'
import { paths } from './paths.ts'
import { apiUrlOf, cloudUrl, settings } from './settings.ts'
import type { CalMe, Reply } from './types.ts'
import { webhook } from './webhook.ts'

export const calcom = defineConnector({
  id: 'calcom',
  name: 'Cal.com',
  category: 'calendar',
  description: 'Slots of event types, bookings made, moved and cancelled, at cal.com or at a Cal.com of your own.',
  docs: 'https://cal.com/docs/api-reference/v2/introduction',
  apiVersion: 'v2',
  recordAs: 'calcom',
  settings,

  auth: [
    keys({
      fields: Type.Object({
        apiKey: encrypted(
          Type.String({
            title: 'API key',
            description: 'Settings → Developer → API keys. It begins with `cal_`.',
            minLength: 1,
          }),
        ),
      }),
      apply: ({ apiKey }) => bearer(apiKey),
    }),
    oauth2({
      provider: 'calcom',
      authorizeUrl: 'https://app.cal.com/auth/oauth2/authorize',
      tokenUrl: `${cloudUrl}/v2/auth/oauth2/token`,
      scopes: [
        'PROFILE_READ',
        'EVENT_TYPE_READ',
        'SCHEDULE_READ',
        'BOOKING_READ',
        'BOOKING_WRITE',
        'WEBHOOK_READ',
        'WEBHOOK_WRITE',
      ],
      // An application with a secret proves itself by that.
      pkce: false,
      clientAuth: 'body',
      tokenBody: 'json',
      defaultExpiresIn: 1_800,
    }),
  ],

  http: {
    baseUrl: ({ settings }) => apiUrlOf(settings),
    // Of an API key; a token may make 500.
    rateLimit: { requests: 120, perMs: 60_000 },
    readError,
    retryHeaders: waitOf,
  },

  async check({ http }) {
    const { id, name, username, email } = (await http.get<Reply<CalMe>>(paths.me)).data
    return { name: name || username || email, routingKey: String(id) }
  },

  webhook,
  capabilities: { calendar },
})

type Failure = { error?: { code?: unknown; message?: unknown } | null; message?: unknown }

/** A slot that is taken, or cannot be booked any more, is told as a bad request. */
function readError({ body }: VendorAnswer<unknown>) {
  const { error, message } = Object(body) as Failure
  const told = error?.message ?? message
  if (typeof told !== 'string' || told === '') return undefined
  const isTaken = /already has booking at this time|not available|can't be booked at the|no longer available/i.test(
    told,
  )
  return {
    message: told,
    ...(typeof error?.code === 'string' ? { vendorCode: error.code } : {}),
    ...(isTaken ? { code: 'CONFLICT' } : {}),
  }
}

/** Limits have names, which their headers bear; the one that is used up says in how many seconds it begins anew. */
function waitOf(headers: Record<string, string>): number | undefined {
  for (const [name, value] of Object.entries(headers)) {
    const [, limit] = /^x-ratelimit-remaining(-[\w-]+)?$/.exec(name) ?? []
    const seconds = Number(headers[`x-ratelimit-reset${limit ?? ''}`])
    if (value === '0' && /^x-ratelimit-remaining/.test(name) && seconds > 0 && seconds <= 3_600) return seconds * 1_000
  }
  return undefined
}
