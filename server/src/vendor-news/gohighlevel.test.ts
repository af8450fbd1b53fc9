import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { sandboxLocation } from '../sandbox/gohighlevel/location.ts'
import { fakeVendor } from '../test/fake-vendor.ts'
import { startWithGoHighLevel, webhookSecret } from '../test/gohighlevel.ts'
import type { Hub } from '../test/hub.ts'
import { until } from '../test/until.ts'

let sent = 0

/** Posts what an automation of the location tells, signed with its secret, twice: repetitions are vendors' habit. */
async function tell(hub: Hub, type: string, fields: object): Promise<void> {
  await send(hub, type, JSON.stringify({ locationId: sandboxLocation, webhookId: `told-${++sent}`, ...fields }))
}

async function send(hub: Hub, type: string, body: string): Promise<void> {
  const headers = { 'x-webhook-signature': createHmac('sha256', webhookSecret).update(body).digest('hex') }
  for (const _ of [1, 2]) {
    const { status, text } = await hub.request('POST', `/webhooks/ghl/${type}`, { body, key: null, headers })
    assert.equal(status, 200, text)
  }
}

type Lead = { id: string; status: string; timezone: string | null; source: string; externalIds: Record<string, string> }
type Activity = { type: string; title: string; data: Record<string, unknown> }

const leadOf = (hub: Hub) =>
  until('the lead', async () => {
    const { status, body } = await hub.request<Lead>('GET', '/api/integrations/crm/leads/ada@example.com')
    return status === 200 && body.data
  })
const activitiesOf = async (hub: Hub) =>
  (await hub.request<Activity[]>('GET', '/api/integrations/crm/leads/ada@example.com/activities')).body.data
const eventsOf = async (hub: Hub, type: string) =>
  (await hub.request<{ id: string }[]>('GET', `/api/events?type=${type}`)).body.data

