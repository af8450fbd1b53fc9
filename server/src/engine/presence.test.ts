import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { type Database, openDatabase } from '../db/database.ts'
import { silentLog } from '../lib/log.ts'
import { testDatabase } from '../test/database.ts'
import { until } from '../test/until.ts'
import { createPresence } from './presence.ts'

test('a stop that comes while a broken connection is made anew leaves neither connection nor owner behind', async () => {
  await using world = await createWorld()
  const { presence, database } = world
  await presence.start()
  const connection = world.holdNextConnection()
  await world.cutOff()

  await connection.wanted
  const stopped = presence.stop()
  connection.allow()
  await stopped

  const { rows } = await database.pool.query(
    "select from pg_stat_activity where application_name = 'tenon owner' and datname = current_database()",
  )
  assert.equal(rows.length, 0)
  assert.equal((await database.pool.query('select from owners')).rowCount, 0)
})

test('an owner whose lock is kept by a connection that PostgreSQL still believes in goes on renewing its lease', async () => {
  await using world = await createWorld()
  const { presence, database } = world
  await presence.start()
  await using rival = await world.waitForLock(presence.owner)
  await world.cutOff()
  await rival.locked
  const before = await world.lease()

  await until('two more tries to connect', () => world.connections() >= 3)

  assert.ok((await world.lease()) > before)
  await presence.stop()
  assert.equal((await database.pool.query('select from owners')).rowCount, 0)
})

async function createWorld() {
  const base = await testDatabase()
  const opened = openDatabase({ connection: { connectionString: base.url }, max: 6, log: silentLog })
  let gate: { wanted: () => void; open: Promise<void> } | undefined
  let connections = 0
  const database: Database = {
    ...opened,
    connect: async () => {
      connections += 1
      gate?.wanted()
      await gate?.open
      return await opened.connect()
    },
  }
  const presence = createPresence({
    ...{ database, log: silentLog, role: 'all' },
    onMessage: () => {},
    onListening: async () => {},
    onLost: () => {},
    onReturned: () => {},
  })

  return {
    presence,
    database,
    connections: () => connections,
    holdNextConnection() {
      const wanted = Promise.withResolvers<void>()
      const open = Promise.withResolvers<void>()
      gate = { wanted: wanted.resolve, open: open.promise }
      return { wanted: wanted.promise, allow: open.resolve }
    },
    /** Ends the connection on which the owner's lock is kept. */
    cutOff: () =>
      opened.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tenon owner' and datname = current_database()",
      ),
    /** A session that stands in the queue for an owner's lock, and has it as soon as the owner loses it. */
    async waitForLock(owner: number) {
      const client = new pg.Client({ connectionString: base.url })
      await client.connect()
      const locked = client.query('select pg_advisory_lock($1, $2)', [0x7e00, owner])
      return { locked, [Symbol.asyncDispose]: () => client.end() }
    },
    lease: async () => (await opened.pool.query<{ at: Date }>('select lease_until as at from owners')).rows[0]!.at,
    [Symbol.asyncDispose]: async () => {
      await opened.close()
      await base[Symbol.asyncDispose]()
    },
  }
}
