import type { Database } from '../db/database.ts'
import { ensurePartitions, lacksPartition } from '../engine/partitions.ts'
import type { IntegrationRow } from '../integrations/queries.ts'
import type { Clock } from '../lib/clock.ts'
import type { Processing } from './processing.ts'
import { type InboundRow, insertInbound } from './queries.ts'

/** A webhook, and the integration whose job is to process it; none where it is only kept. */
export type Stored = { row: InboundRow; integration?: IntegrationRow }
type Waiting = { stored: Stored[]; resolve: () => void; reject: (error: unknown) => void }

/** Most webhooks of one transaction: few enough that one of a megabyte each does no harm. */
const mostAtOnce = 64

/**
 * Stores webhooks together with the jobs that process them. What comes while a transaction is under way shares the next one, so that
 * a burst costs few commits; each caller hears of its own when it is durable.
 */
export function createStoring(deps: { database: Database; processing: Processing; clock: Clock }) {
  const { database, processing, clock } = deps
  const waiting: Waiting[] = []
  let isWriting = false

  const insert = (all: Stored[]) =>
    database.transaction(async (tx) => {
      await insertInbound(
        tx,
        all.map(({ row }) => row),
      )
      await processing.enqueueAll(
        tx,
        all.flatMap(({ row, integration }) =>
          integration && row.status === 'received' ? [{ integration, job: { inboundId: row.id } }] : [],
        ),
      )
    })

  async function write(all: Stored[]): Promise<void> {
    try {
      await insert(all)
    } catch (error) {
      if (!lacksPartition(error)) throw error
      await ensurePartitions(database.pool, clock.now(), clock.now())
      await insert(all)
    }
  }

  async function writeTogether(group: Waiting[]): Promise<void> {
    try {
      await write(group.flatMap(({ stored }) => stored))
      for (const { resolve } of group) resolve()
    } catch (error) {
      const [first, ...others] = group
      if (others.length === 0) return first!.reject(error)
      // One that cannot be stored must not take the others with it.
      for (const one of group) await writeTogether([one])
    }
  }

  async function writeAll(): Promise<void> {
    isWriting = true
    while (waiting.length > 0) await writeTogether(waiting.splice(0, mostAtOnce))
    isWriting = false
  }

  /** Resolves when all are stored. */
  return (stored: Stored[]): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ stored, resolve, reject })
      if (!isWriting) void writeAll()
    })
}
