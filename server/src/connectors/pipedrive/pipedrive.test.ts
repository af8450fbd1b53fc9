import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runOperation } from '../../kit/index.ts'
import { type Clock, manualClock, systemClock } from '../../lib/clock.ts'
import { createPipedrive } from '../../sandbox/pipedrive/pipedrive.ts'
import { signedIn } from '../../sandbox/pipedrive/webhooks.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { changedEntries } from './entries.ts'
import { contact, deal, lead } from './mappings.ts'
import { pipedrive } from './pipedrive.ts'
import type { Settings } from './settings.ts'

const credentials = { apiToken: 'sandbox-pipedrive-token' }
/** Pipedrive with limits that no test reaches. */
const usual = createPipedrive({ burst: 10_000, searches: 10_000 })

const times = { add_time: '2026-05-01T10:00:00Z', update_time: '2026-05-02T10:00:00Z' }
const news = (entity: string, action: string, id: string) => ({
  data: { id: 7 },
  previous: null,
  meta: { action, entity, entity_id: '7', company_id: '8100001', id, timestamp: '2026-05-02T10:00:00.000Z' },
})

conformance(pipedrive, {
  emulator: usual,
  credentials,
  failureBody: (status) => ({ success: false, error: `status ${status}`, errorCode: status }),
  mappings: {
    contact: {
      mapping: contact,
      record: {
        ...times,
        id: 7,
        name: 'Ada Lovelace',
        first_name: 'Ada',
        last_name: 'Lovelace',
        emails: [{ value: 'home@example.com' }, { value: 'ada@example.com', primary: true }],
        phones: [{ value: '+14079780655', primary: true }],
        custom_fields: {},
      },
    },
    lead: {
      mapping: lead,
      record: { ...times, id: 'a-uuid', title: 'Roof', person_id: 7, value: { amount: 1250.5, currency: 'EUR' } },
    },
    deal: {
      mapping: deal,
      record: {
        ...times,
        id: 8,
        title: 'Roof',
        person_id: 7,
        pipeline_id: 1,
        stage_id: 2,
        value: 125_000,
        currency: 'JPY',
        status: 'won',
        expected_close_date: '2026-06-01',
      },
    },
  },
  webhook: {
    body: JSON.stringify(news('person', 'create', 'e1')),
    sign: ({ secret }) => ({ headers: signedIn('tenon', secret) }),
    events: ['contact.created'],
    hasTime: false,
    signsBody: false,
  },
})

async function open(settings: Settings = {}, clock: Clock = systemClock, emulator = usual) {
  const sandbox = await startSandbox({ emulators: [emulator], clock })
  const context = connect(pipedrive, { vendor: sandbox, overrides: sandbox.overrides(), credentials, settings, clock })
  const run = async <Name extends Parameters<typeof runOperation>[2]>(
    name: Name,
    input: Parameters<typeof runOperation<Name>>[3],
  ) => {
    const result = await runOperation(pipedrive, context, name, input)
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
  const lagging = createPipedrive({ burst: 10_000, searches: 10_000, searchLagMs: 60_000 })
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
  assert.deepEqual([gone, anew.created, hub.vendor.records('persons').list().length], [null, true, 1])
})

test('calls go to the domain that the token answer names, and to no other host', async () => {
  await using sandbox = await startSandbox({ emulators: [usual] })
  const { answer } = await sandbox.emulator(usual).world.oauth.grant()
  const own = { access_token: String(answer.access_token), api_domain: String(answer.api_domain) }
  const foreign = { ...own, api_domain: 'https://pipedrive.com.example' }
  const connected = connect(pipedrive, { vendor: sandbox, overrides: sandbox.overrides(), credentials: own })

  const account = await pipedrive.check(connected)

  assert.deepEqual(account, { name: 'sandbox (Pipedrive)', routingKey: '8100001' })
  assert.equal(connected.recorded[0]?.url, 'https://sandbox.pipedrive.com/v1/users/me')
  assert.throws(() => connect(pipedrive, { vendor: sandbox, credentials: foreign }), { code: 'AUTH_ERROR' })
})

test('what is given anew becomes the main address, and the others stay', async () => {
  await using hub = await open()
  const { externalId } = await hub.run('contacts.create', { email: 'ada@example.com', phone: '+1 407 978 0655' })
  hub.vendor.change('persons', externalId, {
    emails: [
      { value: 'ada@example.com', primary: true },
      { value: 'home@example.com', primary: false },
    ],
  })

  const upserted = await hub.run('contacts.upsert', { phone: '(407) 978-0655', email: 'new@example.com' })
  const updated = await hub.run('contacts.update', { externalId, changes: { email: 'last@example.com' } })
  const emails = hub.vendor.records('persons').need(externalId).data.emails
  const emptied = await hub.run('contacts.update', { externalId, changes: { email: null } })

  assert.deepEqual([upserted.created, upserted.contact.externalId], [false, externalId])
  assert.deepEqual([upserted.contact.email, updated.email], ['new@example.com', 'last@example.com'])
  assert.deepEqual(emails, [
    { value: 'last@example.com', primary: true },
    { value: 'ada@example.com', primary: false },
    { value: 'home@example.com', primary: false },
  ])
  assert.deepEqual([emptied.email, emptied.phone], [undefined, '+1 407 978 0655'])
})

