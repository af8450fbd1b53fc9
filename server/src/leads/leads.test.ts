import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { manualClock } from '../lib/clock.ts'
import { startHub } from '../test/hub.ts'
import type { Activity, Lead, StatusChangeEntry } from './schema.ts'

const base = '/api/integrations/crm/leads'
const clock = manualClock(Date.now())
const hub = await startHub({ clock })
after(() => hub[Symbol.asyncDispose]())

/** Each test has a workspace of its own. */
async function begin() {
  const { id, apiKey: key } = await hub.addWorkspace()
  const send = <Data = Lead>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    hub.request<Data>(method, path, { key, headers, ...(body === undefined ? {} : { body }) })
  const upsert = (input: object, options: object = {}) =>
    hub.database.inWorkspace(id, (tx) => hub.app.leads.upsert(tx, id, input, options))
  const events = async (type: string) =>
    (await send<{ id: string; payload: Record<string, unknown> }[]>('GET', `/api/events?type=${type}`)).body.data
  return { id, send, upsert, events }
}

test('a lead is added, found by e-mail and by id, changed and deleted', async () => {
  const { send, events } = await begin()

  const made = await send('POST', base, {
    email: ' Ada@Example.com'.trim(),
    firstName: 'Ada',
    lastName: 'Lovelace',
    phone: '020 7946 0958',
    address: { country: 'GB' },
    source: 'contact_form',
    tags: ['early'],
    customFields: { plan: 'pro' },
    consent: { email: { granted: true, source: 'form' } },
  })
  assert.equal(made.status, 201, made.text)
  const lead = made.body.data
  assert.equal(lead.email, 'ada@example.com')
  assert.equal(lead.phone, '+442079460958')
  assert.equal(lead.name, 'Ada Lovelace')
  assert.deepEqual([lead.timezone, lead.timezoneSource], ['Europe/London', 'country'])
  assert.deepEqual([lead.status, lead.version, lead.source], ['new', 1, 'contact_form'])
  assert.equal((lead.consent.email as { granted: boolean }).granted, true)
  assert.equal(made.headers.get('etag'), '"1"')

  const byEmail = await send('GET', `${base}/ADA@example.com`)
  assert.deepEqual(byEmail.body.data, lead)
  assert.deepEqual((await send('GET', `${base}/${lead.id}`)).body.data, lead)

  const changed = await send('PATCH', `${base}/${lead.id}`, {
    company: 'Engines',
    customFields: { plan: null, seats: 3 },
  })
  assert.equal(changed.status, 200, changed.text)
  assert.deepEqual(changed.body.data.customFields, { seats: 3 })
  assert.equal(changed.body.data.version, 2)
  assert.deepEqual((await events('lead.updated'))[0]!.payload.changes, {
    company: 'Engines',
    customFields: { seats: 3 },
  })

  assert.equal((await send('DELETE', `${base}/ada@example.com`)).status, 204)
  assert.equal((await send('GET', `${base}/ada@example.com`)).status, 404)
  assert.equal((await events('lead.deleted')).length, 1)
})

test('who edits what somebody else has changed since is refused and told so', async () => {
  const { send } = await begin()
  const { data: lead } = (await send('POST', base, { email: 'ada@example.com' })).body
  await send('PATCH', `${base}/${lead.id}`, { company: 'One' }, { 'if-match': '"1"' })

  const late = await send('PATCH', `${base}/${lead.id}`, { company: 'Two' }, { 'if-match': '"1"' })
  const lateToo = await send('PATCH', `${base}/${lead.id}`, { company: 'Two', version: 1 })
  const odd = await send('PATCH', `${base}/${lead.id}`, { company: 'Two' }, { 'if-match': 'W/"x"' })

  assert.deepEqual([late.status, late.body.errorCode], [409, 'CONFLICT'])
  assert.match(late.body.error, /version 1.*version 2/)
  assert.equal(lateToo.status, 409)
  assert.equal(odd.status, 400)
  assert.equal((await send('GET', `${base}/${lead.id}`)).body.data.company, 'One')
})

