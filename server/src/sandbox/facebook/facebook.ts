import type { FastifyRequest } from 'fastify'
import { type TProperties, Type } from 'typebox'
import { request as send } from 'undici'
import { type Account, defineEmulator, type World } from '../emulator.ts'
import { batch, type Counted, take } from './events.ts'
import { graphError, noSuch, refuse, refused } from './failures.ts'
import {
  formNode,
  idsOf,
  type LeadData,
  leadNode,
  leadsOf,
  nodeOf,
  proofOf,
  sandboxApp,
  sandboxLead,
  sandboxToken,
  signed,
  subscribedOf,
  subscriptionsOf,
} from './page.ts'

const version = 'v26.0'
const scopes = [
  ...['pages_show_list', 'pages_read_engagement', 'pages_manage_metadata', 'pages_manage_ads', 'leads_retrieval'],
  ...['ads_management', 'business_management'],
]
/** The application as which the hub signs people in. */
const hubApp = { id: 'sandbox-facebook', secret: 'sandbox-facebook-secret' }
const apps = [sandboxApp, hubApp]
const ninetyDays = 90 * 86_400_000

type NewLead = Partial<LeadData> & { account?: string; answers?: Record<string, string | string[]> }

/** Meta's Graph API as far as leads, webhooks and conversions go. */
export const facebook = defineEmulator({
  id: 'facebook',
  name: 'Facebook',
  hosts: ['graph.facebook.com', 'www.facebook.com'],
  keys: {
    [sandboxToken]: 'sandbox',
    ...Object.fromEntries(apps.map(({ id, secret }) => [`${id}|${secret}`, '(applications)'])),
  },
  tokenOf: ({ headers, query }) =>
    /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? (query as { access_token?: string }).access_token,
  refuse,
  headers: (_, world) => ({
    'facebook-api-version': version,
    'x-fb-trace-id': `sandbox${world.nextId('trace')}`,
    'x-app-usage': '{"call_count":1,"total_cputime":1,"total_time":1}',
  }),
  rateLimits: [{ name: 'page', requests: 4_800, perMs: 86_400_000 }],

  oauth: {
    authorizePath: `/${version}/dialog/oauth`,
    tokenPath: `/${version}/oauth/access_token`,
    scopes,
    scopeSeparator: ',',
    clientAuth: 'body',
    accessTokenSeconds: 5_400,
    refreshToken: 'omitted',
    givesRefreshToken: () => false,
    exchange: { grantType: 'fb_exchange_token', parameter: 'fb_exchange_token', seconds: 60 * 86_400 },
    tokenError: ({ error, description }) =>
      error === 'invalid_grant'
        ? graphError(`Error validating access token: ${description}`, 190)
        : graphError(`Error validating application. ${description}`, 101),
  },

  setup(world) {
    const leads = leadsOf(world.account('sandbox'))
    const answers = { email: 'grace@example.com', full_name: 'Grace Hopper', 'which_roof?': 'slate' }
    if (!leads.get(sandboxLead)) create(world, { created: world.now() - 86_400_000, answers }, sandboxLead)
  },

  routes(api, world) {
    const base = `/${version}`
    const idOf = (request: FastifyRequest) => (request.params as { id: string }).id
    const params = Type.Object({ id: Type.String() })
    const query = <P extends TProperties>(properties: P) =>
      Type.Object({
        ...{ access_token: Type.Optional(Type.String()), appsecret_proof: Type.Optional(Type.String()) },
        ...properties,
      })
    const fields = { fields: Type.Optional(Type.String()) }
    const paging = {
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
      after: Type.Optional(Type.String()),
    }

    api.addHook('preHandler', async (request) => {
      if (!request.routeOptions.config.sandbox?.public) mustBeProven(request)
    })

    /** Calls from servers bear the proof that they know the application's secret. */
    function mustBeProven(request: FastifyRequest): void {
      const { appsecret_proof: proof } = request.query as { appsecret_proof?: string }
      if (proof === undefined)
        throw refused('API calls from the server require an appsecret_proof argument', 100, {}, 'GraphMethodException')
      if (proof !== proofOf(world.callerOf(request).token, appOf(request).secret))
        throw refused('Invalid appsecret_proof provided in the API argument', 100, {}, 'GraphMethodException')
    }

    const pageTokens = () => {
      const { values } = world.account('(applications)')
      values.pageTokens ??= {}
      return values.pageTokens as Record<string, string>
    }
    /** The application whose token it is. */
    function appOf(request: FastifyRequest) {
      const { token, clientId } = world.callerOf(request)
      const id = clientId ?? pageTokens()[token] ?? token.split('|')[0]
      return apps.find((app) => app.id === id) ?? sandboxApp
    }
    function pageTokenFor(request: FastifyRequest): string {
      const { account, scopes: allowed } = world.callerOf(request)
      const token = `EAAPage${idsOf(account).page}${world.nextId('page-token')}`
      world.registerKey(token, account, allowed === 'all' ? undefined : allowed)
      pageTokens()[token] = appOf(request).id
      return token
    }
    function asPage(request: FastifyRequest): Account {
      const account = world.accountOf(request)
      if (pageTokens()[world.callerOf(request).token] === undefined)
        throw refused('(#190) This method must be called with a Page Access Token', 190)
      return account
    }
    function ofPage(request: FastifyRequest): Account {
      const account = asPage(request)
      if (idsOf(account.name).page !== idOf(request)) throw noSuch(idOf(request))
      return account
    }

    api.get(`${base}/:id`, { schema: { params, querystring: query(fields) } }, async (request) => {
      const node = nodeOf(world.accountOf(request), idOf(request), () => pageTokenFor(request))
      if (!node) throw noSuch(idOf(request))
      if (node.type === 'Lead') mayRetrieve(request)
      return shown(node, request.query.fields)
    })

    function mayRetrieve(request: FastifyRequest): void {
      const { scopes: allowed } = world.callerOf(request)
      const isAllowed = allowed === 'all' || allowed.includes('leads_retrieval')
      if (!isAllowed || world.accountOf(request).values.leadsAreBlocked === true)
        throw refused('(#200) Requires leads_retrieval permission to manage the object', 200, { status: 403 })
    }

    api.get(
      `${base}/:id/leadgen_forms`,
      { schema: { params, querystring: query({ ...fields, ...paging }) } },
      async (request) => {
        const account = ofPage(request)
        const { limit = 25, after } = request.query
        const all = idsOf(account.name).forms.map((id) => ({ id, node: formNode(account, id) }))
        return paged(all, { limit, after }, ({ node }) => shown(node, request.query.fields))
      },
    )

    api.get(
      `${base}/:id/leads`,
      { schema: { params, querystring: query({ ...fields, ...paging, filtering: Type.Optional(Type.String()) }) } },
      async (request) => {
        const account = asPage(request)
        if (!idsOf(account.name).forms.includes(idOf(request))) throw noSuch(idOf(request))
        mayRetrieve(request)
        const { limit = 25, after, filtering } = request.query
        const wanted = filterOf(filtering)
        const all = leadsOf(account)
          .list({ where: ({ data }) => data.form_id === idOf(request) && data.created > world.now() - ninetyDays })
          .filter(({ data }) => wanted(Math.floor(data.created / 1_000)))
          .sort((one, other) => other.data.created - one.data.created)
        return paged(all, { limit, after }, ({ id, data }) => shown(leadNode(id, data), request.query.fields))
      },
    )

    const page = `${base}/:id/subscribed_apps`
    api.get(page, { schema: { params, querystring: query(fields) } }, async (request) => ({
      data: Object.entries(subscribedOf(ofPage(request))).map(([id, heard]) => ({
        id,
        name: 'Hub',
        subscribed_fields: heard,
      })),
    }))
    const wished = query({ subscribed_fields: Type.String({ pattern: '^[a-z_]+(,[a-z_]+)*$' }) })
    api.post(page, { schema: { params, querystring: wished } }, async (request) => {
      subscribedOf(ofPage(request))[appOf(request).id] = request.query.subscribed_fields.split(',')
      return { success: true }
    })
    api.delete(page, { schema: { params, querystring: query({}) } }, async (request) => {
      delete subscribedOf(ofPage(request))[appOf(request).id]
      return { success: true }
    })

    /** Only the application itself may. */
    function asApp(request: FastifyRequest) {
      const app = appOf(request)
      if (world.callerOf(request).token !== `${app.id}|${app.secret}` || app.id !== idOf(request))
        throw refused('(#15) This method must be called with an app access_token.', 15)
      return app
    }
    const app = `${base}/:id/subscriptions`
    api.get(app, { schema: { params, querystring: query({}) } }, async (request) => ({
      data: subscriptionsOf(world, asApp(request).id).map(({ fields: heard, ...rest }) => ({
        ...rest,
        fields: heard.map((name) => ({ name, version })),
      })),
    }))
    const subscription = Type.Object({
      object: Type.Literal('page'),
      callback_url: Type.String({ pattern: '^https?://' }),
      fields: Type.String({ pattern: '^[a-z_]+(,[a-z_]+)*$' }),
      verify_token: Type.String({ minLength: 1 }),
      include_values: Type.Optional(Type.Boolean()),
    })
    api.post(
      app,
      { config: { sandbox: { bodies: ['form'] } }, schema: { params, querystring: query({}), body: subscription } },
      async (request) => {
        const { id } = asApp(request)
        const { object, callback_url: url, fields: heard, verify_token: token } = request.body
        await shakeHands(url, token)
        const others = subscriptionsOf(world, id).filter((one) => one.object !== object)
        const made = { object, callback_url: url, active: true, fields: heard.split(',') }
        subscriptionsOf(world, id).splice(0, Number.POSITIVE_INFINITY, ...others, made)
        return { success: true }
      },
    )

    api.post(`${base}/:id/events`, { schema: { params, querystring: query({}), body: batch } }, async (request) => {
      const account = world.accountOf(request)
      if (idsOf(account.name).dataset !== idOf(request)) throw noSuch(idOf(request), 'post')
      return { events_received: take(account, request.body, world.now()), messages: [], fbtrace_id: 'Asandbox' }
    })
  },

  actions: (world) => ({
    ids: (account = 'sandbox') => idsOf(account),
    /** What was counted, oldest first. */
    events: (account = 'sandbox') =>
      world
        .account(account)
        .records<Counted>('events')
        .list()
        .map(({ data }) => data),
    /** Lets people fill in forms, and tells all of them in one request. Answers the ids. */
    submit: (...leads: NewLead[]) => {
      const made = leads.map((lead) => ({ account: lead.account ?? 'sandbox', ...create(world, lead) }))
      tell(world, made)
      return made.map(({ id }) => id)
    },
    /** The same while nobody is told. */
    submitUnheard: (...leads: NewLead[]) => leads.map((lead) => create(world, lead).id),
    /** What a person does in Leads Access Manager. */
    blockLeads: (isBlocked: boolean, account = 'sandbox') => {
      world.account(account).values.leadsAreBlocked = isBlocked
    },
    subscriptions: (appId = sandboxApp.id) => subscriptionsOf(world, appId),
    subscribed: (account = 'sandbox') => subscribedOf(world.account(account)),
  }),
})

