import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDispatcher, type Lane, type Work } from './dispatcher.ts'

test('however many lanes are full of work, the next one finds room in memory', () => {
  const dispatcher = createWaiting({ room: 1_000, roomBytes: 10_000_000 })
  const rooms: number[] = []

  for (let n = 0; n < 8; n++) {
    const lane = dispatcher.laneFor('workspace', `lane ${n}`, {})
    while (dispatcher.roomIn(lane) > 0) dispatcher.add(lane, workOf(lane, 10))
    rooms.push(lane.waiting.length)
  }

  assert.deepEqual(rooms, [500, 250, 125, 63, 31, 16, 8, 4])
})

test('large payloads take the room of many small ones, and give it back', () => {
  const dispatcher = createWaiting({ room: 1_000, roomBytes: 100_000 })
  const large = dispatcher.laneFor('workspace', 'large', {})
  const small = dispatcher.laneFor('workspace', 'small', {})

  while (dispatcher.roomIn(large) > 0) dispatcher.add(large, workOf(large, 10_000))
  assert.equal(large.waiting.length, 5)
  assert.ok(dispatcher.roomIn(small) > 0)
  dispatcher.takeWaiting(large)

  assert.equal(large.bytes, 0)
  assert.equal(dispatcher.roomIn(large), 1_000)
})

test('what is promised to an insertion under way is not given away twice', () => {
  const dispatcher = createWaiting({ room: 1_000, roomBytes: 10_000_000 })
  const [one, other] = ['one', 'other'].map((id) => dispatcher.laneFor('workspace', id, {})) as [Lane, Lane]

  dispatcher.promise(one, 400)

  assert.deepEqual([dispatcher.roomIn(one), dispatcher.roomIn(other)], [200, 600])
  dispatcher.unpromise(one, 400)
  assert.equal(dispatcher.roomIn(other), 1_000)
})

test('while requests press, a little begins in each turn of the event loop, and all of it in the end', async () => {
  const begun: number[] = []
  let pressed = true
  const dispatcher = createDispatcher({
    ...{ concurrency: 100, room: 1_000, roomBytes: 10_000_000 },
    now: () => 0,
    isPressed: () => pressed,
    start: () => void begun.push(begun.length),
    askForTokens: () => {},
    onRoom: () => {},
  })
  const lane = dispatcher.laneFor('workspace', 'lane', { concurrency: 100 })
  for (let n = 0; n < 60; n++) dispatcher.add(lane, workOf(lane, 10))

  dispatcher.pump()
  dispatcher.pump()
  const atOnce = begun.length
  await nextTurn()
  const inTheNextTurn = begun.length - atOnce
  pressed = false
  await nextTurn()

  assert.deepEqual([atOnce, inTheNextTurn, begun.length], [16, 16, 60])
})

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

/** A dispatcher in which everything waits. */
const createWaiting = (size: { room: number; roomBytes: number }) =>
  createDispatcher({
    ...size,
    concurrency: 0,
    now: () => 0,
    start: () => {},
    askForTokens: () => {},
    onRoom: () => {},
  })

function workOf(lane: Lane, bytes: number): Work {
  const { workspaceId, id } = lane
  const event = {
    ...{ workspaceId, id: 'event', type: 'lead.captured', payload: 'x'.repeat(bytes) },
    ...{ occurredAt: new Date(0), channels: null, traceParent: null },
  }
  const common = { lane: id, kind: 'test', attempt: 0 }
  return { ...common, workspaceId, id: 'event', key: null, run: { delivery: { ...common, event } } }
}
