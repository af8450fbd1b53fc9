import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { retell, sandboxKey, signed } from '../sandbox/retell/retell.ts'
import type { Hub } from '../test/hub.ts'
import { startSandbox } from '../test/sandbox.ts'
import { addHost, book, bookingOf, calendar, startOnMonday } from '../test/scheduling-actions.ts'
import { connectSmallCalendar, smallCalendarEntry, smallCalendarVendor } from '../test/small-calendar.ts'
import type { ToolAnswer } from './schema.ts'

const ada = { customer_name: 'Ada Lovelace', customer_phone: '(407) 978-0655', customer_email: 'Ada@example.com' }

async function use(hub: Hub, tool: string, body: object, options: object = {}) {
  const answer = await hub.request<ToolAnswer>('POST', `/api/tools/${tool}`, { body, ...options })
  assert.equal(answer.status, 200, answer.text)
  return answer.body.data
}
const bookings = async (hub: Hub) =>
  (await hub.request<{ phone: string; name: string }[]>('GET', `${calendar}/bookings`)).body.data

test('books what a voice model heard, and answers a sentence to speak', async () => {
  await using hub = await startOnMonday()
  await addHost(hub, { timezone: 'America/New_York' })

  const made = await use(hub, 'book-appointment', {
    ...{ agent_id: 'agent_123', ...ada, appointment_date: 'tomorrow', appointment_time: '2 pm' },
    ...{ duration_minutes: 60, notes: 'Roof inspection' },
  })

  assert.equal(made.ok, true)
  assert.equal(made.message, 'You are booked for Tuesday, May 5 at 2:00 PM.')
  assert.deepEqual([made.starts_at, made.certain], ['2026-05-05T18:00:00.000Z', true])
  const [booking] = await bookings(hub)
  assert.deepEqual([booking?.phone, booking?.name], ['+14079780655', 'Ada Lovelace'])
})

test('one call books one time once, however often it asks and from however many places at a time', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const request = {
    name: 'book_appointment',
    call: { call_id: 'call_1', agent_id: 'agent_1', transcript: 'hello' },
    args: { ...ada, appointment_date: '2026-05-05', appointment_time: '10:00', mood: 'happy' },
  }

  const answers = await Promise.all(Array.from({ length: 5 }, () => use(hub, 'book-appointment', request)))

  assert.deepEqual(new Set(answers.map(({ booking_id: id }) => id)).size, 1)
  assert.ok(answers.every(({ ok }) => ok))
  assert.equal((await bookings(hub)).length, 1)
})

test('a wish without the id of a call is one booking as well, though another host is free', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  await addHost(hub)
  const wish = { ...ada, appointment_date: 'tomorrow', appointment_time: '10:00' }

  const first = await use(hub, 'book-appointment', wish)
  const again = await use(hub, 'book-appointment', { ...wish, appointment_time: 'ten in the morning' })
  const friend = await use(hub, 'book-appointment', { ...wish, customer_name: 'Grace Hopper' })

  assert.equal(again.booking_id, first.booking_id)
  assert.notEqual(friend.booking_id, first.booking_id)
  assert.deepEqual([friend.ok, (await bookings(hub)).length], [true, 2])
})

test('who called an appointment off can have its time back in the same call, once', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const wish = { ...ada, call_id: 'call_1', appointment_date: 'tomorrow', appointment_time: '10:00' }
  const first = await use(hub, 'book-appointment', wish)
  const gone = await use(hub, 'cancel-appointment', { booking_id: first.booking_id })
  const goneAgain = await use(hub, 'cancel-appointment', { booking_id: first.booking_id })

  const back = await Promise.all([use(hub, 'book-appointment', wish), use(hub, 'book-appointment', wish)])

  assert.deepEqual([gone.ok, goneAgain.ok, goneAgain.message], [true, true, gone.message])
  assert.deepEqual(
    back.map(({ ok, booking_id: id }) => [ok, id]),
    back.map(() => [true, back[0]?.booking_id]),
  )
  assert.notEqual(back[0]?.booking_id, first.booking_id)
})