const create = (
  world: World,
  { account = 'sandbox', answers = {}, ...lead }: NewLead,
  id = `90000000000${world.nextId('lead')}`,
) =>
  leadsOf(world.account(account)).create(
    {
      form_id: idsOf(account).forms[0],
      created: Math.floor(world.now() / 1_000) * 1_000,
      field_data: Object.entries(answers).map(([name, value]) => ({ name, values: [value].flat() })),
      is_organic: lead.ad_id === undefined,
      platform: 'fb',
      ...lead,
    },
    id,
  )

/** Every application that hears of these pages is told once of all of them. */
function tell(world: World, leads: { account: string; id: string; data: LeadData }[]): void {
  for (const { id: appId, secret } of apps) {
    const heard = leads.filter(({ account }) => subscribedOf(world.account(account))[appId]?.includes('leadgen'))
    const subscription = subscriptionsOf(world, appId).find(({ fields }) => fields.includes('leadgen'))
    if (!subscription || heard.length === 0) continue
    const entry = [...Map.groupBy(heard, ({ account }) => account)].map(([account, some]) => ({
      id: idsOf(account).page,
      time: Math.floor(world.now() / 1_000),
      changes: some.map(({ id, data }) => ({
        field: 'leadgen',
        value: {
          ...{ leadgen_id: id, page_id: idsOf(account).page, form_id: data.form_id },
          ...(data.ad_id === undefined ? {} : { ad_id: data.ad_id, adgroup_id: data.ad_id }),
          created_time: Math.floor(data.created / 1_000),
        },
      })),
    }))
    const body = JSON.stringify({ object: 'page', entry })
    world.send({
      account: heard[0]!.account,
      url: subscription.callback_url,
      retrySeconds: [15, 60, 300],
      build: () => ({ body, headers: signed(body, secret) }),
    })
  }
}

