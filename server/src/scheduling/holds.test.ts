import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../lib/clock.ts'
import { type Hub, startHub } from '../test/hub.ts'
import {
  addHost,
  book,
  calendar,
  type Refusal,
  startOnMonday,
  startsOf,
  type TestBooking,
  tryBooking,
} from '../test/scheduling-actions.ts'
import { until } from '../test/until.ts'

const ten = '2026-05-04T10:00:00.000Z'

async function hold(hub: Hub, body: object = {}): Promise<string> {
  const made = await hub.request<{ id: string }>('POST', `${calendar}/holds`, { body: { startsAt: ten, ...body } })
  assert.equal(made.status, 201, made.text)
  return made.body.data.id
}
const standing = async (hub: Hub) =>
  (await hub.request<TestBooking[]>('GET', `${calendar}/bookings?status=confirmed`)).body.data

test('a hold that has run out for another process books nothing where that one has given its time away', async () => {
  await using hub = await startOnMonday()
  // The clock of another machine is a little ahead.
  const ahead = manualClock(hub.manual.now())
  await using other = await startHub({ databaseUrl: hub.databaseUrl, clock: ahead })
  const [one, two] = [await addHost(hub), await addHost(hub)]
  const holdId = await hold(hub, { hostIds: [one, two], mode: 'all', seconds: 60 })
  ahead.advance(61_000)

  const body = { hostIds: [one], startsAt: ten, email: 'quick@example.com' }
  const quick = await other.request('POST', `${calendar}/bookings`, { key: hub.apiKey, body })
  const late = await tryBooking(hub, { holdId })
  // What was left of the hold keeps nothing from anybody.
  await book(hub, { hostIds: [two], startsAt: ten })

  assert.equal(quick.status, 201, quick.text)
  assert.deepEqual([late.status, (late.body as unknown as Refusal).reason], [409, 'expired'])
  assert.equal((await standing(hub)).length, 2)
})

test('a hold that ran out answers with the next free slots', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const holdId = await hold(hub, { seconds: 60 })
  hub.manual.advance(60_000)
  await book(hub, { startsAt: ten })

  const late = await tryBooking(hub, { holdId })

  const { reason, alternatives } = late.body as unknown as Refusal
  assert.deepEqual([late.status, reason, startsOf(alternatives)[0]], [409, 'expired', '11:00'])
})

test('what is held is booked once by requests with the same key, and all of them are answered with the booking', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const holdId = await hold(hub)

  const answers = await Promise.all(Array.from({ length: 8 }, () => tryBooking(hub, { holdId, key: 'the form' })))

  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]))
  assert.equal(new Set(answers.map(({ body }) => body.data.id)).size, 1)
})

test('requests with the same key are one booking whichever hosts they name', async () => {
  await using hub = await startOnMonday()
  const hosts = [await addHost(hub), await addHost(hub), await addHost(hub), await addHost(hub)]

  const answers = await Promise.all(
    hosts.map((hostId) => tryBooking(hub, { hostIds: [hostId], startsAt: ten, key: 'the form' })),
  )

  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]), answers.map(({ text }) => text).join())
  assert.equal((await standing(hub)).length, 1)
})

test('what was held of a host who is gone cannot be booked', async () => {
  await using hub = await startOnMonday()
  const hostId = await addHost(hub)
  const holdId = await hold(hub)
  const removed = await hub.request('DELETE', `${calendar}/hosts/${hostId}`)

  const late = await tryBooking(hub, { holdId })

  assert.equal(removed.status, 204)
  assert.equal(late.status, 409, late.text)
  assert.equal((await standing(hub)).length, 0)
})

test('what was held for a time that has begun meanwhile cannot be booked', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  hub.manual.set(Date.parse('2026-05-04T09:50:00Z'))
  const holdId = await hold(hub, { seconds: 3_600 })
  hub.manual.set(Date.parse('2026-05-04T10:10:00Z'))

  const late = await tryBooking(hub, { holdId })

  assert.deepEqual([late.status, (late.body as unknown as Refusal).reason], [409, 'too_soon'])
})

test('whoever changes the time of several hosts takes them in one order, so that nobody waits for each other', async () => {
  await using hub = await startOnMonday()
  const hosts = [await addHost(hub), await addHost(hub)].toSorted()
  const { id } = await book(hub, { hostIds: hosts, mode: 'all', startsAt: ten })
  // The first now lies behind the second in the table, which is small enough to be read from its beginning.
  await hub.request('PATCH', `${calendar}/hosts/${hosts[0]}`, { body: { name: 'Ada' } })
  await hub.database.pool.query('analyze calendar_hosts')

  const { promise: waiting, resolve } = Promise.withResolvers<void>()
  const booking = hub.database.transaction(async (tx) => {
    const lock = (hostId: string | undefined) =>
      tx.selectFrom('calendarHosts').select('id').where('id', '=', hostId!).forNoKeyUpdate().execute()
    await lock(hosts[0])
    resolve()
    await until('the cancellation to wait', async () => {
      const { rows } = await hub.database.pool.query('select 1 from pg_locks where not granted')
      return rows.length > 0
    })
    await lock(hosts[1])
  })
  await waiting
  const cancelled = await hub.request('POST', `${calendar}/bookings/${id}/cancel`)
  await booking

  assert.equal(cancelled.status, 200, cancelled.text)
})
