import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startHub } from '../test/hub.ts'
import { until } from '../test/until.ts'

type Key = {
  id: string
  key: string
  prefix: string
  scopes: string[]
  lastUsedAt: string | null
  revokedAt: string | null
  name: string
}

const hub = await startHub({ role: 'api' })
after(() => hub[Symbol.asyncDispose]())
const path = `/api/workspaces/${hub.workspace.id}/api-keys`
const create = (body: object, key?: string) => hub.request<Key>('POST', path, { body, ...(key ? { key } : {}) })

test('shows a key once, and keeps its hash only', async () => {
  const { status, body } = await create({ name: 'Backend', scopes: ['events:write'] })
  const shown = await hub.request<Key>('GET', `${path}/${body.data.id}`)
  const { rows } = await hub.database.pool.query('select * from api_keys where id = $1', [body.data.id])

  assert.equal(status, 201)
  assert.match(body.data.key, /^tnn_/)
  assert.ok(body.data.key.includes(body.data.prefix))
  assert.ok(!('key' in shown.body.data))
  assert.ok(!JSON.stringify(rows).includes(body.data.key.slice(-20)))
})

test('a key cannot make one that may do more than itself', async () => {
  const { body } = await create({ name: 'Limited', scopes: ['keys:write', 'events:read'] })
  const within = await create({ name: 'Within', scopes: ['events:read'] }, body.data.key)
  const beyond = await create({ name: 'Beyond', scopes: ['events:read', 'events:write'] }, body.data.key)
  const all = await create({ name: 'All', scopes: ['*'] }, body.data.key)

  assert.equal(within.status, 201)
  assert.equal(beyond.status, 403)
  assert.match(beyond.body.error, /events:write/)
  assert.equal(all.status, 403)
})

test('lists, renames and revokes', async () => {
  const { body } = await create({ name: 'Old name', scopes: ['events:read'] })
  const one = `${path}/${body.data.id}`
  const renamed = await hub.request<Key>('PATCH', one, { body: { name: 'New name' } })
  const revoked = await hub.request<Key>('DELETE', one)
  const again = await hub.request<Key>('DELETE', one)
  const listed = await hub.request<Key[]>('GET', path)

  assert.equal(renamed.body.data.name, 'New name')
  assert.ok(revoked.body.data.revokedAt)
  assert.equal(again.body.data.revokedAt, revoked.body.data.revokedAt)
  assert.equal(listed.body.data[0]!.id, body.data.id)
})

test('refuses an expiry that has passed', async () => {
  const { status, body } = await create({ name: 'Late', scopes: ['*'], expiresAt: '2020-01-01T00:00:00Z' })

  assert.equal(status, 400)
  assert.equal(body.details![0]!.field, 'body.expiresAt')
})

test('notes when a key was used', async () => {
  const { body } = await create({ name: 'Used', scopes: ['keys:read'] })
  assert.equal(body.data.lastUsedAt, null)

  await hub.request('GET', path, { key: body.data.key })

  await until(
    'the use to be noted',
    async () => (await hub.request<Key>('GET', `${path}/${body.data.id}`)).body.data.lastUsedAt !== null,
  )
})

test('another process hears of a revocation', async () => {
  await using second = await startHub({
    role: 'api',
    databaseUrl: hub.databaseUrl,
    env: { TENON_ADMIN_KEY: hub.adminKey },
  })
  const { body } = await create({ name: 'Elsewhere', scopes: ['*'] })
  const useThere = () => second.request('GET', path, { key: body.data.key })
  assert.equal((await useThere()).status, 200)

  await hub.request('DELETE', `${path}/${body.data.id}`)

  await until('the news to arrive', async () => (await useThere()).status === 401)
})