test('a capture adds to the lead that is known by its address, and takes nothing away', async () => {
  const { upsert, events } = await begin()
  const first = await upsert({
    email: 'ada@example.com',
    firstName: 'Ada',
    phone: '+442079460958',
    tags: ['a'],
    source: 'newsletter',
  })
  const again = await upsert({
    email: 'ADA@example.com',
    firstName: null,
    company: 'Engines',
    phone: '',
    tags: ['b'],
    source: 'call',
  })

  assert.deepEqual([first.created, again.created], [true, false])
  assert.equal(again.lead.id, first.lead.id)
  assert.deepEqual(again.changed.sort(), ['company', 'tags'])
  const { firstName, phone, tags, source, version } = again.lead
  assert.deepEqual([firstName, phone, tags, source, version], ['Ada', '+442079460958', ['a', 'b'], 'newsletter', 2])

  const same = await upsert({ email: 'ada@example.com', company: 'Engines' })
  assert.deepEqual([same.changed, same.lead.version], [[], 2])
  const captured = (await events('lead.captured')).toReversed()
  assert.deepEqual(
    captured.map(({ payload }) => [payload.created, payload.source]),
    [
      [true, 'newsletter'],
      [false, 'call'],
      [false, 'newsletter'],
    ],
  )
})

test('a phone number tells who somebody is only where no other address speaks against it, and a name never does', async () => {
  const { upsert } = await begin()
  const caller = await upsert({ phone: '+44 20 7946 0958', name: 'Ada' })
  const again = await upsert({ phone: '+442079460958' })
  const withAddress = await upsert({ phone: '+442079460958', email: 'ada@example.com' })
  const housemate = await upsert({ phone: '+442079460958', email: 'charles@example.com' })
  const namesake = await upsert({ email: 'other@example.com', name: 'Ada' })

  assert.equal(again.lead.id, caller.lead.id)
  assert.equal(withAddress.lead.id, caller.lead.id)
  assert.equal(withAddress.lead.email, 'ada@example.com')
  assert.ok(housemate.created)
  assert.ok(namesake.created)
})

test("another system's id tells who somebody is, though the address changed there", async () => {
  const { id, upsert, send } = await begin()
  const first = await upsert({ email: 'old@example.com', externalIds: { gohighlevel: 'c-1' } })
  const moved = await upsert({ email: 'new@example.com', externalIds: { gohighlevel: 'c-1' } })
  const found = await hub.database.inWorkspace(id, (tx) =>
    hub.app.leads.find(tx, id, { system: 'gohighlevel', externalId: 'c-1' }),
  )

  assert.equal(moved.lead.id, first.lead.id)
  assert.equal(found?.email, 'new@example.com')
  assert.deepEqual((await send('GET', `${base}/${first.lead.id}`)).body.data.externalIds, { gohighlevel: 'c-1' })
})

test('twenty captures of one person at once make one lead', async () => {
  const { upsert, send } = await begin()
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      upsert(index % 2 === 0 ? { email: 'ada@example.com', phone: '+442079460958' } : { phone: '+442079460958' }),
    ),
  )

  assert.equal(results.filter(({ created }) => created).length, 1)
  assert.equal((await send<Lead[]>('GET', base)).body.data.length, 1)
})

test('a batch knows its own rows', async () => {
  const { id } = await begin()
  const taken = await hub.database.inWorkspace(id, (tx) =>
    hub.app.leads.upsertMany(
      tx,
      id,
      [{ email: 'a@example.com', tags: ['1'] }, { email: 'b@example.com' }, { email: 'A@example.com', tags: ['2'] }],
      { publish: false },
    ),
  )

  assert.deepEqual(
    taken.map(({ created }) => created),
    [true, true, false],
  )
  assert.deepEqual(taken[2]!.lead.tags, ['1', '2'])
})

