import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHub } from '../test/hub.ts'
import {
  addHost,
  book,
  bookingOf,
  calendar,
  type Refusal,
  slotsOf,
  startOnMonday,
  startsOf,
  type TestBooking,
  tryBooking,
} from '../test/scheduling-actions.ts'
import { eventsOf } from '../test/webhook-actions.ts'

const ten = '2026-05-04T10:00:00.000Z'
const noon = '2026-05-04T12:00:00.000Z'
const eleven = '2026-05-04T11:00:00.000Z'

test('offers the slots of a day, and no longer the one that was booked', async () => {
  await using hub = await startOnMonday()
  const hostId = await addHost(hub)

  const before = await slotsOf(hub)
  const booking = await book(hub, { startsAt: ten })
  const after = await slotsOf(hub)

  assert.deepEqual(startsOf(before.slots), ['09:00', '10:00', '11:00', '12:00', '13:00', '14:00', '15:00', '16:00'])
  assert.equal(before.status, 'complete')
  assert.deepEqual(booking.hostIds, [hostId])
  assert.equal(booking.endsAt, eleven)
  assert.deepEqual(startsOf(after.slots), ['09:00', '11:00', '12:00', '13:00', '14:00', '15:00', '16:00'])
  const [event] = await eventsOf(hub, 'booking.created')
  assert.equal(event?.payload.bookingId, booking.id)
  assert.equal(event?.payload.email, 'ada@example.com')
})

test('answers 409 with the reason and the next free slots where a time cannot be booked', async () => {
  await using hub = await startOnMonday()
  await addHost(hub, { overrides: [{ date: '2026-05-05', hours: [] }] })
  await book(hub, { startsAt: ten })

  const taken = await tryBooking(hub, { startsAt: ten })
  const closed = await tryBooking(hub, { startsAt: '2026-05-05T10:00:00Z' })
  const between = await tryBooking(hub, { startsAt: '2026-05-04T12:20:00Z' })

  const refusals = [taken, closed, between].map(({ status, body }) => ({ status, ...(body as unknown as Refusal) }))
  assert.deepEqual(
    refusals.map(({ status, reason }) => [status, reason]),
    [
      [409, 'taken'],
      [409, 'closed'],
      [409, 'off_grid'],
    ],
  )
  assert.deepEqual(startsOf(refusals[0]!.alternatives), ['11:00', '12:00', '13:00', '14:00', '15:00'])
  assert.equal(refusals[1]!.alternatives[0]!.startsAt, '2026-05-06T09:00:00.000Z')
})

test('lets exactly one of many who want the same slot at the same moment have it', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)

  const answers = await Promise.all(Array.from({ length: 200 }, () => tryBooking(hub, { startsAt: ten })))

  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
  const refused = answers.filter(({ status }) => status === 409)
  assert.equal(refused.length, 199)
  assert.ok(refused.every(({ body }) => startsOf((body as unknown as Refusal).alternatives)[0] === '11:00'))
})

test('lets one of two processes have the slot that both want', async () => {
  await using one = await startOnMonday()
  await using other = await startHub({ databaseUrl: one.databaseUrl, clock: one.clock })
  await addHost(one)
  const through = (hub: typeof other) =>
    hub.request<TestBooking>('POST', `${calendar}/bookings`, { key: one.apiKey, body: { startsAt: ten } })
  await Promise.all([slotsOf(one), through(other).catch(() => {})])

  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      (index % 2 === 0 ? one : other).request<TestBooking>('POST', `${calendar}/bookings`, {
        key: one.apiKey,
        body: { startsAt: eleven },
      }),
    ),
  )

  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
  assert.equal(answers.filter(({ status }) => status === 409).length, 59)
})

test('the database itself refuses two bookings of a host that overlap with their buffers', async () => {
  await using hub = await startOnMonday()
  const hostId = await addHost(hub, { bufferAfterMinutes: 15 })
  await book(hub, { startsAt: ten })

  const insert = hub.database.hub
    .insertInto('calendarClaims')
    .values({
      ...{ workspaceId: hub.workspace.id, hostId, ownerId: hub.workspace.id },
      ...{
        startsAt: new Date(eleven),
        endsAt: new Date(noon),
        blockedFrom: new Date(eleven),
        blockedTo: new Date(noon),
      },
    })
    .execute()

  await assert.rejects(insert, { code: '23P01' })
})

test('requests with the same key are one booking, also at the same moment', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)

  const answers = await Promise.all(Array.from({ length: 8 }, () => tryBooking(hub, { startsAt: ten, key: 'call-1' })))
  const later = await tryBooking(hub, { startsAt: ten, key: 'call-1' })

  assert.deepEqual([...new Set([...answers, later].map(({ status }) => status))], [201])
  assert.equal(new Set([...answers, later].map(({ body }) => body.data.id)).size, 1)
  assert.equal((await eventsOf(hub, 'booking.created')).length, 1)
})

