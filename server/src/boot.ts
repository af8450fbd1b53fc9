import { type App, createApp } from './app.ts'
import type { Config } from './config.ts'
import { connectionOf } from './db/connection.ts'
import { type Database, hangUp, openDatabase } from './db/database.ts'
import { startEmbedded } from './db/embedded.ts'
import { migrate } from './db/migrate.ts'
import { systemClock } from './lib/clock.ts'
import type { Log } from './lib/log.ts'
import { loadMasterKey } from './lib/master-key.ts'
import { startTracing } from './lib/tracing.ts'
import { createVault } from './lib/vault.ts'
import { within } from './lib/within.ts'
import type { HubSandbox } from './sandbox/for-hub.ts'
import { version } from './version.ts'
import { bootstrap, type FirstSignIn } from './workspaces/bootstrap.ts'

/** What has to be closed, in the opposite order of its opening. */
export type Stops = (() => Promise<unknown>)[]

export type Booted = {
  app: App
  database: Database
  /** What the very first start made for people to begin with. */
  first: FirstSignIn | undefined
  /** Whether a first start leaves what it made in the data folder. */
  keepsFirst: boolean
  /** Stands in for the vendors; undefined where real ones are meant. */
  sandbox: HubSandbox | undefined
}

/** Opens everything that a hub needs, in order, up to the app, which does not run yet. What each step opened is put on `stops`. */
export async function boot(config: Config, log: Log, stops: Stops): Promise<Booted> {
  stops.push(await startTracing(config, version))
  const external = connectionOf(config)
  const embedded = external ? undefined : await startEmbedded({ dataFolder: config.TENON_DATA, log })
  if (embedded) stops.push(embedded.stop)
  const connection = external ?? { connectionString: embedded!.url }
  const database = openDatabase({ connection, max: config.DB_POOL, log })
  stops.push(() => database.close())
  const client = await database.connect()
  try {
    await migrate(client, { log })
  } finally {
    await hangUp(client)
  }

  const production = config.NODE_ENV === 'production'
  const masterKey = await loadMasterKey({
    configured: config.TENON_MASTER_KEY,
    dataFolder: config.TENON_DATA,
    production,
  })
  if (masterKey.generated) {
    log.warn({ file: masterKey.file }, 'made a master key; keep it, what it seals opens with nothing else')
  }
  const clock = systemClock
  const sandbox = await openSandbox(config, log)
  if (sandbox) stops.push(sandbox.stop)
  // What the operator says counts before the sandbox.
  const overrides = { ...sandbox?.overrides, ...config.TENON_VENDOR_OVERRIDES }
  const app = await createApp({
    config: { ...config, TENON_VENDOR_OVERRIDES: overrides },
    database,
    vault: createVault(masterKey),
    log,
    clock,
    sandboxClient: (provider) => sandbox?.clients.find((client) => client.provider === provider),
  })
  stops.push(() => app.stop(config.TENON_STOP_MS))

  const keepsFirst = embedded !== undefined || (!production && config.TENON_ADMIN_KEY === undefined)
  const first = keepsFirst ? await bootstrap({ database, clock, dataFolder: config.TENON_DATA }) : undefined
  return { app, database, first, keepsFirst, sandbox }
}

/** The emulators and what they need are loaded only where they are wanted. */
async function openSandbox(config: Config, log: Log): Promise<HubSandbox | undefined> {
  if (config.TENON_SANDBOX === 'off') return undefined
  const { bringsSandbox, startSandboxForHub } = await import('./sandbox/for-hub.ts')
  return bringsSandbox(config) ? await startSandboxForHub({ config, clock: systemClock, log }) : undefined
}

/** Longer than any part takes that keeps to deadlines of its own, beyond what work in flight is given. */
const stopMs = 90_000

/**
 * Closes what was opened. The database goes last, since everything else may still write to it. A part that does not end is
 * left behind: a hub that never stops would hold its data folder, and whoever waits for it, for ever.
 */
export async function stopAll(stops: Stops, log: Log, { TENON_STOP_MS }: Pick<Config, 'TENON_STOP_MS'>): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) {
    try {
      if (!(await within(stop(), TENON_STOP_MS + stopMs)))
        log.error('a part of the hub did not stop in time, and is left behind')
    } catch (error) {
      log.error({ err: error }, 'a part of the hub did not stop cleanly')
    }
  }
}
