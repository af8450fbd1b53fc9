import { ApiError, type Detail, invalid, invalidFields, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import { matchesType } from '../engine/subscriptions.ts'
import type { Engine, NewEvent as EngineEvent, StoredEvent } from '../engine/types.ts'
import { firstIdAt, timeOfId } from '../lib/ids.ts'
import { isoTime } from '../lib/iso-time.ts'
import { aliases, canonicalType } from './catalogue.ts'
import type { EventTypes } from './event-types.ts'
import type { PayloadCheck } from './payload-check.ts'
import { type EventRow, findEvent, listEvents } from './queries.ts'
import { type AcceptedEvent, type Event, type EventFilter, maxPayloadBytes, type NewEvent } from './schema.ts'
import { suggest } from './suggest.ts'

/**
 * JSON written anew is at most about four and a half times as long as it came (`1e20` has 21 digits), so that a payload out of
 * a body this small need not be measured.
 */
const smallBodyBytes = 48 * 1_024

export type Events = ReturnType<typeof createEvents>

/** Publishing events and finding them again. */
export function createEvents(deps: { database: Database; engine: Engine; eventTypes: EventTypes }) {
  const { database, engine, eventTypes } = deps

  /** @throws ApiError that lists what is wrong with the events */
  async function check(
    workspaceId: string,
    events: NewEvent[],
    fieldOf: (index: number) => string,
    bodyBytes: number,
  ): Promise<EngineEvent[]> {
    const details: Detail[] = []
    const checked: EngineEvent[] = []
    for (const [index, event] of events.entries()) {
      const type = canonicalType(event.type)
      let checkPayload: PayloadCheck | null | undefined | Promise<PayloadCheck | null | undefined> = eventTypes.checkOf(
        workspaceId,
        type,
      )
      if (checkPayload instanceof Promise) checkPayload = await checkPayload
      const field = fieldOf(index)
      if (checkPayload === undefined) {
        details.push({ field: `${field}.type`, message: await unknownType(workspaceId, event.type) })
      } else {
        const faults =
          faultOfSize(event.payload, `${field}.payload`, bodyBytes) ?? checkPayload?.(event.payload, `${field}.payload`)
        if (faults) details.push(...faults)
      }
      const occurredAt = event.occurredAt === undefined ? undefined : new Date(event.occurredAt)
      if (occurredAt && !isStorableTime(occurredAt)) {
        details.push({ field: `${field}.occurredAt`, message: 'must be a time from 1970 to 9999' })
      }
      checked.push({
        type,
        payload: event.payload,
        occurredAt,
        channels: event.channels?.length ? event.channels : undefined,
      })
      // One page of faults is enough to go on with.
      if (details.length >= 40) break
    }
    if (details.length > 0) throw refusalOf(details)
    return checked
  }

  async function accept(
    workspaceId: string,
    events: NewEvent[],
    fieldOf: (index: number) => string,
    bodyBytes: number,
  ): Promise<AcceptedEvent[]> {
    const checked = await check(workspaceId, events, fieldOf, bodyBytes)
    return (await engine.accept(workspaceId, checked)).map(acceptedOf)
  }

  async function unknownType(workspaceId: string, name: string): Promise<string> {
    const close = suggest(name, [...(await eventTypes.names(workspaceId)), ...Object.keys(aliases)])
    return `is not a known event type${close ? `; did you mean ${close}?` : ''}; add types of your own with POST /api/event-types`
  }

  return {
    /**
     * Accepts one event; resolves when it is durable.
     * @param bodyBytes how long the request was, where that is known: spares measuring small payloads
     * @throws ApiError VALIDATION_FAILED or PAYLOAD_TOO_LARGE, naming fields below `body`
     */
    async publish(workspaceId: string, event: NewEvent, bodyBytes = Number.POSITIVE_INFINITY): Promise<AcceptedEvent> {
      const [accepted] = await accept(workspaceId, [event], () => 'body', bodyBytes)
      return accepted!
    },

    /** Accepts all events or none; a fault names its event, such as `body.events[3].type`. */
    publishBatch: (
      workspaceId: string,
      events: NewEvent[],
      bodyBytes = Number.POSITIVE_INFINITY,
    ): Promise<AcceptedEvent[]> => accept(workspaceId, events, (index) => `body.events[${index}]`, bodyBytes),

    /** Publishes within the caller's transaction: the event is there when, and only when, that commits. */
    async publishIn(tx: Db, workspaceId: string, events: NewEvent[]): Promise<AcceptedEvent[]> {
      const checked = await check(workspaceId, events, (index) => `events[${index}]`, Number.POSITIVE_INFINITY)
      return (await engine.publish(tx, workspaceId, checked)).map(acceptedOf)
    },

    async list(workspaceId: string, filter: EventFilter) {
      const { limit = defaultLimit } = filter
      const [cursor] = decodeCursor(filter.cursor, [idPart]) ?? []
      const before = filter.before === undefined ? undefined : firstIdAt(timeOf('query.before', filter.before))
      const types =
        filter.type === undefined || filter.type === '*' ? undefined : await typesOf(workspaceId, filter.type)
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        listEvents(tx, workspaceId, {
          types,
          channel: filter.channel,
          fromId: filter.after === undefined ? undefined : firstIdAt(timeOf('query.after', filter.after)),
          belowId: smaller(cursor, before),
          limit: limit + 1,
        }),
      )
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(eventOf), nextCursor }
    },

    async get(workspaceId: string, id: string): Promise<Event> {
      const row = await database.inWorkspace(workspaceId, (tx) => findEvent(tx, workspaceId, id))
      if (!row) throw notFound('event')
      return eventOf(row)
    },
  }

  /** The names that a pattern stands for; a type that was deleted since is found by its own name. */
  async function typesOf(workspaceId: string, pattern: string): Promise<string[]> {
    if (!pattern.endsWith('.*')) return [canonicalType(pattern)]
    return (await eventTypes.names(workspaceId)).filter((name) => matchesType(pattern, name))
  }
}

