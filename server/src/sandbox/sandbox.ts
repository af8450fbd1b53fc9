import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Control } from './control.ts'
import type { Emulator } from './emulator.ts'
import { createFaults, type Faults } from './faults.ts'
import { createLines } from './lines.ts'
import { createOauth } from './oauth.ts'
import { createRateLimits } from './rate-limits.ts'
import { type ArrivedRequest, createRequestLog } from './request-log.ts'
import { createVendor, deadBefore, emptyVendor, type SavedVendor, type VendorState } from './vendor.ts'
import { createWebhookSender, type SentWebhook } from './webhook-sender.ts'
import type { World } from './world.ts'

/** An emulator that is loaded by its first request. */
export type LazyEmulator = {
  id: string
  hosts: readonly string[]
  /** As the emulator's own. */
  scheme?: string
  load(): Promise<Emulator<unknown>>
}

/** Everything the sandbox remembers, as JSON. */
export type SandboxState = { order: number; vendors: { [id: string]: SavedVendor } }

export type Sandbox = {
  /** Where it answers; empty until started. */
  readonly url: string
  /** Listens; 0 takes any free port. Answers the URL. */
  start(port?: number, host?: string): Promise<string>
  stop(): Promise<void>
  /** Host of a vendor → the URL that stands in for it. */
  overrides(): Record<string, string>
  faults: Faults
  /** The last thousand requests. */
  requests: ArrivedRequest[]
  /** Requests whose path no emulator knows; empty in a test that went well. */
  unknownRequests: ArrivedRequest[]
  /** Every attempt to send a webhook. */
  webhooks: SentWebhook[]
  /** Waits until all webhooks have arrived or were given up. */
  idle(): Promise<void>
  /** An emulator's world and what a person can do in its app. */
  emulator<Actions>(emulator: Emulator<Actions>): { world: World } & Actions
  /** The world of an emulator by its id, loaded where it is not yet. */
  world(id: string): Promise<World>
  oauth: {
    /** Allows every authorization without asking a person. */
    automatic: boolean
  }
  /** What to keep over a restart. */
  state(): SandboxState
  /** Grows with everything that may have changed the state. */
  activity(): number
}

type Running = {
  vendor: VendorState
  handle(request: IncomingMessage, response: ServerResponse): void
  close(): Promise<void>
}

/**
 * Creates the sandbox: one HTTP server with an emulator of a vendor below each first part of the path. Nothing listens before `start`,
 * and an emulator costs nothing before its first request.
 */
