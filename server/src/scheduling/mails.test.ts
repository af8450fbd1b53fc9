import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hub } from '../test/hub.ts'
import {
  addHost,
  book,
  bookingOf,
  calendar,
  startOnMonday,
  startsOf,
  type TestSlot,
} from '../test/scheduling-actions.ts'
import { until } from '../test/until.ts'
import { eventsOf } from '../test/webhook-actions.ts'

const ten = '2026-05-04T10:00:00.000Z'
const noon = '2026-05-04T12:00:00.000Z'

test('mails a confirmation, a change and a cancellation, each with a calendar object that follows the one before', async () => {
  await using hub = await startOnMonday()
  await addHost(hub, { email: 'grace@example.com', reminders: [] })

  const { id } = await book(hub, { startsAt: ten })
  await hub.request('POST', `${calendar}/bookings/${id}/reschedule`, { body: { startsAt: noon } })
  await hub.request('POST', `${calendar}/bookings/${id}/cancel`)
  const mails = await sentTo(hub, 'ada@example.com')
  const objects = await calendarsOf(hub)

  assert.deepEqual(
    mails.map(({ template }) => template),
    ['booking.confirmation', 'booking.updated', 'booking.cancelled'],
  )
  assert.deepEqual(
    objects.map((text) => ['METHOD', 'UID', 'SEQUENCE', 'STATUS'].map((name) => lineOf(text, name))),
    [
      ['REQUEST', `${id}@tenon`, '0', 'CONFIRMED'],
      ['REQUEST', `${id}@tenon`, '1', 'CONFIRMED'],
      ['CANCEL', `${id}@tenon`, '2', 'CANCELLED'],
    ],
  )
  assert.equal(lineOf(objects[1]!, 'DTSTART'), '20260504T120000Z')
})

test('reminds of the booking as it is, and sends nothing of a time that was moved or called off', async () => {
  await using hub = await startOnMonday()
  await addHost(hub, { reminders: [60] })
  const moved = await book(hub, { startsAt: ten, email: 'moved@example.com' })
  const off = await book(hub, { startsAt: '2026-05-04T11:00:00Z', email: 'off@example.com' })
  await book(hub, { startsAt: '2026-05-04T13:00:00Z', email: 'last@example.com' })
  await hub.request('POST', `${calendar}/bookings/${moved.id}/reschedule`, { body: { startsAt: noon } })
  await hub.request('POST', `${calendar}/bookings/${off.id}/cancel`)

  const reminded = async (email: string) =>
    (await sentTo(hub, email)).filter(({ template }) => template === 'booking.reminder').length
  for (const [email, at] of [
    ['moved@example.com', '2026-05-04T11:00:00Z'],
    ['last@example.com', '2026-05-04T12:00:00Z'],
  ] as const) {
    hub.manual.set(Date.parse(at))
    hub.app.engine.wake()
    await until(`the reminder to ${email}`, async () => (await reminded(email)) > 0)
  }

  assert.equal(await reminded('moved@example.com'), 1)
  assert.equal(await reminded('off@example.com'), 0)
})

test('lets who booked move and cancel by the link in the mail, with whatever is in names shown as text', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const hostile = '<script>alert("x")</script>'
  const { id } = await book(hub, { startsAt: ten, title: hostile, name: hostile })
  const link = await linkIn(hub, 'ada@example.com', /href="([^"]*\/appointments\/[^"]+)"/)

  const page = await fetch(link)
  const shown = await page.text()
  const moved = await post(link, { action: 'move', at: noon })
  const taken = await post(link, { action: 'move', at: '2026-05-04T12:10:00Z' })
  const afterMove = await bookingOf(hub, id)
  const cancelled = await post(link, { action: 'cancel', reason: 'ill' })
  const afterCancel = await bookingOf(hub, id)

  assert.equal(page.status, 200)
  assert.ok(!shown.includes('<script>alert'))
  assert.ok(shown.includes('&lt;script&gt;'))
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  assert.deepEqual([moved.status, taken.status, cancelled.status], [200, 409, 200])
  assert.equal(afterMove.startsAt, noon)
  assert.deepEqual([afterCancel.status, afterCancel.cancelReason], ['cancelled', 'ill'])
})

test('a link that the hub did not make leads nowhere', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  await book(hub, { startsAt: ten })
  const link = await linkIn(hub, 'ada@example.com', /href="([^"]*\/appointments\/[^"]+)"/)
  const at = link.length - 10
  const forged = link.slice(0, at) + (link[at] === 'A' ? 'B' : 'A') + link.slice(at + 1)

  const answers = await Promise.all([
    fetch(forged),
    fetch(`${hub.url}/appointments/x`),
    post(forged, { action: 'cancel' }),
  ])

  assert.deepEqual(
    answers.map(({ status }) => status),
    [404, 404, 404],
  )
})

