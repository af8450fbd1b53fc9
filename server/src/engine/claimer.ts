import { setTimeout as wait } from 'node:timers/promises'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import {
  type ClaimedRow,
  claim,
  findWaitingLanes,
  holdLanes,
  letGo,
  newCursor,
  type PausedLane,
  readEvents,
  release,
} from './claim.ts'
import { type Dispatcher, isExclusive, type Lane, type Work } from './dispatcher.ts'
import type { Strays } from './strays.ts'
import type { DeliveryKind, JobKind, LanePolicy } from './types.ts'

/** One look: so many workspaces, lanes of each, rows of a lane, rows in all. */
const look = { workspaces: 16, lanesEach: 64 }
/** Looks in a row that may find nothing to claim (all paused, all full) before the claimer waits for the next wake-up. */
const barrenLooks = 20
const rowsPerLane = { most: 1_000, least: 20 }
const rowsPerRound = 4_000
const pollMs = 2_000

/** How much is given back at a time where it has time, and the pause until the next. */
const calmBatch = { size: 250, pauseMs: 10 }

type Place = { workspaceId: string; id: string; lane: string }
type Choice = { lane: Lane; kind: string; room: number }

/**
 * Brings waiting work from the database into memory: what other processes left or lost, what did not fit when it was
 * accepted, what came due. Runs when woken, and every two seconds in case a wake-up was lost.
 */
