import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../lib/clock.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { startReceiver } from '../test/receiver.ts'
import { until } from '../test/until.ts'
import { deliveryOf, endpointOf, eventsOf, publish, register, settled, traceOf } from '../test/webhook-actions.ts'

const minute = 60_000
const day = 86_400_000

/** A hub whose clock stands still until the test moves it. */
async function startTimedHub() {
  const clock = manualClock(Date.now())
  const hub = await startHub({ clock })
  const advance = (ms: number) => {
    clock.advance(ms)
    hub.app.engine.wake()
  }
  return { hub, clock, advance, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() }
}

/** Moves the clock to when the delivery is due. */
async function advanceToNext(
  hub: Hub,
  eventId: string,
  attempts: number,
  now: () => number,
  advance: (ms: number) => void,
): Promise<number> {
  const { nextAttemptAt } = await deliveryOf(
    hub,
    eventId,
    (found) => found.attempts === attempts && found.nextAttemptAt !== null,
  )
  const wait = Date.parse(nextAttemptAt!) - now()
  advance(wait)
  return wait
}

test('a failed delivery is tried again after a delay that doubles, until one succeeds', async () => {
  await using timed = await startTimedHub()
  const { hub, clock, advance } = timed
  await using receiver = await startReceiver()
  receiver.answer(500, { status: 404, body: 'no such hook' }, 'cut', 204)
  await register(hub, { url: receiver.url, retryDelay: 10_000 })
  const event = await publish(hub)

  const waits: number[] = []
  for (let attempts = 1; attempts <= 3; attempts++)
    waits.push(await advanceToNext(hub, event.id, attempts, clock.now, advance))
  const delivery = await settled(hub, event.id, 'delivered')

  for (const [index, wait] of waits.entries()) {
    const least = 10_000 * 2 ** index
    assert.ok(wait >= least && wait <= least * 1.1 + 1, `wait ${index} is ${wait} ms`)
  }
  assert.deepEqual(
    delivery.attemptList.map(({ attempt, statusCode, outcome, response }) => [attempt, statusCode, outcome, response]),
    [
      [1, 500, 'retry', ''],
      [2, 404, 'retry', 'no such hook'],
      [3, null, 'retry', null],
      [4, 204, 'delivered', ''],
    ],
  )
  assert.match(delivery.attemptList[0]!.error!, /answered 500/)
  assert.match(delivery.attemptList[2]!.error!, /CONNECTION_FAILED|BAD_RESPONSE/)
  assert.deepEqual(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])), new Set([event.id]))
})

test('a schedule says by its length how often to retry; what then fails is dead, told about, and told about once', async () => {
  await using timed = await startTimedHub()
  const { hub, clock, advance } = timed
  await using receiver = await startReceiver()
  receiver.answer(503)
  const { id } = await register(hub, { url: receiver.url, events: ['*'], retrySchedule: [1_000, 60_000] })
  const event = await publish(hub)

  const waits = [
    await advanceToNext(hub, event.id, 1, clock.now, advance),
    await advanceToNext(hub, event.id, 2, clock.now, advance),
  ]
  const delivery = await settled(hub, event.id, 'dead')

  assert.ok(waits[0]! >= 1_000 && waits[0]! <= 1_101, String(waits[0]))
  assert.ok(waits[1]! >= 60_000 && waits[1]! <= 66_001, String(waits[1]))
  assert.match(delivery.reason!, /^exhausted: The endpoint answered 503/)
  assert.equal(delivery.attemptList.at(-1)!.outcome, 'dead')
  const [told] = await until('delivery.exhausted', async () => {
    const found = await eventsOf(hub, 'delivery.exhausted')
    return found.length > 0 && found
  })
  assert.deepEqual(told!.payload, {
    deliveryId: `${event.id}.${id}`,
    eventId: event.id,
    eventType: 'lead.captured',
    endpointId: id,
    attempts: 3,
    lastStatusCode: 503,
    lastError: 'The endpoint answered 503.',
  })

  // The endpoint hears of it, fails at that as well, and that is the end of it. Its breaker may hold it up meanwhile.
  await until('the end of it', async () => {
    advance(10 * minute)
    return (await traceOf(hub, told!.id)).deliveries[0]?.status === 'dead'
  })
  assert.equal((await eventsOf(hub, 'delivery.exhausted')).length, 1)
})

test('Retry-After puts the next attempt off, and never brings it forward', async () => {
  await using timed = await startTimedHub()
  const { hub, clock, advance } = timed
  await using receiver = await startReceiver()
  receiver.answer(
    { status: 429, headers: { 'retry-after': '3600' } },
    { status: 503, headers: { 'retry-after': '1' } },
    { status: 500, headers: { 'retry-after': '86400' } },
    200,
  )
  await register(hub, { url: receiver.url, retryDelay: 60_000 })
  const event = await publish(hub)

  const waits: number[] = []
  for (let attempts = 1; attempts <= 3; attempts++)
    waits.push(await advanceToNext(hub, event.id, attempts, clock.now, advance))
  await settled(hub, event.id, 'delivered')

  assert.equal(waits[0], 3_600_000)
  assert.ok(waits[1]! >= 120_000 && waits[1]! <= 132_001, String(waits[1]))
  // Only 429 and 503 are asked for a time.
  assert.ok(waits[2]! >= 240_000 && waits[2]! <= 264_001, String(waits[2]))
})

