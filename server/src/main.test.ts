import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { emulators } from './sandbox/index.ts'
import { testDatabase } from './test/database.ts'
import { until } from './test/until.ts'

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

test('the workspace Sandbox is connected to every emulator, once, and hears of leads', async () => {
  await using place = await testDatabase()
  const dataFolder = await mkdtemp(join(tmpdir(), 'tenon-main-'))
  const env = { DATABASE_URL: place.url, TENON_DATA: dataFolder, TENON_SANDBOX: 'on' }
  try {
    const hub = run(env)
    const url = await hub.ready()
    await hub.says('the workspace Sandbox is connected')
    const { apiKey } = JSON.parse(await readFile(join(dataFolder, 'sandbox-workspace.json'), 'utf8'))
    const read = async (at: string, path: string) => {
      const answer = await fetch(`${at}/api${path}`, { headers: { authorization: `Bearer ${apiKey}` } })
      return ((await answer.json()) as { data: Record<string, unknown>[] }).data
    }
    const connected = await read(url, '/integrations')
    await fetch(`${url}/api/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'lead.captured', payload: { email: 'ada@example.com', name: 'Ada' } }),
    })
    const upserts = () => read(url, '/integrations/logs?operation=contacts.upsert')
    const [upsert] = await until('the contact', async () => ((await upserts()).length > 0 ? upserts() : undefined))
    hub.child.kill('SIGTERM')
    await hub.ended
    const second = run(env)
    const later = await second.ready()
    await second.says('the workspace Sandbox is connected')
    const again = await read(later, '/integrations')
    second.child.kill('SIGTERM')
    await second.ended

    const ready = emulators.flatMap(({ connects }) => connects.map(({ connector }) => connector))
    assert.deepEqual(new Set(connected.map(({ templateId }) => templateId)), new Set(ready))
    assert.deepEqual(new Set(connected.map(({ status }) => status)), new Set(['active']))
    assert.equal(upsert?.status, 'success')
    assert.deepEqual(
      again.map(({ id }) => id),
      connected.map(({ id }) => id),
    )
    assert.match(hub.output(), /the workspace "Sandbox" is connected to .*HubSpot/)
    assert.ok(!hub.output().includes(apiKey))
  } finally {
    await rm(dataFolder, { recursive: true })
  }
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
      TENON_SANDBOX: 'off',
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
