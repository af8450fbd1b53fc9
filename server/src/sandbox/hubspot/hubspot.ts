import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type Api, defineEmulator, type World } from '../emulator.ts'
import { automationRoutes, type Enrollment } from './automation.ts'
import { refuse, refused } from './failures.ts'
import { objectRoutes } from './objects.ts'
import {
  addProperty,
  defineProperty,
  type ObjectType,
  type PropertyType,
  pipelines,
  propertiesOf,
} from './properties.ts'
import { associate, objectTypeOf, portalIdOf, recordsOf, type Texts, updateRecord } from './records.ts'
import { busyOf, schedulerRoutes } from './scheduler.ts'
import { type Subscription, watch } from './webhooks.ts'

/** Tokens of private apps begin so, and have limits of their own. */
const isPrivateApp = ({ headers: { authorization = '' } }: FastifyRequest): boolean =>
  /^Bearer pat-/i.test(authorization)
const isSearch = ({ url }: FastifyRequest): boolean => /\/search(\?|$)/.test(url)

/**
 * HubSpot's CRM, scheduling pages and sequences as the connector meets them, in its dated API (and the CRM's v3, which its SDK speaks).
 * Searches find at once what was made, where HubSpot takes seconds, unless they are told to lag.
 */
export const createHubspot = ({ searchesPerSecond = 5, searchLagMs = 0 } = {}) =>
  defineEmulator({
    id: 'hubspot',
    name: 'HubSpot',
    hosts: ['api.hubapi.com', 'app.hubspot.com'],
    keys: { 'pat-sandbox-hubspot': 'sandbox' },
    refuse,
    headers: (_request, world) => ({ 'x-hubspot-correlation-id': `sandbox-${world.nextId('request')}` }),

    oauth: {
      authorizePath: '/oauth/authorize',
      tokenPath: '/oauth/2026-09/token',
      revokePath: '/oauth/2026-09/token/revoke',
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
        'automation.sequences.read',
        'automation.sequences.enrollments.write',
      ],
      clientAuth: 'body',
      accessTokenSeconds: 1_800,
      refreshToken: 'same',
      tokenFields: ({ account, scopes }) => ({
        hub_id: portalIdOf(account),
        user_id: 8001,
        scopes,
        token_use: 'access_token',
      }),
    },

    rateLimits: [
      limitOf('ten_secondly', 110, (request) => !isPrivateApp(request)),
      limitOf('ten_secondly_private', 190, isPrivateApp),
      { name: 'search', requests: searchesPerSecond, perMs: 1_000, counts: isSearch },
    ],

    setup: watch,

    routes(api, world) {
      objectRoutes(api, world, searchLagMs)
      schemaRoutes(api, world)
      schedulerRoutes(api, world)
      automationRoutes(api, world)

      api.get('/account-info/2026-09/details', async (request) => ({
        portalId: portalIdOf(world.accountOf(request).name),
        accountType: 'DEVELOPER_TEST',
        timeZone: 'US/Eastern',
        companyCurrency: 'EUR',
        additionalCurrencies: ['USD', 'JPY'],
        utcOffset: '-05:00',
        utcOffsetMilliseconds: -18_000_000,
        uiDomain: 'app.hubspot.com',
        dataHostingLocation: 'na1',
      }))
    },

    actions: (world) => ({
      records: (type: ObjectType, account = 'sandbox') => recordsOf(world.account(account), type),
      enrollments: (account = 'sandbox') => world.account(account).records<Enrollment>('enrollments'),
      /** What a person changes in HubSpot. */
      change: (type: ObjectType, id: string, properties: Texts, account = 'sandbox') => {
        const owner = world.account(account)
        return updateRecord(owner, type, recordsOf(owner, type).need(id), properties)
      },
      associate: (type: ObjectType, id: string, contactId: string, account = 'sandbox') =>
        associate(world.account(account), type, id, contactId),
      /** Adds a custom property to the account. */
      addProperty: (
        type: ObjectType,
        name: string,
        kind: PropertyType = 'string',
        options: { values?: readonly string[]; multiple?: boolean } = {},
        account = 'sandbox',
      ) => {
        const { values = [], multiple = false } = options
        const owner = world.account(account)
        const property = defineProperty(name, kind, { custom: true, options: values, multiple })
        if (!propertiesOf(owner, type).some((one) => one.name === name)) addProperty(owner, type, property)
      },
      /** Takes up time in the calendar behind the scheduling page. */
      makeBusy: (start: Date, end: Date, account = 'sandbox') => {
        busyOf(world.account(account)).push({ start: start.getTime(), end: end.getTime() })
      },
      /** Tells the application of changes at this URL from now on. */
      subscribe: ({ url, secret }: Subscription, account = 'sandbox') => {
        world.account(account).values.subscription = { url, secret }
      },
    }),
  })

export const hubspot = createHubspot()

function limitOf(name: string, requests: number, counts: (request: FastifyRequest) => boolean) {
  const isTold = (request: FastifyRequest) => counts(request) && !isSearch(request)
  return {
    name,
    requests,
    perMs: 10_000,
    counts: isTold,
    headers: ({ limit, remaining }: { limit: number; remaining: number }) => ({
      'x-hubspot-ratelimit-max': String(limit),
      'x-hubspot-ratelimit-remaining': String(remaining),
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
    }),
  }
}

/** Properties and pipelines. */
function schemaRoutes(api: Api, world: World): void {
  const read = {
    archived: Type.Optional(Type.Boolean()),
    dataSensitivity: Type.Optional(Type.String()),
    locale: Type.Optional(Type.String()),
    properties: Type.Optional(Type.String()),
  }
  for (const base of ['/crm/properties/2026-09/:type', '/crm/v3/properties/:type']) {
    const params = Type.Object({ type: Type.String() })
    api.get(base, { schema: { params, querystring: Type.Object(read) } }, async (request) => ({
      results: propertiesOf(world.accountOf(request), objectTypeOf(request.params.type)),
    }))
    api.get(
      `${base}/:name`,
      {
        schema: { params: Type.Object({ ...params.properties, name: Type.String() }), querystring: Type.Object(read) },
      },
      async (request) => {
        const { type, name } = request.params
        const found = propertiesOf(world.accountOf(request), objectTypeOf(type)).find((one) => one.name === name)
        if (!found) throw refused(404, 'OBJECT_NOT_FOUND', `Property "${name}" does not exist`)
        return found
      },
    )
  }

  api.get(
    '/crm/pipelines/2026-03/:type',
    { schema: { params: Type.Object({ type: Type.String() }) } },
    async (request) => {
      if (request.params.type !== 'deals') return { results: [] }
      const times = { createdAt: new Date(0).toISOString(), updatedAt: new Date(0).toISOString(), archived: false }
      return {
        results: pipelines.map(({ id, label, stages }, displayOrder) => ({
          ...times,
          id,
          label,
          displayOrder,
          stages: stages.map(([stageId, name, probability], order) => ({
            ...times,
            id: stageId,
            label: name,
            displayOrder: order,
            metadata: { probability, isClosed: String(probability === '1.0' || probability === '0.0') },
            writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
          })),
        })),
      }
    },
  )
}
