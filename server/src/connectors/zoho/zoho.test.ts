import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runOperation } from '../../kit/index.ts'
import { type Clock, manualClock, systemClock } from '../../lib/clock.ts'
import { zoho as emulator } from '../../sandbox/zoho/zoho.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { both, either, quoted } from './coql.ts'
import { contact, deal, lead, meeting } from './mappings.ts'
import type { Settings } from './settings.ts'
import { zoho } from './zoho.ts'

const domain = { api_domain: 'https://www.zohoapis.com' }
const credentials = { ...domain, access_token: 'sandbox-zoho-token' }
const times = { Created_Time: '2026-05-01T12:00:00+02:00', Modified_Time: '2026-05-02T12:00:00+02:00' }
const cadence = '5545974000000900001'
const notification = (given: object = {}) => ({
  server_time: 1_780_000_000_000,
  query_params: {},
  module: 'Contacts',
  resource_uri: 'https://www.zohoapis.com/crm/v8/Contacts',
  ids: ['5545974000000123001', '5545974000000123002'],
  affected_fields: [],
  operation: 'update',
  channel_id: '1068002',
  ...given,
})

for (const create_as of ['Contacts', 'Leads'] as const) {
  conformance(
    { ...zoho, name: create_as === 'Contacts' ? 'Zoho CRM' : 'Zoho CRM (leads)' },
    {
      emulator,
      credentials: domain,
      settings: { create_as, currency: 'EUR' },
      failureBody: (status) => ({ code: 'SOMETHING', message: `status ${status}`, status: 'error', details: {} }),
      prepare: async (context) => {
        const made = await runOperation(zoho, context, 'contacts.create', { email: 'grace@example.com' })
        assert.ok(made.success, made.success ? '' : made.error)
        return {
          'workflows.trigger': { workflowId: cadence, contactId: made.data.externalId },
          'contacts.find': { email: 'grace@example.com' },
        }
      },
      mappings: {
        contact: {
          mapping: contact,
          record: {
            ...times,
            ...{ id: '1', First_Name: 'Ada', Last_Name: 'Lovelace', Email: 'ada@example.com', Phone: '1' },
            Tag: [{ name: 'roof', id: '7' }],
          },
        },
        lead: {
          mapping: lead,
          record: { ...times, id: '2', Description: 'Roof', Lead_Status: 'Contacted', Lead_Source: 'Chat' },
        },
        deal: {
          mapping: deal,
          record: {
            ...times,
            ...{ id: '3', Deal_Name: 'Roof', Pipeline: 'Standard', Stage: 'Closed Won', Amount: 1250.5 },
            ...{ Closing_Date: '2026-06-01', Contact_Name: { id: '1', name: 'Ada' } },
          },
        },
        meeting: {
          mapping: meeting,
          record: {
            ...times,
            ...{ id: '4', Event_Title: 'Inspection', Venue: 'Here', Who_Id: { id: '1' } },
            ...{ Start_DateTime: '2026-06-01T12:00:00+02:00', End_DateTime: '2026-06-01T13:00:00+02:00' },
          },
        },
      },
      webhook: {
        body: JSON.stringify(notification()),
        sign: ({ body, secret }) => ({ body: JSON.stringify({ ...JSON.parse(body), token: secret }) }),
        events: ['contact.updated', 'contact.updated'],
        hasTime: false,
        signsBody: false,
      },
    },
  )
}

