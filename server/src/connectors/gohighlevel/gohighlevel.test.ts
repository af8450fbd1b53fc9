import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { runOperation } from '../../kit/index.ts'
import { type Clock, manualClock, systemClock } from '../../lib/clock.ts'
import { sandboxCalendar } from '../../sandbox/gohighlevel/calendars.ts'
import { sandboxWorkflow } from '../../sandbox/gohighlevel/contacts.ts'
import { goHighLevel as emulator } from '../../sandbox/gohighlevel/gohighlevel.ts'
import { sandboxLocation } from '../../sandbox/gohighlevel/location.ts'
import { sandboxPipeline } from '../../sandbox/gohighlevel/opportunities.ts'
import { sandboxPublicKey, signed } from '../../sandbox/gohighlevel/webhooks.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { goHighLevel } from './gohighlevel.ts'
import { contact, deal, event } from './mappings.ts'

const credentials = { apiKey: 'pit-sandbox-gohighlevel' }
const location = { location_id: sandboxLocation }
const startsAt = new Date(Date.UTC(2030, 4, 7, 14))
const endsAt = new Date(Date.UTC(2030, 4, 7, 15))
const told = { type: 'ContactCreate', locationId: sandboxLocation, id: 'c1', email: 'ada@example.com', webhookId: 'w1' }

conformance(goHighLevel, {
  emulator,
  credentials,
  settings: location,
  failureBody: (status) => ({ statusCode: status, message: [`status ${status}`], error: 'failed' }),
  prepare: async (context) => {
    const made = await runOperation(goHighLevel, context, 'contacts.create', { email: 'grace@example.com' })
    assert.ok(made.success)
    return {
      'workflows.trigger': { workflowId: sandboxWorkflow.id, contactId: made.data.externalId },
      'calendar.find': { startsAt, endsAt },
      'calendar.block': {
        startsAt: new Date(Date.UTC(2030, 4, 8, 14)),
        endsAt: new Date(Date.UTC(2030, 4, 8, 15)),
      },
      'deals.create': { title: 'Roof repair', amountMinor: 125_000 },
    }
  },
  mappings: {
    contact: {
      mapping: contact,
      record: {
        id: 'c1',
        email: 'ada@example.com',
        phone: '+14079780655',
        firstName: 'Ada',
        lastName: 'Lovelace',
        name: 'Ada Lovelace',
        companyName: 'Engines',
        tags: ['early'],
        dateAdded: '2026-05-01T10:00:00.000Z',
      },
    },
    deal: {
      mapping: deal,
      record: {
        id: 'o1',
        name: 'Roof',
        monetaryValue: 1_250.5,
        pipelineId: 'p1',
        pipelineStageId: 's1',
        status: 'won',
      },
    },
    event: {
      mapping: event,
      record: {
        id: 'e1',
        title: 'Inspection',
        startTime: '2030-05-07T10:00:00-04:00',
        endTime: '2030-05-07T11:00:00-04:00',
        appointmentStatus: 'confirmed',
        contactId: 'c1',
      },
    },
  },
  webhook: {
    body: JSON.stringify(told),
    sign: ({ body, secret }) => ({
      headers: { 'x-webhook-signature': createHmac('sha256', secret).update(body).digest('hex') },
    }),
    events: ['contact.created'],
    hasTime: false,
    routingKey: sandboxLocation,
  },
})

