import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createClient, TenonError } from './index.ts'

const event = { id: '0198c5f0-7a3e-7c4d-9b1e-2f6a8d3c5e71', type: 'lead.captured' }
const newEvent = { type: 'lead.captured', payload: { email: 'ada@example.com' } }

test('sends what it was given, and answers the data', async () => {
  await using hub = await scripted([{ status: 202, body: { success: true, data: event } }])
  const tenon = createClient({ url: `${hub.url}/`, apiKey: 'a-key', workspaceId: 'a-workspace' })

  const published = await tenon.events.publish(newEvent)

  assert.deepEqual(published, event)
  const [request] = hub.requests
  assert.equal(`${request?.method} ${request?.path}`, 'POST /api/events')
  assert.deepEqual(request?.body, newEvent)
  assert.equal(request?.headers.authorization, 'Bearer a-key')
  assert.equal(request?.headers['x-workspace-id'], 'a-workspace')
  assert.equal(request?.headers['content-type'], 'application/json')
})

test('throws what the hub says is wrong, field by field', async () => {
  const details = [{ field: 'body.type', message: 'must be text' }]
  const failure = {
    success: false,
    error: 'No.',
    errorCode: 'VALIDATION_FAILED',
    gracefulFail: false,
    details,
    requestId: 'r1',
  }
  await using hub = await scripted([{ status: 400, body: failure }])

  const error = await thrown(createClient({ url: hub.url }).events.publish(newEvent))

  const { message, errorCode, status, requestId, gracefulFail } = error
  assert.deepEqual(
    { message, errorCode, status, requestId, gracefulFail, details: error.details },
    { message: 'No.', errorCode: 'VALIDATION_FAILED', status: 400, requestId: 'r1', gracefulFail: false, details },
  )
  assert.equal(hub.requests.length, 1)
})

test('creates once, however often it has to be sent', async () => {
  await using hub = await scripted([
    { status: 503, body: failed('UNAVAILABLE') },
    'hang up',
    { status: 409, body: failed('IDEMPOTENCY_IN_PROGRESS') },
    { status: 202, body: { success: true, data: event } },
  ])

  await createClient({ url: hub.url }).events.publish(newEvent)

  const keys = hub.requests.map(({ headers }) => headers['idempotency-key'])
  assert.equal(keys.length, 4)
  assert.match(String(keys[0]), /^[0-9a-f]{32}$/)
  assert.equal(new Set(keys).size, 1)
})

test('takes the idempotency key of the caller', async () => {
  await using hub = await scripted([{ status: 202, body: { success: true, data: event } }])

  await createClient({ url: hub.url }).events.publish(newEvent, { idempotencyKey: 'order-17' })

  assert.equal(hub.requests[0]?.headers['idempotency-key'], 'order-17')
})

test('sends no idempotency key, and nothing twice, where it is told so', async () => {
  await using hub = await scripted([{ status: 503, body: failed('UNAVAILABLE') }])

  await thrown(createClient({ url: hub.url }).events.publish(newEvent, { idempotencyKey: false }))

  assert.deepEqual(
    hub.requests.map(({ headers }) => headers['idempotency-key']),
    [undefined],
  )
})

test('reads again after a failure that may pass, and gives up after the retries', async () => {
  await using hub = await scripted(Array.from({ length: 3 }, () => ({ status: 502, body: 'a proxy says no' })))

  const error = await thrown(createClient({ url: hub.url, retries: 2 }).events.get(event.id))

  assert.equal(error.errorCode, 'UNEXPECTED_ANSWER')
  assert.equal(error.status, 502)
  assert.equal(hub.requests.length, 3)
})

for (const status of [500, 404, 401]) {
  test(`does not try again what was answered ${status}`, async () => {
    await using hub = await scripted([{ status, body: failed('INTERNAL') }])

    const error = await thrown(createClient({ url: hub.url }).events.get(event.id))

    assert.equal(error.status, status)
    assert.equal(hub.requests.length, 1)
  })
}

test('does not repeat a change, of which nobody could say whether it had happened', async () => {
  await using hub = await scripted(['hang up', { status: 503, body: failed('UNAVAILABLE') }])
  const tenon = createClient({ url: hub.url })

  const change = await thrown(tenon.endpoints.update('an-endpoint', { name: 'Another name' }))
  const replay = await thrown(tenon.deliveries.replay('a-delivery'))

  assert.equal(change.errorCode, 'CONNECTION_FAILED')
  assert.equal(replay.errorCode, 'UNAVAILABLE')
  assert.equal(hub.requests.length, 2)
})

test('comes again when it was too fast, whatever it wanted to do', async () => {
  await using hub = await scripted([
    { status: 429, body: failed('RATE_LIMIT_EXCEEDED'), headers: { 'retry-after': '0' } },
    { status: 200, body: { success: true, data: {} } },
  ])

  await createClient({ url: hub.url }).deliveries.cancel('a-delivery')

  assert.equal(hub.requests.length, 2)
})

test('hands a long wait to the caller', async () => {
  await using hub = await scripted([
    { status: 429, body: failed('RATE_LIMIT_EXCEEDED'), headers: { 'retry-after': '3600' } },
  ])

  const error = await thrown(createClient({ url: hub.url }).events.get(event.id))

  assert.equal(error.retryAfterMs, 3_600_000)
})

