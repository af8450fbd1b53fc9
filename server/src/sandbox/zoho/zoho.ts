import { defineEmulator } from '../emulator.ts'
import { actionRoutes } from './actions.ts'
import { refuse } from './failures.ts'
import { metadataRoutes } from './metadata.ts'
import { addField, type FieldShape } from './modules.ts'
import { channelsOf, notificationRoutes, watchRecords } from './notifications.ts'
import { type Data, recordsOf } from './records.ts'
import { readRoutes, writeRoutes } from './routes.ts'

/** Accounts whose names begin so live in the European data centre, all others in the American one. */
const domainOf = (account: string): string => (account.startsWith('eu-') ? 'eu' : 'com')

/** Zoho CRM's API as the connector meets it, in two data centres. Every version but one is refused. */
export const zoho = defineEmulator({
  id: 'zoho',
  name: 'Zoho CRM',
  hosts: ['accounts.zoho.com', 'accounts.zoho.eu', 'www.zohoapis.com', 'www.zohoapis.eu'],
  keys: { 'sandbox-zoho-token': 'sandbox' },
  tokenOf: ({ headers }) => /^Zoho-oauthtoken\s+(\S+)$/.exec(headers.authorization ?? '')?.[1],
  refuse,

  oauth: {
    authorizePath: '/oauth/v2/auth',
    tokenPath: '/oauth/v2/token',
    revokePath: '/oauth/v2/token/revoke',
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
    clientAuth: 'body',
    accessTokenSeconds: 3_600,
    refreshToken: 'omitted',
    givesRefreshToken: ({ access_type }) => access_type === 'offline',
    extraParameters: ['access_type'],
    callbackParameters: ({ account }) => ({
      location: domainOf(account) === 'eu' ? 'eu' : 'us',
      'accounts-server': `https://accounts.zoho.${domainOf(account)}`,
    }),
    tokenFields: ({ account }) => ({ api_domain: `https://www.zohoapis.${domainOf(account)}` }),
    // Zoho says no with a 200.
    tokenError: ({ error }) => ({ status: 200, body: { error: error === 'invalid_grant' ? 'invalid_code' : error } }),
  },
  rateLimits: [{ name: 'calls per minute', requests: 1_000, perMs: 60_000 }],

  setup: watchRecords,

  routes(api, world) {
    metadataRoutes(api, world)
    notificationRoutes(api, world)
    actionRoutes(api, world)
    readRoutes(api, world)
    writeRoutes(api, world)
  },

  actions: (world) => ({
    records: (module: string, account = 'sandbox') => recordsOf(world.account(account), module),
    channels: (account = 'sandbox') => channelsOf(world.account(account)).list(),
    /** Who was put into which cadence, and which mails were written. */
    enrolments: (account = 'sandbox') => world.account(account).records<Data>('enrolments').list(),
    mails: (account = 'sandbox') => world.account(account).records<Data>('mails').list(),
    /** Adds a custom field to the account. */
    addField: (module: string, name: string, field: FieldShape, account = 'sandbox') =>
      addField(world.account(account), module, name, field),
  }),
})