test('keeps a held slot until the hold runs out, and books it for whoever holds it', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const hold = await hub.request<{ id: string; expiresAt: string }>('POST', `${calendar}/holds`, {
    body: { startsAt: ten, seconds: 60 },
  })

  const meanwhile = await tryBooking(hub, { startsAt: ten })
  const mine = await tryBooking(hub, { holdId: hold.body.data.id })
  const second = await hub.request<{ id: string }>('POST', `${calendar}/holds`, { body: { startsAt: eleven } })
  hub.manual.advance(301_000)
  const late = await tryBooking(hub, { holdId: second.body.data.id })
  const others = await tryBooking(hub, { startsAt: eleven })

  assert.equal(hold.status, 201, hold.text)
  assert.equal(meanwhile.status, 409)
  assert.equal(mine.status, 201, mine.text)
  assert.equal(mine.body.data.startsAt, ten)
  assert.equal(late.status, 409)
  assert.equal((late.body as unknown as Refusal).reason, 'expired')
  assert.equal(others.status, 201, others.text)
})

test('gives a released hold back at once', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const hold = await hub.request<{ id: string }>('POST', `${calendar}/holds`, { body: { startsAt: ten } })

  const held = startsOf((await slotsOf(hub)).slots)
  const released = await hub.request('DELETE', `${calendar}/holds/${hold.body.data.id}`)
  const free = startsOf((await slotsOf(hub)).slots)

  assert.equal(released.status, 204)
  assert.ok(!held.includes('10:00'))
  assert.ok(free.includes('10:00'))
})

test('moves a booking, also into its own time, and frees the time before', async () => {
  await using hub = await startOnMonday()
  await addHost(hub, { stepMinutes: 30 })
  const { id } = await book(hub, { startsAt: ten })
  await book(hub, { startsAt: '2026-05-04T14:00:00Z' })
  const move = (startsAt: string) =>
    hub.request<TestBooking>('POST', `${calendar}/bookings/${id}/reschedule`, { body: { startsAt } })

  const moved = await move('2026-05-04T10:30:00Z')
  const clash = await move('2026-05-04T13:30:00Z')

  assert.equal(moved.status, 200, moved.text)
  assert.equal(moved.body.data.startsAt, '2026-05-04T10:30:00.000Z')
  assert.equal(moved.body.data.version, 1)
  assert.equal(clash.status, 409)
  assert.deepEqual(startsOf((await slotsOf(hub)).slots).slice(0, 4), ['09:00', '09:30', '11:30', '12:00'])
  const [event] = await eventsOf(hub, 'booking.updated')
  assert.equal(event?.payload.previousStartsAt, ten)
})

test('calls a booking off once, and tells why', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const { id } = await book(hub, { startsAt: ten })
  const cancel = () =>
    hub.request<TestBooking>('POST', `${calendar}/bookings/${id}/cancel`, {
      body: { reason: 'ill', cancelledBy: 'attendee' },
    })

  const first = await cancel()
  const second = await cancel()
  const again = await tryBooking(hub, { startsAt: ten })
  const moved = await hub.request('POST', `${calendar}/bookings/${id}/reschedule`, { body: { startsAt: eleven } })

  assert.equal(first.body.data.status, 'cancelled')
  assert.equal(second.body.data.version, first.body.data.version)
  assert.equal(again.status, 201, again.text)
  assert.equal(moved.status, 409)
  const events = await eventsOf(hub, 'booking.cancelled')
  assert.equal(events.length, 1)
  assert.deepEqual([events[0]?.payload.reason, events[0]?.payload.cancelledBy], ['ill', 'attendee'])
})

test('notes that somebody did not come, once the time has begun', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const { id } = await book(hub, { startsAt: ten })
  const note = () => hub.request<TestBooking>('POST', `${calendar}/bookings/${id}/no-show`)

  const early = await note()
  hub.manual.set(Date.parse(ten))
  const inTime = await note()

  assert.equal(early.status, 409)
  assert.equal(inTime.body.data.status, 'no_show')
})

test('books any host who is free, whoever has the turn, or all of them together', async () => {
  await using hub = await startOnMonday()
  const [first, second] = [await addHost(hub, { name: 'Grace' }), await addHost(hub, { name: 'Edsger' })]
  const hostIds = [first, second]

  const any = [await book(hub, { hostIds, startsAt: ten }), await book(hub, { hostIds, startsAt: ten })]
  const full = await tryBooking(hub, { hostIds, startsAt: ten })
  hub.manual.advance(60_000)
  const turns = []
  for (const hour of [11, 12, 13, 14]) {
    hub.manual.advance(60_000)
    turns.push(await book(hub, { hostIds, mode: 'round_robin', startsAt: `2026-05-04T${hour}:00:00Z` }))
  }
  const together = await book(hub, { hostIds, mode: 'all', startsAt: '2026-05-04T15:00:00Z' })
  const half = await tryBooking(hub, { hostIds, mode: 'all', startsAt: '2026-05-04T14:00:00Z' })

  assert.deepEqual(
    any.map((one) => one.hostIds),
    [[first], [second]],
  )
  assert.equal(full.status, 409)
  assert.equal(turns.filter((one) => one.hostIds[0] === first).length, 2)
  assert.match(turns[0]!.decision, /turn/)
  assert.deepEqual(together.hostIds, hostIds)
  assert.equal(half.status, 409)
  assert.deepEqual(startsOf((await slotsOf(hub, `hostIds=${hostIds}&mode=all&date=2026-05-04`)).slots), [
    '09:00',
    '16:00',
  ])
})

