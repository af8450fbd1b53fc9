import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { pino } from 'pino'
import { type Answer, startHub } from '../test/hub.ts'
import { connectSmallCrm, smallCrmEntry, smallVendor } from '../test/small-crm.ts'
import { until } from '../test/until.ts'

const connectors = [smallCrmEntry]

test('an operation answers what the vendor did; the list of operations tells beforehand what there is', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  const call = (operation: string, body: object) =>
    hub.request<Record<string, unknown>>('POST', `/api/integrations/${id}/operations/${operation}`, { body })

  const made = await call('contacts.create', { email: 'ada@example.com' })
  const nobody = await call('contacts.find', { email: 'alan@example.com' })
  const listed = await hub.request<{ name: string; available: boolean }[]>('GET', `/api/integrations/${id}/operations`)

  assert.deepEqual([made.status, made.body.data.externalId], [200, '1'])
  assert.deepEqual([nobody.status, nobody.body.data], [200, null])
  assert.deepEqual(
    listed.body.data.map(({ name, available }) => [name, available]),
    [
      ['contacts.find', true],
      ['contacts.create', true],
      ['contacts.upsert', true],
      ['contacts.changes', true],
      ['notes.create', true],
    ],
  )
})

test('every failure is an answer with a code, and none of a vendor breaks the calling flow', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  const call = (operation: string, body: object, on = id) =>
    hub.request('POST', `/api/integrations/${on}/operations/${operation}`, { body })
  const brief = ({ status, body }: Answer) => [status, body.errorCode, body.gracefulFail]

  assert.deepEqual(
    brief(
      await call('calendar.book', { title: 'x', startsAt: '2026-01-01T10:00:00Z', endsAt: '2026-01-01T11:00:00Z' }),
    ),
    [422, 'NOT_SUPPORTED', true],
  )
  assert.deepEqual(brief(await call('contacts.juggle', {})), [422, 'NOT_SUPPORTED', true])
  const faulty = await call('contacts.create', { email: 'no address', colour: 'red' })
  assert.deepEqual(brief(faulty), [400, 'VALIDATION_FAILED', false])
  assert.deepEqual(faulty.body.details?.map(({ field }) => field).sort(), ['body.colour', 'body.email'])
  assert.deepEqual(brief(await call('contacts.find', { phone: '+15550100' }, '00000000-0000-4000-8000-000000000000')), [
    404,
    'NOT_FOUND',
    false,
  ])
  vendor.faults.push({ path: '/notes', reply: { status: 422, body: { message: 'the note is rude' } }, times: 1 })
  const rude = await call('notes.create', { contactId: '1', text: 'x' })
  assert.deepEqual(brief(rude), [422, 'VENDOR_REJECTED', true])
  assert.match(rude.body.error, /the note is rude/)
  vendor.faults.push({ path: '/notes', reply: { status: 429, headers: { 'retry-after': '120' }, body: {} }, times: 1 })
  const slow = await call('notes.create', { contactId: '1', text: 'x' })
  assert.deepEqual(brief(slow), [429, 'RATE_LIMIT_EXCEEDED', true])
  assert.equal(slow.headers.get('retry-after'), '120')
  vendor.faults.push({ path: '/notes', reply: 'cut', times: 1 })
  assert.equal((await call('notes.create', { contactId: '1', text: 'x' })).status, 502)
  const logs = await hub.request<{ status: string }[]>('GET', `/api/integrations/${id}/logs?operation=notes.create`)
  assert.deepEqual(
    logs.body.data.map(({ status }) => status),
    ['unknown', 'failed', 'failed'],
  )
})

