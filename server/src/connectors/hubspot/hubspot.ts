import {
  bearer,
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
import { apiVersion, paths } from './paths.ts'
import { settings } from './settings.ts'
import type { AccountDetails } from './types.ts'
import { webhook } from './webhook.ts'
import { workflows } from './workflows.ts'

const api = 'https://api.hubapi.com'

export const hubspot = defineConnector({
  id: 'hubspot',
  name: 'HubSpot',
  category: 'crm',
  description: 'Contacts, deals, notes, tasks and meetings in HubSpot; starts workflows and sequences.',
  docs: 'https://developers.hubspot.com/docs/api-reference/overview',
  apiVersion,
  settings,

  auth: [
    oauth2({
      provider: 'hubspot',
      authorizeUrl: 'https://app.hubspot.com/oauth/authorize',
      tokenUrl: api + paths.token,
      revokeUrl: `${api}${paths.token}/revoke`,
      scopes: [
        'oauth',
        'crm.objects.contacts.read',
        'crm.objects.contacts.write',
        'crm.objects.deals.read',
        'crm.objects.deals.write',
        'crm.schemas.contacts.read',
        'crm.schemas.deals.read',
        'crm.objects.owners.read',
        'scheduler.meetings.meeting-link.read',
      ],
      // Accounts without Sales Hub could not connect at all if these were required.
      authorizeParameters: { optional_scope: 'automation.sequences.read automation.sequences.enrollments.write' },
      clientAuth: 'body',
      pkce: true,
      keep: ['hub_id', 'user_id'],
      defaultExpiresIn: 1_800,
    }),
    keys({
      fields: Type.Object({
        token: encrypted(
          Type.String({
            title: 'Access token',
            description: 'Of a service key or a private app of the HubSpot account.',
            minLength: 1,
          }),
        ),
      }),
      apply: ({ token }) => bearer(token),
    }),
  ],

  http: {
    baseUrl: api,
    // Of OAuth applications, per account. Private apps have 100 or more; searches, which have 5 a second, are waited out.
    rateLimit: { requests: 110, perMs: 10_000 },
    pages: cursorPages({ items: 'results', next: 'paging.next.after', param: 'after', limit: 100 }),
    readError,
  },

  async check({ http }) {
    const { portalId, uiDomain } = await http.get<AccountDetails>(paths.account)
    return { name: `${uiDomain} ${portalId}`, routingKey: String(portalId) }
  },

  webhook,
  capabilities: { contacts, deals, notes, tasks, customFields, calendar, workflows },
})

type Failure = {
  message?: string
  category?: string
  policyName?: string
  errors?: { message?: string }[]
}

const hourMs = 3_600_000

/** HubSpot's failures are `{ category, message, errors }`; of the last, the first says what is wrong. */
function readError({ status, body }: VendorAnswer<unknown>) {
  if (typeof body !== 'object' || body === null) return undefined
  const { message, category, policyName, errors } = body as Failure
  const detail = Array.isArray(errors) ? errors[0]?.message : undefined
  const told =
    detail !== undefined && !message?.includes(detail) ? [message, detail].filter(Boolean).join(': ') : message
  return {
    ...(told === undefined ? {} : { message: told }),
    ...(category === undefined ? {} : { vendorCode: category }),
    // 423: the record is being changed by another call; 477: the account is being moved.
    ...(status === 423 || status === 477 ? { code: 'RATE_LIMIT_EXCEEDED' } : {}),
    ...(status === 423 ? { retryAfterMs: 2_000 } : {}),
    // The day's allowance comes back at midnight of the account's time zone.
    ...(status === 429 && policyName === 'DAILY' ? { retryAfterMs: hourMs } : {}),
  }
}
