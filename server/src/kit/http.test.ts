import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { manualClock } from '../lib/clock.ts'
import { type ConnectOptions, connect } from '../test/connect.ts'
import { type FakeVendor, fakeVendor, type VendorReply } from '../test/fake-vendor.ts'
import { createGate } from './gate.ts'
import {
  ConnectorError,
  cursorPages,
  defineConnector,
  encrypted,
  keys,
  linkPages,
  oauth2,
  offsetPages,
  Type,
} from './index.ts'

const acme = defineConnector({
  id: 'acme',
  name: 'Acme',
  category: 'crm',
  description: 'A CRM.',
  docs: 'https://acme.example',
  apiVersion: '1',
  recordAs: 'acme-folder',
  settings: Type.Object({ pin: Type.Optional(encrypted(Type.String())) }),
  auth: [
    oauth2({
      provider: 'acme',
      authorizeUrl: 'https://acme.example/authorize',
      tokenUrl: 'https://acme.example/token',
      scopes: [],
      clientAuth: 'body',
      pkce: false,
      keep: ['api_domain'],
    }),
    keys({
      fields: Type.Object({ apiKey: Type.String() }),
      apply: ({ apiKey }) => ({ query: { api_secret: apiKey } }),
    }),
  ],
  http: {
    baseUrl: 'https://api.acme.example/v2',
    hosts: ['*.files.acme.example'],
    headers: { 'Acme-Version': '2026-09' },
    pages: cursorPages({ items: 'data', next: 'next', param: 'cursor', limit: 2 }),
    readError: ({ body }) =>
      ({ message: (body as { error?: { text?: string } })?.error?.text ?? undefined }) as { message: string },
    retryHeaders: (headers) => (headers['x-wait-ms'] === undefined ? undefined : Number(headers['x-wait-ms'])),
  },
  check: async () => ({}),
  capabilities: {},
})

const credentials = { access_token: 'a-secret-token', api_domain: 'https://api.acme.example', token_type: 'bearer' }
const open = (vendor: FakeVendor, options: Partial<ConnectOptions> = {}) =>
  connect(acme, { vendor, credentials, ...options })

