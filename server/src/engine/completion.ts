import { CompiledQuery } from 'kysely'
import type pg from 'pg'
import type { Db } from '../db/database.ts'
import { plainArray, textArray, timeArray } from './array-parameters.ts'
import type { Work } from './dispatcher.ts'
import { bucketOf, emptyDurations } from './durations.ts'

/** What became of a try and what is to happen to the work now. Times in epoch milliseconds. */
export type Completion = {
  work: Work
  /** Deliveries leave an attempt; jobs leave none. */
  recorded: boolean
  at: number
  durationMs: number
  status: number | null
  error: string | null
  response: string | null
  next:
    | { do: 'finish' }
    | { do: 'retry'; dueAt: number; inPlace: boolean }
    | { do: 'die'; reason: 'exhausted' | 'rejected' | 'expired' }
  /** The breaker's decision that this try led to. */
  breaker?: { state: 'open'; until: number; opened: number } | undefined
}

/** A lane's history after a flush, as the hooks of a kind need it. */
export type LaneRow = { workspaceId: string; id: string; failingSince: Date | null; consecutiveFailures: number }

type Key = { workspaceId: string; lane: string }
const byLane = (a: Key, b: Key) =>
  a.workspaceId < b.workspaceId
    ? -1
    : a.workspaceId > b.workspaceId
      ? 1
      : a.lane < b.lane
        ? -1
        : a.lane > b.lane
          ? 1
          : 0

/** The upserts of statistics that both flushes end with; `$n` are consecutive from `first`. */
const statisticsSql = (first: number) => `hours as (
  insert into lane_statistics (workspace_id, lane, hour, delivered, failed, retried, exhausted, durations)
  select workspace_id, lane, hour, delivered, failed, retried, exhausted, durations::integer[]
  from unnest($${first}::uuid[], $${first + 1}::uuid[], $${first + 2}::timestamptz[], $${first + 3}::integer[], $${first + 4}::integer[],
    $${first + 5}::integer[], $${first + 6}::integer[], $${first + 7}::text[])
    u(workspace_id, lane, hour, delivered, failed, retried, exhausted, durations)
  on conflict (workspace_id, lane, hour) do update set
    delivered = lane_statistics.delivered + excluded.delivered,
    failed = lane_statistics.failed + excluded.failed,
    retried = lane_statistics.retried + excluded.retried,
    exhausted = lane_statistics.exhausted + excluded.exhausted,
    durations = (select array_agg(a + b order by n) from unnest(lane_statistics.durations, excluded.durations) with ordinality d(a, b, n))
), minutes as (
  insert into workspace_statistics (workspace_id, minute, delivered, failed)
  select * from unnest($${first + 8}::uuid[], $${first + 9}::timestamptz[], $${first + 10}::integer[], $${first + 11}::integer[])
  on conflict (workspace_id, minute) do update set
    delivered = workspace_statistics.delivered + excluded.delivered,
    failed = workspace_statistics.failed + excluded.failed
)`

/*
 * What succeeded: gone from ready (only where it is still ours: the fence), an attempt, the totals. Lanes are upserted in
 * one order everywhere, so that two processes cannot wait for each other.
 */
const doneSql = `
with gone as (
  delete from ready r using unnest($1::uuid[], $2::uuid[], $3::uuid[]) u(workspace_id, id, lane)
  where r.workspace_id = u.workspace_id and r.id = u.id and r.lane = u.lane and r.owner = $4
), recorded as (
  insert into attempts (workspace_id, id, lane, kind, attempt, at, duration_ms, status, outcome, response)
  select u.workspace_id, u.id, u.lane, u.kind, u.attempt, u.at, u.duration_ms, u.status, 'delivered', u.response
  from unnest($1::uuid[], $2::uuid[], $3::uuid[], $5::text[], $6::smallint[], $7::timestamptz[], $8::integer[], $9::smallint[], $10::text[])
    u(workspace_id, id, lane, kind, attempt, at, duration_ms, status, response)
), totals as (
  insert into lanes (workspace_id, id, delivered, last_success_at)
  select * from unnest($11::uuid[], $12::uuid[], $13::bigint[], $14::timestamptz[])
  on conflict (workspace_id, id) do update set
    delivered = lanes.delivered + excluded.delivered,
    last_success_at = excluded.last_success_at,
    failing_since = null,
    consecutive_failures = 0,
    paused_until = case when lanes.breaker = 'closed' then lanes.paused_until end,
    breaker = 'closed',
    opened = 0
), ${statisticsSql(15)}
select 1`

