import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { integrationKind } from '../integrations/hearing.ts'
import { firstIdAt, timeOfId } from '../lib/ids.ts'
import type { DeliveryStatus } from './schema.ts'
import { webhookKind } from './subscriptions.ts'

/** What is listed as a delivery: events on their way to endpoints, and to integrations. */
export const deliveryKinds = [webhookKind, integrationKind]

/** Where a delivery stands in every list: by its event, then by its endpoint. */
export type Place = { id: string; lane: string }

export type PlaceRange = {
  endpointId?: string | undefined
  eventId?: string | undefined
  /** One of the kinds; all when undefined. */
  kind?: string | undefined
  /** Event types by name; all when undefined. */
  types?: string[] | undefined
  statuses?: readonly DeliveryStatus[] | undefined
  fromId?: string | undefined
  belowId?: string | undefined
  /** The place that the last batch ended with. */
  after?: Place | undefined
  direction: 'newest first' | 'oldest first'
  limit: number
}

export type DeliveryRow = Place & {
  kind: string
  eventType: string | null
  endpointName: string | null
  status: DeliveryStatus
  attempts: number
  nextAttemptAt: Date | null
  lastAttemptAt: Date | null
  lastStatusCode: number | null
  reason: string | null
}

export type AttemptRow = Place & {
  attempt: number
  at: Date
  durationMs: number
  status: number | null
  outcome: string
  error: string | null
  response: string | null
}

/** An attempt comes after its event; the clocks of two processes may differ. Lets whole days of attempts be skipped. */
const attemptsSince = (eventId: string): Date => new Date(Math.max(0, timeOfId(eventId) - 3_600_000))

/**
 * Candidates of a list, in order: places where a delivery of the range may be. A status is derived from several tables, so
 * the caller looks each one up; a delivery that moves between tables meanwhile is found in one or the other.
 */
export async function listPlaces(db: Db, workspaceId: string, range: PlaceRange): Promise<Place[]> {
  const places = range.eventId
    ? placesOfEvents(workspaceId, range, sql`select ${range.eventId}::uuid as id`, range.eventId)
    : range.types
      ? placesOfTypes(workspaceId, range, range.types)
      : placesOfAll(workspaceId, range)
  return (await places.execute(db)).rows
}

/*
 * Each table is read from its own end of an index and cut to the limit before they are merged: the first rows of the whole
 * are among the first rows of the parts. A delivery has several attempts, hence `distinct`.
 */
function placesOfAll(workspaceId: string, range: PlaceRange): RawBuilder<Place> {
  const order = orderOf(range, range.endpointId !== undefined)
  const part = (table: string, ...conditions: RawBuilder<unknown>[]) =>
    sql`(select distinct id, lane from ${sql.table(table)} where ${where(workspaceId, range, conditions)} ${order} limit ${range.limit})`
  return sql<Place>`select id, lane from (${sql.join(sourcesOf(range, part), sql` union `)}) places ${orderOf(range, false)} limit ${range.limit}`
}

function sourcesOf(
  { statuses, fromId }: PlaceRange,
  part: (table: string, ...conditions: RawBuilder<unknown>[]) => RawBuilder<unknown>,
) {
  const wants = (...some: DeliveryStatus[]) => !statuses || some.some((status) => statuses.includes(status))
  const recent = fromId ? [sql`at >= ${attemptsSince(fromId)}`] : []
  const dead = wants('dead')
  const cancelled = wants('cancelled')
  return [
    ...(wants('pending', 'retrying') ? [part('ready'), part('scheduled')] : []),
    ...(dead && cancelled ? [part('dead_letters')] : []),
    ...(dead && !cancelled ? [part('dead_letters', sql`reason <> 'cancelled'`)] : []),
    ...(cancelled && !dead ? [part('dead_letters', sql`reason = 'cancelled'`)] : []),
    ...(wants('delivered') ? [part('attempts', ...recent, ...(statuses ? [sql`outcome = 'delivered'`] : []))] : []),
  ]
}

/** Events of some types, from the index of each type; then whatever deliveries they have. */
function placesOfTypes(workspaceId: string, range: PlaceRange, types: string[]): RawBuilder<Place> {
  const { fromId, belowId, after, direction, limit } = range
  const conditions = [sql<SqlBool>`workspace_id = ${workspaceId}`]
  if (fromId) conditions.push(sql`id >= ${fromId}`)
  if (belowId) conditions.push(sql`id < ${belowId}`)
  if (after) conditions.push(direction === 'newest first' ? sql`id <= ${after.id}` : sql`id >= ${after.id}`)
  const way = direction === 'newest first' ? sql`desc` : sql`asc`
  const events = sql`
    select found.id from unnest(${types}::text[]) wanted(name) cross join lateral (
      select id from events where ${sql.join(conditions, sql` and `)} and type = wanted.name order by id ${way} limit ${limit}
    ) found order by id ${way} limit ${limit}`
  return placesOfEvents(workspaceId, range, events, fromId)
}

