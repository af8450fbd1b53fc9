import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { testDatabase } from '../test/database.ts'
import { withClient } from '../test/server.ts'
import { migrate, migrationStatus, readMigrations } from './migrate.ts'

test('runs each migration once, in order, and says how many', async () => {
  await using database = await emptyDatabase()
  await using folder = await migrations({
    '0001_first.sql': 'create table first (id integer)',
    '0002_second.sql': 'alter table first add column name text; insert into first values (1, $$x$$)',
  })

  const before = await migrationStatus(database.url, folder)
  const first = await migrate(database.url, folder)
  const again = await migrate(database.url, folder)

  assert.deepEqual(before, { current: 0, expected: 2, pending: 2 })
  assert.equal(first.applied, 2)
  assert.equal(again.applied, 0)
  assert.deepEqual(await migrationStatus(database.url, folder), { current: 2, expected: 2, pending: 0 })
})

test('lets processes that start together run each migration once', async () => {
  await using database = await emptyDatabase()
  await using folder = await migrations({ '0001_first.sql': 'create table first (id integer); select pg_sleep(0.05)' })

  const results = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url, folder)))

  assert.deepEqual(results.map(({ applied }) => applied).toSorted(), [0, 0, 0, 1])
})

test('rolls a failing migration back and keeps those before it', async () => {
  await using database = await emptyDatabase()
  await using folder = await migrations({
    '0001_first.sql': 'create table first (id integer)',
    '0002_broken.sql': 'create table second (id integer); create table second (id integer)',
  })

  await assert.rejects(migrate(database.url, folder), /migration 2 \(broken\) failed.*"second" already exists/)

  assert.equal((await migrationStatus(database.url, folder)).current, 1)
  const { rows } = await withClient(database.url, (client) => client.query("select to_regclass('second') as found"))
  assert.equal(rows[0].found, null)
})

test('refuses a migration that was changed after it had run', async () => {
  await using database = await emptyDatabase()
  await using folder = await migrations({ '0001_first.sql': 'create table first (id integer)' })
  await migrate(database.url, folder)

  await writeFile(join(folder.folder, '0001_first.sql'), 'create table first (id bigint)')

  await assert.rejects(migrate(database.url, folder), /migration 1 \(first\) was changed.*new migration/)
})

test('takes no offence at other line endings', async () => {
  await using database = await emptyDatabase()
  await using folder = await migrations({ '0001_first.sql': 'create table first (\n  id integer\n)' })
  await migrate(database.url, folder)

  await writeFile(join(folder.folder, '0001_first.sql'), 'create table first (\r\n  id integer\r\n)')

  assert.equal((await migrate(database.url, folder)).applied, 0)
})

test('refuses a database that a newer program has migrated', async () => {
  await using database = await emptyDatabase()
  await using folder = await migrations({ '0001_first.sql': 'select 1', '0002_second.sql': 'select 2' })
  await migrate(database.url, folder)

  await rm(join(folder.folder, '0002_second.sql'))

  await assert.rejects(migrate(database.url, folder), /migration 2 \(second\), which this Tenon does not know/)
})

test('refuses versions with a gap', async () => {
  await using folder = await migrations({ '0001_first.sql': 'select 1', '0003_third.sql': 'select 3' })

  assert.throws(() => readMigrations(folder.folder), /0003_third.sql should be named 0002_name.sql/)
})

async function emptyDatabase() {
  const database = await testDatabase()
  await withClient(database.url, async (client) => {
    await client.query('drop schema public cascade')
    await client.query('create schema public')
  })
  return database
}

async function migrations(files: { [name: string]: string }) {
  const folder = await mkdtemp(join(tmpdir(), 'tenon-migrations-'))
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql)
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