/** The ConnectorError that something fails with. */
async function failure(work: Promise<unknown>): Promise<ConnectorError> {
  const error = await work.then(
    () => assert.fail('it did not fail'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ConnectorError, String(error))
  return error
}

test('sends the token, the version, JSON and the query, below the base URL', async () => {
  await using vendor = await fakeVendor({ 'POST /v2/things': { id: 7 } })
  const { http } = open(vendor)

  const answer = await http.post(
    '/things',
    { name: 'Ünï' },
    { query: { a: 'x y', b: undefined, c: ['1', '2'], at: new Date(0) } },
  )

  assert.deepEqual(answer, { id: 7 })
  const [call] = vendor.calls
  assert.equal(call?.headers.authorization, 'Bearer a-secret-token')
  assert.equal(call?.headers['acme-version'], '2026-09')
  assert.deepEqual(call?.body, { name: 'Ünï' })
  assert.deepEqual(call?.query, { a: 'x y', c: '2', at: '1970-01-01T00:00:00.000Z' })
})

test('keys go where the connector puts them, and forms are encoded with the names given', async () => {
  await using vendor = await fakeVendor({ 'POST /v2/things': {} })
  const { http, recorded } = open(vendor, { credentials: { apiKey: 'k-0123456789' } })

  await http.form('/things', { 'metadata[a b]': 'c&d', none: undefined, on: true })

  assert.equal(vendor.calls[0]?.query.api_secret, 'k-0123456789')
  assert.deepEqual(vendor.calls[0]?.body, { 'metadata[a b]': 'c&d', on: 'true' })
  assert.equal(recorded[0]?.url, 'https://api.acme.example/v2/things?api_secret=%5Bredacted%5D')
})

test('an empty answer is undefined, text is text, and an id beyond 2^53 keeps its digits', async () => {
  await using vendor = await fakeVendor({
    'DELETE /v2/things/1': { status: 204 },
    'GET /v2/text': { status: 200, body: 'ok' },
    'GET /v2/big': {
      status: 200,
      body: '{"id":90071992547409931,"n":12}',
      headers: { 'content-type': 'application/json' },
    },
  })
  const { http } = open(vendor)

  assert.equal(await http.delete('/things/1'), undefined)
  assert.equal(await http.get('/text'), 'ok')
  assert.deepEqual(await http.get('/big'), { id: '90071992547409931', n: 12 })
})

for (const [status, code] of [
  [400, 'VENDOR_REJECTED'],
  [401, 'AUTH_ERROR'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [409, 'CONFLICT'],
  [410, 'NOT_FOUND'],
  [422, 'VENDOR_REJECTED'],
  [301, 'VENDOR_REJECTED'],
  [429, 'RATE_LIMIT_EXCEEDED'],
  [408, 'CONNECTION_FAILED'],
  [500, 'PROCESSING_ERROR'],
  [503, 'PROCESSING_ERROR'],
] as const) {
  test(`status ${status} is ${code}, graceful, in a sentence that names the vendor`, async () => {
    await using vendor = await fakeVendor(() => ({ status, body: { error: { text: '"email" is not valid.' } } }))

    const error = await failure(open(vendor, { what: 'the contact' }).http.post('/things', {}))

    assert.equal(error.code, code)
    assert.equal(error.status, status)
    assert.equal(error.graceful, true)
    assert.equal(error.vendorMessage, '"email" is not valid.')
    assert.match(error.message, new RegExp(`^Acme .*: "email" is not valid \\(${code}\\)$`))
    if (code === 'VENDOR_REJECTED') assert.match(error.message, /^Acme refused the contact: /)
  })
}

for (const reply of ['cut', { status: 503 }, { status: 408 }] as const satisfies readonly VendorReply[]) {
  const shown = JSON.stringify(reply)
  test(`a read is tried again after ${shown}, three times in all`, async () => {
    await using vendor = await fakeVendor({ 'GET /v2/things': { done: true } })
    vendor.next(reply, reply)
    const { http, waits } = open(vendor)

    assert.deepEqual(await http.get('/things'), { done: true })
    assert.equal(vendor.calls.length, 3)
    assert.equal(waits.length, 2)
    vendor.next(reply, reply, reply)
    assert.equal((await failure(http.get('/things'))).ambiguous, false)
    assert.equal(vendor.calls.length, 6)
  })

  test(`a creation is not repeated after ${shown}: whether it happened is unknown`, async () => {
    await using vendor = await fakeVendor({ 'POST /v2/things': {} })
    vendor.next(reply)

    const error = await failure(open(vendor).http.post('/things', {}))

    assert.equal(error.ambiguous, true)
    assert.equal(vendor.calls.length, 1)
  })

  test(`a creation with a key is repeated after ${shown}, with the same key`, async () => {
    await using vendor = await fakeVendor({ 'POST /v2/things': {} })
    vendor.next(reply)

    await open(vendor).http.post('/things', {}, { idempotencyKey: 'once' })

    assert.deepEqual(
      vendor.calls.map(({ headers }) => headers['idempotency-key']),
      ['once', 'once'],
    )
  })
}

test('a creation that nobody heard is tried again, since nothing was sent', async () => {
  const vendor = await fakeVendor()
  await vendor[Symbol.asyncDispose]()
  const { http, recorded } = open(vendor)

  const error = await failure(http.post('/things', {}))

  assert.equal(error.code, 'CONNECTION_FAILED')
  assert.equal(error.ambiguous, false)
  assert.equal(recorded.length, 3)
})

test('a call that hangs ends at its deadline, as unknown where it was a creation', async () => {
  await using vendor = await fakeVendor({ 'POST /v2/things': 'hang', 'GET /v2/things': 'hang' })
  const { http } = open(vendor)

  const created = await failure(http.post('/things', {}, { timeoutMs: 150 }))
  assert.deepEqual([created.code, created.ambiguous], ['CONNECTION_FAILED', true])
  const read = await failure(http.get('/things', {}, { timeoutMs: 150 }))
  assert.deepEqual([read.code, read.ambiguous], ['CONNECTION_FAILED', false])
})

test('a DELETE whose repetition finds nothing has succeeded', async () => {
  await using vendor = await fakeVendor({ 'DELETE /v2/things/1': { status: 404 } })
  vendor.next('cut')

  await open(vendor).http.delete('/things/1')

  assert.equal(vendor.calls.length, 2)
  assert.equal((await failure(open(vendor).http.delete('/things/1'))).code, 'NOT_FOUND')
})

for (const [headers, expected] of [
  [{ 'retry-after': '2' }, 2_000],
  [{ 'retry-after': new Date(Date.UTC(2026, 0, 1, 0, 0, 3)).toUTCString() }, 3_000],
  [{ 'x-wait-ms': '1500' }, 1_500],
] as const) {
  test(`a 429 waits as told by ${JSON.stringify(headers)}, and then even a creation is tried again`, async () => {
    await using vendor = await fakeVendor({ 'POST /v2/things': {} })
    vendor.next({ status: 429, headers })
    const { http, waits } = open(vendor, { clock: manualClock() })

    await http.post('/things', {})

    assert.deepEqual(waits, [expected])
  })
}

test('a 429 that asks for more than the deadline allows fails at once and says how long', async () => {
  await using vendor = await fakeVendor({ 'GET /v2/things': { status: 429, headers: { 'retry-after': '60' } } })
  const { http, waits } = open(vendor)

  const error = await failure(http.get('/things'))

  assert.deepEqual([error.code, error.retryAfterMs, waits], ['RATE_LIMIT_EXCEEDED', 60_000, []])
  assert.equal(vendor.calls.length, 1)
})

test('an expired token is refreshed once, and the new one is used', async () => {
  await using vendor = await fakeVendor((call) =>
    call.headers.authorization === 'Bearer a-new-token' ? { fine: true } : { status: 401 },
  )
  let refreshes = 0
  const refresh = async () => ({ ...credentials, access_token: refreshes++ === 0 ? 'a-new-token' : 'another' })
  const context = open(vendor, { refresh })

  assert.deepEqual(await context.http.post('/things', {}), { fine: true })
  assert.deepEqual(await context.http.get('/things'), { fine: true })
  assert.equal(refreshes, 1)
  assert.equal(context.credentials.access_token, 'a-new-token')
})

test('a token that stays refused after the refresh is AUTH_ERROR, without a second refresh', async () => {
  await using vendor = await fakeVendor(() => ({ status: 401 }))
  let refreshes = 0
  const { http } = open(vendor, { refresh: async () => ({ ...credentials, access_token: `token-${++refreshes}` }) })

  assert.equal((await failure(http.get('/things'))).code, 'AUTH_ERROR')
  assert.equal(refreshes, 1)
  assert.equal(vendor.calls.length, 2)
})

test('an answer larger than 10 MiB, and JSON that is none, are failures of the vendor', async () => {
  await using vendor = await fakeVendor({
    'GET /v2/large': { status: 200, body: 'x'.repeat(11 * 1024 * 1024) },
    'GET /v2/broken': { status: 200, body: '{"id":', headers: { 'content-type': 'application/json' } },
    'GET /v2/page': { status: 502, body: '<html>Bad gateway</html>', headers: { 'content-type': 'application/json' } },
  })
  const { http } = open(vendor)

  assert.match((await failure(http.get('/large'))).message, /larger than 10 MiB/)
  assert.match((await failure(http.get('/broken'))).message, /not valid JSON/)
  assert.equal((await failure(http.get('/page'))).message, 'Acme failed with status 502 (PROCESSING_ERROR)')
})

test('reads every page, and stops at an empty one', async () => {
  await using vendor = await fakeVendor({
    'GET /v2/things': ({ query }) => (query.cursor === 'b' ? { data: [3], next: null } : { data: [1, 2], next: 'b' }),
    'GET /v2/none': { data: [] },
    'GET /v2/offset': ({ query }) => ({ rows: query.offset === '0' ? [1, 2] : query.offset === '2' ? [3, 4] : [] }),
    'POST /v2/search': ({ body }) => ((body as { cursor?: string }).cursor ? { data: [2] } : { data: [1], next: 'x' }),
    'GET /v2/link': ({ query }) => ({
      status: 200,
      body: query.page ? [2] : [1],
      headers: query.page ? {} : { link: '<https://api.acme.example/v2/link?page=2>; rel="next", <x>; rel="last"' },
    }),
  })
  const { http } = open(vendor)

  assert.deepEqual(await Array.fromAsync(http.pages('/things', { sort: 'id' })), [1, 2, 3])
  assert.deepEqual(
    vendor.calls.map(({ query }) => query),
    [
      { limit: '2', sort: 'id' },
      { limit: '2', sort: 'id', cursor: 'b' },
    ],
  )
  assert.deepEqual(await Array.fromAsync(http.pages('/none')), [])
  const offset = { pages: offsetPages({ items: 'rows', limit: 2 }) }
  assert.deepEqual(await Array.fromAsync(http.pages('/offset', {}, offset)), [1, 2, 3, 4])
  assert.deepEqual(await Array.fromAsync(http.pages('/search', {}, { method: 'POST', body: { q: 'ada' } })), [1, 2])
  assert.deepEqual(vendor.calls.at(-1)?.body, { q: 'ada', limit: 2, cursor: 'x' })
  assert.deepEqual(await Array.fromAsync(http.pages('/link', {}, { pages: linkPages() })), [1, 2])
})

test('a vendor that names the same next page for ever is stopped', async () => {
  await using vendor = await fakeVendor({ 'GET /v2/things': { data: [1], next: 'same' } })

  assert.match((await failure(Array.fromAsync(open(vendor).http.pages('/things')))).message, /again and again/)
  assert.equal(vendor.calls.length, 2)
})

test('credentials go to no host that the connector does not name', async () => {
  await using vendor = await fakeVendor(() => ({}))
  const { http } = open(vendor)

  await http.get('https://eu.files.acme.example/v2/things')
  assert.equal(vendor.calls.length, 1)
  for (const url of [
    'https://evil.example/',
    'http://eu.files.acme.example/',
    'https://files.acme.example.evil.example/',
    '//evil.example/x',
    'file:///etc/passwd',
  ]) {
    assert.equal((await failure(http.get(url))).code, 'PROCESSING_ERROR', url)
  }
  assert.equal(vendor.calls.length, 1)
})

test('a host with a private address is refused where nothing stands in for it', async () => {
  await using vendor = await fakeVendor(() => ({}))
  const { createSafeAgent } = await import('../lib/safe-fetch.ts')
  const selfHosted = { ...acme, http: { ...acme.http, baseUrl: vendor.url } }
  const agent = createSafeAgent()
  const { http } = connect(selfHosted, { vendor, credentials, overrides: {}, agent })

  const error = await failure(http.get('/things'))

  assert.equal(error.code, 'CONFIG_SCHEMA_INVALID')
  assert.equal(vendor.calls.length, 0)
  await agent.close()
})

test('no secret is in what is recorded, logged or said', async () => {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  await using vendor = await fakeVendor((call) => ({
    status: 400,
    headers: { 'set-cookie': 'sid=1' },
    body: { error: { text: `token ${call.headers.authorization} and pin 4711-4711 are bad` }, refresh_token: 'rt' },
  }))
  const { http, recorded } = open(vendor, { log, settings: { pin: '4711-4711' } })

  const body = {
    password: 'hunter2',
    kind: 'forbearers',
    note: 'the pin is 4711-4711',
    nested: [{ client_secret: 'x' }],
    pageToken: 'p',
  }
  const error = await failure(http.post('/things', body, { query: { access_token: 'q', q: 'a-secret-token' } }))

  const everything = JSON.stringify([recorded, lines, error.message, error.vendorMessage])
  for (const secret of ['a-secret-token', '4711-4711', 'hunter2', 'sid=1', '"rt"'])
    assert.ok(!everything.includes(secret), secret)
  assert.deepEqual(recorded[0]?.requestBody, {
    password: '[redacted]',
    kind: 'forbearers',
    note: 'the pin is [redacted]',
    nested: [{ client_secret: '[redacted]' }],
    pageToken: 'p',
  })
  assert.equal(recorded[0]?.vendor, 'acme-folder')
  assert.equal(recorded[0]?.url, 'https://api.acme.example/v2/things?access_token=%5Bredacted%5D&q=[redacted]')
  // What a token answer tells besides tokens is no secret.
  assert.ok(JSON.stringify(recorded).includes('https://api.acme.example'))
})

test('after many failures in a row the vendor is left alone, then tried by one call', async () => {
  const clock = manualClock()
  await using vendor = await fakeVendor({ 'GET /v2/things': { fine: true } })
  const gate = createGate({ vendor: 'Acme', clock, failures: 3, openMs: 10_000 })
  const { http } = open(vendor, { clock, gate })

  vendor.next({ status: 500 }, { status: 500 }, { status: 500 })
  assert.equal((await failure(http.get('/things'))).code, 'PROCESSING_ERROR')
  const left = await failure(http.get('/things'))
  assert.deepEqual([left.code, left.retryAfterMs, vendor.calls.length], ['CONNECTION_FAILED', 10_000, 3])
  clock.advance(10_000)
  assert.deepEqual(await http.get('/things'), { fine: true })
  assert.equal(gate.openUntil(), undefined)
})

test('no more calls at a time than the connector says', async () => {
  let under = 0
  let most = 0
  const clock = manualClock()
  const gate = createGate({ vendor: 'Acme', clock, concurrency: 3 })

  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const leave = await gate.enter(5_000)
      most = Math.max(most, ++under)
      await new Promise(setImmediate)
      under--
      leave('answered')
    }),
  )

  assert.equal(most, 3)
})

test('a call that is called off ends at once', async () => {
  await using vendor = await fakeVendor({ 'POST /v2/things': 'hang' })
  const controller = new AbortController()
  const work = failure(open(vendor, { signal: controller.signal }).http.post('/things', {}))
  controller.abort()

  const error = await work
  assert.deepEqual([error.code, error.ambiguous], ['CONNECTION_FAILED', true])
})
