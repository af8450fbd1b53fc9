import { defineEmulator } from '../emulator.ts'
import { refuse } from './failures.ts'
import { addField, type FieldShape } from './objects.ts'
import { queryRoutes } from './query.ts'
import { type Fields, recordsOf } from './records.ts'
import { collectionRoutes, flowRoutes, recordRoutes } from './routes.ts'

const data = '/services/data/v66.0'
const organizationOf = (account: string): string =>
  account === 'sandbox'
    ? '00D000000000001AAA'
    : `00D0000000${String([...account].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) % 90_000, 7)).padStart(5, '1')}AAA`

/** Salesforce's REST API as the connector meets it: records, collections, a part of SOQL, flows. Every version but one is refused. */
export const createSalesforce = ({ batchSize = 2_000 }: { batchSize?: number } = {}) =>
  defineEmulator({
    id: 'salesforce',
    name: 'Salesforce',
    hosts: ['login.salesforce.com', 'sandbox.my.salesforce.com'],
    keys: { 'sandbox-salesforce-session': 'sandbox' },
    refuse,
    headers: () => ({ 'sforce-limit-info': 'api-usage=18/15000' }),

    oauth: {
      authorizePath: '/services/oauth2/authorize',
      tokenPath: '/services/oauth2/token',
      revokePath: '/services/oauth2/revoke',
      scopes: ['api', 'refresh_token', 'id'],
      clientAuth: 'body',
      pkce: 'required',
      accessTokenSeconds: 7_200,
      refreshToken: 'omitted',
      tokenFields: ({ account }) => ({
        instance_url: 'https://sandbox.my.salesforce.com',
        id: `https://login.salesforce.com/id/${organizationOf(account)}/005000000000001AAA`,
        issued_at: '1780000000000',
        signature: 'c2FuZGJveA==',
      }),
    },

    routes(api, world) {
      api.get('/services/oauth2/userinfo', async (request) => {
        const { name } = world.accountOf(request)
        return {
          user_id: '005000000000001AAA',
          organization_id: organizationOf(name),
          preferred_username: `owner@${name}.example.com`,
          name: 'Sandbox Owner',
          email: 'owner@example.com',
        }
      })
      recordRoutes(api, world, data)
      collectionRoutes(api, world, data)
      queryRoutes(api, world, data, batchSize)
      flowRoutes(api, world, data)
    },

    actions: (world) => ({
      records: (object: string, account = 'sandbox') => recordsOf(world.account(account), object),
      flowRuns: (account = 'sandbox') => world.account(account).records<Fields>('flowRuns').list(),
      /** Adds a custom field to the account. */
      addField: (object: string, name: string, field: FieldShape, account = 'sandbox') =>
        addField(world.account(account), object, name, field),
    }),
  })

export const salesforce = createSalesforce()
