import { ApiError, notFound } from '../api/errors.ts'
import { decodeCursor, defaultLimit, encodeCursor, idPart } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import { matchesType } from '../engine/subscriptions.ts'
import type { Engine } from '../engine/types.ts'
import { canonicalType } from '../events/catalogue.ts'
import type { EventTypes } from '../events/event-types.ts'
import { timeOf } from '../events/events.ts'
import { findEvent } from '../events/queries.ts'
import { integrationKind } from '../integrations/hearing.ts'
import type { LogEntry } from '../integrations/schema.ts'
import { deliveryIdOf, partsOfDeliveryId } from './delivery-id.ts'
import {
  type AttemptRow,
  type DeliveryRow,
  findDeliveries,
  idRange,
  listAttempts,
  listPlaces,
  type Place,
  type PlaceRange,
} from './delivery-queries.ts'
import { findEndpoint } from './queries.ts'
import type { Attempt, Delivery, DeliveryFilter, DeliveryStatus, DeliveryTrace, TracedDelivery } from './schema.ts'
import { sentRequest } from './sent-request.ts'

/** What one request may look through before it answers the part it has found, with a cursor to go on. */
const batchSize = 500
const maxBatches = 10
/** Deliveries of one event that its trace shows; the list has them all. */
const tracedDeliveries = 200

/** Deliveries: finding them, tracing one, sending one again, calling one off. */
export function createDeliveries({
  database,
  engine,
  eventTypes,
  operationsOf,
}: {
  database: Database
  engine: Engine
  eventTypes: EventTypes
  /** What integrations did because of an event. */
  operationsOf: (workspaceId: string, eventId: string) => Promise<LogEntry[]>
}) {
  /** One page of a range. It may be short, or even empty, and still have a next one: a rare status is looked for step by step. */
  async function pageOf(tx: Db, workspaceId: string, range: Omit<PlaceRange, 'limit'>, limit: number) {
    const { statuses } = range
    const found: DeliveryRow[] = []
    let after = range.after
    const size = statuses ? batchSize : limit
    for (let batch = 0; batch < maxBatches; batch++) {
      const places = await listPlaces(tx, workspaceId, { ...range, after, limit: size })
      for (const row of await findDeliveries(tx, workspaceId, places)) {
        if (statuses && !statuses.includes(row.status)) continue
        if (found.length === limit) return { found, next: found.at(-1) }
        found.push(row)
      }
      after = places.at(-1)
      if (places.length < size) return { found, next: undefined }
      if (found.length === limit)
        return { found, next: (await isEnd(tx, workspaceId, range, after!)) ? undefined : found.at(-1) }
    }
    return { found, next: after }
  }

  const isEnd = async (tx: Db, workspaceId: string, range: Omit<PlaceRange, 'limit'>, after: Place) =>
    (await listPlaces(tx, workspaceId, { ...range, after, limit: 1 })).length === 0

  async function typesOf(workspaceId: string, pattern: string | undefined): Promise<string[] | undefined> {
    if (pattern === undefined || pattern === '*') return undefined
    if (!pattern.endsWith('.*')) return [canonicalType(pattern)]
    return (await eventTypes.names(workspaceId)).filter((name) => matchesType(pattern, name))
  }

  async function one(tx: Db, workspaceId: string, place: Place): Promise<DeliveryRow> {
    const [row] = await findDeliveries(tx, workspaceId, [place])
    if (!row) throw notFound('delivery')
    return row
  }

  return {
    async list(workspaceId: string, filter: DeliveryFilter) {
      const { limit = defaultLimit, endpointId, eventId, kind } = filter
      const [id, lane] = decodeCursor(filter.cursor, [idPart, idPart]) ?? []
      const range = {
        endpointId,
        eventId,
        kind,
        types: await typesOf(workspaceId, filter.type),
        statuses: filter.status?.split(',') as DeliveryStatus[] | undefined,
        ...idRange(
          filter.after === undefined ? undefined : timeOf('query.after', filter.after),
          filter.before === undefined ? undefined : timeOf('query.before', filter.before),
        ),
        after: id && lane ? { id, lane } : undefined,
        direction: 'newest first' as const,
      }
      const { found, next } = await database.inWorkspace(workspaceId, (tx) => pageOf(tx, workspaceId, range, limit))
      return { items: found.map(deliveryAnswer), nextCursor: next ? encodeCursor([next.id, next.lane]) : null }
    },

    /** One delivery with its attempts and its request, as it was or will be sent. */
    async trace(workspaceId: string, deliveryId: string): Promise<DeliveryTrace> {
      const place = placeOf(deliveryId)
      const found = await database.inWorkspace(workspaceId, async (tx) => {
        const row = await one(tx, workspaceId, place)
        const attempts = await listAttempts(tx, workspaceId, [place])
        const event = await findEvent(tx, workspaceId, place.id)
        const endpoint = await findEndpoint(tx, workspaceId, place.lane)
        const request = event && endpoint ? sentRequest(event, endpoint, row.lastAttemptAt) : null
        return { row, attempts, request }
      })
      // Read last: what a delivery that has ended did is in the log by then.
      const operations = await operationsOf(workspaceId, place.id)
      return { ...traced(found.row, found.attempts, operations), request: found.request }
    },

    /** The deliveries of an event, with their attempts. */
    async ofEvent(workspaceId: string, eventId: string): Promise<TracedDelivery[]> {
      const found = await database.inWorkspace(workspaceId, async (tx) => {
        const places = await listPlaces(tx, workspaceId, {
          eventId,
          direction: 'newest first',
          limit: tracedDeliveries,
        })
        const rows = await findDeliveries(tx, workspaceId, places)
        const attempts = Map.groupBy(await listAttempts(tx, workspaceId, places), ({ lane }) => lane)
        return rows.map((row) => ({ row, attempts: attempts.get(row.lane) ?? [] }))
      })
      const operations = await operationsOf(workspaceId, eventId)
      return found.map(({ row, attempts }) => traced(row, attempts, operations))
    },

    /**
     * Sends an ended delivery again, under the same id.
     * @throws ApiError CONFLICT while it still waits, NOT_FOUND where its event or endpoint is gone
     */
    async replay(workspaceId: string, deliveryId: string): Promise<Delivery> {
      const place = placeOf(deliveryId)
      return database.inWorkspace(workspaceId, async (tx) => {
        const present = await one(tx, workspaceId, place)
        refuseOpen(present)
        if (present.eventType === null)
          throw new ApiError('NOT_FOUND', 'The event of this delivery is older than the hub keeps events.')
        if (present.endpointName === null) throw new ApiError('NOT_FOUND', 'The endpoint of this delivery was deleted.')
        const count = await engine.replay(tx, workspaceId, [{ ...place, kind: present.kind }])
        const row = await one(tx, workspaceId, place)
        // Somebody else was a moment faster.
        if (count === 0) refuseOpen(row)
        return deliveryAnswer(row)
      })
    },

    /**
     * Calls off a delivery that waits.
     * @throws ApiError CONFLICT where it has ended, or is being sent this moment
     */
    async cancel(workspaceId: string, deliveryId: string): Promise<Delivery> {
      const place = placeOf(deliveryId)
      return database.inWorkspace(workspaceId, async (tx) => {
        const present = await one(tx, workspaceId, place)
        if (present.status !== 'pending' && present.status !== 'retrying') {
          throw new ApiError('CONFLICT', `This delivery has ended (${present.status}), so there is nothing to cancel.`)
        }
        if ((await engine.cancel(tx, workspaceId, [place])) === 0) {
          throw new ApiError('CONFLICT', 'This delivery is being sent this moment; look again to see how it ended.')
        }
        return deliveryAnswer(await one(tx, workspaceId, place))
      })
    },
  }
}