test('labels of addresses are kept, and what is there already is not sent', () => {
  const current = {
    emails: [
      { value: 'work@example.com', primary: true, label: 'work' },
      { value: 'home@example.com', primary: false, label: 'home' },
    ],
    phones: [{ value: '+14079780655', primary: true }],
  }

  assert.deepEqual(changedEntries(current, { email: 'HOME@example.com' }, false), {
    emails: [
      { value: 'HOME@example.com', primary: true, label: 'home' },
      { value: 'work@example.com', primary: false, label: 'work' },
    ],
  })
  assert.deepEqual(changedEntries(current, { email: 'Work@example.com', phone: '(407) 978-0655' }, false), {})
  assert.deepEqual(changedEntries(current, { phone: null }, true), { phones: [] })
})

test('two calls that upsert one person at the same moment make one person', async () => {
  await using hub = await open()
  const given = { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' }

  const answers = await Promise.all([1, 2, 3, 4].map(() => hub.run('contacts.upsert', given)))

  assert.equal(new Set(answers.map(({ contact: { externalId } }) => externalId)).size, 1)
  assert.equal(hub.vendor.records('persons').list().length, 1)
})

test('one person that Pipedrive refuses fails alone, and a batch names nobody twice', async () => {
  await using hub = await open({ field_mappings: { plan: 'f'.repeat(40) } })

  const rows = await hub.run('contacts.batchUpsert', {
    contacts: [
      { email: 'ada@example.com', name: 'Ada' },
      { email: 'alan@example.com', customFields: { plan: 'Gold' } },
      { lastName: 'Nobody' },
      { email: 'ADA@example.com', name: 'Ada Lovelace' },
      { phone: '+14079780655' },
    ],
  })

  assert.deepEqual(
    rows.map((row) => (row.success ? row.created : row.errorCode)),
    [true, 'VENDOR_REJECTED', 'CONTACT_ERROR', false, true],
  )
  assert.match(rows[1]?.success === false ? rows[1].error : '', /custom_fields\.f+: Property is not allowed/)
  assert.equal((await hub.run('contacts.find', { email: 'ada@example.com' }))?.name, 'Ada Lovelace')
})

test('an outage in the middle of a batch is no fault of a row', async () => {
  await using vendor = await fakeVendor(() => ({ status: 503, body: { success: false, error: 'down' } }))
  const context = connect(pipedrive, { vendor, credentials })

  const result = await runOperation(pipedrive, context, 'contacts.batchUpsert', {
    contacts: [{ email: 'a@example.com' }],
  })

  assert.deepEqual([result.success, !result.success && result.errorCode], [false, 'PROCESSING_ERROR'])
})

test('names, company, tags and custom fields stand where Pipedrive keeps them, and are emptied by null', async () => {
  await using hub = await open()
  const [score, company, tags] = [
    hub.vendor.addField('person', { name: 'Score', field_type: 'double' }),
    hub.vendor.addField('person', { name: 'Company', field_type: 'varchar' }),
    hub.vendor.addField('person', { name: 'Tags', field_type: 'varchar' }),
  ]
  hub.context.settings.field_mappings = { score, company, tags }

  const { externalId } = await hub.run('contacts.create', {
    firstName: 'Ada',
    lastName: 'King Lovelace',
    email: 'ada@example.com',
    company: 'Engines',
    tags: ['roof', 'solar'],
    customFields: { score: 42 },
  })
  const { raw: _, createdAt: __, updatedAt: ___, ...made } = await hub.run('contacts.get', { externalId })
  const after = await hub.run('contacts.update', {
    externalId,
    changes: { lastName: 'Byron', company: null, tags: null, customFields: { score: null } },
  })

  assert.deepEqual(made, {
    externalId,
    name: 'Ada King Lovelace',
    firstName: 'Ada',
    lastName: 'King Lovelace',
    email: 'ada@example.com',
    company: 'Engines',
    tags: ['roof', 'solar'],
    customFields: { score: 42 },
  })
  assert.deepEqual(
    [after.name, after.company, after.tags, after.customFields],
    ['Ada Byron', undefined, undefined, undefined],
  )
})

test('changes are told once each, page by page, and deletions after them', async () => {
  const clock = manualClock()
  await using hub = await open({}, clock)
  const persons = hub.vendor.records('persons')
  for (let count = 0; count < 120; count += 1) persons.create({ name: `P${count}` })
  clock.advance(90_000)
  const last = persons.create({ name: 'Last' })
  const read = async (from?: string) => {
    const told: string[] = []
    let [cursor, more] = [from, true]
    while (more) {
      const answer = await hub.run('contacts.changes', { cursor, limit: 50 })
      for (const change of answer.changes)
        told.push(change.type === 'upserted' ? change.record.externalId : `-${change.externalId}`)
      ;({ cursor, more } = answer)
    }
    return { told, cursor }
  }

  const first = await read()
  clock.advance(5_000)
  persons.delete('1001')
  hub.vendor.change('persons', last.id, { name: 'Ada' })
  const second = await read(first.cursor)
  const third = await read(second.cursor)

  assert.equal(first.told.length, 121)
  assert.equal(new Set(first.told).size, 121)
  assert.deepEqual(second.told, [last.id, '-1001'])
  assert.deepEqual(third.told, [])
  const wrong = await runOperation(pipedrive, hub.context, 'contacts.changes', { cursor: 'nonsense' })
  assert.equal(!wrong.success && wrong.errorCode, 'VALIDATION_FAILED')
})

test('a deal begins in the stage of the settings, in the currency of the account, and is won', async () => {
  await using hub = await open({ pipeline_id: 2, stage_id: 12 })
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  const made = await hub.run('deals.create', { title: 'Renewal', contactId, amountMinor: 125_000 })
  const other = await hub.run('deals.create', { title: 'Roof', pipelineId: '1', amountMinor: 500, currency: 'JPY' })
  await hub.run('deals.update', { externalId: other.externalId, changes: { status: 'won', amountMinor: 600 } })
  const won = await hub.run('deals.get', { externalId: other.externalId })

  assert.deepEqual(
    [made.pipelineId, made.stageId, made.amountMinor, made.currency, made.contactId],
    ['2', '12', 125_000, 'EUR', contactId],
  )
  assert.deepEqual([won.status, won.stageId, won.amountMinor], ['won', '1', 600])
  // The yen has no minor unit.
  assert.equal(hub.vendor.records('deals').need(other.externalId).data.value, 600)
  assert.deepEqual(
    (await hub.run('deals.pipelines', {})).map(({ id, stages }) => [id, stages.length]),
    [
      ['1', 3],
      ['2', 2],
    ],
  )
})

test('a lead belongs to its person, keeps amount and currency together, and is archived', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  const { externalId } = await hub.run('leads.create', { title: 'Roof', contactId, amountMinor: 125_050 })

  const changed = await hub.run('leads.update', { externalId, changes: { amountMinor: 99_900, status: 'archived' } })
  const emptied = await hub.run('leads.update', { externalId, changes: { amountMinor: null } })
  const alone = await runOperation(pipedrive, hub.context, 'leads.create', { title: 'Nobody' })

  assert.deepEqual(
    [changed.amountMinor, changed.currency, changed.status, changed.source],
    [99_900, 'EUR', 'archived', 'API'],
  )
  assert.equal(emptied.amountMinor, undefined)
  assert.match(!alone.success ? alone.error : '', /Pipedrive refused.*must be linked to a person/)
})