export function createSandbox(options: {
  clock: Clock
  log: Log
  emulators: readonly (Emulator<unknown> | LazyEmulator)[]
  /** How the sandbox's URL begins for browsers and the hub, where that is not the address it listens on. */
  publicUrl?: string
  /** Where OAuth may send people back to, besides loopback addresses. */
  redirectOrigins?: readonly string[]
  state?: SandboxState
  /** Tells one sandbox from another; shown by the control. */
  instance?: string
  /** Part of a vendor's wait between two attempts of a webhook that the sandbox really waits. Default: 0.01. */
  retryScale?: number
}): Sandbox {
  const { clock, log, publicUrl, redirectOrigins = [], retryScale = 0.01, instance = '' } = options
  const state: SandboxState = options.state ?? { order: 0, vendors: {} }
  const nextOrder = () => ++state.order
  const now = () => clock.now()
  const faults = createFaults(nextOrder)
  const requests = createRequestLog(now)
  const webhooks = createWebhookSender({ faults, log, retryScale })
  const oauthSettings = { automatic: false }
  const stopping = new AbortController()
  let url = ''
  let arrivals = 0

  const known = new Map(options.emulators.map((emulator) => [emulator.id, emulator]))
  const vendors = new Map<string, { emulator: Emulator<unknown>; vendor: VendorState; actions: object }>()
  const running = new Map<string, Promise<Running>>()

  const allowsRedirect = (target: URL): boolean =>
    redirectOrigins.includes(target.origin) || ['localhost', '127.0.0.1', '[::1]'].includes(target.hostname)

  /** Makes an emulator's world, once. */
  function create(emulator: Emulator<unknown>) {
    const existing = vendors.get(emulator.id)
    if (existing) return existing
    const { id, name, oauth: shape } = emulator
    state.vendors[id] ??= emptyVendor()
    const saved = state.vendors[id]
    const oauth =
      shape &&
      createOauth({
        vendor: id,
        vendorName: name,
        shape,
        state: saved.oauth,
        url: () => `${url}/oauth/${id}`,
        vendorUrl: () => `${url}/${id}`,
        now,
        nextOrder,
        log,
        isAutomatic: () => oauthSettings.automatic,
        allowsRedirect,
        deadBefore: (account) => deadBefore(faults, id, account),
      })
    const vendor = createVendor({
      emulator,
      saved,
      url: () => url,
      now,
      nextOrder,
      faults,
      oauth,
      signsInAt: () => vendors.get(emulator.signsInAt ?? '')?.vendor.oauth,
      send: (webhook) => webhooks.send(id, webhook),
      delay: (ms) => sleep(ms, stopping.signal),
    })
    emulator.setup?.(vendor.world)
    const made = { emulator, vendor, actions: (emulator.actions?.(vendor.world) ?? {}) as object }
    vendors.set(id, made)
    return made
  }

  async function load(id: string): Promise<ReturnType<typeof create> | undefined> {
    const listed = known.get(id)
    if (!listed) return undefined
    const emulator = 'load' in listed ? await listed.load() : listed
    // Its tokens come from there, also those of before a restart.
    if (emulator.signsInAt !== undefined) await load(emulator.signsInAt)
    return create(emulator)
  }

  /** Starts an emulator's routes, once. */
  function run(id: string): Promise<Running> | undefined {
    if (!known.has(id)) return undefined
    let started = running.get(id)
    if (!started) {
      started = (async () => {
        const { emulator, vendor } = (await load(id))!
        const { serveEmulator } = await import('./emulator-server.ts')
        const limits = createRateLimits(emulator.rateLimits ?? [], now)
        return { vendor, ...(await serveEmulator({ emulator, vendor, limits, faults, requests, log })) }
      })()
      running.set(id, started)
    }
    return started
  }

  async function dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: whole = '/' } = request
    arrivals += 1
    const [, first = '', rest = ''] = /^\/([^/?]*)(.*)$/.exec(whole) ?? []
    if (first === '__sandbox') return (await control()).handle(request, response)
    if (first === 'oauth') {
      const [, id = '', path = ''] = /^\/([^/?]*)(.*)$/.exec(rest) ?? []
      const oauth = (await load(id))?.vendor.oauth
      if (oauth) return await oauth.handle(request, response, path)
    }
    const emulator = await run(first)
    if (!emulator) {
      requests.unknown.push(
        requests.begin(first, { method: request.method ?? '', url: whole, headers: request.headers }),
      )
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`The sandbox has no emulator "${first}".\n`)
      return
    }
    request.url = rest.startsWith('/') ? rest : `/${rest}`
    emulator.handle(request, response)
  }

  const server = createServer((request, response) => {
    dispatch(request, response).catch((error: unknown) => {
      log.error({ err: error }, 'the sandbox could not answer')
      if (response.headersSent) response.destroy()
      else response.writeHead(500, { 'content-type': 'text/plain' }).end('The sandbox failed.\n')
    })
  })
  // A hang must be the caller's to end.
  server.requestTimeout = 0
  const lines = createLines({
    log,
    emulators: [...known.values()],
    connection: async (id, socket) => {
      const { emulator, vendor } = (await load(id))!
      await emulator.connection?.(socket, vendor.world)
    },
  })
  const placeOf = ({ id, scheme }: { id: string; scheme?: string }): string =>
    scheme === undefined ? `${url}/${id}` : lines.urlOf(id)
  const overrides = () =>
    Object.fromEntries(
      [...known.values()].flatMap((emulator) => emulator.hosts.map((host) => [host, placeOf(emulator)])),
    )
  let controlling: Promise<Control> | undefined
  const control = (): Promise<Control> => {
    controlling ??= import('./control.ts').then(({ createControl }) =>
      createControl({ faults, requests, log, instance, placeOf, vendors: () => [...known.values()] }),
    )
    return controlling
  }

  return {
    get url() {
      return url
    },
    async start(port = 0, host = '127.0.0.1') {
      server.listen(port, host)
      // Rejects with the error when there is one instead.
      await once(server, 'listening')
      const { port: actual } = server.address() as AddressInfo
      const place = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
      url = publicUrl ?? `http://${place}:${actual}`
      await lines.start(host, place)
      // What is loaded already can say now what is wrong with it.
      for (const emulator of known.values()) if (!('load' in emulator)) await run(emulator.id)
      return url
    },
    async stop() {
      stopping.abort()
      await webhooks.stop()
      await lines.stop()
      server.closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
      for (const emulator of running.values()) await (await emulator).close()
      await (await controlling)?.close()
    },
    overrides,
    faults,
    requests: requests.all,
    unknownRequests: requests.unknown,
    webhooks: webhooks.sent,
    idle: webhooks.idle,
    emulator: <Actions>(emulator: Emulator<Actions>) => {
      const ours = known.get(emulator.id)
      if (!ours) throw new TypeError(`The sandbox has no emulator "${emulator.id}".`)
      const { vendor, actions } = create('load' in ours ? (emulator as Emulator<unknown>) : ours)
      return { world: vendor.world, ...(actions as Actions) }
    },
    async world(id) {
      const made = await load(id)
      if (!made) throw new TypeError(`The sandbox has no emulator "${id}".`)
      return made.vendor.world
    },
    oauth: oauthSettings,
    state: () => state,
    activity: () => arrivals + state.order,
  }
}

/** Waits, or less when the signal is aborted. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal }).catch(() => {})