const ada = { id: 'c1', firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com', phone: '+14079780655' }

test('a contact made at GoHighLevel is a lead once, with the time zone of where it lives', async () => {
  await using place = await startWithGoHighLevel()
  const { hub } = place

  await tell(hub, 'contact.created', { ...ada, city: 'Orlando', state: 'FL', postalCode: '32801', country: 'US' })
  const lead = await leadOf(hub)

  assert.deepEqual(
    [lead.source, lead.externalIds.gohighlevel, lead.timezone],
    ['gohighlevel', 'c1', 'America/New_York'],
  )
  assert.equal((await hub.request<Lead[]>('GET', '/api/integrations/crm/leads')).body.data.length, 1)
})

test('an appointment made there is a booking here, and an opportunity that is won moves its lead', async () => {
  await using place = await startWithGoHighLevel()
  const { hub } = place
  await hub.request('POST', '/api/integrations/calendar/hosts', { body: { name: 'Grace', timezone: 'UTC' } })
  await tell(hub, 'contact.created', ada)
  await leadOf(hub)

  const appointment = {
    ...{ id: 'a1', contactId: 'c1', title: 'Inspection' },
    ...{ startTime: '2030-05-07T10:00:00-04:00', endTime: '2030-05-07T11:00:00-04:00' },
  }
  await tell(hub, 'appointment.created', { appointment })
  await tell(hub, 'opportunity.status_change', { id: 'o1', contactId: 'c1', status: 'won' })
  const lead = await until('the lead to be won', async () => {
    const found = await leadOf(hub)
    return found.status !== 'new' && found
  })

  type Booking = { startsAt: string; email: string; externalId: string; source: string }
  const { data: bookings } = (await hub.request<Booking[]>('GET', '/api/integrations/calendar/bookings')).body
  assert.deepEqual(
    bookings.map(({ startsAt, email, externalId }) => [startsAt, email, externalId]),
    [['2030-05-07T14:00:00.000Z', 'ada@example.com', 'a1']],
  )
  assert.equal(lead.status, 'converted')
  assert.deepEqual([(await eventsOf(hub, 'booking.created')).length, place.vendor.events().list().length], [1, 0])
})

test('a message without a responder is recorded as such, and nothing fails', async () => {
  await using place = await startWithGoHighLevel()
  const { hub } = place
  await tell(hub, 'contact.created', ada)
  await leadOf(hub)

  await tell(hub, 'outbound.message', { contactId: 'c1', messageId: 'm1', body: 'Is Tuesday free?' })
  const [activity] = await until('the record', async () => {
    const found = (await activitiesOf(hub)).filter(({ type }) => type === 'message')
    return found.length > 0 && found
  })

  assert.equal(activity?.title, 'No reply: no responder is configured')
  assert.equal(activity?.data.status, 'not_configured')
  assert.equal((await eventsOf(hub, 'message.replied')).length, 1)
})

test('a message is replied to by the responder that is configured', async () => {
  await using responder = await fakeVendor(({ body, headers }) => {
    const { messages } = body as { messages: { content: string }[] }
    assert.equal(headers.authorization, 'Bearer the-key')
    return { choices: [{ message: { content: `You asked: ${messages.at(-1)?.content}` } }] }
  })
  const env = { TENON_RESPONDER_URL: `${responder.url}/v1`, TENON_RESPONDER_KEY: 'the-key' }
  await using place = await startWithGoHighLevel({ env })
  const { hub } = place

  await tell(hub, 'outbound.message', { contactId: 'c1', messageId: 'm1', body: 'Is Tuesday free?' })
  const [event] = await until('the reply', async () => {
    const found = await eventsOf(hub, 'message.replied')
    return found.length > 0 && found
  })

  const { data } = (await hub.request<{ payload: { text: string } }>('GET', `/api/events/${event?.id}`)).body
  assert.equal(data.payload.text, 'You asked: Is Tuesday free?')
  assert.equal(responder.calls.length, 1)
})

test('news that make no sense hold up nothing', async () => {
  await using place = await startWithGoHighLevel()
  const { hub } = place

  await tell(hub, 'contact.created', { id: 'c0', email: 'no address', phone: 'x', firstName: 'A\nB'.repeat(500) })
  await tell(hub, 'appointment.created', { appointment: { id: 'a0', startTime: 'never' } })
  await tell(hub, 'opportunity.status_change', { id: 'o0', contactId: 'nobody', status: 'won' })
  await tell(hub, 'contact.created', { id: 'c\u0000', email: 'alan@example.com', firstName: 'Alan \ud83d' })
  const depth = 50_000
  const deep = `{"locationId":"${sandboxLocation}","id":"c2","more":${'['.repeat(depth)}${']'.repeat(depth)}}`
  await send(hub, 'contact.created', deep)
  await tell(hub, 'contact.created', ada)

  assert.equal((await leadOf(hub)).source, 'gohighlevel')
})

type Booking = { id: string; startsAt: string; status: string; externalId: string | null }
const bookingsOf = async (hub: Hub) =>
  (await hub.request<Booking[]>('GET', '/api/integrations/calendar/bookings')).body.data
const heard = (hub: Hub) =>
  until('everything to be heard', async () => {
    const { data } = (await hub.request<{ status: string }[]>('GET', '/api/inbound-webhooks?limit=200')).body
    return data.every(({ status }) => status !== 'received')
  })
const appointment = {
  ...{ id: 'a1', contactId: 'c1', title: 'Inspection' },
  ...{ startTime: '2030-05-07T10:00:00-04:00', endTime: '2030-05-07T11:00:00-04:00' },
}

test('what the hub booked at GoHighLevel itself comes back as news and is not booked again', async () => {
  await using place = await startWithGoHighLevel()
  const { hub, vendor, integration } = place
  await tell(hub, 'contact.created', ada)
  await leadOf(hub)
  const host = { name: 'Grace', timezone: 'America/New_York', weekly: { wednesday: [{ from: '08:00', to: '18:00' }] } }
  const made = await hub.request<{ id: string }>('POST', '/api/integrations/calendar/hosts', { body: host })
  const provider = { hostId: made.body.data.id, integrationId: integration.id, receivesBookings: true }
  await hub.request('POST', '/api/integrations/calendar/providers', { body: provider })
  const now = Temporal.Now.zonedDateTimeISO('America/New_York').round('day')
  const wednesday = now.add({ days: 17 - now.dayOfWeek }).with({ hour: 10 })
  const startTime = wednesday.toString({ timeZoneName: 'never' })
  const booking = { hostIds: [made.body.data.id], startsAt: wednesday.toInstant().toString(), email: 'ada@example.com' }

  // The vendor's answer has not come yet when it tells of the appointment.
  place.sandbox.faults.set({ vendor: 'gohighlevel', kind: 'server_error' })
  const booked = await hub.request('POST', '/api/integrations/calendar/bookings', { body: booking })
  assert.equal(booked.status, 201, booked.text)
  await tell(hub, 'appointment.created', {
    appointment: { ...appointment, id: 'early', startTime, endTime: undefined },
  })
  await heard(hub)
  place.sandbox.faults.clear()
  const [event] = await until('the vendor to have it', () => {
    place.hub.app.engine.wake()
    const events = vendor.events().list()
    return events.length > 0 && events
  })
  await until('its id', async () => {
    type Places = { confirmations: { externalId: string | null }[] }
    const { data } = (await hub.request<Places[]>('GET', '/api/integrations/calendar/bookings')).body
    return data[0]?.confirmations[0]?.externalId
  })
  await tell(hub, 'appointment.created', {
    appointment: { ...appointment, id: event!.id, startTime, endTime: undefined },
  })
  const [{ description }] = [event!.data] as [{ description?: string }]
  await tell(hub, 'appointment.created', {
    appointment: { ...appointment, id: 'other', startTime, notes: description },
  })
  await heard(hub)

  assert.equal((await bookingsOf(hub)).length, 1)
})

test('an appointment is moved and called off as it is there, in whatever order that is told', async () => {
  await using place = await startWithGoHighLevel()
  const { hub } = place
  await hub.request('POST', '/api/integrations/calendar/hosts', { body: { name: 'Grace', timezone: 'Asia/Tokyo' } })
  const at = (minute: number) => ({ timestamp: new Date(Date.now() + minute * 60_000 - 3_600_000).toISOString() })
  const moved = { ...appointment, startTime: '2030-05-08T10:00:00', endTime: '2030-05-08T11:00:00' }

  await tell(hub, 'appointment.created', { ...at(1), appointment })
  await tell(hub, 'appointment.updated', { ...at(3), appointment: moved })
  await tell(hub, 'appointment.updated', { ...at(2), appointment })
  await tell(hub, 'appointment.created', {
    ...at(1),
    appointment: { ...appointment, id: 'a2', appointmentStatus: 'cancelled' },
  })
  await tell(hub, 'appointment.updated', {
    ...at(5),
    appointment: { ...appointment, id: 'a3', appointmentStatus: 'cancelled' },
  })
  await tell(hub, 'appointment.created', { ...at(4), appointment: { ...appointment, id: 'a3' } })
  await heard(hub)
  const before = await bookingsOf(hub)
  await tell(hub, 'appointment.deleted', { ...at(6), appointment: { id: 'a1' } })
  await heard(hub)

  assert.deepEqual(
    before.map(({ externalId, startsAt, status }) => [externalId, startsAt, status]),
    [['a1', '2030-05-08T01:00:00.000Z', 'confirmed']],
  )
  assert.deepEqual(
    (await bookingsOf(hub)).map(({ status }) => status),
    ['cancelled'],
  )
})

test('a status that no stage stands for leaves the lead where it is, and one that is a stage moves it there', async () => {
  await using place = await startWithGoHighLevel()
  const { hub } = place
  await tell(hub, 'contact.created', ada)
  await leadOf(hub)
  const after = async (status?: string) => {
    await tell(hub, 'opportunity.status_change', { id: 'o1', contactId: 'c1', ...(status ? { status } : {}) })
    await heard(hub)
    return (await leadOf(hub)).status
  }

  const seen = [await after('Won'), await after('frozen'), await after(), await after('open'), await after('qualified')]

  assert.deepEqual(seen, ['converted', 'converted', 'converted', 'new', 'qualified'])
  assert.ok((await activitiesOf(hub)).some(({ title }) => title === 'Opportunity is frozen at GoHighLevel'))
})
