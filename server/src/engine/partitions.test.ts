import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { testDatabase } from '../test/database.ts'
import { withClient } from '../test/server.ts'
import { dropPartitions, ensurePartitions } from './partitions.ts'

const day = 86_400_000
const now = Date.UTC(2026, 5, 15)

test('drops what ended before the time, and keeps the rest', async () => {
  await using database = await testDatabase()
  await using pool = poolOf(database.url)
  await ensurePartitions(pool, now - 2 * day, now)

  const dropped = await dropPartitions(pool, now)

  assert.deepEqual(dropped.filter((name) => name.startsWith('events_')).sort(), ['events_20260613'])
  assert.deepEqual(await partitionsOf(database.url), ['events_20260614', 'events_20260615'])
})

test('leaves a partition that a backup is reading for the next time, and nobody waits for it', async () => {
  await using database = await testDatabase()
  await using pool = poolOf(database.url)
  await ensurePartitions(pool, now - 2 * day, now)

  await withClient(database.url, async (backup) => {
    await backup.query('begin isolation level repeatable read read only')
    await backup.query('select count(*) from events')
    assert.deepEqual(
      (await dropPartitions(pool, now)).filter((name) => name.startsWith('events_')),
      [],
    )
    await backup.query('rollback')
  })

  const dropped = await dropPartitions(pool, now)
  assert.deepEqual(
    dropped.filter((name) => name.startsWith('events_')),
    ['events_20260613'],
  )
})

async function partitionsOf(url: string): Promise<string[]> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events'::regclass order by 1",
    )
    return rows.map(({ name }) => name)
  })
}

function poolOf(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() })
}
