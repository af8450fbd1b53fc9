import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnyConnector, runOperation } from '../../kit/index.ts'
import { repeatOf } from '../../kit/operations.ts'
import { type Clock, manualClock, systemClock } from '../../lib/clock.ts'
import { createDynamics365 } from '../../sandbox/dynamics365/dynamics365.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { dynamics365 as declared } from './dynamics365.ts'
import { contact, deal, lead, meeting } from './mappings.ts'
import { readParts } from './multipart.ts'
import type { Settings } from './settings.ts'

/** As the hub handles it: with settings that were validated. */
const dynamics365: AnyConnector = declared
const environment = { environment_url: 'https://sandbox.crm.dynamics.com' }
const credentials = { access_token: 'sandbox-dynamics-token' }
const followUp = '00000003-0000-4000-8000-000000000001'
const nobody = '0198c5f0-0000-7000-8000-000000000999'
/** Dynamics 365 whose pages are short, so that there are many. */
const emulator = createDynamics365({ largestPage: 3, requests: 100_000 })

const times = { createdon: '2026-05-01T10:00:00Z', modifiedon: '2026-05-02T10:00:00Z' }
const news = {
  MessageName: 'Update',
  PrimaryEntityName: 'contact',
  PrimaryEntityId: '0198c5f0-0000-7000-8000-000000000001',
  OperationId: '0198c5f0-0000-7000-8000-000000000002',
  OperationCreatedOn: '/Date(1780000000000+0000)/',
}

conformance(dynamics365, {
  emulator,
  credentials: {},
  settings: environment,
  failureBody: (status) => ({ error: { code: '0x80040216', message: `status ${status}` } }),
  prepare: async (context) => {
    const made = await runOperation(dynamics365, context, 'contacts.create', { email: 'grace@example.com' })
    assert.ok(made.success)
    return { 'workflows.trigger': { workflowId: followUp, contactId: made.data.externalId } }
  },
  mappings: {
    contact: {
      mapping: contact,
      record: {
        ...{ ...times, contactid: nobody, firstname: 'Ada', lastname: 'Lovelace', fullname: 'Ada Lovelace' },
        ...{ emailaddress1: 'ada@example.com', telephone1: '+14079780655' },
      },
    },
    lead: {
      mapping: lead,
      record: {
        ...{ ...times, leadid: nobody, subject: 'Roof', estimatedamount: 1250.5, statecode: 0 },
        ...{ _parentcontactid_value: nobody, transactioncurrencyid: { isocurrencycode: 'EUR' } },
      },
    },
    deal: {
      mapping: deal,
      record: {
        ...{ ...times, opportunityid: nobody, name: 'Roof', estimatedvalue: 125_000, statecode: 1 },
        ...{ estimatedclosedate: '2026-06-01', transactioncurrencyid: { isocurrencycode: 'JPY' } },
      },
    },
    meeting: {
      mapping: meeting,
      record: {
        ...{ ...times, activityid: nobody, subject: 'Inspection', statecode: 3, statuscode: 5 },
        ...{ scheduledstart: '2026-06-01T10:00:00Z', scheduledend: '2026-06-01T11:00:00Z', location: 'Here' },
      },
    },
  },
  webhook: {
    body: JSON.stringify(news),
    sign: ({ secret }) => ({ headers: { 'x-webhook-secret': secret } }),
    events: ['contact.updated'],
    hasTime: false,
    signsBody: false,
  },
})

async function open(settings: Partial<Settings> = {}, clock: Clock = systemClock) {
  const sandbox = await startSandbox({ emulators: [emulator], clock })
  const context = connect(dynamics365, {
    ...{ vendor: sandbox, overrides: sandbox.overrides(), credentials, clock },
    settings: { ...environment, ...settings },
  })
  const attempt = <Name extends Parameters<typeof runOperation>[2]>(
    name: Name,
    input: Parameters<typeof runOperation<Name>>[3],
  ) => runOperation(dynamics365, context, name, input)
  const run = async <Name extends Parameters<typeof runOperation>[2]>(
    name: Name,
    input: Parameters<typeof runOperation<Name>>[3],
  ) => {
    const result = await attempt(name, input)
    assert.ok(result.success, result.success ? '' : `${name}: ${result.error}`)
    return result.data
  }
  return {
    ...{ sandbox, context, attempt, run, vendor: sandbox.emulator(emulator) },
    [Symbol.asyncDispose]: sandbox[Symbol.asyncDispose],
  }
}

