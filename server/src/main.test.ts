import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { testDatabase } from './test/database.ts'

const adminKey = 'an admin key of enough characters'.replaceAll(' ', '-')
const masterKey = '5f'.repeat(32)

test('says where it is, works, and ends with the first signal when all is drained', async () => {
  await using place = await testDatabase()
  const hub = run({ DATABASE_URL: place.url })
  const url = await hub.ready()

  const made = await fetch(`${url}/api/workspaces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Acme' }),
  })
  assert.equal(made.status, 201)

  hub.child.kill('SIGTERM')
  assert.deepEqual(await hub.ended, [0, null])
  assert.match(hub.output(), /Tenon \S+ is ready at/)
  assert.match(hub.output(), /Platform admin by TENON_ADMIN_KEY/)
  assert.ok(!hub.output().includes(adminKey))
})

test('a request that has begun is answered before the process ends', async () => {
  await using place = await testDatabase()
  const hub = run({ DATABASE_URL: place.url })
  const url = await hub.ready()
  const { promise: body, resolve: send } = Promise.withResolvers<string>()
  const answer = fetch(`${url}/api/workspaces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: new ReadableStream({
      start: async (stream) => {
        stream.enqueue(Buffer.from('{"name":'))
        stream.enqueue(Buffer.from(await body))
        stream.close()
      },
    }),
    duplex: 'half',
  } as RequestInit)
  // Answered behind the first on the same loop, so that the first has arrived.
  await fetch(`${url}/health`)

  hub.child.kill('SIGTERM')
  await hub.says('stopping')
  send('"Late"}')

  assert.equal((await answer).status, 201)
  assert.deepEqual(await hub.ended, [0, null])
})

test('lists everything that is wrong with its configuration, and does not start', async () => {
  const hub = run({ PORT: 'many', TENON_ROLE: 'boss', TENON_ADMIN_KEY: 'short' })

  const [code] = await hub.ended
  assert.equal(code, 1)
  assert.match(hub.output(), /PORT must be/)
  assert.match(hub.output(), /TENON_ROLE must be/)
  assert.match(hub.output(), /TENON_ADMIN_KEY must be/)
  assert.ok(!hub.output().includes('short'))
})

function run(env: Record<string, string>) {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      LOG_FORMAT: 'json',
      TENON_ADMIN_KEY: adminKey,
      TENON_MASTER_KEY: masterKey,
      TENON_STOP_MS: '8000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const heard = new EventTarget()
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk) => {
      output += chunk
      heard.dispatchEvent(new Event('output'))
    })
  }
  const ended = once(child, 'close') as Promise<[number | null, string | null]>
  async function says(pattern: string | RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = new RegExp(pattern).exec(output)
      if (found) return found
      const more = once(heard, 'output')
      const end = await Promise.race([more.then(() => undefined), ended])
      if (end) throw new Error(`It ended with ${end} before it said ${pattern}: ${output}`)
    }
  }
  return { child, ended, output: () => output, says, ready: async () => (await says(/ready at (http\S+)/))[1]! }
}
