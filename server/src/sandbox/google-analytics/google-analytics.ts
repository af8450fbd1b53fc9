import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type Answer, defineEmulator, type Failure, refusal } from '../emulator.ts'

type Collected = { clientId: string; userId?: string; name: string; params: Record<string, unknown>; at: number }

/** An API secret that is always there, and an access token for reports. */
export const sandboxSecret = 'sandbox-analytics-secret'
export const sandboxToken = 'sandbox-analytics-token'

const reserved = /^(_|firebase_|ga_|google_|gtag\.)|^(ad_click|app_remove|first_open|session_start|user_engagement)$/
const dimensions = ['date', 'eventName', 'country', 'sessionSource']
const metrics = ['eventCount', 'activeUsers', 'sessions']

/** Google Analytics 4: the Measurement Protocol, which answers 204 to anything, its validation, and reports over what was sent. */
export const googleAnalytics = defineEmulator({
  id: 'google-analytics',
  name: 'Google Analytics',
  hosts: ['www.google-analytics.com', 'region1.google-analytics.com', 'analyticsdata.googleapis.com'],
  keys: { [sandboxSecret]: 'sandbox', [sandboxToken]: 'sandbox' },
  signsInAt: 'google-calendar',
  tokenOf: (request) => secretOf(request) ?? /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1],
  refuse,

  routes(api, world) {
    const querystring = Type.Object({ measurement_id: Type.String({ pattern: '^G-' }), api_secret: Type.String() })
    const value = Type.Object({ value: Type.Unknown() })
    const body = Type.Object({
      client_id: Type.String({ minLength: 1 }),
      user_id: Type.Optional(Type.String()),
      timestamp_micros: Type.Optional(Type.Integer()),
      user_properties: Type.Optional(Type.Record(Type.String(), value)),
      validation_behavior: Type.Optional(Type.Literal('ENFORCE_RECOMMENDATIONS')),
      events: Type.Array(
        Type.Object({ name: Type.String(), params: Type.Optional(Type.Record(Type.String(), Type.Unknown())) }),
        {
          minItems: 1,
          maxItems: 25,
        },
      ),
    })

    api.post('/mp/collect', { schema: { querystring, body } }, async (request, reply) => {
      const {
        client_id: clientId,
        user_id: userId,
        timestamp_micros: micros = world.now() * 1_000,
        events,
      } = request.body
      const collected = world.accountOf(request).records<Collected>('events')
      for (const { name, params = {} } of events) {
        // What is not valid is dropped without a word.
        if (faultOf(name, params) !== undefined) continue
        collected.create({ clientId, ...(userId === undefined ? {} : { userId }), name, params, at: micros / 1_000 })
      }
      return reply.code(204).send()
    })

    api.post('/debug/mp/collect', { schema: { querystring, body } }, async (request) => ({
      validationMessages: request.body.events.flatMap(({ name, params = {} }, index) => {
        const fault = faultOf(name, params)
        return fault === undefined
          ? []
          : [{ fieldPath: `events[${index}]`, description: fault, validationCode: 'NAME_INVALID' }]
      }),
    }))

    const property = Type.Object({ call: Type.String() })
    const named = (names: string[]) =>
      Type.Array(Type.Object({ name: Type.Union(names.map((name) => Type.Literal(name))) }))
    const range = Type.Object({ startDate: Type.String(), endDate: Type.String() })
    const wanted = Type.Object({
      dateRanges: Type.Array(range, { minItems: 1, maxItems: 4 }),
      metrics: named(metrics),
      dimensions: Type.Optional(named(dimensions)),
      limit: Type.Optional(Type.String({ pattern: '^\\d+$' })),
      offset: Type.Optional(Type.String({ pattern: '^\\d+$' })),
    })
    const config = { sandbox: { scopes: ['https://www.googleapis.com/auth/analytics.readonly'] } }
    api.post('/v1beta/properties/:call', { config, schema: { params: property, body: wanted } }, async (request) => {
      if (!/^\d+:runReport$/.test(request.params.call)) throw refusal(404, errorOf(404, 'NOT_FOUND', 'Not found.'))
      const { dimensions: by = [], metrics: what, limit = '10000', offset = '0' } = request.body
      const rows = new Map<string, Collected[]>()
      for (const { data } of world.accountOf(request).records<Collected>('events').list()) {
        const key = JSON.stringify(by.map(({ name }) => dimensionOf(name, data)))
        rows.set(key, [...(rows.get(key) ?? []), data])
      }
      const all = [...rows].map(([key, events]) => ({
        dimensionValues: (JSON.parse(key) as string[]).map((text) => ({ value: text })),
        metricValues: what.map(({ name }) => ({ value: String(metricOf(name, events)) })),
      }))
      return {
        dimensionHeaders: by,
        metricHeaders: what.map(({ name }) => ({ name, type: 'TYPE_INTEGER' })),
        rows: all.slice(Number(offset), Number(offset) + Number(limit)),
        rowCount: all.length,
        kind: 'analyticsData#runReport',
      }
    })
    api.get(
      '/v1beta/properties/:property/metadata',
      { config, schema: { params: Type.Object({ property: Type.String({ pattern: '^\\d+$' }) }) } },
      async ({ params }) => ({
        name: `properties/${params.property}/metadata`,
        dimensions: dimensions.map((apiName) => ({ apiName })),
        metrics: metrics.map((apiName) => ({ apiName })),
      }),
    )
  },

  actions: (world) => ({
    /** What was collected, oldest first. */
    events: (account = 'sandbox') =>
      world
        .account(account)
        .records<Collected>('events')
        .list()
        .map(({ data }) => data),
  }),
})

