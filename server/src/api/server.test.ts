import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import { Type } from 'typebox'
import { readConfig } from '../config.ts'
import { canonicalErrorCode, errorCodes } from '../kit/error-codes.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { withClient } from '../test/server.ts'
import { createAccess } from './access.ts'
import { createRateLimits } from './rate-limit.ts'
import { createServer } from './server.ts'

const hub: Hub = await startHub()
after(() => hub[Symbol.asyncDispose]())

const events = '/api/events'
const good = { type: 'lead.captured', payload: { email: 'ada@example.com' } }

test('names each field that is wrong, and says what it must be', async () => {
  const { status, body } = await hub.request('POST', `/api/workspaces/${hub.workspace.id}/api-keys`, {
    body: { name: '', scopes: ['events:rite'], expiresAt: 'tomorrow' },
  })

  assert.equal(status, 400)
  assert.equal(body.errorCode, 'VALIDATION_FAILED')
  assert.equal(body.gracefulFail, false)
  const fields = Object.fromEntries(body.details!.map(({ field, message }) => [field, message]))
  assert.deepEqual(Object.keys(fields).sort(), ['body.expiresAt', 'body.name', 'body.scopes[0]'])
  assert.equal(fields['body.name'], 'must be one line of text, 1 to 200 characters')
  assert.equal(fields['body.expiresAt'], 'must be a time such as 2026-01-31T09:30:00Z')
  assert.match(body.error, /^body\.name must be one line of text/)
})

test('says which fields are missing', async () => {
  const { body } = await hub.request('POST', `/api/workspaces/${hub.workspace.id}/members`, { body: {} })

  assert.deepEqual(body.details, [
    { field: 'body.email', message: 'is missing; give an e-mail address' },
    { field: 'body.role', message: 'is missing; give "owner", "admin" or "member"' },
  ])
})

test('refuses a field that it does not know, and names those it does', async () => {
  const { status, body } = await hub.request('PATCH', `/api/workspaces/${hub.workspace.id}`, {
    body: { name: 'Acme', colour: 'red' },
  })

  assert.equal(status, 400)
  assert.deepEqual(body.details, [{ field: 'body.colour', message: 'is not known here; the fields are name' }])
})

test('reads numbers out of query strings, but never out of bodies', async () => {
  const listed = await hub.request('GET', `${events}?limit=7`)
  const wrong = await hub.request('GET', `${events}?limit=many`)
  const body = await hub.request('PATCH', `/api/workspaces/${hub.workspace.id}`, { body: { name: 7 } })

  assert.equal(listed.status, 200)
  assert.equal(wrong.body.details![0]!.field, 'query.limit')
  assert.equal(body.status, 400)
})