test('the environment is where calls go and what a sign-in asks for, in the directory of the settings', async () => {
  await using hub = await open()
  const account = await dynamics365.check(hub.context)
  const [way] = dynamics365.auth
  assert.ok(way?.type === 'oauth2')

  const within = way.within?.({ environment_url: 'https://contoso.api.crm4.dynamics.com/', tenant: 'contoso.com' })

  assert.deepEqual(account, { name: 'owner@example.com', routingKey: '00000009-0000-4000-8000-000000000001' })
  assert.equal(hub.context.recorded[0]?.url, 'https://sandbox.crm.dynamics.com/api/data/v9.2/WhoAmI')
  assert.deepEqual(within, {
    authorizeUrl: 'https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize',
    tokenUrl: 'https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token',
    scopes: ['https://contoso.crm4.dynamics.com/user_impersonation', 'offline_access'],
  })
})

test('pages are followed at the environment itself, by whichever name it goes, and nowhere else', async () => {
  await using hub = await open({ environment_url: 'https://sandbox.api.crm.dynamics.com' })
  for (let count = 0; count < 5; count += 1) await hub.run('contacts.create', { lastName: `P${count}` })
  const listed = await hub.run('contacts.list', {})
  const next = 'https://evil.example/api/data/v9.3/contacts?$skiptoken=2'
  await using vendor = await fakeVendor(() => ({ status: 200, body: { value: [], '@odata.nextLink': next } }))
  const context = connect(dynamics365, { vendor, credentials, settings: environment })
  const foreign = await runOperation(dynamics365, context, 'contacts.list', {})

  assert.equal(listed.length, 5)
  const hosts = new Set(hub.context.recorded.map(({ url }) => new URL(url).host))
  assert.deepEqual([...hosts], ['sandbox.api.crm.dynamics.com'])
  assert.match(!foreign.success ? foreign.error : '', /names a place that is not its own: evil.example/)
  assert.equal(vendor.calls.length, 1)
})

test('each of the three limits of service protection is waited out, and a lost race is a conflict', async () => {
  const faults = [
    [429, '0x80072322', 'RATE_LIMIT_EXCEEDED'],
    [429, '0x80072321', 'RATE_LIMIT_EXCEEDED'],
    [429, '-2147015898', 'RATE_LIMIT_EXCEEDED'],
    [412, '0x80060882', 'CONFLICT'],
    [400, '0x80040217', 'NOT_FOUND'],
  ] as const
  for (const [status, code, expected] of faults) {
    const body = { error: { code, message: 'no' } }
    await using vendor = await fakeVendor(() => ({ status, body, headers: { 'retry-after': '900' } }))
    const context = connect(dynamics365, { vendor, credentials, settings: environment })
    await assert.rejects(async () => await dynamics365.check(context), { code: expected, vendorCode: code })
  }
})

test('quotes are doubled in queries, and what is no id is not there', async () => {
  await using hub = await open()
  await hub.run('contacts.create', { email: "o'hara@example.com" })

  assert.equal((await hub.run('contacts.find', { email: "O'Hara@example.com" }))?.email, "o'hara@example.com")
  assert.equal(await hub.run('contacts.find', { email: "x' or emailaddress1 ne 'y@example.com" }), null)
  for (const externalId of ["1) or contacts(emailaddress1='a", '../leads', nobody]) {
    const result = await hub.attempt('contacts.get', { externalId })
    assert.equal(!result.success && result.errorCode, 'NOT_FOUND')
  }
})

