import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { type Hub, startHub } from '../test/hub.ts'
import { startReceiver } from '../test/receiver.ts'
import { until } from '../test/until.ts'

const ada = { email: 'ada@example.com', score: 78 }

test('an event reaches the endpoint that subscribed, signed so that public libraries verify it', async () => {
  await using hub = await startHub()
  await using receiver = await startReceiver()
  const { secret, id: endpointId } = await register(hub, { url: receiver.url, events: ['lead.captured'] })

  const event = await publish(hub, { type: 'lead.captured', payload: ada, occurredAt: '2026-02-03T04:05:06+02:00' })
  const request = await receiver.next()

  assert.deepEqual(request.body, {
    id: event.id,
    type: 'lead.captured',
    timestamp: '2026-02-03T02:05:06.000Z',
    data: ada,
  })
  assert.equal(request.method, 'POST')
  assert.equal(request.path, '/hook')
  assert.equal(request.headers['content-type'], 'application/json')
  assert.equal(request.headers['webhook-id'], event.id)
  assert.equal(request.headers['x-webhook-event'], 'lead.captured')
  const headers = request.headers as Record<string, string>
  assert.deepEqual(await receiver.verify(request, { secret }), request.body)
  assert.deepEqual(new StandardWebhook(secret).verify(request.text, headers), request.body)
  assert.doesNotThrow(() => new SvixWebhook(secret).verify(request.text, headers))
  const { deliveries } = await trace(hub, event.id, (found) => found.deliveries[0]?.status === 'delivered')
  assert.equal(deliveries[0]!.endpointId, endpointId)
  assert.deepEqual(
    deliveries[0]!.attemptList.map(({ attempt, statusCode, outcome }) => ({ attempt, statusCode, outcome })),
    [{ attempt: 1, statusCode: 200, outcome: 'delivered' }],
  )
})

// Shared with the tests beside this one ---------------------------------------------------------------------------

type Trace = {
  id: string
  deliveries: {
    id: string
    endpointId: string
    status: string
    attemptList: { attempt: number; statusCode: number | null; outcome: string }[]
  }[]
}

async function register(hub: Hub, settings: Record<string, unknown>): Promise<{ id: string; secret: string }> {
  const { status, body, text } = await hub.request<{ id: string; secret: string }>(
    'POST',
    '/api/integrations/webhooks',
    {
      body: { name: 'Receiver', ...settings },
    },
  )
  assert.equal(status, 201, text)
  return body.data
}

async function publish(hub: Hub, event: Record<string, unknown>): Promise<{ id: string }> {
  const { status, body, text } = await hub.request<{ id: string }>('POST', '/api/events', { body: event })
  assert.equal(status, 202, text)
  return body.data
}

const trace = (hub: Hub, eventId: string, isReady: (found: Trace) => boolean): Promise<Trace> =>
  until('the delivery', async () => {
    const { body } = await hub.request<Trace>('GET', `/api/events/${eventId}`)
    return isReady(body.data) && body.data
  })