test('a status changes by the rules of the pipeline, and every change is kept', async () => {
  const { send, events } = await begin()
  const { data: lead } = (await send('POST', base, { email: 'ada@example.com' })).body
  clock.advance(60_000)

  const moved = await send('PUT', `${base}/ada@example.com/status`, {
    status: 'qualified',
    notes: 'Called back',
    amountMinor: 500_00,
    currency: 'EUR',
  })
  const unknown = await send('PUT', `${base}/ada@example.com/status`, { status: 'nowhere' })
  const same = await send('PUT', `${base}/ada@example.com/status`, { status: 'qualified' })

  assert.deepEqual(
    [moved.status, moved.body.data.status, moved.body.data.amountMinor],
    [200, 'qualified', 500_00],
    moved.text,
  )
  assert.equal(unknown.status, 400)
  assert.match(unknown.body.error, /new, contacted, qualified, converted, lost/)
  assert.equal(same.body.data.version, moved.body.data.version)
  const { data: history } = (await send<StatusChangeEntry[]>('GET', `${base}/${lead.id}/status`)).body
  assert.deepEqual(
    history.map(({ from, to, secondsBefore, amountMinor }) => [from, to, secondsBefore, amountMinor]),
    [
      [null, 'new', null, null],
      ['new', 'qualified', 60, 500_00],
    ],
  )
  assert.match(history[1]!.changedBy!, /^api-key:/)
  const told = await events('lead.status_updated')
  assert.equal(told.length, 1)
  const { status, previousStatus, stage, previousStage, email } = told[0]!.payload
  assert.deepEqual(
    [status, previousStatus, stage, previousStage, email],
    ['qualified', 'new', 'Qualified', 'New', 'ada@example.com'],
  )
})

test('a pipeline of your own has its own stages and rules', async () => {
  const { send } = await begin()
  const stages = [
    { key: 'open', name: 'Open', next: ['won', 'dropped'] },
    { key: 'won', name: 'Won', kind: 'won', next: [], requires: ['amount'] },
    { key: 'dropped', name: 'Dropped', kind: 'lost', requires: ['reason'] },
    { key: 'parked', name: 'Parked' },
  ]
  const { data: pipeline } = (
    await send<{ id: string }>('POST', '/api/integrations/crm/pipelines', { name: 'Deals', stages })
  ).body
  const { data: lead } = (await send('POST', base, { email: 'ada@example.com', pipelineId: pipeline.id })).body
  const move = (body: object) => send('PUT', `${base}/${lead.id}/status`, body)

  assert.equal(lead.status, 'open')
  assert.match((await move({ status: 'parked' })).body.error, /cannot follow open; what may are won, dropped/)
  assert.match((await move({ status: 'won' })).body.error, /amountMinor is missing/)
  assert.match((await move({ status: 'dropped' })).body.error, /reason is missing/)
  assert.equal((await move({ status: 'won', amountMinor: 1 })).status, 200)
  assert.match((await move({ status: 'open' })).body.error, /final/)
  const emptied = await send('PATCH', `/api/integrations/crm/pipelines/${pipeline.id}`, {
    stages: [stages[0], stages[3]].map((stage) => ({ ...stage, next: null })),
  })
  assert.deepEqual([emptied.status, emptied.body.errorCode], [409, 'CONFLICT'])
  assert.match(emptied.body.error, /1 in won/)
  const bad = await send('POST', '/api/integrations/crm/pipelines', {
    name: 'Bad',
    stages: [
      { key: 'a', name: 'A', kind: 'won' },
      { key: 'a', name: 'B', next: ['c'] },
    ],
  })
  assert.deepEqual(
    bad.body.details?.map(({ field }) => field),
    ['body.stages[1].key', 'body.stages[1].next[0]', 'body.stages[0].kind'],
  )
  const { data: all } = (await send<{ id: string; isDefault: boolean }[]>('GET', '/api/integrations/crm/pipelines'))
    .body
  assert.deepEqual(
    all.map(({ isDefault }) => isDefault),
    [true, false],
  )
  assert.equal((await send('DELETE', `/api/integrations/crm/pipelines/${all[0]!.id}`)).status, 409)
  const moved = await send('PUT', `${base}/${lead.id}/status`, { status: 'contacted', pipelineId: all[0]!.id })
  assert.equal(moved.body.data.pipelineId, all[0]!.id)
  assert.equal((await send('DELETE', `/api/integrations/crm/pipelines/${pipeline.id}`)).status, 204)
})

