import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Hub, startHub } from '../test/hub.ts'
import { startReceiver } from '../test/receiver.ts'
import { endpointOf, eventsOf, publish, register, settled, type TracedAttempt } from '../test/webhook-actions.ts'

type Result = { eventId: string; delivered: boolean; attempt: TracedAttempt | null }

let hub: Hub
before(async () => {
  hub = await startHub()
})
after(() => hub[Symbol.asyncDispose]())

const path = '/api/integrations/webhooks'
const tryOut = (id: string, body?: object) => hub.request<Result>('POST', `${path}/${id}/test`, body ? { body } : {})

test('a test sends a real event to this endpoint alone, and answers with its attempt', async () => {
  await using receiver = await startReceiver()
  await using other = await startReceiver()
  const { id, secret } = await register(hub, { url: receiver.url, events: ['booking.created'] })
  await register(hub, { url: other.url, events: ['*'] })

  const { status, body } = await tryOut(id)
  const request = await receiver.next()

  assert.equal(status, 200)
  assert.equal(body.data.delivered, true)
  assert.deepEqual([body.data.attempt!.statusCode, body.data.attempt!.outcome], [200, 'delivered'])
  assert.deepEqual([request.body.id, request.body.type], [body.data.eventId, 'webhook.test'])
  assert.ok(await receiver.verify(request, { secret }))
  assert.equal(other.requests.length, 0)
})

test('a test can have another type and payload, and is reached by its older path', async () => {
  await using receiver = await startReceiver()
  const { id } = await register(hub, { url: receiver.url })

  const example = await tryOut(id, { type: 'booking.created' })
  const own = await hub.request<Result>('POST', `${path}/test/${id}`, {
    body: { type: 'lead_captured', payload: { email: 'ada@example.com' } },
  })
  const [first, second] = [await receiver.next(1), await receiver.next(2)]

  assert.deepEqual([example.body.data.delivered, own.body.data.delivered], [true, true])
  assert.equal((first.body.data as Record<string, unknown>).title, 'Introduction call')
  assert.deepEqual([second.body.type, second.body.data], ['lead.captured', { email: 'ada@example.com' }])
})

test('a test that fails says how', async () => {
  await using receiver = await startReceiver()
  receiver.answer({ status: 500, body: 'broken' })
  const { id } = await register(hub, { url: receiver.url })

  const { status, body } = await tryOut(id)

  assert.equal(status, 200)
  assert.equal(body.data.delivered, false)
  assert.deepEqual([body.data.attempt!.statusCode, body.data.attempt!.response], [500, 'broken'])
  assert.match(body.data.attempt!.error!, /answered 500/)
})

test('a test that succeeds enables an endpoint that was disabled; one that fails does not', async () => {
  await using receiver = await startReceiver()
  receiver.answer(410, 500, 200)
  const { id } = await register(hub, { url: receiver.url })
  await settled(hub, (await publish(hub)).id, 'dead')

  const failed = await tryOut(id)
  const still = await endpointOf(hub, id)
  const succeeded = await tryOut(id)
  const enabled = await endpointOf(hub, id)
  const event = await publish(hub)

  assert.deepEqual([failed.body.data.delivered, still.isActive], [false, false])
  assert.deepEqual([succeeded.body.data.delivered, enabled.isActive, enabled.disabledReason], [true, true, null])
  await settled(hub, event.id, 'delivered')
  const [told] = await eventsOf(hub, 'endpoint.disabled')
  assert.equal(told!.payload.endpointId, id)
  assert.equal((await settled(hub, succeeded.body.data.eventId, 'delivered')).attempts, 1)
})

test('a test of an endpoint whose circuit is open goes out at once, and closes it when it succeeds', async () => {
  await using receiver = await startReceiver()
  receiver.answer(500)
  const { id } = await register(hub, { url: receiver.url, retryDelay: 86_400_000 })
  const until = new Date(Date.now() + 3_600_000)
  await hub.database.transaction((tx) => hub.app.engine.pause(tx, hub.workspace.id, id, until))

  receiver.answer(200)
  const { body } = await tryOut(id)
  await settled(hub, (await publish(hub)).id, 'delivered')

  assert.equal(body.data.delivered, true)
  assert.equal(
    (await endpointOf(hub, id)).circuit &&
      ((await endpointOf(hub, id)).circuit as { pausedUntil: string | null }).pausedUntil,
    null,
  )
})

test('a test with a type or payload that is not valid is refused by name', async () => {
  const { id } = await register(hub, { url: 'http://127.0.0.1:9/' })

  for (const [body, field] of [
    [{ type: 'nothing.known' }, 'body.type'],
    [{ type: 'lead.captured', payload: { email: 'x' } }, 'body.payload.email'],
    [{ payload: 'text' }, 'body.payload'],
    [{ url: 'http://example.com' }, 'body.url'],
  ] as const) {
    const refused = await tryOut(id, body)
    assert.equal(refused.status, 400, JSON.stringify(body))
    assert.equal(refused.body.details?.[0]?.field, field)
  }
})
