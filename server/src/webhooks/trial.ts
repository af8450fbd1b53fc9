import { setTimeout as wait } from 'node:timers/promises'
import { ApiError, invalid, invalidFields, notFound } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import type { DeliveryKind, Engine, Outcome, StoredEvent } from '../engine/types.ts'
import { canonicalType } from '../events/catalogue.ts'
import type { EventTypes } from '../events/event-types.ts'
import { maxPayloadBytes } from '../events/schema.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { attemptAnswer } from './deliveries.ts'
import { listAttempts } from './delivery-queries.ts'
import type { Endpoints } from './endpoints.ts'
import { findEndpoint } from './queries.ts'
import type { Attempt, Trial, TrialResult } from './schema.ts'
import { webhookKind } from './subscriptions.ts'

/** Marks the events of tests, which are meant for one endpoint only and are never replayed to others. */
export const trialChannel = 'tenon.test'

const pollMs = 25
/** What the engine may need around the request itself. */
const graceMs = 2_000

export type Trials = ReturnType<typeof createTrials>

/** Sends a real event to one endpoint and waits for its first attempt. */
export function createTrials(deps: {
  database: Database
  engine: Engine
  eventTypes: EventTypes
  endpoints: Endpoints
  kind: DeliveryKind
  clock: Clock
}) {
  const { database, engine, eventTypes, endpoints, kind, clock } = deps

  /** @throws ApiError for an endpoint, a type or a payload that does not exist or is not valid */
  async function run(workspaceId: string, endpointId: string, input: Trial): Promise<TrialResult> {
    const endpoint = await database.inWorkspace(workspaceId, (tx) => findEndpoint(tx, workspaceId, endpointId))
    if (!endpoint) throw notFound('endpoint')
    const { type, payload } = await eventOf(workspaceId, input)
    const isPaused = endpoint.pausedUntil !== null && endpoint.pausedUntil.getTime() > clock.now()
    const { eventId, attempt } =
      endpoint.isActive && !isPaused
        ? await throughLane(workspaceId, endpointId, type, payload, endpoint.timeoutMs + graceMs)
        : await pastLane(workspaceId, endpointId, type, payload)
    const delivered = attempt?.outcome === 'delivered'
    if (delivered && !endpoint.isActive) await endpoints.enable(workspaceId, endpointId)
    else if (delivered && isPaused)
      await database.inWorkspace(workspaceId, (tx) => engine.resume(tx, workspaceId, endpointId))
    return { eventId, delivered, attempt }
  }

  async function eventOf(workspaceId: string, input: Trial): Promise<{ type: string; payload: unknown }> {
    const type = canonicalType(input.type ?? 'webhook.test')
    const check = await eventTypes.checkOf(workspaceId, type)
    if (check === undefined) throw invalid('body.type', 'is not a known event type; GET /api/event-types lists them')
    const payload =
      input.payload === undefined ? ((await eventTypes.get(workspaceId, type)).example ?? {}) : input.payload
    const faults = check?.(payload, 'body.payload')
    if (faults) throw invalidFields(faults)
    if (Buffer.byteLength(JSON.stringify(payload)) > maxPayloadBytes) {
      throw new ApiError('PAYLOAD_TOO_LARGE', `The payload is larger than ${maxPayloadBytes} bytes.`)
    }
    return { type, payload }
  }

  /** The usual way: queued, sent, recorded and retried as any event. */
  async function throughLane(
    workspaceId: string,
    endpointId: string,
    type: string,
    payload: unknown,
    timeoutMs: number,
  ) {
    const only = { lane: endpointId, kind: webhookKind }
    const [event] = await engine.accept(workspaceId, [{ type, payload, channels: [trialChannel], only }])
    const place = { id: event!.id, lane: endpointId }
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const [attempt] = await database.inWorkspace(workspaceId, (tx) => listAttempts(tx, workspaceId, [place]))
      if (attempt) return { eventId: place.id, attempt: attemptAnswer(attempt) }
      if (performance.now() > deadline) return { eventId: place.id, attempt: null }
      await wait(pollMs)
    }
  }

  /** A lane that stands still would never come to it: sent at once, recorded, and not tried again. */
  async function pastLane(
    workspaceId: string,
    endpointId: string,
    type: string,
    payload: unknown,
  ): Promise<{ eventId: string; attempt: Attempt }> {
    const now = new Date(clock.now())
    const channels = [trialChannel]
    const event: StoredEvent = {
      workspaceId,
      id: newId(clock),
      type,
      payload: JSON.stringify(payload),
      occurredAt: now,
      traceParent: null,
      channels,
    }
    await database.inWorkspace(workspaceId, (tx) => tx.insertInto('events').values(event).execute())
    const outcome = await kind.attempt({ event, lane: endpointId, kind: webhookKind, attempt: 0 })
    const row = attemptOf(outcome, now)
    await database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('attempts')
        .values({ workspaceId, id: event.id, lane: endpointId, kind: webhookKind, ...row })
        .execute(),
    )
    return { eventId: event.id, attempt: attemptAnswer({ id: event.id, lane: endpointId, ...row }) }
  }

  return { run }
}

const attemptOf = (outcome: Outcome, at: Date) => ({
  attempt: 1,
  at,
  durationMs: Math.round(outcome.durationMs),
  status: outcome.status ?? null,
  outcome: outcome.result === 'done' ? 'delivered' : 'dead',
  error: outcome.result === 'failed' ? outcome.error : null,
  response: outcome.response ?? null,
})
