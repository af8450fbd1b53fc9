import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../lib/clock.ts'
import { acme } from '../test/acme.ts'
import { startSandbox } from '../test/sandbox.ts'
import type { Sandbox } from './sandbox.ts'

const version = { 'acme-version': '2026-09' }

test('a record that an account creates is in its list, and in no other account', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  sandbox.emulator(acme()).world.registerKey('key-of-another', 'another')

  const created = await call(sandbox, 'POST', '/v1/things', { body: { name: 'anvil', size: 3 }, headers: version })
  const own = await call(sandbox, 'GET', '/v1/things')
  const other = await call(sandbox, 'GET', '/v1/things', { key: 'key-of-another' })

  assert.equal(created.status, 201)
  assert.deepEqual(created.body, { id: '1001', name: 'anvil', size: 3 })
  assert.deepEqual(own.body, { items: [created.body] })
  assert.deepEqual(other.body, { items: [] })
})

test('a known key opens further accounts by their names', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })

  await call(sandbox, 'POST', '/v1/things', {
    body: { name: 'anvil' },
    headers: version,
    key: 'sandbox-acme-token-globex',
  })

  assert.equal(sandbox.requests[0]?.account, 'globex')
  assert.equal(sandbox.emulator(acme()).things('globex').list().length, 1)
  assert.equal(sandbox.emulator(acme()).things().list().length, 0)
  assert.equal((await call(sandbox, 'GET', '/v1/things', { key: 'sandbox-acme-token-' })).status, 401)
})

test('does something once for each idempotency key', async () => {
  const clock = manualClock()
  await using sandbox = await startSandbox({ emulators: [acme()], clock })
  const account = sandbox.emulator(acme()).world.account('sandbox')
  let times = 0
  const once = (key: string, fingerprint = 'same') =>
    account.once(key, { fingerprint, forMs: 1_000 }, async () => {
      times += 1
      return times
    })

  assert.deepEqual(await Promise.all([once('a'), once('a')]), [{ state: 'done', answer: 1 }, { state: 'busy' }])
  assert.deepEqual(await once('a'), { state: 'repeated', answer: 1 })
  assert.deepEqual(await once('a', 'other'), { state: 'conflict' })
  assert.deepEqual(await once('constructor'), { state: 'done', answer: 2 })
  await assert.rejects(
    account.once('b', { fingerprint: '', forMs: 1_000 }, () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.deepEqual(await once('b'), { state: 'done', answer: 3 })
  clock.advance(1_000)
  assert.deepEqual(await once('a'), { state: 'done', answer: 4 })
})

test('refuses in the vendor’s own words what is unknown, missing or wrong', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const refused = async (...request: Parameters<typeof call> extends [unknown, ...infer Rest] ? Rest : never) => {
    const { status, body } = await call(sandbox, ...request)
    return [status, body]
  }
  const body = { name: 'anvil' }

  assert.deepEqual(
    await refused('POST', '/v1/things', { body: { ...body, colour: 'red', size: 1.5 }, headers: version }),
    [400, { message: 'wrong', fields: ['colour: additionalProperties', 'size: type'] }],
  )
  assert.deepEqual(await refused('POST', '/v1/things', { body: {}, headers: version }), [
    400,
    { message: 'wrong', fields: ['name: required'] },
  ])
  assert.deepEqual(await refused('POST', '/v1/things', { body }), [
    400,
    { message: 'wrong', fields: ['acme-version: required'] },
  ])
  assert.deepEqual(await refused('GET', '/v1/things?limit=1000'), [
    400,
    { message: 'wrong', fields: ['limit: maximum'] },
  ])
  assert.deepEqual(await refused('GET', '/v1/things?page=2'), [
    400,
    { message: 'wrong', fields: ['page: additionalProperties'] },
  ])
  assert.deepEqual(await refused('GET', '/v1/things', { key: null }), [401, { message: 'missing' }])
  assert.deepEqual(await refused('GET', '/v1/things', { key: 'constructor' }), [401, { message: 'unknown' }])
  assert.deepEqual(await refused('PUT', '/v1/things/7', { body }), [404, { message: 'no things 7' }])
  assert.equal((await refused('POST', '/v1/things', { text: '{"name":', headers: version }))[0], 415)
  assert.equal(
    (await refused('POST', '/v1/things', { text: 'x', headers: { ...version, 'content-type': 'text/csv' } }))[0],
    415,
  )
})

test('remembers requests to paths that the vendor does not have', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })

  const retired = await call(sandbox, 'GET', '/v0/things?all=1')
  const elsewhere = await fetch(`${sandbox.url}/emca/v1/things`)

  assert.deepEqual([retired.status, retired.body], [404, { message: 'no GET /v0/things' }])
  assert.equal(elsewhere.status, 404)
  assert.deepEqual(
    sandbox.unknownRequests.map(({ vendor, method, path }) => [vendor, method, path]),
    [
      ['acme', 'GET', '/v0/things'],
      ['emca', 'GET', '/emca/v1/things'],
    ],
  )
})

