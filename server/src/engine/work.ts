import { CompiledQuery, sql } from 'kysely'
import { type Db, onCommit } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { plainArray, textArray, timeArray } from './array-parameters.ts'
import { laneOf } from './lane.ts'
import type { NewJob } from './types.ts'

/*
 * What callers do to work in their own transactions. A row inserted here belongs to nobody until a process claims it, so a
 * rollback needs no clean-up in memory.
 */

/** Makes jobs. Where a key is taken, the answer holds the id of the job that has it. */
export async function enqueue(tx: Db, clock: Clock, jobs: NewJob[], woken: () => void): Promise<string[]> {
  if (jobs.length === 0) return []
  const rows = jobs.map((job) => ({ ...job, id: newId(clock), lane: laneOf(job.lane ?? job.kind) }))
  const taken = await takeKeys(tx, rows)
  const wanted = rows.filter((row) => (taken.get(`${row.workspaceId} ${row.key}`) ?? row.id) === row.id)
  const now = clock.now()
  const columns = (these: typeof rows) => [
    plainArray(these.map(({ workspaceId }) => workspaceId)),
    plainArray(these.map(({ id }) => id)),
    plainArray(these.map(({ lane }) => lane)),
    textArray(these.map(({ kind }) => kind)),
    textArray(these.map(({ payload }) => JSON.stringify(payload ?? null))),
    textArray(these.map(({ key }) => key ?? null)),
  ]
  const due = wanted.filter(({ dueAt }) => dueAt === undefined || dueAt.getTime() <= now)
  const later = wanted.filter(({ dueAt }) => dueAt !== undefined && dueAt.getTime() > now)
  if (due.length > 0) {
    const text = `insert into ready (workspace_id, id, lane, kind, payload, key)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[])`
    await tx.executeQuery(CompiledQuery.raw(text, columns(due)))
  }
  if (later.length > 0) {
    const text = `insert into scheduled (workspace_id, id, lane, kind, payload, key, due_at)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])`
    await tx.executeQuery(
      CompiledQuery.raw(text, [...columns(later), timeArray(later.map(({ dueAt }) => dueAt!.getTime()))]),
    )
  }
  onCommit(tx, woken)
  return rows.map((row) => taken.get(`${row.workspaceId} ${row.key}`) ?? row.id)
}

