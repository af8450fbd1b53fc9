import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Hub, startHub } from '../test/hub.ts'
import { type Receiver, startReceiver } from '../test/receiver.ts'
import { until } from '../test/until.ts'
import { deliveryOf, publish, register, settled, type TracedDelivery, traceOf } from '../test/webhook-actions.ts'

let hub: Hub
let receiver: Receiver
before(async () => {
  hub = await startHub()
  receiver = await startReceiver()
})
after(async () => {
  await receiver[Symbol.asyncDispose]()
  await hub[Symbol.asyncDispose]()
})

const deliveriesPath = '/api/integrations/webhooks/deliveries'
const list = (query: string, key = hub.apiKey) =>
  hub.request<TracedDelivery[]>('GET', `${deliveriesPath}?${query}`, { key })
const act = (delivery: string, action: 'replay' | 'cancel', key = hub.apiKey) =>
  hub.request<TracedDelivery>('POST', `${deliveriesPath}/${delivery}/${action}`, { key })

/** A workspace of its own with one delivery of each status. */
async function oneOfEach() {
  const { apiKey: key } = await hub.addWorkspace()
  await using inOrder = await startReceiver()
  const { id: endpointId } = await register(
    hub,
    { url: inOrder.url, events: ['*'], retryDelay: 86_400_000, retryAttempts: 1 },
    key,
  )
  const publishHere = async (body: object) =>
    (await hub.request<{ id: string }>('POST', '/api/events', { body, key })).body.data.id
  const becomes = (eventId: string, status: string) =>
    until(status, async () => (await list(`eventId=${eventId}`, key)).body.data[0]?.status === status)
  const events: Record<string, string> = {}
  inOrder.answer(200)
  events.delivered = await publishHere({ type: 'lead.captured', payload: {} })
  await becomes(events.delivered, 'delivered')
  inOrder.answer(500)
  events.cancelled = await publishHere({ type: 'booking.created', payload: {} })
  await becomes(events.cancelled, 'retrying')
  assert.equal((await act(`${events.cancelled}.${endpointId}`, 'cancel', key)).status, 200)
  events.retrying = await publishHere({ type: 'lead.captured', payload: {} })
  await becomes(events.retrying, 'retrying')
  await hub.request('PATCH', `/api/integrations/webhooks/${endpointId}`, { body: { retryAttempts: 0 }, key })
  events.dead = await publishHere({ type: 'booking.created', payload: {} })
  await becomes(events.dead, 'dead')
  // Its delivery.exhausted event fails as well.
  await until('the last death', async () => (await list('status=dead', key)).body.data.length === 2)
  await hub.request('PATCH', `/api/integrations/webhooks/${endpointId}`, {
    body: { concurrency: 1, rateLimit: 1 },
    key,
  })
  return { key, endpointId, events }
}

test('deliveries are found by status, type, endpoint, event and time, newest first', async () => {
  const { key, endpointId, events } = await oneOfEach()
  const found = async (query: string) => (await list(query, key)).body.data.map(({ eventId }) => eventId)

  const everything = await found('')
  assert.deepEqual(everything, [...everything].sort().reverse())
  assert.equal(everything.length, 5)
  for (const status of ['delivered', 'cancelled', 'retrying'])
    assert.deepEqual(await found(`status=${status}`), [events[status]])
  assert.ok((await found('status=dead')).includes(events.dead!))
  assert.deepEqual(await found('status=pending'), [])
  assert.deepEqual(await found('status=retrying,cancelled'), [events.retrying, events.cancelled])
  assert.deepEqual(await found('type=lead.captured'), [events.retrying, events.delivered])
  assert.deepEqual(await found('type=booking.*&status=dead'), [events.dead])
  assert.deepEqual(await found(`eventId=${events.dead}`), [events.dead])
  assert.equal((await found(`endpointId=${endpointId}`)).length, 5)
  assert.deepEqual(await found(`endpointId=${events.dead}`), [])
  assert.deepEqual(await found('before=2020-01-01T00:00:00Z'), [])
  assert.equal((await found('after=2020-01-01T00:00:00Z&status=delivered')).length, 1)
})

test('pages follow one another without a gap or a repetition, whatever is filtered', async () => {
  const { key, endpointId } = await oneOfEach()
  for (const query of ['', `endpointId=${endpointId}&`, 'status=dead,delivered&', 'type=*&']) {
    const whole = (await list(query, key)).body.data.map(({ id }) => id)
    const pieces: string[] = []
    let cursor: string | null | undefined
    do {
      const { body } = await list(`${query}limit=2${cursor ? `&cursor=${cursor}` : ''}`, key)
      assert.ok(body.data.length <= 2)
      pieces.push(...body.data.map(({ id }) => id))
      cursor = body.nextCursor
    } while (cursor)

    assert.deepEqual(pieces, whole)
  }
})

test('filters that make no sense are refused by name', async () => {
  for (const [query, field] of [
    ['status=lost', 'query.status'],
    ['endpointId=7', 'query.endpointId'],
    ['type=a%20b', 'query.type'],
    ['after=yesterday', 'query.after'],
    ['before=2026-02-31T25:00:00Z', 'query.before'],
    ['limit=0', 'query.limit'],
    ['limit=201', 'query.limit'],
    ['cursor=abc', 'query.cursor'],
    ['nothing=1', 'query.nothing'],
  ] as const) {
    const { status, body } = await list(query)
    assert.equal(status, 400, query)
    assert.equal(body.details?.[0]?.field, field)
  }
})