/** Records successes. One statement is one transaction and one round trip. */
export async function flushDone(pool: pg.Pool, completions: Completion[], owner: number): Promise<void> {
  const lanes = new Map<string, { workspaceId: string; lane: string; count: number; at: number }>()
  for (const { work, at } of completions) {
    const known = lanes.get(work.lane)
    if (known) {
      known.count += 1
      if (at > known.at) known.at = at
    } else lanes.set(work.lane, { workspaceId: work.workspaceId, lane: work.lane, count: 1, at })
  }
  const sorted = [...lanes.values()].sort(byLane)
  await pool.query({
    name: 'tenon done',
    text: doneSql,
    values: [
      plainArray(completions.map(({ work }) => work.workspaceId)),
      plainArray(completions.map(({ work }) => work.id)),
      plainArray(completions.map(({ work }) => work.lane)),
      owner,
      textArray(completions.map(({ work }) => work.kind)),
      plainArray(completions.map(({ work }) => work.attempt + 1)),
      timeArray(completions.map(({ at }) => at)),
      plainArray(completions.map(({ durationMs }) => Math.round(durationMs))),
      plainArray(completions.map(({ status }) => status)),
      textArray(completions.map(({ response }) => response)),
      plainArray(sorted.map(({ workspaceId }) => workspaceId)),
      plainArray(sorted.map(({ lane }) => lane)),
      plainArray(sorted.map(({ count }) => count)),
      timeArray(sorted.map(({ at }) => at)),
      ...statisticsOf(completions),
    ],
  })
}

/** Jobs that succeeded leave nothing behind. */
export async function flushDoneJobs(pool: pg.Pool, works: Work[], owner: number): Promise<void> {
  await pool.query({
    name: 'tenon done jobs',
    text: `with gone as (
      delete from ready r using unnest($1::uuid[], $2::uuid[], $3::uuid[]) u(workspace_id, id, lane)
      where r.workspace_id = u.workspace_id and r.id = u.id and r.lane = u.lane and r.owner = $4
      returning r.workspace_id, r.id, r.key
    ) delete from job_keys k using gone g where g.key is not null and k.workspace_id = g.workspace_id and k.key = g.key and k.id = g.id`,
    values: [
      plainArray(works.map(({ workspaceId }) => workspaceId)),
      plainArray(works.map(({ id }) => id)),
      plainArray(works.map(({ lane }) => lane)),
      owner,
    ],
  })
}

/*
 * What failed: an attempt each; then, only where the work is still ours, back in its place (ordered lanes, whose failed
 * head blocks), into scheduled until its next try, or into the dead letters.
 */