const secretOf = ({ query }: FastifyRequest): string | undefined => (query as { api_secret?: string }).api_secret

function faultOf(name: string, params: Record<string, unknown>): string | undefined {
  if (!/^[A-Za-z]\w{0,39}$/.test(name) || reserved.test(name)) return `Event at index has invalid name [${name}].`
  if (Object.keys(params).length > 25) return 'An event has more than 25 parameters.'
  const long = Object.entries(params).find(
    ([key, value]) => key.length > 40 || (typeof value === 'string' && value.length > 100),
  )
  return long && `Parameter [${long[0]}] is too long.`
}

const dimensionOf = (name: string, { at, name: event }: Collected): string =>
  name === 'date'
    ? new Date(at).toISOString().slice(0, 10).replaceAll('-', '')
    : name === 'eventName'
      ? event
      : '(not set)'

const metricOf = (name: string, events: Collected[]): number =>
  name === 'eventCount' ? events.length : new Set(events.map(({ clientId }) => clientId)).size

const errorOf = (code: number, status: string, message: string) => ({ error: { code, status, message } })

function refuse(failure: Failure): Answer {
  const answer = (code: number, status: string, message: string) => ({
    status: code,
    body: errorOf(code, status, message),
  })
  switch (failure.kind) {
    case 'unauthorized':
      return answer(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.')
    case 'forbidden':
      return answer(403, 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.')
    case 'rate_limited':
      return {
        ...answer(429, 'RESOURCE_EXHAUSTED', 'Exhausted tokens per hour.'),
        headers: { 'retry-after': String(failure.retryAfterSeconds) },
      }
    case 'unavailable':
      return answer(failure.status, 'UNAVAILABLE', 'The service is currently unavailable.')
    case 'invalid':
      return answer(400, 'INVALID_ARGUMENT', failure.faults.map(({ path, message }) => `${path} ${message}`).join('; '))
    case 'unreadable':
      return answer(400, 'INVALID_ARGUMENT', failure.message)
    default:
      return answer(404, 'NOT_FOUND', 'Requested entity was not found.')
  }
}
