import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runOperation } from '../../kit/index.ts'
import { type Clock, manualClock, systemClock } from '../../lib/clock.ts'
import { createSalesforce } from '../../sandbox/salesforce/salesforce.ts'
import { conformance } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { contact, deal, lead, meeting } from './mappings.ts'
import { salesforce } from './salesforce.ts'
import type { Settings } from './settings.ts'
import { digitsPattern, quoted } from './soql.ts'

const instance = { instance_url: 'https://sandbox.my.salesforce.com' }
const credentials = { ...instance, access_token: 'sandbox-salesforce-session' }
/** Salesforce whose answers to queries are short, so that there are many pages. */
const emulator = createSalesforce({ batchSize: 3 })

const times = { CreatedDate: '2026-05-01T10:00:00.000+0000', SystemModstamp: '2026-05-02T10:00:00.000+0000' }

for (const create_as of ['Lead', 'Contact'] as const) {
  conformance(
    { ...salesforce, name: create_as === 'Lead' ? 'Salesforce' : 'Salesforce (contacts)' },
    {
      emulator,
      credentials: instance,
      settings: { create_as },
      codes: { 404: 'NOT_FOUND' },
      failureBody: (status) => [{ errorCode: 'SOMETHING', message: `status ${status}` }],
      prepare: async (context) => {
        const made = await runOperation(salesforce, context, 'contacts.create', { email: 'grace@example.com' })
        assert.ok(made.success)
        return {
          'workflows.trigger': { workflowId: 'Follow_up', contactId: made.data.externalId },
          'contacts.find': { email: 'grace@example.com' },
        }
      },
      mappings: {
        contact: {
          mapping: contact,
          record: { ...times, Id: '003', FirstName: 'Ada', LastName: 'Lovelace', Email: 'ada@example.com', Phone: '1' },
        },
        lead: {
          mapping: lead,
          record: { ...times, Id: '00Q', Description: 'Roof', Status: 'Working', LeadSource: 'Web' },
        },
        deal: {
          mapping: deal,
          record: {
            ...times,
            Id: '006',
            Name: 'Roof',
            StageName: 'Closed Won',
            Amount: 1250.5,
            CloseDate: '2026-06-01',
          },
        },
        meeting: {
          mapping: meeting,
          record: {
            ...times,
            Id: '00U',
            Subject: 'Inspection',
            StartDateTime: '2026-06-01T10:00:00.000+0000',
            EndDateTime: '2026-06-01T11:00:00.000+0000',
            ShowAs: 'Busy',
          },
        },
      },
      webhook: {
        body: JSON.stringify([
          { object: 'Lead', action: 'created', id: '00Q', eventId: 'a' },
          { object: 'Case', action: 'updated', id: '500', eventId: 'b' },
        ]),
        sign: ({ secret }) => ({ headers: { 'x-webhook-secret': secret } }),
        events: ['contact.created', 'salesforce.Case.updated'],
        hasTime: false,
        signsBody: false,
      },
    },
  )
}

async function open(settings: Settings = {}, clock: Clock = systemClock) {
  const sandbox = await startSandbox({ emulators: [emulator], clock })
  const context = connect(salesforce, { vendor: sandbox, overrides: sandbox.overrides(), credentials, settings, clock })
  const run = async <Name extends Parameters<typeof runOperation>[2]>(
    name: Name,
    input: Parameters<typeof runOperation<Name>>[3],
  ) => {
    const result = await runOperation(salesforce, context, name, input)
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

test('calls go to the instance that the token answer names, and to no other host', async () => {
  await using hub = await open()
  const account = await salesforce.check(hub.context)

  assert.deepEqual(account, { name: 'owner@sandbox.example.com', routingKey: '00D000000000001AAA' })
  assert.equal(hub.context.recorded[0]?.url, 'https://sandbox.my.salesforce.com/services/oauth2/userinfo')
  for (const url of ['https://salesforce.com.example', 'http://a.my.salesforce.com', 'https://evilsalesforce.com']) {
    const foreign = { ...credentials, instance_url: url }
    assert.throws(() => connect(salesforce, { vendor: hub.sandbox, credentials: foreign }), { code: 'AUTH_ERROR' })
  }
})

test('a session that ended is refreshed, also where Salesforce says so with another status than 401', async () => {
  const body = { user_id: '005', organization_id: '00D', preferred_username: 'ada@example.com' }
  await using vendor = await fakeVendor(() => ({ status: 200, body }))
  vendor.next({ status: 403, body: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }] })
  let refreshes = 0
  const refresh = async () => ({ ...credentials, access_token: `a-new-token-${++refreshes}` })
  const context = connect(salesforce, { vendor, credentials, authType: 'oauth2', refresh })

  assert.equal((await salesforce.check(context)).name, 'ada@example.com')
  assert.equal(refreshes, 1)
})