test('one of several appointments is chosen by its id, and nobody else moves or cancels it', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  await book(hub, { startsAt: '2026-05-05T10:00:00Z', phone: '(407) 978-0655' })
  await use(hub, 'book-appointment', { ...ada, appointment_date: 'Wednesday', appointment_time: '10:00' })
  const by = { customer_phone: '407 978 0655' }

  const several = await use(hub, 'cancel-appointment', by)
  const id = several.alternatives?.[1]?.booking_id
  const eve = { customer_phone: '+44 20 7946 0958', customer_email: 'eve@example.com' }
  const moved = { appointment_date: 'Friday', appointment_time: '10:00' }
  const stolen = [
    await use(hub, 'cancel-appointment', { ...eve, booking_id: id }),
    await use(hub, 'reschedule-appointment', { ...eve, ...moved, booking_id: id }),
  ]
  const own = await use(hub, 'cancel-appointment', { ...by, booking_id: id })

  assert.equal(several.reason, 'several')
  assert.deepEqual(
    stolen.map(({ ok, reason }) => [ok, reason]),
    [
      [false, 'not_found'],
      [false, 'not_found'],
    ],
  )
  assert.deepEqual([own.ok, own.booking_id], [true, id])
})

test('numbers where texts are expected, minutes in words and an odd time zone are taken as they are meant', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)

  const made = await use(hub, 'book-appointment', {
    ...{ customer_name: 'Ada', customer_phone: 4079780655, appointment_date: 'the 5th', appointment_time: 10 },
    ...{ duration_minutes: '60 minutes', timezone: '+02:00' },
  })

  assert.deepEqual([made.ok, made.starts_at], [true, '2026-05-05T10:00:00.000Z'])
  assert.equal((await bookings(hub))[0]?.phone, '+14079780655')
})

test('a slot that was taken meanwhile offers the next ones', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  await book(hub, { startsAt: '2026-05-05T10:00:00Z' })

  const refused = await use(hub, 'book-appointment', {
    ...{ ...ada, call_id: 'call_2', appointment_date: 'Tuesday', appointment_time: '10 am' },
  })

  assert.deepEqual([refused.ok, refused.reason], [false, 'taken'])
  assert.equal(
    refused.message,
    'That time has been taken. I can offer Tuesday, May 5 at 11:00 AM, 12:00 PM or 1:00 PM.',
  )
  assert.equal(refused.alternatives?.[0]?.starts_at, '2026-05-05T11:00:00.000Z')
})

test('tells what is free on a day, and asks back for what it did not understand', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)

  const free = await use(hub, 'check-availability', { appointment_date: 'May 5th' })
  const closed = await use(hub, 'check-availability', { appointment_date: 'Saturday' })
  const odd = await use(hub, 'check-availability', { appointment_date: 'whenever' })
  const past = await use(hub, 'book-appointment', { ...ada, appointment_date: 'today', appointment_time: '05:00' })

  assert.equal(free.message, 'I can offer Tuesday, May 5 at 9:00 AM, 10:00 AM or 11:00 AM.')
  assert.match(closed.message, /^There is no free time on that day\. The next free times are Monday, May 11 at 9:00 AM/)
  assert.match(odd.message, /I did not understand the day/)
  assert.match(past.message, /has already passed/)
})

test('a caller finds, moves and cancels an appointment by the phone it was booked with', async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const made = await use(hub, 'book-appointment', { ...ada, appointment_date: 'tomorrow', appointment_time: '10:00' })
  const by = { customer_phone: '+1 407 978 0655' }

  const moved = await use(hub, 'reschedule-appointment', {
    ...by,
    appointment_date: 'Wednesday',
    appointment_time: 'noon',
  })
  const again = await use(hub, 'reschedule-appointment', {
    ...by,
    appointment_date: 'Wednesday',
    appointment_time: 'noon',
  })
  const cancelled = await use(hub, 'cancel-appointment', { ...by, reason: 'ill' })
  const gone = await use(hub, 'cancel-appointment', by)

  assert.deepEqual([moved.ok, moved.booking_id], [true, made.booking_id])
  assert.equal(moved.message, 'Your appointment is moved to Wednesday, May 6 at 12:00 PM.')
  assert.equal(again.ok, true)
  assert.equal(cancelled.message, 'Your appointment on Wednesday, May 6 at 12:00 PM is cancelled.')
  assert.equal((await bookingOf(hub, made.booking_id!)).cancelReason, 'ill')
  assert.match(gone.message, /cannot find an appointment/)
})

