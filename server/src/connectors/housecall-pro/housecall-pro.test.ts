import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runOperation } from '../../kit/index.ts'
import { repeatOf } from '../../kit/operations.ts'
import { type Clock, manualClock, systemClock } from '../../lib/clock.ts'
import { companyIdOf, employees } from '../../sandbox/housecall-pro/company.ts'
import { housecallPro as emulator } from '../../sandbox/housecall-pro/housecall-pro.ts'
import { signed } from '../../sandbox/housecall-pro/webhooks.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { housecallPro } from './housecall-pro.ts'
import { contact } from './mappings.ts'

const credentials = { apiKey: 'sandbox-housecall-pro' }
const [grace, alan] = employees
const startsAt = new Date(Date.UTC(2030, 4, 7, 14))
const endsAt = new Date(Date.UTC(2030, 4, 7, 15))
const address = { street: '12 Main St', city: 'Orlando', state: 'FL', postalCode: '32801', country: 'US' }

conformance(housecallPro, {
  emulator,
  credentials,
  samples: { 'contacts.create': { address, tags: ['early'] }, 'calendar.find': { startsAt, endsAt } },
  mappings: {
    contact: {
      mapping: contact,
      record: {
        id: 'cus_1',
        email: 'ada@example.com',
        mobile_number: '4079780655',
        first_name: 'Ada',
        last_name: 'Lovelace',
        company: 'Engines',
        tags: ['early'],
        created_at: '2026-05-01T10:00:00Z',
      },
    },
  },
  webhook: {
    body: JSON.stringify({
      event: 'customer.created',
      event_occurred_at: '2026-06-01T00:00:00Z',
      company_id: 'the-company',
      customer: { id: 'cus_1', email: 'ada@example.com' },
    }),
    sign: ({ body, secret, at }) => ({ headers: signed({ body, secret, at }) }),
    events: ['contact.created'],
    routingKey: 'the-company',
  },
})

async function open(settings: Record<string, unknown> = {}, clock: Clock = systemClock) {
  const sandbox = await startSandbox({ emulators: [emulator], clock })
  const context = connect(housecallPro, {
    vendor: sandbox,
    overrides: sandbox.overrides(),
    credentials,
    settings,
    clock,
  })
  const run = async <Name extends Parameters<typeof runOperation>[2]>(
    name: Name,
    input: Parameters<typeof runOperation<Name>>[3],
  ) => {
    const result = await runOperation(housecallPro, context, name, input)
    assert.ok(result.success, result.success ? '' : `${name}: ${result.error}`)
    return result.data
  }
  return {
    sandbox,
    context,
    run,
    vendor: sandbox.emulator(emulator),
    [Symbol.asyncDispose]: sandbox[Symbol.asyncDispose],
  }
}

test('a key is told by its company, and one of another company is refused by name', async () => {
  await using hub = await open()
  const id = companyIdOf(hub.vendor.world.account('sandbox'))
  await using other = await open({ company_id: 'another' })
  await using same = await open({ company_id: id })

  assert.deepEqual(await housecallPro.check(hub.context), { name: 'Company sandbox', routingKey: id })
  assert.equal((await housecallPro.check(same.context)).routingKey, id)
  await assert.rejects(async () => await housecallPro.check(other.context), { code: 'CONFIG_SCHEMA_INVALID' })
})

test('a customer is found by exactly its address or phone, though the search finds more', async () => {
  await using hub = await open()
  await hub.run('contacts.create', { email: 'not-ada@example.com', phone: '+14079780600' })
  const { externalId } = await hub.run('contacts.create', {
    email: 'ada@example.com',
    name: 'Ada King Lovelace',
    phone: '+14079780655',
  })
  const twin = await hub.run('contacts.create', { firstName: '4079780655', phone: '+14079780601' })

  const byEmail = await hub.run('contacts.find', { email: 'Ada@example.com' })
  const byPhone = await hub.run('contacts.find', { phone: '+1 407 978 0655' })

  assert.deepEqual([byEmail?.externalId, byPhone?.externalId], [externalId, externalId])
  assert.deepEqual([byPhone?.firstName, byPhone?.lastName, byPhone?.phone], ['Ada', 'King Lovelace', '+14079780655'])
  assert.notEqual(twin.externalId, externalId)
  assert.equal(hub.vendor.customers().need(externalId).data.mobile_number, '4079780655')
  assert.equal(await hub.run('contacts.find', { email: 'da@example.com' }), null)
})

