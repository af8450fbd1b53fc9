import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Client, createClient, TenonError } from 'tenon-sdk'
import { type Hub, startHub } from './hub.ts'
import { startReceiver } from './receiver.ts'
import { until } from './until.ts'

// What the SDK promises, against the hub that it promises it of.

const lead = { email: 'ada@example.com', source: 'website' }
const clientOf = (hub: Hub): Client => createClient({ url: hub.url, apiKey: hub.apiKey })

test('an event goes from the client to an endpoint, and its trace tells so', async () => {
  await using hub = await startHub()
  await using receiver = await startReceiver()
  const tenon = clientOf(hub)

  const endpoint = await tenon.endpoints.create({ name: 'CRM', url: receiver.url, events: ['lead.*'] })
  const event = await tenon.events.publish({ type: 'lead.captured', payload: lead })
  const request = await receiver.next()

  assert.equal((await receiver.verify(request, { secret: endpoint.secret })).id, event.id)
  const trace = await until('the delivery to be recorded', async () => {
    const found = await tenon.events.get(event.id)
    return found.deliveries[0]?.status === 'delivered' && found
  })
  assert.deepEqual(
    trace.deliveries[0]?.attemptList.map(({ outcome, statusCode }) => ({ outcome, statusCode })),
    [{ outcome: 'delivered', statusCode: 200 }],
  )
  const statistics = await tenon.endpoints.statistics({ endpointId: endpoint.id, window: '1h' })
  assert.equal(typeof statistics.totals.delivered, 'number')
  assert.equal((await tenon.deliveries.get(trace.deliveries[0]!.id)).request?.method, 'POST')
})

test('what is published twice with one key is there once', async () => {
  await using hub = await startHub()
  const tenon = clientOf(hub)
  const options = { idempotencyKey: 'order-17' }

  const first = await tenon.events.publish({ type: 'lead.captured', payload: lead }, options)
  const again = await tenon.events.publish({ type: 'lead.captured', payload: lead }, options)
  const other = tenon.events.publish({ type: 'lead.captured', payload: { ...lead, source: 'phone' } }, options)

  assert.deepEqual(again, first)
  await assert.rejects(other, (error) => error instanceof TenonError && error.errorCode === 'IDEMPOTENCY_CONFLICT')
})

test('walks over all pages of a list', async () => {
  await using hub = await startHub()
  const tenon = clientOf(hub)
  const published = await tenon.events.publishBatch(
    Array.from({ length: 7 }, () => ({ type: 'lead.captured', payload: lead })),
  )

  const page = await tenon.events.list({ limit: 3 })
  const ids = await Array.fromAsync(page, ({ id }) => id)

  assert.equal(page.data.length, 3)
  assert.deepEqual(ids, published.map(({ id }) => id).reverse())
})

test('an endpoint lives its life', async () => {
  await using hub = await startHub()
  await using receiver = await startReceiver()
  const { endpoints } = clientOf(hub)

  const { id, secret } = await endpoints.create({ name: 'CRM', url: receiver.url, events: ['*'] })
  const renamed = await endpoints.update(id, { name: 'Our CRM', rateLimit: 50 })
  const tested = await endpoints.test(id)
  const rotated = await endpoints.rotateSecret(id, { overlapSeconds: 60 })
  const listed = await endpoints.list()
  await endpoints.delete(id)

  assert.deepEqual([renamed.name, renamed.rateLimit], ['Our CRM', 50])
  assert.equal(tested.delivered, true)
  assert.notEqual(rotated.secret, secret)
  assert.deepEqual(
    listed.data.map((endpoint) => endpoint.id),
    [id],
  )
  await assert.rejects(endpoints.get(id), (error) => error instanceof TenonError && error.status === 404)
})

