import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { startHub } from '../test/hub.ts'
import { offsetClock } from '../test/offset-clock.ts'
import { deleteOldIdempotencyKeys } from './idempotency.ts'

const clock = offsetClock()
const hub = await startHub({ clock })
after(() => hub[Symbol.asyncDispose]())

const path = `/api/workspaces/${hub.workspace.id}/api-keys`
const wanted = { name: 'A key', scopes: ['events:read'] }
const create = (idempotencyKey: string, body: unknown = wanted) =>
  hub.request<{ id: string; key: string }>('POST', path, { body, headers: { 'idempotency-key': idempotencyKey } })

test('answers a repetition as it answered the first time, and does nothing again', async () => {
  const first = await create('repeated')
  const second = await create('repeated')

  assert.equal(first.status, 201)
  assert.equal(first.headers.get('idempotency-replayed'), null)
  assert.equal(second.status, 201)
  assert.equal(second.headers.get('idempotency-replayed'), 'true')
  assert.equal(second.text, first.text)
  assert.equal((await rowsNamed('A key')).length, 1)
})

test('keeps a secret of an answer sealed', async () => {
  const { body } = await create('sealed')
  const rows = await hub.database.hub.selectFrom('idempotencyKeys').select('body').where('key', '=', 'sealed').execute()

  assert.equal(rows.length, 1)
  assert.ok(rows[0]!.body!.startsWith('v1.'))
  assert.ok(!rows[0]!.body!.includes(body.data.key))
})

test('refuses the same key for another body or another path', async () => {
  await create('taken')
  const body = await create('taken', { ...wanted, name: 'Another' })
  const route = await hub.request('POST', `/api/workspaces/${hub.workspace.id}/members`, {
    body: wanted,
    headers: { 'idempotency-key': 'taken' },
  })

  assert.equal(body.status, 409)
  assert.equal(body.body.errorCode, 'IDEMPOTENCY_CONFLICT')
  assert.equal(route.status, 400)
})

test("another workspace's keys are its own", async () => {
  const other = await hub.addWorkspace()
  const headers = { 'idempotency-key': 'shared' }
  const body = { type: 'lead.captured', payload: { email: 'a@example.com' } }
  const first = await hub.request<{ id: string }>('POST', '/api/events', { body, headers })
  const second = await hub.request<{ id: string }>('POST', '/api/events', { body, headers, key: other.apiKey })

  assert.equal(second.headers.get('idempotency-replayed'), null)
  assert.notEqual(first.body.data.id, second.body.data.id)
})

test('of many at once one does the work, and the others hear that it runs or what came of it', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => create('at-once', { ...wanted, name: 'Once' })))

  assert.equal((await rowsNamed('Once')).length, 1)
  for (const { status, body, headers } of answers) {
    if (status === 201) continue
    assert.equal(body.errorCode, 'IDEMPOTENCY_IN_PROGRESS')
    assert.equal(headers.get('retry-after'), '1')
  }
})

test('takes over from a request whose process died, after a minute', async () => {
  await reserve('crashed')
  const early = await create('crashed')
  clock.advance(61_000)
  const late = await create('crashed')

  assert.equal(early.body.errorCode, 'IDEMPOTENCY_IN_PROGRESS')
  assert.equal(late.status, 201)
})

test('forgets answers after a day', async () => {
  const first = await create('old')
  clock.advance(25 * 3_600_000)
  await deleteOldIdempotencyKeys(hub.database.hub, clock.now())
  const kept = await hub.database.hub.selectFrom('idempotencyKeys').select('key').where('key', '=', 'old').execute()
  const second = await create('old')

  assert.equal(kept.length, 0)
  assert.notEqual(second.body.data.id, first.body.data.id)
})

test('remembers a refusal, but not bad input, which reached nothing', async () => {
  const member = { email: 'one@example.com', password: 'correct horse battery', role: 'member' }
  const add = () =>
    hub.request('POST', `/api/workspaces/${hub.workspace.id}/members`, {
      body: member,
      headers: { 'idempotency-key': 'refused' },
    })
  await hub.request('POST', `/api/workspaces/${hub.workspace.id}/members`, { body: member })

  const refused = await add()
  const again = await add()
  const invalid = await create('invalid', {})
  const valid = await create('invalid')

  assert.equal(refused.status, 409)
  assert.equal(again.headers.get('idempotency-replayed'), 'true')
  assert.equal(invalid.status, 400)
  assert.equal(valid.status, 201)
})

test('refuses a key that is too long or cannot be seen', async () => {
  const { status, body } = await create('x'.repeat(256))

  assert.equal(status, 400)
  assert.equal(body.details![0]!.field, 'headers.idempotency-key')
})

test('works for the platform admin, who has no workspace', async () => {
  const make = () =>
    hub.request<{ id: string }>('POST', '/api/workspaces', {
      key: hub.adminKey,
      body: { name: 'Once', createApiKey: true },
      headers: { 'idempotency-key': 'platform' },
    })

  assert.equal((await make()).text, (await make()).text)
})

const rowsNamed = (name: string) =>
  hub.database.hub
    .selectFrom('apiKeys')
    .select('id')
    .where('workspaceId', '=', hub.workspace.id)
    .where('name', '=', name)
    .where('createdAt', '>', new Date(clock.now() - 60_000))
    .execute()

/** What a process leaves behind that died while it worked. */
const reserve = (key: string) =>
  hub.database.hub
    .insertInto('idempotencyKeys')
    .values({
      workspaceId: hub.workspace.id,
      key,
      route: `POST ${path}`,
      requestHash: createHash('sha256').update(JSON.stringify(wanted)).digest(),
      createdAt: new Date(clock.now()),
    })
    .execute()