async function open(settings: Settings = {}, clock: Clock = systemClock) {
  const sandbox = await startSandbox({ emulators: [emulator], clock })
  const context = connect(zoho, { vendor: sandbox, overrides: sandbox.overrides(), credentials, settings, clock })
  const run = async <Name extends Parameters<typeof runOperation>[2]>(
    name: Name,
    input: Parameters<typeof runOperation<Name>>[3],
  ) => {
    const result = await runOperation(zoho, context, name, input)
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

test('calls go to the data centre that the token answer names, and to no other host', async () => {
  await using hub = await open()
  const account = await zoho.check(hub.context)

  assert.equal(account.name, 'Sandbox Ltd')
  assert.equal(hub.context.recorded[0]?.url, 'https://www.zohoapis.com/crm/v8/org')
  assert.match(String(hub.context.recorded[0]?.requestHeaders.authorization), /^\[redacted\]|Zoho-oauthtoken/)
  for (const url of ['https://www.zohoapis.evil', 'http://www.zohoapis.com', 'https://zohoapis.com', 'nonsense']) {
    const foreign = { ...credentials, api_domain: url }
    assert.throws(() => connect(zoho, { vendor: hub.sandbox, credentials: foreign }), { code: 'AUTH_ERROR' })
  }
})

test('used-up credits are waited for longer than too many calls at a time, and a missing scope asks for permission', async () => {
  const faults = [
    [429, 'TOO_MANY_REQUESTS', 'exceeded the number of concurrent calls', 'RATE_LIMIT_EXCEEDED', undefined],
    [429, 'LIMIT_EXCEEDED', 'You have exceeded your API credits', 'RATE_LIMIT_EXCEEDED', 900_000],
    [401, 'OAUTH_SCOPE_MISMATCH', 'invalid oauth scope', 'PERMISSION_DENIED', undefined],
    [400, 'DUPLICATE_DATA', 'duplicate data', 'CONFLICT', undefined],
  ] as const
  for (const [status, vendorCode, message, code, retryAfterMs] of faults) {
    await using vendor = await fakeVendor(() => ({
      status,
      body: { code: vendorCode, message, status: 'error', details: {} },
    }))
    const context = connect(zoho, { vendor, credentials })
    await assert.rejects(async () => await zoho.check(context), { code, retryAfterMs, vendorCode })
  }
})

test('texts are escaped in queries, and each pair of conditions has brackets', async () => {
  await using hub = await open()
  await hub.run('contacts.create', { email: "o'hara@example.com" })

  assert.equal((await hub.run('contacts.find', { email: "O'Hara@example.com" }))?.email, "o'hara@example.com")
  assert.equal(await hub.run('contacts.find', { email: "x' or Email != 'y@example.com" }), null)
  assert.equal(quoted("a'b\\"), "'a\\'b\\\\'")
  assert.equal(both('a', either('b', 'c'), 'd'), '((a and (b or c)) and d)')
})

test('a phone is found at once as the hub wrote it, and however it is written by the search', async () => {
  const clock = manualClock()
  await using hub = await open({}, clock)
  const first = await hub.run('contacts.create', { phone: '+14079780655', name: 'Ada King Lovelace' })
  const second = await hub.run('contacts.create', { phone: '(407) 978-0656' })

  const found = await hub.run('contacts.find', { phone: '+14079780655' })
  const tooEarly = await hub.run('contacts.find', { phone: '+14079780656' })
  clock.advance(10_000)
  const later = await hub.run('contacts.find', { phone: '+14079780656' })

  assert.deepEqual([found?.externalId, found?.firstName, found?.lastName], [first.externalId, 'Ada King', 'Lovelace'])
  assert.deepEqual([tooEarly, later?.externalId], [null, second.externalId])
  assert.equal(await hub.run('contacts.find', { phone: '+14079780657' }), null)
})

test('people are contacts with an account or leads with a company, with their address, tags and custom fields', async () => {
  for (const create_as of ['Contacts', 'Leads'] as const) {
    await using hub = await open({ create_as, field_mappings: { score: 'Score' } })
    hub.vendor.addField(create_as, 'Score', { type: 'double' })

    const { externalId } = await hub.run('contacts.create', {
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      company: 'Engines',
      address: { street: '1 Main St', city: 'London' },
      tags: ['roof', 'solar'],
      customFields: { score: 42 },
    })
    const { raw: _, createdAt: __, updatedAt: ___, ...made } = await hub.run('contacts.get', { externalId })
    const after = await hub.run('contacts.update', {
      externalId,
      changes: { address: null, tags: null, firstName: 'A.', ...(create_as === 'Contacts' ? { company: null } : {}) },
    })

    assert.deepEqual(made, {
      externalId,
      firstName: 'Ada',
      lastName: 'Lovelace',
      email: 'ada@example.com',
      company: 'Engines',
      address: { street: '1 Main St', city: 'London' },
      tags: ['roof', 'solar'],
      customFields: { score: 42 },
    })
    assert.deepEqual([after.address, after.tags, after.firstName], [undefined, undefined, 'A.'])
    assert.equal(hub.vendor.records('Accounts').list().length, create_as === 'Contacts' ? 1 : 0)
  }
})

test('a unique field that the settings name recognises people before their address does', async () => {
  await using hub = await open({ unique_field: 'Hub_Id', field_mappings: { hubId: 'Hub_Id' } })
  hub.vendor.addField('Contacts', 'Hub_Id', { type: 'text', unique: true })

  const first = await hub.run('contacts.upsert', { lastName: 'Lovelace', customFields: { hubId: 'h/1' } })
  const second = await hub.run('contacts.upsert', { email: 'a@b.example', customFields: { hubId: 'h/1' } })
  const twin = await runOperation(zoho, hub.context, 'contacts.create', { customFields: { hubId: 'h/1' } })

  assert.deepEqual([first.created, second.created, second.contact.externalId], [true, false, first.contact.externalId])
  assert.equal(!twin.success && twin.errorCode, 'CONFLICT')
})

test('hundreds of people go in a few requests, and one that is refused fails alone', async () => {
  await using hub = await open()
  const people = Array.from({ length: 250 }, (_, at) => ({ email: `person${at}@example.com`, lastName: `P${at}` }))
  await hub.run('contacts.batchUpsert', { contacts: [{ email: 'PERSON7@example.com' }] })
  const before = hub.context.recorded.length

  const rows = await hub.run('contacts.batchUpsert', {
    contacts: [
      ...people,
      { email: 'no address', company: 'Engines' },
      { lastName: 'Nobody' },
      { email: 'Person8@example.com', lastName: 'Last' },
      { phone: '+14079780655', lastName: 'Phone' },
      { phone: '+1 407 978 0655', lastName: 'Again' },
    ],
  })

  assert.equal(rows.filter((row) => row.success && row.created).length, 250)
  assert.deepEqual(
    [7, 250, 251, 252, 253, 254].map((at) => rows[at] && (rows[at].success ? rows[at].created : rows[at].errorCode)),
    [false, 'VENDOR_REJECTED', 'CONTACT_ERROR', false, true, false],
  )
  assert.match(rows[250]?.success === false ? rows[250].error : '', /invalid data \[Email\]/)
  assert.ok(hub.context.recorded.length - before <= 15, `${hub.context.recorded.length - before} requests`)
  const named = (lastName: string) => hub.vendor.records('Contacts').find(({ data }) => data.Last_Name === lastName)
  assert.equal(named('Last')?.data.Email, 'Person8@example.com')
  assert.equal(named('Again')?.data.Phone, '+1 407 978 0655')
})

test('an upsert is repeated after a cut connection, and a creation is looked for instead', async () => {
  await using hub = await open()
  hub.sandbox.faults.set({ vendor: 'zoho', kind: 'cut_after_write', times: 1 })
  const upserted = await hub.run('contacts.upsert', { email: 'ada@example.com' })
  hub.sandbox.faults.set({ vendor: 'zoho', kind: 'cut_after_write', times: 1 })
  const lost = await runOperation(zoho, hub.context, 'contacts.create', { email: 'grace@example.com' })
  const found = await hub.run('contacts.find', { email: 'grace@example.com' })

  assert.equal(upserted.created, false)
  assert.equal(!lost.success && lost.ambiguous, true)
  assert.ok(found)
  assert.equal(hub.vendor.records('Contacts').list().length, 2)
})

test('two calls that upsert one phone at the same moment make one', async () => {
  await using hub = await open()
  const answers = await Promise.all([1, 2, 3].map(() => hub.run('contacts.upsert', { phone: '+14079780655' })))

  assert.equal(new Set(answers.map(({ contact: { externalId } }) => externalId)).size, 1)
})

test('changes are told once each, also where many share one second, and deletions after them', async () => {
  const clock = manualClock()
  await using hub = await open({}, clock)
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
  // Within the second that was read before.
  await hub.run('contacts.update', { externalId: last.externalId, changes: { firstName: 'A.' } })
  const same = await read(first.cursor)
  clock.advance(5_000)
  const [gone = ''] = first.told
  await hub.run('contacts.delete', { externalId: gone })
  await hub.run('contacts.update', { externalId: last.externalId, changes: { firstName: 'Ada' } })
  const second = await read(same.cursor)
  const third = await read(second.cursor)

  assert.deepEqual([first.told.length, new Set(first.told).size], [8, 8])
  assert.deepEqual(same.told, [last.externalId])
  assert.deepEqual(second.told, [last.externalId, `-${gone}`])
  assert.deepEqual(third.told, [])
  for (const cursor of ['nonsense', Buffer.from('{"at":-1}').toString('base64url')]) {
    const wrong = await runOperation(zoho, hub.context, 'contacts.changes', { cursor })
    assert.equal(!wrong.success && wrong.errorCode, 'VALIDATION_FAILED')
  }
})

test('a deal begins in the stage and pipeline of the settings, and is won by its stage', async () => {
  const settings = { default_stage: 'Proposal/Price Quote', default_pipeline: 'Standard (Standard)', currency: 'JPY' }
  await using hub = await open(settings)
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  const made = await hub.run('deals.create', { title: 'Roof', contactId, amountMinor: 125_000 })
  await hub.run('deals.update', { externalId: made.externalId, changes: { status: 'won', amountMinor: 130_000 } })
  const won = await hub.run('deals.get', { externalId: made.externalId })
  const odd = await runOperation(zoho, hub.context, 'deals.create', { title: 'Roof', stageId: 'Nowhere' })

  assert.equal(made.stageId, 'Proposal/Price Quote')
  assert.deepEqual(
    [won.status, won.stageId, won.pipelineId, won.amountMinor, won.currency, won.contactId],
    ['won', 'Closed Won', 'Standard (Standard)', 130_000, 'JPY', contactId],
  )
  // The yen has no minor unit.
  assert.equal(hub.vendor.records('Deals').need(made.externalId).data.Amount, 130_000)
  assert.equal((await hub.run('deals.pipelines', {}))[0]?.stages.length, 4)
  assert.match(!odd.success ? odd.error : '', /Zoho CRM refused the deal: invalid data \[Stage\]/)
})

test('a lead copies its contact, is converted once, and becomes a deal where the settings say so', async () => {
  await using hub = await open({ lead_amount_field: 'Annual_Revenue', convert_with_deal: true, currency: 'EUR' })
  const person = { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', company: 'Engines' }
  const { externalId: contactId } = await hub.run('contacts.create', person)

  const made = await hub.run('leads.create', { title: 'Roof repair', contactId, amountMinor: 125_000, source: 'Chat' })
  const [listed] = await hub.run('leads.list', {})
  const change = { externalId: made.externalId, changes: { status: 'converted', contactId } }
  const converted = await hub.run('leads.update', change)
  const again = await hub.run('leads.update', change)

  const { Email, Company, Last_Name } = hub.vendor.records('Leads').need(made.externalId).data
  assert.deepEqual([Email, Company, Last_Name], ['ada@example.com', 'Engines', 'Lovelace'])
  assert.deepEqual([listed?.title, listed?.amountMinor, listed?.source], ['Roof repair', 125_000, 'Chat'])
  for (const one of [converted, again])
    assert.deepEqual([one.status, one.contactId, one.title], ['converted', contactId, 'Roof repair'])
  assert.deepEqual(await hub.run('leads.list', {}), [])
  assert.deepEqual(
    hub.vendor
      .records('Deals')
      .list()
      .map(({ data }) => [data.Deal_Name, data.Amount]),
    [['Roof repair', 1250]],
  )
})

test('a note stands with its person, and an appointment is the same when it is booked again', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  const [startsAt, endsAt] = [new Date('2030-05-07T14:00:00Z'), new Date('2030-05-07T15:00:00Z')]
  const attendees = [{ email: 'ada@example.com' }, { email: 'guest@example.com' }]
  const event = {
    ...{ title: 'Inspection', description: 'Bring a ladder', startsAt, endsAt, attendees },
    idempotencyKey: 'call/42',
  }

  await hub.run('notes.create', { contactId, subject: 'A & B', text: '<b>one</b>\ntwo' })
  const made = await hub.run('calendar.book', event)
  const again = await hub.run('calendar.book', event)
  const changed = await hub.run('calendar.update', {
    externalId: made.externalId,
    changes: { description: null, location: 'Here' },
  })
  const { changes } = await hub.run('calendar.changes', {})
  await hub.run('calendar.cancel', { externalId: made.externalId, reason: 'Rain' })

  const [note] = hub.vendor.records('Notes').list()
  assert.equal(note?.data.Note_Content, '<b>one</b>\ntwo')
  assert.deepEqual(
    [made.contactId, again.externalId, again.description],
    [contactId, made.externalId, 'Bring a ladder'],
  )
  assert.deepEqual([changed.description, changed.location, changed.attendees], [undefined, 'Here', attendees])
  assert.equal(changes.length, 1)
  const { data } = hub.vendor.records('Events').need(made.externalId, { deleted: true })
  assert.match(String(data.Description), /^Reference: tenon[0-9a-f]{32}\nCancelled: Rain$/)
  assert.deepEqual(
    hub.vendor.mails().map(({ data: mail }) => mail.event),
    [made.externalId],
  )
  assert.deepEqual(await hub.run('calendar.busy', { from: startsAt, to: endsAt }), [])
})

test('what the hub writes sets off no workflow where the settings say so', async () => {
  await using hub = await open({ run_workflows: false })
  const { externalId } = await hub.run('leads.create', { title: 'Roof' })
  await hub.run('leads.update', { externalId, changes: { status: 'converted' } })
  await hub.run('contacts.create', { email: 'ada@example.com' })

  const { trigger } = Object(hub.context.recorded.at(-1)?.requestBody) as { trigger?: unknown }
  assert.deepEqual(trigger, [])
})

test('a cadence takes a person, and one that is switched off says so', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  await hub.run('workflows.trigger', { workflowId: cadence, contactId })
  const off = await runOperation(zoho, hub.context, 'workflows.trigger', {
    workflowId: '5545974000000900002',
    contactId,
  })

  assert.deepEqual(hub.vendor.enrolments()[0]?.data, { record: contactId, cadences: [cadence] })
  assert.match(!off.success ? off.error : '', /refused the enrolment: The cadence is not active/)
})

test('custom fields are described with their types, options and needs', async () => {
  await using hub = await open()
  hub.vendor.addField('Deals', 'Plan', { type: 'picklist', values: ['Gold'] })

  const fields = await hub.run('customFields.list', { object: 'deal' })

  const of = (name: string) => fields.find((field) => field.name === name)
  assert.deepEqual([of('Plan')?.type, of('Plan')?.options], ['option', [{ value: 'Gold', label: 'Gold' }]])
  assert.deepEqual([of('Deal_Name')?.required, of('Created_Time')?.readOnly], [true, true])
})

test('a channel is opened for a week, renewed, told of changes with its token, and closed', async () => {
  const clock = manualClock()
  await using hub = await open({}, clock)
  await using endpoint = await fakeVendor(() => ({ status: 200, body: {} }))
  const options = {
    url: `${endpoint.url}/hook`,
    secret: 'x'.repeat(43),
    channelId: '0198c5f0-0000-7000-8000-000000000009',
  }
  const { subscribe, renew, unsubscribe } = zoho.webhook!

  const made = await subscribe!(hub.context, options)
  clock.advance(6 * 86_400_000)
  const renewed = await renew!(hub.context, { id: made.id, data: {} }, options)
  const { externalId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  await hub.sandbox.idle()
  const [call] = endpoint.calls
  const request = inboundRequest({ body: JSON.stringify(call?.body), at: new Date(clock.now()) })
  const [event] = zoho.webhook!.parse(request)
  await unsubscribe!(hub.context, { id: made.id, data: {} })
  await unsubscribe!(hub.context, { id: made.id, data: {} })

  assert.match(made.id, /^\d{1,19}$/)
  assert.equal(renewed.id, made.id)
  assert.ok(renewed.expiresAt!.getTime() - made.expiresAt!.getTime() === 6 * 86_400_000)
  assert.deepEqual(zoho.webhook!.verify(request, [options.secret], new Date()), { ok: true })
  assert.deepEqual([event?.type, event?.externalId], ['contact.created', externalId])
  assert.ok(!JSON.stringify(event).includes(options.secret), 'the token is told')
  assert.deepEqual(hub.vendor.channels(), [])
})

test('a booking whose answer was lost is the same when it is repeated with its key', async () => {
  await using hub = await open()
  const [startsAt, endsAt] = [new Date('2030-05-07T14:00:00Z'), new Date('2030-05-07T15:00:00Z')]
  const event = { title: 'Inspection', startsAt, endsAt, idempotencyKey: 'call/42' }
  hub.sandbox.faults.set({ vendor: 'zoho', kind: 'cut_after_write', path: '/crm/v8/Events', times: 1 })

  const lost = await runOperation(zoho, hub.context, 'calendar.book', event)
  const repeated = await hub.run('calendar.book', event)

  assert.equal(!lost.success && lost.ambiguous, true)
  assert.equal(zoho.repeat?.['calendar.book'], 'key')
  assert.deepEqual(
    hub.vendor
      .records('Events')
      .list()
      .map(({ id }) => id),
    [repeated.externalId],
  )
})
