import { Fifo } from '../lib/fifo.ts'
import type { Delivery, Job, LanePolicy } from './types.ts'

/** Work that this process owns, from its claim or acceptance to its completion. */
export type Work = {
  workspaceId: string
  id: string
  lane: string
  kind: string
  attempt: number
  key: string | null
  run: { delivery: Delivery } | { job: Job }
}

/**
 * How many of a lane run at a time where its policy does not say, which is learnt as TCP learns it (slow start, RFC 5681): few until the
 * destination answers, and one more with each success. One that hangs would otherwise take the places of many that are well.
 */
export const slowStart = { from: 10, to: 64 }
/** At how little of it more is brought from the database: fewer and larger claims cost less for each row. */
const lowWater = 1_500

/** How much starts in one turn of the event loop while many requests wait for it. */
const pressedStarts = 16

export type Lane = {
  readonly workspaceId: string
  readonly id: string
  policy: LanePolicy
  readonly waiting: Fifo<Work>
  /** What waits of it in memory, as `sizeOf` estimates it. */
  bytes: number
  running: number
  /** Room promised to work whose insertion has not committed yet. */
  promised: number
  /** Whether it stands in its workspace's ring. */
  queued: boolean
  /** More of it may wait in the database. */
  backlog: boolean
  /** Epoch milliseconds until which nothing of it starts. */
  pausedUntil: number
  /** Failures since the last success, as far as this process has seen. */
  failures: number
  /** How many run at a time where the policy does not say. */
  window: number
  breaker: 'closed' | 'open' | 'half_open'
  opened: number
  tokens: number
  askingForTokens: boolean
  /** This process holds the lane exclusively, as ordered and counted lanes require. */
  held: boolean
  /** What waited of it is on its way back to the database. */
  givingBack: Promise<void> | undefined
}

type WorkspaceRing = { id: string; lanes: Fifo<Lane>; queued: boolean }

/** About what a work takes in memory beside its payload. */
const overheadBytes = 512
const sizeOf = ({ run }: Work): number => ('delivery' in run ? run.delivery.event.payload.length : 0) + overheadBytes

/** Lanes that only one process may work on at a time. */
export const isExclusive = (policy: LanePolicy): boolean => policy.ordered === true || policy.concurrency !== undefined

/**
 * Decides what runs next. Workspaces take turns, and within a workspace its lanes do, so that neither a busy tenant nor a
 * busy destination makes the others wait; each step takes constant time however many there are.
 */