test('a delivery that has ended can be sent again, and again after that', async () => {
  receiver.answer(200)
  const endpoint = await register(hub, { url: receiver.url.replace('/hook', '/again') })
  const event = await publish(hub)
  const { id } = await settled(hub, event.id, 'delivered')

  for (const attempts of [2, 3]) {
    const { status, body } = await act(id, 'replay')
    assert.equal(status, 200)
    assert.ok(['pending', 'delivered'].includes(body.data.status))
    const delivery = await deliveryOf(
      hub,
      event.id,
      (found) => found.attempts === attempts && found.status === 'delivered',
    )
    assert.equal(delivery.attemptList.length, attempts)
  }

  const heard = receiver.requests.filter(({ path }) => path === '/again')
  assert.equal(heard.length, 3)
  assert.equal(new Set(heard.map(({ headers }) => headers['webhook-id'])).size, 1)
  for (const request of heard) assert.ok(await receiver.verify(request, { secret: endpoint.secret }))
  await hub.request('DELETE', `/api/integrations/webhooks/${endpoint.id}`)
})

test('a dead delivery that is replayed and succeeds is delivered', async () => {
  await using own = await startReceiver()
  own.answer(500, 200)
  const { id: endpointId } = await register(hub, { url: own.url, retryAttempts: 0 })
  const event = await publish(hub)
  const dead = await settled(hub, event.id, 'dead')

  await act(dead.id, 'replay')
  const delivered = await settled(hub, event.id, 'delivered')

  assert.deepEqual([dead.reason, delivered.reason], ['exhausted: The endpoint answered 500.', null])
  assert.deepEqual(
    delivered.attemptList.map(({ outcome }) => outcome),
    ['dead', 'delivered'],
  )
  await hub.request('DELETE', `/api/integrations/webhooks/${endpointId}`)
})

test('what still waits cannot be replayed, what has ended cannot be cancelled, and both say why', async () => {
  await using own = await startReceiver()
  own.answer(500)
  const { id: endpointId } = await register(hub, { url: own.url, retryDelay: 86_400_000 })
  const event = await publish(hub)
  const { id } = await settled(hub, event.id, 'retrying')

  const early = await act(id, 'replay')
  const cancelled = await act(id, 'cancel')
  const late = await act(id, 'cancel')

  assert.equal(early.status, 409)
  assert.match(early.body.error, /tried again by itself at 20\d\d-.*cancel it first/)
  assert.deepEqual(
    [cancelled.status, cancelled.body.data.status, cancelled.body.data.reason],
    [200, 'cancelled', 'cancelled'],
  )
  assert.equal(late.status, 409)
  assert.match(late.body.error, /has ended \(cancelled\)/)

  own.answer(200)
  assert.equal((await act(id, 'replay')).status, 200)
  await settled(hub, event.id, 'delivered')
  await hub.request('DELETE', `/api/integrations/webhooks/${endpointId}`)
})

test('a delivery that is being sent this moment cannot be cancelled', async () => {
  await using own = await startReceiver()
  own.answer('hang')
  const { id: endpointId } = await register(hub, { url: own.url, timeout: 5_000, retryAttempts: 0 })
  const event = await publish(hub)
  await own.next()

  const { status, body } = await act(`${event.id}.${endpointId}`, 'cancel')

  assert.equal(status, 409)
  assert.match(body.error, /being sent this moment/)
  await hub.request('DELETE', `/api/integrations/webhooks/${endpointId}`)
})

test('a delivery whose event was dropped with its day cannot be replayed', async () => {
  receiver.answer(200)
  const { id: endpointId } = await register(hub, { url: receiver.url })
  const event = await publish(hub)
  const { id } = await settled(hub, event.id, 'delivered')
  await hub.database.hub.deleteFrom('events').where('id', '=', event.id).execute()

  const { status, body } = await act(id, 'replay')

  assert.equal(status, 404)
  assert.match(body.error, /older than the hub keeps/)
  assert.equal((await hub.request<{ request: unknown }>('GET', `${deliveriesPath}/${id}`)).body.data.request, null)
  await hub.request('DELETE', `/api/integrations/webhooks/${endpointId}`)
})

test('ids that are none are refused, and those of nothing or of another workspace are not found', async () => {
  receiver.answer(200)
  const { id: endpointId } = await register(hub, { url: receiver.url })
  const event = await publish(hub)
  const { id } = await settled(hub, event.id, 'delivered')
  const { apiKey: stranger } = await hub.addWorkspace()

  for (const path of ['nonsense', `${event.id}`, `${event.id}.${endpointId}x`]) {
    assert.equal((await hub.request('GET', `${deliveriesPath}/${path}`)).status, 400)
  }
  assert.equal((await hub.request('GET', `${deliveriesPath}/${endpointId}.${event.id}`)).status, 404)
  assert.equal((await hub.request('GET', `${deliveriesPath}/${id}`, { key: stranger })).status, 404)
  assert.equal((await act(id, 'replay', stranger)).status, 404)
  assert.equal((await act(id, 'cancel', stranger)).status, 404)
  assert.deepEqual((await list(`eventId=${event.id}`, stranger)).body.data, [])
  assert.equal((await hub.request('GET', `/api/events/${event.id}`, { key: stranger })).status, 404)
  assert.equal((await traceOf(hub, event.id)).deliveries.length, 1)
  await hub.request('DELETE', `/api/integrations/webhooks/${endpointId}`)
})