for (const [what, sent, code, status] of [
  ['JSON that ends too early', '{"type":', 'MALFORMED_JSON', 400],
  ['a key that would poison prototypes', '{"__proto__":{"admin":true}}', 'VALIDATION_FAILED', 400],
  ['a null character', '{"type":"lead.captured","payload":{"a":"x\\u0000"}}', 'VALIDATION_FAILED', 400],
  ['half a surrogate pair', '{"type":"lead.captured","payload":{"a":"\\ud83d"}}', 'VALIDATION_FAILED', 400],
  ['nesting without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'VALIDATION_FAILED', 400],
  ['no body at all', '', 'VALIDATION_FAILED', 400],
  ['a body that is too large', `"${'x'.repeat(1_100_000)}"`, 'PAYLOAD_TOO_LARGE', 413],
] as const) {
  test(`answers ${code} for ${what}`, async () => {
    const answer = await hub.request('POST', events, { body: sent })

    assert.equal(answer.status, status)
    assert.equal(answer.body.success, false)
    assert.equal(answer.body.errorCode, code)
    assert.equal(answer.body.requestId, answer.headers.get('x-request-id'))
  })
}

test('names the field in which a null character stands', async () => {
  const { body } = await hub.request('POST', events, {
    body: '{"type":"lead.captured","payload":{"tags":["a","b\\u0000"]}}',
  })

  assert.equal(body.details![0]!.field, 'body.payload.tags[1]')
})

test('judges a list of very many wrong items by its beginning', async () => {
  const { status, body } = await hub.request('POST', `${events}/batch`, { body: { events: Array(200_000).fill({}) } })

  assert.equal(status, 400)
  assert.ok(body.details!.length < 100)
  assert.ok(body.details!.some(({ field }) => field === 'body.events[0].type'))
})

test('takes bodies of JSON only', async () => {
  const { status, body } = await hub.request('POST', events, {
    body: 'type=lead.captured',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })

  assert.equal(status, 415)
  assert.equal(body.errorCode, 'UNSUPPORTED_MEDIA_TYPE')
})

test('does not know other paths', async () => {
  const { status, body } = await hub.request('GET', '/api/nothing')

  assert.equal(status, 404)
  assert.equal(body.errorCode, 'NOT_FOUND')
})

test('says which methods a path has', async () => {
  const { status, body, headers } = await hub.request('PUT', `/api/workspaces/${hub.workspace.id}`)

  assert.equal(status, 405)
  assert.equal(body.errorCode, 'METHOD_NOT_ALLOWED')
  assert.equal(headers.get('allow'), 'DELETE, GET, HEAD, PATCH')
})

test('answers in the envelope what is no HTTP at all', async () => {
  const socket = connect(Number(new URL(hub.url).port), '127.0.0.1')
  socket.end('HELLO\r\n\r\n')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  await once(socket, 'close')

  assert.match(text, /^HTTP\/1\.1 400 /)
  const failure = JSON.parse(text.slice(text.indexOf('\r\n\r\n')))
  assert.equal(failure.errorCode, 'VALIDATION_FAILED')
  assert.ok(failure.requestId)
})

test('takes over the request id of the caller, unless it could not stand in a log', async () => {
  const named = await hub.request('GET', '/health', { headers: { 'x-request-id': 'order-42' } })
  const unfit = await hub.request('GET', '/health', { headers: { 'x-request-id': 'x'.repeat(129) } })

  assert.equal(named.headers.get('x-request-id'), 'order-42')
  assert.match(unfit.headers.get('x-request-id')!, /^[0-9a-f-]{36}$/)
})

test('lets no browser guess, frame, cache or run an answer', async () => {
  const { headers } = await hub.request('POST', events, { body: good })

  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.match(headers.get('content-security-policy')!, /default-src 'none'/)
})

test('answers with the request id alone when it fails itself', async () => {
  const answer = await withRoute('/broken', () => {
    throw new Error('the password is hunter2')
  })

  assert.equal(answer.statusCode, 500)
  assert.equal(answer.json().errorCode, 'INTERNAL')
  assert.ok(!answer.body.includes('hunter2'))
})

for (const [code, status, errorCode] of [
  ['23505', 409, 'CONFLICT'],
  ['22P02', 400, 'VALIDATION_FAILED'],
  ['40P01', 503, 'UNAVAILABLE'],
  ['57P01', 503, 'UNAVAILABLE'],
  ['ECONNREFUSED', 503, 'UNAVAILABLE'],
  ['42P01', 500, 'INTERNAL'],
] as const) {
  test(`answers ${errorCode} when the database says ${code}`, async () => {
    const answer = await withRoute('/query', () => {
      throw Object.assign(new Error('duplicate key value violates unique constraint "secret_name"'), { code })
    })

    assert.equal(answer.statusCode, status)
    assert.equal(answer.json().errorCode, errorCode)
    assert.ok(!answer.body.includes('secret_name'))
    assert.equal(answer.headers['retry-after'], status === 503 ? '1' : undefined)
  })
}

test('does not register a route that does not say who may call it', async () => {
  const server = plainServer()

  assert.throws(() => server.get('/open', async () => 'x'), /must say in its config who may call it/)
  assert.throws(() => server.get('/both', { config: { public: true, platform: true } }, async () => 'x'), TypeError)
})

test('every error code has a status, and every alias one canonical name', () => {
  for (const [code, { status, message }] of Object.entries(errorCodes)) {
    assert.ok(status >= 400 && status < 600, code)
    assert.match(message, /^[A-Z].*\.$/)
  }
  assert.equal(canonicalErrorCode('RATE_LIMIT'), 'RATE_LIMIT_EXCEEDED')
  assert.equal(canonicalErrorCode('INVALID_CREDENTIALS'), 'AUTH_ERROR')
  assert.equal(canonicalErrorCode('CONFIG_ERROR'), 'CONFIG_SCHEMA_INVALID')
  assert.equal(canonicalErrorCode('SOMETHING'), undefined)
})

test('says that it is unavailable while the database is gone, and is alive all the same', async () => {
  await using lonely = await startHub()
  const name = new URL(lonely.databaseUrl).pathname.slice(1)
  await withClient(lonely.databaseUrl.replace(name, 'postgres'), (client) =>
    client.query(`drop database ${name} with (force)`),
  )

  const ready = await lonely.request('GET', '/ready')
  const listed = await lonely.request('GET', '/api/workspaces', { key: lonely.adminKey })
  const health = await lonely.request('GET', '/health')

  assert.equal(ready.status, 503)
  assert.equal(listed.status, 503)
  assert.equal(listed.body.errorCode, 'UNAVAILABLE')
  assert.equal(listed.headers.get('retry-after'), '1')
  assert.equal(health.status, 200)
})

function plainServer() {
  const config = readConfig({})
  const clock = systemClock
  const limits = createRateLimits({ config, clock })
  const authenticate = () => assert.fail('nobody is asked')
  return createServer({ config, log: silentLog, clock, guards: [createAccess({ authenticate, limits })] })
}

function withRoute(url: string, handler: () => never) {
  const server = plainServer()
  server.get(url, { config: { public: true }, schema: { response: { 200: Type.Null() } } }, async () => handler())
  return server.inject(url)
}
