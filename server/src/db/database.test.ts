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
  const ending = database.pool.query('select pg_sleep(0.01)')
  await until('the query that hangs', () => database.hot.totalCount > 0 && database.hot.idleCount === 0)

  await database.close(50)

  await hanging
  assert.equal((await ending).rowCount, 1)
  assert.equal(database.hot.totalCount, 0)
})
