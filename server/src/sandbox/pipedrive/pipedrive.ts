import type { FastifyRequest } from 'fastify'
import { defineEmulator } from '../emulator.ts'
import { accountRoutes } from './account.ts'
import { activityRoutes } from './activities.ts'
import { dealRoutes } from './deals.ts'
import { refuse } from './failures.ts'
import { leadRoutes } from './leads.ts'
import { personRoutes } from './persons.ts'
import { type CustomField, customFieldsOf, type Fields, recordsOf } from './tables.ts'
import { watch, webhookRoutes } from './webhooks.ts'

const isSearch = ({ url }: FastifyRequest): boolean => /\/search(\?|$)/.test(url)
const tokenIn = ({ headers }: FastifyRequest): string | undefined => {
  const { 'x-api-token': own, authorization } = headers
  return typeof own === 'string' ? own : /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
}

type Type_ = 'persons' | 'deals' | 'leads' | 'activities' | 'notes'

/**
 * Pipedrive as the connector meets it: version 2 of its API, and of version 1 what has no successor. What version 2 replaced is gone,
 * as at Pipedrive. Searches find at once what was made, where Pipedrive takes seconds, unless they are told to lag.
 */
export const createPipedrive = ({ burst = 20, searches = 10, searchLagMs = 0 } = {}) =>
  defineEmulator({
    id: 'pipedrive',
    name: 'Pipedrive',
    hosts: ['api.pipedrive.com', 'oauth.pipedrive.com', 'sandbox.pipedrive.com'],
    keys: { 'sandbox-pipedrive-token': 'sandbox' },
    tokenOf: tokenIn,
    refuse,

    oauth: {
      authorizePath: '/oauth/authorize',
      tokenPath: '/oauth/token',
      revokePath: '/oauth/revoke',
      scopes: ['base', 'contacts:full', 'deals:full', 'leads:full', 'activities:full', 'recents:read', 'webhooks:full'],
      clientAuth: 'basic',
      accessTokenSeconds: 3_600,
      refreshTokenSeconds: 60 * 86_400,
      refreshToken: 'same',
      tokenFields: () => ({ api_domain: 'https://sandbox.pipedrive.com' }),
    },

    rateLimits: [
      {
        name: 'burst',
        requests: burst,
        perMs: 2_000,
        counts: (request) => tokenIn(request) !== undefined,
        headers: ({ limit, remaining, resetsInSeconds }) => ({
          'x-ratelimit-limit': String(limit),
          'x-ratelimit-remaining': String(remaining),
          'x-ratelimit-reset': String(resetsInSeconds),
        }),
      },
      { name: 'search', requests: searches, perMs: 2_000, counts: isSearch },
    ],

    setup: watch,

    routes(api, world) {
      personRoutes(api, world, searchLagMs)
      dealRoutes(api, world)
      leadRoutes(api, world)
      activityRoutes(api, world)
      accountRoutes(api, world)
      webhookRoutes(api, world)
    },

    actions: (world) => ({
      records: (type: Type_, account = 'sandbox') => recordsOf(world.account(account), type),
      /** What a person changes in Pipedrive. */
      change: (type: Type_, id: string, fields: Fields, account = 'sandbox') =>
        recordsOf(world.account(account), type).update(id, fields),
      subscriptions: (account = 'sandbox') => world.account(account).records('webhooks').list(),
      /** Adds a custom field to the account; answers its key. */
      addField: (of: 'person' | 'deal', field: Omit<CustomField, 'key'>, account = 'sandbox') => {
        const fields = customFieldsOf(world.account(account), of)
        const key = String(fields.length + 1).padStart(40, of === 'person' ? 'a' : 'b')
        fields.push({ ...field, key })
        return key
      },
    }),
  })

export const pipedrive = createPipedrive()