test('two upserts at the same moment make one customer, and add tags and a whole address to what is there', async () => {
  await using hub = await open()
  const ada = { email: 'ada@example.com', tags: ['early'] }

  const both = await Promise.all([hub.run('contacts.upsert', ada), hub.run('contacts.upsert', ada)])
  const more = await hub.run('contacts.upsert', { ...ada, tags: ['vip'], address })
  await hub.run('contacts.upsert', { ...ada, address: { ...address, street: '12 main st' } })
  await hub.run('contacts.upsert', { ...ada, address: { city: 'Tampa' } })

  assert.deepEqual(both.map(({ created }) => created).sort(), [false, true])
  assert.deepEqual(more.contact.tags, ['early', 'vip'])
  assert.deepEqual(more.contact.address, address)
  const { data } = hub.vendor.customers().need(more.contact.externalId)
  assert.equal(data.addresses.length, 1)
})

test('changes are read page by page from a cursor, each once', async () => {
  const clock = manualClock()
  await using hub = await open({}, clock)
  const ids: string[] = []
  for (let count = 0; count < 5; count += 1) {
    clock.advance(10_000)
    ids.push((await hub.run('contacts.create', { email: `person${count}@example.com` })).externalId)
  }
  let cursor: string | undefined
  const read = async () => {
    const told: string[] = []
    for (let more = true; more; ) {
      const answer = await hub.run('contacts.changes', { cursor, limit: 2 })
      told.push(...answer.changes.map((change) => (change.type === 'upserted' ? change.record.externalId : '')))
      ;({ cursor, more } = answer)
    }
    return told
  }

  const first = await read()
  clock.advance(1_000)
  await hub.run('contacts.update', { externalId: ids[1]!, changes: { lastName: 'Byron' } })
  const second = await read()
  const third = await read()

  assert.deepEqual(first, ids.toReversed())
  assert.deepEqual(second, [ids[1]])
  assert.deepEqual(third, [])
})

test('booking windows keep to the employee and business hours of the settings', async () => {
  const hours = { business_hours_start: 9, business_hours_end: 12, timezone: 'America/New_York' }
  await using hub = await open({ ...hours, slot_duration_minutes: 60, default_employee_id: grace.id })
  const at = (hour: number) => new Date(Date.UTC(2030, 4, 7, hour))
  hub.vendor.addEvent({ name: 'Meeting', start: +at(14), end: +at(15), employees: [grace.id] })
  hub.vendor.addEvent({ name: 'Meeting', start: +at(15), end: +at(16), employees: [alan.id] })

  const windows = await hub.run('calendar.availability', { from: at(0), to: at(24), timezone: 'UTC' })
  const busy = await hub.run('calendar.busy', { from: at(0), to: at(24) })
  const busyOfAlan = await hub.run('calendar.busy', { from: at(0), to: at(24), calendarIds: [alan.id] })

  // Nine in New York is one in UTC.
  assert.deepEqual(
    windows.map((window) => window.startsAt),
    [at(13), at(15)],
  )
  assert.deepEqual(busy, [{ startsAt: at(14), endsAt: at(15) }])
  assert.deepEqual(busyOfAlan, [{ startsAt: at(15), endsAt: at(16) }])
})

