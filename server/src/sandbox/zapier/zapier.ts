import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { request as send } from 'undici'
import {
  type Account,
  type Answer,
  defineEmulator,
  type Failure,
  refusal,
  type Stored,
  type World,
} from '../emulator.ts'

/** The URL of a Zap: a "Catch Hook", which somebody made by hand, or the target of a REST hook. */
export type ZapierHook = {
  kind: 'catch' | 'rest'
  isOn: boolean
  /** Where the hub keeps the subscription of a REST hook. */
  subscriptionUrl?: string
}

/** What a Zap has run with. */
export type ZapRun = { hookId: string; body: unknown; headers: Record<string, string> }

/** A hook that is always there, so that the hub can be tried at once. */
export const sandboxHookId = 'sandbox'

/** In the path of every hook; hooks are told apart by their id. */
const accountNumber = '1234567'
const folders = { catch: '/hooks/catch', rest: '/hooks/standard' } as const

/**
 * Zapier as the hub meets it: "Webhooks by Zapier" URLs that catch what is posted, and Zaps that subscribe to the hub by REST hooks
 * (https://docs.zapier.com/platform/build/hook-trigger). The URL is the only secret, so there are no tokens.
 */
export const zapier = defineEmulator({
  id: 'zapier',
  name: 'Zapier',
  hosts: ['hooks.zapier.com'],
  bodies: ['json', 'form'],
  rateLimits: [
    { name: 'burst', requests: 30, perMs: 1_000, keyOf: hookIdOf },
    { name: 'sustained', requests: 10_000, perMs: 300_000, keyOf: hookIdOf },
  ],
  accountNameOf: (request, world) => findHook(world, hookIdOf(request))?.account.name,
  refuse,

  setup(world) {
    const hooks = hooksOf(world.account('sandbox'))
    if (!hooks.get(sandboxHookId)) hooks.create({ kind: 'catch', isOn: true }, sandboxHookId)
  },

  routes(api, world) {
    const schema = { params: Type.Object({ account: Type.String({ pattern: '^\\d+$' }), hook: Type.String() }) }
    const config = { sandbox: { public: true } }
    for (const kind of ['catch', 'rest'] as const) {
      const path = `${folders[kind]}/:account/:hook`
      api.post(path, { config, schema }, async (request) => run(world, kind, request, request.body ?? {}))
      api.get(path, { config, schema }, async (request) => run(world, kind, request, { ...(request.query as object) }))
      const raw = { sandbox: { public: true, bodies: ['bytes'] as const } }
      api.post(`${path}/raw`, { config: raw, schema }, async (request) =>
        run(world, kind, request, { body: world.bytesOf(request).toString() }),
      )
    }
  },

  actions: (world) => ({
    /** Makes a Zap with a "Catch Hook". Answers its URL as Zapier shows it. */
    newHook: ({ account = 'sandbox' }: { account?: string } = {}): { id: string; url: string } => {
      const hook = hooksOf(world.account(account)).create({ kind: 'catch', isOn: true }, `hook${world.nextId('hook')}`)
      return { id: hook.id, url: urlOf(hook) }
    },
    /**
     * Turns on a Zap that listens to the hub: posts to the hub's subscribe URL what `body` makes of the hook's URL.
     * @throws Error when the hub answers no id
     */
    subscribe: async (options: {
      subscribeUrl: string
      headers: Record<string, string>
      body(hookUrl: string): unknown
      account?: string
    }): Promise<{ id: string; url: string; subscriptionUrl: string }> => {
      const hooks = hooksOf(world.account(options.account ?? 'sandbox'))
      const hook = hooks.create({ kind: 'rest', isOn: true }, `hook${world.nextId('hook')}`)
      const { status, body } = await call('POST', options.subscribeUrl, options.headers, options.body(urlOf(hook)))
      const id = subscriptionIdOf(body)
      if (status >= 300 || id === undefined) {
        hooks.purge(hook.id)
        throw new Error(`The hub refused the subscription with ${status}.`)
      }
      const subscriptionUrl = `${options.subscribeUrl}/${encodeURIComponent(id)}`
      hooks.update(hook.id, { subscriptionUrl })
      return { id: hook.id, url: urlOf(hook), subscriptionUrl }
    },
    /** Turns a Zap off, and its REST hook's subscription at the hub with it. From then on the hook answers 410. */
    turnOff: async (hookId: string, headers: Record<string, string> = {}): Promise<number | undefined> => {
      const found = findHook(world, hookId)
      if (!found) throw new Error(`There is no hook ${hookId}.`)
      const { subscriptionUrl } = hooksOf(found.account).update(hookId, { isOn: false }).data
      return subscriptionUrl === undefined ? undefined : (await call('DELETE', subscriptionUrl, headers)).status
    },
    /** What the Zap of a hook has run with, oldest first. */
    runs: (hookId: string): ZapRun[] => {
      const found = findHook(world, hookId)
      if (!found) return []
      return runsOf(found.account)
        .list({ where: ({ data }) => data.hookId === hookId })
        .map(({ data }) => data)
    },
  }),
})