export function createDispatcher(options: {
  /** How much runs at a time in this process. */
  concurrency: number
  /** How much waits in this process's memory, in works and in bytes; the rest waits in the database. */
  room: number
  roomBytes: number
  now(): number
  /** Whether many requests wait to be accepted; they go first, and work that begins takes a small part of each turn of the event loop. */
  isPressed?(): boolean
  start(work: Work, lane: Lane): void
  /** Asks for tokens of a rate-limited lane; `grant` is called with the answer. */
  askForTokens(lane: Lane, want: number): void
  /** A lane with backlog has room again. */
  onRoom(): void
}) {
  const lanes = new Map<string, Lane>()
  const workspaces = new Map<string, WorkspaceRing>()
  const ring = new Fifo<WorkspaceRing>()
  const inHand = new Set<Work>()
  let running = 0
  let waiting = 0
  let bytes = 0
  let promised = 0
  let open = true
  /** What has started since the turn of the event loop began; counted only while requests press. */
  let started = 0
  let counting = false

  function laneFor(workspaceId: string, id: string, policy: LanePolicy): Lane {
    let lane = lanes.get(id)
    if (!lane) {
      lane = {
        workspaceId,
        id,
        policy,
        waiting: new Fifo(),
        bytes: 0,
        running: 0,
        promised: 0,
        queued: false,
        backlog: false,
        pausedUntil: 0,
        failures: 0,
        window: slowStart.from,
        breaker: 'closed',
        opened: 0,
        tokens: 0,
        askingForTokens: false,
        held: false,
        givingBack: undefined,
      }
      lanes.set(id, lane)
    }
    lane.policy = policy
    return lane
  }

  function limitOf({ policy, breaker, window, failures }: Lane): number {
    if (breaker === 'half_open' || policy.ordered) return 1
    // Nothing takes the place of what failed until something succeeds: many tries that end together would begin as many, in vain.
    return policy.concurrency ?? (policy.breaker === false ? window : Math.max(1, window - failures))
  }

  function canStart(lane: Lane): boolean {
    if (lane.waiting.length === 0 || lane.running >= limitOf(lane) || lane.pausedUntil > options.now()) return false
    if (lane.policy.ratePerSecond !== undefined && lane.tokens < 1) {
      if (!lane.askingForTokens) {
        lane.askingForTokens = true
        options.askForTokens(lane, Math.min(lane.waiting.length, Math.max(1, Math.ceil(lane.policy.ratePerSecond))))
      }
      return false
    }
    return true
  }

  function enqueue(lane: Lane): void {
    if (lane.queued || !canStart(lane)) return
    lane.queued = true
    let workspace = workspaces.get(lane.workspaceId)
    if (!workspace) {
      workspace = { id: lane.workspaceId, lanes: new Fifo(), queued: false }
      workspaces.set(lane.workspaceId, workspace)
    }
    workspace.lanes.push(lane)
    if (!workspace.queued) {
      workspace.queued = true
      ring.push(workspace)
    }
  }

  /** Answers of destinations come in bunches, and each begins the next try: without a bound, requests would wait for all of them. */
  function mayStart(): boolean {
    if (!options.isPressed?.()) return true
    if (!counting) {
      counting = true
      setImmediate(() => {
        counting = false
        started = 0
        pump()
      })
    }
    if (started >= pressedStarts) return false
    started += 1
    return true
  }

  function pump(): void {
    while (open && running < options.concurrency && ring.length > 0 && mayStart()) {
      const workspace = ring.shift()
      if (!workspace) return
      const lane = workspace.lanes.shift()!
      lane.queued = false
      if (canStart(lane)) {
        const work = lane.waiting.shift()!
        const size = sizeOf(work)
        waiting -= 1
        bytes -= size
        lane.bytes -= size
        running += 1
        lane.running += 1
        if (lane.policy.ratePerSecond !== undefined) lane.tokens -= 1
        options.start(work, lane)
        enqueue(lane)
      }
      if (workspace.lanes.length > 0) ring.push(workspace)
      else {
        workspace.queued = false
        workspaces.delete(workspace.id)
      }
    }
  }

  /** A lane that neither holds work nor remembers anything is forgotten, so memory follows the work in hand. */
  function forget(lane: Lane): void {
    if (
      lane.running + lane.waiting.length + lane.promised === 0 &&
      !lane.held &&
      !lane.queued &&
      !lane.askingForTokens
    ) {
      if (lane.failures === 0 && lane.breaker === 'closed' && lane.pausedUntil <= options.now()) lanes.delete(lane.id)
    }
  }

  return {
    lane: (id: string): Lane | undefined => lanes.get(id),
    laneFor,
    lanes: () => lanes.values(),
    status: () => ({ running, waiting }),

    /**
     * How much more of a lane may come into memory. It may take as much as it leaves to all others: a lane alone gets half of the
     * room, two get a third each, and however many are full of work, the next one finds room.
     */
    roomIn(lane: Lane): number {
      if (!open || lane.bytes >= options.roomBytes - bytes || lane.pausedUntil > options.now()) return 0
      // One try tells whether the destination is well again; what came with it would have to be given back.
      if (lane.breaker === 'half_open') return lane.running + lane.waiting.length + lane.promised > 0 ? 0 : 1
      return Math.max(0, options.room - waiting - promised - lane.waiting.length - lane.promised)
    },
    /** Whether so little of it is left in memory that more should be claimed. */
    runsLow: (lane: Lane): boolean => lane.waiting.length + lane.promised < lowWater,
    hasRoom: () => open && bytes < options.roomBytes && waiting + promised < options.room,

    /** Promises room for work about to be inserted; to be followed by `add` or `unpromise`. */
    promise(lane: Lane, count = 1): void {
      lane.promised += count
      promised += count
    },
    unpromise(lane: Lane, count = 1): void {
      lane.promised -= count
      promised -= count
      forget(lane)
    },

    add(lane: Lane, work: Work): void {
      // Jobs have no destination that might hang.
      if ('job' in work.run) lane.window = slowStart.to
      inHand.add(work)
      lane.waiting.push(work)
      const size = sizeOf(work)
      waiting += 1
      bytes += size
      lane.bytes += size
      enqueue(lane)
    },
    pump,

    /** Work has ended and its completion is on its way. */
    finish(lane: Lane): void {
      running -= 1
      lane.running -= 1
      enqueue(lane)
      if (lane.backlog && lane.waiting.length < lowWater) options.onRoom()
      pump()
    },

    /** The work's end is durable, or it was taken over: it is no longer this process's. */
    dismiss(work: Work): void {
      inHand.delete(work)
    },
    /** All work of this process that waits, runs, or has ended and is not yet written. */
    inHand: () => inHand.values(),

    grant(lane: Lane, tokens: number): void {
      lane.askingForTokens = false
      lane.tokens += tokens
      enqueue(lane)
      pump()
    },

    /** Takes out what waits, so that it can be given back to the database. */
    takeWaiting(lane: Lane): Work[] {
      const taken = lane.waiting.drain()
      waiting -= taken.length
      bytes -= lane.bytes
      lane.bytes = 0
      for (const work of taken) inHand.delete(work)
      if (taken.length > 0) lane.backlog = true
      return taken
    },

    /** Lets a lane whose pause or policy has changed go on. */
    revisit(lane: Lane): void {
      enqueue(lane)
      pump()
      forget(lane)
    },
    forget,
    close: () => {
      open = false
    },
  }
}

export type Dispatcher = ReturnType<typeof createDispatcher>
