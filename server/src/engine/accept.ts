import { type Database, type Db, onCommit, onEnd } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { currentTraceParent } from '../lib/tracing.ts'
import type { Dispatcher, Lane } from './dispatcher.ts'
import { isExclusive } from './dispatcher.ts'
import { insertAlone, insertWithin, type NewDelivery } from './ingest.ts'
import { ensurePartitions, lacksPartition } from './partitions.ts'
import type { createSubscriptions } from './subscriptions.ts'
import type { DeliveryKind, NewEvent, PublishedEvent, StoredEvent } from './types.ts'

/** Most events in one commit, and how many commits may be under way. */
const batchSize = 1_000
const commits = 2
/** How long an insertion is tried again while the database is away, before its caller is told. */
const patienceMs = 5_000

/** A delivery that is this process's own from the start, and the lane that it goes to. */
type Owned = { lane: Lane; delivery: NewDelivery; event: StoredEvent }

type Submission = {
  workspaceId: string
  events: NewEvent[]
  traceParent: string | null
  resolve(stored: StoredEvent[]): void
  reject(error: unknown): void
}

/** The hub cannot store events now; nothing of the call was accepted. */
export class UnavailableError extends Error {
  constructor(cause: unknown) {
    super('The database cannot be reached; nothing was accepted. Try again.', { cause })
    this.name = 'UnavailableError'
  }
}

/**
 * Whether the connection, the server or a rival failed rather than the statement, so that it is worth another try: connection
 * exceptions (08), resources (53), shutdowns (57P), serialisation and deadlocks (40), locks (55P03), a standby (25006), sockets.
 */
export const isPassingFailure = (error: unknown): boolean => {
  const { code, message } = error as { code?: string; message?: string }
  if (code === undefined) return /connection|timeout/i.test(message ?? '')
  return /^(08|53|57P|40|55P03|25006|E[A-Z]{4,})/.test(code)
}

/**
 * Stores events with their fan-out. Whoever publishes in the same moment shares a commit; a delivery whose lane has room in
 * memory is inserted as this process's own and handed on after the commit, so the database is not asked for it again.
 */