const staff = { CONSULTANT_EMAIL: 'consultant@example.com', SALES_EMAIL: 'sales@example.com' }
const wish = { email: 'ada@example.com', firstName: 'Ada', service: 'foundation', timezone: 'Europe/London' }
type Consultation = { status: string; bookingId: string | null; offered: TestSlot[] }

test('schedules a consultation at the first preferred time that is free, and tells everybody', async () => {
  await using hub = await startOnMonday({ env: staff })
  await addHost(hub)
  await book(hub, { startsAt: ten, email: 'other@example.com' })

  const requestId = await ask(hub, { ...wish, preferredTimes: [ten, noon] })
  const request = await consultation(hub, requestId, 'scheduled')
  const booking = await bookingOf(hub, request.bookingId!)

  assert.equal(booking.startsAt, noon)
  const [event] = await eventsOf(hub, 'consultation.scheduled')
  assert.deepEqual([event?.payload.requestId, event?.payload.bookingId], [requestId, booking.id])
  assert.equal((await eventsOf(hub, 'consultation.requested')).length, 1)
  for (const address of ['consultant@example.com', 'sales@example.com'])
    assert.deepEqual(
      (await sentTo(hub, address)).map(({ template }) => template),
      ['consultation.requested', 'consultation.scheduled'],
    )
})

test('offers other times by mail where no preferred one is free, and books the one that is clicked', async () => {
  await using hub = await startOnMonday({ env: staff })
  await addHost(hub)
  await book(hub, { startsAt: ten, email: 'other@example.com' })

  const requestId = await ask(hub, { ...wish, preferredTimes: [ten, '2026-05-02T10:00:00Z'] })
  const offered = await consultation(hub, requestId, 'offered')
  const link = await linkIn(hub, 'ada@example.com', /href="([^"]*\/appointments\/[^"]+)"/)
  const before = await (await fetch(link)).text()
  const taken = await post(link, { action: 'accept' })
  const scheduled = await consultation(hub, requestId, 'scheduled')

  assert.deepEqual(startsOf(offered.offered), ['11:00', '12:00', '13:00', '14:00', '15:00'])
  assert.match(before, /Take this time/)
  assert.equal(taken.status, 200)
  assert.equal((await bookingOf(hub, scheduled.bookingId!)).startsAt, '2026-05-04T11:00:00.000Z')
})

test('a request for a consultation stands where nobody can be booked, and its staff hears of it', async () => {
  await using hub = await startOnMonday({ env: staff })

  const requestId = await ask(hub, { ...wish, preferredTimes: ['1999-01-01T00:00:00Z'] })

  const request = await consultation(hub, requestId, 'requested')
  assert.equal(request.bookingId, null)
  assert.equal((await sentTo(hub, 'sales@example.com')).length, 1)
})

test('a member finds a time for a request that stands, or closes it, and it is settled once', async () => {
  await using hub = await startOnMonday({ env: staff })
  const [wanted, unwanted] = [await ask(hub, wish), await ask(hub, { ...wish, email: 'grace@example.com' })]
  await addHost(hub)
  await book(hub, { startsAt: ten, email: 'other@example.com' })
  const settle = (id: string, how: string, body?: object) =>
    hub.request<Consultation & { status: string }>('POST', `${calendar}/consultation-requests/${id}/${how}`, {
      ...(body && { body }),
    })

  const taken = await settle(wanted, 'schedule', { startsAt: ten })
  const scheduled = await settle(wanted, 'schedule', { startsAt: noon })
  const twice = await settle(wanted, 'schedule', { startsAt: noon })
  const closed = await settle(unwanted, 'close')
  const late = await settle(unwanted, 'schedule', { startsAt: ten })

  assert.deepEqual([taken.status, scheduled.status, twice.status, late.status], [409, 200, 409, 409])
  assert.ok((taken.body as unknown as { alternatives: TestSlot[] }).alternatives.length > 0)
  assert.equal((await bookingOf(hub, scheduled.body.data.bookingId!)).startsAt, noon)
  assert.equal(closed.body.data.status, 'closed')
  assert.equal((await eventsOf(hub, 'consultation.scheduled')).length, 1)
})

async function ask(hub: Hub, body: object): Promise<string> {
  const path = `${calendar}/consultation-request`
  const answer = await hub.request<{ requestId: string }>('POST', path, { body })
  assert.equal(answer.status, 201, answer.text)
  return answer.body.data.requestId
}

const consultation = (hub: Hub, id: string, status: string) =>
  until(`a request that is ${status}`, async () => {
    const { body } = await hub.request<Consultation>('GET', `${calendar}/consultation-requests/${id}`)
    return body.data.status === status && body.data
  })

