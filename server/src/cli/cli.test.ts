import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { Delivery, Event } from 'tenon-sdk'
import { createTenon } from '../index.ts'
import { testDatabase } from '../test/database.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { startReceiver } from '../test/receiver.ts'
import { withClient } from '../test/server.ts'
import { until } from '../test/until.ts'
import { runCommand } from './run.ts'

const lead = { email: 'ada@example.com', source: 'website' }

test('publishes from an argument and from standard input, and lists it', async () => {
  await using hub = await startHub()

  const one = await run(hub, ['events', 'publish', 'lead.captured', JSON.stringify(lead)])
  const other = await run(hub, ['events', 'publish', 'lead.captured', '-', '--json'], { input: JSON.stringify(lead) })
  const list = await run(hub, ['events', 'tail', '--since', '-1h', '--once', '--json'])

  const { id } = JSON.parse(other.out[0]!) as Event
  assert.match(one.out[0]!, /^[0-9a-f-]{36} {2}lead\.captured$/)
  const events = list.out.map((line) => (JSON.parse(line) as { event: Event }).event)
  assert.deepEqual(
    events.map((event) => event.id),
    [one.out[0]!.slice(0, 36), id],
  )
  assert.deepEqual(events[0]?.payload, lead)
})

test('tells what was wrong, once, and what to do about it', async () => {
  await using hub = await startHub()
  const cases: [string[], number, RegExp][] = [
    [
      ['events', 'publish', 'lead.captures', '{}'],
      1,
      /^tenon: body\.type is not a known event type; did you mean lead\.captured/,
    ],
    [['events', 'publish', 'lead.captured', '{bad'], 2, /not JSON.*single quotes/],
    [['events', 'publish', 'lead.captured', '--file', '/nowhere'], 2, /\/nowhere cannot be read/],
    [['events', 'tail', '--once', '--key', 'wrong'], 1, /--key or TENON_API_KEY/],
    [['events', 'tail', '--once', '--url', 'http://127.0.0.1:9'], 3, /cannot be reached.*tenon serve/],
    [['events', 'tail', '--once', '--since', 'yesterday'], 2, /--since must be a time/],
    [['events', 'tail', '--once', '--key', hub.adminKey], 1, /Give --workspace/],
    [['keys', 'create', '--name', 'x'], 2, /Give --workspace/],
    [['deliveries', 'replay'], 2, /Which deliveries/],
    [['evnts'], 2, /Did you mean events/],
  ]

  for (const [args, exitCode, message] of cases) {
    const result = await run(hub, args)

    assert.match(result.notes.join('\n'), message)
    assert.equal(result.exitCode, exitCode, args.join(' '))
    assert.deepEqual(result.out, [])
  }
})

test('answers failures as JSON where JSON is asked for', async () => {
  await using hub = await startHub()

  const { notes, out } = await run(hub, ['events', 'publish', 'lead.captures', '{}', '--json'])

  assert.equal(JSON.parse(notes.join('')).errorCode, 'VALIDATION_FAILED')
  assert.deepEqual(out, [])
})

test('makes a key that works, for as long and as much as it says', async () => {
  await using hub = await startHub()
  const scopes = ['--name', 'shop', '--scopes', 'events:write', '--expires', '1d']

  const made = await run(hub, ['keys', 'create', '--workspace', hub.workspace.id, ...scopes], { key: hub.adminKey })
  const key = made.out[0]!
  const published = await run(hub, ['events', 'publish', 'lead.captured', JSON.stringify(lead)], { key })
  const read = await run(hub, ['events', 'tail', '--once'], { key })

  assert.match(key, /^tnn_/)
  assert.equal(published.exitCode, 0)
  assert.match(read.notes.join(), /scope events:read/)
})

test('follows events and their deliveries until it is interrupted', async () => {
  await using hub = await startHub()
  await using endpoint = await startReceiver()
  await register(hub, endpoint.url)
  const abort = new AbortController()
  const lines: string[] = []
  const delivered = Promise.withResolvers<void>()
  const tail = run(hub, ['events', 'tail', '--interval', '100'], {
    signal: abort.signal,
    onOut: (line) => {
      lines.push(line)
      if (line.includes('delivered')) delivered.resolve()
    },
  })

  await run(hub, ['events', 'publish', 'lead.captured', JSON.stringify(lead)])
  await delivered.promise
  abort.abort()

  assert.equal((await tail).exitCode, 0)
  assert.match(lines[0]!, /lead\.captured {2}[0-9a-f-]{36}$/)
  assert.match(lines.at(-1)!, /→ Receiver: delivered \(HTTP 200\)$/)
})

