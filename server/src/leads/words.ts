import type { Database } from '../db/database.ts'
import { type Engine, systemWorkspace } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'
import { beginReadings, readPages, removeUnseen, takeReadings } from './word-queries.ts'

const kind = 'leads.words'
/** Steps of one job; each takes up to half a second. */
const mostSteps = 20

/**
 * Learns the words that leads have, by reading those that have changed, about a minute after. So leads are written without it. Once a day a
 * workspace is read as a whole, after which words that were not met are gone.
 */
export function learnWords(deps: {
  database: Database
  engine: Pick<Engine, 'define' | 'every' | 'enqueue'>
  clock: Clock
}): void {
  const { database, engine, clock } = deps

  /** Answers whether there was anything to read. */
  const step = (now: Date): Promise<boolean> =>
    database.transaction(async (tx) => {
      const workspaceIds = await takeReadings(tx, now)
      if (workspaceIds.length === 0) return false
      const over = await readPages(tx, workspaceIds, now)
      if (over.length > 0) await removeUnseen(tx, over)
      return true
    })

  engine.define(kind, {
    delivers: false,
    policy: { concurrency: 1, breaker: false },
    async run(_, { signal, complete }) {
      const now = new Date(clock.now())
      await beginReadings(database.hub, now)
      for (let steps = 0; steps < mostSteps; steps++) {
        signal.throwIfAborted()
        if (!(await step(now))) return
      }
      await complete(async (tx) => {
        await engine.enqueue(tx, [{ workspaceId: systemWorkspace, kind, payload: {} }])
      })
    },
  })
  engine.every('* * * * *', kind)
}
