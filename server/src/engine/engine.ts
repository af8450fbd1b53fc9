import { getHeapStatistics } from 'node:v8'
import { asWork, type Database, type Db, onCommit } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { startClientSpan } from '../lib/tracing.ts'
import { within } from '../lib/within.ts'
import { createAcceptance } from './accept.ts'
import { createAcceptedCounts } from './accepted-counts.ts'
import * as breaker from './breaker.ts'
import { findPauses } from './claim.ts'
import { createClaimer } from './claimer.ts'
import type { Completion } from './completion.ts'
import { createDispatcher, type Lane, type Work } from './dispatcher.ts'
import { laneOf } from './lane.ts'
import { maintain } from './maintenance.ts'
import { ensurePartitions } from './partitions.ts'
import { createPresence } from './presence.ts'
import { createSettlement } from './settle.ts'
import { createStrays } from './strays.ts'
import { createSubscriptions, type SubscriptionSource } from './subscriptions.ts'
import { createTimetable } from './timetable.ts'
import { type Delivery, type DeliveryKind, type Engine, type JobKind, type Outcome, systemWorkspace } from './types.ts'
import * as work from './work.ts'

const day = 86_400_000
/** How much runs at a time in a process, of all lanes together. */
export const concurrency = 1_024
/**
 * How much waits in memory. What does not fit is claimed from the database when its turn comes, which costs PostgreSQL and the process
 * about 13 µs each: a burst that is accepted three times as fast as it is delivered is to fit.
 */
const room = { works: 200_000, mostBytes: 128 * 1_048_576 }
/** So many requests that wait for their commit go before deliveries: their callers stand still, and deliveries catch up later. */
const pressingRequests = 8
/** Outcomes not yet written at which no new try begins: the database is slower than the destinations. */
const pendingLimit = 1_000
const maintenance = 'engine.maintenance'

/** A job whose lease was lost: another process has it, and this one's writes must not happen. */
export class LostWorkError extends Error {
  constructor(id: string) {
    super(`The job ${id} was taken over by another process; nothing was written.`)
    this.name = 'LostWorkError'
  }
}