test('a locked record is tried again, a used-up day is waited for, and duplicates are a conflict', async () => {
  const faults = [
    [400, 'UNABLE_TO_LOCK_ROW', 'RATE_LIMIT_EXCEEDED', 2_000],
    [403, 'REQUEST_LIMIT_EXCEEDED', 'RATE_LIMIT_EXCEEDED', 900_000],
    [400, 'DUPLICATES_DETECTED', 'CONFLICT', undefined],
  ] as const
  for (const [status, errorCode, code, retryAfterMs] of faults) {
    await using vendor = await fakeVendor(() => ({ status, body: [{ errorCode, message: 'no' }] }))
    const context = connect(salesforce, { vendor, credentials })
    await assert.rejects(async () => await salesforce.check(context), { code, retryAfterMs })
  }
})

test('texts are escaped in queries', async () => {
  await using hub = await open()
  await hub.run('contacts.create', { email: "o'hara@example.com" })

  assert.equal((await hub.run('contacts.find', { email: "O'Hara@example.com" }))?.email, "o'hara@example.com")
  assert.equal(await hub.run('contacts.find', { email: "x' OR Email != '@example.com" }), null)
  assert.equal(quoted("a'b\\c\n"), "'a\\'b\\\\c\\n'")
  assert.equal(digitsPattern('12'), "'%1%2%'")
})

test('a phone is found however it is written', async () => {
  await using hub = await open()
  const { externalId } = await hub.run('contacts.create', { phone: '(407) 978-0655', name: 'Ada King Lovelace' })

  const found = await hub.run('contacts.find', { phone: '+14079780655' })

  assert.deepEqual([found?.externalId, found?.firstName, found?.lastName], [externalId, 'Ada King', 'Lovelace'])
  assert.equal(await hub.run('contacts.find', { phone: '+14079780656' }), null)
})

test('people are leads with a company or contacts, with their address, tags and custom fields', async () => {
  for (const create_as of ['Lead', 'Contact'] as const) {
    const object = create_as
    const field_mappings = { score: 'Score__c', tags: 'Topics__c' }
    await using hub = await open({ create_as, field_mappings })
    hub.vendor.addField(object, 'Score__c', { type: 'double' })
    hub.vendor.addField(object, 'Topics__c', { type: 'string' })

    const { externalId } = await hub.run('contacts.create', {
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      ...(object === 'Lead' ? { company: 'Engines' } : {}),
      address: { street: '1 Main St', city: 'London' },
      tags: ['roof', 'solar'],
      customFields: { score: 42 },
    })
    const { raw: _, createdAt: __, updatedAt: ___, ...made } = await hub.run('contacts.get', { externalId })
    const after = await hub.run('contacts.update', {
      externalId,
      changes: { address: null, tags: null, firstName: 'A.' },
    })

    assert.deepEqual(made, {
      externalId,
      firstName: 'Ada',
      lastName: 'Lovelace',
      email: 'ada@example.com',
      ...(object === 'Lead' ? { company: 'Engines' } : {}),
      address: { street: '1 Main St', city: 'London' },
      tags: ['roof', 'solar'],
      customFields: { score: 42 },
    })
    assert.deepEqual([after.address, after.tags, after.firstName], [undefined, undefined, 'A.'])
    assert.equal(hub.vendor.records(object).list().length, 1)
  }
})