test('a job is booked once for its key with who does it, moved as its only visit, and taken off the schedule', async () => {
  await using hub = await open({ arrival_window_minutes: 30, lead_source: 'Web' })
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com', address })
  const booking = { title: 'Inspection', startsAt, endsAt, contactId, description: 'The roof', calendarId: grace.id }

  const made = await hub.run('calendar.book', { ...booking, idempotencyKey: 'call-1' })
  const again = await hub.run('calendar.book', { ...booking, idempotencyKey: 'call-1' })
  const { externalId } = made
  const later = new Date(Date.UTC(2030, 4, 8, 14))
  const moved = await hub.run('calendar.update', {
    externalId,
    changes: {
      startsAt: later,
      endsAt: new Date(+later + 3_600_000),
      calendarId: alan.id,
      description: 'Bring a ladder',
    },
  })
  await hub.run('calendar.cancel', { externalId, reason: 'Rain' })
  await hub.run('calendar.cancel', { externalId, reason: 'Rain' })

  assert.equal(again.externalId, externalId)
  assert.deepEqual([made.description, again.description], ['The roof', 'The roof'])
  assert.deepEqual([moved.startsAt, moved.calendarId, moved.title], [later, alan.id, 'Inspection'])
  const { data } = hub.vendor.jobs().need(externalId)
  assert.deepEqual([data.visits, data.leadSource], [[], 'Web'])
  assert.deepEqual(
    data.notes.map(({ content }) => content.split('\n')[0]),
    ['The roof', 'Bring a ladder', 'Cancelled: Rain'],
  )
  assert.equal(await hub.run('calendar.find', { idempotencyKey: 'call-1' }), null)
})

test('a booking whose answer was lost is found again, and never made blindly a second time', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com', address })
  hub.sandbox.faults.set({ vendor: 'housecall-pro', kind: 'cut_after_write', method: 'POST', path: '/jobs', times: 1 })

  const booking = { title: 'Inspection', startsAt, endsAt, contactId, idempotencyKey: 'call-1' }
  const lost = await runOperation(housecallPro, hub.context, 'calendar.book', booking)

  const found = await hub.run('calendar.find', { idempotencyKey: 'call-1' })
  const again = await hub.run('calendar.book', booking)

  assert.equal(!lost.success && lost.ambiguous, true)
  assert.equal(repeatOf(housecallPro, 'calendar.book'), 'lookup')
  assert.equal(hub.vendor.jobs().list().length, 1)
  assert.equal(again.externalId, found?.externalId)
})

test('a job is done at an address: the one that is given, the customer its own, or the company its own where that is wanted', async () => {
  await using hub = await open()
  await using lenient = await open({ use_company_address: true })
  const attendees = [{ email: 'grace@example.com', name: 'Grace Hopper' }]
  const booking = { title: 'Inspection', startsAt, endsAt, attendees }

  const without = await runOperation(housecallPro, hub.context, 'calendar.book', booking)
  const given = await hub.run('calendar.book', { ...booking, location: '12 Main St, Orlando, FL 32801, USA' })
  const again = await hub.run('calendar.book', { ...booking, location: '12 main st, Orlando, fl 32801' })
  const nobody = await runOperation(housecallPro, hub.context, 'calendar.book', { title: 'x', startsAt, endsAt })
  const atCompany = await lenient.run('calendar.book', booking)

  assert.equal(!without.success && without.errorCode, 'VALIDATION_FAILED')
  assert.equal(!nobody.success && nobody.errorCode, 'VALIDATION_FAILED')
  assert.equal(given.location, '12 Main St, Orlando, FL 32801')
  assert.equal(again.location, '12 Main St, Orlando, FL 32801')
  assert.equal(atCompany.location, '1 Depot Rd, Orlando, FL 32801')
  assert.equal(hub.vendor.customers().need(given.contactId ?? '').data.addresses.length, 1)
})

