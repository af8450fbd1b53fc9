import { randomBytes } from 'node:crypto'
import { type App, createApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { type Log, silentLog } from '../lib/log.ts'
import { createVault, type Vault, vaultKey } from '../lib/vault.ts'
import type { ConnectorEntry } from '../templates/catalogue.ts'
import { testDatabase } from './database.ts'

export type Answer<Data = unknown> = {
  status: number
  headers: Headers
  /** The parsed body; `data` or `error` by the envelope. */
  body: { success: boolean; data: Data; nextCursor?: string | null; error: string; errorCode: string } & Failed
  text: string
}
type Failed = { gracefulFail: boolean; details?: { field: string; message: string }[]; requestId: string }

export type RequestOptions = {
  body?: unknown
  /** An API key or token; the workspace's own unless given. `null` sends none. */
  key?: string | null
  headers?: Record<string, string>
}

export type Hub = AsyncDisposable & {
  url: string
  app: App
  database: Database
  databaseUrl: string
  workspace: { id: string }
  /** May do everything in the workspace. */
  apiKey: string
  adminKey: string
  clock: Clock
  request<Data = Record<string, unknown>>(method: string, path: string, options?: RequestOptions): Promise<Answer<Data>>
  /** Makes another workspace, with a key that may do everything in it. */
  addWorkspace(name?: string): Promise<{ id: string; apiKey: string }>
}

/**
 * Starts a real hub on a free port and a database of its own: `await using hub = await startHub()`.
 * @param options.databaseUrl another hub's database, to be a second process of it
 * @param options.env settings beyond the defaults, such as `{ TENON_RATE_LIMIT: '5' }`
 */
export async function startHub(
  options: {
    env?: Record<string, string>
    clock?: Clock
    role?: 'all' | 'api' | 'worker'
    log?: Log
    databaseUrl?: string
    /** What can be connected, in place of the hub's own connectors. */
    connectors?: readonly ConnectorEntry[]
    vault?: Vault
  } = {},
): Promise<Hub> {
  const clock = options.clock ?? systemClock
  const log = options.log ?? silentLog
  const config = readConfig({
    PORT: '0',
    DB_POOL: '10',
    TENON_ADMIN_KEY: `admin-${randomBytes(16).toString('hex')}`,
    TENON_ALLOW_LOOPBACK: 'true',
    TENON_PUBLIC_RATE_LIMIT: '100000',
    TENON_ROLE: options.role ?? 'all',
    // One variable records what the whole run says to vendors.
    TENON_RECORD_TRAFFIC: process.env.TENON_RECORD_TRAFFIC ?? '',
    ...options.env,
  })
  const adminKey = config.TENON_ADMIN_KEY!
  const place = options.databaseUrl ? shared(options.databaseUrl) : await testDatabase()
  const database = openDatabase({ connection: { connectionString: place.url }, max: config.DB_POOL, log })
  const key = vaultKey(randomBytes(32))
  const vault = options.vault ?? createVault({ keys: [key], current: key.id })
  const app = await createApp({ config, database, vault, log, clock, connectors: options.connectors })
  const dispose = async () => {
    await app.stop(5_000)
    await database.close()
    await place[Symbol.asyncDispose]()
  }
  const url = await app.start()

  async function addWorkspace(name = 'Test'): Promise<{ id: string; apiKey: string }> {
    const { body, text } = await send<{ id: string; apiKey: string }>('POST', '/api/workspaces', {
      body: { name, createApiKey: true },
      key: adminKey,
    })
    if (!body.success) throw new Error(`No workspace could be made: ${text}`)
    return { id: body.data.id, apiKey: body.data.apiKey }
  }

  async function send<Data>(method: string, path: string, { body, key, headers }: RequestOptions = {}) {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key ?? workspace?.apiKey}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    } as Answer<Data>
  }

  let workspace: { id: string; apiKey: string } | undefined
  // A worker answers no requests, so there is nothing to make a workspace with.
  if (config.TENON_ROLE !== 'worker') {
    workspace = await addWorkspace().catch(async (error: unknown) => {
      // What stays open would keep the test file from ending.
      await dispose()
      throw error
    })
  }

  return {
    url,
    app,
    database,
    databaseUrl: place.url,
    workspace: { id: workspace?.id ?? '' },
    apiKey: workspace?.apiKey ?? '',
    adminKey,
    clock,
    request: send,
    addWorkspace,
    [Symbol.asyncDispose]: dispose,
  }
}

/** A database that belongs to another hub, which drops it. */
const shared = (url: string) => ({ url, [Symbol.asyncDispose]: async () => {} })
