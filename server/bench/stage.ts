import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { type Child, startChild } from './children.ts'
import type { Postgres } from './postgres.ts'

/** What a row of the bench plays on: a fresh database, hubs on it, a workspace, a receiver, a driver, each a process. */
export type Stage = AsyncDisposable & {
  hubs: Hub[]
  driver: Child
  receiver: Child
  receiverPort: number
  /** All vendors as emulators, where the row asked for them. */
  sandbox: Child | undefined
  /** A connection to the hub's database, for looking and filling. */
  client: pg.Client
  workspace: Workspace
  createWorkspace(): Promise<Workspace>
  /** Resolves when nothing is ready any more, with the time in epoch milliseconds. */
  drained(): Promise<number>
}

export type Hub = { child: Child; port: number }
export type Workspace = { id: string; key: string; createEndpoint(url: string, more?: object): Promise<string> }

const adminKey = randomBytes(24).toString('base64url')

/** Starts everything that a row needs. */
export async function setStage(
  postgres: Postgres,
  options: {
    hubs?: number
    /** Hosts of vendors for which the receiver stands in, each at an address of its own. */
    vendors?: readonly string[]
    /** Whether the sandbox stands in for all vendors. */
    sandbox?: boolean
  } = {},
): Promise<Stage> {
  await using stack = new AsyncDisposableStack()
  const receiver = stack.use(await startChild(`${import.meta.dirname}/receiver.ts`))
  const receiverPort = await receiver.call<number>('port')
  const overrides = (options.vendors ?? []).map((host, at) => [host, `http://127.0.1.${at + 1}:${receiverPort}`])
  const sandbox = options.sandbox ? stack.use(await startChild(`${import.meta.dirname}/sandbox.ts`)) : undefined
  if (sandbox) overrides.push(...Object.entries(await sandbox.call<Record<string, string>>('overrides')))
  const url = await postgres.create()
  stack.defer(() => postgres.drop(url))
  const env = {
    DATABASE_URL: url,
    PORT: '0',
    TENON_ADMIN_KEY: adminKey,
    TENON_MASTER_KEY: randomBytes(32).toString('hex'),
    TENON_ALLOW_LOOPBACK: 'true',
    TENON_RATE_LIMIT: '10000000',
    // What sick vendors do is no news here.
    LOG_LEVEL: overrides.length > 0 ? 'silent' : 'warn',
    TENON_VENDOR_OVERRIDES: JSON.stringify(Object.fromEntries(overrides)),
  }
  const hubs: Hub[] = []
  for (let i = 0; i < (options.hubs ?? 1); i++) {
    const child = stack.use(await startChild(`${import.meta.dirname}/hub.ts`, { env }))
    hubs.push({ child, port: await child.call<number>('port') })
  }
  const driver = stack.use(await startChild(`${import.meta.dirname}/driver.ts`))
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  stack.defer(() => client.end())

  async function createWorkspace(): Promise<Workspace> {
    const { id, apiKey } = await api<{ id: string; apiKey: string }>(hubs[0]!.port, adminKey, '/api/workspaces', {
      name: 'bench',
      createApiKey: true,
    })
    return {
      id,
      key: apiKey,
      createEndpoint: async (endpointUrl, more) => {
        const body = { name: 'bench', url: endpointUrl, events: ['*'], ...more }
        return (await api<{ id: string }>(hubs[0]!.port, apiKey, '/api/integrations/webhooks', body)).id
      },
    }
  }

  const workspace = await createWorkspace()
  const kept = stack.move()
  return {
    hubs,
    driver,
    receiver,
    receiverPort,
    sandbox,
    client,
    workspace,
    createWorkspace,
    drained: async () => {
      for (;;) {
        const { rows } = await client.query('select exists (select from ready) as waiting')
        if (!rows[0].waiting) return performance.timeOrigin + performance.now()
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Asks the hub's API; answers the data. */
export async function api<Data>(port: number, key: string, path: string, body: unknown): Promise<Data> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const { data, error } = (await answer.json()) as { data: Data; error?: string }
  if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${error}`)
  return data
}