test('an appointment that is booked again by its key is the same; it is found, moved, and cancelled with its reason', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  const [startsAt, endsAt] = [new Date('2030-05-07T14:00:00Z'), new Date('2030-05-07T15:30:00Z')]
  const event = {
    title: 'Inspection',
    description: 'Bring <a> ladder\nand time',
    location: '1 Main St',
    startsAt,
    endsAt,
    contactId,
    attendees: [{ email: 'guest@example.com', name: 'Guest' }],
    idempotencyKey: 'call/42',
  }

  const made = await hub.run('calendar.book', event)
  const again = await hub.run('calendar.book', event)
  const found = await hub.run('calendar.find', { startsAt, endsAt, attendee: 'Guest@example.com' })
  const moved = await hub.run('calendar.update', {
    externalId: made.externalId,
    changes: { startsAt: new Date('2030-05-08T09:00:00Z') },
  })
  const busy = await hub.run('calendar.busy', {
    from: new Date('2030-05-08T00:00:00Z'),
    to: new Date('2030-05-09T00:00:00Z'),
  })
  await hub.run('calendar.cancel', { externalId: made.externalId, reason: 'Rain' })

  assert.equal(again.externalId, made.externalId)
  assert.equal(found?.externalId, made.externalId)
  assert.deepEqual([found?.description, found?.location, found?.contactId], [event.description, '1 Main St', contactId])
  assert.deepEqual(moved.endsAt, new Date('2030-05-08T10:30:00Z'))
  assert.deepEqual(busy, [{ startsAt: moved.startsAt, endsAt: moved.endsAt }])
  const { data, deletedAt } = hub.vendor.records('activities').need(made.externalId, { deleted: true })
  assert.ok(deletedAt)
  assert.match(String(data.note), /^Reference: tenon[0-9a-f]{32}<br>Cancelled: Rain$/)
  assert.equal(await hub.run('calendar.find', { idempotencyKey: 'call/42' }), null)
  const { changes } = await hub.run('calendar.changes', {})
  assert.deepEqual(
    changes.map((change) => [change.type, change.type === 'deleted' && change.externalId]),
    [['deleted', made.externalId]],
  )
})