async function open(settings: Record<string, unknown> = {}, clock: Clock = systemClock) {
  const sandbox = await startSandbox({ emulators: [emulator], clock })
  const context = connect(goHighLevel, {
    vendor: sandbox,
    overrides: sandbox.overrides(),
    credentials,
    settings: { ...location, ...settings },
    clock,
  })
  const run = async <Name extends Parameters<typeof runOperation>[2]>(
    name: Name,
    input: Parameters<typeof runOperation<Name>>[3],
  ) => {
    const result = await runOperation(goHighLevel, context, name, input)
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

test('a sign-in by OAuth brings its location along, and the tokens of another location open nothing', async () => {
  await using hub = await open()
  const { answer } = await hub.vendor.world.oauth.grant()
  const own = { access_token: String(answer.access_token), locationId: String(answer.locationId) }
  const bySignIn = (settings: object) =>
    connect(goHighLevel, {
      vendor: hub.sandbox,
      overrides: hub.sandbox.overrides(),
      credentials: own,
      settings: { ...settings },
    })

  const account = await goHighLevel.check(bySignIn({}))

  assert.deepEqual(account, { name: 'Location sandbox', routingKey: sandboxLocation })
  await assert.rejects(async () => await goHighLevel.check(bySignIn({ location_id: 'anotherLocation00001' })), {
    code: 'PERMISSION_DENIED',
  })
})

test('a token without a location says which setting is missing', async () => {
  await using hub = await open({ location_id: undefined })

  await assert.rejects(async () => await goHighLevel.check(hub.context), /location_id/)
})

test('custom fields are written and read by the names of the mapping, whichever way their key is given', async () => {
  await using hub = await open({
    field_mappings: { call_outcome: 'customField.call_result', topics: 'contact.topics' },
  })
  hub.vendor.addCustomField('call_result')
  hub.vendor.addCustomField('topics', 'MULTIPLE_OPTIONS', { picklistOptions: ['roof', 'solar'] })

  const made = await hub.run('contacts.create', {
    email: 'ada@example.com',
    customFields: { call_outcome: 'booked', topics: 'roof', unmapped: 'x' },
  })
  const fields = await hub.run('customFields.list', { object: 'contact' })

  assert.deepEqual(made.customFields, { call_outcome: 'booked', topics: 'roof' })
  assert.deepEqual(
    fields.map(({ name, type, options }) => [name, type, options?.length ?? 0]),
    [
      ['contact.call_result', 'text', 0],
      ['contact.topics', 'options', 2],
    ],
  )
})

test('an upsert adds its tags to those that are there, and a twin that is created says so', async () => {
  await using hub = await open()
  const first = await hub.run('contacts.upsert', { email: 'ada@example.com', tags: ['early'] })

  const again = await hub.run('contacts.upsert', { email: 'Ada@example.com', name: 'Ada Lovelace', tags: ['vip'] })
  const twin = await runOperation(goHighLevel, hub.context, 'contacts.create', { email: 'ada@example.com' })

  assert.equal(again.contact.externalId, first.contact.externalId)
  assert.deepEqual(again.contact.tags, ['early', 'vip'])
  assert.deepEqual([again.contact.firstName, again.contact.lastName], ['Ada', 'Lovelace'])
  assert.equal(!twin.success && twin.errorCode, 'CONFLICT')
})

test('changes are read page by page from a cursor, each once', async () => {
  const clock = manualClock()
  await using hub = await open({}, clock)
  const ids: string[] = []
  for (let count = 0; count < 5; count += 1) {
    clock.advance(10_000)
    ids.push((await hub.run('contacts.create', { email: `person${count}@example.com` })).externalId)
  }
  const told: string[] = []
  const read = async (cursor: string | undefined) => {
    const { changes, cursor: next, more } = await hub.run('contacts.changes', { cursor, limit: 2 })
    told.push(...changes.map((change) => (change.type === 'upserted' ? change.record.externalId : '')))
    return { next, more }
  }
  let cursor: string | undefined
  for (let more = true; more; ) ({ next: cursor, more } = await read(cursor))
  clock.advance(1_000)

  await hub.run('contacts.update', { externalId: ids[1]!, changes: { lastName: 'Byron' } })
  for (let more = true; more; ) ({ next: cursor, more } = await read(cursor))

  assert.deepEqual(told, [...ids, ids[1]])
})

test('free slots keep to the business hours and the length asked for', async () => {
  await using hub = await open({ business_hours_start: 9, business_hours_end: 12, timezone: 'America/New_York' })
  const at = (hour: number, minute = 0) => new Date(Date.UTC(2030, 4, 7, hour, minute))
  hub.vendor.makeBusy(at(14), at(14, 30))

  const halves = await hub.run('calendar.availability', { from: at(0), to: at(24), timezone: 'UTC' })
  const hours = await hub.run('calendar.availability', {
    from: at(0),
    to: at(24),
    timezone: 'UTC',
    durationMinutes: 60,
  })

  // Nine in New York is one in UTC.
  assert.deepEqual(
    halves.map(({ startsAt: start }) => start),
    [at(13), at(13, 30), at(14, 30), at(15), at(15, 30)],
  )
  assert.deepEqual(
    hours.map(({ startsAt: start }) => start),
    [at(13), at(14, 30), at(15)],
  )
})

test('an appointment is booked once for its key, a slot that is taken is a conflict, and a cancelled one is free again', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  const booking = {
    title: 'Inspection',
    startsAt,
    endsAt,
    contactId,
    description: 'The roof',
    idempotencyKey: 'call-1',
  }

  const made = await hub.run('calendar.book', booking)
  const again = await hub.run('calendar.book', booking)
  const other = await runOperation(goHighLevel, hub.context, 'calendar.book', { ...booking, idempotencyKey: 'call-2' })
  await hub.run('calendar.cancel', { externalId: made.externalId, reason: 'Rain' })
  const rebooked = await hub.run('calendar.book', { ...booking, idempotencyKey: 'call-2' })

  assert.equal(again.externalId, made.externalId)
  assert.equal(again.description, 'The roof')
  assert.equal(!other.success && other.errorCode, 'CONFLICT')
  assert.notEqual(rebooked.externalId, made.externalId)
  const cancelled = hub.vendor.events().need(made.externalId).data
  assert.equal(cancelled.appointmentStatus, 'cancelled')
  assert.match(cancelled.description ?? '', /^Cancelled: Rain/)
})

test('whoever attends and is no contact yet becomes one; a booking of nobody is refused', async () => {
  await using hub = await open()
  const attendees = [{ email: 'grace@example.com', name: 'Grace Hopper' }]

  const made = await hub.run('calendar.book', { title: 'Inspection', startsAt, endsAt, attendees })
  const nobody = await runOperation(goHighLevel, hub.context, 'calendar.book', {
    title: 'Inspection',
    startsAt,
    endsAt,
  })

  assert.equal(hub.vendor.contacts().need(made.contactId ?? '').data.email, 'grace@example.com')
  assert.equal(!nobody.success && nobody.errorCode, 'VALIDATION_FAILED')
})

test('blocked time is taken, and freed by cancelling it', async () => {
  await using hub = await open({ calendar_id: sandboxCalendar })

  const { externalId } = await hub.run('calendar.block', { startsAt, endsAt, title: 'Holiday' })
  const during = await hub.run('calendar.busy', { from: startsAt, to: endsAt })
  await hub.run('calendar.cancel', { externalId })

  assert.deepEqual(during, [{ startsAt, endsAt }])
  assert.deepEqual(await hub.run('calendar.busy', { from: startsAt, to: endsAt }), [])
})

test('opportunities begin in the pipeline of the settings and go through to won', async () => {
  const [, qualified] = sandboxPipeline.stages
  await using hub = await open({ pipeline_id: sandboxPipeline.id, default_stage_id: qualified!.id, currency: 'USD' })
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  const made = await hub.run('deals.create', { title: 'Roof', contactId, amountMinor: 125_050 })
  const won = await hub.run('deals.update', { externalId: made.externalId, changes: { status: 'won' } })

  assert.deepEqual([made.stageId, made.amountMinor, made.currency], [qualified!.id, 125_050, 'USD'])
  assert.deepEqual([won.status, won.contactId], ['won', contactId])
  assert.equal(hub.vendor.opportunities().need(made.externalId).data.monetaryValue, 1_250.5)
})

test('a workflow starts after the fields that go with it are set', async () => {
  await using hub = await open({ field_mappings: { outcome: 'call_result' } })
  const fieldId = hub.vendor.addCustomField('call_result')
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  await hub.run('workflows.trigger', { workflowId: sandboxWorkflow.id, contactId, data: { outcome: 'booked' } })

  assert.deepEqual(hub.vendor.contacts().need(contactId).data.customFields, [{ id: fieldId, value: 'booked' }])
  assert.deepEqual(
    hub.vendor
      .enrollments()
      .list()
      .map(({ data }) => data),
    [{ contactId, workflowId: sandboxWorkflow.id }],
  )
})

test('a long call loses the end of its transcript, never its summary', async () => {
  await using hub = await open()
  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })

  await hub.run('notes.create', { contactId, subject: 'Call', text: `The summary\n${'x'.repeat(20_000)}` })

  const body = hub.vendor.notes().list()[0]?.data.body ?? ''
  assert.ok(body.startsWith('The summary') && body.endsWith('…') && body.length <= 5_000)
})

