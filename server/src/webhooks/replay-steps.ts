import type { Db } from '../db/database.ts'
import { matchesType } from '../engine/subscriptions.ts'
import type { Engine } from '../engine/types.ts'
import { canonicalType } from '../events/catalogue.ts'
import { compileFilter } from '../events/filter.ts'
import { deliveryIdOf, partsOfDeliveryId } from './delivery-id.ts'
import { countEnded, findDeliveries, idRange, listPlaces, type Place } from './delivery-queries.ts'
import {
  countEventsByType,
  listEventsForward,
  listTargets,
  type ReplayedEvent,
  type ReplayRow,
} from './replay-queries.ts'
import { webhookKind } from './subscriptions.ts'
import { trialChannel } from './trial.ts'

/** Deliveries in one transaction. */
const stepSize = 500

export type Step = { done: number; skipped: number; cursor: string | null; finished: boolean }
type Target = { id: string; wants(event: ReplayedEvent): boolean; hears(type: string): boolean }

/** The names that the replay's patterns stand for; undefined for all types. */
export function typesOf({ filter }: ReplayRow, known: string[]): string[] | undefined {
  if (!filter.types || filter.types.includes('*')) return undefined
  const patterns = filter.types.map(canonicalType)
  // A type that was deleted since is still found by its own name.
  const exact = patterns.filter((pattern) => !pattern.endsWith('.*'))
  return [...new Set([...exact, ...known.filter((type) => patterns.some((pattern) => matchesType(pattern, type)))])]
}

const rangeOf = ({ filter }: ReplayRow) => {
  const { fromId, belowId } = idRange(
    filter.after === undefined ? undefined : Date.parse(filter.after),
    Date.parse(filter.before),
  )
  return { endpointId: filter.endpointId, fromId, belowId: belowId! }
}

/** About how many deliveries there are to look at. */
export async function estimate(
  tx: Db,
  workspaceId: string,
  replay: ReplayRow,
  types: string[] | undefined,
): Promise<number> {
  if (!replay.filter.missed)
    return countEnded(tx, workspaceId, { ...rangeOf(replay), types, statuses: statusesOf(replay) })
  const targets = await targetsOf(tx, workspaceId, replay)
  const counts = await countEventsByType(tx, workspaceId, { ...rangeOf(replay), types })
  return counts.reduce((sum, { type, count }) => sum + count * targets.filter((target) => target.hears(type)).length, 0)
}

/** The next deliveries, oldest first, put back in their lanes. */
export function takeStep(
  tx: Db,
  engine: Engine,
  workspaceId: string,
  replay: ReplayRow,
  types: string[] | undefined,
): Promise<Step> {
  return replay.filter.missed
    ? stepOverEvents(tx, engine, workspaceId, replay, types)
    : stepOverDeliveries(tx, engine, workspaceId, replay, types)
}

async function stepOverDeliveries(
  tx: Db,
  engine: Engine,
  workspaceId: string,
  replay: ReplayRow,
  types: string[] | undefined,
): Promise<Step> {
  const statuses = statusesOf(replay)
  const after = replay.cursor === null ? undefined : partsOfDeliveryId(replay.cursor)
  const places = await listPlaces(tx, workspaceId, {
    ...rangeOf(replay),
    types,
    statuses,
    after: after && { id: after.eventId, lane: after.endpointId },
    direction: 'oldest first',
    limit: stepSize,
  })
  const wanted = (await findDeliveries(tx, workspaceId, places)).filter(({ status }) => statuses.includes(status))
  const possible = wanted.filter(({ eventType, endpointName }) => eventType !== null && endpointName !== null)
  const done = await putBack(tx, engine, workspaceId, possible)
  const last = places.at(-1)
  return {
    done,
    skipped: wanted.length - done,
    cursor: last ? deliveryIdOf(last.id, last.lane) : replay.cursor,
    finished: places.length < stepSize,
  }
}

/** Goes by events instead, since what was never queued has left no trace of its own. The cursor is an event's id. */
async function stepOverEvents(
  tx: Db,
  engine: Engine,
  workspaceId: string,
  replay: ReplayRow,
  types: string[] | undefined,
): Promise<Step> {
  const targets = await targetsOf(tx, workspaceId, replay)
  if (targets.length === 0) return { done: 0, skipped: 0, cursor: replay.cursor, finished: true }
  const limit = Math.max(1, Math.floor(stepSize / targets.length))
  const events = await listEventsForward(tx, workspaceId, {
    ...rangeOf(replay),
    types,
    afterId: replay.cursor ?? undefined,
    limit,
  })
  const places: Place[] = events.flatMap((event) =>
    targets.filter((target) => target.wants(event)).map(({ id }) => ({ id: event.id, lane: id })),
  )
  const present = new Map(
    (await findDeliveries(tx, workspaceId, places)).map(({ id, lane, status }) => [deliveryIdOf(id, lane), status]),
  )
  const statuses = statusesOf(replay)
  const possible = places.filter(({ id, lane }) => {
    const status = present.get(deliveryIdOf(id, lane))
    return status === undefined || statuses.includes(status)
  })
  const done = await putBack(tx, engine, workspaceId, possible)
  return {
    done,
    skipped: places.length - done,
    cursor: events.at(-1)?.id ?? replay.cursor,
    finished: events.length < limit,
  }
}

async function putBack(
  tx: Db,
  engine: Engine,
  workspaceId: string,
  places: (Place & { kind?: string })[],
): Promise<number> {
  if (places.length === 0) return 0
  return engine.replay(
    tx,
    workspaceId,
    places.map(({ id, lane, kind = webhookKind }) => ({ id, lane, kind })),
  )
}

const statusesOf = ({ filter }: ReplayRow) => filter.status ?? ['dead' as const]

async function targetsOf(tx: Db, workspaceId: string, { filter }: ReplayRow): Promise<Target[]> {
  return (await listTargets(tx, workspaceId, filter.endpointId)).map((row) => {
    const patterns = row.events.map(canonicalType)
    const passes = row.filter === null ? undefined : compileFilter(row.filter)
    const hears = (type: string) => patterns.some((pattern) => matchesType(pattern, type))
    return {
      id: row.id,
      hears,
      wants: ({ type, payload, channels }) =>
        hears(type) &&
        // Tests of an endpoint are meant for no other.
        channels?.includes(trialChannel) !== true &&
        (row.channels === null || channels?.some((channel) => row.channels!.includes(channel)) === true) &&
        (!passes || passes(JSON.parse(payload))),
    }
  })
}