test('an endpoint that answers 410 is disabled at once; what waits stays and goes out when it is enabled', async () => {
  await using hub = await startHub()
  await using receiver = await startReceiver()
  await using watcher = await startReceiver()
  receiver.answer(500, 410)
  const { id } = await register(hub, { url: receiver.url, retryDelay: 86_400_000 })
  await register(hub, { url: watcher.url, events: ['endpoint.disabled', 'delivery.exhausted'] })
  const waiting = await publish(hub)
  await deliveryOf(hub, waiting.id, ({ status }) => status === 'retrying')
  const refused = await publish(hub)

  const told = [await watcher.next(1), await watcher.next(2)].map(({ body }) => body)
  const delivery = await settled(hub, refused.id, 'dead')
  const endpoint = await endpointOf(hub, id)
  const unheard = await publish(hub)

  assert.match(delivery.reason!, /^rejected: .*410/)
  const disabled = told.find(({ type }) => type === 'endpoint.disabled')!.data as Record<string, unknown>
  assert.deepEqual([disabled.endpointId, disabled.reason], [id, 'gone'])
  assert.deepEqual([endpoint.isActive, endpoint.disabledReason, endpoint.health], [false, 'gone', 'disabled'])
  assert.deepEqual((await traceOf(hub, unheard.id)).deliveries, [])
  assert.equal((await traceOf(hub, waiting.id)).deliveries[0]!.status, 'retrying')

  receiver.answer(200)
  const enabled = await hub.request('PATCH', `/api/integrations/webhooks/${id}`, { body: { isActive: true } })
  const next = await publish(hub)
  await settled(hub, next.id, 'delivered')
  assert.deepEqual(
    [enabled.body.data.isActive, enabled.body.data.disabledReason, enabled.body.data.disabledAt],
    [true, null, null],
  )
})

test('a disabled endpoint keeps what was pending, and delivers it when it is enabled', async () => {
  await using timed = await startTimedHub()
  const { hub, advance } = timed
  await using receiver = await startReceiver()
  receiver.answer(500, 200)
  const { id } = await register(hub, { url: receiver.url, retryDelay: 1_000 })
  const event = await publish(hub)
  await deliveryOf(hub, event.id, ({ attempts }) => attempts === 1)
  await hub.request('PATCH', `/api/integrations/webhooks/${id}`, { body: { isActive: false } })

  advance(minute)
  // The engine has looked at everything that is due by the time a later event of another endpoint has arrived.
  await using other = await startReceiver()
  await register(hub, { url: other.url, events: ['booking.created'] })
  await publish(hub, { type: 'booking.created', payload: {} })
  await other.next()
  const meanwhile = (await traceOf(hub, event.id)).deliveries[0]!
  await hub.request('PATCH', `/api/integrations/webhooks/${id}`, { body: { isActive: true } })
  advance(minute)

  await settled(hub, event.id, 'delivered')
  assert.equal(meanwhile.attempts, 1)
  assert.equal(receiver.requests.length, 2)
})

test('an endpoint that has done nothing but fail for five days is disabled, and not before', async () => {
  await using timed = await startTimedHub()
  const { hub, advance } = timed
  await using receiver = await startReceiver()
  receiver.answer(500)
  const { id } = await register(hub, { url: receiver.url, retryAttempts: 0 })
  const fail = async () => settled(hub, (await publish(hub)).id, 'dead')

  await fail()
  advance(4.9 * day)
  await fail()
  const before = await endpointOf(hub, id)
  advance(0.2 * day)
  await fail()
  const after = await until('the end of service', async () => {
    const found = await endpointOf(hub, id)
    return found.isActive === false && found
  })

  assert.deepEqual([before.isActive, before.health], [true, 'failing'])
  assert.deepEqual([after.disabledReason, after.health], ['failing', 'disabled'])
  const [told] = await eventsOf(hub, 'endpoint.disabled')
  assert.equal(told!.payload.reason, 'failing')
})

test('one success within the five days starts the count anew', async () => {
  await using timed = await startTimedHub()
  const { hub, advance } = timed
  await using receiver = await startReceiver()
  const { id } = await register(hub, { url: receiver.url, retryAttempts: 0 })
  const attempt = async (answer: number, status: string) => {
    receiver.answer(answer)
    await settled(hub, (await publish(hub)).id, status)
  }

  await attempt(500, 'dead')
  advance(3 * day)
  await attempt(200, 'delivered')
  advance(3 * day)
  await attempt(500, 'dead')

  assert.equal((await endpointOf(hub, id)).isActive, true)
})

test('redirects, time-outs and broken connections are failures that say what they are', async () => {
  await using hub = await startHub()
  await using receiver = await startReceiver()
  receiver.answer({ status: 302, headers: { location: receiver.url } }, 'hang', 'cut')
  await register(hub, { url: receiver.url, timeout: 1_000, retryAttempts: 2, retryDelay: 100 })
  const event = await publish(hub)

  const { attemptList } = await settled(hub, event.id, 'dead')

  assert.equal(receiver.requests.length, 3)
  assert.match(attemptList[0]!.error!, /answered 302: redirects are not followed/)
  assert.match(attemptList[1]!.error!, /longer than 1000 ms.*TIMEOUT/)
  assert.equal(attemptList[2]!.statusCode, null)
})

test('an ordered endpoint hears events in order, a failed one holding up those behind it', async () => {
  await using hub = await startHub()
  await using receiver = await startReceiver()
  receiver.answer(200, 500, 500, 200)
  await register(hub, { url: receiver.url, ordered: true, retryDelay: 200 })

  const sent: string[] = []
  for (let number = 0; number < 5; number++) sent.push((await publish(hub, { payload: { number } })).id)
  await settled(hub, sent.at(-1)!, 'delivered')

  const heard = receiver.requests.map(({ body }) => sent.indexOf(body.id))
  assert.deepEqual(heard, [0, 1, 1, 1, 2, 3, 4])
})
