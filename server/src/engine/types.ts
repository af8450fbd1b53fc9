/*
 * Words of the engine.
 *
 *   Event      an immutable fact of a workspace; its id is a UUID of version 7, so it sorts by time of acceptance.
 *   Lane       the key that orders, paces and isolates work: an endpoint's id, or a name of its own (see `laneOf`).
 *   Delivery   one event on its way to one lane. Its identity is (event, lane): replaying it goes on with it.
 *   Job        work of a kind of its own, with a payload, in a lane.
 *   Work       either of them, while it waits or runs.
 *   Kind       what knows how to do a sort of work: 'webhook', 'replay' …
 *   Owner      a process that may hold work; a dead owner's work is given back.
 */
import type { Db } from '../db/database.ts'

/** What a caller wants to publish. */
export type NewEvent = {
  type: string
  payload: unknown
  /** When it happened, where that is not now. */
  occurredAt?: Date | undefined
  /** Endpoints that name channels hear only events that share one. */
  channels?: string[] | undefined
  /** Deliver to this lane alone, whatever the subscriptions say (tests of an endpoint). */
  only?: { lane: string; kind: string } | undefined
}

/** An event as it stands in the database. `payload` is JSON text, serialised once and sent as it is. */
export type StoredEvent = {
  workspaceId: string
  id: string
  type: string
  payload: string
  occurredAt: Date
  channels: string[] | null
  /** The trace it was accepted in; its attempts go on with it. */
  traceParent: string | null
}

/** An event as it was published, with the lanes that its deliveries wait in. */
export type PublishedEvent = StoredEvent & { deliveries: readonly { lane: string; kind: string }[] }

/** Says which events a destination wants. */
export type Subscription = {
  lane: string
  /** The kind of work that a delivery to it is. */
  kind: string
  /** Event types: exact, `booking.*` or `*`. */
  events: string[]
  channels: string[] | null
  /** A compiled filter on the event's payload; absent where everything passes. */
  accepts?: ((event: { type: string; payload: unknown }) => boolean) | undefined
}

/** How a lane is to be treated. All fields have a default. */
export type LanePolicy = {
  /** First in, first out: a failed head blocks the lane until it has succeeded or died. */
  ordered?: boolean | undefined
  /** How many at a time over all processes; a lane without it is bounded by the engine only. */
  concurrency?: number | undefined
  /** Tokens a second over all processes. */
  ratePerSecond?: number | undefined
  /** Whether failures in a row pause the lane for a while. Default true. */
  breaker?: boolean | undefined
}

/** What became of one try. */
export type Outcome =
  | { result: 'done'; status?: number | undefined; response?: string | undefined; durationMs: number }
  | {
      result: 'failed'
      error: string
      status?: number | undefined
      response?: string | undefined
      durationMs: number
      /** The destination named a time: not before that many milliseconds. */
      retryAfterMs?: number | undefined
      /** Not worth another try: the delivery dies at once. */
      final?: boolean | undefined
      /** The destination is well and refused only this: the lane's breaker takes no notice. */
      blameless?: boolean | undefined
    }

export type Delivery = { event: StoredEvent; lane: string; kind: string; attempt: number }
export type Job = { workspaceId: string; id: string; lane: string; kind: string; attempt: number; payload: unknown }

/** The wait in milliseconds before the try after `attempt` failed tries, or undefined when there is none left. */
export type RetryRule = (attempt: number) => number | undefined

/** A kind whose work is deliveries of events. */
export type DeliveryKind = {
  delivers: true
  /** The policy of a lane, from memory; undefined while it is not known, and then `load` is asked. */
  policy(lane: string): LanePolicy | undefined
  /** Brings the settings of lanes into memory. Lanes that it does not find are gone, and their deliveries die. */
  load(lanes: { workspaceId: string; lane: string }[]): Promise<void>
  attempt(delivery: Delivery): Promise<Outcome>
  retry(lane: string): RetryRule
  /** Runs in the transaction that records a death or a first failure in a while: for events and for disabling. */
  onSettled?(tx: Db, delivery: Delivery, outcome: Outcome, state: LaneState & { dead: boolean }): Promise<void>
}