test('refused credentials ask for a person, and only then', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  const find = () =>
    hub.request('POST', `/api/integrations/${id}/operations/contacts.find`, { body: { email: 'a@example.com' } })
  vendor.faults.push({ path: '*', reply: { status: 500, body: {} } })
  const away = await find()
  vendor.faults.length = 0
  vendor.key = 'another key since this morning'
  const refused = await find()
  const later = await find()
  const shown = await hub.request<{ status: string; nextStep: string }>('GET', `/api/integrations/${id}`)
  const events = await hub.request<{ payload: { status: string; previousStatus: string } }[]>(
    'GET',
    '/api/events?type=integration.status_changed',
  )

  assert.deepEqual([away.status, away.body.gracefulFail], [502, true])
  assert.equal(refused.body.errorCode, 'AUTH_ERROR')
  assert.equal(later.body.errorCode, 'INTEGRATION_NOT_ACTIVE')
  assert.equal(shown.body.data.status, 'reauth_required')
  assert.deepEqual(
    events.body.data.map(({ payload }) => [payload.previousStatus, payload.status]),
    [
      ['active', 'reauth_required'],
      ['pending', 'active'],
    ],
  )
})

test('no secret leaves: not in an answer, not in a log line, not in an error', async () => {
  const lines: string[] = []
  const log = pino(
    { level: 'trace' },
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk))
        done()
      },
    }),
  )
  await using hub = await startHub({ connectors, log })
  await using vendor = await smallVendor('planted-key-0f3b')
  const secrets = ['planted-key-0f3b', 'planted-wrong-77aa', 'planted-setting-c4d1']
  const answers: string[] = []
  const ask = async (method: string, path: string, options?: Parameters<typeof hub.request>[2]) => {
    const answer = await hub.request<{ id: string }>(method, path, options)
    answers.push(answer.text, JSON.stringify([...answer.headers]))
    return answer
  }
  const config = { url: vendor.url, signingSecret: 'planted-setting-c4d1' }
  const made = await ask('POST', '/api/integrations', {
    body: { templateId: 'small_crm', config, credentials: { apiKey: 'planted-key-0f3b' } },
    headers: { 'idempotency-key': 'once' },
  })
  await ask('POST', '/api/integrations', {
    body: { templateId: 'small_crm', config, credentials: { apiKey: 'planted-wrong-77aa' } },
  })
  await ask('POST', '/api/integrations', {
    body: {
      templateId: 'small_crm',
      config: { ...config, signingSecret: 7 },
      credentials: { apiKey: 'planted-key-0f3b', x: 'planted-wrong-77aa' },
    },
  })
  const path = `/api/integrations/${made.body.data.id}`
  // A vendor that says back all that it was sent, and a person who pastes a key where it does not belong.
  vendor.faults.push({
    path: '/notes',
    reply: { status: 422, body: { message: 'Bearer planted-key-0f3b and planted-setting-c4d1' } },
  })
  await ask('POST', `${path}/operations/notes.create`, { body: { contactId: '1', text: 'planted-key-0f3b' } })
  await ask('POST', `${path}/subscriptions`, {
    body: { events: ['lead.captured'], operation: 'notes.create', mapping: { contactId: '1', text: 'x' } },
  })
  const event = await hub.request<{ id: string }>('POST', '/api/events', {
    body: { type: 'lead.captured', payload: { email: 'ada@example.com' } },
  })
  await until('the delivery to end', async () => {
    const { text } = await ask('GET', `/api/events/${event.body.data.id}`)
    return text.includes('"dead"')
  })
  await ask('POST', `${path}/test`)
  vendor.key = 'changed'
  await ask('POST', `${path}/test`)
  for (const suffix of ['', '/health', '/logs', '/operations', '/subscriptions']) await ask('GET', path + suffix)
  await ask('GET', '/api/integrations')
  await ask('GET', '/api/integrations/logs')
  await ask('GET', '/api/events')
  await ask('PATCH', path, { body: { credentials: { apiKey: 'planted-wrong-77aa' }, config: { pageSize: 0 } } })
  await ask('DELETE', path)

  const { rows } = await hub.database.pool.query<{ text: string }>(
    'select row_to_json(i)::text as text from integrations i union all select row_to_json(l)::text from integration_sync_logs l union all select row_to_json(k)::text from idempotency_keys k union all select row_to_json(e)::text from events e union all select row_to_json(a)::text from attempts a',
  )
  for (const secret of secrets) {
    for (const [place, texts] of [
      ['answer', answers],
      ['log line', lines],
      ['row', rows.map(({ text }) => text)],
    ] as const) {
      const found = texts.find((text) => text.includes(secret))
      assert.equal(found, undefined, `${secret} in ${place}`)
    }
  }
  assert.ok(answers.length > 15 && lines.length > 0 && rows.length > 5)
})