/** Takes the keys that are free, and answers who has each: a new job or the one that was there. */
async function takeKeys(
  tx: Db,
  rows: { workspaceId: string; id: string; lane: string; key?: string | undefined }[],
): Promise<Map<string, string>> {
  const keyed = rows.filter(({ key }) => key !== undefined)
  if (keyed.length === 0) return new Map()
  await tx
    .insertInto('jobKeys')
    .values(keyed.map(({ workspaceId, id, lane, key }) => ({ workspaceId, id, lane, key: key! })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const holders = await tx
    .selectFrom('jobKeys')
    .select(['workspaceId', 'key', 'id'])
    .where(
      'key',
      'in',
      keyed.map(({ key }) => key!),
    )
    .where(
      'workspaceId',
      'in',
      keyed.map(({ workspaceId }) => workspaceId),
    )
    .execute()
  return new Map(holders.map(({ workspaceId, key, id }) => [`${workspaceId} ${key}`, id]))
}

/** Ends waiting work as dead letters with the reason 'cancelled'; what a process has begun is not touched. */
export async function cancel(
  tx: Db,
  clock: Clock,
  workspaceId: string,
  work: { id: string; lane: string }[],
): Promise<number> {
  const text = `
    with wanted as (select * from unnest($2::uuid[], $3::uuid[]) u(id, lane)),
    waiting as (
      delete from ready r using wanted u where r.workspace_id = $1 and r.id = u.id and r.lane = u.lane and r.owner is null
      returning r.id, r.lane, r.kind, r.attempt, r.payload, r.key
    ), later as (
      delete from scheduled s using wanted u where s.workspace_id = $1 and s.id = u.id and s.lane = u.lane
      returning s.id, s.lane, s.kind, s.attempt, s.payload, s.key
    ), gone as (select * from waiting union all select * from later
    ), keys as (delete from job_keys k using gone g where k.workspace_id = $1 and k.key = g.key and k.id = g.id)
    insert into dead_letters (workspace_id, id, lane, kind, attempt, reason, died_at, payload)
    select $1, id, lane, kind, attempt, 'cancelled', $4, payload from gone`
  const { numAffectedRows } = await tx.executeQuery(
    CompiledQuery.raw(text, [
      workspaceId,
      plainArray(work.map(({ id }) => id)),
      plainArray(work.map(({ lane }) => laneOf(lane))),
      new Date(clock.now()),
    ]),
  )
  return Number(numAffectedRows ?? 0)
}

/** Puts ended deliveries back; those that are open, or whose event was dropped, are left alone. */
export async function replay(
  tx: Db,
  workspaceId: string,
  deliveries: { id: string; lane: string; kind: string }[],
  woken: () => void,
): Promise<number> {
  if (deliveries.length === 0) return 0
  const text = `
    with wanted as (
      select u.* from unnest($2::uuid[], $3::uuid[], $4::text[]) u(id, lane, kind)
      where exists (select from events e where e.workspace_id = $1 and e.id = u.id)
        and not exists (select from scheduled s where s.workspace_id = $1 and s.id = u.id and s.lane = u.lane)
    ), revived as (
      delete from dead_letters d using wanted u where d.workspace_id = $1 and d.id = u.id and d.lane = u.lane
    )
    insert into ready (workspace_id, id, lane, kind) select $1, id, lane, kind from wanted order by id on conflict do nothing`
  const { numAffectedRows } = await tx.executeQuery(
    CompiledQuery.raw(text, [
      workspaceId,
      plainArray(deliveries.map(({ id }) => id)),
      plainArray(deliveries.map(({ lane }) => lane)),
      textArray(deliveries.map(({ kind }) => kind)),
    ]),
  )
  onCommit(tx, woken)
  return Number(numAffectedRows ?? 0)
}

/** The end of time, for pauses that only a person ends. PostgreSQL's infinity would come back as a number. */
const forever = new Date(Date.UTC(9999, 0, 1))

/** Stops a lane: until a time, or until it is resumed. */
export async function pause(tx: Db, workspaceId: string, lane: string, until: Date | 'resumed'): Promise<void> {
  const pausedUntil = until === 'resumed' ? forever : until
  await tx
    .insertInto('lanes')
    .values({ workspaceId, id: laneOf(lane), pausedUntil, breaker: 'closed' })
    .onConflict((conflict) =>
      conflict.columns(['workspaceId', 'id']).doUpdateSet({ pausedUntil, breaker: 'closed', opened: 0 }),
    )
    .execute()
}

/** Lets a lane run again as if it had never failed. */
export async function resume(tx: Db, workspaceId: string, lane: string): Promise<void> {
  await tx
    .updateTable('lanes')
    .set({ pausedUntil: null, breaker: 'closed', opened: 0, failingSince: null, consecutiveFailures: 0 })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', laneOf(lane))
    .execute()
}

/** Counts a change of subscriptions; whoever matched with an older version will notice. */
export async function subscriptionsChanged(tx: Db, workspaceId: string): Promise<void> {
  await tx
    .insertInto('subscriptionVersions')
    .values({ workspaceId, version: 1 })
    .onConflict((conflict) =>
      conflict.column('workspaceId').doUpdateSet({ version: sql`subscription_versions.version + 1` }),
    )
    .execute()
}

/*
 * One bucket per lane for all processes: a process takes as many tokens as it is about to use, so a busy lane costs one
 * update for many tries, and two processes together never take more than the bucket holds.
 */
const takeSql = `
with bucket as (
  select workspace_id, id,
    least($5::float8, coalesce(tokens, $5::float8) + greatest(0, extract(epoch from $6::timestamptz - coalesce(refilled_at, $6::timestamptz))) * $4::float8) as tokens
  from lanes where workspace_id = $1 and id = $2 for update
), taken as (
  update lanes l set tokens = b.tokens - least($3::integer, floor(b.tokens)), refilled_at = greatest(l.refilled_at, $6::timestamptz)
  from bucket b where l.workspace_id = b.workspace_id and l.id = b.id
  returning least($3::integer, floor(b.tokens)) as granted
) select granted::integer from taken`

/** Takes up to `want` tokens from the lane's bucket of `burst` tokens, which fills at a rate. */
export async function takeTokens(
  db: Db,
  clock: Clock,
  workspaceId: string,
  lane: string,
  want: number,
  ratePerSecond: number,
  burst: number,
): Promise<number> {
  const values = [workspaceId, laneOf(lane), want, ratePerSecond, burst, new Date(clock.now())]
  const first = await db.executeQuery<{ granted: number }>(CompiledQuery.raw(takeSql, values))
  if (first.rows[0]) return first.rows[0].granted
  await db
    .insertInto('lanes')
    .values({ workspaceId, id: laneOf(lane) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const second = await db.executeQuery<{ granted: number }>(CompiledQuery.raw(takeSql, values))
  return second.rows[0]?.granted ?? 0
}