test('books outside of the rules where it is told to, but never at a time that is taken', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const night = '2026-05-04T22:10:00Z'

  const refused = await tryBooking(hub, { startsAt: night })
  const forced = await tryBooking(hub, { startsAt: night, force: true })
  const taken = await tryBooking(hub, { startsAt: '2026-05-04T22:30:00Z', force: true })

  assert.deepEqual([refused.status, forced.status, taken.status], [409, 201, 409])
})

test('keeps to the limits of a day when many book at the same moment', async () => {
  await using hub = await startOnMonday()
  await addHost(hub, { maxPerDay: 2 })

  const answers = await Promise.all(
    [9, 10, 11, 12, 13, 14].map((hour) =>
      tryBooking(hub, { startsAt: `2026-05-04T${String(hour).padStart(2, '0')}:00:00Z` }),
    ),
  )

  assert.equal(answers.filter(({ status }) => status === 201).length, 2)
})

test('says of bad input what is wrong with it, and writes nothing', async () => {
  await using hub = await startOnMonday()
  const hostId = await addHost(hub)
  const post = (path: string, body: object) => hub.request('POST', `${calendar}/${path}`, { body })
  const host = { name: 'X', timezone: 'UTC' }

  const answers = await Promise.all([
    post('hosts', { ...host, timezone: 'Mars/Olympus' }),
    post('hosts', { ...host, timezone: '+02:00' }),
    post('hosts', { ...host, weekly: { monday: [{ from: '17:00', to: '09:00' }] } }),
    post('hosts', {
      ...host,
      weekly: {
        monday: [
          { from: '09:00', to: '12:00' },
          { from: '11:00', to: '13:00' },
        ],
      },
    }),
    post('hosts', { ...host, overrides: [{ date: '2026-02-30', hours: [] }] }),
    post('hosts', { ...host, outOfOffice: [{ from: eleven, to: ten }] }),
    post('hosts', { ...host, name: 'x'.repeat(10_000) }),
    post('bookings', { startsAt: '2026-05-01T10:00:00Z' }),
    post('bookings', { startsAt: '2026-02-30T10:00:00Z' }),
    post('bookings', { startsAt: '9026-05-01T10:00:00Z' }),
    post('bookings', { startsAt: ten, timezone: 'Nowhere' }),
    post('bookings', { startsAt: ten, name: 'x'.repeat(10_000) }),
    post('bookings', { startsAt: ten, hostIds: [hub.workspace.id] }),
    post('bookings', {}),
    hub.request('GET', `${calendar}/available-slots?from=${eleven}&to=${ten}`),
    hub.request('GET', `${calendar}/available-slots?date=2026-02-30`),
    hub.request('GET', `${calendar}/available-slots?date=2026-05-04&timezone=Mars/Olympus`),
    hub.request('GET', `${calendar}/available-slots?hostIds=${hostId},${hub.workspace.id}`),
  ])

  for (const { status, body, text } of answers) {
    assert.equal(status, 400, text)
    assert.ok((body.details?.length ?? 0) > 0, text)
  }
  const bookings = await hub.request<unknown[]>('GET', `${calendar}/bookings`)
  assert.deepEqual(bookings.body.data, [])
})

test('lists bookings page by page, those that begin last first', async () => {
  await using hub = await startOnMonday()
  const hostId = await addHost(hub)
  const made = [await book(hub, { startsAt: eleven }), await book(hub, { startsAt: ten })]

  const first = await hub.request<TestBooking[]>('GET', `${calendar}/bookings?limit=1&hostId=${hostId}`)
  const second = await hub.request<TestBooking[]>('GET', `${calendar}/bookings?limit=1&cursor=${first.body.nextCursor}`)
  const byMail = await hub.request<TestBooking[]>('GET', `${calendar}/bookings?email=ADA@example.com&before=${eleven}`)

  assert.deepEqual(
    [...first.body.data, ...second.body.data].map(({ id }) => id),
    made.map(({ id }) => id),
  )
  assert.deepEqual(
    byMail.body.data.map(({ id }) => id),
    [made[1]!.id],
  )
})

test('removes a host only when nothing is ahead', async () => {
  await using hub = await startOnMonday()
  const hostId = await addHost(hub)
  const { id } = await book(hub, { startsAt: ten })

  const refused = await hub.request('DELETE', `${calendar}/hosts/${hostId}`)
  await hub.request('POST', `${calendar}/bookings/${id}/cancel`)
  const removed = await hub.request('DELETE', `${calendar}/hosts/${hostId}`)

  assert.equal(refused.status, 409)
  assert.equal(removed.status, 204)
  assert.equal((await bookingOf(hub, id)).status, 'cancelled')
})
