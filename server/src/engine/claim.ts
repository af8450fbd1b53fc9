import type pg from 'pg'
import { plainArray } from './array-parameters.ts'
import type { Lane } from './dispatcher.ts'
import type { StoredEvent } from './types.ts'

/** A lane with work that nobody holds. */
export type WaitingLane = { workspaceId: string; lane: string; kind: string }

/** A lane that is paused, by somebody or by its breaker. */
export type PausedLane = { workspaceId: string; lane: string; until: Date; breaker: Lane['breaker'] }

/** A claimed row of `ready`. */
export type ClaimedRow = {
  workspaceId: string
  id: string
  lane: string
  kind: string
  attempt: number
  payload: string | null
  key: string | null
}

const first = '00000000-0000-0000-0000-000000000000'

/*
 * Skips from lane to lane along the index of waiting work instead of reading rows, so its cost follows the number of lanes
 * asked for, not the backlog: first the next workspaces, then a few lanes of each. Paused lanes are left out.
 */
const waitingSql = `
with recursive workspace(id, n) as (
  (select workspace_id, 1 from ready where owner is null and workspace_id > $1 order by workspace_id limit 1)
  union all
  select next.workspace_id, w.n + 1 from workspace w cross join lateral (
    select workspace_id from ready where owner is null and workspace_id > w.id order by workspace_id limit 1
  ) next where w.n < $2
)
select w.id as workspace_id, found.lane, found.kind,
  case when l.paused_until > $5 then l.paused_until end as paused_until, l.breaker
from workspace w
left join unnest($3::uuid[], $4::uuid[]) after(workspace_id, lane) on after.workspace_id = w.id
left join lateral (
  with recursive lane(lane, kind, n) as (
    (select lane, kind, 1 from ready where owner is null and workspace_id = w.id and lane > coalesce(after.lane, '${first}')
     order by lane, position limit 1)
    union all
    select next.lane, next.kind, l.n + 1 from lane l cross join lateral (
      select lane, kind from ready where owner is null and workspace_id = w.id and lane > l.lane order by lane, position limit 1
    ) next where l.n < $6
  ) select lane, kind from lane
) found on true
left join lanes l on l.workspace_id = w.id and l.id = found.lane`

/** How far the last look went: after which workspace, and within each after which lane. */
export type ClaimCursor = { workspace: string; lanes: Map<string, string> }

export const newCursor = (): ClaimCursor => ({ workspace: first, lanes: new Map() })

/**
 * Finds lanes with waiting work, taking turns among workspaces and, by the cursor, among the lanes of each.
 * `more` says that the look has not yet come round to where it began.
 */
export async function findWaitingLanes(
  pool: pg.Pool,
  cursor: ClaimCursor,
  options: { workspaces: number; lanesEach: number; now: number },
): Promise<{ lanes: WaitingLane[]; paused: PausedLane[]; more: boolean }> {
  const { rows } = await pool.query<{
    workspace_id: string
    lane: string | null
    kind: string
    paused_until: Date | null
    breaker: Lane['breaker']
  }>({
    name: 'tenon waiting',
    text: waitingSql,
    values: [
      cursor.workspace,
      options.workspaces,
      plainArray([...cursor.lanes.keys()]),
      plainArray([...cursor.lanes.values()]),
      new Date(options.now),
      options.lanesEach,
    ],
  })
  const perWorkspace = new Map<string, string[]>()
  for (const { workspace_id, lane } of rows) {
    const lanes = perWorkspace.get(workspace_id) ?? []
    if (lane !== null) lanes.push(lane)
    perWorkspace.set(workspace_id, lanes)
  }
  const full = perWorkspace.size === options.workspaces
  let more = full || cursor.workspace !== first
  for (const [workspaceId, lanes] of perWorkspace) {
    // A full look may have more behind it; a short one has reached the end of the workspace's lanes.
    if (lanes.length === options.lanesEach) {
      cursor.lanes.set(workspaceId, largest(lanes))
      more = true
    } else if (cursor.lanes.delete(workspaceId)) more = true
  }
  cursor.workspace = full ? largest([...perWorkspace.keys()]) : first
  const found: WaitingLane[] = []
  const paused: PausedLane[] = []
  for (const { workspace_id: workspaceId, lane, kind, paused_until: until, breaker } of rows) {
    if (lane === null) continue
    if (until === null) found.push({ workspaceId, lane, kind })
    else paused.push({ workspaceId, lane, until, breaker })
  }
  return { lanes: found, paused, more }
}

/** More are found paused only when their work is looked at. */
const mostPauses = 100_000

/** Lanes that are paused now: all of them, or one of a workspace. */
export async function findPauses(
  pool: pg.Pool,
  now: number,
  only?: { workspaceId: string; lane: string },
): Promise<PausedLane[]> {
  const { rows } = await pool.query<PausedLane>(
    `select workspace_id as "workspaceId", id as lane, paused_until as until, breaker from lanes
     where paused_until > $1 ${only ? 'and workspace_id = $2 and id = $3' : ''} order by paused_until limit ${mostPauses}`,
    [new Date(now), ...(only ? [only.workspaceId, only.lane] : [])],
  )
  return rows
}

const largest = (ids: string[]): string => ids.toSorted().at(-1)!

