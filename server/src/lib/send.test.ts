import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import { createSafeAgent } from './safe-agent.ts'
import { SendError, type SendRequest, send } from './send.ts'

/** A server on loopback and an agent that may reach it. */
async function serve(server: Server) {
  const sockets = new Set<Socket>()
  const agent = createSafeAgent({ allowLoopback: true, maxConnectionsPerOrigin: 1 })
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    agent,
    origin,
    sockets,
    post: (changes: Partial<SendRequest> = {}) =>
      send(agent, {
        origin,
        path: '/hook',
        method: 'POST',
        headers: ['content-type', 'application/json', 'X-Webhook-Event', 'lead.captured'],
        body: '{"a":1}',
        timeoutMs: 10_000,
        maxBytes: 64,
        ...changes,
      }),
    /** Resolves when the agent has closed every connection. */
    closed: () =>
      Promise.all([...sockets].map((socket) => socket.destroyed || new Promise((done) => socket.once('close', done)))),
    async [Symbol.asyncDispose]() {
      await agent.destroy()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const http = (listener: RequestListener) => serve(createHttpServer(listener))

/** A server that speaks bytes: `talk` is called when a request has begun to arrive. */
const raw = (talk: (socket: Socket) => void) => serve(createServer((socket) => socket.once('data', () => talk(socket))))

async function failureOf(sending: Promise<unknown>): Promise<SendError> {
  const error = await sending.then(
    () => assert.fail('an answer arrived'),
    (reason) => reason,
  )
  assert.ok(error instanceof SendError, String(error))
  return error
}

test('sends method, path, headers and body, and answers status, headers and body', async () => {
  let seen: unknown
  await using server = await http(async (request, response) => {
    const body = await Array.fromAsync(request, String)
    const { host, connection, ...headers } = request.headers
    seen = { method: request.method, url: request.url, headers, body: body.join('') }
    response.writeHead(201, { 'x-answer': 'yes', 'set-cookie': ['a=1', 'b=2'] }).end('thank you')
  })

  const answer = await server.post()

  assert.deepEqual(seen, {
    method: 'POST',
    url: '/hook',
    headers: { 'content-type': 'application/json', 'x-webhook-event': 'lead.captured', 'content-length': '7' },
    body: '{"a":1}',
  })
  assert.equal(answer.status, 201)
  assert.equal(answer.headers['x-answer'], 'yes')
  assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2'])
  assert.equal(answer.bodyHead, 'thank you')
  assert.equal(answer.truncated, false)
  assert.ok(answer.durationMs > 0)
})

test('every status is an answer, an informational one before it is not', async () => {
  await using server = await http((request, response) => {
    if (request.url === '/103') response.writeEarlyHints({ link: '</a>; rel=preload' })
    response.writeHead(request.url === '/103' ? 200 : Number(request.url?.slice(1))).end()
  })

  for (const status of [200, 204, 301, 307, 400, 410, 429, 500, 503]) {
    assert.equal((await server.post({ path: `/${status}` })).status, status)
  }
  assert.equal((await server.post({ path: '/103' })).status, 200)
})

test('keeps the head of a long body and the connection', async () => {
  await using server = await http((_, response) => response.end('é'.repeat(20_000)))

  const answer = await server.post({ maxBytes: 5 })
  await server.post()

  assert.equal(answer.bodyHead, 'éé')
  assert.equal(answer.truncated, true)
  assert.equal(server.sockets.size, 1)
})

test('cuts a body off that does not end', async () => {
  await using server = await raw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
    const more = () => {
      while (!socket.destroyed && socket.write(`400\r\n${'x'.repeat(1024)}\r\n`));
    }
    socket.on('drain', more)
    more()
  })

  const answer = await server.post()

  assert.equal(answer.status, 200)
  assert.equal(answer.bodyHead, 'x'.repeat(64))
  assert.equal(answer.truncated, true)
  await server.closed()
})

test('replaces bytes that are no text', async () => {
  await using server = await http((_, response) => response.end(Buffer.from([0x61, 0xff, 0x00, 0x62])))

  assert.equal((await server.post()).bodyHead, 'a\ufffd\ufffdb')
})

test('joins a character that arrives in two parts', async () => {
  await using server = await http((_, response) => {
    response.write(Buffer.from([0xc3]))
    setImmediate(() => response.end(Buffer.from([0xa9])))
  })

  assert.equal((await server.post()).bodyHead, 'é')
})

