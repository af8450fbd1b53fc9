import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createTenon, DataFolderInUseError, TenonError } from './index.ts'
import { testDatabase } from './test/database.ts'
import { startReceiver } from './test/receiver.ts'
import { withClient } from './test/server.ts'

const lead = { email: 'ada@example.com', source: 'website' }

test('a program publishes, and the endpoint it registered hears of it, signed', async () => {
  await using hub = await embedded()
  await using endpoint = await startReceiver()
  const { tenon, workspaceId } = hub

  const { secret } = await tenon.webhooks.registerEndpoint(workspaceId, {
    name: 'External CRM',
    url: endpoint.url,
    events: ['lead_captured'],
    secret: 'a-webhook-secret',
  })
  const event = await tenon.events.publish(workspaceId, { type: 'lead.captured', payload: lead })
  const delivery = await endpoint.next()

  assert.equal(secret, 'a-webhook-secret')
  assert.deepEqual(await endpoint.verify(delivery, { secret }), {
    id: event.id,
    type: 'lead_captured',
    timestamp: event.occurredAt,
    data: lead,
  })
})

test('an endpoint can be registered without naming the only workspace', async () => {
  await using hub = await embedded()
  const { tenon, workspaceId } = hub
  const endpoint = { name: 'External CRM', url: 'http://127.0.0.1:9/', events: ['*'] }

  const { id } = await tenon.webhooks.registerEndpoint(endpoint)

  assert.equal((await tenon.client(workspaceId).endpoints.get(id)).name, 'External CRM')
  await tenon.workspaces.create({ name: 'Another' })
  await assert.rejects(tenon.webhooks.registerEndpoint(endpoint), { name: 'TypeError', message: /several workspaces/ })
})

test('the core flows run within the process, checked as requests are', async () => {
  await using hub = await embedded()
  const { integrationManager: manager, client } = hub.tenon
  const ada = { email: 'ada@example.com', firstName: 'Ada' }

  const completed = await manager.handleAssessmentCompletion({ ...ada, persona: 'Architect', readinessScore: 75 })
  const captured = await manager.handleLeadCapture(hub.workspaceId, { ...ada, source: 'newsletter' })
  const engaged = await manager.handleEmailEngagement({ email: ada.email, action: 'opened' })
  const { requestId } = await manager.handleConsultationScheduling({ ...ada, service: 'foundation' })

  assert.ok(completed.stored.created)
  assert.deepEqual([captured.leadId, engaged.leadId], [completed.leadId, completed.leadId])
  assert.match(requestId, /^[0-9a-f-]{36}$/)
  const { data: events } = await client(hub.workspaceId).events.list()
  assert.ok(events.some(({ type }) => type === 'consultation.requested'))
  await assert.rejects(manager.handleLeadCapture({ email: 'ada', nickname: 'A' } as never), (error: TenonError) => {
    assert.equal(error.errorCode, 'VALIDATION_FAILED')
    assert.deepEqual(error.details?.map(({ field }) => field).toSorted(), ['input.email', 'input.nickname'])
    return true
  })
})

test('an e-mail is queued, and what is wrong with one is told instead of thrown', async () => {
  await using hub = await embedded()
  const { tenon, workspaceId } = hub

  const good = await tenon.sendEmail(workspaceId, 'ada@example.com', 'Hello', '<p>Hello</p>', 'Hello')
  const bad = await tenon.sendEmail(workspaceId, 'ada', 'Hello', '<p>Hello</p>')

  assert.ok(good.success)
  assert.equal((await tenon.client(workspaceId).emails.get(good.data.id)).subject, 'Hello')
  assert.ok(!bad.success && bad.errorCode === 'VALIDATION_FAILED')
})

test('an SMS is queued, and what is wrong with one is told instead of thrown', async () => {
  await using hub = await embedded()
  const { tenon, workspaceId } = hub

  const good = await tenon.sendSMS(workspaceId, '+14079780655', 'Hello')
  const bad = await tenon.sendSMS(workspaceId, 'nobody', 'Hello')

  assert.ok(good.success)
  assert.equal((await tenon.client(workspaceId).sms.get(good.data.id)).text, 'Hello')
  assert.ok(!bad.success && bad.errorCode === 'VALIDATION_FAILED')
})

