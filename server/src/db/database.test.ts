import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../lib/log.ts'
import { testDatabase } from '../test/database.ts'
import { until } from '../test/until.ts'
import { openDatabase } from './database.ts'

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