const failedSql = `
with input as (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $5::text[], $6::smallint[], $7::timestamptz[], $8::integer[], $9::smallint[],
    $10::text[], $11::text[], $12::text[], $13::timestamptz[], $14::text[], $15::boolean[], $16::boolean[])
    u(workspace_id, id, lane, kind, attempt, at, duration_ms, status, outcome, error, response, due_at, reason, in_place, recorded)
), kept as (
  update ready r set attempt = u.attempt, owner = null from input u
  where r.workspace_id = u.workspace_id and r.id = u.id and r.lane = u.lane and r.owner = $4 and u.in_place
), gone as (
  delete from ready r using input u
  where r.workspace_id = u.workspace_id and r.id = u.id and r.lane = u.lane and r.owner = $4 and not u.in_place
  returning r.workspace_id, r.id, r.lane, r.kind, r.payload, r.key, u.attempt, u.due_at, u.reason, u.error, u.at
), recorded as (
  insert into attempts (workspace_id, id, lane, kind, attempt, at, duration_ms, status, outcome, error, response)
  select workspace_id, id, lane, kind, attempt, at, duration_ms, status, outcome, error, response from input where recorded
), later as (
  insert into scheduled (workspace_id, id, lane, kind, attempt, due_at, payload, key)
  select workspace_id, id, lane, kind, attempt, due_at, payload, key from gone where due_at is not null
  on conflict do nothing
), dead as (
  insert into dead_letters (workspace_id, id, lane, kind, attempt, reason, error, died_at, payload)
  select workspace_id, id, lane, kind, attempt, reason, error, at, payload from gone where due_at is null
  on conflict do nothing
), keys as (
  delete from job_keys k using gone g
  where g.key is not null and g.due_at is null and k.workspace_id = g.workspace_id and k.key = g.key and k.id = g.id
), totals as (
  insert into lanes (workspace_id, id, failed, last_failure_at, last_error, failing_since, consecutive_failures, breaker, opened, paused_until)
  select workspace_id, id, failed, at, error, at, failed, breaker, opened, paused_until
  from unnest($17::uuid[], $18::uuid[], $19::bigint[], $20::timestamptz[], $21::text[], $22::text[], $23::integer[], $24::timestamptz[])
    u(workspace_id, id, failed, at, error, breaker, opened, paused_until)
  on conflict (workspace_id, id) do update set
    failed = lanes.failed + excluded.failed,
    last_failure_at = excluded.last_failure_at,
    last_error = excluded.last_error,
    failing_since = coalesce(lanes.failing_since, excluded.failing_since),
    consecutive_failures = lanes.consecutive_failures + excluded.consecutive_failures,
    breaker = case when excluded.opened > 0 then excluded.breaker else lanes.breaker end,
    opened = greatest(lanes.opened, excluded.opened),
    paused_until = greatest(lanes.paused_until, excluded.paused_until)
  returning workspace_id, id, failing_since, consecutive_failures
), ${statisticsSql(25)}
select workspace_id, id, failing_since, consecutive_failures from totals`

/** Records failures in the given transaction, and answers how their lanes stand now. */
export async function flushFailed(tx: Db, completions: Completion[], owner: number): Promise<LaneRow[]> {
  type Failures = {
    workspaceId: string
    lane: string
    count: number
    last: Completion
    breaker: Completion['breaker']
    pausedUntil: number | null
  }
  const lanes = new Map<string, Failures>()
  for (const completion of completions) {
    const { workspaceId, lane } = completion.work
    const known: Failures = lanes.get(lane) ?? {
      workspaceId,
      lane,
      count: 0,
      last: completion,
      breaker: undefined,
      pausedUntil: null,
    }
    known.count += 1
    if (completion.at >= known.last.at) known.last = completion
    known.breaker = completion.breaker ?? known.breaker
    const until =
      completion.breaker?.until ??
      (completion.next.do === 'retry' && completion.next.inPlace ? completion.next.dueAt : null)
    if (until !== null) known.pausedUntil = Math.max(known.pausedUntil ?? 0, until)
    lanes.set(lane, known)
  }
  const sorted = [...lanes.values()].sort(byLane)
  const values = [
    plainArray(completions.map(({ work }) => work.workspaceId)),
    plainArray(completions.map(({ work }) => work.id)),
    plainArray(completions.map(({ work }) => work.lane)),
    owner,
    textArray(completions.map(({ work }) => work.kind)),
    plainArray(completions.map(({ work }) => work.attempt + 1)),
    timeArray(completions.map(({ at }) => at)),
    plainArray(completions.map(({ durationMs }) => Math.round(durationMs))),
    plainArray(completions.map(({ status }) => status)),
    textArray(completions.map(({ next }) => (next.do === 'retry' ? 'retry' : 'dead'))),
    textArray(completions.map(({ error }) => error)),
    textArray(completions.map(({ response }) => response)),
    timeArray(completions.map(({ next }) => (next.do === 'retry' ? next.dueAt : null))),
    textArray(completions.map(({ next }) => (next.do === 'die' ? next.reason : null))),
    plainArray(completions.map(({ next }) => next.do === 'retry' && next.inPlace)),
    plainArray(completions.map(({ recorded }) => recorded)),
    plainArray(sorted.map(({ workspaceId }) => workspaceId)),
    plainArray(sorted.map(({ lane }) => lane)),
    plainArray(sorted.map(({ count }) => count)),
    timeArray(sorted.map(({ last }) => last.at)),
    textArray(sorted.map(({ last }) => last.error)),
    textArray(sorted.map(({ breaker }) => breaker?.state ?? 'closed')),
    plainArray(sorted.map(({ breaker }) => breaker?.opened ?? 0)),
    timeArray(sorted.map(({ pausedUntil }) => pausedUntil)),
    ...statisticsOf(completions.filter(({ recorded }) => recorded)),
  ]
  const { rows } = await tx.executeQuery<LaneRow>(CompiledQuery.raw(failedSql, values))
  return rows
}

