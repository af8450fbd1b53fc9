import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { temporaryFolder } from '../bench/postgres.ts'
import { migrate } from '../src/db/migrate.ts'
import { startDatabase } from './database.ts'
import { compare, type Findings, type Target } from './findings.ts'
import { createHub, type Hub } from './hubs.ts'
import { startLoad, types } from './load.ts'
import { randomFrom } from './random.ts'
import { startReceiver } from './receiver.ts'

export type CrashOptions = {
  kills: number
  /** Decides what is killed when, and how the receiver behaves. */
  seed: number
  /** No new kill after that. */
  maxMs?: number
  /** How many hub processes share the database. Default: 2. */
  hubs?: number
  /** Kills nothing else. Default: hubs, the database, and both. */
  only?: 'hub' | 'database'
  say?: (line: string) => void
}

export type CrashReport = Findings & {
  kills: { hub: number; database: number; both: number }
  refused: Record<string, number>
  drainMs: number
  durationMs: number
}

/** How long the hubs may make no headway while nobody disturbs them any more, and how long they may take to come up: a busy machine is slow. */
const stallMs = 120_000
const readyMs = 180_000

/**
 * Kills hubs and their database at random moments while events are posted and delivered; then lets everything drain and
 * compares what was promised with what arrived.
 */
export async function runCrash(options: CrashOptions): Promise<CrashReport> {
  const { kills, seed, maxMs = Number.POSITIVE_INFINITY, hubs: hubCount = 2, only, say = () => {} } = options
  const began = performance.now()
  const random = randomFrom(seed)
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(temporaryFolder('tenon-crash'))
  const database = await startDatabase(folder.path)
  stack.defer(() => database.stop())
  await migrate(database.url)

  const receiver = stack.use(await startReceiver(randomFrom(seed + 1)))
  const adminKey = randomBytes(24).toString('base64url')
  const env = {
    DATABASE_URL: database.url,
    TENON_DATA: folder.path,
    TENON_ADMIN_KEY: adminKey,
    TENON_MASTER_KEY: randomBytes(32).toString('hex'),
    TENON_ALLOW_LOOPBACK: 'true',
    LOG_LEVEL: 'info',
  }
  const hubs: Hub[] = []
  for (let i = 0; i < hubCount; i++)
    hubs.push(
      createHub({ port: await freePort(), env, logFile: join(process.env.CRASH_LOGS ?? folder.path, `hub-${i}.log`) }),
    )
  for (const hub of hubs) hub.start()
  stack.defer(async () => void (await Promise.all(hubs.map((hub) => hub.stop()))))
  await allReady(hubs)

  const wanted = { name: 'crash', createApiKey: true }
  const workspace = await post<{ apiKey: string }>(hubs[0]!.port, adminKey, '/api/workspaces', wanted)
  const targets: Target[] = []
  for (const [name, settings] of Object.entries(endpoints)) {
    const path = `/${name}`
    const body = {
      name,
      url: `http://127.0.0.1:${receiver.port}${path}`,
      retrySchedule: Array(50).fill(200),
      ...settings,
    }
    const { id } = await post<{ id: string }>(hubs[0]!.port, workspace.apiKey, '/api/integrations/webhooks', body)
    targets.push({ path, lane: id, onlyRare: settings.events[0] !== '*', ordered: 'ordered' in settings })
  }

  const load = startLoad({
    ports: hubs.map(({ port }) => port),
    key: workspace.apiKey,
    random: randomFrom(seed + 2),
    loops: 12,
    pauseMs: 40,
  })
  stack.defer(() => load.stop())
  const done = { hub: 0, database: 0, both: 0 }
  const total = () => done.hub + done.database + done.both
  while (total() < kills && performance.now() - began < maxMs) {
    // Most kills strike hubs at work, the others hubs and databases that have not recovered from the last one.
    if (random() < 0.7) await anyReady(hubs)
    await pause(50 + random() * 2_500)
    const dice = only === 'hub' ? 0 : only === 'database' ? 0.5 : random()
    const victim = hubs[Math.floor(random() * hubs.length)]!
    const down = random() * 1_000
    if (dice < 0.5) {
      done.hub += 1
      await victim.kill()
      victim.start()
    } else if (dice < 0.8) {
      done.database += 1
      await database.kill()
      await pause(down)
      await database.start()
    } else {
      done.both += 1
      await Promise.all([database.kill(), ...hubs.map((hub) => hub.kill())])
      await pause(down)
      await database.start()
      for (const hub of hubs) hub.start()
    }
    if (total() % 10 === 0) say(`${total()} kills, ${load.acknowledged.length} events accepted`)
  }

  await load.stop()
  receiver.behave()
  const quiet = performance.now()
  await allReady(hubs)
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  stack.defer(() => client.end())
  await drained(client, targets, receiver.receipts, say)
  const drainMs = performance.now() - quiet
  const findings = await compare({
    acknowledged: load.acknowledged,
    sent: load.sent,
    receipts: receiver.receipts,
    targets,
    client,
  })
  const ends = hubs.reduce((sum, hub) => sum + hub.unexpectedEnds(), 0)
  if (ends > 0) findings.faults.push(`a hub ended ${ends} times by itself`)
  return {
    ...findings,
    kills: done,
    refused: Object.fromEntries(load.refused),
    drainMs,
    durationMs: performance.now() - began,
  }
}

