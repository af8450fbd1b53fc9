import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startHub } from '../test/hub.ts'

const hub = await startHub({ role: 'api' })
after(() => hub[Symbol.asyncDispose]())
const password = 'correct horse battery'

test('adds a person who has no account yet, with a first password', async () => {
  const { id, add } = await newTeam()
  const missing = await add('new@example.com', 'member', {})
  const added = await add('new@example.com', 'member', { password, name: 'Grace' })

  assert.equal(missing.body.details![0]!.field, 'body.password')
  assert.equal(added.status, 201)
  assert.equal(added.body.data.name, 'Grace')
  assert.equal((await add('NEW@example.com', 'admin', {})).status, 409)
  assert.equal((await signIn('new@example.com')).body.data.workspaces[0]!.id, id)
})

test('a person who has an account joins another workspace with it, and keeps name and password', async () => {
  const [first, second] = [await newTeam(), await newTeam()]
  await first.add('both@example.com', 'member', { password, name: 'Ada' })
  const joined = await second.add('both@example.com', 'admin', { password: 'taken over by me', name: 'Mallory' })

  assert.equal(joined.body.data.name, 'Ada')
  assert.deepEqual(
    (await signIn('both@example.com')).body.data.workspaces.map(({ id, role }) => [id, role]),
    [
      [first.id, 'member'],
      [second.id, 'admin'],
    ],
  )
})

test('the last owner stays an owner', async () => {
  const { path, owner } = await newTeam()

  for (const request of [
    hub.request('DELETE', `${path}/${owner.personId}`, { key: hub.adminKey }),
    hub.request('PATCH', `${path}/${owner.personId}`, { key: hub.adminKey, body: { role: 'admin' } }),
  ]) {
    const { status, body } = await request
    assert.equal(status, 409)
    assert.match(body.error, /last owner/)
  }
})

test('of two owners who remove each other at once, one stays', async () => {
  const { path, owner, addOwner } = await newTeam()
  const second = await addOwner('second@example.com')

  const answers = await Promise.all(
    [owner.personId, second].map((id) => hub.request('DELETE', `${path}/${id}`, { key: hub.adminKey })),
  )

  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409])
})

test('an admin can neither become, make nor remove an owner; an owner can', async () => {
  const team = await newTeam()
  const { body } = await team.add('admin@example.com', 'admin', { password })
  const admin = await cookieOf('admin@example.com')
  const owner = await cookieOf(team.owner.email)
  const change = (headers: Record<string, string>) =>
    hub.request('PATCH', `${team.path}/${body.data.personId}`, { key: null, headers, body: { role: 'owner' } })

  assert.equal((await change(admin)).status, 403)
  assert.equal(
    (await hub.request('DELETE', `${team.path}/${team.owner.personId}`, { key: null, headers: admin })).status,
    403,
  )
  assert.equal((await team.add('other@example.com', 'owner', { password })).status, 403)
  assert.equal((await change(owner)).status, 200)
})

test('a member reads and publishes, and manages nothing', async () => {
  const team = await newTeam()
  await team.add('reader@example.com', 'member', { password })
  const headers = { ...(await cookieOf('reader@example.com')), 'x-workspace-id': team.id }
  const as = (method: string, path: string, body?: unknown) => hub.request(method, path, { key: null, headers, body })

  assert.equal((await as('GET', team.path)).status, 200)
  assert.equal((await as('POST', '/api/events', { type: 'form.submitted', payload: {} })).status < 403, true)
  assert.equal((await as('POST', team.path, { email: 'x@example.com', role: 'member', password })).status, 403)
  assert.equal((await as('POST', `/api/workspaces/${team.id}/api-keys`, { name: 'x', scopes: ['*'] })).status, 403)
})

test('lists members page after page', async () => {
  const { path, add, apiKey } = await newTeam()
  for (const name of ['a', 'b', 'c']) await add(`${name}.page@example.com`, 'member', { password })
  const list = (query: string) => hub.request<{ email: string }[]>('GET', `${path}?limit=3${query}`, { key: apiKey })

  const first = await list('')
  const second = await list(`&cursor=${first.body.nextCursor}`)

  assert.equal(first.body.data.length, 3)
  assert.equal(second.body.data.length, 1)
  assert.equal(second.body.nextCursor, null)
})

test('a member of another workspace is nobody here', async () => {
  const [team, other] = [await newTeam(), await newTeam()]
  const answer = await hub.request('DELETE', `${team.path}/${other.owner.personId}`, { key: team.apiKey })

  assert.equal(answer.status, 404)
})

let teams = 0
/** A workspace with one owner. */
async function newTeam() {
  const owner = { email: `owner${++teams}@example.com`, name: 'Owner', password }
  const { body } = await hub.request<{ id: string; apiKey: string }>('POST', '/api/workspaces', {
    key: hub.adminKey,
    body: { name: `Team ${teams}`, owner, createApiKey: true },
  })
  const { id, apiKey } = body.data
  const path = `/api/workspaces/${id}/members`
  const members = await hub.request<{ personId: string }[]>('GET', path, { key: apiKey })
  const add = (email: string, role: string, more: object, key = apiKey) =>
    hub.request<{ personId: string; name: string }>('POST', path, { key, body: { email, role, ...more } })
  return {
    id,
    apiKey,
    path,
    owner: { email: owner.email, personId: members.body.data[0]!.personId },
    add,
    addOwner: async (email: string) => (await add(email, 'owner', { password }, hub.adminKey)).body.data.personId,
  }
}

const signIn = (email: string) =>
  hub.request<{ workspaces: { id: string; role: string }[] }>('POST', '/api/session', {
    key: null,
    body: { email, password },
  })

async function cookieOf(email: string): Promise<Record<string, string>> {
  const { headers } = await signIn(email)
  return { cookie: headers.get('set-cookie')!.split(';')[0]!, 'x-tenon-console': '1' }
}