export function createClaimer(options: {
  database: Database
  clock: Clock
  log: Log
  dispatcher: Dispatcher
  strays: Strays
  owner(): number
  kind(name: string): DeliveryKind | JobKind | undefined
  /** A lane that this process did not know has work and is paused. */
  onPaused(lane: PausedLane): void
  /** Work that cannot be done: its kind or destination is gone, or its event was dropped. */
  onHopeless(work: ClaimedRow, reason: 'rejected' | 'expired', error: string): void
}) {
  const { database, clock, log, dispatcher, strays } = options
  const cursor = newCursor()
  let timer: NodeJS.Timeout | undefined
  let running = false
  let woken = false
  let stopped = false
  let round: Promise<void> = Promise.resolve()
  let calm: Promise<void> = Promise.resolve()

  function wake(): void {
    if (stopped) return
    woken = true
    if (!running) {
      running = true
      round = run()
    }
  }

  async function run(): Promise<void> {
    clearTimeout(timer)
    let barren = 0
    while (woken && !stopped) {
      woken = false
      try {
        if (!dispatcher.hasRoom()) break
        const { claimed, more } = await claimRound()
        barren = claimed > 0 ? 0 : barren + 1
        if (claimed > 0 || (more && barren < barrenLooks)) woken = true
      } catch (error) {
        if (!stopped) log.warn({ err: error }, 'could not claim work; trying again')
        break
      }
    }
    running = false
    if (!stopped) timer = setTimeout(wake, pollMs)
  }

  /** Answers how much was claimed and whether another look could find more. */
  async function claimRound(): Promise<{ claimed: number; more: boolean }> {
    const { lanes: waiting, paused, more } = await findWaitingLanes(database.hot, cursor, { ...look, now: clock.now() })
    for (const lane of paused) if (!dispatcher.lane(lane.lane)) options.onPaused(lane)
    if (waiting.length === 0) return { claimed: 0, more }
    await loadPolicies(waiting)
    const chosen: Choice[] = []
    let rows = rowsPerRound
    // Room is promised before it is known how much waits: divided among the lanes, or the first two would take all of it.
    const share = Math.max(rowsPerLane.least, Math.min(rowsPerLane.most, Math.ceil(rowsPerRound / waiting.length)))
    for (const { workspaceId, lane: id, kind } of waiting) {
      const policy = policyOf(kind, id) ?? {}
      const lane = dispatcher.laneFor(workspaceId, id, policy)
      lane.backlog = true
      // What this process holds exclusively it works off before it takes more.
      const room =
        (isExclusive(policy) && lane.held) || !dispatcher.runsLow(lane)
          ? 0
          : Math.min(share, rows, dispatcher.roomIn(lane))
      if (room === 0) continue
      // Promised room keeps the lane in memory while the database is asked.
      dispatcher.promise(lane, room)
      chosen.push({ lane, kind, room })
      rows -= room
    }
    try {
      return { claimed: await claimFrom(chosen), more }
    } finally {
      for (const { lane, room } of chosen) dispatcher.unpromise(lane, room)
    }
  }

  async function claimFrom(chosen: Choice[]): Promise<number> {
    await hold(chosen)
    const claimable = chosen.filter(({ lane }) => !isExclusive(lane.policy) || lane.held)
    if (claimable.length === 0) return 0
    let claimed: ClaimedRow[] = []
    try {
      claimed = await claim(
        database.hot,
        options.owner(),
        claimable.map(({ lane, kind, room }) => ({ workspaceId: lane.workspaceId, lane: lane.id, kind, room })),
      )
      const lanes = new Map(claimable.map(({ lane }) => [lane.id, lane]))
      for (const work of await toWorks(claimed)) dispatcher.add(lanes.get(work.lane)!, work)
    } catch (error) {
      // Whether the rows became ours is not known where the claim itself failed.
      strays.doubt()
      for (const { lane } of claimable) if (lane.held) strays.keep(lane)
      await giveBack(claimed)
      throw error
    }
    const counts = new Map<string, number>()
    for (const { lane } of claimed) counts.set(lane, (counts.get(lane) ?? 0) + 1)
    for (const { lane, room } of claimable) {
      lane.backlog = counts.get(lane.id) === room
      if (lane.held && lane.waiting.length === 0 && lane.running === 0) await unhold(lane)
    }
    dispatcher.pump()
    return claimed.length
  }

  async function loadPolicies(waiting: { workspaceId: string; lane: string; kind: string }[]): Promise<void> {
    const unknown = new Map<DeliveryKind, { workspaceId: string; lane: string }[]>()
    for (const { workspaceId, lane, kind: name } of waiting) {
      const kind = options.kind(name)
      if (kind?.delivers && !kind.policy(lane)) unknown.set(kind, [...(unknown.get(kind) ?? []), { workspaceId, lane }])
    }
    for (const [kind, lanes] of unknown) await kind.load(lanes)
  }

  function policyOf(name: string, lane: string): LanePolicy | undefined {
    const kind = options.kind(name)
    return kind?.delivers ? kind.policy(lane) : kind?.policy
  }

  /** Takes hold of the exclusive ones among the lanes, where no other process has them. */
  async function hold(lanes: Choice[]): Promise<void> {
    const exclusive = lanes.filter(({ lane }) => isExclusive(lane.policy))
    if (exclusive.length === 0) return
    const held = await holdLanes(
      database.hot,
      options.owner(),
      exclusive.map(({ lane, kind }) => ({ workspaceId: lane.workspaceId, lane: lane.id, kind })),
      clock.now(),
    )
    for (const { lane } of exclusive) if (held.has(lane.id)) lane.held = true
  }

  /** Lets go of an exclusive lane, so that any process may take its next work. */
  async function unhold(lane: Lane): Promise<void> {
    await lane.givingBack
    if (strays.inDoubt()) return strays.keep(lane)
    try {
      await letGo(database.hot, options.owner(), lane.workspaceId, lane.id)
      // Only now: until the row says so, this process must not take hold of it again.
      lane.held = false
      dispatcher.forget(lane)
    } catch {
      strays.keep(lane)
    }
  }

  async function giveBack(works: readonly Place[]): Promise<void> {
    try {
      for (let i = 0; i < works.length; i += 1_000)
        await release(database.hot, options.owner(), works.slice(i, i + 1_000))
    } catch (error) {
      strays.doubt()
      throw error
    }
  }

  /**
   * Gives back what nobody is to begin soon, a little at a time: where many destinations fail in the same moment, requests would wait for all
   * that waited for them.
   */
  function giveBackCalmly(works: readonly Place[]): Promise<void> {
    const result = calm.then(async () => {
      for (let i = 0; i < works.length; i += calmBatch.size) {
        await giveBack(works.slice(i, i + calmBatch.size))
        await wait(calmBatch.pauseMs)
      }
    })
    calm = result.catch(() => {})
    return result
  }

  async function toWorks(claimed: ClaimedRow[]): Promise<Work[]> {
    const deliveries = claimed.filter((row) => options.kind(row.kind)?.delivers === true)
    const events = deliveries.length > 0 ? await readEvents(database.hot, deliveries) : new Map()
    const works: Work[] = []
    for (const row of claimed) {
      const kind = options.kind(row.kind)
      const base = {
        workspaceId: row.workspaceId,
        id: row.id,
        lane: row.lane,
        kind: row.kind,
        attempt: row.attempt,
        key: row.key,
      }
      const event = events.get(row.id)
      if (kind === undefined) {
        options.onHopeless(row, 'rejected', `nothing here knows how to do work of the kind ${row.kind}`)
      } else if (!kind.delivers) {
        const { workspaceId, id, lane, attempt } = row
        works.push({
          ...base,
          run: { job: { workspaceId, id, lane, kind: row.kind, attempt, payload: JSON.parse(row.payload ?? 'null') } },
        })
      } else if (event === undefined) {
        options.onHopeless(row, 'expired', 'the event is older than the hub keeps events')
      } else if (kind.policy(row.lane) === undefined) {
        options.onHopeless(row, 'rejected', 'the destination no longer exists')
      } else {
        works.push({ ...base, run: { delivery: { event, lane: row.lane, kind: row.kind, attempt: row.attempt } } })
      }
    }
    return works
  }

  return {
    wake,
    unhold,
    giveBack,
    giveBackCalmly,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await round
    },
  }
}
