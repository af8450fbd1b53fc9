import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { createVault, vaultKey } from '../lib/vault.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { startReceiver } from '../test/receiver.ts'
import { until } from '../test/until.ts'
import { deliveryOf, publish, register, settled, traceOf } from '../test/webhook-actions.ts'

const ada = { email: 'ada@example.com', score: 78 }
let hub: Hub
before(async () => {
  hub = await startHub()
})
after(() => hub[Symbol.asyncDispose]())

test('an event reaches the endpoint that subscribed, signed so that public libraries verify it', async () => {
  await using receiver = await startReceiver()
  const { secret, id: endpointId } = await register(hub, { url: receiver.url })

  const event = await publish(hub, { payload: ada, occurredAt: '2026-02-03T04:05:06+02:00' })
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
  assert.throws(() => new SvixWebhook(secret).verify(`${request.text} `, headers))
  const delivery = await settled(hub, event.id, 'delivered')
  assert.equal(delivery.id, `${event.id}.${endpointId}`)
  assert.equal(delivery.attempts, 1)
  assert.deepEqual(
    delivery.attemptList.map(({ attempt, statusCode, outcome }) => ({ attempt, statusCode, outcome })),
    [{ attempt: 1, statusCode: 200, outcome: 'delivered' }],
  )
})

test('the payload arrives byte for byte as it was written, whatever it holds', async () => {
  await using receiver = await startReceiver()
  const { secret } = await register(hub, { url: receiver.url })
  const payload = {
    text: 'Zoë "quotes" \\ \u2028 \u0007 </script> 😀',
    list: [1.5, 1e21, -0, null, true],
    deep: { '': [[]] },
  }

  await publish(hub, { payload })
  const request = await receiver.next()

  assert.ok(request.text.endsWith(`"data":${JSON.stringify(payload)}}`))
  assert.deepEqual(await receiver.verify(request, { secret }), request.body)
})

test('a delivery bears the older name where the endpoint subscribed by it', async () => {
  await using receiver = await startReceiver()
  const { secret } = await register(hub, { url: receiver.url, events: ['lead_captured', 'booking.created'] })

  const event = await publish(hub)
  const request = await receiver.next()

  assert.equal(request.body.type, 'lead_captured')
  assert.equal(request.headers['x-webhook-event'], 'lead_captured')
  assert.equal((await receiver.verify(request, { secret })).type, 'lead_captured')
  assert.equal((await traceOf(hub, event.id)).type, 'lead.captured')
})

test('an endpoint that subscribed by both names hears an event once, by its canonical name', async () => {
  await using receiver = await startReceiver()
  await register(hub, { url: receiver.url, events: ['lead_captured', 'lead.*'] })

  const event = await publish(hub)
  const request = await receiver.next()
  await settled(hub, event.id, 'delivered')

  assert.equal(request.body.type, 'lead.captured')
  assert.equal(receiver.requests.length, 1)
})

test('families, filters and channels decide who hears an event', async () => {
  await using receiver = await startReceiver()
  const workspace = await hub.addWorkspace()
  const key = workspace.apiKey
  const of = (path: string) => receiver.url.replace('/hook', path)
  await register(hub, { url: of('/all'), events: ['*'] }, key)
  await register(hub, { url: of('/bookings'), events: ['booking.*'] }, key)
  await register(hub, { url: of('/hot'), events: ['lead.captured'], filter: { score: { $gte: 50 } } }, key)
  await register(hub, { url: of('/paris'), events: ['*'], channels: ['paris', 'lyon'] }, key)
  await register(hub, { url: of('/inactive'), events: ['*'], isActive: false }, key)
  const events = [
    { type: 'lead.captured', payload: { score: 10 } },
    { type: 'lead.captured', payload: { score: 90 }, channels: ['rome'] },
    { type: 'booking.created', payload: {}, channels: ['rome', 'paris'] },
  ]

  for (const body of events) await hub.request('POST', '/api/events', { body, key })
  await receiver.next(6)

  const heard = receiver.requests.map(({ path, body }) => `${path} ${body.type} ${JSON.stringify(body.data)}`)
  assert.deepEqual(heard.sort(), [
    '/all booking.created {}',
    '/all lead.captured {"score":10}',
    '/all lead.captured {"score":90}',
    '/bookings booking.created {}',
    '/hot lead.captured {"score":90}',
    '/paris booking.created {}',
  ])
})