/** A kind whose work is jobs. */
export type JobKind = {
  delivers: false
  policy?: LanePolicy
  retry?: RetryRule
  /**
   * Does the work. What it returns counts as done; what it throws as failed. A handler that changes the database calls
   * `complete` instead: the job's end and its writes are then one transaction, which fails when another process has taken the job over.
   */
  run(
    job: Job,
    control: { complete(write: (tx: Db) => Promise<void>): Promise<void>; signal: AbortSignal },
  ): Promise<void>
}

export type LaneState = {
  failingSince: Date | null
  consecutiveFailures: number
}

export type NewJob = {
  workspaceId: string
  kind: string
  payload: unknown
  /** A UUID, or a name that `laneOf` makes one; jobs of one lane share its policy. Default: the kind's own lane. */
  lane?: string | undefined
  dueAt?: Date | undefined
  /** While a job with this key is open, another is not made. */
  key?: string | undefined
}

/** The work of the hub itself belongs to no tenant. */
export const systemWorkspace = '00000000-0000-0000-0000-000000000001'

export type EngineStatus = {
  running: boolean
  owner: number | undefined
  inFlight: number
  /** Work waiting in this process's memory. */
  waiting: number
  /** Outcomes not yet written. */
  pending: number
  /** Since the start of this process. */
  counters: { accepted: number; delivered: number; retried: number; dead: number; jobs: number }
}

/** The engine, as the rest of the hub sees it. Another backend would have to pass `test/engine-contract.ts`. */
export type Engine = {
  /** Teaches the engine a kind of work. Before `start`. */
  define(name: string, kind: DeliveryKind | JobKind): void
  /** Adds a source of subscriptions: all active ones of the workspaces. Before `start`. */
  subscribe(source: (db: Db, workspaceIds: string[]) => Promise<(Subscription & { workspaceId: string })[]>): void
  /** Runs a job of this kind on a schedule (cron syntax, UTC). Before `start`. */
  every(schedule: string, kind: string): void

  start(): Promise<void>
  /** Takes no new work, lets what is in flight end for so long, gives back the rest. */
  stop(deadlineMs: number): Promise<void>
  /** Looks for work now rather than at the next poll: for tests, after the clock was moved. */
  wake(): void
  /** What `/ready` and the metrics show. */
  status(): EngineStatus

  /** Publishes within the caller's transaction, together with the fan-out. */
  publish(tx: Db, workspaceId: string, events: NewEvent[]): Promise<PublishedEvent[]>
  /** Publishes in a transaction shared with whoever else publishes in the same millisecond; resolves after its commit. */
  accept(workspaceId: string, events: NewEvent[]): Promise<StoredEvent[]>
  /** To be called in the transaction that changes a subscription. */
  subscriptionsChanged(tx: Db, workspaceId: string): Promise<void>

  /** Makes jobs within the caller's transaction. Answers their ids; the id of the open job where the key is taken. */
  enqueue(tx: Db, jobs: NewJob[]): Promise<string[]>
  /** Ends work that waits as a dead letter with the reason 'cancelled'. Answers how many there were; what runs is not touched. */
  cancel(tx: Db, workspaceId: string, work: { id: string; lane: string }[]): Promise<number>
  /** Puts ended deliveries back in their lanes. Answers how many; those still open or whose event is gone are left alone. */
  replay(tx: Db, workspaceId: string, deliveries: { id: string; lane: string; kind: string }[]): Promise<number>

  /** Stops a lane until a time, or until `resume`; what it holds stays. */
  pause(tx: Db, workspaceId: string, lane: string, until: Date | 'resumed'): Promise<void>
  /** Lets a lane run again, its breaker closed and its failures forgotten. */
  resume(tx: Db, workspaceId: string, lane: string): Promise<void>
  /** Takes up to `want` tokens of a lane's bucket, shared by all processes; answers how many were granted. */
  takeTokens(workspaceId: string, lane: string, want: number, ratePerSecond: number, burst: number): Promise<number>
}