type Mail = { id: string; template: string; subject: string; html: string }

/** The mails to an address, oldest first. */
async function sentTo(hub: Hub, address: string): Promise<Mail[]> {
  const { body, text } = await hub.request<Mail[]>('GET', `/api/email/sends?to=${address}`)
  assert.equal(body.success, true, text)
  return body.data.toReversed()
}

/** The first link in the last mail to an address that looks as wanted; there the hub's own address stands in for its public one. */
async function linkIn(hub: Hub, address: string, pattern: RegExp): Promise<string> {
  const [last] = (await sentTo(hub, address)).toReversed()
  const { body } = await hub.request<Mail>('GET', `/api/email/sends/${last!.id}`)
  const [, found = ''] = pattern.exec(body.data.html) ?? []
  return found.replaceAll('&amp;', '&')
}

/** The calendar objects that were mailed, oldest first. */
async function calendarsOf(hub: Hub): Promise<string[]> {
  const rows = await hub.database.hub.selectFrom('emailSendRecords').select('attachments').orderBy('id').execute()
  const attached = rows.flatMap(({ attachments }) => (attachments ?? []) as { base64: string }[])
  return attached.map(({ base64 }) => Buffer.from(base64, 'base64').toString())
}

const lineOf = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}(?:;[^:]*)?:(.*)$`, 'm').exec(text)?.[1]?.trim()

const post = (link: string, form: Record<string, string>) =>
  fetch(link, { method: 'POST', body: new URLSearchParams(form) })

test('of reminders that came due while nothing ran, only the last is sent', async () => {
  await using hub = await startOnMonday()
  await addHost(hub, { reminders: [60, 120, 180] })
  await book(hub, { startsAt: noon })

  hub.manual.set(Date.parse('2026-05-04T11:05:00Z'))
  hub.app.engine.wake()
  await until('all reminders to be done with', async () => {
    const scheduled = await hub.database.hub.selectFrom('scheduled').select('kind').execute()
    const ready = await hub.database.hub.selectFrom('ready').select('kind').execute()
    return [...scheduled, ...ready].every(({ kind }) => kind !== 'calendar.remind')
  })

  const keys = await hub.database.hub.selectFrom('emailSendRecords').select('key').execute()
  assert.deepEqual(
    keys.flatMap(({ key }) => (key?.startsWith('reminder') ? [key.split(' ').at(-1)] : [])),
    ['60'],
  )
})

test('of several hosts the first speaks for all in mails and calendar objects, however often they change', async () => {
  await using hub = await startOnMonday()
  const second = await addHost(hub, { name: 'Ada', email: 'ada@hosts.example', timezone: 'Asia/Kathmandu' })
  const first = await addHost(hub, { name: 'Bo', email: 'bo@hosts.example', weekly: {}, timezone: 'Europe/Paris' })
  const given = { hostIds: [first, second], mode: 'all', startsAt: ten, force: true }

  const { id } = await book(hub, given)
  await hub.request('PATCH', `${calendar}/hosts/${first}`, { body: { name: 'Bob' } })
  await hub.request('POST', `${calendar}/bookings/${id}/reschedule`, { body: { startsAt: noon, force: true } })

  const organizers = (await calendarsOf(hub)).map((text) => /^ORGANIZER[^\n]*mailto:(\S+)/im.exec(text)?.[1])
  const { body } = await hub.request<Mail>('GET', `/api/email/sends/${(await sentTo(hub, 'ada@example.com'))[1]!.id}`)
  assert.deepEqual(organizers, ['bo@hosts.example', 'bo@hosts.example'])
  assert.match(body.data.html, /14:00 \(Europe\/Paris\)/)
})

test('tells whoever has a booking what changed of it: its name, its hosts, or that it is theirs now', async () => {
  await using hub = await startOnMonday()
  const [one, two] = [await addHost(hub, { reminders: [] }), await addHost(hub, { reminders: [] })]
  const { id } = await book(hub, { hostIds: [one], startsAt: ten })
  const patch = (body: object) => hub.request('PATCH', `${calendar}/bookings/${id}`, { body })

  await patch({ title: 'Roof' })
  await patch({ notes: 'Of no concern to who booked' })
  await hub.request('POST', `${calendar}/bookings/${id}/reschedule`, { body: { startsAt: ten, hostIds: [two] } })
  await patch({ email: 'alan@example.com' })

  const templates = async (address: string) => (await sentTo(hub, address)).map(({ template }) => template)
  assert.deepEqual(await templates('ada@example.com'), ['booking.confirmation', 'booking.updated', 'booking.updated'])
  assert.deepEqual(await templates('alan@example.com'), ['booking.confirmation'])
  assert.deepEqual(
    (await calendarsOf(hub)).map((text) => lineOf(text, 'SEQUENCE')),
    ['0', '1', '3', '4'],
  )
})

test('a link changes nothing of a booking that has begun', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const { id } = await book(hub, { startsAt: ten })
  const link = await linkIn(hub, 'ada@example.com', /href="([^"]*\/appointments\/[^"]+)"/)
  hub.manual.set(Date.parse('2026-05-04T10:05:00Z'))

  const cancelled = await post(link, { action: 'cancel' })
  const moved = await post(link, { action: 'move', at: noon })
  const booking = await bookingOf(hub, id)

  assert.deepEqual([cancelled.status, moved.status], [409, 409])
  assert.deepEqual([booking.status, booking.startsAt, booking.version], ['confirmed', ten, 0])
})

test('who had a booking before it went over to another address changes it no more', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const { id } = await book(hub, { startsAt: ten })
  const pattern = /href="([^"]*\/appointments\/[^"]+)"/
  const former = await linkIn(hub, 'ada@example.com', pattern)

  await hub.request('PATCH', `${calendar}/bookings/${id}`, { body: { email: 'Alan@example.com' } })
  const link = await linkIn(hub, 'alan@example.com', pattern)
  const statuses = [
    (await fetch(former)).status,
    (await post(former, { action: 'cancel' })).status,
    (await fetch(link)).status,
    (await post(link, { action: 'move', at: noon })).status,
  ]

  assert.deepEqual(statuses, [404, 404, 200, 200])
  assert.equal((await bookingOf(hub, id)).startsAt, noon)
})

test('a link to an offered time says what became of the request, whenever it is used', async () => {
  await using hub = await startOnMonday({ env: staff })
  await addHost(hub)
  await book(hub, { startsAt: ten, email: 'other@example.com' })
  const offeredTo = async (email: string) => {
    const requestId = await ask(hub, { ...wish, email, preferredTimes: [ten] })
    await consultation(hub, requestId, 'offered')
    return { requestId, link: await linkIn(hub, email, /href="([^"]*\/appointments\/[^"]+)"/) }
  }
  const [ada, alan, grace] = [
    await offeredTo('ada@example.com'),
    await offeredTo('alan@example.com'),
    await offeredTo('grace@example.com'),
  ]

  await post(ada.link, { action: 'accept' })
  const { bookingId } = await consultation(hub, ada.requestId, 'scheduled')
  await hub.request('POST', `${calendar}/bookings/${bookingId}/cancel`)
  const again = await (await post(ada.link, { action: 'accept' })).text()
  await hub.request('POST', `${calendar}/consultation-requests/${alan.requestId}/close`)
  const closed = await (await fetch(alan.link)).text()
  hub.manual.set(Date.parse('2026-05-04T11:30:00Z'))
  const passed = await (await post(grace.link, { action: 'accept' })).text()

  assert.match(again, /This appointment was cancelled/)
  assert.doesNotMatch(again, /is booked/)
  assert.match(closed, /This request was closed/)
  assert.doesNotMatch(closed, /Take this time/)
  assert.match(passed, /That time has passed/)
})

test('offers the next times of all where the preferred ones are further ahead than can be booked', async () => {
  await using hub = await startOnMonday({ env: staff })
  await addHost(hub, { horizonDays: 30 })

  const requestId = await ask(hub, { ...wish, preferredTimes: ['2027-12-01T10:00:00Z', '2026-06-20T10:00:00Z'] })
  const { offered } = await consultation(hub, requestId, 'offered')
  const far = await hub.request('POST', `${calendar}/bookings`, { body: { startsAt: '2026-10-05T10:00:00Z' } })

  assert.deepEqual(startsOf(offered), ['09:00', '10:00', '11:00', '12:00', '13:00'])
  const { reason, alternatives } = far.body as unknown as { reason: string; alternatives: TestSlot[] }
  assert.deepEqual([reason, alternatives[0]?.startsAt], ['too_far', '2026-05-04T09:00:00.000Z'])
})

test('a name with quotes in it stays a name in a calendar object', async () => {
  await using hub = await startOnMonday()
  await addHost(hub, { name: 'Grace "\\', email: 'grace@example.com' })
  await book(hub, { startsAt: ten, name: 'x":MAILTO:evil@example.com;CN="y\\' })

  const [text = ''] = await calendarsOf(hub)
  const lines = text.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/)
  const strict = /^(ORGANIZER|ATTENDEE)(?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*))*:mailto:(\S+)$/i

  const people = lines.flatMap((line) => (/^(ORGANIZER|ATTENDEE)/.test(line) ? [strict.exec(line)?.[2]] : []))
  assert.deepEqual(people, ['grace@example.com', 'ada@example.com'])
})
