import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hub } from '../test/hub.ts'
import { addHost, book, bookingOf, calendar, startOnMonday, type TestBooking } from '../test/scheduling-actions.ts'
import { connectSmallCalendar, smallCalendarEntry, smallCalendarVendor } from '../test/small-calendar.ts'
import { until } from '../test/until.ts'

const connectors = [smallCalendarEntry]
const ten = '2026-05-04T10:00:00.000Z'
const refusal = { status: 422, body: { message: 'not in my calendar' } }

test('brings a booking to the calendar of its host, moves it there, and takes it away again', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const hostId = await addHost(hub)
  await connectSmallCalendar(hub, vendor, hostId)

  const { id } = await book(hub, { startsAt: ten })
  const made = await confirmed(hub, id, 'confirmed')
  const event = { ...vendor.events[0]! }
  await hub.request('POST', `${calendar}/bookings/${id}/reschedule`, { body: { startsAt: '2026-05-04T13:00:00Z' } })
  await until('the event to be moved', () => vendor.events[0]?.start === '2026-05-04T13:00:00.000Z')
  await hub.request('POST', `${calendar}/bookings/${id}/cancel`)
  const gone = await confirmed(hub, id, 'cancelled')

  assert.equal(made.externalId, event.id)
  assert.deepEqual([event.start, event.guests], [ten, ['ada@example.com']])
  assert.equal(gone.errorCode, null)
  assert.deepEqual(vendor.events, [])
  assert.equal(vendor.countOf('POST /events'), 1)
})

test('keeps a booking that its calendar refuses, and shows that it did', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const hostId = await addHost(hub)
  await connectSmallCalendar(hub, vendor, hostId)
  vendor.faults.push({ route: 'POST /events', reply: refusal })

  const { id } = await book(hub, { startsAt: ten })
  const refused = await confirmed(hub, id, 'refused')

  assert.deepEqual([refused.compensation, refused.errorCode], ['kept', 'VENDOR_REJECTED'])
  assert.equal((await bookingOf(hub, id)).status, 'confirmed')
})

test('calls a booking off that its calendar refuses, where the host wants it so', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const hostId = await addHost(hub)
  await connectSmallCalendar(hub, vendor, hostId, { onRefusal: 'cancel' })
  vendor.faults.push({ route: 'POST /events', reply: refusal })

  const { id } = await book(hub, { startsAt: ten })
  const refused = await confirmed(hub, id, 'refused')
  const booking = await bookingOf(hub, id)

  assert.equal(refused.compensation, 'cancelled')
  assert.equal(booking.status, 'cancelled')
  assert.match(booking.cancelReason ?? '', /not in my calendar/)
})

test('looks whether the vendor has the event where the connection broke, and does not book twice', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const hostId = await addHost(hub)
  await connectSmallCalendar(hub, vendor, hostId)
  vendor.faults.push({ route: 'POST /events', reply: 'cut', after: true, times: 1 })

  const { id } = await book(hub, { startsAt: ten })
  const unknown = await until('the failure to be shown', async () => {
    const [confirmation] = (await bookingOf(hub, id)).confirmations
    return confirmation?.errorCode ? confirmation : undefined
  })
  const found = await nextTry(hub, id)

  assert.equal(unknown.status, 'unknown')
  assert.equal(found.externalId, vendor.events[0]?.id)
  assert.equal(vendor.events.length, 1)
})

test('a booking stands while the calendar of its host is away, and arrives there later', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const hostId = await addHost(hub)
  await connectSmallCalendar(hub, vendor, hostId)
  vendor.faults.push({ route: 'POST /events', reply: { status: 429, body: {} } })

  const { id } = await book(hub, { startsAt: ten })
  await until('the failure to be shown', async () => (await bookingOf(hub, id)).confirmations[0]?.errorCode)
  const pending = await bookingOf(hub, id)
  vendor.faults.length = 0
  const arrived = await nextTry(hub, id)

  assert.equal(pending.status, 'confirmed')
  assert.notEqual(pending.confirmations[0]?.status, 'confirmed')
  assert.equal(arrived.externalId, vendor.events[0]?.id)
})

/** Moves the clock until a later try has confirmed the booking. */
const nextTry = (hub: Awaited<ReturnType<typeof startOnMonday>>, bookingId: string) =>
  until('a later try to succeed', async () => {
    hub.manual.advance(10_000)
    hub.app.engine.wake()
    const [confirmation] = (await bookingOf(hub, bookingId)).confirmations
    return confirmation?.status === 'confirmed' && confirmation
  })

const confirmed = (hub: Hub, bookingId: string, status: string) =>
  until(`a confirmation that is ${status}`, async () => {
    const [confirmation] = (await bookingOf(hub, bookingId)).confirmations as TestBooking['confirmations']
    return confirmation?.status === status && confirmation
  })

test('an event that somebody deleted in the calendar is made again when its booking moves', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const hostId = await addHost(hub)
  await connectSmallCalendar(hub, vendor, hostId)
  const { id } = await book(hub, { startsAt: ten })
  await confirmed(hub, id, 'confirmed')

  vendor.events.length = 0
  await hub.request('POST', `${calendar}/bookings/${id}/reschedule`, { body: { startsAt: '2026-05-04T13:00:00Z' } })
  await until('the event to be there again', () => vendor.events[0]?.start === '2026-05-04T13:00:00.000Z')
  const made = await confirmed(hub, id, 'confirmed')

  assert.deepEqual([made.externalId, vendor.events.length], [vendor.events[0]?.id, 1])
})

test('a booking that comes back to a host stands in the calendar of that host again', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const [hostId, other] = [await addHost(hub), await addHost(hub)]
  await connectSmallCalendar(hub, vendor, hostId)
  const { id } = await book(hub, { hostIds: [hostId], startsAt: ten })
  await confirmed(hub, id, 'confirmed')
  const hand = (to: string) =>
    hub.request('POST', `${calendar}/bookings/${id}/reschedule`, { body: { startsAt: ten, hostIds: [to] } })

  await hand(other)
  await confirmed(hub, id, 'cancelled')
  await hand(hostId)
  const back = await confirmed(hub, id, 'confirmed')

  assert.deepEqual([back.externalId, vendor.events.length], [vendor.events[0]?.id, 1])
})

test('what a vendor booked after all is found where it was put, and follows the booking that moved meanwhile', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const hostId = await addHost(hub)
  await connectSmallCalendar(hub, vendor, hostId)
  vendor.faults.push({ route: 'POST /events', reply: 'cut', after: true, times: 1 })

  const { id } = await book(hub, { startsAt: ten })
  await until('the failure to be shown', async () => (await bookingOf(hub, id)).confirmations[0]?.errorCode)
  await hub.request('POST', `${calendar}/bookings/${id}/reschedule`, { body: { startsAt: '2026-05-04T13:00:00Z' } })
  const found = await nextTry(hub, id)

  assert.deepEqual(
    vendor.events.map((event) => [event.id, event.start]),
    [[found.externalId, '2026-05-04T13:00:00.000Z']],
  )
})