function placesOfEvents(
  workspaceId: string,
  range: PlaceRange,
  events: RawBuilder<unknown>,
  earliestId: string | undefined,
): RawBuilder<Place> {
  const kind = sql`workspace_id = ${workspaceId} and kind = any(${kindsOf(range)}::text[]) and id = event.id`
  const recent = earliestId ? sql`and at >= ${attemptsSince(earliestId)}` : sql``
  const conditions = [
    ...(range.endpointId ? [sql`delivery.lane = ${range.endpointId}`] : []),
    ...(range.after ? [beyond(range.after, range.direction, sql`(event.id, delivery.lane)`)] : []),
  ]
  return sql<Place>`
    with event as materialized (${events})
    select event.id, delivery.lane from event cross join lateral (
      select lane from ready where ${kind} union select lane from scheduled where ${kind}
      union select lane from dead_letters where ${kind} union select lane from attempts where ${kind} ${recent}
    ) delivery
    ${conditions.length > 0 ? sql`where ${sql.join(conditions, sql` and `)}` : sql``}
    ${orderOf(range, false)} limit ${range.limit}`
}

function where(workspaceId: string, range: PlaceRange, more: RawBuilder<unknown>[]): RawBuilder<unknown> {
  const { endpointId, fromId, belowId, after, direction } = range
  const conditions = [sql`workspace_id = ${workspaceId}`, sql`kind = any(${kindsOf(range)}::text[])`, ...more]
  if (endpointId) conditions.push(sql`lane = ${endpointId}`)
  if (fromId) conditions.push(sql`id >= ${fromId}`)
  if (belowId) conditions.push(sql`id < ${belowId}`)
  if (after && endpointId) conditions.push(direction === 'newest first' ? sql`id < ${after.id}` : sql`id > ${after.id}`)
  else if (after) conditions.push(beyond(after, direction, sql`(id, lane)`))
  return sql.join(conditions, sql` and `)
}

const kindsOf = ({ kind }: PlaceRange): string[] => (kind === undefined ? deliveryKinds : [kind])

const beyond = (after: Place, direction: PlaceRange['direction'], place: RawBuilder<unknown>) =>
  direction === 'newest first'
    ? sql`${place} < (${after.id}::uuid, ${after.lane}::uuid)`
    : sql`${place} > (${after.id}::uuid, ${after.lane}::uuid)`

function orderOf({ direction }: PlaceRange, sameLane: boolean): RawBuilder<unknown> {
  if (sameLane) return direction === 'newest first' ? sql`order by id desc` : sql`order by id`
  return direction === 'newest first' ? sql`order by id desc, lane desc` : sql`order by id, lane`
}

type Facts = Place & {
  kind: string
  eventType: string | null
  endpointName: string | null
  waitingAttempt: number | null
  dueAt: Date | null
  pausedUntil: Date | null
  inReady: boolean
  deadReason: string | null
  deadError: string | null
  attempts: number
  lastAttemptAt: Date | null
  lastStatusCode: number | null
  lastOutcome: string | null
}

/** The deliveries at these places, in the same order; places where there is none are left out. One statement, so one moment. */
export async function findDeliveries(db: Db, workspaceId: string, places: Place[]): Promise<DeliveryRow[]> {
  if (places.length === 0) return []
  const { rows } = await sql<Facts>`
    select w.id, w.lane, coalesce(r.kind, s.kind, d.kind, tries.kind) as kind,
      e.type as event_type, coalesce(p.name, i.name) as endpoint_name, coalesce(r.attempt, s.attempt) as waiting_attempt,
      s.due_at, l.paused_until, r.id is not null as in_ready, d.reason as dead_reason, d.error as dead_error,
      tries.attempts, tries.last_attempt_at, tries.last_status_code, tries.last_outcome
    from unnest(${places.map(({ id }) => id)}::uuid[], ${places.map(({ lane }) => lane)}::uuid[],
      ${places.map(({ id }) => attemptsSince(id))}::timestamptz[]) with ordinality w(id, lane, since, n)
    left join ready r on r.workspace_id = ${workspaceId} and r.id = w.id and r.lane = w.lane
    left join scheduled s on s.workspace_id = ${workspaceId} and s.id = w.id and s.lane = w.lane
    left join dead_letters d on d.workspace_id = ${workspaceId} and d.id = w.id and d.lane = w.lane
    left join events e on e.workspace_id = ${workspaceId} and e.id = w.id
    left join webhook_endpoints p on p.workspace_id = ${workspaceId} and p.id = w.lane
    left join integrations i on i.workspace_id = ${workspaceId} and i.id = w.lane
    left join lanes l on l.workspace_id = ${workspaceId} and l.id = w.lane
    left join lateral (
      select count(*)::integer as attempts, max(a.at) as last_attempt_at,
        (array_agg(a.status order by a.at desc))[1] as last_status_code, (array_agg(a.outcome order by a.at desc))[1] as last_outcome,
        (array_agg(a.kind))[1] as kind
      from attempts a where a.workspace_id = ${workspaceId} and a.id = w.id and a.lane = w.lane and a.at >= w.since
    ) tries on true
    order by w.n`.execute(db)
  return rows.flatMap((facts) => {
    const status = statusOf(facts)
    return status ? [deliveryOf(facts, status)] : []
  })
}

