import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nationalNumber, runOperation } from '../../kit/index.ts'
import { type Clock, manualClock, systemClock } from '../../lib/clock.ts'
import { sandboxSequence } from '../../sandbox/hubspot/automation.ts'
import { createHubspot } from '../../sandbox/hubspot/hubspot.ts'
import { sandboxSlug } from '../../sandbox/hubspot/scheduler.ts'
import { signed } from '../../sandbox/hubspot/webhooks.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { hubspot } from './hubspot.ts'
import { contact, deal, meeting } from './mappings.ts'
import type { Settings } from './settings.ts'

const credentials = { token: 'pat-sandbox-hubspot' }
/** HubSpot with a search limit that no test reaches. */
const usual = createHubspot({ searchesPerSecond: 1_000 })

const times = { createdAt: '2026-05-01T10:00:00.000Z', updatedAt: '2026-05-02T10:00:00.000Z', archived: false }
const events = [
  {
    eventId: 1,
    subscriptionId: 11,
    portalId: 4610001,
    occurredAt: 1_780_000_000_000,
    subscriptionType: 'contact.creation',
    objectId: 7,
  },
  {
    eventId: 1,
    subscriptionId: 12,
    portalId: 4610001,
    occurredAt: 1_780_000_000_000,
    subscriptionType: 'deal.propertyChange',
    objectId: 8,
    propertyName: 'amount',
  },
  {
    eventId: 2,
    subscriptionId: 13,
    portalId: 4610001,
    occurredAt: 1_780_000_000_000,
    subscriptionType: 'company.creation',
    objectId: 9,
  },
]

conformance(hubspot, {
  emulator: usual,
  credentials,
  settings: { meeting_link: sandboxSlug, workflow_property: 'hs_lead_status' },
  failureBody: (status) => ({
    status: 'error',
    message: `status ${status}`,
    category: 'VALIDATION_ERROR',
    correlationId: '1',
  }),
  prepare: async (context) => {
    const made = await runOperation(hubspot, context, 'contacts.create', { email: 'grace@example.com' })
    assert.ok(made.success)
    return { 'workflows.trigger': { workflowId: 'OPEN', contactId: made.data.externalId } }
  },
  mappings: {
    contact: {
      mapping: contact,
      record: {
        ...times,
        id: '7',
        properties: {
          email: 'ada@example.com',
          phone: '+14079780655',
          firstname: 'Ada',
          lastname: 'Lovelace',
          company: 'Engines',
        },
      },
    },
    deal: {
      mapping: deal,
      record: {
        ...times,
        id: '8',
        properties: {
          dealname: 'Roof',
          pipeline: 'default',
          dealstage: 'contractsent',
          amount: '1250.5',
          deal_currency_code: 'EUR',
          closedate: '2026-06-01T00:00:00Z',
        },
      },
    },
    meeting: {
      mapping: meeting,
      record: {
        ...times,
        id: '9',
        properties: {
          hs_meeting_title: 'Inspection',
          hs_meeting_start_time: '2026-06-01T10:00:00Z',
          hs_meeting_end_time: '2026-06-01T11:00:00Z',
          hs_meeting_body: 'One &lt;b&gt;<br>two &amp; three',
          hs_meeting_outcome: 'SCHEDULED',
        },
      },
    },
  },
  webhook: {
    body: JSON.stringify(events),
    sign: ({ body, secret, at, url }) => ({ headers: signed({ url, secret, body, at: at.getTime() }) }),
    events: ['contact.created', 'deal.updated', 'hubspot.company.creation'],
    routingKey: '4610001',
  },
})

