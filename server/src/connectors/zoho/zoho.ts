import { ConnectorError, defineConnector, notFoundAtVendor, oauth2 } from '../../kit/index.ts'
import { notes, tasks } from './activities.ts'
import { calendar } from './calendar.ts'
import { contacts } from './contacts.ts'
import { customFields } from './custom-fields.ts'
import { deals } from './deals.ts'
import { readError } from './faults.ts'
import { leads } from './leads.ts'
import { apiVersion, paths } from './paths.ts'
import { pages } from './records.ts'
import { accountsServers, settings } from './settings.ts'
import type { Organization } from './types.ts'
import { webhook } from './webhook.ts'
import { workflows } from './workflows.ts'

const accounts = 'https://accounts.zoho.com/oauth/v2'

export const zoho = defineConnector({
  id: 'zoho',
  name: 'Zoho CRM',
  category: 'crm',
  description: 'Contacts or leads, deals, notes, tasks and meetings in Zoho CRM; converts leads and starts cadences.',
  docs: 'https://www.zoho.com/crm/developer/docs/api/v8/',
  apiVersion,
  settings,

  auth: [
    oauth2({
      provider: 'zoho',
      authorizeUrl: `${accounts}/auth`,
      tokenUrl: `${accounts}/token`,
      revokeUrl: `${accounts}/token/revoke`,
      server: { hosts: accountsServers, parameter: 'accounts-server', setting: 'accounts_server' },
      scopes: [
        'ZohoCRM.modules.ALL',
        'ZohoCRM.coql.READ',
        'ZohoSearch.securesearch.READ',
        'ZohoCRM.settings.fields.READ',
        'ZohoCRM.settings.pipeline.READ',
        'ZohoCRM.notifications.ALL',
        'ZohoCRM.org.READ',
      ],
      scopeSeparator: ',',
      // Without both, Zoho gives a refresh token only the first time that a person agrees, or none.
      authorizeParameters: { access_type: 'offline', prompt: 'consent' },
      clientAuth: 'body',
      pkce: false,
      keep: ['api_domain'],
      defaultExpiresIn: 3_600,
      scheme: 'Zoho-oauthtoken',
    }),
  ],

  http: {
    baseUrl: ({ credentials }) => apiOf(credentials.api_domain),
    // There is no limit by the minute, but credits for each day, and five calls at a time in the smallest edition.
    rateLimit: { requests: 100, perMs: 10_000 },
    concurrency: 5,
    pages,
    readError,
  },

  async check({ http }) {
    const [organization] = (await http.get<{ org?: Organization[] }>(paths.org)).org ?? []
    if (organization === undefined) throw notFoundAtVendor('Zoho CRM', 'organization')
    const { company_name: name, zgid, id } = organization
    return { ...(name ? { name } : {}), routingKey: String(zgid ?? id) }
  },

  webhook,
  // A booking bears a reference to its key, which is looked for first.
  repeat: { 'calendar.book': 'key' },
  capabilities: { contacts, leads, deals, notes, tasks, customFields, calendar, workflows },
})

const apiHost = /^(www|sandbox|crmsandbox|developer)\.zohoapis\.(com|eu|in|com\.au|jp|ca|sa|uk|ae|com\.cn)$/

/** The data centre's own domain, which the token answer names; tokens go to no other place. */
function apiOf(given: string | undefined): string {
  const url = given === undefined ? null : URL.parse(given)
  if (url?.protocol === 'https:' && url.port === '' && apiHost.test(url.hostname)) return url.origin
  throw new ConnectorError('AUTH_ERROR', 'Zoho CRM named no domain of its own; connect again (AUTH_ERROR)')
}