/** Makes the engine: durable events, deliveries and jobs in lanes, on PostgreSQL. */
export function createEngine(options: {
  database: Database
  clock: Clock
  log: Log
  role: 'all' | 'api' | 'worker'
  retentionDays: number
  /** How much runs at a time. */
  concurrency?: number
}): Engine {
  const { database, clock, log, role } = options
  const kinds = new Map<string, DeliveryKind | JobKind>()
  const sources: SubscriptionSource[] = []
  const schedules = new Map<string, string>()
  const pausedLanes = new Set<Lane>()
  /** Lanes whose state is to be read, with their workspaces; and the readings, one after another. */
  const changedLanes = new Map<string, string>()
  let looks: Promise<void> = Promise.resolve()
  const counters = { accepted: 0, delivered: 0, retried: 0, dead: 0, jobs: 0 }
  const delivers = role !== 'api'
  let stopping: AbortController | undefined
  let running = false
  let stopped = false
  let pauseTimer: NodeJS.Timeout | undefined

  const now = () => clock.now()
  const owner = () => presence.owner

  const dispatcher = createDispatcher({
    concurrency: options.concurrency ?? concurrency,
    room: room.works,
    roomBytes: Math.min(room.mostBytes, getHeapStatistics().heap_size_limit / 16),
    now,
    isPressed: () => acceptance.waiting() >= pressingRequests,
    start: (work, lane) => void asWork(() => start(work, lane)),
    askForTokens: (lane, want) => void grantTokens(lane, want),
    onRoom: () => claimer.wake(),
  })
  const subscriptions = createSubscriptions(sources)
  const acceptedCounts = createAcceptedCounts(database)
  const presence = createPresence({
    database,
    log,
    role,
    onMessage: heard,
    onListening: learnPauses,
    onLost: () => {
      for (const lane of [...dispatcher.lanes()]) {
        dispatcher.takeWaiting(lane)
        lane.held = false
      }
      claimer.wake()
    },
    onReturned: (count) => {
      log.info({ count }, 'gave back the work of processes that are gone')
      woken()
    },
  })
  const strays = createStrays({ database, log, dispatcher, owner, onReleased: woken })
  const claimer = createClaimer({
    database,
    clock,
    log,
    dispatcher,
    strays,
    owner,
    kind: (name) => kinds.get(name),
    onPaused: lookAt,
    onHopeless: ({ payload: _payload, ...row }, reason, error) => {
      const hopeless: Work = { ...row, run: { job: { ...row, payload: null } } }
      const next = { do: 'die', reason } as const
      const completion = {
        work: hopeless,
        recorded: false,
        at: now(),
        durationMs: 0,
        status: null,
        error,
        response: null,
        next,
      }
      settlement.add(completion, () => {}, true)
    },
  })
  const settlement = createSettlement({
    database,
    log,
    owner,
    now,
    onFailed: async (tx, { work, next, status, error, response, durationMs }, lane) => {
      const kind = kinds.get(work.kind)
      if (!kind?.delivers || !kind.onSettled || !('delivery' in work.run)) return
      const outcome: Outcome = {
        result: 'failed',
        error: error ?? '',
        durationMs,
        status: status ?? undefined,
        response: response ?? undefined,
        final: next.do === 'die' && next.reason === 'rejected',
      }
      const state = { failingSince: lane?.failingSince ?? null, consecutiveFailures: lane?.consecutiveFailures ?? 0 }
      await kind.onSettled(tx, work.run.delivery, outcome, { ...state, dead: next.do === 'die' })
    },
    onWritten: () => dispatcher.pump(),
  })
  const timetable = createTimetable({
    database,
    clock,
    log,
    schedules,
    enqueueRound: async (tx, kind, round) => {
      await engine.enqueue(tx, [{ workspaceId: systemWorkspace, kind, payload: { round }, key: `every ${kind}` }])
    },
    onPromoted: () => claimer.wake(),
  })
  const acceptance = createAcceptance({
    database,
    clock,
    dispatcher,
    subscriptions,
    kind: (name) => {
      const kind = kinds.get(name)
      if (!kind?.delivers) throw new TypeError(`No kind of delivery is called ${JSON.stringify(name)}.`)
      return kind
    },
    owner,
    delivers: () => delivers && running,
    onSpilled: woken,
    onAccepted: (workspaceId, count) => {
      counters.accepted += count
      acceptedCounts.add(workspaceId, count, now())
    },
    onUncertain: strays.doubt,
  })

  /** Wakes this process's claimer, and the other processes'. */
  let notifying = false
  function woken(): void {
    if (delivers) claimer.wake()
    if (notifying) return
    notifying = true
    // One notification tells of everything of the next moment: NOTIFY takes a lock that all committers share.
    setTimeout(() => {
      notifying = false
      presence.notify('').catch(() => {})
    }, 2)
  }

  function heard(message: string): void {
    if (!delivers) return
    const [workspaceId, lane] = message.split(' ')
    if (workspaceId && lane) lookAt({ workspaceId, lane })
    claimer.wake()
  }

  /*
   * How lanes stand is read in turn, each after it was heard of: of a pause and its end that follow one another at once, the answer
   * to the first must not be taken for how things are.
   */
  function inTurn(look: () => Promise<void>): Promise<void> {
    const result = looks.then(look)
    looks = result.catch(() => {})
    return result
  }

  function lookAt({ workspaceId, lane }: { workspaceId: string; lane: string }): void {
    changedLanes.set(lane, workspaceId)
    inTurn(lookAtChanged).catch((error) => {
      log.warn({ err: error }, 'could not read how lanes stand; trying again')
      setTimeout(() => changedLanes.size > 0 && running && lookAt({ workspaceId, lane }), 1_000).unref()
    })
  }

  async function lookAtChanged(): Promise<void> {
    for (const [id, workspaceId] of changedLanes) {
      // What is heard of it from now on has it looked at once more.
      changedLanes.delete(id)
      try {
        await refresh(workspaceId, id)
      } catch (error) {
        changedLanes.set(id, workspaceId)
        throw error
      }
    }
  }

  /** Work for a paused lane is not to begin, whether or not this process has heard of the lane before. */
  function learnPauses(): Promise<void> {
    return inTurn(async () => {
      if (!delivers) return
      for (const { workspaceId, lane, until, breaker } of await findPauses(database.hot, now()))
        await pauseLane(dispatcher.lane(lane) ?? dispatcher.laneFor(workspaceId, lane, {}), until, breaker)
    })
  }

  async function pauseLane(lane: Lane, until: Date, state: Lane['breaker']): Promise<void> {
    lane.pausedUntil = until.getTime()
    if (state === 'closed') breaker.succeeded(lane)
    else lane.breaker = state
    lane.backlog = true
    await stopLane(lane)
  }

  /** A lane was paused or resumed by somebody: its row says how it stands. */
  async function refresh(workspaceId: string, id: string): Promise<void> {
    const [paused] = await findPauses(database.hot, now(), { workspaceId, lane: id })
    const lane = dispatcher.lane(id)
    if (paused) return pauseLane(lane ?? dispatcher.laneFor(workspaceId, id, {}), paused.until, paused.breaker)
    if (!lane) return
    lane.pausedUntil = 0
    breaker.succeeded(lane)
    dispatcher.revisit(lane)
    claimer.wake()
  }

  /** Gives back what waits of a paused lane, and watches for the pause's end. */
  async function stopLane(lane: Lane): Promise<void> {
    pausedLanes.add(lane)
    // One that is heard of while the process stops ends without it.
    if (!stopped) pauseTimer ??= setInterval(endPauses, 250)
    const waiting = dispatcher.takeWaiting(lane)
    if (waiting.length > 0) {
      // After those that are still on their way; whoever takes hold of the lane next must find all of them.
      const before = lane.givingBack
      const giveBack = lane.breaker === 'open' && !lane.held ? claimer.giveBackCalmly : claimer.giveBack
      lane.givingBack = Promise.all([before, giveBack(waiting).catch(() => {})]).then(() => {})
    }
    // Nothing will end here that would let go of it.
    if (lane.held && lane.running === 0) await claimer.unhold(lane)
  }

  function endPauses(): void {
    for (const lane of pausedLanes) {
      if (lane.pausedUntil > now()) continue
      pausedLanes.delete(lane)
      if (lane.breaker === 'open') lane.breaker = 'half_open'
      lane.backlog = true
      dispatcher.revisit(lane)
      claimer.wake()
    }
    if (pausedLanes.size === 0) {
      clearInterval(pauseTimer)
      pauseTimer = undefined
    }
  }

  async function grantTokens(lane: Lane, want: number): Promise<void> {
    const rate = lane.policy.ratePerSecond ?? 1
    let granted = 0
    // An empty bucket has its next token after 1/rate; asking more often would only cost.
    let wait = Math.min(1_000, Math.max(10, 1_000 / rate))
    try {
      granted = await engine.takeTokens(lane.workspaceId, lane.id, want, rate, Math.max(1, rate))
    } catch (error) {
      log.warn({ err: error, lane: lane.id }, 'could not take tokens; trying again')
      wait = 500
    }
    if (granted > 0) dispatcher.grant(lane, granted)
    else setTimeout(() => dispatcher.grant(lane, 0), wait)
  }

  async function start(work: Work, lane: Lane): Promise<void> {
    const at = now()
    const kind = kinds.get(work.kind)!
    let outcome: Outcome
    let completed = false
    if ('delivery' in work.run) {
      outcome = await attemptDelivery(work, work.run.delivery, kind as DeliveryKind)
    } else {
      const { job } = work.run
      const began = performance.now()
      try {
        await (kind as JobKind).run(job, {
          signal: stopping!.signal,
          complete: async (write) => {
            await completeWith(work, write)
            completed = true
          },
        })
        outcome = { result: 'done', durationMs: performance.now() - began }
      } catch (error) {
        if (completed) log.error({ err: error, jobId: job.id, kind: job.kind }, 'a job failed after it was complete')
        else if (!(error instanceof LostWorkError))
          log.warn({ err: error, jobId: job.id, kind: job.kind }, 'a job failed')
        completed ||= error instanceof LostWorkError
        outcome = {
          result: 'failed',
          error: error instanceof Error ? error.message : String(error),
          durationMs: performance.now() - began,
        }
      }
    }
    if (completed) {
      dispatcher.dismiss(work)
      finish(lane)
    } else settle(work, lane, at, outcome, kind)
  }

  async function attemptDelivery(work: Work, delivery: Delivery, kind: DeliveryKind): Promise<Outcome> {
    const at = now()
    const span = startClientSpan(`${work.kind} attempt`, delivery.event.traceParent, {
      'tenon.event_id': work.id,
      'tenon.lane': work.lane,
      'tenon.attempt': work.attempt + 1,
    })
    let outcome: Outcome
    try {
      outcome = await kind.attempt(delivery)
    } catch (error) {
      log.error({ err: error, eventId: work.id, lane: work.lane }, 'a delivery failed in a way its kind does not know')
      outcome = { result: 'failed', error: 'internal error of the hub', durationMs: now() - at }
    }
    if (span) {
      if (outcome.status !== undefined) span.setAttribute('http.response.status_code', outcome.status)
      // 2 is ERROR among OpenTelemetry's status codes; naming it would load its API where nothing is traced.
      if (outcome.result === 'failed') span.setStatus({ code: 2, message: outcome.error })
      span.end()
    }
    return outcome
  }

  /** A job's end and its writes in one transaction, refused where the job is no longer this process's. */
  async function completeWith(work: Work, write: (tx: Db) => Promise<void>): Promise<void> {
    await database.transaction(async (tx) => {
      const { numDeletedRows } = await tx
        .deleteFrom('ready')
        .where('workspaceId', '=', work.workspaceId)
        .where('id', '=', work.id)
        .where('lane', '=', work.lane)
        .where('owner', '=', owner())
        .executeTakeFirstOrThrow()
      if (numDeletedRows === 0n) throw new LostWorkError(work.id)
      if (work.key !== null) {
        await tx
          .deleteFrom('jobKeys')
          .where('workspaceId', '=', work.workspaceId)
          .where('key', '=', work.key)
          .where('id', '=', work.id)
          .execute()
      }
      await write(tx)
    })
    counters.jobs += 1
  }

  /** Decides what is to become of the work, and hands it on to be written. */
  function settle(work: Work, lane: Lane, at: number, outcome: Outcome, kind: DeliveryKind | JobKind): void {
    const recorded = kind.delivers
    const common = {
      work,
      recorded,
      at,
      durationMs: outcome.durationMs,
      status: outcome.status ?? null,
      response: outcome.response ?? null,
    }
    let completion: Completion
    if (outcome.result === 'done') {
      if (breaker.succeeded(lane)) claimer.wake()
      if (recorded) counters.delivered += 1
      else counters.jobs += 1
      completion = { ...common, error: null, next: { do: 'finish' } }
    } else {
      const rule = kind.delivers ? kind.retry(work.lane) : (kind.retry ?? defaultRetry)
      const wait = outcome.final ? undefined : rule(work.attempt + 1)
      const opened = recorded && !outcome.blameless ? breaker.failed(lane, now()) : undefined
      if (wait === undefined) {
        counters.dead += 1
        completion = {
          ...common,
          error: outcome.error,
          next: { do: 'die', reason: outcome.final ? 'rejected' : 'exhausted' },
          breaker: opened,
        }
      } else {
        counters.retried += 1
        const dueAt = now() + Math.max(wait, outcome.retryAfterMs ?? 0)
        const inPlace = lane.policy.ordered === true
        // Nothing of an ordered lane may overtake its failed head.
        if (inPlace) lane.pausedUntil = Math.max(lane.pausedUntil, dueAt)
        completion = { ...common, error: outcome.error, next: { do: 'retry', dueAt, inPlace }, breaker: opened }
      }
      if (lane.pausedUntil > now()) void stopLane(lane)
    }
    if (lane.held || settlement.pending() > pendingLimit)
      settlement.add(completion, () => written(completion, lane), true)
    else {
      settlement.add(completion, () => dismiss(completion), false)
      finish(lane)
    }
  }

  function written(completion: Completion, lane: Lane): void {
    dismiss(completion)
    finish(lane)
  }

  function dismiss({ work, next }: Completion): void {
    dispatcher.dismiss(work)
    if (next.do === 'retry' && !next.inPlace) timetable.expect(next.dueAt)
  }

  function finish(lane: Lane): void {
    dispatcher.finish(lane)
    if (lane.held && lane.running === 0 && lane.waiting.length === 0) {
      void claimer.unhold(lane).then(
        () => claimer.wake(),
        () => {},
      )
    } else dispatcher.forget(lane)
  }

  async function aroundLane(tx: Db, workspaceId: string, lane: string, change: Promise<void>): Promise<void> {
    await change
    onCommit(tx, () => void presence.notify(`${workspaceId} ${laneOf(lane)}`).catch(() => {}))
  }

  const engine: Engine = {
    define(name, kind) {
      if (kinds.has(name)) throw new TypeError(`The kind ${JSON.stringify(name)} is defined already.`)
      kinds.set(name, kind)
    },
    subscribe: (source) => void sources.push(source),
    every: (schedule, kind) => void schedules.set(kind, schedule),

    async start() {
      stopping = new AbortController()
      engine.define(maintenance, {
        delivers: false,
        run: () => maintain({ database, clock, log, retentionDays: options.retentionDays }),
      })
      engine.every('17 * * * *', maintenance)
      await ensurePartitions(database.pool, now() - day, now() + 7 * day)
      await presence.start()
      running = true
      if (delivers) {
        await timetable.start()
        claimer.wake()
      }
    },

    async stop(deadlineMs) {
      running = false
      stopped = true
      timetable.stop()
      strays.stop()
      dispatcher.close()
      const deadline = Date.now() + deadlineMs
      const patience = () => Math.max(1_000, deadline - Date.now())
      await within(claimer.stop(), patience())
      while (dispatcher.status().running > 0 && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 10))
      stopping?.abort(new Error('the hub is stopping'))
      clearInterval(pauseTimer)
      await within(settlement.drained(), patience())
      await within(acceptedCounts.stop(), patience())
      await within(presence.notify(''), patience()).catch(() => {})
      await presence.stop()
    },

    wake() {
      endPauses()
      timetable.look()
      claimer.wake()
    },

    status: () => ({
      running,
      owner: running ? presence.owner : undefined,
      inFlight: dispatcher.status().running,
      waiting: dispatcher.status().waiting,
      pending: settlement.pending(),
      counters,
    }),

    async publish(tx, workspaceId, events) {
      const stored = await acceptance.publish(tx, workspaceId, events)
      onCommit(tx, () => {
        counters.accepted += stored.length
        acceptedCounts.add(workspaceId, stored.length, now())
      })
      return stored
    },
    accept: acceptance.accept,
    subscriptionsChanged: work.subscriptionsChanged,

    enqueue: (tx, jobs) =>
      work.enqueue(tx, clock, jobs, () => {
        // A process that only answers requests must not promote: it would go on and claim what it promoted.
        if (delivers) timetable.look()
        woken()
      }),
    cancel: (tx, workspaceId, these) => work.cancel(tx, clock, workspaceId, these),
    replay: (tx, workspaceId, deliveries) => work.replay(tx, workspaceId, deliveries, woken),

    pause: (tx, workspaceId, lane, until) =>
      aroundLane(tx, workspaceId, lane, work.pause(tx, workspaceId, lane, until)),
    resume: (tx, workspaceId, lane) => aroundLane(tx, workspaceId, lane, work.resume(tx, workspaceId, lane)),
    takeTokens: (workspaceId, lane, want, rate, burst) =>
      work.takeTokens(database.hub, clock, workspaceId, lane, want, rate, burst),
  }
  return engine
}

/** Jobs that fail are tried again after 1 s, 2 s, 4 s … for about a day. */
const defaultRetry = (attempt: number): number | undefined =>
  attempt > 20 ? undefined : Math.min(3_600_000, 1_000 * 2 ** (attempt - 1))