test('the timeline tells what happened, latest first, page by page', async () => {
  const { send, id } = await begin()
  const { data: lead } = (await send('POST', base, { email: 'ada@example.com' })).body
  clock.advance(1_000)
  await send('POST', `${base}/${lead.id}/notes`, { text: '<script>alert(1)</script>' })
  clock.advance(1_000)
  await send('PUT', `${base}/${lead.id}/status`, { status: 'contacted' })
  const call = { type: 'call', title: 'A call', key: 'call-1', occurredAt: '2020-01-01T00:00:00Z' }
  const [once, twice] = [
    await send('POST', `${base}/${lead.id}/activities`, call),
    await send('POST', `${base}/${lead.id}/activities`, call),
  ]

  assert.deepEqual([once.status, twice.status], [201, 409])
  const first = await send<Activity[]>('GET', `${base}/${lead.id}/activities?limit=2`)
  const second = await send<Activity[]>('GET', `${base}/${lead.id}/activities?limit=2&cursor=${first.body.nextCursor}`)
  assert.deepEqual(
    [...first.body.data, ...second.body.data].map(({ type }) => type),
    ['status_changed', 'note', 'created', 'call'],
  )
  assert.equal(second.body.nextCursor, null)
  assert.equal(first.body.data[1]!.body, '<script>alert(1)</script>')
  const after = (await send('GET', `${base}/${lead.id}`)).body.data
  assert.equal(Date.parse(after.lastActivityAt), clock.now())
  const repeated = await hub.database.inWorkspace(id, (tx) =>
    hub.app.leads.addActivity(tx, id, lead.id, { type: 'call', title: 'A call', key: 'call-1' }),
  )
  assert.equal(repeated.added, false)
})

test('what is wrong with a lead is named', async () => {
  const { send } = await begin()
  await send('POST', base, { email: 'ada@example.com' })
  const wrong: [object, RegExp][] = [
    [{ email: 'ada' }, /body\.email/],
    [{ email: 'x@example.com', name: 'a'.repeat(10_000) }, /body\.name/],
    [{ email: 'x@example.com', timezone: 'Mars/Base' }, /body\.timezone/],
    [{ email: 'x@example.com', status: 'nowhere' }, /body\.status/],
    [{ email: 'x@example.com', ownerId: '0198c5f0-7a3e-7c4d-9b1e-2f6a8d3c5e71' }, /body\.ownerId/],
    [{ email: 'x@example.com', customFields: { a: 'x'.repeat(40_000) } }, /body\.customFields/],
    [{ email: 'x@example.com', consent: { email: { granted: true, at: '2026-02-31T00:00:00Z' } } }, /consent/],
    [{ email: 'x@example.com', currency: 'euro' }, /body\.currency/],
  ]
  for (const [body, message] of wrong) {
    const { status, text } = await send('POST', base, body)
    assert.equal(status, 400, text)
    assert.match(text, message)
  }
  const known = await send('POST', base, { email: 'ADA@example.com' })
  assert.deepEqual([known.status, known.body.errorCode], [409, 'CONFLICT'])
  const other = (await send('POST', base, { email: 'b@example.com' })).body.data
  assert.equal((await send('PATCH', `${base}/${other.id}`, { email: 'ada@example.com' })).status, 409)
  const { data: left } = (await send<Lead[]>('GET', base)).body
  assert.equal(left.length, 2)
})
