import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calendly, sandboxToken } from '../sandbox/calendly/calendly.ts'
import { signed } from '../sandbox/calendly/webhooks.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { startSandbox } from '../test/sandbox.ts'
import { until } from '../test/until.ts'

type Booking = { status: string; startsAt: string; email: string; isClashing: boolean; externalId: string }
const user = 'https://api.calendly.com/users/USER-sandbox'
const secret = 'the-secret-of-the-operator'

async function startWithCalendly() {
  const sandbox = await startSandbox({ emulators: [calendly] })
  const env = { TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()), CALENDAR_WEBHOOK_SECRET: secret }
  const hub = await startHub({ env })
  const body = {
    templateId: 'calendly',
    credentials: { personalToken: sandboxToken },
    config: { event_type_uri: 'SANDBOXCONSULT00' },
  }
  const made = await hub.request<{ id: string; status: string }>('POST', '/api/integrations', { body })
  assert.equal(made.body.data?.status, 'active', made.text)
  const host = { name: 'Grace', timezone: 'UTC' }
  const { id: hostId } = (await hub.request<{ id: string }>('POST', '/api/integrations/calendar/hosts', { body: host }))
    .body.data
  return {
    ...{ hub, hostId, integrationId: made.body.data.id, vendor: sandbox.emulator(calendly) },
    /** Lets Calendly fail from now on. */
    refuse: () => sandbox.faults.set({ vendor: 'calendly', kind: 'server_error', status: 503 }),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

const event = (id: string) => `https://api.calendly.com/scheduled_events/${id}`
const invitee = (id: string) => `${event(id)}/invitees/${id}`

/** Posts what Calendly tells, twice, to the path that all integrations share. */
async function tell(hub: Hub, kind: string, id: string, day: string, more: object = {}, key = secret, by = user) {
  const scheduled_event = {
    uri: event(id),
    name: 'Consultation',
    start_time: `${day}T10:00:00Z`,
    end_time: `${day}T11:00:00Z`,
  }
  const person = { name: 'Ada Lovelace', email: 'ada@example.com', timezone: 'Europe/Paris' }
  const payload = { uri: invitee(id), ...person, rescheduled: false, old_invitee: null, scheduled_event, ...more }
  const body = JSON.stringify({ event: kind, created_at: '2026-01-01T00:00:00Z', created_by: by, payload })
  const statuses: number[] = []
  for (const _ of [1, 2]) {
    const headers = signed({ body, key, at: hub.clock.now() })
    const path = '/api/integrations/calendar/webhooks/calendly'
    statuses.push((await hub.request('POST', path, { body, key: null, headers })).status)
  }
  return statuses[0]
}

const bookingsWhen = (hub: Hub, what: string, fits: (found: Booking[]) => boolean) =>
  until(what, async () => {
    const { data } = (await hub.request<Booking[]>('GET', '/api/integrations/calendar/bookings')).body
    return fits(data) && data
  })
const countOf = async (hub: Hub, type: string) =>
  (await hub.request<unknown[]>('GET', `/api/events?type=${type}`)).body.data.length

test('what is booked at Calendly is a booking and a lead once, is moved, and is called off', async () => {
  await using place = await startWithCalendly()
  const { hub } = place

  assert.equal(await tell(hub, 'invitee.created', 'E1', '2030-05-07'), 200)
  const [booked] = await bookingsWhen(hub, 'the booking', (found) => found.length > 0)
  await tell(hub, 'invitee.canceled', 'E1', '2030-05-07', { rescheduled: true, new_invitee: invitee('E2') })
  await tell(hub, 'invitee.created', 'E2', '2030-05-08', { old_invitee: invitee('E1') })
  const moved = await bookingsWhen(hub, 'the move', ([one]) => one?.startsAt === '2030-05-08T10:00:00.000Z')
  await tell(hub, 'invitee.canceled', 'E2', '2030-05-08', { cancellation: { reason: 'Ill', canceler_type: 'invitee' } })
  const cancelled = await bookingsWhen(hub, 'the end', ([one]) => one?.status === 'cancelled')

  const lead = await hub.request<{ source: string }>('GET', '/api/integrations/crm/leads/ada@example.com')
  assert.deepEqual(
    [booked?.email, booked?.externalId, lead.body.data.source],
    ['ada@example.com', invitee('E1'), 'calendly'],
  )
  assert.deepEqual([moved.length, cancelled.length], [1, 1])
  assert.deepEqual(
    await Promise.all(['booking.created', 'booking.updated', 'booking.cancelled'].map((type) => countOf(hub, type))),
    [1, 1, 1],
  )
})

test('what is heard of out of order ends as it stands at Calendly', async () => {
  await using place = await startWithCalendly()
  const { hub } = place

  await tell(hub, 'invitee.canceled', 'E1', '2030-05-07')
  await tell(hub, 'invitee.created', 'E1', '2030-05-07')
  await tell(hub, 'invitee.created', 'E3', '2030-05-09', { old_invitee: invitee('E2') })
  await tell(hub, 'invitee.created', 'E2', '2030-05-08')
  await tell(hub, 'invitee.created', 'E4', '2030-05-10')
  const found = await bookingsWhen(hub, 'the last', (all) => all.some(({ startsAt }) => startsAt.includes('-10T')))

  assert.deepEqual(
    found.map(({ externalId, status }) => [externalId, status]),
    [
      [invitee('E4'), 'confirmed'],
      [invitee('E3'), 'confirmed'],
    ],
  )
})

test('a booking at a time that is taken here stands beside what is there, and says so', async () => {
  await using place = await startWithCalendly()
  const { hub } = place

  await tell(hub, 'invitee.created', 'E1', '2030-05-07')
  await tell(hub, 'invitee.created', 'E2', '2030-05-07', { email: 'alan@example.com', name: 'Alan' })
  const found = await bookingsWhen(hub, 'both', ({ length }) => length === 2)

  assert.deepEqual(found.map(({ email, isClashing }) => [email, isClashing]).toSorted(), [
    ['ada@example.com', false],
    ['alan@example.com', true],
  ])
})

test('news that come in any order leave what Calendly has in the end', async () => {
  await using place = await startWithCalendly()
  const { hub } = place
  const off = (id: string) => tell(hub, 'invitee.canceled', id, '2030-05-07')

  // Called off before it is heard of that it was made.
  await off('A1')
  await tell(hub, 'invitee.created', 'A1', '2030-05-07')
  // Moved before it is heard of that it was made.
  await tell(hub, 'invitee.created', 'B2', '2030-05-09', { old_invitee: invitee('B1') })
  await tell(hub, 'invitee.canceled', 'B1', '2030-05-08', { rescheduled: true })
  await tell(hub, 'invitee.created', 'B1', '2030-05-08')
  // Moved, and called off before it is heard of that it was moved.
  await tell(hub, 'invitee.created', 'C1', '2030-05-13')
  await off('C2')
  await tell(hub, 'invitee.created', 'C2', '2030-05-14', { old_invitee: invitee('C1') })
  await tell(hub, 'invitee.created', 'Z1', '2030-05-15', { email: 'last@example.com' })
  const found = await bookingsWhen(hub, 'the last', (all) => all.some(({ email }) => email === 'last@example.com'))

  const standing = found.filter(({ status }) => status === 'confirmed').map(({ startsAt }) => startsAt.slice(0, 10))
  assert.deepEqual(standing.toSorted(), ['2030-05-09', '2030-05-15'])
})

test('a booking of the hub that its attendee moves at Calendly is moved here, and left alone there', async () => {
  await using place = await startWithCalendly()
  const { hub, vendor } = place
  const id = await bookThere(place)

  await tell(hub, 'invitee.created', 'E9', '2030-05-09', { old_invitee: invitee(id) })
  await tell(hub, 'invitee.canceled', id, '2030-05-07', { rescheduled: true })
  const [moved] = await bookingsWhen(hub, 'the move', ([one]) => one?.startsAt === '2030-05-09T10:00:00.000Z')
  await tell(hub, 'invitee.canceled', 'E9', '2030-05-09', { cancellation: { canceler_type: 'invitee' } })
  const found = await bookingsWhen(hub, 'the end', ([one]) => one?.status === 'cancelled')

  assert.equal(moved?.status, 'confirmed')
  assert.deepEqual([found.length, vendor.events().list().length], [1, 1])
})

test('that the hub calls off at Calendly what it is about to book anew does not call the booking off', async () => {
  await using place = await startWithCalendly()
  const { hub, vendor } = place
  const id = await bookThere(place)
  const [booking] = (await hub.request<{ id: string }[]>('GET', '/api/integrations/calendar/bookings')).body.data
  place.refuse()

  const path = `/api/integrations/calendar/bookings/${booking!.id}/reschedule`
  const moved = await hub.request('POST', path, { body: { startsAt: '2030-05-08T10:00:00Z', force: true } })
  await tell(hub, 'invitee.canceled', id, '2030-05-07', { cancellation: { canceler_type: 'host' } })
  await tell(hub, 'invitee.created', 'Z1', '2030-05-15', { email: 'last@example.com' })
  const found = await bookingsWhen(hub, 'the last', (all) => all.some(({ email }) => email === 'last@example.com'))

  assert.equal(moved.status, 200, moved.text)
  assert.ok(found.every(({ status }) => status === 'confirmed'))
  assert.equal(vendor.events().list().length, 1)
})

/** Books through the hub, and waits until it is known by which id Calendly has it. */
async function bookThere({ hub, hostId, integrationId, vendor }: Awaited<ReturnType<typeof startWithCalendly>>) {
  const provider = { hostId, integrationId, readsBusy: false }
  await hub.request('POST', '/api/integrations/calendar/providers', { body: provider })
  const wish = { hostIds: [hostId], startsAt: '2030-05-07T10:00:00Z', durationMinutes: 60, force: true }
  const person = { name: 'Ada Lovelace', email: 'ada@example.com' }
  await hub.request('POST', '/api/integrations/calendar/bookings', { body: { ...wish, ...person } })
  await until('the confirmation', async () => {
    const [row] = await hub.database.hub.selectFrom('calendarConfirmations').select('status').execute()
    return row?.status === 'confirmed'
  })
  return vendor.events().list()[0]!.id
}

test('an appointment is a booking however late it is heard of, and however its time zone is written', async () => {
  await using place = await startWithCalendly()
  const { hub } = place
  const yesterday = new Date(hub.clock.now() - 86_400_000).toISOString().slice(0, 10)

  await tell(hub, 'invitee.created', 'E1', yesterday)
  await tell(hub, 'invitee.created', 'E2', '2030-05-07', { timezone: '+02:00' })
  await tell(hub, 'invitee.created', 'E3', '2030-05-08')
  const found = await bookingsWhen(hub, 'the last', ([one]) => one?.startsAt.startsWith('2030-05-08') === true)

  assert.deepEqual(
    found.map(({ startsAt }) => startsAt.slice(0, 10)),
    ['2030-05-08', '2030-05-07', yesterday],
  )
})

test('a forged webhook is refused, and one of an account that nobody connected is kept to be seen', async () => {
  await using place = await startWithCalendly()
  const { hub } = place

  const forged = await tell(hub, 'invitee.created', 'E1', '2030-05-07', {}, 'another-secret')
  const stranger = await tell(hub, 'invitee.created', 'E2', '2030-05-07', {}, secret, `${user}-2`)

  assert.deepEqual([forged, stranger], [401, 200])
  assert.deepEqual((await hub.request<Booking[]>('GET', '/api/integrations/calendar/bookings')).body.data, [])
})

test('what the hub booked at Calendly is known again, and called off here when it is there', async () => {
  await using place = await startWithCalendly()
  const { hub, hostId, integrationId, vendor } = place
  await hub.request('POST', '/api/integrations/calendar/providers', {
    body: { hostId, integrationId, readsBusy: false },
  })
  const wish = { hostIds: [hostId], startsAt: '2030-05-07T10:00:00Z', durationMinutes: 60, force: true }
  const person = { name: 'Ada Lovelace', email: 'ada@example.com' }
  const made = await hub.request('POST', '/api/integrations/calendar/bookings', { body: { ...wish, ...person } })
  assert.equal(made.status, 201, made.text)
  const id = await until('the event at Calendly', () => vendor.events().list()[0]?.id)

  await tell(hub, 'invitee.created', id, '2030-05-07')
  await tell(hub, 'invitee.canceled', id, '2030-05-07')
  const found = await bookingsWhen(hub, 'the end', ([one]) => one?.status === 'cancelled')

  assert.equal(found.length, 1)
})
