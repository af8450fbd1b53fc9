import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { createSafeDial } from './safe-dial.ts'

const { signal } = new AbortController()
const somewhere = { port: 25, timeoutMs: 1_000, signal }

test('a private or loopback host is refused, literal or by name, before anything is sent', async () => {
  const dial = createSafeDial({ lookup: async () => ['10.0.0.7'] })

  for (const host of ['127.0.0.1', '[::1]', '169.254.169.254', '192.168.1.1', 'mail.example'])
    await assert.rejects(dial({ ...somewhere, host }), { code: 'ADDRESS_REFUSED' })
})

test('a name of which one address is private is refused altogether', async () => {
  const dial = createSafeDial({ lookup: async () => ['93.184.216.34', '10.0.0.7'] })

  await assert.rejects(dial({ ...somewhere, host: 'mail.example' }), /mail\.example resolves to 10\.0\.0\.7/)
})

test('loopback is reached where it is allowed, and a call that was called off is not begun', async () => {
  const server = createServer((socket) => socket.end('220 hello\r\n')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const dial = createSafeDial({ allowLoopback: true, lookup: async () => ['127.0.0.1'] })

  const socket = await dial({ ...somewhere, host: 'mail.example', port })
  const [greeting] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  await assert.rejects(dial({ ...somewhere, host: '127.0.0.1', port, signal: AbortSignal.abort() }))
  server.close()

  assert.equal(greeting.toString(), '220 hello\r\n')
})