test('an external id that the settings name recognises people, alone and in batches', async () => {
  await using hub = await open({ external_id_field: 'Hub_Id__c', field_mappings: { hubId: 'Hub_Id__c' } })
  hub.vendor.addField('Lead', 'Hub_Id__c', { type: 'string', externalId: true })

  const first = await hub.run('contacts.upsert', { lastName: 'Lovelace', customFields: { hubId: 'h/1' } })
  const second = await hub.run('contacts.upsert', { lastName: 'Byron', customFields: { hubId: 'h/1' } })
  const rows = await hub.run('contacts.batchUpsert', {
    contacts: [
      { lastName: 'King', customFields: { hubId: 'h/1' } },
      { email: 'nobody', customFields: { hubId: 'h/2' } },
      { lastName: 'Turing', customFields: { hubId: 'h/3' } },
    ],
  })

  assert.deepEqual([first.created, second.created, second.contact.externalId], [true, false, first.contact.externalId])
  assert.deepEqual(
    rows.map((row) => (row.success ? row.created : row.errorCode)),
    [false, 'VENDOR_REJECTED', true],
  )
  assert.match(rows[1]?.success === false ? rows[1].error : '', /INVALID_EMAIL_ADDRESS/)
  assert.equal(hub.vendor.records('Lead').need(first.contact.externalId).data.LastName, 'King')
})

test('a thousand people go in a few requests, and one that is refused fails alone', async () => {
  await using hub = await open({ create_as: 'Contact' })
  const people = Array.from({ length: 1_000 }, (_, at) => ({ email: `person${at}@example.com`, lastName: `P${at}` }))
  await hub.run('contacts.batchUpsert', { contacts: [{ email: 'PERSON7@example.com' }] })
  const before = hub.context.recorded.length

  const rows = await hub.run('contacts.batchUpsert', {
    contacts: [
      ...people,
      { email: 'no address' },
      { lastName: 'Nobody' },
      { email: 'Person8@example.com', lastName: 'Last' },
    ],
  })

  assert.equal(rows.filter((row) => row.success && row.created).length, 999)
  assert.deepEqual(
    [rows[7], rows[1_000], rows[1_001], rows[1_002]].map((row) => row && (row.success ? row.created : row.errorCode)),
    [false, 'VENDOR_REJECTED', 'CONTACT_ERROR', false],
  )
  assert.ok(hub.context.recorded.length - before <= 30, `${hub.context.recorded.length - before} requests`)
  const last = hub.vendor.records('Contact').find(({ data }) => data.Email === 'Person8@example.com')
  assert.equal(last?.data.LastName, 'Last')
})

test('two calls that upsert one person at the same moment make one', async () => {
  await using hub = await open()

  const answers = await Promise.all([1, 2, 3].map(() => hub.run('contacts.upsert', { email: 'ada@example.com' })))

  assert.equal(new Set(answers.map(({ contact: { externalId } }) => externalId)).size, 1)
})

