import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { systemClock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { type Receiver, startReceiver } from '../test/receiver.ts'
import { until } from '../test/until.ts'
import { endpointOf, publish, register, settled } from '../test/webhook-actions.ts'

type Replay = {
  id: string
  status: string
  total: number | null
  done: number
  skipped: number
  finishedAt: string | null
  filter: Record<string, unknown>
}

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

const path = '/api/integrations/webhooks/replays'
async function start(body: object, key = hub.apiKey): Promise<Replay> {
  const { status, body: answer, text } = await hub.request<Replay>('POST', path, { body, key })
  assert.equal(status, 202, text)
  return answer.data
}
const finished = (id: string, key = hub.apiKey) =>
  until('the end of the replay', async () => {
    const { data } = (await hub.request<Replay>('GET', `${path}/${id}`, { key })).body
    return data.status !== 'running' && data
  })

/** A workspace with an endpoint and a number of dead deliveries to it, which no attempt was wasted on. */
async function withDead(count: number, receiver: Receiver) {
  const { apiKey: key, id } = await hub.addWorkspace()
  for (let first = 0; first < count; first += 1_000) {
    const events = Array.from({ length: Math.min(1_000, count - first) }, (_, index) => ({
      type: index % 2 === 0 ? 'lead.captured' : 'booking.created',
      payload: { number: first + index },
    }))
    assert.equal((await hub.request('POST', '/api/events/batch', { body: { events }, key })).status, 202)
  }
  const endpoint = await register(hub, { url: receiver.url, events: ['lead.*', 'booking.*'], retryAttempts: 0 }, key)
  await hub.database.pool.query(
    `insert into dead_letters (workspace_id, id, lane, kind, attempt, reason, error, died_at)
     select workspace_id, id, $2, 'webhook', 1, 'exhausted', 'The endpoint answered 500.', now() from events where workspace_id = $1`,
    [id, endpoint.id],
  )
  return { key, workspaceId: id, endpointId: endpoint.id }
}

test('a replay sends every dead delivery of its range again, step by step, oldest first', async () => {
  await using own = await startReceiver()
  const { key, endpointId } = await withDead(1_050, own)

  const replay = await start({ endpointId }, key)
  const end = await finished(replay.id, key)
  await until('all deliveries', () => own.requests.length === 1_050)

  assert.deepEqual([replay.status, replay.done], ['running', 0])
  assert.deepEqual([end.status, end.total, end.done, end.skipped], ['completed', 1_050, 1_050, 0])
  assert.ok(end.finishedAt)
  assert.equal(new Set(own.requests.map(({ headers }) => headers['webhook-id'])).size, 1_050)
  const listed = await hub.request<Replay[]>('GET', path, { key })
  assert.deepEqual(
    listed.body.data.map(({ id }) => id),
    [replay.id],
  )
})

test('a replay can be confined to types, statuses and times', async () => {
  await using own = await startReceiver()
  const { key, endpointId } = await withDead(10, own)

  const none = await finished((await start({ before: '2020-01-01T00:00:00Z' }, key)).id, key)
  const bookings = await finished(
    (await start({ endpointId, types: ['booking.*'], after: '2020-01-01T00:00:00Z' }, key)).id,
    key,
  )
  await until('the bookings', () => own.requests.length === 5)
  const delivered = await finished((await start({ status: ['delivered'] }, key)).id, key)
  await until('the bookings again', () => own.requests.length === 10)
  const cancelled = await finished((await start({ status: ['cancelled'] }, key)).id, key)
  const dead = await finished((await start({ types: ['lead.captured'] }, key)).id, key)
  await until('the leads', () => own.requests.length === 15)

  assert.deepEqual([none.done, bookings.done, delivered.done, cancelled.done, dead.done], [0, 5, 5, 0, 5])
  const names = own.requests.map(({ body }) => body.type)
  assert.deepEqual(names.slice(0, 10), Array(10).fill('booking.created'))
})

test('a replay that is cancelled stops where it is', async () => {
  await using own = await startReceiver()
  const { key, workspaceId } = await withDead(3, own)
  // Between two steps: the row says that it is running, and the next step has not begun.
  const id = newId(systemClock)
  const filter = JSON.stringify({ before: new Date(Date.now() + 1_000).toISOString() })
  const row = { workspaceId, id, filter, status: 'running', done: 1, createdAt: new Date() }
  await hub.database.hub.insertInto('replays').values(row).execute()

  const cancelled = await hub.request<Replay>('POST', `${path}/${id}/cancel`, { key })
  await hub.database.transaction((tx) =>
    hub.app.engine.enqueue(tx, [{ workspaceId, kind: 'replay', lane: id, payload: { replayId: id } }]),
  )
  await until('the end of the step', async () => {
    const { rows } = await hub.database.pool.query('select from ready where lane = $1', [id])
    return rows.length === 0
  })
  const again = await hub.request('POST', `${path}/${id}/cancel`, { key })

  assert.deepEqual([cancelled.status, cancelled.body.data.status, cancelled.body.data.done], [200, 'cancelled', 1])
  assert.ok(cancelled.body.data.finishedAt)
  assert.equal((await hub.request<Replay>('GET', `${path}/${id}`, { key })).body.data.done, 1)
  assert.equal(own.requests.length, 0)
  assert.equal(again.status, 409)
  assert.match(again.body.error, /cancelled already/)
})

test('a replay that another process left behind goes on from its cursor', async () => {
  await using own = await startReceiver()
  const { key, workspaceId } = await withDead(600, own)
  // As it stands after a kill between two steps: the row, and the job that is the next step.
  const { id } = await start({}, key)
  await finished(id, key)
  await until('all deliveries to be recorded', async () => {
    const { rows } = await hub.database.pool.query(
      "select count(*)::integer as count from attempts where workspace_id = $1 and outcome = 'delivered'",
      [workspaceId],
    )
    return rows[0].count === 600
  })
  const { rows: places } = await hub.database.pool.query(
    "select id::text, lane::text from attempts where workspace_id = $1 and outcome = 'delivered' order by id offset 499 limit 1",
    [workspaceId],
  )
  await hub.database.transaction(async (tx) => {
    await tx
      .updateTable('replays')
      .set({
        status: 'running',
        filter: JSON.stringify({ status: ['delivered'], before: new Date(Date.now() + 1_000).toISOString() }),
        done: 500,
        cursor: `${places[0].id}.${places[0].lane}`,
        finishedAt: null,
      })
      .where('id', '=', id)
      .execute()
    await hub.app.engine.enqueue(tx, [{ workspaceId, kind: 'replay', lane: id, payload: { replayId: id } }])
  })
  const end = await finished(id, key)

  assert.equal(end.done, 600)
  await until('the rest', () => own.requests.length === 700)
})

test('with `missed`, events are delivered that nobody queued: the endpoint was disabled, or not there yet', async () => {
  await using own = await startReceiver()
  const { apiKey: key } = await hub.addWorkspace()
  const send = (body: object) => hub.request('POST', '/api/events', { body, key })
  for (const score of [1, 60, 99]) await send({ type: 'lead.captured', payload: { score } })
  await send({ type: 'booking.created', payload: {} })
  const { id } = await register(hub, { url: own.url, filter: { score: { $gt: 50 } } }, key)
  await send({ type: 'lead.captured', payload: { score: 70 } })
  await own.next(1)
  await hub.request('PATCH', `/api/integrations/webhooks/${id}`, { body: { isActive: false }, key })
  await send({ type: 'lead.captured', payload: { score: 80 } })
  await hub.request('PATCH', `/api/integrations/webhooks/${id}`, { body: { isActive: true }, key })

  const end = await finished((await start({ endpointId: id, missed: true }, key)).id, key)
  await own.next(4)
  const second = await finished((await start({ endpointId: id, missed: true }, key)).id, key)

  assert.deepEqual([end.done, end.skipped, end.total], [3, 1, 4])
  assert.deepEqual(own.requests.map(({ body }) => (body.data as { score: number }).score).sort(), [60, 70, 80, 99])
  assert.deepEqual([second.done, second.skipped], [0, 4])
})

test('a replay to a disabled endpoint waits until it is enabled', async () => {
  await using own = await startReceiver()
  const { key, endpointId } = await withDead(2, own)
  await hub.request('PATCH', `/api/integrations/webhooks/${endpointId}`, { body: { isActive: false }, key })

  const end = await finished((await start({ endpointId }, key)).id, key)
  const meanwhile = own.requests.length
  await hub.request('PATCH', `/api/integrations/webhooks/${endpointId}`, { body: { isActive: true }, key })

  assert.deepEqual([end.done, meanwhile], [2, 0])
  await own.next(2)
})

test("what makes no sense is refused by name, and a replay is its workspace's alone", async () => {
  const { apiKey: stranger } = await hub.addWorkspace()
  receiver.answer(200)
  const { id: endpointId } = await register(hub, { url: receiver.url })
  await settled(hub, (await publish(hub)).id, 'delivered')
  const { id } = await start({ endpointId, status: ['delivered'] })
  await finished(id)

  for (const [body, field] of [
    [{ endpointId: 'x' }, 'body.endpointId'],
    [{ endpointId: id }, 'body.endpointId'],
    [{ types: ['lead.capture'] }, 'body.types[0]'],
    [{ types: [] }, 'body.types'],
    [{ status: ['pending'] }, 'body.status[0]'],
    [{ after: '2026-01-02T00:00:00Z', before: '2026-01-01T00:00:00Z' }, 'body.after'],
    [{ everything: true }, 'body.everything'],
  ] as const) {
    const refused = await hub.request('POST', path, { body })
    assert.equal(refused.status, 400, JSON.stringify(body))
    assert.equal(refused.body.details?.[0]?.field, field)
  }
  assert.equal((await hub.request('POST', path, { body: { endpointId }, key: stranger })).status, 400)
  assert.equal((await hub.request('GET', `${path}/${id}`, { key: stranger })).status, 404)
  assert.equal((await hub.request('POST', `${path}/${id}/cancel`, { key: stranger })).status, 404)
  assert.deepEqual((await hub.request('GET', path, { key: stranger })).body.data, [])
  assert.equal((await endpointOf(hub, endpointId)).id, endpointId)
})