test('a trigger tells what was wrong instead of throwing', async () => {
  await using hub = await embedded()
  const { tenon, workspaceId } = hub

  const good = await tenon.webhooks.trigger(workspaceId, 'lead.captured', lead)
  const unknown = await tenon.webhooks.trigger(workspaceId, 'lead.captures', lead)
  const nowhere = await tenon.webhooks.trigger('no workspace', 'lead.captured', lead)

  assert.equal(good.success, true)
  assert.ok(!unknown.success && unknown.errorCode === 'VALIDATION_FAILED' && /lead\.captured/.test(unknown.error))
  assert.equal(nowhere.success, false)
})

test('rows of the program and the event that tells of them are there together or not at all', async () => {
  await using hub = await embedded()
  const { tenon, workspaceId, databaseUrl } = hub
  await withClient(databaseUrl, (client) => client.query('create table "orderBook" (order_id integer primary key)'))
  const order = (id: number, fails: boolean) =>
    tenon.transaction(workspaceId, async (tx) => {
      const [row] = await tx.query<{ order_id: number }>('insert into "orderBook" values ($1) returning order_id', [id])
      const event = await tx.publish({ type: 'lead.captured', payload: { ...lead, order: row?.order_id } })
      if (fails) throw new Error('the card was refused')
      return event
    })

  const event = await order(1, false)
  await assert.rejects(order(2, true), { message: 'the card was refused' })

  const { data } = await tenon.client(workspaceId).events.list()
  assert.deepEqual(
    data.map(({ id, payload }) => ({ id, payload })),
    [{ id: event.id, payload: { ...lead, order: 1 } }],
  )
  const { rows } = await withClient(databaseUrl, (client) => client.query('select order_id from "orderBook"'))
  assert.deepEqual(rows, [{ order_id: 1 }])
})

test('a transaction refuses what the API would refuse, by the same errors', async () => {
  await using hub = await embedded()
  const { tenon, workspaceId } = hub

  await assert.rejects(
    tenon.transaction(workspaceId, (tx) => tx.publish({ type: 'lead.captures', payload: lead })),
    (error) => error instanceof TenonError && error.status === 400 && error.details[0]?.field === 'events[0].type',
  )
  await assert.rejects(
    tenon.transaction('0198c5f0-7a3e-7c4d-9b1e-2f6a8d3c5e71', async () => {}),
    (error) => error instanceof TenonError && error.errorCode === 'NOT_FOUND',
  )
})

test('requests are answered within the process, and over HTTP where it listens', async () => {
  await using quiet = await embedded()
  await using listening = await embedded({ listen: { port: 0 } })

  const inside = await quiet.tenon.fetch('http://hub/health')
  const outside = await fetch(`${listening.tenon.url}/ready`)

  assert.equal(quiet.tenon.url, undefined)
  assert.equal(((await inside.json()) as { data: { status: string } }).data.status, 'ok')
  assert.equal(outside.status, 200)
})

test('each error of the options is named, and nothing is left running', async () => {
  await assert.rejects(
    createTenon({ databaseUrl: 'mysql://somewhere', settings: { DB_POOL: 'many' } }),
    (error: Error) => /DATABASE_URL must be/.test(error.message) && /DB_POOL must be/.test(error.message),
  )
})

test('brings its own database, and only one hub has it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tenon-embed-'))
  try {
    const tenon = await createTenon({ dataFolder: folder, log: 'silent' })
    try {
      await assert.rejects(createTenon({ dataFolder: folder, log: 'silent' }), DataFolderInUseError)
      assert.equal((await tenon.workspaces.list()).data[0]?.name, 'Default')
    } finally {
      await tenon.stop()
      await tenon.stop()
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

async function embedded(options: Parameters<typeof createTenon>[0] = {}) {
  const database = await testDatabase()
  const tenon = await createTenon({
    databaseUrl: database.url,
    masterKey: 'ab'.repeat(32),
    allowLoopback: true,
    log: 'silent',
    settings: { DB_POOL: '8', TENON_STOP_MS: '2000' },
    ...options,
  })
  const { id: workspaceId } = await tenon.workspaces.create({ name: 'Acme' })
  return {
    tenon,
    workspaceId,
    databaseUrl: database.url,
    [Symbol.asyncDispose]: async () => {
      await tenon.stop()
      await database[Symbol.asyncDispose]()
    },
  }
}