test('changes are told once each, also where many share one millisecond, and deletions after them', async () => {
  const clock = manualClock()
  await using hub = await open({ create_as: 'Contact' }, clock)
  for (let count = 0; count < 7; count += 1) await hub.run('contacts.create', { lastName: `P${count}` })
  clock.advance(90_000)
  const last = await hub.run('contacts.create', { lastName: 'Last' })
  const read = async (from?: string) => {
    const told: string[] = []
    let [cursor, more] = [from, true]
    while (more) {
      const answer = await hub.run('contacts.changes', { cursor, limit: 3 })
      for (const change of answer.changes)
        told.push(change.type === 'upserted' ? change.record.externalId : `-${change.externalId}`)
      ;({ cursor, more } = answer)
    }
    return { told, cursor }
  }

  const first = await read()
  clock.advance(5_000)
  const [gone = ''] = first.told
  await hub.run('contacts.delete', { externalId: gone })
  await hub.run('contacts.update', { externalId: last.externalId, changes: { firstName: 'Ada' } })
  const second = await read(first.cursor)
  const third = await read(second.cursor)

  assert.deepEqual([first.told.length, new Set(first.told).size], [8, 8])
  assert.deepEqual(second.told, [last.externalId, `-${gone}`])
  assert.deepEqual(third.told, [])
  const wrong = await runOperation(salesforce, hub.context, 'contacts.changes', { cursor: 'nonsense' })
  assert.equal(!wrong.success && wrong.errorCode, 'VALIDATION_FAILED')
})

test('a deal begins in the stage of the settings with its contact in a role, and is won by its stage', async () => {
  await using hub = await open({ create_as: 'Contact', default_stage: 'Proposal', currency: 'JPY' })
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  const made = await hub.run('deals.create', { title: 'Roof', contactId, amountMinor: 125_000 })
  await hub.run('deals.update', { externalId: made.externalId, changes: { status: 'won', amountMinor: 130_000 } })
  const won = await hub.run('deals.get', { externalId: made.externalId })

  assert.equal(made.stageId, 'Proposal')
  assert.deepEqual(
    [won.status, won.stageId, won.amountMinor, won.currency, won.contactId],
    ['won', 'Closed Won', 130_000, 'JPY', contactId],
  )
  // The yen has no minor unit.
  assert.equal(hub.vendor.records('Opportunity').need(made.externalId).data.Amount, 130_000)
  assert.equal((await hub.run('deals.pipelines', {}))[0]?.stages.length, 4)
})

test('a deal whose contact cannot take part is not made at all', async () => {
  await using hub = await open({ create_as: 'Contact' })

  const result = await runOperation(salesforce, hub.context, 'deals.create', {
    title: 'Roof',
    contactId: '003000000000999AAA',
  })

  assert.match(!result.success ? result.error : '', /Salesforce refused the deal: .*incorrect type/)
  assert.deepEqual(hub.vendor.records('Opportunity').list(), [])
})

test('a note stands with its person, escaped, and an appointment is the same when it is booked again', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  const [startsAt, endsAt] = [new Date('2030-05-07T14:00:00Z'), new Date('2030-05-07T15:00:00Z')]
  const event = {
    title: 'Inspection',
    description: 'Bring a ladder',
    startsAt,
    endsAt,
    attendees: [{ email: 'ada@example.com', name: 'Ada' }, { email: 'guest@example.com' }],
    idempotencyKey: 'call/42',
  }

  await hub.run('notes.create', { contactId, subject: 'A & B', text: '<b>one</b>\ntwo' })
  const made = await hub.run('calendar.book', event)
  const again = await hub.run('calendar.book', event)
  const changed = await hub.run('calendar.update', {
    externalId: made.externalId,
    changes: { description: null, location: 'Here' },
  })
  await hub.run('calendar.cancel', { externalId: made.externalId, reason: 'Rain' })

  const [note] = hub.vendor.records('ContentNote').list()
  assert.equal(Buffer.from(String(note?.data.Content), 'base64').toString(), '<p>&#60;b&#62;one&#60;/b&#62;<br>two</p>')
  assert.deepEqual(
    [made.contactId, again.externalId, again.description],
    [contactId, made.externalId, 'Bring a ladder'],
  )
  assert.deepEqual([changed.description, changed.location, changed.attendees], [undefined, 'Here', event.attendees])
  const { data } = hub.vendor.records('Event').need(made.externalId, { deleted: true })
  assert.match(
    String(data.Description),
    /^Attendees: Ada <ada@example.com>, guest@example.com\nReference: tenon[0-9a-f]{32}\nCancelled: Rain$/,
  )
  assert.deepEqual(await hub.run('calendar.busy', { from: startsAt, to: endsAt }), [])
})