function refuseOpen({ status, nextAttemptAt }: DeliveryRow): void {
  if (status === 'pending')
    throw new ApiError('CONFLICT', 'This delivery still waits for its first attempt; there is nothing to replay yet.')
  if (status === 'retrying') {
    const when = nextAttemptAt ? ` at ${nextAttemptAt.toISOString()}` : ''
    throw new ApiError(
      'CONFLICT',
      `This delivery will be tried again by itself${when}; replay it when it has ended, or cancel it first.`,
    )
  }
}

function placeOf(deliveryId: string): Place {
  const { eventId, endpointId } = partsOfDeliveryId(deliveryId)
  return { id: eventId, lane: endpointId }
}

export const deliveryAnswer = (row: DeliveryRow): Delivery => ({
  id: deliveryIdOf(row.id, row.lane),
  kind: row.kind === integrationKind ? integrationKind : 'webhook',
  eventId: row.id,
  eventType: row.eventType,
  endpointId: row.lane,
  endpointName: row.endpointName,
  status: row.status,
  attempts: row.attempts,
  nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
  lastAttemptAt: row.lastAttemptAt?.toISOString() ?? null,
  lastStatusCode: row.lastStatusCode,
  reason: row.reason,
})

const traced = (row: DeliveryRow, attempts: AttemptRow[], operations: LogEntry[]): TracedDelivery => ({
  ...deliveryAnswer(row),
  operations: operations.filter(({ integrationId }) => integrationId === row.lane),
  attemptList: attempts.map(attemptAnswer),
})

export const attemptAnswer = (row: AttemptRow): Attempt => ({
  attempt: row.attempt,
  at: row.at.toISOString(),
  durationMs: row.durationMs,
  statusCode: row.status,
  outcome: row.outcome === 'delivered' || row.outcome === 'retry' ? row.outcome : 'dead',
  error: row.error,
  response: row.response,
})
