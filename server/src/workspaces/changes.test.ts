import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '../db/database.ts'
import { silentLog } from '../lib/log.ts'
import { testDatabase } from '../test/database.ts'
import { listenForChanges } from './changes.ts'

test('stops at once, also while its connection is being made', async () => {
  await using open = await openedDatabase()
  let opened: ReturnType<typeof open.database.connect> | undefined
  const database = {
    ...open.database,
    connect: () => {
      const connection = open.database.connect()
      opened = connection
      return connection
    },
  }

  const listener = listenForChanges({ database, log: silentLog, onChange: () => {} })
  await listener.stop()

  await assert.rejects((await opened!).query('select 1'))
})

test('hears of a change, and stops while it listens', async () => {
  await using open = await openedDatabase()
  const { database } = open
  const heard = Promise.withResolvers<void>()
  let count = 0

  const listener = listenForChanges({
    database,
    log: silentLog,
    onChange: () => {
      count += 1
      // The first is what it may have missed before it listened.
      if (count === 1) void database.pool.query('notify tenon_changed')
      else heard.resolve()
    },
  })
  await heard.promise
  await listener.stop()

  assert.equal(count, 2)
})

async function openedDatabase() {
  const own = await testDatabase()
  const database = openDatabase({ connection: { connectionString: own.url }, max: 6, log: silentLog })
  return {
    database,
    [Symbol.asyncDispose]: async () => {
      await database.close()
      await own[Symbol.asyncDispose]()
    },
  }
}