/** PostgreSQL knows no year 0, and readers of ISO 8601 no year 10,000. */
const isStorableTime = (time: Date): boolean => time.getTime() >= 0 && time.getTime() < Date.UTC(10_000, 0)

function faultOfSize(payload: unknown, field: string, bodyBytes: number): Detail[] | undefined {
  if (payload === undefined) return [{ field, message: 'is missing; give any JSON value' }]
  if (bodyBytes <= smallBodyBytes) return undefined
  const bytes = Buffer.byteLength(JSON.stringify(payload))
  return bytes > maxPayloadBytes ? [{ field, message: tooLarge }] : undefined
}

const tooLarge = `is larger than ${maxPayloadBytes} bytes; send a reference to where it is kept`

/** Too large is a failure of its own only where nothing else is wrong. */
function refusalOf(details: Detail[]): ApiError {
  if (!details.every(({ message }) => message === tooLarge)) return invalidFields(details)
  const [first] = details
  return new ApiError('PAYLOAD_TOO_LARGE', `${first!.field} ${first!.message}.`, { details })
}

/** @throws ApiError for a time that the calendar does not have */
export function timeOf(field: string, text: string): number {
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw invalid(field, 'must be a time such as 2026-01-31T09:30:00Z')
  return time
}

const smaller = (one: string | undefined, other: string | undefined) =>
  one === undefined || (other !== undefined && other < one) ? other : one

const acceptedOf = (event: StoredEvent): AcceptedEvent => ({
  id: event.id,
  type: event.type,
  occurredAt: isoTime(event.occurredAt.getTime()),
  createdAt: isoTime(timeOfId(event.id)),
})

const eventOf = (row: EventRow): Event => ({
  id: row.id,
  type: row.type,
  payload: JSON.parse(row.payload),
  occurredAt: row.occurredAt.toISOString(),
  createdAt: new Date(timeOfId(row.id)).toISOString(),
  channels: row.channels,
})