test('replays what died, by a filter and by id', async () => {
  await using hub = await startHub()
  await using endpoint = await startReceiver()
  const endpointId = await register(hub, endpoint.url)
  endpoint.answer(500)
  await run(hub, ['events', 'publish', 'lead.captured', JSON.stringify(lead)])
  await endpoint.next()
  const [dead] = await deliveriesOf(hub, 'dead')
  endpoint.answer(200)

  const many = await run(hub, [
    'deliveries',
    'replay',
    '--endpoint',
    endpointId,
    '--status',
    'dead',
    '--after',
    '-1h',
    '--json',
  ])
  await endpoint.next()
  await deliveriesOf(hub, 'delivered')
  const one = await run(hub, ['deliveries', 'replay', dead!.id])
  await endpoint.next()

  assert.equal(many.exitCode, 0, many.notes.join())
  const { status, done } = JSON.parse(many.out[0]!) as { status: string; done: number }
  assert.deepEqual({ status, done }, { status: 'completed', done: 1 })
  assert.match(one.out[0]!, new RegExp(`^${dead!.id}`))
})

test('what was pending at the time of a backup is delivered by the restored hub, in the same words', async () => {
  await using folder = await temporaryFolder()
  await using source = await testDatabase()
  await using target = await testDatabase()
  await using endpoint = await startReceiver()
  await withClient(target.url, (client) => client.query('drop schema public cascade; create schema public'))
  const file = join(folder.path, 'hub.backup')
  const options = { masterKey: 'cd'.repeat(32), allowLoopback: true, log: 'silent' } as const
  await using old = await createTenon({ ...options, databaseUrl: source.url, role: 'api' })
  const { id: workspaceId } = await old.workspaces.create({ name: 'Acme' })
  const subscription = { name: 'Receiver', url: endpoint.url, events: ['lead.captured'] }
  const { secret } = await old.webhooks.registerEndpoint(workspaceId, subscription)
  const event = await old.events.publish(workspaceId, { type: 'lead.captured', payload: lead })

  const backup = await runAlone(['backup', file], { DATABASE_URL: source.url })
  const restored = await runAlone(['restore', file], { DATABASE_URL: target.url })
  await using _restored = await createTenon({ ...options, databaseUrl: target.url })
  const delivery = await endpoint.next()

  assert.deepEqual([backup.exitCode, restored.exitCode], [0, 0], [...backup.notes, ...restored.notes].join('\n'))
  assert.match(backup.out.join('\n'), /vault key is not in the backup/)
  const { id, data } = await endpoint.verify(delivery, { secret })
  assert.deepEqual({ id, data }, { id: event.id, data: lead })
})

test('the doctor finds nothing wrong with a running hub', async () => {
  await using hub = await startHub()
  await using folder = await temporaryFolder()

  const { exitCode, out } = await run(hub, ['doctor', '--json'], {
    env: { DATABASE_URL: hub.databaseUrl, TENON_DATA: folder.path },
  })

  const { ok, findings } = JSON.parse(out[0]!) as { ok: boolean; findings: { check: string; status: string }[] }
  assert.deepEqual(
    findings.filter(({ status }) => status === 'problem'),
    [],
  )
  assert.deepEqual([ok, exitCode], [true, 0])
  assert.ok(findings.some(({ check, status }) => check === 'isolation' && status === 'ok'))
})

test('the doctor tells a database without row-level security, an old schema, and none at all', async () => {
  await using folder = await temporaryFolder()
  await using open = await testDatabase()
  await using old = await testDatabase()
  await withClient(open.url, (client) => client.query('alter table webhook_endpoints no force row level security'))
  await withClient(old.url, (client) => client.query('delete from schema_migrations'))
  const ask = (url: string) => runAlone(['doctor'], { DATABASE_URL: url, TENON_DATA: folder.path, PORT: '0' })

  const [opened, outdated, missing] = await Promise.all([
    ask(open.url),
    ask(old.url),
    ask('postgres://127.0.0.1:9/none'),
  ])

  assert.match(opened.out.join('\n'), /FAIL {2}isolation: Row-level security is off on webhook_endpoints/)
  assert.match(outdated.out.join('\n'), /FAIL {2}migrations: .*\n.*tenon migrate/)
  assert.match(missing.out.join('\n'), /FAIL {2}database: .*ECONNREFUSED/)
  assert.deepEqual([opened.exitCode, outdated.exitCode, missing.exitCode], [1, 1, 1])
})