function statusOf({ waitingAttempt, deadReason, lastOutcome }: Facts): DeliveryStatus | undefined {
  if (waitingAttempt !== null) return waitingAttempt > 0 ? 'retrying' : 'pending'
  if (deadReason !== null) return deadReason === 'cancelled' ? 'cancelled' : 'dead'
  if (lastOutcome === null) return undefined
  return lastOutcome === 'delivered' ? 'delivered' : 'dead'
}

/** Pauses without an end are kept as a time thousands of years away. */
const farAway = Date.UTC(9000, 0)

function deliveryOf(facts: Facts, status: DeliveryStatus): DeliveryRow {
  const { id, lane, kind, eventType, endpointName } = facts
  const { attempts, lastAttemptAt, lastStatusCode, deadReason, deadError } = facts
  // The head of an ordered lane waits in its place while the lane is paused.
  const paused = facts.inReady && facts.pausedUntil && facts.pausedUntil.getTime() < farAway ? facts.pausedUntil : null
  return {
    ...{ id, lane, kind, eventType, endpointName, status, attempts, lastAttemptAt, lastStatusCode },
    nextAttemptAt: status === 'retrying' || status === 'pending' ? (facts.dueAt ?? paused) : null,
    reason: deadReason && (deadError ? `${deadReason}: ${deadError}` : deadReason),
  }
}

/** The attempts of some deliveries, oldest first. */
export async function listAttempts(db: Db, workspaceId: string, places: Place[]): Promise<AttemptRow[]> {
  if (places.length === 0) return []
  const { rows } = await sql<AttemptRow>`
    select a.id, a.lane, a.attempt, a.at, a.duration_ms, a.status, a.outcome, a.error, a.response
    from unnest(${places.map(({ id }) => id)}::uuid[], ${places.map(({ lane }) => lane)}::uuid[],
      ${places.map(({ id }) => attemptsSince(id))}::timestamptz[]) w(id, lane, since)
    cross join lateral (
      select * from attempts where workspace_id = ${workspaceId} and id = w.id and lane = w.lane and at >= w.since
    ) a order by a.at, a.attempt`.execute(db)
  return rows
}

/** About how many deliveries of a range have ended in one of the statuses: attempts are counted in place of deliveries. */
export async function countEnded(
  db: Db,
  workspaceId: string,
  range: {
    endpointId?: string | undefined
    fromId?: string | undefined
    belowId: string
    statuses: readonly DeliveryStatus[]
    types?: string[] | undefined
  },
): Promise<number> {
  const { endpointId, fromId, belowId, statuses, types } = range
  const conditions = (from: string) => {
    const all = [
      sql`${sql.table(from)}.workspace_id = ${workspaceId}`,
      sql`${sql.table(from)}.id < ${belowId}`,
      sql`${sql.table(from)}.kind = any(${deliveryKinds}::text[])`,
    ]
    if (fromId) all.push(sql`${sql.table(from)}.id >= ${fromId}`)
    if (endpointId) all.push(sql`${sql.table(from)}.lane = ${endpointId}`)
    if (types)
      all.push(
        sql`exists (select from events e where e.workspace_id = ${workspaceId} and e.id = ${sql.table(from)}.id and e.type = any(${types}))`,
      )
    return sql.join(all, sql` and `)
  }
  const reasons = [
    ...(statuses.includes('dead') ? ['exhausted', 'rejected', 'expired'] : []),
    ...(statuses.includes('cancelled') ? ['cancelled'] : []),
  ]
  const { rows } = await sql<{ count: number }>`
    select (select count(*) from dead_letters where ${conditions('dead_letters')} and reason = any(${reasons}))
      + ${statuses.includes('delivered') ? sql`(select count(*) from attempts where ${conditions('attempts')} and outcome = 'delivered')` : sql`0`} as count`.execute(
    db,
  )
  return Number(rows[0]!.count)
}

/** The range of ids of a range of times. */
export const idRange = (after: number | undefined, before: number | undefined) => ({
  fromId: after === undefined ? undefined : firstIdAt(after),
  belowId: before === undefined ? undefined : firstIdAt(before),
})