test("what happens at GoHighLevel arrives signed with its key, and a location's automation signs with its own secret", async () => {
  await using hub = await open()
  await using receiver = await startReceiver()
  hub.vendor.subscribe({ url: receiver.url, secret: 'a-secret-of-mine' })

  const { externalId: contactId } = await hub.run('contacts.create', { email: 'ada@example.com' })
  await hub.run('calendar.book', { title: 'Inspection', startsAt, endsAt, contactId })
  await receiver.next(2)

  const verdicts = receiver.requests.map(({ headers, text }) => {
    const given = { headers: headers as Record<string, string>, body: text, at: new Date() }
    const request = inboundRequest({ url: 'https://hub.example/webhooks/ghl', ...given })
    assert.deepEqual(goHighLevel.webhook?.verify(request, [sandboxPublicKey], new Date()), { ok: true })
    assert.deepEqual(goHighLevel.webhook?.verify(request, ['a-secret-of-mine'], new Date()), { ok: true })
    assert.equal(goHighLevel.webhook?.verify(request, [], new Date()).ok, false)
    const late = new Date(Date.now() + 2 * 86_400_000)
    assert.equal(goHighLevel.webhook?.verify(request, ['a-secret-of-mine'], late).ok, false)
    assert.equal(goHighLevel.webhook?.route?.(request), sandboxLocation)
    return goHighLevel.webhook?.parse(request).map(({ type }) => type)
  })
  assert.deepEqual(verdicts.flat().sort(), ['appointment.created', 'contact.created'])
})