test('a phone is found however it is written, also as the mobile one', async () => {
  await using hub = await open()
  const { externalId } = await hub.run('contacts.create', { phone: '(407) 978-0655', name: 'Ada King Lovelace' })
  const { id } = hub.vendor.records('contact').create({ firstname: 'Alan', mobilephone: '+44 20 7946 0000' })

  const found = await hub.run('contacts.find', { phone: '+14079780655' })

  assert.deepEqual([found?.externalId, found?.firstName, found?.lastName], [externalId, 'Ada King', 'Lovelace'])
  assert.equal(await hub.run('contacts.find', { phone: '+14079780656' }), null)
  assert.deepEqual(
    [await hub.run('contacts.find', { phone: '+442079460000' })].map((one) => [one?.externalId, one?.phone]),
    [[id, '+44 20 7946 0000']],
  )
})

test('people keep their address, tags, company and custom fields', async () => {
  const field_mappings = { score: 'new_score', tags: 'new_topics', company: 'new_company' }
  await using hub = await open({ field_mappings })
  hub.vendor.addColumn('contact', 'new_score', { type: 'Integer' })
  hub.vendor.addColumn('contact', 'new_topics', { type: 'String' })
  hub.vendor.addColumn('contact', 'new_company', { type: 'String' })
  const given = {
    ...{ email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', company: 'Engines' },
    ...{ address: { street: '1 Main St', city: 'London' }, tags: ['roof', 'solar'], customFields: { score: 42 } },
  }

  const { externalId } = await hub.run('contacts.create', given)
  const { raw: _, createdAt: __, updatedAt: ___, ...made } = await hub.run('contacts.get', { externalId })
  const after = await hub.run('contacts.update', {
    externalId,
    changes: { address: null, tags: null, firstName: 'A.' },
  })

  assert.deepEqual(made, { externalId, name: 'Ada Lovelace', ...given })
  assert.deepEqual([after.address, after.tags, after.name], [undefined, undefined, 'A. Lovelace'])
})

test('an alternate key recognises people, alone and in batches, also by values that no path can hold', async () => {
  await using hub = await open({ contact_key: 'new_hubid', field_mappings: { hubId: 'new_hubid' } })
  hub.vendor.addColumn('contact', 'new_hubid', { type: 'String' })
  hub.vendor.addKey('contact', 'new_hubid')

  const upsert = (hubId: string, lastName: string) => hub.run('contacts.upsert', { lastName, customFields: { hubId } })
  const simple = [await upsert('h-1', 'Lovelace'), await upsert('h-1', 'Byron')]
  const unfit = [await upsert('h/2', 'Turing'), await upsert('h/2', 'Hopper')]
  const rows = await hub.run('contacts.batchUpsert', {
    contacts: [
      { lastName: 'King', customFields: { hubId: 'h-1' } },
      { lastName: 'x'.repeat(51), customFields: { hubId: 'h-3' } },
      { lastName: 'Noether', customFields: { hubId: 'h/2' } },
      { lastName: 'Curie', customFields: { hubId: 'h-4' } },
    ],
  })

  for (const [first, second] of [simple, unfit]) {
    assert.deepEqual([first?.created, second?.created], [true, false])
    assert.equal(first?.contact.externalId, second?.contact.externalId)
  }
  assert.deepEqual(
    rows.map((row) => (row.success ? row.created : row.errorCode)),
    [false, 'VENDOR_REJECTED', false, true],
  )
  assert.match(rows[1]?.success === false ? rows[1].error : '', /exceeded the maximum allowed length/)
  const named = hub.vendor.records('contact').list()
  assert.deepEqual(named.map(({ data }) => data.lastname).toSorted(), ['Curie', 'King', 'Noether'])
})

test('three hundred people go in a few requests, and one that is refused fails alone', async () => {
  await using hub = await open()
  const people = Array.from({ length: 300 }, (_, at) => ({ email: `person${at}@example.com`, lastName: `P${at}` }))
  await hub.run('contacts.batchUpsert', { contacts: [{ email: 'PERSON7@example.com' }] })
  const before = hub.context.recorded.length

  const rows = await hub.run('contacts.batchUpsert', {
    contacts: [
      ...people,
      { email: `${'x'.repeat(100)}@example.com` },
      { lastName: 'Nobody' },
      { email: 'Person8@example.com', lastName: 'Last' },
    ],
  })

  assert.equal(rows.filter((row) => row.success && row.created).length, 299)
  assert.deepEqual(
    [rows[7], rows[300], rows[301], rows[302]].map((row) => row && (row.success ? row.created : row.errorCode)),
    [false, 'VENDOR_REJECTED', 'CONTACT_ERROR', false],
  )
  assert.ok(hub.context.recorded.length - before <= 20, `${hub.context.recorded.length - before} requests`)
  const last = hub.vendor.records('contact').find(({ data }) => data.emailaddress1 === 'Person8@example.com')
  assert.equal(last?.data.lastname, 'Last')
})

test('what was made although the answer was lost is not made again, alone or in a batch', async () => {
  await using hub = await open()
  const lose = () => hub.sandbox.faults.set({ vendor: 'dynamics365', kind: 'cut_after_write', times: 1 })

  lose()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  lose()
  const rows = await hub.run('contacts.batchUpsert', { contacts: [{ email: 'alan@example.com' }] })
  lose()
  await hub.run('notes.create', { contactId, text: 'Hello' })
  lose()
  await hub.run('deals.create', { title: 'Roof', contactId })

  assert.deepEqual(
    rows.map((row) => row.success && row.created),
    [true],
  )
  const counts = ['contact', 'annotation', 'opportunity'].map((table) => hub.vendor.records(table).list().length)
  assert.deepEqual(counts, [2, 1, 1])
})

test('two calls that upsert one person at the same moment make one', async () => {
  await using hub = await open()

  const answers = await Promise.all([1, 2, 3].map(() => hub.run('contacts.upsert', { email: 'ada@example.com' })))

  assert.equal(new Set(answers.map(({ contact: { externalId } }) => externalId)).size, 1)
})

test('changes are told once each, page by page with deletions, and anew when the token has expired', async () => {
  const clock = manualClock()
  await using hub = await open({}, clock)
  for (let count = 0; count < 7; count += 1) await hub.run('contacts.create', { lastName: `P${count}` })
  const read = async (from?: string) => {
    const told: string[] = []
    let [cursor, more] = [from, true]
    while (more) {
      const answer = await hub.run('contacts.changes', { cursor, limit: 2 })
      for (const change of answer.changes)
        told.push(change.type === 'upserted' ? change.record.externalId : `-${change.externalId}`)
      ;({ cursor, more } = answer)
    }
    return { told, cursor }
  }

  const first = await read()
  const [gone = '', changed = ''] = first.told
  await hub.run('contacts.delete', { externalId: gone })
  await hub.run('contacts.update', { externalId: changed, changes: { firstName: 'Ada' } })
  const second = await read(first.cursor)
  const third = await read(second.cursor)
  clock.advance(8 * 86_400_000)
  const fourth = await read(third.cursor)

  assert.deepEqual([first.told.length, new Set(first.told).size], [7, 7])
  assert.deepEqual(second.told, [`-${gone}`, changed])
  assert.deepEqual(third.told, [])
  assert.equal(fourth.told.length, 6)
  const wrong = await hub.attempt('contacts.changes', { cursor: 'nonsense' })
  assert.equal(!wrong.success && wrong.errorCode, 'VALIDATION_FAILED')
  hub.vendor.stopTracking('contact')
  const untracked = await hub.attempt('contacts.changes', {})
  assert.match(!untracked.success ? untracked.error : '', /switch on "Track changes"/)
})

test('a lead bears the name of its contact, and is qualified into an opportunity once', async () => {
  await using hub = await open({ currency: 'EUR' })
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com', name: 'Ada Lovelace' })

  const made = await hub.run('leads.create', { title: 'Roof', contactId, amountMinor: 125_050, source: 'web' })
  const other = await hub.run('leads.create', { title: 'Wall', contactId, source: 'A fair' })
  const qualify = { externalId: made.externalId, changes: { status: 'qualified', title: 'Roof, large' } }
  const qualified = await hub.run('leads.update', qualify)
  await hub.run('leads.update', { externalId: made.externalId, changes: { status: 'qualified' } })
  const lost = await hub.run('leads.update', { externalId: other.externalId, changes: { status: 'disqualified' } })
  const again = await hub.run('leads.update', {
    externalId: other.externalId,
    changes: { status: 'open', amountMinor: null },
  })

  assert.deepEqual(
    [made.contactId, made.amountMinor, made.currency, made.status, made.source],
    [contactId, 125_050, 'EUR', 'open', 'Web'],
  )
  assert.equal(hub.vendor.records('lead').need(other.externalId).data.description, 'Source: A fair')
  assert.equal(hub.vendor.records('lead').need(made.externalId).data.fullname, 'Ada Lovelace')
  assert.deepEqual(
    [qualified.status, qualified.title, lost.status, again.status],
    ['qualified', 'Roof, large', 'disqualified', 'open'],
  )
  const opportunities = hub.vendor.records('opportunity').list()
  assert.deepEqual(
    opportunities.map(({ data }) => [data.name, data._parentcontactid_value]),
    [['Roof, large', contactId]],
  )
})

test('a deal has a stage, a currency and a contact, is won by its action, and changes again once reopened', async () => {
  await using hub = await open({ default_stage: '1', currency: 'JPY' })
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  const made = await hub.run('deals.create', { title: 'Roof', contactId, amountMinor: 125_000 })
  const { externalId } = made
  await hub.run('deals.update', { externalId, changes: { status: 'won', amountMinor: 130_000, stageId: '3' } })
  await hub.run('deals.update', { externalId, changes: { status: 'won' } })
  const won = await hub.run('deals.get', { externalId })
  const closed = await hub.attempt('deals.update', { externalId, changes: { title: 'Wall' } })
  const reopened = await hub.run('deals.update', { externalId, changes: { status: 'open', title: 'Wall' } })
  const lost = await hub.run('deals.create', { title: 'Door', status: 'lost', currency: 'EUR', amountMinor: 999 })
  const foreign = await hub.attempt('deals.create', { title: 'Door', currency: 'CHF', amountMinor: 1 })

  assert.deepEqual([made.stageId, made.currency, made.status], ['1', 'JPY', 'open'])
  assert.deepEqual(
    [won.status, won.stageId, won.amountMinor, won.currency, won.contactId],
    ['won', '3', 130_000, 'JPY', contactId],
  )
  assert.equal(!closed.success && closed.errorCode, 'VENDOR_REJECTED')
  assert.deepEqual([reopened.status, reopened.title], ['open', 'Wall'])
  // The yen has no minor unit.
  assert.equal(hub.vendor.records('opportunity').need(externalId).data.estimatedvalue, 130_000)
  assert.equal(hub.vendor.records('opportunity').need(lost.externalId).data.statecode, 2)
  assert.match(!foreign.success ? foreign.error : '', /has no currency CHF/)
  const [pipeline] = await hub.run('deals.pipelines', {})
  assert.deepEqual(
    pipeline?.stages.map(({ id, name }) => `${id} ${name}`),
    ['0 Qualify', '1 Develop', '2 Propose', '3 Close'],
  )
})

test('a note stands in the timeline, escaped, or is a phone call that is over', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  const calls = connect(dynamics365, {
    ...{ vendor: hub.sandbox, overrides: hub.sandbox.overrides(), credentials },
    settings: { ...environment, notes_as: 'phonecall' },
  })

  await hub.run('notes.create', { contactId, subject: 'A & B', text: '<b>one</b>\ntwo' })
  const called = await runOperation(dynamics365, calls, 'notes.create', { contactId, subject: 'Call', text: 'Hello' })
  const missing = await hub.attempt('notes.create', { contactId: nobody, text: 'Hello' })

  const [note] = hub.vendor.records('annotation').list()
  assert.deepEqual(
    [note?.data.subject, note?.data.notetext, note?.data._objectid_value],
    ['A & B', '<div>&#60;b&#62;one&#60;/b&#62;<br>two</div>', contactId],
  )
  assert.ok(called.success)
  const { data } = hub.vendor.records('phonecall').need(called.data.externalId)
  assert.deepEqual([data.statecode, data.statuscode, data.description], [1, 2, 'Hello'])
  assert.deepEqual(data.phonecall_activity_parties, [{ mask: 2, contactId }])
  assert.equal(!missing.success && missing.errorCode, 'NOT_FOUND')
})

