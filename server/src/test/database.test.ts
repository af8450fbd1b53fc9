import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrationStatus } from '../db/migrate.ts'
import { testDatabase } from './database.ts'
import { withClient } from './server.ts'

test('gives each test a migrated database of its own', async () => {
  await using one = await testDatabase()
  await using other = await testDatabase()

  await withClient(one.url, (client) => client.query('create table only_here (id integer)'))

  assert.equal((await migrationStatus(other.url)).pending, 0)
  await assert.rejects(
    withClient(other.url, (client) => client.query('select from only_here')),
    { code: '42P01' },
  )
})

test('drops the database even while somebody is connected', async () => {
  const database = await testDatabase()

  await withClient(database.url, async (client) => {
    await client.query('select 1')
    await database[Symbol.asyncDispose]()
  })

  await assert.rejects(
    withClient(database.url, (client) => client.query('select 1')),
    { code: '3D000' },
  )
})
