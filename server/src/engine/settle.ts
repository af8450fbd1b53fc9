import type { Database, Db } from '../db/database.ts'
import type { Log } from '../lib/log.ts'
import { isPassingFailure } from './accept.ts'
import { type Completion, flushDone, flushDoneJobs, flushFailed, type LaneRow } from './completion.ts'
import type { Work } from './dispatcher.ts'
import { ensurePartitions, lacksPartition } from './partitions.ts'

/** Most completions in one flush; failures run hooks, so they go in smaller ones. */
const doneBatch = 500
const failedBatch = 100
/**
 * How long outcomes gather that nothing waits for. A commit costs PostgreSQL about a millisecond whatever it holds: at 8,000
 * deliveries a second, commits back to back held 24 outcomes each and took a third of a core.
 */
const gatherMs = 10

type Entry = { completion: Completion; settled: () => void }

/**
 * Writes what became of tries, many at a time: while one flush is under way the next one fills. A flush that fails because
 * the database is away is repeated until it succeeds; one that the database refuses is taken apart until the culprit stands alone.
 */
export function createSettlement(options: {
  database: Database
  log: Log
  owner(): number
  now(): number
  /** Runs in the transaction that records a failure. */
  onFailed(tx: Db, completion: Completion, lane: LaneRow | undefined): Promise<void>
  onWritten(): void
}) {
  const { database, log } = options
  const done: Entry[] = []
  const doneJobs: { work: Work; settled: () => void }[] = []
  const failed: Entry[] = []
  let busy = 0
  const idle: (() => void)[] = []

  /** One loop per sort of completion; each takes what has gathered. What is urgent goes at once, with all that is there. */
  function loop<T extends { settled: () => void }>(queue: T[], size: number, write: (batch: T[]) => Promise<void>) {
    let running = false
    let urgent = false
    let hurry: (() => void) | undefined

    async function gather(): Promise<void> {
      if (!urgent && queue.length < size / 2) {
        const { promise, resolve } = Promise.withResolvers<void>()
        const timer = setTimeout(resolve, gatherMs)
        hurry = resolve
        await promise
        clearTimeout(timer)
        hurry = undefined
      }
      urgent = false
    }

    async function run(): Promise<void> {
      while (queue.length > 0) {
        await gather()
        const batch = queue.splice(0, size)
        await persist(batch, write)
        for (const { settled } of batch) settled()
        options.onWritten()
      }
    }

    function start(): void {
      running = true
      busy += 1
      // What ends in the same turn of the loop is written together.
      setImmediate(() => {
        void run().finally(() => {
          running = false
          busy -= 1
          // What `settled` set off may have ended since the last look at the queue, and found this loop still running.
          if (queue.length > 0) start()
          else if (busy === 0) for (const resolve of idle.splice(0)) resolve()
        })
      })
    }

    return (isUrgent: boolean): void => {
      if (isUrgent) urgent = true
      if (!running) start()
      else if (urgent || queue.length >= size / 2) hurry?.()
    }
  }

  async function persist<T>(batch: T[], write: (batch: T[]) => Promise<void>): Promise<void> {
    for (let wait = 50; ; wait = Math.min(2_000, wait * 2)) {
      try {
        await write(batch)
        return
      } catch (error) {
        if (lacksPartition(error)) {
          await ensurePartitions(database.pool, options.now(), options.now()).catch(() => {})
        } else if (!isPassingFailure(error) && batch.length > 1) {
          const half = Math.ceil(batch.length / 2)
          await persist(batch.slice(0, half), write)
          await persist(batch.slice(half), write)
          return
        } else if (!isPassingFailure(error)) {
          // The work stays ours in the table until this process ends, and is tried again then: nothing is lost.
          log.error({ err: error }, 'the outcome of a try could not be recorded')
          return
        } else
          log.warn(
            { err: error, count: batch.length },
            'the database is away; outcomes are kept and written when it is back',
          )
        await new Promise((resolve) => setTimeout(resolve, wait))
      }
    }
  }

  const flushDoneSoon = loop(done, doneBatch, (batch) =>
    flushDone(
      database.hot,
      batch.map(({ completion }) => completion),
      options.owner(),
    ),
  )
  const flushDoneJobsSoon = loop(doneJobs, doneBatch, (batch) =>
    flushDoneJobs(
      database.hot,
      batch.map(({ work }) => work),
      options.owner(),
    ),
  )
  const flushFailedSoon = loop(failed, failedBatch, async (batch) => {
    const completions = batch.map(({ completion }) => completion)
    await database.transaction(async (tx) => {
      const rows = new Map((await flushFailed(tx, completions, options.owner())).map((row) => [row.id, row]))
      for (const completion of completions) await options.onFailed(tx, completion, rows.get(completion.work.lane))
    })
  })

  return {
    /** `settled` is called when the completion is durable; where something waits for that, it is urgent. */
    add(completion: Completion, settled: () => void, isUrgent: boolean): void {
      if (completion.next.do !== 'finish') {
        failed.push({ completion, settled })
        flushFailedSoon(true)
      } else if (completion.recorded) {
        done.push({ completion, settled })
        flushDoneSoon(isUrgent)
      } else {
        doneJobs.push({ work: completion.work, settled })
        flushDoneJobsSoon(isUrgent)
      }
    },
    /** What is not yet written; a bound on it keeps memory flat while the database is away. */
    pending: () => done.length + doneJobs.length + failed.length,
    /** Resolves when everything added so far is written. */
    drained: (): Promise<void> => (busy === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
  }
}
