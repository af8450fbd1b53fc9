import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { silentLog } from '../lib/log.ts'
import { testDatabase } from '../test/database.ts'
import { until } from '../test/until.ts'
import { asWork, type Db, onEnd, openDatabase } from './database.ts'

test('a close cuts off what does not end, and lets the rest end', async () => {
  await using base = await testDatabase()
  const database = openDatabase({ connection: { connectionString: base.url }, max: 6, log: silentLog })
  const hanging = assert.rejects(database.hot.query('select pg_sleep(600) as hanging'))
  // Connected before: a machine may be too busy to do that within the close's time.
  await database.pool.query('select 1')
  await until('the query that hangs', async () => {
    const running = "select from pg_stat_activity where query = 'select pg_sleep(600) as hanging'"
    return (await database.pool.query(running)).rowCount === 1
  })
  const ending = database.pool.query('select pg_sleep(0.01)')

  await database.close(1_000)

  await hanging
  assert.equal((await ending).rowCount, 1)
  assert.equal(database.hot.totalCount, 0)
})

test('a close also cuts off what was still connecting', async () => {
  await using base = await testDatabase()
  const database = openDatabase({ connection: { connectionString: base.url }, max: 6, log: silentLog })

  const hanging = assert.rejects(database.hot.query('select pg_sleep(600) as connecting'))
  await database.close(0)

  await hanging
})

test('a request gets a connection however many the work takes', async () => {
  await using base = await testDatabase()
  const database = openDatabase({ connection: { connectionString: base.url }, max: 12, log: silentLog })
  const done = Promise.withResolvers<void>()
  const works = asWork(() => Array.from({ length: 20 }, () => database.transaction(() => done.promise)))

  const answer = await database.transaction(
    async (tx) => (await sql<{ one: number }>`select 1 as one`.execute(tx)).rows,
  )

  assert.deepEqual(answer, [{ one: 1 }])
  done.resolve()
  await Promise.all(works)
  await database.close()
})

test('whoever waits for the end of a transaction is told how it ended', async () => {
  await using base = await testDatabase()
  const database = openDatabase({ connection: { connectionString: base.url }, max: 6, log: silentLog })
  const ends: string[] = []
  const note = (tx: Db) => onEnd(tx, (end) => ends.push(end))

  await database.transaction(async (tx) => note(tx))
  await assert.rejects(
    database.transaction(async (tx) => {
      note(tx)
      throw new Error('changed my mind')
    }),
    /changed my mind/,
  )
  await assert.rejects(
    database.transaction(async (tx) => {
      note(tx)
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
      await database.hot.query('select pg_terminate_backend($1, 5000)', [rows[0]!.pid])
    }),
  )

  assert.deepEqual(ends, ['committed', 'rolled back', 'unknown'])
  await database.close()
})
