import { LRUCache } from 'lru-cache'
import { ApiError } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import type { Delivery, DeliveryKind, Engine, LanePolicy, Outcome } from '../engine/types.ts'
import type { OperationName } from '../kit/capabilities.ts'
import { repeatOf } from '../kit/operations.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Carried, CarryOut } from './carry-out.ts'
import { prepare } from './hearing.ts'
import { listOutcomes } from './outcomes.ts'
import type { Opened, Runner } from './runner.ts'
import { listSubscriptions } from './subscription-queries.ts'

/** About half a day in all: 10 s, 20 s, 40 s … */
const retries = 12
const firstDelayMs = 10_000
const mostSubscriptions = 100
const responseLength = 1_024
/** What is told about deliveries is not told about again, or an integration that fails on it would keep itself busy for ever. */
const untold = new Set(['delivery.exhausted', 'integration.status_changed'])
const policy: LanePolicy = {}

/** The engine's kind of work that carries events to integrations: each subscription that wants the event becomes an operation. */
export function createIntegrationDeliveries(deps: {
  database: Database
  engine: Pick<Engine, 'publish'>
  runner: Runner
  carryOut: CarryOut
}): DeliveryKind {
  const { database, engine, runner, carryOut } = deps
  const known = new LRUCache<string, true>({ max: 50_000 })

  async function open(workspaceId: string, lane: string): Promise<Opened | undefined> {
    try {
      return await runner.open(workspaceId, lane)
    } catch (error) {
      if (error instanceof ApiError) return undefined
      throw error
    }
  }

  return {
    delivers: true,
    policy: (lane) => (known.has(lane) ? policy : undefined),
    async load(lanes) {
      const ids = lanes.map(({ lane }) => lane)
      const rows = await database.hub.selectFrom('integrations').select('id').where('id', 'in', ids).execute()
      const found = new Set(rows.map(({ id }) => id))
      for (const id of ids)
        if (found.has(id)) known.set(id, true)
        else known.delete(id)
    },
    retry: () => (attempt) => (attempt > retries ? undefined : exponentialDelay(attempt, firstDelayMs)),

    async attempt({ event, lane, attempt }: Delivery): Promise<Outcome> {
      const startedAt = performance.now()
      const { workspaceId } = event
      const [opened, rows] = await Promise.all([
        open(workspaceId, lane),
        listSubscriptions(database.hub, workspaceId, lane, { limit: mostSubscriptions, isActive: true }),
      ])
      if (!opened) return gone
      const { connector } = opened
      const payload: unknown = JSON.parse(event.payload)
      const wanted = rows
        .map(prepare)
        .filter(({ wants }) => wants({ type: event.type, payload }))
        .toReversed()
      // What is safe to repeat and stands alone leaves nothing behind that would have to be looked up.
      const [only] = wanted
      const isTraceless =
        only === undefined ||
        (wanted.length === 1 && repeatOf(connector, only.row.operation as OperationName) === 'safe')
      const before = isTraceless ? [] : await listOutcomes(database.hub, workspaceId, event.id, lane)
      const outcomes = new Map(before.map((row) => [row.subscriptionId, row]))
      const mapped = { id: event.id, type: event.type, occurredAt: event.occurredAt.toISOString(), payload }
      const carried: Carried[] = []
      for (const [index, subscription] of wanted.entries()) {
        carried.push(
          await carryOut(connector, subscription, mapped, {
            before: outcomes.get(subscription.row.id)?.status,
            attempt,
            isOneOfSeveral: wanted.length > 1,
            // Later ones look again: the first may have found that the account is gone.
            opened: index === 0 ? opened : undefined,
          }),
        )
      }
      return outcomeOf(carried, Math.round(performance.now() - startedAt))
    },

    async onSettled(tx, { event, lane, attempt }, outcome, state) {
      if (outcome.result === 'done' || !state.dead || untold.has(event.type)) return
      await engine.publish(tx, event.workspaceId, [
        {
          type: 'delivery.exhausted',
          payload: {
            deliveryId: `${event.id}.${lane}`,
            eventId: event.id,
            eventType: event.type,
            endpointId: lane,
            integrationId: lane,
            attempts: attempt + 1,
            lastStatusCode: outcome.status ?? null,
            lastError: outcome.error,
          },
        },
      ])
    },
  }
}

const gone: Outcome = { result: 'failed', error: 'The integration no longer exists.', durationMs: 0, final: true }

/** One word for all subscriptions of a delivery: it is done when all are, and tried again while that may help any. */
function outcomeOf(carried: Carried[], durationMs: number): Outcome {
  const response = carried
    .map(({ operation, done, message }) => `${operation}: ${done ? 'done' : message}`)
    .join('\n')
    .slice(0, responseLength)
  const failed = carried.filter(({ done }) => !done)
  const [first] = failed
  if (!first) return { result: 'done', durationMs, response: response || 'No subscription wants this event any more.' }
  const waits = failed.flatMap(({ retryAfterMs }) => retryAfterMs ?? [])
  return {
    result: 'failed',
    error: failed
      .map(({ operation, message }) => `${operation}: ${message}`)
      .join('; ')
      .slice(0, responseLength),
    status: failed.find(({ status }) => status !== undefined)?.status,
    response,
    durationMs,
    ...(waits.length > 0 ? { retryAfterMs: Math.max(...waits) } : {}),
    ...(failed.some(({ retry }) => retry) ? {} : { final: true }),
    ...(failed.every(({ vendorIsWell }) => vendorIsWell) ? { blameless: true } : {}),
  }
}
