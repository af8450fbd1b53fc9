import { createAccess } from '../src/api/access.ts'
import { createAuth } from '../src/api/auth.ts'
import { createIdempotency } from '../src/api/idempotency.ts'
import { createMetrics } from '../src/api/metrics.ts'
import { createRateLimits } from '../src/api/rate-limit.ts'
import { createServer } from '../src/api/server.ts'
import { createApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { openDatabase } from '../src/db/database.ts'
import type { NewEvent, StoredEvent } from '../src/engine/types.ts'
import { createEventTypes } from '../src/events/event-types.ts'
import { createEvents } from '../src/events/events.ts'
import { eventRoutes } from '../src/events/routes.ts'
import { systemClock } from '../src/lib/clock.ts'
import { newId } from '../src/lib/ids.ts'
import { createLog } from '../src/lib/log.ts'
import { parseMasterKey } from '../src/lib/master-key.ts'
import { createVault } from '../src/lib/vault.ts'
import { createDirectory } from '../src/workspaces/directory.ts'
import { serve } from './children.ts'
import type { OpenAccount } from './sandbox.ts'

/*
 * The hub under measurement, in a process of its own: the whole application as it always runs, and beside it, on another port of the
 * same process, the ceiling of accepting: the same server, guards, schemas and payload checks, with an engine that stores nothing.
 */

const config = readConfig(process.env)
const clock = systemClock
const log = createLog({ level: config.LOG_LEVEL, pretty: false })
const database = openDatabase({ connection: { connectionString: config.DATABASE_URL }, max: config.DB_POOL, log })
const vault = createVault(parseMasterKey(config.TENON_MASTER_KEY!))
const app = await createApp({ config, database, vault, log, clock })
const url = await app.start()

const portOf = (address: string) => Number(new URL(address).port)

/** Listens with the same routes and guards over an engine that answers at once; resolves with its port. */
async function withoutDatabase(): Promise<number> {
  const { authenticate } = createAuth({ config, directory: createDirectory({ database, clock, log }), clock, log })
  const access = createAccess({ authenticate, limits: createRateLimits({ config, clock }) })
  const server = createServer({
    config,
    log,
    clock,
    guards: [access, createIdempotency({ database, vault, clock, log })],
  })
  createMetrics({ config, engine: app.engine, authenticate }).measureRequests(server)
  const eventTypes = createEventTypes({ database, clock })
  const engine = {
    ...app.engine,
    accept: async (workspaceId: string, events: NewEvent[]) => events.map((event) => stored(workspaceId, event)),
  }
  server.register(eventRoutes({ events: createEvents({ database, engine, eventTypes }), eventTypes }), {
    prefix: '/api',
  })
  return portOf(await server.listen({ port: 0, host: '127.0.0.1' }))
}

const stored = (workspaceId: string, event: NewEvent): StoredEvent => ({
  workspaceId,
  id: newId(clock),
  type: event.type,
  payload: JSON.stringify(event.payload),
  occurredAt: new Date(clock.now()),
  channels: null,
  traceParent: null,
})

serve({
  port: () => portOf(url),
  portWithoutDatabase: withoutDatabase,
  status: () => app.engine.status(),
  /** Connects a workspace to accounts of the sandbox. */
  connect: ({ workspaceId, accounts }: { workspaceId: string; accounts: OpenAccount[] }) =>
    app.connectReadyAccounts(
      workspaceId,
      accounts.map((account) => ({ ...account, credentials: async () => account.credentials })),
    ),
  cpu: () => process.cpuUsage(),
  memory: () => {
    global.gc?.()
    return process.memoryUsage.rss()
  },
  stop: async () => {
    await app.stop(10_000)
    await database.close()
  },
})