/** One endpoint of each sort, since each takes another way through the engine. */
const endpoints = {
  plain: { events: ['*'] },
  counted: { events: ['*'], concurrency: 4 },
  paced: { events: ['*'], rateLimit: 2_000 },
  ordered: { events: [types.rare], ordered: true },
}

const wordsOf = (hubs: Hub[]) => hubs.map((hub) => hub.lastWords()).join('\n')

async function anyReady(hubs: Hub[]): Promise<void> {
  const deadline = performance.now() + readyMs
  while (!(await Promise.all(hubs.map((hub) => hub.isReady()))).some(Boolean)) {
    if (performance.now() > deadline) throw new Error(`no hub becomes ready:\n${wordsOf(hubs)}`)
    await pause(50)
  }
}

async function allReady(hubs: Hub[]): Promise<void> {
  const deadline = performance.now() + readyMs
  while (!(await Promise.all(hubs.map((hub) => hub.isReady()))).every(Boolean)) {
    if (performance.now() > deadline) throw new Error(`the hubs do not become ready:\n${wordsOf(hubs)}`)
    await pause(50)
  }
}

/** Resolves when nothing waits any more, or when nothing has moved for long: then `compare` says what was lost. */
async function drained(
  client: pg.Client,
  targets: Target[],
  receipts: Map<string, Map<string, unknown>>,
  say: (line: string) => void,
): Promise<void> {
  const lanes = targets.map(({ lane }) => lane)
  let before = ''
  let movedAt = performance.now()
  let saidAt = movedAt
  while (performance.now() - movedAt < stallMs) {
    const { rows } = await client.query(
      `select (select count(*) from ready where lane = any($1::uuid[])) as ready, (select count(*) from scheduled where lane = any($1::uuid[])) as scheduled`,
      [lanes],
    )
    const { ready, scheduled } = rows[0] as { ready: number; scheduled: number }
    if (Number(ready) + Number(scheduled) === 0) return
    const now = `${ready} ${scheduled} ${[...receipts.values()].map(({ size }) => size)}`
    if (now !== before) movedAt = performance.now()
    if (performance.now() - saidAt > 10_000) {
      saidAt = performance.now()
      say(`draining: ${ready} ready, ${scheduled} scheduled`)
    }
    before = now
    await pause(100)
  }
}

async function post<Data>(port: number, key: string, path: string, body: unknown): Promise<Data> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const { data, error } = (await answer.json()) as { data: Data; error?: string }
  if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${error}`)
  return data
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