test('an appointment is the same when it is booked again, and keeps its description while it is changed', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  const [startsAt, endsAt] = [new Date('2030-05-07T14:00:00Z'), new Date('2030-05-07T15:00:00Z')]
  const event = {
    ...{ title: 'Inspection', description: 'Bring a ladder', startsAt, endsAt, idempotencyKey: 'call/42' },
    attendees: [{ email: 'Ada@example.com', name: 'Ada' }, { email: 'guest@example.com' }],
  }

  const made = await hub.run('calendar.book', event)
  const { externalId } = made
  const again = await hub.run('calendar.book', event)
  const found = await hub.run('calendar.find', { idempotencyKey: 'call/42' })
  const changed = await hub.run('calendar.update', { externalId, changes: { description: null, location: 'Here' } })
  const { changes, cursor } = await hub.run('calendar.changes', {})
  await hub.run('calendar.cancel', { externalId, reason: 'Rain' })
  await hub.run('calendar.cancel', { externalId, reason: 'Rain' })
  const later = await hub.run('calendar.changes', { cursor })

  assert.deepEqual(
    [made.contactId, again.externalId, again.description, found?.externalId, made.status],
    [contactId, externalId, 'Bring a ladder', externalId, 'confirmed'],
  )
  assert.deepEqual([changed.description, changed.location, changed.attendees], [undefined, 'Here', event.attendees])
  const { data } = hub.vendor.records('appointment').need(externalId)
  assert.deepEqual(data.appointment_activity_parties, [{ mask: 5, contactId }])
  assert.deepEqual(
    [data.statecode, data.description],
    [2, 'Attendees: Ada <Ada@example.com>, guest@example.com\nCancelled: Rain'],
  )
  assert.deepEqual(
    [...changes, ...later.changes].map((change) => change.type === 'upserted' && change.record.status),
    ['confirmed', 'cancelled'],
  )
  assert.deepEqual(await hub.run('calendar.busy', { from: startsAt, to: endsAt }), [])
  assert.equal(repeatOf(dynamics365, 'calendar.book'), 'key')
  const rebooked = await hub.attempt('calendar.book', event)
  assert.equal(!rebooked.success && rebooked.errorCode, 'CONFLICT')
})