test('a note is escaped, and stands with its person', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  const { externalId } = await hub.run('notes.create', { contactId, subject: 'A & B', text: '<b>one</b>\ntwo' })

  const { content, person_id: person } = hub.vendor.records('notes').need(externalId).data
  assert.equal(content, '<b>A &#38; B</b><br>&#60;b&#62;one&#60;/b&#62;<br>two')
  assert.equal(String(person), contactId)
})

test('the hub subscribes once, hears of every change with its password, and takes the subscription away', async () => {
  await using hub = await open()
  await using receiver = await startReceiver()
  const { webhook } = pipedrive
  assert.ok(webhook?.subscribe && webhook.unsubscribe)
  const options = { url: receiver.url, secret: 'a-generated-secret', channelId: 'one' }

  const { id, data = {} } = await webhook.subscribe(hub.context, options)
  const person = await hub.run('contacts.create', { email: 'ada@example.com' })
  await hub.run('leads.create', { title: 'Roof', contactId: person.externalId })
  await hub.run('contacts.delete', { externalId: person.externalId })
  await receiver.next(3)
  await webhook.unsubscribe(hub.context, { id, data })
  await webhook.unsubscribe(hub.context, { id, data })

  const types = receiver.requests.flatMap(({ headers, text }) => {
    const request = inboundRequest({ headers: headers as Record<string, string>, body: text, at: new Date() })
    assert.deepEqual(webhook.verify(request, ['a-generated-secret'], new Date()), { ok: true })
    assert.equal(webhook.verify(request, ['another-secret'], new Date()).ok, false)
    return webhook.parse(request).map(({ type }) => type)
  })
  assert.deepEqual(types.toSorted(), ['contact.created', 'contact.deleted', 'pipedrive.lead.create'])
  assert.deepEqual(hub.vendor.subscriptions(), [])
  assert.ok(!JSON.stringify(hub.context.recorded).includes('a-generated-secret'))
})

test('custom fields have their types and options', async () => {
  await using hub = await open()
  const key = hub.vendor.addField('deal', { name: 'Plan', field_type: 'enum', options: [{ id: 190, label: 'Gold' }] })

  const fields = await hub.run('customFields.list', { object: 'lead' })

  const plan = fields.find(({ name }) => name === key)
  assert.deepEqual([plan?.type, plan?.label, plan?.options], ['option', 'Plan', [{ value: '190', label: 'Gold' }]])
  assert.equal(fields.find(({ name }) => name === 'add_time')?.readOnly, true)
})

test('a 429 is waited out for as long as its header says', async () => {
  await using vendor = await fakeVendor(() => ({ status: 200, body: { data: { company_id: 1, company_name: 'A' } } }))
  vendor.next({ status: 429, headers: { 'x-ratelimit-reset': '2' }, body: { error: 'Rate limit exceeded' } })
  const context = connect(pipedrive, { vendor, credentials })

  await pipedrive.check(context)

  assert.deepEqual(context.waits, [2_000])
})

test('a booking whose answer was lost is the same when it is repeated with its key', async () => {
  await using hub = await open()
  const [startsAt, endsAt] = [new Date('2030-05-07T14:00:00Z'), new Date('2030-05-07T15:00:00Z')]
  const event = { title: 'Inspection', startsAt, endsAt, idempotencyKey: 'call/42' }
  hub.sandbox.faults.set({ vendor: 'pipedrive', kind: 'cut_after_write', path: '/api/v2/activities', times: 1 })

  const lost = await runOperation(pipedrive, hub.context, 'calendar.book', event)
  const repeated = await hub.run('calendar.book', event)

  assert.equal(!lost.success && lost.ambiguous, true)
  assert.equal(pipedrive.repeat?.['calendar.book'], 'key')
  assert.deepEqual(
    hub.vendor
      .records('activities')
      .list()
      .map(({ id }) => id),
    [repeated.externalId],
  )
})