async function open(settings: Settings = {}, clock: Clock = systemClock, emulator = usual) {
  const sandbox = await startSandbox({ emulators: [emulator], clock })
  const context = connect(hubspot, { vendor: sandbox, overrides: sandbox.overrides(), credentials, settings, clock })
  const run = async <Name extends Parameters<typeof runOperation>[2]>(
    name: Name,
    input: Parameters<typeof runOperation<Name>>[3],
  ) => {
    const result = await runOperation(hubspot, context, name, input)
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

test('whom the search does not find yet is not made twice, and whoever was deleted meanwhile is made anew', async () => {
  const lagging = createHubspot({ searchesPerSecond: 1_000, searchLagMs: 60_000 })
  await using hub = await open({}, systemClock, lagging)
  const caller = { phone: '+14079780655', name: 'Ada Lovelace' }

  const both = await Promise.all([hub.run('contacts.upsert', caller), hub.run('contacts.upsert', caller)])
  const found = await hub.run('contacts.find', { phone: caller.phone })
  await hub.run('contacts.delete', { externalId: found!.externalId })
  const gone = await hub.run('contacts.find', { phone: caller.phone })
  const anew = await hub.run('contacts.upsert', caller)

  assert.deepEqual(both.map(({ created }) => created).sort(), [false, true])
  assert.deepEqual(
    both.map(({ contact }) => contact.externalId),
    [found?.externalId, found?.externalId],
  )
  assert.deepEqual([gone, anew.created, hub.vendor.records('contacts').list().length], [null, true, 1])
})

test('a thousand contacts go in ten requests', async () => {
  await using hub = await open()
  const contacts = Array.from({ length: 1_000 }, (_, at) => ({ email: `person${at}@example.com`, firstName: `P${at}` }))

  const rows = await hub.run('contacts.batchUpsert', { contacts })

  assert.equal(rows.filter((row) => row.success && row.created).length, 1_000)
  assert.equal(hub.context.recorded.length, 10)
})

test('one contact that HubSpot refuses fails alone, and the others of its batch are written', async () => {
  await using hub = await open()

  const rows = await hub.run('contacts.batchUpsert', {
    contacts: [{ email: 'ada@example.com' }, { email: 'not an address' }, { email: 'alan@example.com' }],
  })

  assert.deepEqual(
    rows.map((row) => row.success),
    [true, false, true],
  )
  assert.match(rows[1]?.success === false ? rows[1].error : '', /INVALID_EMAIL.*\(VENDOR_REJECTED\)$/)
  assert.equal(hub.context.recorded[0]?.status, 207)
})

test('a batch that HubSpot refuses as a whole is halved until the culprit stands alone', async () => {
  await using hub = await open({ field_mappings: { plan: 'plan', gone: 'removed_property' } })
  hub.vendor.addProperty('contacts', 'plan')
  const people = Array.from({ length: 8 }, (_, at) => ({
    email: `person${at}@example.com`,
    customFields: { plan: 'Gold' },
  }))

  const rows = await hub.run('contacts.batchUpsert', {
    contacts: [...people, { email: 'last@example.com', customFields: { gone: 'x' } }],
  })

  assert.deepEqual(
    rows.map((row) => row.success),
    [...people.map(() => true), false],
  )
  assert.match(rows[8]?.success === false ? rows[8].error : '', /"removed_property.* does not exist/)
})

test('a batch names nobody twice: what comes later counts', async () => {
  await using hub = await open()

  const rows = await hub.run('contacts.batchUpsert', {
    contacts: [
      { email: 'Ada@example.com', firstName: 'A.' },
      { email: 'ada@example.com', firstName: 'Ada' },
    ],
  })

  assert.deepEqual(
    rows.map((row) => row.success && row.created),
    [true, false],
  )
  assert.equal((await hub.run('contacts.find', { email: 'ADA@example.com' }))?.firstName, 'Ada')
})

test('contacts without an address are recognised by their phone, three requests to a hundred of them', async () => {
  await using hub = await open()
  const contacts = Array.from({ length: 100 }, (_, at) => ({ phone: `+1 (407) 978-${1_000 + at}`, lastName: `L${at}` }))
  await hub.run('contacts.batchUpsert', { contacts: contacts.slice(0, 50) })
  const before = hub.context.recorded.length

  const rows = await hub.run('contacts.batchUpsert', { contacts: [...contacts, { lastName: 'Nobody' }] })

  assert.equal(rows.filter((row) => row.success && row.created === false).length, 50)
  assert.equal(rows.filter((row) => row.success && row.created === true).length, 50)
  assert.equal(rows[100]?.success, false)
  assert.equal(hub.context.recorded.length - before, 3)
})

test('a phone is found however it is written, and not in another country', async () => {
  await using hub = await open()
  const { externalId } = await hub.run('contacts.create', { phone: '(407) 978-0655', firstName: 'Ada' })
  await hub.run('contacts.create', { phone: '+49 30 1234567' })

  assert.equal((await hub.run('contacts.find', { phone: '+14079780655' }))?.externalId, externalId)
  assert.equal((await hub.run('contacts.find', { phone: '407.978.0655' }))?.externalId, externalId)
  assert.equal(await hub.run('contacts.find', { phone: '+44 30 1234567' }), null)
  assert.equal(nationalNumber('+352 123456'), '123456')
})

test('an address that is taken is a conflict, which names the contact that has it', async () => {
  await using hub = await open()
  const { externalId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  const again = await runOperation(hubspot, hub.context, 'contacts.create', { email: 'ada@example.com' })

  assert.equal(!again.success && again.errorCode, 'CONFLICT')
  assert.ok(!again.success && again.vendorMessage?.includes(`Existing ID: ${externalId}`))
})

test('names, addresses, tags and custom fields stand where HubSpot keeps them, and are emptied by null', async () => {
  await using hub = await open({ field_mappings: { score: 'lead_score', tags: 'topics' } })
  hub.vendor.addProperty('contacts', 'lead_score', 'number')
  hub.vendor.addProperty('contacts', 'topics', 'enumeration', { values: ['roof', 'solar'], multiple: true })

  const { externalId } = await hub.run('contacts.create', {
    email: 'ada@example.com',
    name: 'Ada King Lovelace',
    address: { street: '1 Main St', city: 'London', postalCode: 'W1' },
    tags: ['roof', 'solar'],
    customFields: { score: 42 },
  })
  const { raw: _, createdAt: __, updatedAt: ___, ...made } = await hub.run('contacts.get', { externalId })
  await hub.run('contacts.update', {
    externalId,
    changes: { address: null, tags: null, customFields: { score: null } },
  })
  const after = await hub.run('contacts.get', { externalId })

  assert.deepEqual(made, {
    externalId,
    email: 'ada@example.com',
    firstName: 'Ada',
    lastName: 'King Lovelace',
    address: { street: '1 Main St', city: 'London', postalCode: 'W1' },
    tags: ['roof', 'solar'],
    customFields: { score: '42' },
  })
  assert.deepEqual(
    [after.address, after.tags, after.customFields, after.firstName],
    [undefined, undefined, undefined, 'Ada'],
  )
})

test('changes are told once each, also where hundreds share one millisecond, and deletions with them', async () => {
  const clock = manualClock()
  await using hub = await open({}, clock)
  const records = hub.vendor.records('contacts')
  for (let count = 0; count < 450; count += 1) records.create({ properties: {}, contacts: [] })
  clock.advance(1)
  const last = records.create({ properties: {}, contacts: [] })
  const read = async (from?: string) => {
    const told: string[] = []
    let [cursor, more] = [from, true]
    while (more) {
      const answer = await hub.run('contacts.changes', { cursor, limit: 100 })
      for (const change of answer.changes) {
        told.push(change.type === 'upserted' ? change.record.externalId : `-${change.externalId}`)
      }
      ;({ cursor, more } = answer)
    }
    return { told, cursor }
  }

  const first = await read()
  clock.advance(1_000)
  records.delete('1001')
  hub.vendor.change('contacts', last.id, { firstname: 'Ada' })
  const second = await read(first.cursor)
  const third = await read(second.cursor)

  assert.equal(first.told.length, 451)
  assert.equal(new Set(first.told).size, 451)
  assert.ok(second.told.includes(last.id))
  assert.ok(second.told.includes('-1001'))
  assert.ok(!third.told.includes('-1001') && !third.told.includes(last.id))
})

test('what changed since a time is read past what one search gives', async () => {
  const clock = manualClock()
  await using hub = await open({}, clock)
  const records = hub.vendor.records('contacts')
  records.create({ properties: {}, contacts: [] })
  clock.advance(60_000)
  const since = new Date(clock.now())
  for (let count = 0; count < 401; count += 1) {
    records.create({ properties: {}, contacts: [] })
    clock.advance(1)
  }

  const found = await hub.run('contacts.list', { updatedSince: since })

  assert.equal(found.length, 401)
})

test('a deal begins in the stage of the settings, belongs to its contact, and is won by its stage', async () => {
  await using hub = await open({ pipeline_id: '7001', default_stage_id: '7002', currency: 'JPY' })
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  const made = await hub.run('deals.create', { title: 'Renewal', contactId, amountMinor: 125_000 })
  await hub.run('deals.update', { externalId: made.externalId, changes: { status: 'won', amountMinor: 130_000 } })
  const won = await hub.run('deals.get', { externalId: made.externalId })

  assert.deepEqual([made.pipelineId, made.stageId, made.amountMinor, made.currency], ['7001', '7002', 125_000, 'JPY'])
  assert.deepEqual([won.status, won.stageId, won.amountMinor, won.contactId], ['won', '7003', 130_000, contactId])
  // The yen has no minor unit, and the account's own currency is not sent.
  const { amount, deal_currency_code: code } = hub.vendor.records('deals').need(made.externalId).data.properties
  assert.deepEqual([amount, code], ['130000', undefined])
})

test('a note is escaped, and stands with its contact and owner', async () => {
  await using hub = await open({ owner: '8001' })
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  const { externalId } = await hub.run('notes.create', { contactId, subject: 'A & B', text: '<b>one</b>\ntwo' })

  const { properties, contacts } = hub.vendor.records('notes').need(externalId).data
  assert.equal(properties.hs_note_body, '<strong>A &#38; B</strong><br>&#60;b&#62;one&#60;/b&#62;<br>two')
  assert.equal(properties.hubspot_owner_id, '8001')
  assert.deepEqual(contacts, [{ id: contactId, typeId: 202 }])
})

test('an appointment that is booked again by its key is the same, and takes its time off the free ones', async () => {
  await using hub = await open({ meeting_link: sandboxSlug })
  const from = nextMonday()
  const at = (hours: number, minutes = 0) => new Date(from.getTime() + (hours * 60 + minutes) * 60_000)
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  hub.vendor.makeBusy(at(9), at(10))
  const event = {
    title: 'Inspection',
    startsAt: at(10),
    endsAt: at(10, 30),
    attendees: [{ email: 'ada@example.com', name: 'Ada' }, { email: 'guest@example.com' }],
    idempotencyKey: 'call/42',
  }

  const made = await hub.run('calendar.book', event)
  const again = await hub.run('calendar.book', event)
  const free = await hub.run('calendar.availability', { from, to: at(11, 30), timezone: 'UTC' })
  const busy = await hub.run('calendar.busy', { from, to: at(24) })

  assert.equal(again.externalId, made.externalId)
  assert.deepEqual(hub.vendor.records('meetings').need(made.externalId).data.contacts, [{ id: contactId, typeId: 200 }])
  assert.deepEqual(
    free.map(({ startsAt }) => startsAt),
    [at(10, 30), at(11)],
  )
  assert.deepEqual(busy, [
    { startsAt: at(9), endsAt: at(10) },
    { startsAt: at(10), endsAt: at(10, 30) },
  ])
})

test('a cancelled appointment stays with that outcome and the reason, is no longer found, and frees its time', async () => {
  await using hub = await open({ meeting_link: sandboxSlug })
  const [startsAt, endsAt] = [
    new Date(nextMonday().getTime() + 36_000_000),
    new Date(nextMonday().getTime() + 37_800_000),
  ]
  const { externalId } = await hub.run('calendar.book', {
    title: 'Inspection',
    startsAt,
    endsAt,
    attendees: [{ email: 'guest@example.com' }],
  })
  const found = await hub.run('calendar.find', { startsAt, endsAt, attendee: 'Guest@example.com' })

  await hub.run('calendar.cancel', { externalId, reason: 'Rain' })

  assert.equal(found?.externalId, externalId)
  assert.equal(await hub.run('calendar.find', { startsAt, endsAt, attendee: 'guest@example.com' }), null)
  assert.deepEqual(await hub.run('calendar.busy', { from: startsAt, to: endsAt }), [])
  const { hs_meeting_outcome: outcome, hs_internal_meeting_notes: notes } = hub.vendor
    .records('meetings')
    .need(externalId).data.properties
  assert.deepEqual([outcome, notes], ['CANCELED', 'Attendees: guest@example.com<br>Cancelled: Rain'])
})

test('free times need a scheduling page, and say so', async () => {
  await using hub = await open()
  const from = nextMonday()
  const to = new Date(from.getTime() + 86_400_000)

  const result = await runOperation(hubspot, hub.context, 'calendar.availability', { from, to, timezone: 'UTC' })

  assert.equal(!result.success && result.errorCode, 'CONFIG_SCHEMA_INVALID')
  assert.match(!result.success ? result.error : '', /meeting_link/)
})

test('a workflow is started by its property, or a contact enrolled in a sequence, as the settings say', async () => {
  const sequence = { sequence_user_id: sandboxSequence.userId, sequence_sender: sandboxSequence.sender }
  await using byProperty = await open({ workflow_property: 'hs_lead_status', field_mappings: { city: 'city' } })
  await using bySequence = await open({ workflow_trigger: 'sequence', ...sequence })
  const one = await byProperty.run('contacts.create', { email: 'ada@example.com' })
  const other = await bySequence.run('contacts.create', { email: 'ada@example.com' })

  await byProperty.run('workflows.trigger', { workflowId: 'OPEN', contactId: one.externalId, data: { city: 'London' } })
  await bySequence.run('workflows.trigger', { workflowId: sandboxSequence.id, contactId: other.externalId })

  const { hs_lead_status: status, city } = byProperty.vendor.records('contacts').need(one.externalId).data.properties
  assert.deepEqual([status, city], ['OPEN', 'London'])
  assert.deepEqual(await bySequence.run('workflows.list', {}), [{ id: sandboxSequence.id, name: sandboxSequence.name }])
  assert.equal(bySequence.vendor.enrollments().list().length, 1)
})

test('properties are custom fields with their types and options', async () => {
  await using hub = await open()
  hub.vendor.addProperty('contacts', 'topics', 'enumeration', { values: ['roof', 'solar'], multiple: true })

  const fields = await hub.run('customFields.list', { object: 'contact' })

  const topics = fields.find(({ name }) => name === 'topics')
  assert.deepEqual([topics?.type, topics?.options?.map(({ value }) => value)], ['options', ['roof', 'solar']])
  assert.equal(fields.find(({ name }) => name === 'createdate')?.readOnly, true)
})

test('what changes in HubSpot arrives signed, names its account, and reads as events', async () => {
  await using hub = await open()
  await using receiver = await startReceiver()
  hub.vendor.subscribe({ url: receiver.url, secret: 'application-secret' })

  const { id } = hub.vendor.records('contacts').create({ properties: { email: 'ada@example.com' }, contacts: [] })
  await receiver.next(1)
  hub.vendor.change('contacts', id, { firstname: 'Ada' })
  await receiver.next(2)
  hub.vendor.records('contacts').delete(id)
  await receiver.next(3)

  const types = receiver.requests.map(({ headers, text }) => {
    const request = inboundRequest({
      url: receiver.url,
      headers: headers as Record<string, string>,
      body: text,
      at: new Date(),
    })
    assert.deepEqual(hubspot.webhook?.verify(request, ['application-secret'], new Date()), { ok: true })
    assert.equal(
      hubspot.webhook?.verify({ ...request, url: `${receiver.url}?x` }, ['application-secret'], new Date()).ok,
      false,
    )
    assert.equal(hubspot.webhook?.route?.(request), '4610001')
    return hubspot.webhook?.parse(request).map(({ type, externalId }) => `${type} ${externalId}`)
  })
  assert.deepEqual(types.flat(), [`contact.created ${id}`, `contact.updated ${id}`, `contact.deleted ${id}`])
})

test('events of another account that came in the same bundle are left out', () => {
  const body = JSON.stringify([...events, { ...events[0], eventId: 3, portalId: 99 }])

  const read = hubspot.webhook?.parse(inboundRequest({ body, at: new Date() }))

  assert.equal(read?.length, events.length)
})

test('a deal of another pipeline begins in its first stage, not in that of the settings', async () => {
  await using hub = await open({ pipeline_id: 'default', default_stage_id: 'contractsent' })

  const own = await hub.run('deals.create', { title: 'Roof' })
  const other = await hub.run('deals.create', { title: 'Renewal', pipelineId: '7001' })

  assert.deepEqual([own.stageId, other.stageId], ['contractsent', '7002'])
})

test('a deal and an appointment are given a contact later', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  const deal = await hub.run('deals.create', { title: 'Roof' })
  const [startsAt, endsAt] = [nextMonday(), new Date(nextMonday().getTime() + 1_800_000)]
  const meeting = await hub.run('calendar.book', { title: 'Inspection', startsAt, endsAt })

  const changed = await hub.run('deals.update', { externalId: deal.externalId, changes: { contactId } })
  const attended = await hub.run('calendar.update', {
    externalId: meeting.externalId,
    changes: { attendees: [{ email: 'ada@example.com' }] },
  })

  assert.deepEqual([changed.contactId, attended.contactId], [contactId, contactId])
})

test('what HubSpot has against a single contact is told with its code', async () => {
  await using hub = await open()

  const result = await runOperation(hubspot, hub.context, 'contacts.upsert', { email: 'not an address' })

  assert.equal(!result.success && result.errorCode, 'VENDOR_REJECTED')
  assert.equal(!result.success && result.gracefulFail, true)
})

test('a record that HubSpot has locked, and a used-up day, are waited for', async () => {
  await using vendor = await fakeVendor({
    'GET /account-info/2026-09/details': { status: 429, body: { message: 'daily', policyName: 'DAILY' } },
  })
  vendor.next({ status: 423, body: { message: 'locked' } })
  const context = connect(hubspot, { vendor, credentials })

  await assert.rejects(async () => await hubspot.check(context), {
    code: 'RATE_LIMIT_EXCEEDED',
    retryAfterMs: 3_600_000,
  })

  assert.deepEqual(context.waits, [2_000])
})

/** Midnight of a Monday that is still to come. */
function nextMonday(): Date {
  const now = new Date()
  const days = ((8 - now.getUTCDay()) % 7) + 7
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + days))
}