test('a change that loses a race against another is made again on what is there then', async () => {
  await using hub = await open()
  const [startsAt, endsAt] = [new Date('2030-05-07T14:00:00Z'), new Date('2030-05-07T15:00:00Z')]
  const { externalId } = await hub.run('calendar.book', { title: 'Inspection', startsAt, endsAt })

  await Promise.all([
    hub.run('calendar.update', { externalId, changes: { description: 'Bring a ladder' } }),
    hub.run('calendar.update', { externalId, changes: { attendees: [{ email: 'ada@example.com' }] } }),
  ])

  const { data } = hub.vendor.records('appointment').need(externalId)
  assert.equal(data.description, 'Bring a ladder\nAttendees: ada@example.com')
})

test('a workflow that people may start runs for a contact, with what it needs set before', async () => {
  await using hub = await open({ field_mappings: { outcome: 'new_outcome' } })
  hub.vendor.addColumn('contact', 'new_outcome', { type: 'String' })
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  const listed = await hub.run('workflows.list', {})
  const [first, broken] = [listed.find(({ name }) => name === 'Follow up')?.id ?? '', listed[0]?.id ?? '']
  await hub.run('workflows.trigger', { workflowId: first, contactId, data: { outcome: 'booked' } })
  const refused = await hub.attempt('workflows.trigger', { workflowId: broken, contactId })

  assert.deepEqual(
    listed.map(({ name }) => name),
    ['Broken workflow', 'Follow up'],
  )
  assert.deepEqual(
    hub.vendor.workflowRuns().map(({ data }) => data),
    [{ workflowId: first, contactId }],
  )
  assert.equal(hub.vendor.records('contact').need(contactId).data.new_outcome, 'booked')
  assert.equal(!refused.success && refused.errorCode, 'PERMISSION_DENIED')
})

