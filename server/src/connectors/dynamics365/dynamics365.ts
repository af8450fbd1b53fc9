import { defineConnector, oauth2 } from '../../kit/index.ts'
import { notes, tasks } from './activities.ts'
import { calendar } from './calendar.ts'
import { contacts } from './contacts.ts'
import { customFields } from './custom-fields.ts'
import { deals } from './deals.ts'
import { readError } from './faults.ts'
import { leads } from './leads.ts'
import { apiPath, apiVersion, placeOf } from './paths.ts'
import { pages } from './records.ts'
import { resourceOf, settings } from './settings.ts'
import type { WhoAmI } from './types.ts'
import { webhook } from './webhook.ts'
import { workflows } from './workflows.ts'

const signIn = (tenant: string, what: 'authorize' | 'token'): string =>
  `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/${what}`

export const dynamics365 = defineConnector({
  id: 'dynamics365',
  name: 'Dynamics 365',
  category: 'crm',
  description: 'Contacts, leads, opportunities, notes, tasks and appointments in Dynamics 365 Sales (Dataverse).',
  docs: 'https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview',
  apiVersion,
  settings,

  auth: [
    oauth2({
      provider: 'dynamics',
      authorizeUrl: signIn('organizations', 'authorize'),
      tokenUrl: signIn('organizations', 'token'),
      scopes: ['user_impersonation', 'offline_access'],
      authorizeParameters: { prompt: 'select_account' },
      clientAuth: 'body',
      pkce: true,
      // A token is good for one environment alone.
      within: ({ environment_url: environment, tenant = 'organizations' }) => ({
        authorizeUrl: signIn(String(tenant), 'authorize'),
        tokenUrl: signIn(String(tenant), 'token'),
        scopes: [`${resourceOf(String(environment))}/user_impersonation`, 'offline_access'],
      }),
    }),
  ],

  http: {
    baseUrl: ({ settings }) => new URL(settings.environment_url).origin + apiPath,
    headers: { 'OData-Version': '4.0', 'OData-MaxVersion': '4.0' },
    // Service protection lets a user make 6,000 requests in five minutes, and 52 at a time.
    rateLimit: { requests: 200, perMs: 10_000 },
    concurrency: 8,
    pages,
    readError,
  },

  async check({ http }) {
    const { UserId, OrganizationId } = await http.get<WhoAmI>('/WhoAmI')
    const user = await http.get<{ fullname?: string | null; internalemailaddress?: string | null }>(
      placeOf('systemusers', UserId, 'user'),
      { $select: 'fullname,internalemailaddress' },
    )
    const name = user.internalemailaddress ?? user.fullname
    return { ...(name ? { name } : {}), routingKey: OrganizationId }
  },

  // Its id is made of its key, so that a repetition also completes what the first try left undone.
  repeat: { 'calendar.book': 'key' },

  webhook,
  capabilities: { contacts, leads, deals, notes, tasks, customFields, calendar, workflows },
})