test('a public key is never taken for a secret', () => {
  const body = JSON.stringify(told)
  const forged = createHmac('sha256', sandboxPublicKey).update(body).digest('hex')
  const request = inboundRequest({ headers: { 'x-webhook-signature': forged }, body, at: new Date() })

  assert.equal(goHighLevel.webhook?.verify(request, [sandboxPublicKey], new Date()).ok, false)
})

test("GoHighLevel's own package accepts what the sandbox signs", async () => {
  const { HighLevel } = await import('@gohighlevel/api-client')
  const client = new HighLevel({ privateIntegrationToken: 'pit-sandbox-gohighlevel' })
  const body = JSON.stringify(told)
  const pem = `-----BEGIN PUBLIC KEY-----\n${sandboxPublicKey}\n-----END PUBLIC KEY-----`

  const signature = signed({ body })['x-ghl-signature'] ?? ''

  assert.equal(client.webhooks.verifyEd25519Signature(body, signature, pem), true)
})

test('the name of an event may stand in the URL, its fields in an envelope', () => {
  const parse = (url: string, content: unknown) =>
    goHighLevel.webhook?.parse(inboundRequest({ url, body: JSON.stringify(content), at: new Date() }))
  const base = 'https://hub.example/webhooks/ghl'

  const byPath = parse(`${base}/opportunity.status_change`, { locationId: sandboxLocation, id: 'o1', status: 'won' })
  const enveloped = parse(base, { type: 'outbound.message', payload: { locationId: sandboxLocation, messageId: 'm1' } })

  assert.deepEqual(
    byPath?.map(({ type, externalId }) => [type, externalId]),
    [['opportunity.status_change', 'o1']],
  )
  assert.deepEqual(
    enveloped?.map(({ type, externalId }) => [type, externalId]),
    [['outbound.message', 'm1']],
  )
})

test('a used-up burst is waited for as long as its window, a used-up day for an hour', async () => {
  await using vendor = await fakeVendor(() => ({
    status: 429,
    headers: { 'x-ratelimit-daily-remaining': '0' },
    body: { statusCode: 429, message: 'Too Many Requests' },
  }))
  vendor.next({
    status: 429,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-interval-milliseconds': '10000' },
    body: { statusCode: 429, message: 'Too Many Requests' },
  })
  const context = connect(goHighLevel, { vendor, credentials, settings: location })

  await assert.rejects(async () => await goHighLevel.check(context), {
    code: 'RATE_LIMIT_EXCEEDED',
    retryAfterMs: 3_600_000,
  })

  assert.deepEqual(context.waits, [10_000])
})
