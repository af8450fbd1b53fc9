import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Db, openDatabase } from '../db/database.ts'
import { systemClock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { silentLog } from '../lib/log.ts'
import { testDatabase } from '../test/database.ts'
import { until } from '../test/until.ts'
import { createEngine } from './engine.ts'
import { systemWorkspace } from './types.ts'

for (const [lost, statement] of [
  ['claim', 'tenon claim'],
  ['release of an exclusive lane', 'tenon let go'],
] as const) {
  test(`when the answer to a ${lost} is lost, the work is done all the same, and in order`, async (t) => {
    await using base = await testDatabase()
    const database = openDatabase({ connection: { connectionString: base.url }, max: 10, log: silentLog })
    const answers = loseFirstAnswer(database.hot, statement)
    const engine = createEngine({ database, clock: systemClock, log: silentLog, role: 'all', retentionDays: 30 })
    const ran: unknown[] = []
    const policy = { ordered: true }
    engine.define('counted', { delivers: false, policy, run: async ({ payload }) => void ran.push(payload) })
    await engine.start()
    t.after(async () => {
      await engine.stop(1_000)
      await database.close()
    })

    for (const payload of [1, 2, 3]) {
      await engine.enqueue(database.hub, [{ workspaceId: systemWorkspace, kind: 'counted', payload }])
    }
    await until('the lost answer', () => answers.lost)
    await engine.enqueue(database.hub, [{ workspaceId: systemWorkspace, kind: 'counted', payload: 4 }])

    await until('all jobs', () => ran.length >= 4)
    assert.deepEqual(ran, [1, 2, 3, 4])
  })
}

test('what a transaction published is delivered also when the answer to its commit is lost', async (t) => {
  await using base = await testDatabase()
  const database = openDatabase({ connection: { connectionString: base.url }, max: 10, log: silentLog })
  const engine = createEngine({ database, clock: systemClock, log: silentLog, role: 'all', retentionDays: 30 })
  const received: string[] = []
  const lane = newId(systemClock)
  engine.define('noted', {
    delivers: true,
    policy: () => ({}),
    load: async () => {},
    retry: () => () => undefined,
    attempt: async ({ event }) => {
      received.push(event.payload)
      return { result: 'done', durationMs: 0 }
    },
  })
  await engine.start()
  t.after(async () => {
    await engine.stop(1_000)
    await database.close()
  })

  const published = database.transaction(async (tx) => {
    await engine.publish(tx, systemWorkspace, [{ type: 'a.thing', payload: 1, only: { lane, kind: 'noted' } }])
    loseCommit(tx)
  })

  await assert.rejects(published, /the connection broke/)
  await until('the delivery', () => received.length > 0)
  assert.deepEqual(received, ['1'])
})

/** Lets the transaction commit without an answer. */
function loseCommit(tx: Db): void {
  const executor = tx.getExecutor()
  const { executeQuery } = executor
  Object.assign(executor, {
    executeQuery: async (...query: Parameters<typeof executeQuery>) => {
      const answer = await executeQuery.apply(executor, query)
      if (query[0].sql === 'commit') throw Object.assign(new Error('the connection broke'), { code: '57P01' })
      return answer
    },
  })
}

/** Lets the statement happen once without an answer, as a connection does that breaks at the wrong moment. */
function loseFirstAnswer(pool: object, statement: string): { lost: boolean } {
  const answers = { lost: false }
  const { query } = pool as { query: (...args: unknown[]) => Promise<{ rowCount: number | null }> }
  Object.assign(pool, {
    query: async (asked: { name?: string }, ...rest: unknown[]) => {
      const answer = await query.call(pool, asked, ...rest)
      if (answers.lost || asked.name !== statement || !answer.rowCount) return answer
      answers.lost = true
      throw Object.assign(new Error('the connection broke'), { code: '57P01' })
    },
  })
  return answers
}