test('within the process an integration is opened and used whosever it is', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor, { body: { name: 'Our CRM' } })

  const crm = await hub.app.open(hub.workspace.id, id)
  const made = await crm.createContact({ email: 'ada@example.com', phone: '+15550100' })
  const found = await crm.findContact('+15550100')
  const noted = await crm.capabilities.notes?.create?.({ contactId: '1', text: 'Hello' })
  const booked = await crm.bookAppointment({
    title: 'x',
    date: '2026-02-20',
    time: '14:00',
    timezone: 'Europe/Berlin',
    durationMinutes: 30,
  })
  const call = await crm.processCallData({
    callId: 'call-1',
    agentId: 'anna',
    customerEmail: 'grace@example.com',
    callOutcome: 'interested',
    callSummary: 'Wants a quote.',
    startedAt: new Date(0),
    endedAt: new Date(60_000),
    durationSeconds: 60,
  })
  vendor.faults.push({ path: '*', reply: 'cut' })
  const broken = await crm.findContact(undefined, 'ada@example.com')
  const nothing = await crm.findContact()

  assert.deepEqual([crm.getType(), crm.getName(), crm.supports('calendar.book')], ['small_crm', 'Our CRM', false])
  assert.deepEqual(made, { success: true, data: { contactId: '1' } })
  assert.deepEqual(found, { success: true, data: { contactId: '1' } })
  assert.deepEqual(noted?.success && noted.data.externalId, 'note-1')
  assert.equal(!booked.success && booked.errorCode, 'NOT_SUPPORTED')
  assert.deepEqual(call, { success: true, data: { contactId: '2', noteId: 'note-2' } })
  assert.match(vendor.notes[1]?.text ?? '', /Wants a quote/)
  assert.equal(!broken.success && broken.gracefulFail, true)
  assert.equal(!nothing.success && nothing.errorCode, 'VALIDATION_FAILED')
  await assert.rejects(hub.app.open((await hub.addWorkspace()).id, id), { code: 'NOT_FOUND' })
})

test('an integration moves to another workspace in a file that only its passphrase opens', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor, {
    body: { config: { url: vendor.url, signingSecret: 'planted-setting' } },
  })
  const other = await hub.addWorkspace('Other')
  const [passphrase, admin] = ['correct horse battery', { key: hub.adminKey }]
  const of = (workspaceId: string) => ({ ...admin, headers: { 'x-workspace-id': workspaceId } })

  const byTenant = await hub.request('POST', `/api/integrations/${id}/export`, { body: { passphrase } })
  const foreign = await hub.request('POST', `/api/integrations/${id}/export`, { ...of(other.id), body: { passphrase } })
  const { body, text } = await hub.request<{ sealed: string; name: string }>('POST', `/api/integrations/${id}/export`, {
    ...of(hub.workspace.id),
    body: { passphrase },
  })
  const file = body.data
  const wrong = await hub.request('POST', '/api/integrations/import', {
    ...of(other.id),
    body: { file, passphrase: 'incorrect horse battery' },
  })
  const renamed = await hub.request('POST', '/api/integrations/import', {
    ...of(other.id),
    body: { file: { ...file, name: 'Mine' }, passphrase },
  })
  const imported = await hub.request<{ status: string; sealedFields: string[] }>('POST', '/api/integrations/import', {
    ...of(other.id),
    body: { file, passphrase },
  })

  assert.deepEqual([byTenant.status, foreign.status], [403, 404])
  assert.ok(!text.includes(vendor.key) && !text.includes('planted-setting'))
  assert.deepEqual([wrong.status, renamed.status], [400, 400])
  assert.equal(imported.status, 201, imported.text)
  assert.equal(imported.body.data.status, 'active')
  assert.deepEqual(imported.body.data.sealedFields, ['signingSecret'])
})
