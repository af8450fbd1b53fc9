import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { addHost, book, bookingOf, calendar, slotsOf, startOnMonday, startsOf } from '../test/scheduling-actions.ts'
import { connectSmallCalendar, smallCalendarEntry, smallCalendarVendor } from '../test/small-calendar.ts'
import { until } from '../test/until.ts'

const connectors = [smallCalendarEntry]
const ten = '2026-05-04T10:00:00.000Z'
const eleven = '2026-05-04T11:00:00.000Z'

test('offers no time at which a connected calendar is busy, with the buffers of the host around it', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const hostId = await addHost(hub, { bufferBeforeMinutes: 30 })
  await connectSmallCalendar(hub, vendor, hostId)
  vendor.busy.push({ start: '2026-05-04T12:10:00Z', end: '2026-05-04T12:40:00Z' })

  const found = await slotsOf(hub)
  const again = await slotsOf(hub)

  assert.equal(found.status, 'complete')
  assert.deepEqual(startsOf(found.slots), ['09:00', '10:00', '11:00', '14:00', '15:00', '16:00'])
  assert.deepEqual(again.slots, found.slots)
  assert.ok(vendor.countOf('GET /busy') <= 2)
})

test('reads a calendar again as soon as its vendor tells of a change', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const hostId = await addHost(hub)
  const { integrationId } = await connectSmallCalendar(hub, vendor, hostId)
  await until('the vendor to know where to send news', () => vendor.secret !== '')
  await slotsOf(hub)

  vendor.busy.push({ start: ten, end: eleven })
  const body = JSON.stringify({ calendar: 'main' })
  const sent = await fetch(`${hub.url}/api/webhooks/small_calendar/i/${integrationId}`, {
    method: 'POST',
    headers: { 'x-signature': createHmac('sha256', vendor.secret).update(body).digest('hex') },
    body,
  })
  const slots = await until('the new busy time to count', async () => {
    const starts = startsOf((await slotsOf(hub)).slots)
    return !starts.includes('10:00') && starts
  })

  assert.equal(sent.status, 200)
  assert.equal(slots.length, 7)
})

test('shows a calendar that fails as degraded, and its slots neither as free nor as gone', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const [sick, well] = [await addHost(hub, { name: 'Sick' }), await addHost(hub, { name: 'Well' })]
  await connectSmallCalendar(hub, vendor, sick)
  vendor.faults.push({ route: 'GET /busy', reply: { status: 403, body: {} } })

  const alone = await slotsOf(hub, `hostIds=${sick}&date=2026-05-04`)
  const both = await slotsOf(hub, `hostIds=${sick},${well}&date=2026-05-04`)
  const together = await slotsOf(hub, `hostIds=${sick},${well}&mode=all&date=2026-05-04`)
  const booking = await book(hub, { hostIds: [sick], startsAt: ten })

  assert.deepEqual([alone.status, alone.slots.length, alone.unconfirmedSlots.length], ['degraded', 0, 8])
  assert.equal(alone.degraded[0]?.hostId, sick)
  assert.ok(alone.degraded[0]?.error)
  assert.ok(both.slots.every(({ hostIds }) => hostIds.length === 1 && hostIds[0] === well))
  assert.equal(both.slots.length, 8)
  assert.deepEqual([together.slots.length, together.unconfirmedSlots.length], [0, 8])
  // What the flow needs goes on all the same.
  assert.equal((await bookingOf(hub, booking.id)).status, 'confirmed')
})

test('waits for a calendar that hangs no longer than its own deadline, and not again while it hangs', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const hostId = await addHost(hub)
  vendor.faults.push({ route: 'GET /busy', reply: 'hang' })
  await connectSmallCalendar(hub, vendor, hostId, { deadlineMs: 100 })

  const first = await slotsOf(hub)
  const second = await slotsOf(hub)

  assert.deepEqual([first.status, second.status], ['degraded', 'degraded'])
  assert.equal(first.degraded[0]?.errorCode, 'CONNECTION_FAILED')
  assert.equal(vendor.countOf('GET /busy'), 1)
})

test('a time that was offered by mail is not booked where the calendar has become busy meanwhile', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const hostId = await addHost(hub)
  await connectSmallCalendar(hub, vendor, hostId, { receivesBookings: false })
  const wish = { email: 'ada@example.com', preferredTimes: ['2026-05-04T20:00:00Z'] }
  await hub.request('POST', `${calendar}/consultation-request`, { body: wish })
  const html = await until('the offer', async () => {
    const rows = await hub.database.hub.selectFrom('emailSendRecords').select('html').execute()
    return rows[0]?.html ?? undefined
  })
  const link = /href="([^"]*\/appointments\/[^"]+)"/.exec(html)![1]!.replaceAll('&amp;', '&')

  vendor.busy.push({ start: '2026-05-05T09:00:00Z', end: '2026-05-05T10:00:00Z' })
  hub.manual.advance(3_600_000)
  const clicked = await fetch(link, { method: 'POST', body: new URLSearchParams({ action: 'accept' }) })

  assert.equal(clicked.status, 409)
})

test('what a calendar said before its vendor told of a change is not believed, however late it says it', async () => {
  await using hub = await startOnMonday({ connectors })
  await using vendor = await smallCalendarVendor()
  const hostId = await addHost(hub)
  const { integrationId } = await connectSmallCalendar(hub, vendor, hostId, { deadlineMs: 100 })
  await until('the vendor to know where to send news', () => vendor.secret !== '')
  await slotsOf(hub)
  hub.manual.advance(16 * 60_000)
  // It answers as it was when it was asked, a while later.
  const { promise: answered, resolve: answer } = Promise.withResolvers<{ busy: [] }>()
  vendor.faults.push({ route: 'GET /busy', reply: answered, times: 1 })
  await slotsOf(hub)

  vendor.busy.push({ start: ten, end: eleven })
  const body = JSON.stringify({ calendar: 'main' })
  const headers = { 'x-signature': createHmac('sha256', vendor.secret).update(body).digest('hex') }
  await fetch(`${hub.url}/api/webhooks/small_calendar/i/${integrationId}`, { method: 'POST', headers, body })
  await until('the news to be heard', async () => {
    const events = await hub.request<unknown[]>('GET', '/api/events?type=small_calendar.calendar.changed')
    const ready = await hub.database.hub.selectFrom('ready').select('kind').execute()
    return events.body.data.length > 0 && ready.every(({ kind }) => kind !== 'calendar.news')
  })
  answer({ busy: [] })
  await until('the late answer to be written down', async () => {
    const [row] = await hub.database.hub.selectFrom('calendarBusy').select('fetchedAt').execute()
    return row?.fetchedAt?.getTime() === hub.manual.now()
  })
  const starts = startsOf((await slotsOf(hub)).slots)

  assert.ok(!starts.includes('10:00'), starts.join())
})
