import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type Account, defineEmulator } from '../emulator.ts'
import { runBatch } from './batch.ts'
import { dispatch, type Given } from './dispatch.ts'
import { refuse } from './failures.ts'
import type { Fields } from './fixed.ts'
import { preferencesIn, stopTracking } from './query.ts'
import { addKey, recordsOf } from './records.ts'
import { addColumn, type Column } from './tables.ts'
import { watch } from './webhooks.ts'

const api = '/api/data/v9.2'
const origin = 'https://sandbox.crm.dynamics.com'
const scope = `${origin}/user_impersonation`

/**
 * Dataverse's Web API as the connector meets it: records by OData, batches, change tracking, descriptions, actions and webhooks; and
 * Microsoft's sign-in for organizations, whose host others share. Every version but one is refused.
 */
export const createDynamics365 = ({ largestPage = 5_000, requests = 6_000 } = {}) =>
  defineEmulator({
    id: 'dynamics365',
    name: 'Dynamics 365',
    hosts: ['sandbox.crm.dynamics.com', 'sandbox.api.crm.dynamics.com', 'login.microsoftonline.com/organizations'],
    keys: { 'sandbox-dynamics-token': 'sandbox' },
    refuse,
    rateLimits: [
      {
        name: 'requests',
        requests,
        perMs: 300_000,
        headers: ({ remaining }) => ({ 'x-ms-ratelimit-burst-remaining-xrm-requests': String(remaining) }),
      },
    ],

    oauth: {
      authorizePath: '/organizations/oauth2/v2.0/authorize',
      tokenPath: '/organizations/oauth2/v2.0/token',
      scopes: [scope],
      clientAuth: 'body',
      pkce: 'required',
      accessTokenSeconds: 4_500,
      refreshToken: 'rotates',
      tokenFields: () => ({ ext_expires_in: 4_500 }),
      tokenError: ({ status, error, description }) => ({
        status,
        body: { error, error_description: `AADSTS70000: ${description}`, error_codes: [70_000] },
      }),
    },

    setup: watch,

    routes(server, world) {
      const headers = Type.Object({ 'odata-version': Type.Literal('4.0'), 'odata-maxversion': Type.Literal('4.0') })
      const config = { sandbox: { scopes: [scope] } }
      const givenOf = (request: FastifyRequest): Given => ({
        account: world.accountOf(request),
        now: world.now(),
        largestPage,
        origin,
      })

      server.post(
        `${api}/$batch`,
        { config: { sandbox: { scopes: [scope], bodies: ['bytes'] } }, schema: { headers } },
        async (request, reply) => {
          const { prefer, 'content-type': type = '' } = request.headers
          const text = world.bytesOf(request).toString()
          const { continues } = preferencesIn(typeof prefer === 'string' ? prefer : undefined)
          const { status, body, headers: own = {} } = runBatch(givenOf(request), text, type, continues)
          return await reply.code(status).headers(own).send(body)
        },
      )
      server.route({
        method: ['GET', 'POST', 'PATCH', 'DELETE'],
        url: `${api}/*`,
        config,
        schema: { headers },
        handler: async (request, reply) => {
          const answer = dispatch(givenOf(request), {
            method: request.method,
            path: request.url.slice(api.length),
            headers: request.headers as Record<string, string | undefined>,
            body: request.body,
          })
          return await reply
            .code(answer.status)
            .headers(answer.headers ?? {})
            .send(answer.body)
        },
      })
    },

    actions: (world) => {
      const of = (account: string): Account => world.account(account)
      return {
        records: (table: string, account = 'sandbox') => recordsOf(of(account), table),
        workflowRuns: (account = 'sandbox') => of(account).records<Fields>('workflowRuns').list(),
        /** Adds a column to a table of the account. */
        addColumn: (table: string, name: string, column: Omit<Column, 'custom'>, account = 'sandbox') =>
          addColumn(of(account), table, name, column),
        /** Defines an alternate key of one column. */
        addKey: (table: string, column: string, account = 'sandbox') => addKey(of(account), table, column),
        /** Switches change tracking off. */
        stopTracking: (table: string, account = 'sandbox') => stopTracking(of(account), table),
      }
    },
  })

export const dynamics365 = createDynamics365()