test('a dead delivery is replayed, alone and in bulk', async () => {
  await using hub = await startHub()
  await using receiver = await startReceiver()
  const tenon = clientOf(hub)
  receiver.answer(500)
  const endpoint = await tenon.endpoints.create({ name: 'CRM', url: receiver.url, events: ['*'], retryAttempts: 0 })
  const event = await tenon.events.publish({ type: 'lead.captured', payload: lead })
  const id = `${event.id}.${endpoint.id}`
  const become = (status: string) =>
    until(`the delivery to be ${status}`, async () => (await tenon.deliveries.get(id)).status === status)
  await become('dead')
  receiver.answer(200)

  await tenon.deliveries.replay(id)
  await become('delivered')
  const { id: replayId } = await tenon.replays.create({ endpointId: endpoint.id, status: ['delivered'] })
  const replay = await until('the replay to end', async () => {
    const found = await tenon.replays.get(replayId)
    return found.status !== 'running' && found
  })

  assert.equal(replay.status, 'completed')
  assert.equal((await tenon.replays.list()).data[0]?.id, replayId)
})

test('a delivery that waits for its next try is cancelled', async () => {
  await using hub = await startHub()
  await using receiver = await startReceiver()
  const tenon = clientOf(hub)
  receiver.answer(500)
  const endpoint = await tenon.endpoints.create({
    name: 'CRM',
    url: receiver.url,
    events: ['*'],
    retryDelay: 3_600_000,
  })
  const event = await tenon.events.publish({ type: 'lead.captured', payload: lead })
  await until('the delivery to wait', async () => {
    const { data } = await tenon.deliveries.list({ eventId: event.id, status: ['pending', 'retrying'] })
    return data[0]?.status === 'retrying'
  })

  const cancelled = await tenon.deliveries.cancel(`${event.id}.${endpoint.id}`)

  assert.equal(cancelled.status, 'cancelled')
})

test('a workspace adds types of its own, and their payloads are checked', async () => {
  await using hub = await startHub()
  const tenon = clientOf(hub)
  const schema = { type: 'object', required: ['orderId'], properties: { orderId: { type: 'integer' } } }

  await tenon.eventTypes.create({ name: 'shop.ordered', schema })
  await tenon.eventTypes.update('shop.ordered', { description: 'Somebody bought something.' })
  const { description } = await tenon.eventTypes.get('shop.ordered')
  const wrong = tenon.events.publish({ type: 'shop.ordered', payload: {} })

  assert.equal(description, 'Somebody bought something.')
  await assert.rejects(
    wrong,
    (error) => error instanceof TenonError && /body\.payload/.test(error.details[0]?.field ?? ''),
  )
  await tenon.eventTypes.delete('shop.ordered')
  assert.ok((await tenon.eventTypes.list()).every(({ name }) => name !== 'shop.ordered'))
})

test('the platform admin makes workspaces, members and keys, and acts for them', async () => {
  await using hub = await startHub()
  const platform = createClient({ url: hub.url, apiKey: hub.adminKey })

  const workspace = await platform.workspaces.create({ name: 'Acme' })
  const key = await platform.apiKeys.create(workspace.id, { name: 'Shop', scopes: ['events:read'] })
  await platform.apiKeys.rename(workspace.id, key.id, 'Old shop')
  const owner = await platform.members.add(workspace.id, {
    email: 'ada@example.com',
    name: 'Ada',
    password: 'a long password',
    role: 'owner',
  })
  await platform.members.add(workspace.id, {
    email: 'alan@example.com',
    name: 'Alan',
    password: 'a long password',
    role: 'member',
  })
  const acme = createClient({ url: hub.url, apiKey: hub.adminKey, workspaceId: workspace.id })
  const event = await acme.events.publish({ type: 'lead.captured', payload: lead })
  const reader = createClient({ url: hub.url, apiKey: key.key })

  assert.equal((await reader.events.get(event.id)).id, event.id)
  assert.deepEqual((await platform.members.list(workspace.id)).data.length, 2)
  await assert.rejects(
    platform.members.remove(workspace.id, owner.personId),
    (error) => error instanceof TenonError && error.status === 409,
  )
  await platform.apiKeys.revoke(workspace.id, key.id)
  await assert.rejects(
    reader.events.list(),
    (error) => error instanceof TenonError && error.errorCode === 'UNAUTHENTICATED',
  )
  await platform.workspaces.update(workspace.id, { name: 'Acme Ltd' })
  await platform.workspaces.delete(workspace.id)
  await assert.rejects(platform.workspaces.get(workspace.id), TenonError)
})
