import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startHub } from '../test/hub.ts'
import { offsetClock } from '../test/offset-clock.ts'

const clock = offsetClock()
const hub = await startHub({ role: 'api', clock, env: { TENON_PUBLIC_URL: 'https://hub.example.com' } })
after(() => hub[Symbol.asyncDispose]())
const day = 86_400_000
const console = { 'x-tenon-console': '1' }

test('signs in with a cookie that scripts cannot read and other sites cannot use', async () => {
  const { email, signIn } = await newPerson()
  const { status, headers, body } = await signIn()

  assert.equal(status, 200)
  assert.equal(body.data.person.email, email)
  assert.equal(body.data.workspaces[0]!.role, 'admin')
  assert.match(
    headers.get('set-cookie')!,
    /^tenon_session=tns_\w+; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
})

test('says the same for a wrong password and for an address that is not known', async () => {
  const { email } = await newPerson()
  const wrong = await signIn(email, 'something else')
  const unknown = await signIn('nobody@example.com', 'something else')

  assert.equal(wrong.status, 401)
  assert.equal(unknown.status, 401)
  assert.equal(wrong.body.error, unknown.body.error)
})

test('knows the person by the cookie until they sign out', async () => {
  const { cookie } = await newSession()

  assert.equal((await session('GET', cookie)).status, 200)
  assert.equal((await session('DELETE', cookie)).status, 204)
  assert.equal((await session('GET', cookie)).status, 401)
})

test('needs the console header for whatever changes something', async () => {
  const { cookie } = await newSession()
  const body = { name: 'A key', scopes: ['events:read'] }
  const path = `/api/workspaces/${hub.workspace.id}/api-keys`

  assert.equal((await hub.request('POST', path, { key: null, headers: { cookie }, body })).status, 403)
  assert.equal((await hub.request('POST', path, { key: null, headers: { cookie, ...console }, body })).status, 201)
  assert.equal((await hub.request('GET', path, { key: null, headers: { cookie } })).status, 200)
})

test('a session ends thirty days after it was used last', async () => {
  const { cookie } = await newSession()

  clock.advance(20 * day)
  assert.equal((await session('GET', cookie)).status, 200)
  clock.advance(20 * day)
  assert.equal((await session('GET', cookie)).status, 200)
  clock.advance(31 * day)
  assert.equal((await session('GET', cookie)).status, 401)
})

test('changing the password ends the other sessions and keeps this one', async () => {
  const { email, signIn: again, password } = await newPerson()
  const [mine, other] = [cookieOf(await again()), cookieOf(await again())]
  const change = (currentPassword: string) =>
    hub.request('PATCH', '/api/session/password', {
      key: null,
      headers: { cookie: mine, ...console },
      body: { currentPassword, newPassword: 'another good password' },
    })

  const wrong = await change('not this one')
  assert.equal(wrong.status, 400)
  assert.equal(wrong.body.details![0]!.field, 'body.currentPassword')
  assert.equal((await change(password)).status, 204)

  assert.equal((await session('GET', mine)).status, 200)
  assert.equal((await session('GET', other)).status, 401)
  assert.equal((await signIn(email, password)).status, 401)
  assert.equal((await signIn(email, 'another good password')).status, 200)
})

test('an API key is no person', async () => {
  assert.equal((await hub.request('GET', '/api/session')).status, 403)
})

test('a person of several workspaces chooses by header, and starts with the first', async () => {
  const { email, cookie } = await newSession()
  const second = await hub.addWorkspace()
  const stranger = await hub.addWorkspace()
  await hub.request('POST', `/api/workspaces/${second.id}/members`, {
    key: second.apiKey,
    body: { email, role: 'member' },
  })
  const eventsIn = (id?: string) =>
    hub.request('GET', '/api/events', { key: null, headers: { cookie, ...(id ? { 'x-workspace-id': id } : {}) } })

  assert.equal((await eventsIn()).status, 200)
  assert.equal((await eventsIn(second.id)).status, 200)
  assert.equal((await eventsIn(stranger.id)).status, 404)
})

let people = 0
async function newPerson() {
  const email = `person${++people}@example.com`
  const password = 'correct horse battery'
  await hub.request('POST', `/api/workspaces/${hub.workspace.id}/members`, { body: { email, password, role: 'admin' } })
  return { email, password, signIn: () => signIn(email, password) }
}

async function newSession() {
  const { email, signIn } = await newPerson()
  return { email, cookie: cookieOf(await signIn()) }
}

type Session = { person: { email: string }; workspaces: { role: string }[] }

const signIn = (email: string, password: string) =>
  hub.request<Session>('POST', '/api/session', { key: null, body: { email, password } })

const cookieOf = ({ headers }: { headers: Headers }) => headers.get('set-cookie')!.split(';')[0]!

const session = (method: string, cookie: string) =>
  hub.request<Session>(method, '/api/session', { key: null, headers: { cookie, ...console } })
