import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { startHub } from '../test/hub.ts'
import { listTenantTables, newKnown, rowFor } from '../test/victim.ts'
import { eraseWorkspace } from './erasure.ts'

const hub = await startHub({ role: 'api' })
after(() => hub[Symbol.asyncDispose]())
const asAdmin = { key: hub.adminKey }

test('the platform admin makes a workspace with its owner and a first key', async () => {
  const owner = { email: 'owner@example.com', name: 'Ada', password: 'correct horse battery' }
  const { status, body } = await hub.request<{ id: string; name: string; apiKey: string }>('POST', '/api/workspaces', {
    ...asAdmin,
    body: { name: 'Acme', owner, createApiKey: true },
  })

  assert.equal(status, 201)
  assert.equal(body.data.name, 'Acme')
  const path = `/api/workspaces/${body.data.id}`
  const members = await hub.request<{ email: string; role: string }[]>('GET', `${path}/members`, {
    key: body.data.apiKey,
  })
  assert.deepEqual(
    members.body.data.map(({ email, role }) => [email, role]),
    [['owner@example.com', 'owner']],
  )
})

test('a workspace without a wish for a key has none', async () => {
  const { body } = await hub.request('POST', '/api/workspaces', { ...asAdmin, body: { name: 'No key' } })

  assert.ok(!('apiKey' in body.data))
})

test('only the platform admin lists and makes workspaces', async () => {
  assert.equal((await hub.request('GET', '/api/workspaces')).status, 403)
  assert.equal((await hub.request('POST', '/api/workspaces', { body: { name: 'Mine' } })).status, 403)
})

test('lists the newest first, page after page, each once', async () => {
  for (let count = 0; count < 5; count++) await hub.addWorkspace(`Number ${count}`)
  const seen: string[] = []
  for (let cursor: string | null | undefined = ''; cursor !== null; ) {
    const { body }: Awaited<ReturnType<typeof listed>> = await listed(cursor)
    assert.ok(body.data.length <= 2)
    seen.push(...body.data.map(({ id }) => id))
    cursor = body.nextCursor
  }

  assert.deepEqual(seen, [...new Set(seen)].sort().reverse())
  const { rows } = await hub.database.pool.query('select count(*)::int as count from workspaces')
  assert.equal(seen.length, rows[0].count)
})

test('refuses a cursor that it did not make', async () => {
  for (const cursor of ['nonsense', '!', Buffer.from('["1; drop table"]').toString('base64url'), 'bnVsbA']) {
    const { status, body } = await hub.request('GET', `/api/workspaces?cursor=${encodeURIComponent(cursor)}`, asAdmin)
    assert.equal(status, 400)
    assert.equal(body.details![0]!.field, 'query.cursor')
  }
})

test('a workspace shows and renames itself', async () => {
  const path = `/api/workspaces/${hub.workspace.id}`
  const renamed = await hub.request<{ name: string }>('PATCH', path, { body: { name: 'Renamed' } })
  const shown = await hub.request<{ name: string }>('GET', path)

  assert.equal(renamed.body.data.name, 'Renamed')
  assert.equal(shown.body.data.name, 'Renamed')
})

test('a key cannot delete its workspace', async () => {
  const { status, body } = await hub.request('DELETE', `/api/workspaces/${hub.workspace.id}`)

  assert.equal(status, 403)
  assert.match(body.error, /owner or the platform admin/)
})

test('a deleted workspace is gone at once, with its keys', async () => {
  const doomed = await hub.addWorkspace()
  const path = `/api/workspaces/${doomed.id}`
  assert.equal((await hub.request('GET', path, { key: doomed.apiKey })).status, 200)

  assert.equal((await hub.request('DELETE', path, asAdmin)).status, 204)

  assert.equal((await hub.request('GET', path, { key: doomed.apiKey })).status, 401)
  assert.equal((await hub.request('GET', path, asAdmin)).status, 404)
  assert.equal((await hub.request('DELETE', path, asAdmin)).status, 404)
})

test('what a deleted workspace leaves behind is erased from every table, and nothing of the others', async () => {
  const [doomed, kept] = [await hub.addWorkspace(), await hub.addWorkspace()]
  const client = new pg.Client(hub.databaseUrl)
  await client.connect()
  // Rows are made up table by table, in whatever order.
  await client.query('set session_replication_role = replica')
  try {
    const tables = (await listTenantTables(client)).filter(({ column }) => column === 'workspace_id')
    const person = await hub.request<{ personId: string }>('POST', `/api/workspaces/${kept.id}/members`, {
      key: kept.apiKey,
      body: { email: 'kept@example.com', password: 'correct horse battery', role: 'member' },
    })
    for (const { id } of [doomed, kept]) {
      const known = newKnown(person.body.data.personId)
      for (const table of tables) {
        const { sql, values } = rowFor(table, id, known)
        await client.query(`${sql} on conflict do nothing`, values)
      }
    }
    await hub.request('DELETE', `/api/workspaces/${doomed.id}`, asAdmin)

    await eraseWorkspace(hub.database, doomed.id)

    for (const { name } of tables) {
      const { rows } = await client.query(
        `select count(*) filter (where workspace_id = $1)::int as doomed, count(*) filter (where workspace_id = $2)::int as kept from ${name}`,
        [doomed.id, kept.id],
      )
      assert.equal(rows[0].doomed, 0, name)
      assert.ok(rows[0].kept > 0, name)
    }
  } finally {
    await client.end()
  }
})

test('a workspace that exists is never erased, whoever asks', async () => {
  await eraseWorkspace(hub.database, hub.workspace.id)

  assert.equal((await hub.request('GET', `/api/workspaces/${hub.workspace.id}`)).status, 200)
})

const listed = (cursor: string | null | undefined) =>
  hub.request<{ id: string }[]>('GET', `/api/workspaces?limit=2${cursor ? `&cursor=${cursor}` : ''}`, asAdmin)