test('a lead is found by phone or address, and nobody by neither', async () => {
  await using hub = await startOnMonday()
  await hub.request('POST', '/api/integrations/crm/leads', {
    body: { email: 'ada@example.com', phone: '+14079780655', name: 'Ada Lovelace' },
  })

  const found = await use(hub, 'find-contact', { customer_phone: '407-978-0655', timezone: 'America/New_York' })
  const none = await use(hub, 'find-contact', { customer_email: 'alan@example.com' })

  assert.deepEqual([found.message, found.contact?.email], ['I found Ada Lovelace in our records.', 'ada@example.com'])
  assert.equal(none.ok, false)
})

test('where nobody can be booked, and with a body that makes no sense, the answer says so', async () => {
  await using hub = await startOnMonday()

  const nobody = await use(hub, 'check-availability', {})
  const malformed = await hub.request('POST', '/api/tools/book-appointment', { body: { appointment_date: 7 } })

  assert.deepEqual([nobody.ok, nobody.message], [false, 'I am sorry, that cannot be booked right now.'])
  assert.equal(malformed.status, 400)
})

test('a calendar that hangs holds no caller up: the booking is made here, and said not to be certain', async () => {
  await using hub = await startOnMonday({ connectors: [smallCalendarEntry] })
  await using vendor = await smallCalendarVendor()
  await connectSmallCalendar(hub, vendor, await addHost(hub))
  vendor.faults.push({ route: 'GET /busy', reply: 'hang' }, { route: 'POST /events', reply: 'hang' })

  const free = await use(hub, 'check-availability', { appointment_date: 'tomorrow' })
  const booked = await use(hub, 'book-appointment', { ...ada, appointment_date: 'tomorrow', appointment_time: '10:00' })

  assert.equal(free.certain, false)
  assert.deepEqual([booked.ok, booked.certain], [true, false])
  assert.match(booked.message, /^You are booked for Tuesday, May 5 at 10:00 AM\. Our calendar is slow right now/)
})

test("function requests of Retell's are held to their signature where its key is known", async () => {
  const sandbox = await startSandbox({ emulators: [retell] })
  await using _sandbox = sandbox
  await using hub = await startOnMonday({ env: { TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()) } })
  await addHost(hub)
  await hub.request('POST', '/api/integrations', {
    body: { templateId: 'retell', credentials: { apiKey: sandboxKey }, config: { webhook_key: sandboxKey } },
  })
  const body = JSON.stringify({ name: 'check', call: { call_id: 'call_1' }, args: {} })
  const send = (headers: Record<string, string>) =>
    hub.request('POST', '/api/tools/check-availability', { body, headers })

  const genuine = await send(signed({ body, key: sandboxKey, at: hub.clock.now() }))
  const forged = await send(signed({ body, key: 'key_another', at: hub.clock.now() }))
  const stale = await send(signed({ body, key: sandboxKey, at: hub.clock.now() - 3_600_000 }))

  assert.deepEqual([genuine.status, forged.status, stale.status], [200, 401, 401])
})

test("the official client lists and calls the tools over MCP, with the key's workspace", async () => {
  await using hub = await startOnMonday()
  await addHost(hub)
  const client = new Client({ name: 'test', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL(`${hub.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${hub.apiKey}` } },
  })
  await client.connect(transport as never)

  const { tools } = await client.listTools()
  const made = await client.callTool({
    name: 'book_appointment',
    arguments: { appointment_date: '2026-05-05', appointment_time: '10:00', ...ada },
  })
  const wrong = await client.callTool({ name: 'book_appointment', arguments: { colour: 'red' } })
  await client.close()
  const { body: narrow } = await hub.request<{ key: string }>('POST', `/api/workspaces/${hub.workspace.id}/api-keys`, {
    body: { name: 'Voice', scopes: ['scheduling:write'] },
  })
  const asksForContact = await hub.request('POST', '/mcp', {
    key: narrow.data.key,
    headers: { accept: 'application/json, text/event-stream' },
    body: {
      ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
      params: { name: 'find_contact', arguments: { customer_email: 'ada@example.com' } },
    },
  })
  const unsigned = await hub.request('POST', '/mcp', {
    body: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
    key: null,
  })

  assert.deepEqual(tools.map(({ name }) => name).sort(), [
    'book_appointment',
    'cancel_appointment',
    'check_availability',
    'find_contact',
    'reschedule_appointment',
  ])
  assert.deepEqual(made.content, [{ type: 'text', text: 'You are booked for Tuesday, May 5 at 10:00 AM.' }])
  assert.equal(wrong.isError, true)
  assert.equal(unsigned.status, 401)
  assert.match(asksForContact.text, /needs the scope leads:read/)
  assert.equal((await bookings(hub)).length, 1)
})
