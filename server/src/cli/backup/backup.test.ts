import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Client } from 'pg'
import { migrate, migrationStatus } from '../../db/migrate.ts'
import { systemClock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { testDatabase } from '../../test/database.ts'
import { withClient } from '../../test/server.ts'
import { backUp } from './backup.ts'
import { forgotten, readTables } from './catalogue.ts'
import { DatabaseInUseError, restore } from './restore.ts'

const workspaceId = newId(systemClock)
const lane = newId(systemClock)
const today = new Date().toISOString().slice(0, 10)
const awkward = 'tab\t, newline\n, backslash \\N \\., quotes "\' and \u{1F980} \u0001'

test('what was backed up is in the restored database, to the last character', async () => {
  await using source = await filledDatabase(1_000)
  await using target = await emptyDatabase()
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.backup')

  const written = await withClient(source.url, (client) => backUp(client, file, { version: '1.2.3' }))
  const restored = await withClient(target.url, (client) => restore(client, file))

  assert.equal(restored.rows, written.rows)
  const [before, after] = await Promise.all([contentOf(source.url), contentOf(target.url)])
  assert.deepEqual(after, before)
  assert.equal(after.events?.[0]?.payload, JSON.stringify({ text: awkward }))
  assert.equal((await stat(file)).mode & 0o777, 0o600)
})

test('leases do not survive, since the processes that held them do not', async () => {
  await using source = await filledDatabase(3)
  await using target = await emptyDatabase()
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.backup')

  await withClient(source.url, (client) => backUp(client, file, { version: '1.2.3' }))
  await withClient(target.url, (client) => restore(client, file))

  await withClient(target.url, async (client) => {
    const { rows } = await client.query(`select
      (select count(*)::int from ready) as ready, (select count(*)::int from ready where owner is not null) as held,
      (select count(*)::int from lanes where held_by is not null) as lanes, (select count(*)::int from owners) as owners`)
    assert.deepEqual(rows, [{ ready: 3, held: 0, lanes: 0, owners: 0 }])
  })
})

test('no column that names who holds a row is brought back', async () => {
  await using database = await testDatabase()

  const held = await withClient(database.url, async (client) =>
    (await readTables(client)).flatMap(({ name, columns }) =>
      columns.filter((column) => /^owner$|held_by|lease/.test(column)).map((column) => `${name}.${column}`),
    ),
  )

  assert.deepEqual(
    held.sort(),
    Object.entries(forgotten)
      .flatMap(([name, columns]) => columns.map((column) => `${name}.${column}`))
      .sort(),
  )
})

test('a restored database keeps its row-level security and numbers on from where it was', async () => {
  await using source = await filledDatabase(3)
  await using target = await emptyDatabase()
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.backup')

  await withClient(source.url, (client) => backUp(client, file, { version: '1.2.3' }))
  await withClient(target.url, (client) => restore(client, file))

  await withClient(target.url, async (client) => {
    const forced = "select count(*)::int as count from pg_class where relforcerowsecurity and relkind in ('r', 'p')"
    const tables = (await client.query(forced)).rows[0].count
    assert.equal(tables, await withClient(source.url, async (other) => (await other.query(forced)).rows[0].count))
    await client.query('begin; set local role tenon_request')
    assert.deepEqual((await client.query('select count(*)::int as count from events')).rows, [{ count: 0 }])
    await client.query('rollback')
    const { rows } = await client.query(
      `insert into ready (workspace_id, id, lane, kind) values ($1, $2, $3, 'webhook')
       returning position > (select max(position) from ready) as later`,
      [workspaceId, newId(systemClock), lane],
    )
    assert.deepEqual(rows, [{ later: true }])
  })
})

test('an owner of the database who is no superuser can restore', async () => {
  await using source = await filledDatabase(20)
  await using target = await emptyDatabase()
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.backup')
  const user = `owner_${process.pid}`
  await withClient(source.url, (client) => backUp(client, file, { version: '1.2.3' }))
  await withClient(target.url, async (client) => {
    await client.query(`create role ${user} login password 'a-password-of-tests'`)
    await client.query(
      `grant tenon_request to ${user} with inherit false, set true; grant tenon_hub to ${user} with inherit true`,
    )
    await client.query(`alter schema public owner to ${user}`)
    await client.query(`alter database ${new URL(target.url).pathname.slice(1)} owner to ${user}`)
  })

  try {
    const url = new URL(target.url)
    url.username = user
    url.password = 'a-password-of-tests'
    const restored = await withClient(url.href, (client) => restore(client, file))

    assert.ok(restored.rows > 60)
    const again = await withClient(url.href, (client) => backUp(client, `${file}.2`, { version: '1.2.3' }))
    assert.equal(again.rows, restored.rows)
  } finally {
    await withClient(target.url, async (client) => {
      await client.query(`reassign owned by ${user} to current_user`)
      await client.query(`drop owned by ${user}`)
      await client.query(`drop role ${user}`)
    })
  }
})

test('a backup of an older Tenon is restored, and brought up to date', async () => {
  await using source = await emptyDatabase()
  await using target = await emptyDatabase()
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.backup')
  await migrate(source.url, { to: 1 })
  await withClient(source.url, (client) =>
    client.query("insert into workspaces values ($1, 'Acme', now(), now())", [workspaceId]),
  )

  const written = await withClient(source.url, (client) => backUp(client, file, { version: '0.0.1' }))
  await withClient(target.url, (client) => restore(client, file))

  assert.equal(written.migration, 1)
  assert.equal((await migrationStatus(target.url)).pending, 0)
  assert.equal((await contentOf(target.url)).workspaces?.[0]?.name, 'Acme')
})

test('the file holds one moment, though the hub goes on meanwhile', async () => {
  await using source = await filledDatabase(2_000)
  await using target = await emptyDatabase()
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.backup')
  await using hub = await connected(source.url)
  let writes = Promise.resolve()

  const written = await withClient(source.url, (client) =>
    backUp(client, file, {
      version: '1.2.3',
      onTable: () => {
        writes = writes.then(() => addEvent(hub.client))
      },
    }),
  )
  await writes
  const restored = await withClient(target.url, (client) => restore(client, file))

  assert.equal(restored.rows, written.rows)
  assert.equal((await contentOf(target.url)).events?.length, 2_000)
})

test('a database with rows in it is refused and left as it is', async () => {
  await using source = await filledDatabase(3)
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.backup')
  await withClient(source.url, (client) => backUp(client, file, { version: '1.2.3' }))
  const before = await contentOf(source.url)

  await assert.rejects(
    withClient(source.url, (client) => restore(client, file)),
    (error) => error instanceof DatabaseInUseError && /empty database.*rows in/.test(error.message),
  )

  assert.deepEqual(await contentOf(source.url), before)
})

test('a database that a hub runs on is refused', async () => {
  await using source = await filledDatabase(1)
  await using target = await emptyDatabase()
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.backup')
  await withClient(source.url, (client) => backUp(client, file, { version: '1.2.3' }))
  await migrate(target.url)
  await withClient(target.url, (client) =>
    client.query("insert into owners (name, role, lease_until) values ('a hub', 'all', now() + interval '1 minute')"),
  )

  await assert.rejects(
    withClient(target.url, (client) => restore(client, file)),
    { message: /A hub is running/ },
  )
})

test('a file that is cut short anywhere is refused before anything is written', async () => {
  await using source = await filledDatabase(200)
  await using target = await emptyDatabase()
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.backup')
  await withClient(source.url, (client) => backUp(client, file, { version: '1.2.3' }))
  const whole = await readFile(file)
  const plain = gunzipSync(whole)

  for (const share of [0, 0.001, 0.1, 0.5, 0.9, 0.999]) {
    await writeFile(file, whole.subarray(0, Math.floor(whole.length * share)))
    await refused(target.url, file)
    await writeFile(file, gzipSync(plain.subarray(0, Math.floor(plain.length * share))))
    await refused(target.url, file)
  }
})

test('a file of which one byte was changed is refused before anything is written', async () => {
  await using source = await filledDatabase(50)
  await using target = await emptyDatabase()
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.backup')
  await withClient(source.url, (client) => backUp(client, file, { version: '1.2.3' }))
  const plain = gunzipSync(await readFile(file))

  for (let at = 0; at < plain.length; at += Math.ceil(plain.length / 40)) {
    const changed = Buffer.from(plain)
    changed[at] = changed[at]! ^ 1
    await writeFile(file, gzipSync(changed))
    await refused(target.url, file)
  }
  await writeFile(file, gzipSync(Buffer.concat([plain, Buffer.from('more')])))
  await refused(target.url, file)
  await writeFile(file, 'no backup at all')
  await refused(target.url, file)
  await rm(file)
  await refused(target.url, file)
})

test('a backup does not replace a file unless it is told to, and leaves none behind when it fails', async () => {
  await using source = await filledDatabase(1)
  await using nothing = await emptyDatabase()
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.backup')
  await writeFile(file, 'somebody else’s')

  await assert.rejects(
    withClient(source.url, (client) => backUp(client, file, { version: '1.2.3' })),
    { message: /there already/ },
  )
  await assert.rejects(
    withClient(nothing.url, (client) => backUp(client, `${file}.2`, { version: '1.2.3' })),
    { message: /holds no hub/ },
  )

  await assert.rejects(stat(`${file}.2`), { code: 'ENOENT' })
  await withClient(source.url, (client) => backUp(client, file, { version: '1.2.3', replace: true }))
  assert.ok(gunzipSync(await readFile(file)).length > 0)
})

async function refused(url: string, file: string): Promise<void> {
  await assert.rejects(
    withClient(url, (client) => restore(client, file)),
    { name: 'BackupFileError', message: new RegExp(file) },
  )
  const { rows } = await withClient(url, (client) =>
    client.query("select count(*)::int as tables from pg_tables where schemaname = 'public'"),
  )
  assert.deepEqual(rows, [{ tables: 0 }])
}

async function filledDatabase(events: number) {
  const database = await testDatabase()
  await withClient(database.url, async (client) => {
    await client.query("insert into workspaces values ($1, 'Acme', now(), now())", [workspaceId])
    for (const table of ['events', 'attempts']) {
      const [from, to] =
        table === 'events'
          ? ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"]
          : [`'${today}'`, "'2999-01-01'"]
      await client.query(`create table ${table}_all partition of ${table} for values from (${from}) to (${to})`)
    }
    const ids = Array.from({ length: events }, () => newId(systemClock))
    await client.query(
      "insert into events select $1, id, 'lead.captured', $3, clock_timestamp(), array['a', null, 'b,\"'] from unnest($2::uuid[]) as id",
      [workspaceId, ids, JSON.stringify({ text: awkward })],
    )
    await client.query(
      "insert into ready (workspace_id, id, lane, kind, owner) select $1, id, $3, 'webhook', 7 from unnest($2::uuid[]) as id",
      [workspaceId, ids, lane],
    )
    await client.query(
      "insert into attempts select $1, id, $3, 'webhook', 1, now(), 12, null, 'retry', $4, null from unnest($2::uuid[]) as id",
      [workspaceId, ids, lane, awkward],
    )
    await client.query('insert into lanes (workspace_id, id, tokens, held_by) values ($1, $2, 0.1, 7)', [
      workspaceId,
      lane,
    ])
    await client.query(
      "insert into owners (name, role, lease_until) values ('a hub', 'all', now() - interval '1 minute')",
    )
    await client.query(
      `insert into api_keys (id, workspace_id, name, prefix, hash, scopes, created_at) values ($1, $2, 'A key', 'abc', '\\x00ff5c', '{*}', now())`,
      [newId(systemClock), workspaceId],
    )
  })
  return database
}

async function emptyDatabase() {
  const database = await testDatabase()
  await withClient(database.url, (client) => client.query('drop schema public cascade; create schema public'))
  return database
}

async function addEvent(client: Client): Promise<void> {
  await client.query("insert into events values ($1, $2, 'lead.captured', '{}', now(), null)", [
    workspaceId,
    newId(systemClock),
  ])
}

/** Everything in the tables that a backup is to bring back, the leases left out. */
async function contentOf(url: string): Promise<Record<string, Record<string, unknown>[]>> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query(
      "select c.relname as name from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition",
    )
    const content: Record<string, Record<string, unknown>[]> = {}
    for (const { name } of rows) {
      if (name === 'owners' || name === 'schema_migrations') continue
      const found = await client.query(
        `select to_jsonb(t) - 'owner' - 'held_by' as row from ${name} t order by t::text`,
      )
      content[name] = found.rows.map(({ row }) => row)
    }
    return content
  })
}

async function connected(url: string) {
  const client = new Client({ connectionString: url })
  await client.connect()
  return { client, [Symbol.asyncDispose]: () => client.end() }
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'tenon-backup-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