/*
 * Takes the oldest rows of each lane. Two processes may look at the same rows: `skip locked` makes the second one look
 * further instead of waiting, and a row that was claimed in between fails the recheck of `owner is null`. The rows are updated by
 * their place (ctid), which measured five times faster than a join and cannot be planned wrongly.
 */
const claimSql = `
update ready set owner = $1 where ctid = any(array(
  select t.ctid from unnest($2::uuid[], $3::uuid[], $4::integer[]) c(workspace_id, lane, room) cross join lateral (
    select r.ctid from ready r where r.owner is null and r.workspace_id = c.workspace_id and r.lane = c.lane
    order by r.position limit c.room for update skip locked
  ) t
)) returning workspace_id, id, lane, kind, attempt, payload, key, position`

/** Claims up to `room` rows of each lane for the owner, oldest first. */
export async function claim(
  pool: pg.Pool,
  owner: number,
  lanes: (WaitingLane & { room: number })[],
): Promise<ClaimedRow[]> {
  type Row = {
    workspace_id: string
    id: string
    lane: string
    kind: string
    attempt: number
    payload: string | null
    key: string | null
    position: number
  }
  const { rows } = await pool.query<Row>({
    name: 'tenon claim',
    text: claimSql,
    values: [
      owner,
      plainArray(lanes.map(({ workspaceId }) => workspaceId)),
      plainArray(lanes.map(({ lane }) => lane)),
      plainArray(lanes.map(({ room }) => room)),
    ],
  })
  rows.sort((a, b) => a.position - b.position)
  return rows.map(({ workspace_id, position, ...row }) => ({ workspaceId: workspace_id, ...row }))
}

/** Reads the events of claimed deliveries. Those whose partition was dropped are missing from the answer. */
export async function readEvents(
  pool: pg.Pool,
  ids: { workspaceId: string; id: string }[],
): Promise<Map<string, StoredEvent>> {
  type Row = {
    workspace_id: string
    id: string
    type: string
    payload: string
    occurred_at: Date
    channels: string[] | null
    trace_parent: string | null
  }
  const distinct = new Map(ids.map((one) => [one.id, one]))
  const { rows } = await pool.query<Row>({
    name: 'tenon read events',
    text: `select e.workspace_id, e.id, e.type, e.payload, e.occurred_at, e.channels, e.trace_parent
      from unnest($1::uuid[], $2::uuid[]) u(workspace_id, id) join events e on e.workspace_id = u.workspace_id and e.id = u.id`,
    values: [
      plainArray([...distinct.values()].map(({ workspaceId }) => workspaceId)),
      plainArray([...distinct.keys()]),
    ],
  })
  return new Map(
    rows.map(({ workspace_id, occurred_at, trace_parent, ...row }) => [
      row.id,
      { workspaceId: workspace_id, occurredAt: occurred_at, traceParent: trace_parent, ...row },
    ]),
  )
}

/*
 * Takes exclusive hold of lanes that may run in one process only. The hold is a row update, so of two processes the second
 * rechecks the row after the first's commit and sees it held; dead owners' holds are cleared by the sweep.
 */
export async function holdLanes(pool: pg.Pool, owner: number, lanes: WaitingLane[], now: number): Promise<Set<string>> {
  const values = [plainArray(lanes.map(({ workspaceId }) => workspaceId)), plainArray(lanes.map(({ lane }) => lane))]
  await pool.query({
    name: 'tenon make lanes',
    text: `insert into lanes (workspace_id, id) select * from unnest($1::uuid[], $2::uuid[]) u(workspace_id, id)
      order by 1, 2 on conflict do nothing`,
    values,
  })
  const { rows } = await pool.query<{ id: string }>({
    name: 'tenon hold',
    text: `update lanes l set held_by = $3 from unnest($1::uuid[], $2::uuid[]) u(workspace_id, id)
      where l.workspace_id = u.workspace_id and l.id = u.id and (l.held_by is null or l.held_by = $3)
        and (l.paused_until is null or l.paused_until <= $4) returning l.id`,
    values: [...values, owner, new Date(now)],
  })
  return new Set(rows.map(({ id }) => id))
}

/** Lets go of a lane that was held. */
export async function letGo(pool: pg.Pool, owner: number, workspaceId: string, lane: string): Promise<void> {
  await pool.query({
    name: 'tenon let go',
    text: 'update lanes set held_by = null where workspace_id = $1 and id = $2 and held_by = $3',
    values: [workspaceId, lane, owner],
  })
}

/** Gives work back that this process claimed but has not begun. */
export async function release(
  pool: pg.Pool,
  owner: number,
  work: { workspaceId: string; id: string; lane: string }[],
): Promise<void> {
  await pool.query({
    name: 'tenon release',
    text: `update ready r set owner = null from unnest($1::uuid[], $2::uuid[], $3::uuid[]) u(workspace_id, id, lane)
      where r.workspace_id = u.workspace_id and r.id = u.id and r.lane = u.lane and r.owner = $4`,
    values: [
      plainArray(work.map(({ workspaceId }) => workspaceId)),
      plainArray(work.map(({ id }) => id)),
      plainArray(work.map(({ lane }) => lane)),
      owner,
    ],
  })
}
