import { type RawBuilder, sql } from 'kysely'
import { notFound } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import { emptyDurations, percentile } from '../engine/durations.ts'
import type { Clock } from '../lib/clock.ts'
import { findEndpoint } from './queries.ts'
import type { Statistics, Window } from './schema.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How far each window reaches back, and how long each point of its series is. */
const shapes: Record<Window, { length: number; step: number }> = {
  '1h': { length: hour, step: minute },
  '24h': { length: day, step: hour },
  '7d': { length: 7 * day, step: hour },
  '30d': { length: 30 * day, step: day },
}

type Point = { at: number; delivered: number; failed: number; retried: number | null; accepted: number }

/**
 * What became of deliveries over time. A workspace's events and deliveries are counted by the minute, each endpoint's
 * results, retries and durations by the hour: what only the hours know covers, in the window 1h, this hour and the one before.
 */
export function createStatistics({ database, clock }: { database: Database; clock: Clock }) {
  return {
    ofWorkspace: (workspaceId: string, window: Window): Promise<Statistics> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const now = clock.now()
        const { from, step } = rangeOf(window, now, false)
        const minutes = await minutesOf(tx, workspaceId, from, step)
        const hours = await hoursOf(tx, workspaceId, undefined, startOf(from, hour), Math.max(step, hour))
        const retried = new Map(hours.map((row) => [row.at.getTime(), row.retried]))
        const series = fill(from, step, now, minutes, (at, row) => ({
          at,
          delivered: row?.delivered ?? 0,
          failed: row?.failed ?? 0,
          retried: step < hour ? null : (retried.get(at) ?? 0),
          accepted: row?.accepted ?? 0,
        }))
        const durations = await durationsOf(tx, workspaceId, undefined, startOf(from, hour))
        return {
          totals: totalsOf(series, hours, durations),
          series: series.map(pointAnswer),
          endpoints: await endpointCounts(tx, workspaceId, now),
        }
      }),

    ofEndpoint: (workspaceId: string, endpointId: string, window: Window): Promise<Statistics> =>
      database.inWorkspace(workspaceId, async (tx) => {
        if (!(await findEndpoint(tx, workspaceId, endpointId))) throw notFound('endpoint')
        const now = clock.now()
        const { from, step } = rangeOf(window, now, true)
        const hours = await hoursOf(tx, workspaceId, endpointId, from, step)
        const series = fill(from, step, now, hours, (at, row) => ({
          at,
          delivered: row?.delivered ?? 0,
          failed: row?.failed ?? 0,
          retried: row?.retried ?? 0,
          // Every delivery has one attempt that is no retry.
          accepted: row ? row.delivered + row.failed - row.retried : 0,
        }))
        return {
          totals: totalsOf(series, hours, await durationsOf(tx, workspaceId, endpointId, from)),
          series: series.map(pointAnswer),
        }
      }),
  }
}

const startOf = (time: number, step: number) => time - (time % step)

/** The last point is the one that is under way. */
function rangeOf(window: Window, now: number, hourly: boolean): { from: number; step: number } {
  const { length, step } = shapes[window]
  if (hourly && step < hour) return { from: startOf(now - length, hour), step: hour }
  return { from: startOf(now, step) - length + step, step }
}

type HourRow = { at: Date; delivered: number; failed: number; retried: number; exhausted: number }
type MinuteRow = { at: Date; accepted: number; delivered: number; failed: number }

/** Rounds a column of times down to points of the series; all steps divide a day. */
const pointOf = (column: string, step: number): RawBuilder<Date> =>
  sql`to_timestamp(floor(extract(epoch from ${sql.ref(column)}) / ${step / 1_000}) * ${step / 1_000})`

async function minutesOf(db: Db, workspaceId: string, from: number, step: number): Promise<MinuteRow[]> {
  const { rows } = await sql<MinuteRow>`
    select ${pointOf('minute', step)} as at, sum(accepted)::bigint as accepted, sum(delivered)::bigint as delivered, sum(failed)::bigint as failed
    from workspace_statistics where workspace_id = ${workspaceId} and minute >= ${new Date(from)} group by 1`.execute(
    db,
  )
  return rows
}

const laneHours = (workspaceId: string, lane: string | undefined, from: number) =>
  sql`from lane_statistics where workspace_id = ${workspaceId} and hour >= ${new Date(from)}${lane ? sql` and lane = ${lane}` : sql``}`

async function hoursOf(
  db: Db,
  workspaceId: string,
  lane: string | undefined,
  from: number,
  step: number,
): Promise<HourRow[]> {
  const { rows } = await sql<HourRow>`
    select ${pointOf('hour', step)} as at, sum(delivered)::bigint as delivered, sum(failed)::bigint as failed,
      sum(retried)::bigint as retried, sum(exhausted)::bigint as exhausted
    ${laneHours(workspaceId, lane, from)} group by 1`.execute(db)
  return rows
}

// One sum for each bucket reads each row once; unnesting the arrays makes sixty-four rows of it first.
const bucketSums = sql.raw(
  emptyDurations()
    .map((_, bucket) => `coalesce(sum(durations[${bucket + 1}]), 0)::float8`)
    .join(', '),
)

async function durationsOf(db: Db, workspaceId: string, lane: string | undefined, from: number): Promise<number[]> {
  const { rows } = await sql<{
    durations: number[]
  }>`select array[${bucketSums}] as durations ${laneHours(workspaceId, lane, from)}`.execute(db)
  return rows[0]!.durations
}

async function endpointCounts(db: Db, workspaceId: string, now: number) {
  type Counts = NonNullable<Statistics['endpoints']>
  const { rows } = await sql<Counts>`
    select count(*) as total, count(*) filter (where e.is_active) as active, count(*) filter (where not e.is_active) as disabled,
      count(*) filter (where e.is_active and l.consecutive_failures > 0 and not stands.still) as failing,
      count(*) filter (where e.is_active and stands.still) as paused
    from webhook_endpoints e left join lanes l on l.workspace_id = e.workspace_id and l.id = e.id
    cross join lateral (select coalesce(l.breaker = 'open' and l.paused_until > ${new Date(now)}, false) as still) stands
    where e.workspace_id = ${workspaceId}`.execute(db)
  return rows[0]!
}

function fill<Row extends { at: Date }>(
  from: number,
  step: number,
  now: number,
  rows: Row[],
  make: (at: number, row: Row | undefined) => Point,
): Point[] {
  const byTime = new Map(rows.map((row) => [row.at.getTime(), row]))
  const points: Point[] = []
  for (let at = from; at <= now; at += step) points.push(make(at, byTime.get(at)))
  return points
}

function totalsOf(series: Point[], hours: HourRow[], durations: number[]): Statistics['totals'] {
  const sum = (read: (point: Point) => number) => series.reduce((total, point) => total + read(point), 0)
  const delivered = sum((point) => point.delivered)
  const failed = sum((point) => point.failed)
  return {
    accepted: sum((point) => point.accepted),
    delivered,
    failed,
    retried: hours.reduce((total, row) => total + row.retried, 0),
    exhausted: hours.reduce((total, row) => total + row.exhausted, 0),
    successRate: delivered + failed === 0 ? null : Math.round((delivered / (delivered + failed)) * 10_000) / 10_000,
    p50Ms: percentile(durations, 0.5),
    p95Ms: percentile(durations, 0.95),
  }
}

const pointAnswer = ({ at, ...point }: Point) => ({ at: new Date(at).toISOString(), ...point })