test('custom headers are sent, and those that look like credentials are not shown again', async () => {
  await using receiver = await startReceiver()
  const headers = { 'X-Environment': 'staging', Authorization: 'Bearer of-the-receiver' }
  const { id } = await register(hub, { url: receiver.url, headers })

  const event = await publish(hub)
  const request = await receiver.next()

  assert.equal(request.headers['x-environment'], 'staging')
  assert.equal(request.headers.authorization, 'Bearer of-the-receiver')
  const { text } = await hub.request('GET', `/api/integrations/webhooks/${id}`)
  assert.doesNotMatch(text, /of-the-receiver/)
  assert.match(text, /"X-Environment":"staging"/)
  const detail = await hub.request('GET', `/api/integrations/webhooks/deliveries/${event.id}.${id}`)
  assert.doesNotMatch(detail.text, /of-the-receiver/)
  const stored = await hub.database.hub
    .selectFrom('webhookEndpoints')
    .select(['headers', 'secrets'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  assert.doesNotMatch(JSON.stringify(stored), /of-the-receiver|whsec_/)

  // What was shown in place of the value means "as it was".
  const shown = (await hub.request<{ headers: Record<string, string> }>('GET', `/api/integrations/webhooks/${id}`)).body
    .data.headers
  await hub.request('PATCH', `/api/integrations/webhooks/${id}`, {
    body: { headers: { ...shown, 'X-Environment': 'live' } },
  })
  await publish(hub)
  const next = await receiver.next()
  assert.equal(next.headers['x-environment'], 'live')
  assert.equal(next.headers.authorization, 'Bearer of-the-receiver')
})

test('an endpoint can have its deliveries signed with ed25519 as well', async () => {
  await using receiver = await startReceiver()
  const { secret, signingPublicKey } = await register(hub, {
    url: receiver.url,
    signatureAlgorithms: ['hmac-sha256', 'ed25519'],
  })

  await publish(hub)
  const request = await receiver.next()

  assert.match(signingPublicKey!, /^whpk_/)
  assert.match(String(request.headers['webhook-signature']), /^v1,\S+ v1a,\S+$/)
  assert.deepEqual(await receiver.verify(request, { publicKey: signingPublicKey! }), request.body)
  assert.deepEqual(await receiver.verify(request, { secret }), request.body)
})

test('while a rotation overlaps both secrets verify; afterwards the new one alone', async () => {
  await using receiver = await startReceiver()
  const { id, secret: first } = await register(hub, { url: receiver.url, secret: 'a-secret-of-my-own' })
  const rotate = async (body: object) =>
    (
      await hub.request<{ secret: string; previousExpiresAt: string | null }>(
        'POST',
        `/api/integrations/webhooks/${id}/rotate-secret`,
        { body },
      )
    ).body.data

  const { secret: second, previousExpiresAt } = await rotate({ overlapSeconds: 3_600 })
  await publish(hub)
  const during = await receiver.next()
  const { secret: third, previousExpiresAt: ended } = await rotate({ overlapSeconds: 0 })
  await publish(hub)
  const afterwards = await receiver.next()

  assert.equal(first, 'a-secret-of-my-own')
  assert.ok(Date.parse(previousExpiresAt!) > Date.now() + 3_500_000)
  assert.equal(ended, null)
  for (const secret of [first, second]) assert.ok(await receiver.verify(during, { secret }))
  assert.ok(new StandardWebhook(second).verify(during.text, during.headers as Record<string, string>))
  assert.ok(await receiver.verify(afterwards, { secret: third }))
  for (const secret of [first, second])
    await assert.rejects(receiver.verify(afterwards, { secret }), { reason: 'no_matching_signature' })
})

test('too many secrets that are still valid are a conflict that says what to do', async () => {
  const { id } = await register(hub, { url: 'https://example.com/hook' })
  const rotate = (body: object = {}) => hub.request('POST', `/api/integrations/webhooks/${id}/rotate-secret`, { body })
  for (let count = 0; count < 4; count++) assert.equal((await rotate()).status, 200)

  const refused = await rotate()

  assert.equal(refused.status, 409)
  assert.match(refused.body.error, /overlapSeconds 0/)
  assert.equal((await rotate({ overlapSeconds: 0 })).status, 200)
  assert.equal((await hub.request('POST', `/api/integrations/webhooks/${id}/rotate-secret`)).status, 200)
})

test('a change of the endpoint holds for the next delivery', async () => {
  await using receiver = await startReceiver()
  const { id } = await register(hub, { url: receiver.url })
  await publish(hub)
  await receiver.next()

  await hub.request('PATCH', `/api/integrations/webhooks/${id}`, {
    body: { url: receiver.url.replace('/hook', '/moved?a=b') },
  })
  await publish(hub)

  assert.equal((await receiver.next()).path, '/moved?a=b')
})

test('a change that another process made holds within two seconds', async () => {
  await using receiver = await startReceiver()
  const { id } = await register(hub, { url: receiver.url })
  await publish(hub)
  await receiver.next()
  const moved = receiver.url.replace('/hook', '/elsewhere')
  await hub.database.transaction(async (tx) => {
    await tx.updateTable('webhookEndpoints').set({ url: moved }).where('id', '=', id).execute()
    await hub.app.engine.subscriptionsChanged(tx, hub.workspace.id)
  })

  let path = ''
  for (const deadline = Date.now() + 5_000; path !== '/elsewhere' && Date.now() < deadline; ) {
    await publish(hub)
    path = (await receiver.next()).path
  }

  assert.equal(path, '/elsewhere')
})

test('deliveries to an endpoint that was deleted die and say why', async () => {
  await using receiver = await startReceiver()
  receiver.answer(500)
  const { id } = await register(hub, { url: receiver.url, retryDelay: 100, retryAttempts: 50 })
  const event = await publish(hub)
  await receiver.next()

  assert.equal((await hub.request('DELETE', `/api/integrations/webhooks/${id}`)).status, 204)
  const delivery = await settled(hub, event.id, 'dead')

  assert.match(delivery.reason!, /^rejected: .*no longer exists/)
  assert.equal(delivery.endpointName, null)
  const replay = await hub.request('POST', `/api/integrations/webhooks/deliveries/${delivery.id}/replay`)
  assert.equal(replay.status, 404)
  assert.match(replay.body.error, /endpoint of this delivery was deleted/)
})

test('the detail of a delivery shows the request as it was sent, without anything that could be used to forge one', async () => {
  await using receiver = await startReceiver()
  receiver.answer({ status: 200, body: `${'é'.repeat(600)}` })
  const { id, secret } = await register(hub, { url: receiver.url })
  const event = await publish(hub, { payload: ada })
  const sent = await receiver.next()
  await deliveryOf(hub, event.id, ({ attempts }) => attempts === 1)

  const { body, text } = await hub.request<{
    request: { method: string; url: string; headers: Record<string, string>; body: string }
    attemptList: { response: string }[]
  }>('GET', `/api/integrations/webhooks/deliveries/${event.id}.${id}`)

  const { request, attemptList } = body.data
  assert.equal(request.url, receiver.url)
  assert.equal(request.body, sent.text)
  assert.equal(request.headers['webhook-id'], event.id)
  assert.equal(request.headers['webhook-timestamp'], sent.headers['webhook-timestamp'])
  assert.match(request.headers['webhook-signature']!, /HMAC-SHA256/)
  assert.ok(!text.includes(secret) && !text.includes(String(sent.headers['webhook-signature'])))
  // The first 1 KiB, and no half character at its end.
  assert.equal(attemptList[0]!.response, 'é'.repeat(512))
})

test('an endpoint whose secrets cannot be opened fails by itself and says why; others are served', async () => {
  await using receiver = await startReceiver()
  const events = ['contact.created']
  const { id: broken } = await register(hub, { url: receiver.url, events, retryAttempts: 0 })
  const { id: whole } = await register(hub, { url: receiver.url, events })
  // As after a restore with another master key.
  const key = vaultKey(randomBytes(32))
  const secret = createVault({ keys: [key], current: key.id }).seal('whsec_x', 'elsewhere')
  const secrets = JSON.stringify([{ sealed: secret, createdAt: '2026-01-01T00:00:00Z', expiresAt: null }])
  await hub.database.hub.updateTable('webhookEndpoints').set({ secrets }).where('id', '=', broken).execute()

  const event = await publish(hub, { type: 'contact.created', payload: {} })
  const ended = await until('both ends', async () => {
    const { deliveries } = await traceOf(hub, event.id)
    return deliveries.every(({ status }) => status === 'dead' || status === 'delivered') && deliveries
  })

  const status = (id: string) => ended.find(({ endpointId }) => endpointId === id)
  assert.equal(status(whole)!.status, 'delivered')
  assert.equal(status(broken)!.status, 'dead')
  assert.match(status(broken)!.attemptList[0]!.error!, /TENON_MASTER_KEY/)
})