/** The twelve parameters of `statisticsSql`: sums per lane and hour, and per workspace and minute. */
function statisticsOf(completions: Completion[]): unknown[] {
  type Hour = Key & {
    hour: number
    delivered: number
    failed: number
    retried: number
    exhausted: number
    durations: number[]
  }
  type Minute = { workspaceId: string; minute: number; delivered: number; failed: number }
  const hours = new Map<string, Hour>()
  const minutes = new Map<string, Minute>()
  for (const { work, at, durationMs, next } of completions) {
    const hour = at - (at % 3_600_000)
    const minute = at - (at % 60_000)
    let perLane = hours.get(work.lane)
    // A flush spans milliseconds: where it crosses an hour, its work counts for the hour of the first.
    if (!perLane) {
      const { workspaceId, lane } = work
      perLane = {
        workspaceId,
        lane,
        hour,
        delivered: 0,
        failed: 0,
        retried: 0,
        exhausted: 0,
        durations: emptyDurations(),
      }
      hours.set(lane, perLane)
    }
    let perWorkspace = minutes.get(work.workspaceId)
    if (!perWorkspace) {
      perWorkspace = { workspaceId: work.workspaceId, minute, delivered: 0, failed: 0 }
      minutes.set(work.workspaceId, perWorkspace)
    }
    perLane.durations[bucketOf(durationMs)]! += 1
    if (next.do === 'finish') {
      perLane.delivered += 1
      perWorkspace.delivered += 1
    } else {
      perLane.failed += 1
      perWorkspace.failed += 1
      if (next.do === 'die') perLane.exhausted += 1
    }
    if (work.attempt > 0) perLane.retried += 1
  }
  const lanes = [...hours.values()].sort(byLane)
  const workspaces = [...minutes.values()].sort((a, b) => (a.workspaceId < b.workspaceId ? -1 : 1))
  return [
    plainArray(lanes.map(({ workspaceId }) => workspaceId)),
    plainArray(lanes.map(({ lane }) => lane)),
    timeArray(lanes.map(({ hour }) => hour)),
    plainArray(lanes.map(({ delivered }) => delivered)),
    plainArray(lanes.map(({ failed }) => failed)),
    plainArray(lanes.map(({ retried }) => retried)),
    plainArray(lanes.map(({ exhausted }) => exhausted)),
    textArray(lanes.map(({ durations }) => plainArray(durations))),
    plainArray(workspaces.map(({ workspaceId }) => workspaceId)),
    timeArray(workspaces.map(({ minute }) => minute)),
    plainArray(workspaces.map(({ delivered }) => delivered)),
    plainArray(workspaces.map(({ failed }) => failed)),
  ]
}