test('gives up when no head arrives in time, and closes the connection', async () => {
  await using server = await raw((socket) => socket.write('HTTP/1.1 200'))

  const error = await failureOf(server.post({ timeoutMs: 250 }))

  assert.equal(error.code, 'TIMEOUT')
  assert.equal(error.status, undefined)
  assert.match(error.message, /^POST http:\S+ took longer than 250 ms, waiting for an answer$/)
  await server.closed()
})

test('gives up when the body trickles on past the deadline, however often a byte arrives', async () => {
  await using server = await raw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n')
    const drip = setInterval(() => socket.write('.'), 5)
    socket.on('close', () => clearInterval(drip))
  })

  const error = await failureOf(server.post({ timeoutMs: 250 }))

  assert.equal(error.code, 'TIMEOUT')
  assert.equal(error.status, 200)
})

test('a request that waits for a busy connection past its deadline is never sent', async () => {
  const urls: (string | undefined)[] = []
  const release = Promise.withResolvers<void>()
  await using server = await http(async (request, response) => {
    urls.push(request.url)
    if (request.url === '/first') await release.promise
    response.end()
  })

  const first = server.post({ path: '/first' })
  const error = await failureOf(server.post({ path: '/second', timeoutMs: 20 }))
  release.resolve()
  await first
  await server.post({ path: '/third' })

  assert.equal(error.code, 'TIMEOUT')
  assert.match(error.message, /waiting for a connection$/)
  assert.deepEqual(urls, ['/first', '/third'])
  assert.equal(server.sockets.size, 1)
})

test('says that nobody listens', async () => {
  const closed = await http(() => {})
  await closed[Symbol.asyncDispose]()
  const agent = createSafeAgent({ allowLoopback: true })

  const error = await failureOf(
    send(agent, { origin: closed.origin, path: '/', method: 'POST', headers: [], timeoutMs: 5_000, maxBytes: 0 }),
  )

  assert.equal(error.code, 'CONNECTION_FAILED')
  assert.equal(error.causeCode, 'ECONNREFUSED')
  await agent.destroy()
})

test('a connection cut before, within or after the head is a failed connection', async () => {
  for (const head of ['', 'HTTP/1.1 200 OK\r\ncontent-', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc']) {
    await using server = await raw((socket) => socket.end(head))

    const { code } = await failureOf(server.post())

    assert.ok(code === 'CONNECTION_FAILED' || code === 'BAD_RESPONSE', `${head}: ${code}`)
  }
  await using reset = await raw((socket) => socket.resetAndDestroy())
  assert.equal((await failureOf(reset.post())).code, 'CONNECTION_FAILED')
})

test('an answer that is not HTTP is a bad response', async () => {
  for (const garbage of ['SSH-2.0-OpenSSH_9.6\r\n', '\0\x01\x02\x03', 'HTTP/1.1 abc\r\n\r\n', '{"ok":true}']) {
    await using server = await raw((socket) => socket.end(garbage))

    assert.equal((await failureOf(server.post())).code, 'BAD_RESPONSE', garbage)
  }
})

test('a head without end is a bad response', async () => {
  await using server = await raw((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\n${`x-filler: ${'y'.repeat(1000)}\r\n`.repeat(100)}\r\n`)
  })

  const error = await failureOf(server.post())

  assert.equal(error.code, 'BAD_RESPONSE')
  assert.equal(error.causeCode, 'UND_ERR_HEADERS_OVERFLOW')
})

test('a server without TLS behind an https URL is a TLS failure', async () => {
  await using server = await http((_, response) => response.end())

  const error = await failureOf(server.post({ origin: server.origin.replace('http:', 'https:') }))

  assert.equal(error.code, 'TLS')
})

test('a header or path that cannot be sent is an invalid request, and does not hold up the next one', async () => {
  await using server = await http((_, response) => response.end())

  assert.equal((await failureOf(server.post({ headers: ['x-bad', 'a\r\nb: c'] }))).code, 'INVALID_REQUEST')
  assert.equal((await failureOf(server.post({ path: '/a b' }))).code, 'INVALID_REQUEST')
  assert.equal((await failureOf(server.post({ headers: ['content-length', '2'] }))).code, 'INVALID_REQUEST')
  assert.equal((await failureOf(server.post({ origin: 'nowhere' }))).code, 'INVALID_REQUEST')
  assert.equal((await server.post()).status, 200)
})

test('a destroyed agent fails what is in flight', async () => {
  const arrived = Promise.withResolvers<void>()
  await using server = await http(() => arrived.resolve())

  const sending = server.post()
  await arrived.promise
  await server.agent.destroy()

  assert.equal((await failureOf(sending)).code, 'CONNECTION_FAILED')
})
