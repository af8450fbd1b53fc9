import { ConnectorError, defineConnector, encrypted, keys, Type } from '../../kit/index.ts'
import { contacts } from './contacts.ts'
import { calendar } from './jobs.ts'
import { pagesOf } from './pages.ts'
import { paths } from './paths.ts'
import { deals, leads, notes } from './sales.ts'
import { settings } from './settings.ts'
import type { HcpCompany } from './types.ts'
import { webhook } from './webhook.ts'

export const housecallPro = defineConnector({
  id: 'housecall-pro',
  name: 'Housecall Pro',
  category: 'field_service',
  description: 'Customers, jobs, booking windows, estimates and leads of a home service company.',
  docs: 'https://docs.housecallpro.com/',
  apiVersion: 'v1',
  recordAs: 'housecallpro',
  settings,

  auth: [
    keys({
      fields: Type.Object({
        apiKey: encrypted(
          Type.String({
            title: 'API key',
            description: 'Of the company: App Store → API. It needs the MAX plan.',
            minLength: 1,
          }),
        ),
      }),
      apply: ({ apiKey }) => ({ headers: { authorization: `Token ${apiKey}` } }),
    }),
  ],

  http: {
    baseUrl: 'https://api.housecallpro.com',
    // Housecall Pro names no limit; this one has not been met.
    rateLimit: { requests: 60, perMs: 60_000 },
    pages: pagesOf('customers'),
  },

  async check({ http, settings: { company_id: wanted } }) {
    const { id, name, locations } = await http.get<HcpCompany>(paths.company)
    if (wanted !== undefined && wanted !== id && !locations?.some((one) => one.id === wanted))
      throw new ConnectorError(
        'CONFIG_SCHEMA_INVALID',
        `Housecall Pro: the key is of the company ${id}, not of "company_id" (CONFIG_SCHEMA_INVALID)`,
      )
    return { ...(name ? { name } : {}), routingKey: id }
  },

  webhook,
  capabilities: { contacts, leads, deals, notes, calendar },
})