test('the hub subscribes once, hears of every change with its secret, and takes the subscription away', async () => {
  await using hub = await open()
  await using receiver = await startReceiver()
  const { webhook } = dynamics365
  assert.ok(webhook?.subscribe && webhook.unsubscribe)
  const options = { url: receiver.url, secret: 'a-generated-secret', channelId: 'one' }

  await webhook.subscribe(hub.context, { ...options, secret: 'an-older-secret' })
  const { id, data = {} } = await webhook.subscribe(hub.context, options)
  const { externalId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  await hub.run('deals.create', { title: 'Roof', contactId: externalId })
  await hub.run('leads.create', { title: 'Roof' })
  await hub.run('contacts.delete', { externalId })
  await receiver.next(4)
  await webhook.unsubscribe(hub.context, { id, data })
  await webhook.unsubscribe(hub.context, { id, data })

  const types = receiver.requests.flatMap(({ headers, text }) => {
    const request = inboundRequest({ headers: headers as Record<string, string>, body: text, at: new Date() })
    assert.deepEqual(webhook.verify(request, ['a-generated-secret'], new Date()), { ok: true })
    return webhook.parse(request).map(({ type }) => type)
  })
  assert.deepEqual(types.toSorted(), ['contact.created', 'contact.deleted', 'deal.created', 'dynamics365.lead.create'])
  for (const table of ['serviceendpoint', 'sdkmessageprocessingstep'])
    assert.deepEqual(hub.vendor.records(table).list(), [])
  assert.ok(!JSON.stringify(hub.context.recorded).includes('a-generated-secret'))
})

test('a webhook names its operation and its time', () => {
  const [event] = dynamics365.webhook?.parse(inboundRequest({ body: JSON.stringify(news), at: new Date() })) ?? []

  assert.equal(event?.eventId, `${news.OperationId}/Update/${news.PrimaryEntityId}`)
  assert.deepEqual([event?.externalId, event?.occurredAt], [news.PrimaryEntityId, new Date(1_780_000_000_000)])
})

test('columns are described with their types, options and needs', async () => {
  await using hub = await open()
  hub.vendor.addColumn('opportunity', 'new_plan', { type: 'Picklist', options: { 100000000: 'Gold' } })

  const fields = await hub.run('customFields.list', { object: 'deal' })

  const of = (name: string) => fields.find((field) => field.name === name)
  assert.deepEqual([of('new_plan')?.type, of('new_plan')?.options], ['option', [{ value: '100000000', label: 'Gold' }]])
  assert.deepEqual([of('statecode')?.options?.length, of('createdon')?.readOnly], [3, true])
  assert.deepEqual([of('estimatedvalue')?.type, of('name')?.required], ['number', false])
})

test('the parts of a batch are read whatever their line ends, and with what stands in them', () => {
  const text = [
    '--b1',
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    'HTTP/1.1 201 Created',
    'Content-Type: application/json',
    '',
    '{"a":"one\\n\\ntwo --b1"}',
    '--b1',
    'Content-Type: application/http',
    '',
    'HTTP/1.1 204 No Content',
    'OData-Version: 4.0',
    '',
    '',
    '--b1--',
    '',
  ]
  for (const end of ['\r\n', '\n']) {
    assert.deepEqual(readParts(text.join(end), 'multipart/mixed; boundary="b1"'), [
      { status: 201, body: { a: 'one\n\ntwo --b1' } },
      { status: 204, body: undefined },
    ])
  }
  assert.deepEqual(readParts(text.join('\n'), 'text/html'), [])
})