test('reads form bodies as the schema wants them', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })

  const { body } = await call(sandbox, 'POST', '/v1/things', {
    text: 'name=anvil&size=3',
    headers: { ...version, 'content-type': 'application/x-www-form-urlencoded' },
  })

  assert.deepEqual(body, { id: '1001', name: 'anvil', size: 3 })
})

test('a page ends where the next begins, whatever comes and goes meanwhile', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const things = sandbox.emulator(acme()).things()
  const made = ['a', 'b', 'c', 'd', 'e'].map((name) => things.create({ name }))

  const first = await call(sandbox, 'GET', '/v1/things')
  things.delete(made[0]!.id)
  things.create({ name: 'f' })
  const second = await call(sandbox, 'GET', `/v1/things?cursor=${first.body.next}&limit=3`)
  const third = await call(sandbox, 'GET', `/v1/things?cursor=${second.body.next}`)

  const names = (body: { items: { name: string }[] }) => body.items.map(({ name }) => name)
  assert.deepEqual(
    [first, second, third].map(({ body }) => names(body)),
    [['a', 'b'], ['c', 'd', 'e'], ['f']],
  )
  assert.equal(third.body.next, undefined)
})

test('a limit counts down, refuses, and begins anew with its window', async () => {
  const clock = manualClock()
  await using sandbox = await startSandbox({ emulators: [acme()], clock })
  const { id } = sandbox.emulator(acme()).things().create({ name: 'anvil' })
  const put = () => call(sandbox, 'PUT', `/v1/things/${id}`, { body: { name: 'anvil' } })

  const allowed = [await put(), await put(), await put(), await put(), await put()]
  clock.advance(4_000)
  const refused = await put()
  clock.advance(6_000)
  const again = await put()

  assert.deepEqual(
    allowed.map(({ headers }) => headers.get('x-acme-remaining')),
    ['4', '3', '2', '1', '0'],
  )
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '6')
  assert.equal(refused.headers.get('x-acme-remaining'), '0')
  assert.equal(again.status, 200)
})

test('answers as the vendor would when an emulator has a bug, and keeps the stack', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })

  const { status, body } = await call(sandbox, 'GET', '/v1/broken')

  assert.deepEqual([status, body], [500, { message: 'sorry' }])
  assert.match(sandbox.requests.at(-1)?.error ?? '', /a bug of the emulator/)
})

test('remembers what arrived, without tokens', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })

  await call(sandbox, 'POST', '/v1/things', { body: { name: 'anvil' }, headers: version })

  const [entry] = sandbox.requests
  assert.equal(entry?.account, 'sandbox')
  assert.equal(entry?.status, 201)
  assert.equal(entry?.body, '{"name":"anvil"}')
  assert.equal(JSON.stringify(entry).includes('sandbox-acme-token'), false)
})

test('goes on after a restart where it was', async () => {
  await using before = await startSandbox({ emulators: [acme()] })
  await call(before, 'POST', '/v1/things', { body: { name: 'anvil' }, headers: version })
  const { accessToken } = await before.emulator(acme()).world.oauth.grant({ account: 'sandbox' })
  const state = JSON.parse(JSON.stringify(before.state()))

  await using after = await startSandbox({ emulators: [acme()], state })
  const { body } = await call(after, 'GET', '/v1/things', { key: accessToken })

  assert.deepEqual(body, { items: [{ id: '1001', name: 'anvil' }] })
})

test('maps each host of a vendor to its emulator, which is not loaded before its first request', async () => {
  let loaded = 0
  const load = async () => {
    loaded += 1
    return acme()
  }
  const lazy = { id: 'acme', hosts: ['api.acme.test', 'auth.acme.test'], load }
  await using sandbox = await startSandbox({ emulators: [lazy] })

  assert.deepEqual(sandbox.overrides(), {
    'api.acme.test': `${sandbox.url}/acme`,
    'auth.acme.test': `${sandbox.url}/acme`,
  })
  assert.equal(loaded, 0)
  const answers = await Promise.all([call(sandbox, 'GET', '/v1/things'), call(sandbox, 'GET', '/v1/things')])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  )
  assert.equal(loaded, 1)
})

type Options = { body?: unknown; text?: string; key?: string | null; headers?: Record<string, string> }

async function call(sandbox: Sandbox, method: string, path: string, options: Options = {}) {
  const { key = 'sandbox-acme-token', headers = {} } = options
  const body = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body))
  const answer = await fetch(`${sandbox.url}/acme${path}`, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) }
}
