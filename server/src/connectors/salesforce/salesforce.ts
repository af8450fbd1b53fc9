import { ConnectorError, defineConnector, linkPages, oauth2 } from '../../kit/index.ts'
import { notes, tasks } from './activities.ts'
import { calendar } from './calendar.ts'
import { contacts } from './contacts.ts'
import { customFields } from './custom-fields.ts'
import { deals } from './deals.ts'
import { isExpired, readError } from './faults.ts'
import { leads } from './leads.ts'
import { apiVersion, paths } from './paths.ts'
import { settings } from './settings.ts'
import type { UserInfo } from './types.ts'
import { webhook } from './webhook.ts'
import { workflows } from './workflows.ts'

const login = 'https://login.salesforce.com/services/oauth2'

export const salesforce = defineConnector({
  id: 'salesforce',
  name: 'Salesforce',
  category: 'crm',
  description: 'Leads or contacts, opportunities, notes, tasks and events in Salesforce; runs flows.',
  docs: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest.htm',
  apiVersion,
  settings,

  auth: [
    oauth2({
      provider: 'salesforce',
      authorizeUrl: `${login}/authorize`,
      tokenUrl: `${login}/token`,
      revokeUrl: `${login}/revoke`,
      scopes: ['api', 'refresh_token', 'id'],
      server: { hosts: ['login.salesforce.com', 'test.salesforce.com', '*.my.salesforce.com'], setting: 'login_host' },
      clientAuth: 'body',
      pkce: true,
      keep: ['instance_url'],
      // Salesforce does not say; sessions end after two hours unless the organisation chose otherwise.
      defaultExpiresIn: 7_200,
    }),
  ],

  http: {
    baseUrl: ({ credentials }) => instanceOf(credentials.instance_url),
    // There is no limit by the minute, but one by the day, and 25 long calls at a time.
    rateLimit: { requests: 100, perMs: 10_000 },
    pages: linkPages({ items: 'records', next: 'nextRecordsUrl' }),
    readError,
    isExpired,
  },

  async check({ http }) {
    const {
      preferred_username: username,
      name,
      organization_id: organization,
    } = await http.get<UserInfo>(paths.userInfo)
    const shown = username ?? name
    return { ...(shown === undefined ? {} : { name: shown }), routingKey: organization }
  },

  webhook,
  // A booking bears a reference to its key, which is looked for first.
  repeat: { 'calendar.book': 'key' },
  capabilities: { contacts, leads, deals, notes, tasks, customFields, calendar, workflows },
})

/** The organisation's own domain, which the token answer names; tokens go to no other place. */
function instanceOf(given: string | undefined): string {
  const url = given === undefined ? null : URL.parse(given)
  if (url?.protocol === 'https:' && /\.(salesforce|force)\.com$/.test(url.hostname)) return url.origin
  throw new ConnectorError('AUTH_ERROR', 'Salesforce named no domain of its own; connect again (AUTH_ERROR)')
}