const hooksOf = (account: Account) => account.records<ZapierHook>('hooks')
const runsOf = (account: Account) => account.records<ZapRun>('runs')
const urlOf = ({ id, data }: Stored<ZapierHook>): string =>
  `https://hooks.zapier.com${folders[data.kind]}/${accountNumber}/${id}/`

function hookIdOf({ params }: FastifyRequest): string | undefined {
  const { hook } = (params ?? {}) as { hook?: string }
  return hook
}

function findHook(world: World, id: string | undefined): { account: Account; hook: Stored<ZapierHook> } | undefined {
  if (id === undefined) return undefined
  for (const account of world.accounts()) {
    const hook = hooksOf(account).get(id)
    if (hook) return { account, hook }
  }
  return undefined
}

/** Runs the Zap, once for each item of a list. */
function run(world: World, kind: ZapierHook['kind'], request: FastifyRequest, body: unknown): Record<string, string> {
  const found = findHook(world, hookIdOf(request))
  if (found?.hook.data.kind !== kind) throw refusal(404, { status: 'error', message: 'hook not found' })
  if (!found.hook.data.isOn) throw refusal(410, { status: 'error', message: 'please unsubscribe me!' })
  const headers = textHeaders(request.headers)
  for (const item of Array.isArray(body) ? body : [body]) {
    runsOf(found.account).create({ hookId: found.hook.id, body: item, headers })
  }
  const attempt = world.nextId('attempt')
  return { attempt, id: attempt, request_id: attempt, status: 'success' }
}

function refuse(failure: Failure): Answer {
  const error = (status: number, message: string) => ({ status, body: { status: 'error', message } })
  switch (failure.kind) {
    case 'rate_limited': {
      const headers = { 'retry-after': String(failure.retryAfterSeconds) }
      return { ...error(429, 'too many requests for this hook'), headers }
    }
    case 'unreadable':
      return error(400, failure.message)
    case 'unavailable':
      return error(failure.status, 'Zapier has a problem')
    default:
      return error(404, 'hook not found')
  }
}

async function call(
  method: 'POST' | 'DELETE',
  url: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const answer = await send(url, {
    method,
    headers: {
      'user-agent': 'Zapier',
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.body.text()
  const isJson = String(answer.headers['content-type']).includes('json')
  return { status: answer.statusCode, body: isJson && text !== '' ? JSON.parse(text) : text }
}

/** The id stands at the top of the answer, or in the envelope's data. */
function subscriptionIdOf(body: unknown): string | undefined {
  const { id, data } = (body ?? {}) as { id?: unknown; data?: { id?: unknown } }
  const found = id ?? data?.id
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined
}

const textHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
