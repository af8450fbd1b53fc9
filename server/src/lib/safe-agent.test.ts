import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { checkUrl } from './check-url.ts'
import { createSafeAgent, type SafeAgentOptions } from './safe-agent.ts'
import { SendError, send } from './send.ts'

/** A receiver on loopback that counts who reaches it. */
async function receiver() {
  const reached = { connections: 0, requests: [] as string[] }
  const server = createServer((request, response) => {
    reached.requests.push(`${request.method} ${request.url}`)
    if (request.url === '/redirect') response.writeHead(302, { location: '/elsewhere' }).end()
    else response.end('ok')
  })
  server.on('connection', () => reached.connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    reached,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function agentWith(options: SafeAgentOptions) {
  const agent = createSafeAgent(options)
  return { agent, [Symbol.asyncDispose]: () => agent.destroy() }
}

const request = (origin: string, path = '/') => ({
  origin,
  path,
  method: 'POST' as const,
  headers: ['content-type', 'application/json'],
  body: '{}',
  timeoutMs: 5_000,
  maxBytes: 100,
})

test('refuses a literal private host before any connection', async () => {
  await using server = await receiver()
  await using safe = agentWith({})

  for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', '127.1', '0x7f000001', '[::1]', '0.0.0.0']) {
    await assert.rejects(send(safe.agent, request(`http://${host}:${server.port}`)), (error) => {
      assert.ok(error instanceof SendError)
      assert.equal(error.code, 'ADDRESS_REFUSED')
      assert.match(error.message, /^Refused to connect: .* is (a loopback|an address of "this network")/)
      return true
    })
  }
  await assert.rejects(send(safe.agent, request(`https://127.0.0.1:${server.port}`)), { code: 'ADDRESS_REFUSED' })

  assert.deepEqual(server.reached, { connections: 0, requests: [] })
})

test('refuses a name when any of its addresses is refused', async () => {
  await using server = await receiver()
  await using safe = agentWith({ lookup: async () => ['93.184.215.14', '127.0.0.1'] })

  await assert.rejects(send(safe.agent, request(`http://half.example.com:${server.port}`)), {
    code: 'ADDRESS_REFUSED',
    message: 'Refused to connect: half.example.com resolves to 127.0.0.1: 127.0.0.1 is a loopback address',
  })

  assert.equal(server.reached.connections, 0)
})

test('a name that was public when registered and private when called reaches nothing', async () => {
  await using server = await receiver()
  const answers = [['93.184.215.14'], ['127.0.0.1']]
  const lookup = async () => answers.shift() ?? ['127.0.0.1']
  await using safe = agentWith({ lookup })
  const url = `http://rebinding.example.com:${server.port}/`

  const registered = await checkUrl(url, { lookup })
  assert.equal(registered.ok, true)
  await assert.rejects(send(safe.agent, request(new URL(url).origin)), { code: 'ADDRESS_REFUSED' })

  assert.equal(server.reached.connections, 0)
})

test('connects to the addresses it judged, and asks for them once', async () => {
  await using server = await receiver()
  const asked: string[] = []
  // A second question would be answered by an address at which nobody listens.
  const lookup = async (name: string) => (asked.push(name) === 1 ? ['127.0.0.1'] : ['192.0.2.1'])
  await using safe = agentWith({ lookup, allow: ['127.0.0.1/32'] })

  const answer = await send(safe.agent, request(`http://pinned.example.com:${server.port}`))

  assert.equal(answer.status, 200)
  assert.deepEqual(asked, ['pinned.example.com'])
})

test('many connections to one name share one answer of the resolver', async () => {
  await using server = await receiver()
  let asked = 0
  const lookup = async () => {
    asked++
    return ['127.0.0.1']
  }
  await using safe = agentWith({ lookup, allowLoopback: true, maxConnectionsPerOrigin: 8 })

  const origin = `http://shared.example.com:${server.port}`
  await Promise.all(Array.from({ length: 8 }, () => send(safe.agent, request(origin))))

  assert.equal(server.reached.connections, 8)
  assert.equal(asked, 1)
})

test('reuses connections from request to request', async () => {
  await using server = await receiver()
  await using safe = agentWith({ allowLoopback: true })

  for (let count = 0; count < 20; count++) await send(safe.agent, request(`http://127.0.0.1:${server.port}`))

  // A second one, because undici waits one turn of the event loop before it uses a connection again.
  assert.ok(server.reached.connections <= 2, `${server.reached.connections} connections`)
  assert.equal(server.reached.requests.length, 20)
})

test('opens no more connections to one origin than allowed', async () => {
  await using server = await receiver()
  await using safe = agentWith({ allowLoopback: true, maxConnectionsPerOrigin: 2 })

  const origin = `http://127.0.0.1:${server.port}`
  await Promise.all(Array.from({ length: 20 }, () => send(safe.agent, request(origin))))

  assert.equal(server.reached.connections, 2)
})

test('answers a redirect as it is and does not follow it', async () => {
  await using server = await receiver()
  await using safe = agentWith({ allowLoopback: true })

  const answer = await send(safe.agent, request(`http://127.0.0.1:${server.port}`, '/redirect'))

  assert.equal(answer.status, 302)
  assert.equal(answer.headers.location, '/elsewhere')
  assert.deepEqual(server.reached.requests, ['POST /redirect'])
})

test('a name without an address is a failed connection', async () => {
  const lookup = async () => {
    throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
  }
  await using broken = agentWith({ lookup })
  await using empty = agentWith({ lookup: async () => [] })

  for (const { agent } of [broken, empty]) {
    await assert.rejects(send(agent, request('http://nowhere.example.com')), {
      code: 'CONNECTION_FAILED',
      causeCode: 'ENOTFOUND',
    })
  }
})

test('a name whose resolver never answers is given up after the time for connecting', async () => {
  await using safe = agentWith({ lookup: () => new Promise(() => {}), connectTimeoutMs: 20 })

  await assert.rejects(send(safe.agent, request('http://silent.example.com')), {
    code: 'TIMEOUT',
    causeCode: 'UND_ERR_CONNECT_TIMEOUT',
  })
})

test('an origin whose connections failed is reached as soon as they succeed', async () => {
  await using server = await receiver()
  let isDown = true
  const lookup = async () => {
    if (isDown) throw Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' })
    return ['127.0.0.1']
  }
  await using safe = agentWith({ lookup, allowLoopback: true, maxConnectionsPerOrigin: 1 })
  const origin = `http://shaky.example.com:${server.port}`

  const failures = await Promise.allSettled([1, 2, 3].map(() => send(safe.agent, request(origin))))
  isDown = false

  for (const failure of failures) {
    assert.equal(failure.status === 'rejected' && failure.reason.causeCode, 'EAI_AGAIN')
  }
  assert.equal((await send(safe.agent, request(origin))).status, 200)
})

test('a range that is not a CIDR is refused when the agent is made', () => {
  assert.throws(() => createSafeAgent({ allow: ['10.0.0.0/8', 'lan'] }), {
    name: 'TypeError',
    message: '"lan" is not a CIDR range such as 10.20.0.0/16',
  })
})
