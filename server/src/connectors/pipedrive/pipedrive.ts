import {
  ConnectorError,
  cursorPages,
  defineConnector,
  encrypted,
  keys,
  oauth2,
  Type,
  type VendorAnswer,
} from '../../kit/index.ts'
import { notes, tasks } from './activities.ts'
import { calendar } from './calendar.ts'
import { contacts } from './contacts.ts'
import { customFields } from './custom-fields.ts'
import { deals } from './deals.ts'
import { leads } from './leads.ts'
import { paths } from './paths.ts'
import { settings } from './settings.ts'
import type { Reply, User } from './types.ts'
import { webhook } from './webhook.ts'

const oauth = 'https://oauth.pipedrive.com/oauth'

export const pipedrive = defineConnector({
  id: 'pipedrive',
  name: 'Pipedrive',
  category: 'crm',
  description: 'Persons, leads, deals, notes, tasks and appointments in Pipedrive, with its changes as they happen.',
  docs: 'https://developers.pipedrive.com/docs/api/v1',
  apiVersion: 'v2',
  settings,

  auth: [
    oauth2({
      provider: 'pipedrive',
      authorizeUrl: `${oauth}/authorize`,
      tokenUrl: `${oauth}/token`,
      revokeUrl: `${oauth}/revoke`,
      scopes: ['base', 'contacts:full', 'deals:full', 'leads:full', 'activities:full', 'recents:read', 'webhooks:full'],
      clientAuth: 'basic',
      pkce: false,
      keep: ['api_domain'],
      defaultExpiresIn: 3_600,
    }),
    keys({
      fields: Type.Object({
        apiToken: encrypted(
          Type.String({
            title: 'API token',
            description: 'From Personal preferences → API of the user on whose behalf the hub acts.',
            minLength: 1,
          }),
        ),
      }),
      apply: ({ apiToken }) => ({ headers: { 'x-api-token': apiToken } }),
    }),
  ],

  http: {
    baseUrl: ({ credentials }) => domainOf(credentials.api_domain),
    // Of an API token on the smallest plan; OAuth applications have four times that. Searches, of which 10 are allowed, are waited out.
    rateLimit: { requests: 20, perMs: 2_000 },
    pages: cursorPages({ items: 'data', next: 'additional_data.next_cursor', param: 'cursor', limit: 500 }),
    readError,
    retryHeaders: (headers) => secondsIn(headers['x-ratelimit-reset']),
  },

  async check({ http }) {
    const { data } = await http.get<Reply<User>>(paths.me)
    return { name: data.company_name, routingKey: String(data.company_id) }
  },

  webhook,
  // A booking bears a reference to its key, which is looked for first.
  repeat: { 'calendar.book': 'key' },
  capabilities: { contacts, leads, deals, notes, tasks, customFields, calendar },
})

/** The company's own domain, which the token answer names; tokens go to no other place. */
function domainOf(domain = 'https://api.pipedrive.com'): string {
  const url = URL.parse(domain)
  if (url?.protocol === 'https:' && url.hostname.endsWith('.pipedrive.com')) return url.origin
  throw new ConnectorError('AUTH_ERROR', 'Pipedrive named a domain that is not its own; connect again (AUTH_ERROR)')
}

const secondsIn = (header: string | undefined): number | undefined => {
  const seconds = Number(header)
  return header === undefined || !Number.isFinite(seconds) ? undefined : Math.max(0, seconds) * 1_000
}

type Failure = {
  error?: string
  error_info?: string
  message?: string
  code?: string
  errors?: { [field: string]: string[] }
}

/** `{ success: false, error, error_info, code }`; webhooks name their fields in `errors`. */
function readError({ body }: VendorAnswer<unknown>) {
  if (typeof body !== 'object' || body === null) return undefined
  const { error, message, code, errors } = body as Failure
  const [field] = Object.entries(errors ?? {})
  const said = error ?? message ?? (field === undefined ? undefined : `${field[0]}: ${[field[1]].flat().join(', ')}`)
  return {
    ...(typeof said === 'string' ? { message: said } : {}),
    ...(typeof code === 'string' ? { vendorCode: code } : {}),
  }
}