export function createAcceptance(options: {
  database: Database
  clock: Clock
  dispatcher: Dispatcher
  subscriptions: ReturnType<typeof createSubscriptions>
  kind(name: string): DeliveryKind
  owner(): number
  /** Whether this process delivers at all. */
  delivers(): boolean
  /** Work was left for whoever claims it. */
  onSpilled(): void
  onAccepted(workspaceId: string, count: number): void
  /** Rows may or may not have been inserted as this process's own. */
  onUncertain(): void
}) {
  const { database, dispatcher, subscriptions, clock } = options
  const queue: Submission[] = []
  let underway = 0
  let waiting = 0
  let flushing = false

  function store(workspaceId: string, event: NewEvent, traceParent: string | null): StoredEvent {
    const id = newId(clock)
    return {
      workspaceId,
      id,
      type: event.type,
      payload: JSON.stringify(event.payload ?? null),
      occurredAt: event.occurredAt ?? new Date(clock.now()),
      channels: event.channels ?? null,
      traceParent,
    }
  }

  function scheduleFlush(): void {
    if (flushing || underway >= commits || queue.length === 0) return
    flushing = true
    // Requests read from the sockets in this turn of the loop join the same commit.
    setImmediate(() => {
      flushing = false
      if (underway >= commits || queue.length === 0) return
      let count = 0
      let taken = 0
      while (taken < queue.length && count < batchSize) count += queue[taken++]!.events.length
      const submissions = queue.splice(0, taken)
      underway += 1
      void commit(submissions).finally(() => {
        underway -= 1
        scheduleFlush()
      })
      scheduleFlush()
    })
  }

  async function commit(submissions: Submission[]): Promise<void> {
    try {
      await insert(submissions)
    } catch (error) {
      if (submissions.length > 1 && !(error instanceof UnavailableError)) {
        // One caller's event that the database refuses must not sink the others'.
        for (const submission of submissions) await commit([submission])
      } else for (const { reject } of submissions) reject(error)
    }
  }

  async function insert(submissions: Submission[]): Promise<void> {
    const stored = submissions.map(({ workspaceId, events, traceParent }) =>
      events.map((event) => store(workspaceId, event, traceParent)),
    )
    const events = stored.flat()
    const deadline = Date.now() + patienceMs
    let again = false
    for (;;) {
      const versions = new Map<string, number>()
      const deliveries: NewDelivery[] = []
      const owned: Owned[] = []
      try {
        for (let i = 0; i < submissions.length; i++) {
          const { workspaceId, events: wanted } = submissions[i]!
          const fan = subscriptions.cached(workspaceId) ?? (await subscriptions.load(database.hub, workspaceId, true))
          versions.set(workspaceId, fan.version)
          for (let j = 0; j < wanted.length; j++) {
            const event = stored[i]![j]!
            for (const subscription of fan.match(wanted[j]!)) deliveries.push(fanOut(event, subscription, owned))
          }
        }
        const stale = await insertAlone(
          database.hot,
          { events, deliveries, versions },
          options.delivers() ? options.owner() : null,
          again,
        )
        unpromise(owned)
        if (stale.length > 0) {
          for (const workspaceId of stale) await subscriptions.load(database.hub, workspaceId, true)
          continue
        }
      } catch (error) {
        unpromise(owned)
        if (lacksPartition(error)) {
          await ensurePartitions(database.pool, clock.now(), clock.now())
          continue
        }
        if (!isPassingFailure(error)) throw error
        // The rows may stand there as this process's own, and the next attempt may leave them to others.
        options.onUncertain()
        again = true
        if (Date.now() < deadline) {
          await new Promise((resolve) => setTimeout(resolve, 100))
          continue
        }
        throw new UnavailableError(error)
      }
      handOn(owned)
      left(deliveries)
      for (let i = 0; i < submissions.length; i++) {
        options.onAccepted(submissions[i]!.workspaceId, stored[i]!.length)
        submissions[i]!.resolve(stored[i]!)
      }
      dispatcher.pump()
      return
    }
  }

  /** Makes a delivery of an event; where its lane has room in memory it is to be inserted as this process's own, and room is promised. */
  function fanOut(event: StoredEvent, { lane: laneId, kind }: { lane: string; kind: string }, owned: Owned[]) {
    const lane = roomyLane(event.workspaceId, laneId, kind)
    const { workspaceId, id } = event
    const delivery: NewDelivery = { workspaceId, id, lane: laneId, kind, owned: lane !== undefined }
    if (lane) {
      dispatcher.promise(lane)
      owned.push({ lane, delivery, event })
    }
    return delivery
  }

  /** What was inserted as this process's own goes to its lanes. */
  function handOn(owned: Owned[]): void {
    for (const { lane, delivery, event } of owned) {
      const { workspaceId, id, lane: laneId, kind } = delivery
      dispatcher.add(dispatcher.laneFor(workspaceId, laneId, lane.policy), {
        workspaceId,
        id,
        lane: laneId,
        kind,
        attempt: 0,
        key: null,
        run: { delivery: { event, lane: laneId, kind, attempt: 0 } },
      })
    }
  }

  /** Tells of deliveries that were left in the database. Those of a lane that pauses, or tries how its destination is, are found after that. */
  function left(deliveries: NewDelivery[]): void {
    let isWaiting = false
    for (const delivery of deliveries) {
      if (delivery.owned) continue
      const lane = dispatcher.lane(delivery.lane)
      if (lane) lane.backlog = true
      isWaiting ||= !lane || (lane.pausedUntil <= clock.now() && !isTrying(lane))
    }
    if (isWaiting) options.onSpilled()
  }

  const isTrying = (lane: Lane): boolean => lane.breaker === 'half_open' && lane.running + lane.waiting.length > 0

  const unpromise = (owned: Owned[]): void => {
    for (const { lane } of owned) dispatcher.unpromise(lane)
  }

  /** The lane in memory where a new delivery may go straight away; undefined where it has to wait in the database. */
  function roomyLane(workspaceId: string, laneId: string, kindName: string): Lane | undefined {
    if (!options.delivers()) return undefined
    const policy = options.kind(kindName).policy(laneId)
    if (!policy || isExclusive(policy)) return undefined
    const lane = dispatcher.laneFor(workspaceId, laneId, policy)
    // What waits in the database is older than this event, so it goes first.
    if (lane.backlog || dispatcher.roomIn(lane) === 0) return undefined
    return lane
  }

  const refreshing = new Set<string>()

  /**
   * Reads the subscriptions of a workspace again for those who publish after this transaction: what it sees itself may roll back and must not be
   * remembered, and a workspace that only ever publishes within transactions would read them each time.
   */
  function refreshAfter(tx: Db, workspaceId: string): void {
    onCommit(tx, () => {
      if (refreshing.has(workspaceId)) return
      refreshing.add(workspaceId)
      subscriptions
        .load(database.hub, workspaceId, true)
        // Whoever publishes next reads them, then.
        .catch(() => {})
        .finally(() => refreshing.delete(workspaceId))
    })
  }

  return {
    accept(workspaceId: string, events: NewEvent[]): Promise<StoredEvent[]> {
      const { promise, resolve, reject } = Promise.withResolvers<StoredEvent[]>()
      waiting += 1
      queue.push({ workspaceId, events, traceParent: currentTraceParent(), resolve, reject })
      scheduleFlush()
      return promise.finally(() => {
        waiting -= 1
      })
    },
    /** How many calls of `accept` wait for their commit. */
    waiting: () => waiting,

    async publish(tx: Db, workspaceId: string, events: NewEvent[]): Promise<PublishedEvent[]> {
      const stored = events.map((event) => store(workspaceId, event, currentTraceParent()))
      const cached = subscriptions.cached(workspaceId)
      if (!cached) refreshAfter(tx, workspaceId)
      let fan = cached ?? (await subscriptions.load(tx, workspaceId, false))
      for (;;) {
        const owned: Owned[] = []
        const published = stored.map((event, i) => ({
          ...event,
          deliveries: fan.match(events[i]!).map((one) => fanOut(event, one, owned)),
        }))
        const deliveries = published.flatMap((event) => event.deliveries)
        const versions = new Map([[workspaceId, fan.version]])
        let stale: string[]
        try {
          const owner = owned.length > 0 ? options.owner() : null
          stale = await insertWithin(tx, { events: stored, deliveries, versions }, owner)
        } catch (error) {
          unpromise(owned)
          throw error
        }
        if (stale.length === 0) {
          onEnd(tx, (end) => {
            unpromise(owned)
            if (end === 'committed') {
              handOn(owned)
              left(deliveries)
              dispatcher.pump()
            } else if (end === 'unknown' && owned.length > 0) options.onUncertain()
          })
          return published
        }
        unpromise(owned)
        refreshAfter(tx, workspaceId)
        fan = await subscriptions.load(tx, workspaceId, false)
      }
    },
  }
}