test('a flow runs for a person, and one that fails says why', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  await hub.run('workflows.trigger', { workflowId: 'Follow_up', contactId, data: { outcome: 'booked' } })
  const broken = await runOperation(salesforce, hub.context, 'workflows.trigger', {
    workflowId: 'Broken_flow',
    contactId,
  })

  assert.deepEqual(hub.vendor.flowRuns()[0]?.data, { name: 'Follow_up', outcome: 'booked', recordId: contactId })
  assert.match(!broken.success ? broken.error : '', /could not run the flow: The flow failed/)
})

test('custom fields are described with their types, options and needs', async () => {
  await using hub = await open()
  hub.vendor.addField('Opportunity', 'Plan__c', { type: 'picklist', values: ['Gold'] })

  const fields = await hub.run('customFields.list', { object: 'deal' })

  const of = (name: string) => fields.find((field) => field.name === name)
  assert.deepEqual([of('Plan__c')?.type, of('Plan__c')?.options], ['option', [{ value: 'Gold', label: 'Gold' }]])
  assert.deepEqual([of('Name')?.required, of('IsWon')?.readOnly], [true, true])
})

test('a lead copies its contact, or is the contact where people are leads', async () => {
  for (const create_as of ['Contact', 'Lead'] as const) {
    await using hub = await open({ create_as, lead_amount_field: 'AnnualRevenue', currency: 'EUR' })
    const { externalId: contactId } = await hub.run('contacts.create', {
      email: 'ada@example.com',
      name: 'Ada Lovelace',
    })

    const made = await hub.run('leads.create', { title: 'Roof', contactId, amountMinor: 125_000, source: 'Web' })
    const changed = await hub.run('leads.update', { externalId: made.externalId, changes: { status: 'Working' } })
    const listed = await hub.run('leads.list', {})
    const later = await hub.run('leads.list', { updatedSince: new Date('2099-01-01') })

    const { LastName, Email } = hub.vendor.records('Lead').need(made.externalId).data
    assert.deepEqual(
      [LastName, Email, made.externalId === contactId],
      ['Lovelace', 'ada@example.com', create_as === 'Lead'],
    )
    assert.deepEqual([changed.title, changed.status, changed.amountMinor], ['Roof', 'Working', 125_000])
    assert.deepEqual([listed.length, listed[0]?.source, later], [1, 'Web', []])
  }
})

test('people sign in where the settings say, which is a place of Salesforce', () => {
  const { pattern } = salesforce.settings.properties.login_host as unknown as { pattern: string }
  const fits = (host: string) => new RegExp(pattern).test(host)

  for (const host of ['test.salesforce.com', 'acme.my.salesforce.com', 'acme--dev.sandbox.my.salesforce.com'])
    assert.ok(fits(host), host)
  for (const host of [
    'salesforce.com',
    'login.salesforce.com.evil',
    'my.salesforce.com',
    'https://test.salesforce.com',
  ])
    assert.ok(!fits(host), host)
})

test('a booking whose answer was lost is the same when it is repeated with its key', async () => {
  await using hub = await open()
  const [startsAt, endsAt] = [new Date('2030-05-07T14:00:00Z'), new Date('2030-05-07T15:00:00Z')]
  const event = { title: 'Inspection', startsAt, endsAt, idempotencyKey: 'call/42' }
  hub.sandbox.faults.set({
    vendor: 'salesforce',
    kind: 'cut_after_write',
    path: '/services/data/v66.0/sobjects/Event',
    times: 1,
  })

  const lost = await runOperation(salesforce, hub.context, 'calendar.book', event)
  const repeated = await hub.run('calendar.book', event)

  assert.equal(!lost.success && lost.ambiguous, true)
  assert.equal(salesforce.repeat?.['calendar.book'], 'key')
  assert.deepEqual(
    hub.vendor
      .records('Event')
      .list()
      .map(({ id }) => id),
    [repeated.externalId],
  )
})