test('says that the hub cannot be reached, and that the flow may carry on', async () => {
  const hub = await scripted([])
  await hub[Symbol.asyncDispose]()

  const error = await thrown(createClient({ url: hub.url, retries: 0 }).events.publish(newEvent))

  assert.equal(error.errorCode, 'CONNECTION_FAILED')
  assert.equal(error.gracefulFail, true)
  assert.match(error.message, /cannot be reached \(ECONNREFUSED\)/)
})

test('says that the hub did not answer in time', async () => {
  await using hub = await scripted(['never answer'])

  const error = await thrown(createClient({ url: hub.url, retries: 0, timeoutMs: 50 }).events.get(event.id))

  assert.equal(error.errorCode, 'TIMEOUT')
})

test('ends with the caller’s own reason when the caller aborts, even between tries', async () => {
  await using hub = await scripted([{ status: 503, body: failed('UNAVAILABLE'), headers: { 'retry-after': '30' } }])
  const abort = new AbortController()
  const reason = new Error('no longer wanted')
  hub.onRequest = () => setImmediate(() => abort.abort(reason))

  await assert.rejects(
    createClient({ url: hub.url }).events.get(event.id, { signal: abort.signal }),
    (error) => error === reason,
  )
})

test('lists page after page', async () => {
  await using hub = await scripted([
    { status: 200, body: { success: true, data: [{ id: '3' }, { id: '2' }], nextCursor: 'further' } },
    { status: 200, body: { success: true, data: [{ id: '1' }], nextCursor: null } },
  ])

  const page = await createClient({ url: hub.url }).events.list({ type: 'booking.*', limit: 2 })
  const ids = await Array.fromAsync(page, ({ id }) => id)

  assert.deepEqual(
    page.data.map(({ id }) => id),
    ['3', '2'],
  )
  assert.equal(page.nextCursor, 'further')
  assert.deepEqual(ids, ['3', '2', '1'])
  assert.deepEqual(
    hub.requests.map(({ path }) => path),
    ['/api/events?type=booking.*&limit=2', '/api/events?type=booking.*&limit=2&cursor=further'],
  )
})

test('writes several states as one filter, and ids so that they stay one part of the path', async () => {
  await using hub = await scripted([
    { status: 200, body: { success: true, data: [], nextCursor: null } },
    { status: 404, body: failed('NOT_FOUND') },
  ])
  const tenon = createClient({ url: hub.url })

  await tenon.deliveries.list({ status: ['dead', 'cancelled'] })
  await thrown(tenon.endpoints.get('../events?x'))

  assert.deepEqual(
    hub.requests.map(({ path }) => path),
    ['/api/integrations/webhooks/deliveries?status=dead%2Ccancelled', '/api/integrations/webhooks/..%2Fevents%3Fx'],
  )
  await assert.rejects(tenon.endpoints.delete(''), { name: 'TypeError', message: /without its id/ })
})

test('sends a file as it is, once', async () => {
  await using hub = await scripted([{ status: 503, body: failed('UNAVAILABLE') }])
  const file = { name: 'plan.json', content: Buffer.from('{"a":1}'), contentType: 'application/json' }

  await thrown(createClient({ url: hub.url }).services.uploadFile(file, 'forms'))

  assert.deepEqual(
    hub.requests.map(({ method, path, body }) => [method, path, body]),
    [['POST', '/api/files?name=plan.json&folder=forms', { a: 1 }]],
  )
})

test('deletes without an answer', async () => {
  await using hub = await scripted([{ status: 204, body: '' }])

  assert.equal(await createClient({ url: hub.url }).endpoints.delete('an-endpoint'), undefined)
  assert.equal(hub.requests[0]?.headers['content-type'], undefined)
})

test('refuses a url that is none', () => {
  assert.throws(() => createClient({ url: 'localhost:3000' }), { name: 'TypeError', message: /http:\/\// })
})

test('uses the fetch that it is given', async () => {
  const asked: string[] = []
  const tenon = createClient({
    url: 'http://hub.test',
    fetch: async (url) => {
      asked.push(String(url))
      return Response.json({ success: true, data: event })
    },
  })

  await tenon.events.get('an-event')

  assert.deepEqual(asked, ['http://hub.test/api/events/an-event'])
})

const failed = (errorCode: string) => ({
  success: false,
  error: 'It failed.',
  errorCode,
  gracefulFail: false,
  requestId: 'r',
})

async function thrown(promise: Promise<unknown>): Promise<TenonError> {
  const error = await promise.then(
    () => assert.fail('it succeeded'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof TenonError, String(error))
  return error
}

type Answer = { status: number; body: unknown; headers?: Record<string, string> } | 'hang up' | 'never answer'
type Seen = { method: string; path: string; headers: IncomingMessage['headers']; body: unknown }

/** A server that gives these answers in turn and remembers what it was asked. */
async function scripted(answers: Answer[]) {
  const requests: Seen[] = []
  const hub = { requests, url: '', onRequest: () => {}, [Symbol.asyncDispose]: () => Promise.resolve() }
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { method = '', url = '', headers } = request
    requests.push({ method, path: url, headers, body: text === '' ? undefined : JSON.parse(text) })
    hub.onRequest()
    const answer = answers.shift() ?? { status: 500, body: 'There is no answer left.' }
    if (answer === 'never answer') return
    if (answer === 'hang up') return void request.socket.destroy()
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  hub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  hub[Symbol.asyncDispose] = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return hub
}
