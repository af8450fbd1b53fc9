import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { concurrency } from '../engine/engine.ts'
import type { Engine } from '../engine/types.ts'
import type { EventTypes } from '../events/event-types.ts'
import type { Events } from '../events/events.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { createSafeAgent } from '../lib/safe-fetch.ts'
import type { Vault } from '../lib/vault.ts'
import { createDeliveries } from './deliveries.ts'
import { createDeliveryKind } from './delivery-kind.ts'
import { createEndpoints } from './endpoints.ts'
import { createReplays, replayKind } from './replays.ts'
import { createSettingsCache } from './settings-cache.ts'
import { createSettling } from './settling.ts'
import { createStatistics } from './statistics.ts'
import { webhookKind, webhookSubscriptions } from './subscriptions.ts'
import { createTrials } from './trial.ts'

export type Webhooks = ReturnType<typeof createWebhooks>

/** Everything about webhooks, and what the engine needs to deliver them. Call before the engine starts; close after it stops. */
export function createWebhooks(deps: {
  config: Pick<Config, 'TENON_ALLOW_LOOPBACK' | 'TENON_ALLOW_ADDRESSES'>
  database: Database
  engine: Engine
  events: Events
  eventTypes: EventTypes
  /** What integrations did because of an event. */
  operationsOf: Parameters<typeof createDeliveries>[0]['operationsOf']
  vault: Vault
  clock: Clock
  log: Log
}) {
  const { config, database, engine, events, eventTypes, vault, clock, log } = deps
  const addresses = { allowLoopback: config.TENON_ALLOW_LOOPBACK, allow: config.TENON_ALLOW_ADDRESSES }
  // Many endpoints may live on one host: were its connections fewer than the engine's tries, one that hangs would take them all.
  const agent = createSafeAgent({ ...addresses, maxConnectionsPerOrigin: concurrency })
  const cache = createSettingsCache({ database, vault, log })
  const onSettled = createSettling({ engine, clock, log, onDisabled: cache.refresh })
  const kind = createDeliveryKind({ cache, agent, clock, onSettled })
  const endpoints = createEndpoints({
    database,
    engine,
    eventTypes,
    vault,
    clock,
    urls: addresses,
    onChanged: cache.refresh,
  })
  const replays = createReplays({ database, engine, eventTypes, clock, log })

  engine.define(webhookKind, kind)
  engine.define(replayKind, replays.kind)
  engine.subscribe(webhookSubscriptions)

  return {
    events,
    endpoints,
    deliveries: createDeliveries({ database, engine, eventTypes, operationsOf: deps.operationsOf }),
    trials: createTrials({ database, engine, eventTypes, endpoints, kind, clock }),
    replays,
    statistics: createStatistics({ database, clock }),
    /** Breaks the connections to endpoints. Requests were given their time when the engine stopped. */
    close: () => agent.destroy(),
  }
}