/** Asks the address whether it knows the token, as Meta does before it sends anything there. */
async function shakeHands(url: string, token: string): Promise<void> {
  const address = new URL(url)
  const challenge = '1158201444'
  for (const [name, value] of Object.entries({ mode: 'subscribe', challenge, verify_token: token }))
    address.searchParams.set(`hub.${name}`, value)
  const failed = (why: string) =>
    refused(`(#2200) Callback verification failed with the following errors: ${why}`, 2_200)
  const answer = await send(address, { headersTimeout: 5_000, bodyTimeout: 5_000 }).catch(() => {
    throw failed('The URL could not be reached')
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw failed(`HTTP Status Code = ${answer.statusCode}`)
  if (text !== challenge) throw failed('The URL returned unexpected data')
}

/** The fields that were asked for; without any, the id alone where Meta gives no more by itself. */
function shown({ type, fields }: { type: string; fields: Record<string, unknown> }, wanted = 'id,name') {
  const names = wanted.split(',')
  const unknown = names.find((name) => !Object.hasOwn(fields, name))
  if (unknown !== undefined && wanted !== 'id,name')
    throw refused(`(#100) Tried accessing nonexisting field (${unknown}) on node type (${type})`, 100)
  const found = [...new Set([...names, 'id'])].map((name) => [name, fields[name]] as const)
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}

function paged<T extends { id: string }>(
  all: T[],
  { limit, after }: { limit: number; after?: string | undefined },
  show: (one: T) => unknown,
) {
  const start = after === undefined ? 0 : all.findIndex(({ id }) => cursorOf(id) === after) + 1
  if (after !== undefined && start === 0) throw refused('(#100) Invalid cursors values', 100)
  const items = all.slice(start, start + limit)
  const [first, last] = [items[0], items.at(-1)]
  if (!first || !last) return { data: [] }
  const next =
    start + limit < all.length ? { next: `https://graph.facebook.com/${version}/?after=${cursorOf(last.id)}` } : {}
  return {
    data: items.map(show),
    paging: { cursors: { before: cursorOf(first.id), after: cursorOf(last.id) }, ...next },
  }
}

const cursorOf = (id: string): string => Buffer.from(id).toString('base64url')

/** `[{ "field": "time_created", "operator": "GREATER_THAN", "value": 1770000000 }]` */
function filterOf(text: string | undefined): (seconds: number) => boolean {
  if (text === undefined) return () => true
  let filters: unknown
  try {
    filters = JSON.parse(text)
  } catch {
    throw refused('(#100) Param filtering must be an array.', 100)
  }
  if (!Array.isArray(filters)) throw refused('(#100) Param filtering must be an array.', 100)
  const tests = filters.map((filter: { field?: unknown; operator?: unknown; value?: unknown }) => {
    const { field, operator, value } = Object(filter) as typeof filter
    if (field !== 'time_created' || typeof value !== 'number')
      throw refused(`(#100) Filtering field ${String(field)} is invalid`, 100)
    if (operator === 'GREATER_THAN') return (seconds: number) => seconds > value
    if (operator === 'LESS_THAN') return (seconds: number) => seconds < value
    throw refused(`(#100) Filtering operator ${String(operator)} is invalid`, 100)
  })
  return (seconds) => tests.every((fits) => fits(seconds))
}