test('a job with several visits is not moved by guessing', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com', address })
  const { externalId } = await hub.run('calendar.book', { title: 'Inspection', startsAt, endsAt, contactId })
  const visit = {
    id: 'appt_2',
    start: +startsAt + 86_400_000,
    end: +endsAt + 86_400_000,
    arrivalWindow: 0,
    employees: [],
  }
  hub.vendor.jobs().update(externalId, (job) => ({ ...job, visits: [...job.visits, visit] }))

  const moved = await runOperation(housecallPro, hub.context, 'calendar.update', { externalId, changes: { startsAt } })
  const between = { from: new Date(+startsAt + 7_200_000), to: new Date(+startsAt + 43_200_000) }

  assert.equal(!moved.success && moved.errorCode, 'CONFLICT')
  assert.deepEqual(await hub.run('calendar.busy', between), [], 'the time between two visits is taken')
})

test('changes of the schedule tell what is booked and what is off', async () => {
  const clock = manualClock()
  await using hub = await open({}, clock)
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com', address })
  const kept = await hub.run('calendar.book', { title: 'Inspection', startsAt, endsAt, contactId })
  const { cursor } = await hub.run('calendar.changes', {})
  clock.advance(120_000)
  const gone = await hub.run('calendar.book', { title: 'Repair', startsAt, endsAt, contactId })
  hub.vendor.jobs().update(gone.externalId, { isCanceled: true })
  hub.vendor.jobs().update(kept.externalId, { description: 'Second look' })

  const { changes } = await hub.run('calendar.changes', { cursor })

  assert.deepEqual(
    changes.map((change) =>
      change.type === 'deleted' ? ['deleted', change.externalId] : [change.record.title, change.record.externalId],
    ),
    [
      ['Second look', kept.externalId],
      ['deleted', gone.externalId],
    ],
  )
})

test('a note goes to the job or is added to those of the customer; estimates and leads name their amount in cents', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com', address })
  const job = await hub.run('calendar.book', { title: 'Inspection', startsAt, endsAt, contactId })

  await Promise.all([
    hub.run('notes.create', { contactId, subject: 'Call', text: 'Wants a roof', at: startsAt }),
    hub.run('notes.create', { contactId, text: 'Called again', at: endsAt }),
  ])
  await hub.run('notes.create', { contactId: job.externalId, text: 'Dog in the yard' })
  const estimate = await hub.run('deals.create', { title: 'Roof', contactId, amountMinor: 125_050 })
  await hub.run('leads.create', { title: 'Solar', contactId, amountMinor: 99, source: 'Ads' })
  hub.vendor.estimates().update(estimate.externalId, (data) => {
    return { ...data, options: data.options.map((option) => ({ ...option, approval: 'pro declined' })) }
  })

  assert.equal(
    hub.vendor.customers().need(contactId).data.notes,
    '2030-05-07 Call\nWants a roof\n\n2030-05-07 Called again',
  )
  assert.equal(hub.vendor.jobs().need(job.externalId).data.notes[0]?.content, 'Dog in the yard')
  assert.equal((await hub.run('deals.get', { externalId: estimate.externalId })).status, 'lost')
  assert.deepEqual(
    (await hub.run('leads.list', {})).map(({ amountMinor, currency, source }) => [amountMinor, currency, source]),
    [[99, 'USD', 'Ads']],
  )
})

test('what happens at Housecall Pro arrives signed, and is told by the hub its names or its own', async () => {
  await using hub = await open()
  await using receiver = await startReceiver()
  hub.vendor.subscribe({ url: receiver.url, secret: 'a-secret-of-mine' })

  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com', address })
  const { externalId } = await hub.run('calendar.book', { title: 'Inspection', startsAt, endsAt, contactId })
  await receiver.next(3)

  const events = receiver.requests.flatMap(({ headers, text }) => {
    const request = inboundRequest({ headers: headers as Record<string, string>, body: text, at: new Date() })
    assert.deepEqual(housecallPro.webhook?.verify(request, ['a-secret-of-mine'], new Date()), { ok: true })
    assert.equal(housecallPro.webhook?.verify(request, ['another'], new Date()).ok, false)
    return housecallPro.webhook?.parse(request) ?? []
  })
  assert.deepEqual(events.map(({ type, externalId: id }) => [type, id]).sort(), [
    ['contact.created', contactId],
    ['job.created', externalId],
    ['job.scheduled', externalId],
  ])
})