test('the doctor tells that the master key is not the one that sealed the secrets', async () => {
  await using folder = await temporaryFolder()
  await using database = await testDatabase()
  const options = { databaseUrl: database.url, allowLoopback: true, log: 'silent' } as const
  {
    await using tenon = await createTenon({ ...options, masterKey: 'cd'.repeat(32) })
    const { id } = await tenon.workspaces.create({ name: 'Acme' })
    await tenon.webhooks.registerEndpoint(id, { name: 'CRM', url: 'http://127.0.0.1:9/', events: ['*'] })
  }
  const ask = (key: string) =>
    runAlone(['doctor'], { DATABASE_URL: database.url, TENON_DATA: folder.path, PORT: '0', TENON_MASTER_KEY: key })

  const right = await ask(`${'ab'.repeat(32)},${'cd'.repeat(32)}`)
  const wrong = await ask('ab'.repeat(32))

  assert.match(right.out.join('\n'), /ok {4}vault: /)
  assert.match(wrong.out.join('\n'), /FAIL {2}vault: .*does not hold/)
})

test('the doctor names every setting that is wrong', async () => {
  const { out, exitCode } = await runAlone(['doctor'], { PORT: 'many', TENON_ALLOW_LOOPBAK: 'true' })

  assert.match(out.join('\n'), /PORT must be/)
  assert.match(out.join('\n'), /did you mean TENON_ALLOW_LOOPBACK/)
  assert.equal(exitCode, 1)
})

test('migrates a database, and says how it stands', async () => {
  await using database = await testDatabase()
  await withClient(database.url, (client) => client.query('drop schema public cascade; create schema public'))
  const env = { DATABASE_URL: database.url }

  const before = await runAlone(['migrate', '--status', '--json'], env)
  const first = await runAlone(['migrate'], env)
  const again = await runAlone(['migrate'], env)

  assert.equal(JSON.parse(before.out[0]!).current, 0)
  assert.match(first.out[0]!, /applied\.$/)
  assert.match(again.out[0]!, /was up to date/)
})

test('shows the configuration without its secrets', async () => {
  const { out } = await runAlone(['config'], {
    DATABASE_URL: 'postgres://me:a-password@host/db',
    TENON_ADMIN_KEY: 'a'.repeat(30),
  })

  assert.match(out.join('\n'), /DATABASE_URL .*not shown/)
  assert.doesNotMatch(out.join('\n'), /a-password|aaaaaa/)
})

test('every command explains itself', async () => {
  const bin = join(import.meta.dirname, 'bin.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [bin, '--help'])
  assert.match(stdout, /Exit codes: 0 done/)

  for (const command of [
    'serve',
    'migrate',
    'doctor',
    'config',
    'keys create',
    'events publish',
    'events tail',
    'deliveries replay',
    'backup',
    'restore',
  ]) {
    const { out, exitCode } = await runAlone([...command.split(' '), '--help'], {})

    assert.match(out.join('\n'), new RegExp(`Usage: tenon ${command}`))
    assert.equal(exitCode, 0)
  }
})

type RunOptions = {
  key?: string
  env?: Record<string, string>
  input?: string
  signal?: AbortSignal
  onOut?: (line: string) => void
}

function run(hub: Hub, args: string[], { key, env, ...more }: RunOptions = {}) {
  return runAlone(args, { TENON_URL: hub.url, TENON_API_KEY: key ?? hub.apiKey, ...env }, more)
}

async function runAlone(args: string[], env: Record<string, string>, { input, signal, onOut }: RunOptions = {}) {
  const out: string[] = []
  const notes: string[] = []
  const exitCode = await runCommand(args, {
    env,
    out: (line) => {
      out.push(line)
      onOut?.(line)
    },
    note: (line) => void notes.push(line),
    progress: () => {},
    input: async () => input ?? '',
    signal: signal ?? new AbortController().signal,
  })
  return { exitCode, out, notes }
}

async function register(hub: Hub, url: string): Promise<string> {
  const body = { name: 'Receiver', url, events: ['lead.captured'], retryAttempts: 0 }
  return (await hub.request<{ id: string }>('POST', '/api/integrations/webhooks', { body })).body.data.id
}

function deliveriesOf(hub: Hub, status: string): Promise<Delivery[]> {
  return until(`a delivery that is ${status}`, async () => {
    const { body } = await hub.request<Delivery[]>('GET', `/api/integrations/webhooks/deliveries?status=${status}`)
    return body.data.length > 0 && body.data
  })
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'tenon-cli-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
