import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../lib/clock.ts'
import { calcom } from '../sandbox/calcom/calcom.ts'
import { employees } from '../sandbox/housecall-pro/company.ts'
import { housecallPro } from '../sandbox/housecall-pro/housecall-pro.ts'
import { signed } from '../sandbox/housecall-pro/webhooks.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { startSandbox } from '../test/sandbox.ts'
import { addHost, book, bookingOf, calendar, monday, type TestBooking } from '../test/scheduling-actions.ts'
import { until } from '../test/until.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 4, 5, hour))
const ada = { name: 'Ada Lovelace', email: 'ada@example.com', timeZone: 'America/New_York' }

type Told = TestBooking & {
  email: string
  name: string
  location: string | null
  externalId: string | null
  source: string
  notes: string | null
}

/** A hub with both emulators in the vendors' places, at a Monday morning. */
async function start() {
  const clock = manualClock(Date.parse(monday))
  const sandbox = await startSandbox({ emulators: [calcom, housecallPro], clock })
  const overrides = JSON.stringify(sandbox.overrides())
  const hub = await startHub({ clock, env: { TENON_VENDOR_OVERRIDES: overrides } }).catch(async (error) => {
    await sandbox[Symbol.asyncDispose]()
    throw error
  })
  return {
    hub,
    clock,
    cal: sandbox.emulator(calcom),
    housecall: sandbox.emulator(housecallPro),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

async function connect(hub: Hub, templateId: string, apiKey: string, config: object = {}): Promise<string> {
  const body = { templateId, credentials: { apiKey }, config }
  const made = await hub.request<{ id: string; status: string }>('POST', '/api/integrations', { body })
  assert.equal(made.body.data?.status, 'active', made.text)
  return made.body.data.id
}

/** Connects Cal.com, and waits until it calls the hub. */
async function connectCalcom({ hub, cal }: Awaited<ReturnType<typeof start>>): Promise<string> {
  const id = await connect(hub, 'calcom', 'cal_live_sandbox')
  await until('the subscription', () => cal.webhooks().list().length > 0)
  return id
}

const bookingsOf = async (hub: Hub) => (await hub.request<Told[]>('GET', `${calendar}/bookings`)).body.data
const bookingWhere = (hub: Hub, what: string, fits: (booking: Told) => boolean) =>
  until(what, async () => (await bookingsOf(hub)).find(fits))

test('what somebody books at Cal.com is a booking here, and follows what is moved and called off there', async () => {
  await using place = await start()
  const { hub, cal } = place
  await addHost(hub)
  await connectCalcom(place)

  const { data } = cal.book({ start: at(14).toISOString(), eventTypeId: 101, attendee: ada })
  const made = await bookingWhere(hub, 'the booking', () => true)
  const moved = cal.reschedule(data.uid, at(17))
  const after = await bookingWhere(hub, 'the move', ({ externalId }) => externalId === moved.data.uid)
  cal.cancel(moved.data.uid)
  const gone = await bookingWhere(hub, 'the cancellation', ({ status }) => status === 'cancelled')

  assert.deepEqual(
    [made.startsAt, made.endsAt, made.email, made.name, made.location, made.source],
    [at(14).toISOString(), at(15).toISOString(), ada.email, ada.name, null, 'calcom'],
  )
  assert.deepEqual([after.id, after.startsAt], [made.id, at(17).toISOString()])
  assert.deepEqual([gone.id, gone.cancelReason], [made.id, 'Cannot come'])
  assert.equal((await bookingsOf(hub)).length, 1)
})

test('news that are replayed, or heard in another order, neither move anything back nor bring anything back', async () => {
  await using place = await start()
  const { hub, clock } = place
  await addHost(hub)
  const secret = 'a-secret-of-the-company'
  const id = await connect(hub, 'housecall-pro', 'sandbox-housecall-pro', { webhook_secret: secret })
  type Inbound = { id: string; status: string }
  const inbound = async () => (await hub.request<Inbound[]>('GET', '/api/inbound-webhooks')).body.data
  const heard = () =>
    until('it to be heard', async () => (await inbound()).every(({ status }) => status !== 'received'))
  const tell = async (event: string, job: string, hour: number, minute: number) => {
    const schedule = { scheduled_start: at(hour), scheduled_end: at(hour + 1) }
    const told = {
      event,
      event_occurred_at: new Date(Date.parse(monday) + minute * 60_000),
      job: { id: job, schedule },
    }
    const body = JSON.stringify(told)
    const headers = signed({ body, secret, at: new Date(clock.now()) })
    const sent = await hub.request('POST', `/webhooks/housecall-pro/i/${id}`, { body, headers, key: null })
    assert.equal(sent.status, 200, sent.text)
    await heard()
  }
  const seen = async () =>
    (await bookingsOf(hub)).map(({ externalId, startsAt, status }) => [externalId, startsAt.slice(11, 13), status])

  await tell('job.scheduled', 'job_1', 10, 1)
  await tell('job.updated', 'job_1', 14, 3)
  await tell('job.updated', 'job_1', 12, 2)
  const { id: first } = (await inbound()).at(-1)!
  assert.equal((await hub.request('POST', `/api/inbound-webhooks/${first}/replay`)).status, 202)
  await heard()
  await tell('job.deleted', 'job_2', 16, 5)
  await tell('job.scheduled', 'job_2', 16, 4)

  assert.deepEqual(await seen(), [['job_1', '14', 'confirmed']])
})

test('a booking of the hub stands at Cal.com once, and follows what its attendee does there', async () => {
  await using place = await start()
  const { hub, cal } = place
  const hostId = await addHost(hub)
  const integrationId = await connectCalcom(place)
  const provider = { hostId, integrationId, readsBusy: false, receivesBookings: true }
  const added = await hub.request('POST', `${calendar}/providers`, { body: provider })
  assert.equal(added.status, 201, added.text)

  const { id } = await book(hub, { startsAt: at(14).toISOString() })
  const confirmation = await until('the confirmation', async () =>
    (await bookingOf(hub, id)).confirmations.find(({ status }) => status === 'confirmed'),
  )
  const moved = cal.reschedule(confirmation.externalId ?? '', at(16))
  await bookingWhere(hub, 'the move', ({ startsAt }) => startsAt === at(16).toISOString())
  await until('the new id', async () =>
    (await bookingOf(hub, id)).confirmations.some(({ externalId }) => externalId === moved.data.uid),
  )
  await hub.request('POST', `${calendar}/bookings/${id}/cancel`, { body: { reason: 'Rain' } })
  await until('the cancellation', () => cal.booking(moved.data.uid).data.status === 'cancelled')

  assert.equal((await bookingsOf(hub)).length, 1)
  assert.equal(cal.booking(moved.data.uid).data.cancellationReason, 'Rain')
  assert.equal(cal.bookings().list().length, 2)
})

test('a job that is scheduled at Housecall Pro is a booking here until it is taken off the schedule', async () => {
  await using place = await start()
  const { hub, housecall, clock } = place
  await addHost(hub)
  const secret = 'a-secret-of-the-company'
  const id = await connect(hub, 'housecall-pro', 'sandbox-housecall-pro', { webhook_secret: secret })
  housecall.subscribe({ url: `${hub.url}/webhooks/housecall-pro/i/${id}`, secret })
  const address = {
    id: 'adr_1',
    type: 'service',
    street: '12 Main St',
    city: 'Orlando',
    state: 'FL',
    zip: '32801',
  } as const
  const customer = { first_name: 'Ada', last_name: 'Lovelace', email: ada.email, addresses: [address] }
  const { id: customerId } = housecall.customers().create(customer, 'cus_1')
  const visit = { id: 'appt_1', arrivalWindow: 0, employees: [employees[0].id] }
  const job = {
    ...{ customerId, addressId: 'adr_1', description: 'Inspection', total: 0, employees: visit.employees, tags: [] },
    ...{ leadSource: null, notes: [], visits: [], isCanceled: false },
  }

  housecall.jobs().create(job, 'job_1')
  housecall.jobs().update('job_1', { visits: [{ ...visit, start: +at(14), end: +at(15) }] })
  const made = await bookingWhere(hub, 'the booking', () => true)
  housecall.jobs().update('job_1', { visits: [{ ...visit, start: +at(16), end: +at(17) }] })
  await bookingWhere(hub, 'the move', ({ startsAt }) => startsAt === at(16).toISOString())
  housecall.jobs().update('job_1', { visits: [] })
  const gone = await bookingWhere(hub, 'the cancellation', ({ status }) => status === 'cancelled')
  // What is told word for word as before would be a repetition.
  clock.advance(1_000)
  housecall.jobs().update('job_1', { visits: [{ ...visit, start: +at(16), end: +at(17) }] })
  const back = await bookingWhere(hub, 'the return', ({ status }) => status === 'confirmed')
  housecall.jobs().update('job_1', { isCanceled: true })
  await until('the end', async () => (await bookingOf(hub, back.id)).status === 'cancelled')

  assert.deepEqual(
    [made.email, made.name, made.location, made.externalId],
    [ada.email, 'Ada Lovelace', '12 Main St, Orlando, FL 32801', 'job_1'],
  )
  assert.equal(gone.id, made.id)
  assert.deepEqual([back.startsAt, back.externalId], [at(16).toISOString(), 'job_1'])
  assert.notEqual(back.id, made.id)
})

test('what is heard late of a booking that the hub has moved meanwhile moves nothing back', async () => {
  await using place = await start()
  const { hub, housecall, clock } = place
  const hostId = await addHost(hub)
  const secret = 'a-secret-of-the-company'
  const config = { webhook_secret: secret, use_company_address: true }
  const integrationId = await connect(hub, 'housecall-pro', 'sandbox-housecall-pro', config)
  const provider = { hostId, integrationId, readsBusy: false, receivesBookings: true }
  await hub.request('POST', `${calendar}/providers`, { body: provider })
  type Place = TestBooking['confirmations'][number] & { updatedAt: string }
  const settled = (id: string) =>
    until('the confirmation', async () =>
      ((await bookingOf(hub, id)).confirmations as Place[]).find(
        ({ status, updatedAt }) => status === 'confirmed' && Date.parse(updatedAt) === clock.now(),
      ),
    )
  const tell = async (startsAt: Date, heardAt: number) => {
    const job = { id: jobId, schedule: { scheduled_start: startsAt, scheduled_end: new Date(+startsAt + 3_600_000) } }
    const body = JSON.stringify({ event: 'job.updated', event_occurred_at: new Date(heardAt), job })
    const headers = signed({ body, secret, at: new Date(clock.now()) })
    const path = `/webhooks/housecall-pro/i/${integrationId}`
    assert.equal((await hub.request('POST', path, { body, headers, key: null })).status, 200)
  }

  const { id } = await book(hub, { startsAt: at(14).toISOString() })
  const jobId = (await settled(id)).externalId
  const madeAt = clock.now()
  clock.advance(1_000)
  await hub.request('POST', `${calendar}/bookings/${id}/reschedule`, { body: { startsAt: at(16).toISOString() } })
  await settled(id)
  assert.equal(housecall.jobs().need(jobId ?? '').data.visits[0]?.start, +at(16))
  clock.advance(1_000)
  await tell(at(14), madeAt)
  await tell(at(15), clock.now())
  const moved = await bookingWhere(hub, 'the news', ({ startsAt }) => startsAt !== at(16).toISOString())

  assert.deepEqual([moved.startsAt, moved.version], [at(15).toISOString(), 2])
})

test('that something was made is heard too late where it was called off before', async () => {
  await using place = await start()
  const { hub, clock } = place
  await addHost(hub)
  const secret = 'a-secret-of-the-company'
  const id = await connect(hub, 'housecall-pro', 'sandbox-housecall-pro', { webhook_secret: secret })
  const tell = async (event: string, jobId: string, minutes: number) => {
    const schedule = { scheduled_start: at(14), scheduled_end: at(15) }
    const happenedAt = new Date(clock.now() + minutes * 60_000)
    const body = JSON.stringify({ event, event_occurred_at: happenedAt, job: { id: jobId, schedule } })
    const headers = signed({ body, secret, at: new Date(clock.now()) })
    const path = `/webhooks/housecall-pro/i/${id}`
    assert.equal((await hub.request('POST', path, { body, headers, key: null })).status, 200)
  }

  await tell('job.canceled', 'job_1', -1)
  await tell('job.scheduled', 'job_1', -2)
  await tell('job.canceled', 'job_2', -2)
  await tell('job.scheduled', 'job_2', -1)
  await bookingWhere(hub, 'the one that was scheduled again', ({ externalId }) => externalId === 'job_2')

  assert.equal((await bookingsOf(hub)).length, 1)
})
