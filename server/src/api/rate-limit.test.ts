import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHub } from '../test/hub.ts'
import { offsetClock } from '../test/offset-clock.ts'

test('a key that asks too often is told to wait, while others are served', async () => {
  const clock = stoppedClock()
  await using hub = await startHub({ clock, env: { TENON_RATE_LIMIT: '3' } })
  const other = await hub.addWorkspace()
  const path = `/api/workspaces/${hub.workspace.id}`

  const answers = []
  for (let count = 0; count < 4; count++) answers.push(await hub.request('GET', path))
  const [first, , , refused] = answers

  assert.equal(first!.headers.get('ratelimit-limit'), '3')
  assert.equal(first!.headers.get('ratelimit-remaining'), '2')
  assert.equal(first!.headers.get('ratelimit-reset'), '1')
  assert.equal(refused!.status, 429)
  assert.equal(refused!.body.errorCode, 'RATE_LIMIT_EXCEEDED')
  assert.equal(refused!.body.gracefulFail, true)
  assert.equal(refused!.headers.get('retry-after'), '1')
  assert.equal((await hub.request('GET', '/api/events', { key: other.apiKey })).status, 200)

  clock.advance(1_000)
  assert.equal((await hub.request('GET', path)).status, 200)
})

test('an address that tries public routes too often is told to wait', async () => {
  await using hub = await startHub({ clock: stoppedClock(), env: { TENON_PUBLIC_RATE_LIMIT: '2' } })
  const signIn = (email: string) =>
    hub.request('POST', '/api/session', { key: null, body: { email, password: 'wrong' } })

  assert.equal((await signIn('a@example.com')).status, 401)
  assert.equal((await signIn('b@example.com')).status, 401)
  const refused = await signIn('c@example.com')
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '30')
  assert.equal((await hub.request('GET', '/health')).status, 200)
})

test('an account whose password is guessed is closed to guesses for a while, from wherever they come', async () => {
  const clock = offsetClock()
  await using hub = await startHub({ clock })
  const person = { email: 'ada@example.com', password: 'correct horse battery' }
  await hub.request('POST', `/api/workspaces/${hub.workspace.id}/members`, { body: { ...person, role: 'member' } })
  const signIn = (password: string, email = person.email) =>
    hub.request('POST', '/api/session', { key: null, body: { email, password } })

  for (let count = 0; count < 10; count++) assert.equal((await signIn('wrong')).status, 401)

  assert.equal((await signIn('wrong')).status, 429)
  assert.equal((await signIn(person.password, 'ADA@example.com')).status, 429)
  clock.advance(16 * 60_000)
  assert.equal((await signIn(person.password)).status, 200)
})

/** Time that passes only when told: what is refused must not depend on how fast this machine is. */
function stoppedClock() {
  let now = Date.now()
  return {
    now: () => now,
    advance: (ms: number) => {
      now += ms
    },
  }
}
