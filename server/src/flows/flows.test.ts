import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Activity, Lead } from '../leads/schema.ts'
import { sandboxAccounts } from '../sandbox/entries.ts'
import { hubspot } from '../sandbox/hubspot/hubspot.ts'
import { emulators } from '../sandbox/index.ts'
import { startHub } from '../test/hub.ts'
import { offsetClock } from '../test/offset-clock.ts'
import { startReceiver } from '../test/receiver.ts'
import { startSandbox } from '../test/sandbox.ts'
import { until } from '../test/until.ts'
import type { FlowAnswer } from './schema.ts'

const clock = offsetClock()
const sandbox = await startSandbox({ emulators, clock })
const hub = await startHub({ clock, env: { TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()) } })
after(async () => {
  await hub[Symbol.asyncDispose]()
  await sandbox[Symbol.asyncDispose]()
})

/** A workspace of its own for each test. */
async function begin() {
  const { id, apiKey: key } = await hub.addWorkspace()
  const send = <Data = FlowAnswer>(method: string, path: string, body?: unknown) =>
    hub.request<Data>(method, path, { key, ...(body === undefined ? {} : { body }) })
  const lead = async (email: string) => (await send<Lead>('GET', `/api/integrations/crm/leads/${email}`)).body.data
  const timeline = async (email: string) =>
    (await send<Activity[]>('GET', `/api/integrations/crm/leads/${email}/activities`)).body.data
  const types = async () =>
    (await send<{ type: string }[]>('GET', '/api/events')).body.data.map(({ type }) => type).toReversed()
  return { id, key, send, lead, timeline, types }
}

const assessment = {
  email: 'user@example.com',
  firstName: 'John',
  assessmentType: 'strategic_readiness',
  persona: 'Strategic Contributor',
  readinessScore: 75,
  serviceRecommendation: 'foundation',
  assessmentResults: { strategy: 82 },
  timestamp: '2026-03-02T10:15:00Z',
}

test('a completed assessment becomes a lead, an entry of its timeline and an event, in one go', async () => {
  const { send, lead, timeline, types } = await begin()

  const { status, body, text } = await send('POST', '/api/assessments', assessment)

  assert.equal(status, 201, text)
  const { stored, queued, endpoints } = body.data
  assert.deepEqual([stored.created, stored.status, queued, endpoints], [true, 'new', [], 0])
  assert.deepEqual(
    stored.events.map(({ type }) => type),
    ['lead.captured', 'assessment.completed'],
  )
  const { score, persona, source, customFields, firstName } = await lead('user@example.com')
  assert.deepEqual([score, persona, source, firstName], [75, 'Strategic Contributor', 'assessment', 'John'])
  assert.deepEqual(customFields, { assessmentType: 'strategic_readiness', serviceRecommendation: 'foundation' })
  const [entry] = await timeline('user@example.com')
  assert.deepEqual(
    [entry?.type, entry?.occurredAt, entry?.eventId],
    ['assessment_completed', '2026-03-02T10:15:00.000Z', stored.events[1]!.id],
  )
  assert.deepEqual(entry?.data.results, { strategy: 82 })

  const again = await send('POST', '/api/assessments', { ...assessment, readinessScore: 80 })
  assert.deepEqual([again.body.data.stored.created, again.body.data.leadId], [false, body.data.leadId])
  assert.deepEqual(await types(), ['lead.captured', 'assessment.completed', 'assessment.completed'])
})

test('a lead is captured from a form, with its words and where the visit came from', async () => {
  const { send, timeline, types } = await begin()

  const { status, body } = await send('POST', '/api/leads', {
    phone: '+44 20 7946 0958',
    name: 'Ada Lovelace',
    source: 'contact_form',
    formName: 'Contact',
    message: 'Call me <b>back</b>',
    campaign: { utm_source: 'news' },
  })

  assert.equal(status, 201)
  assert.deepEqual(await types(), ['lead.captured'])
  const [entry] = await timeline(body.data.leadId)
  assert.deepEqual([entry?.type, entry?.title, entry?.body], ['captured', 'Captured by Contact', 'Call me <b>back</b>'])
  assert.deepEqual(entry?.data.campaign, { utm_source: 'news' })
})

test('what somebody does with mails stands in the timeline, and who leaves has taken back the consent', async () => {
  const { send, lead, timeline } = await begin()
  await send('POST', '/api/leads', { email: 'ada@example.com', consent: { email: { granted: true } } })
  const mail = { email: 'ada@example.com', campaignId: 'welcome', sendId: 's-1' }

  await send('POST', '/api/email-engagement', { ...mail, action: 'open' })
  await send('POST', '/api/email-engagement', { ...mail, action: 'clicked', url: 'https://example.com' })
  const left = await send('POST', '/api/email-engagement', { ...mail, action: 'unsubscribed' })
  const leftAgain = await send('POST', '/api/email-engagement', { ...mail, action: 'unsubscribed' })

  assert.deepEqual([left.status, leftAgain.status], [201, 201])
  assert.deepEqual(
    (await timeline('ada@example.com')).map(({ type }) => type),
    ['email_unsubscribed', 'email_clicked', 'email_opened', 'captured'],
  )
  assert.equal(((await lead('ada@example.com')).consent.email as { granted: boolean }).granted, false)
})

test('a mail knows what was done with it, in whatever order that is told', async () => {
  const { id, send } = await begin()
  const mail = { to: 'ada@example.com', subject: 'Hello', text: 'Hello' }
  const { id: sendId } = (await send<{ id: string }>('POST', '/api/email/sends', mail)).body.data
  const tell = (action: string, timestamp: string) =>
    send('POST', '/api/email-engagement', { email: 'ada@example.com', sendId, action, timestamp })

  await tell('opened', '2026-03-02T10:20:00Z')
  await tell('opened', '2026-03-02T10:15:00Z')
  const told = { sendId, action: 'delivered', engagedAt: '2026-03-02T10:10:00Z' }
  await hub.database.inWorkspace(id, (tx) => hub.app.email.hear(tx, id, [{ type: 'email.engagement', payload: told }]))

  const { engagement } = (await send<{ engagement: object }>('GET', `/api/email/sends/${sendId}`)).body.data
  assert.deepEqual(engagement, {
    opened: { first: '2026-03-02T10:15:00.000Z', last: '2026-03-02T10:20:00.000Z', count: 2 },
    delivered: { first: '2026-03-02T10:10:00.000Z', last: '2026-03-02T10:10:00.000Z', count: 1 },
  })
})

test('who asks for a consultation is qualified, unless the lead is further already', async () => {
  const { id, send, lead, types } = await begin()
  const wish = {
    email: 'ada@example.com',
    firstName: 'Ada',
    service: 'foundation',
    preferredTimes: ['2026-12-15T10:00:00Z'],
    timezone: 'UTC',
    source: 'assessment_completion',
  }

  const answer = await hub.app.manager.handleConsultationScheduling(id, wish)
  assert.match(answer.requestId, /^[0-9a-f-]{36}$/)
  assert.equal(answer.stored.status, 'qualified')
  assert.equal((await lead('ada@example.com')).timezone, 'UTC')
  assert.deepEqual((await types()).toSorted(), ['consultation.requested', 'lead.captured', 'lead.status_updated'])

  await send('PUT', '/api/integrations/crm/leads/ada@example.com/status', { status: 'converted' })
  assert.equal((await hub.app.manager.handleConsultationScheduling(id, wish)).stored.status, 'converted')
})

test('bad input is named, and leaves nothing behind', async () => {
  const { send, types } = await begin()
  const wrong: [string, object, RegExp][] = [
    ['/api/leads', { name: 'Nobody' }, /body\.email/],
    ['/api/leads', { email: 'not an address' }, /body\.email/],
    ['/api/leads', { email: 'a@example.com', timestamp: '2026-02-31T10:00:00Z' }, /body\.timestamp/],
    ['/api/leads', { email: 'a@example.com', timezone: 'Nowhere/At' }, /body\.timezone/],
    ['/api/leads', { email: 'a@example.com', firstName: 'x'.repeat(10_000) }, /body\.firstName/],
    ['/api/assessments', { ...assessment, email: undefined }, /body\.email/],
    ['/api/assessments', { ...assessment, readinessScore: 'high' }, /body\.readinessScore/],
    ['/api/assessments', { ...assessment, assessmentResults: { a: 'x'.repeat(140_000) } }, /body\.assessmentResults/],
    ['/api/email-engagement', { email: 'a@example.com', action: 'read' }, /body\.action/],
  ]
  for (const [path, body, message] of wrong) {
    const { status, text } = await send('POST', path, body)
    assert.equal(status, 400, text)
    assert.match(text, message)
  }
  assert.deepEqual(await types(), [])
  assert.deepEqual((await send<Lead[]>('GET', '/api/integrations/crm/leads')).body.data, [])
})

test('an integration hears of leads from the moment it is connected, and what it hears can be changed', async () => {
  const { id, send, timeline } = await begin()
  const accounts = sandboxAccounts(sandbox, emulators)
  const credentials = await accounts.find(({ connector }) => connector === 'zapier')!.credentials()
  const made = await send<{ id: string }>('POST', '/api/integrations', {
    templateId: 'zapier',
    credentials,
  })
  const path = `/api/integrations/${made.body.data.id}/subscriptions`
  const { data: subscriptions } = (await send<{ id: string; operation: string; events: string[] }[]>('GET', path)).body
  assert.deepEqual(
    subscriptions.map(({ operation }) => operation),
    ['automation.send'],
  )

  const { queued } = (await send('POST', '/api/leads', { email: 'ada@example.com' })).body.data
  assert.deepEqual(
    queued.map(({ integrationId, template, status, event, operations }) => [
      integrationId,
      template,
      status,
      event,
      operations,
    ]),
    [[made.body.data.id, 'zapier', 'active', 'lead.captured', ['automation.send']]],
  )
  const [entry] = await until('the operation in the timeline', async () => {
    const entries = await timeline('ada@example.com')
    return entries[0]!.operations.length > 0 && entries
  })
  assert.deepEqual([entry?.operations[0]?.operation, entry?.operations[0]?.status], ['automation.send', 'success'])

  assert.equal(
    (await send('PATCH', `${path}/${subscriptions[0]!.id}`, { events: ['assessment.completed'] })).status,
    200,
  )
  assert.deepEqual((await send('POST', '/api/leads', { email: 'ada@example.com' })).body.data.queued, [])

  const wish = { email: 'grace@example.com', service: 'foundation' }
  await send('PATCH', `${path}/${subscriptions[0]!.id}`, { events: ['lead.*', 'consultation.*'] })
  const asked = await hub.app.manager.handleConsultationScheduling(id, wish)
  assert.deepEqual(asked.queued.map(({ event }) => event).toSorted(), [
    'consultation.requested',
    'lead.captured',
    'lead.status_updated',
  ])
  assert.equal(asked.stored.events.length, 3)

  const quiet = await send<{ id: string }>('POST', '/api/integrations', {
    templateId: 'zapier',
    credentials,
    defaultSubscriptions: false,
  })
  assert.deepEqual(
    (await send<unknown[]>('GET', `/api/integrations/${quiet.body.data.id}/subscriptions`)).body.data,
    [],
  )
})

test('with every integration broken each flow succeeds, and what was missed arrives once the vendors return', async () => {
  const { id, send } = await begin()
  await using receiver = await startReceiver()
  await send('POST', '/api/integrations/webhooks', { name: 'Ours', url: receiver.url, events: ['*'] })
  const connected: string[] = []
  for (const account of sandboxAccounts(sandbox, emulators)) {
    const { connector, settings } = account
    const credentials = await account.credentials()
    // Where signing in is the usual way, a token of one's own does as well.
    const keys = 'access_token' in credentials ? { token: credentials.access_token } : credentials
    const made = await send<{ id: string }>('POST', '/api/integrations', {
      templateId: connector,
      credentials: keys,
      config: settings,
    })
    if (made.status === 201) connected.push(connector)
  }
  assert.ok(
    connected.includes('hubspot') && connected.includes('zapier') && connected.includes('webhook'),
    connected.join(),
  )
  // Nobody could say whether a hook that answers 503 has run, and it must not run twice; that it refused is certain.
  for (const vendor of ['zapier', 'slack']) sandbox.faults.set({ vendor, kind: 'rate_limit' })
  sandbox.faults.set({ vendor: '*', kind: 'server_error' })

  const answers = [
    (await send('POST', '/api/leads', { email: 'one@example.com', source: 'newsletter' })).body.data,
    (await send('POST', '/api/assessments', { ...assessment, email: 'two@example.com' })).body.data,
    await hub.app.manager.handleConsultationScheduling(id, { email: 'three@example.com', service: 'foundation' }),
    (await send('POST', '/api/email-engagement', { email: 'one@example.com', action: 'opened' })).body.data,
  ]
  for (const { leadId, endpoints } of answers) assert.ok(leadId && endpoints >= 1)
  const told = answers.slice(0, 3).flatMap(({ queued }) => queued)
  const templates = new Set(told.map(({ template }) => template))
  for (const template of ['hubspot', 'webhook', 'zapier']) assert.ok(templates.has(template), template)
  const world = sandbox.emulator(hubspot)
  const emails = () => JSON.stringify(world.records('contacts').list())
  // After some failures in a row a lane pauses, so that not everything is tried in vain.
  await until('each to fail', async () => {
    const { data } = (await send<{ integrationId: string }[]>('GET', '/api/integrations/logs?status=failed&limit=200'))
      .body
    return told.every(({ integrationId }) => data.some((failed) => failed.integrationId === integrationId))
  })
  assert.ok(!emails().includes('one@example.com'))

  sandbox.faults.clear()
  await until('everything to arrive', async () => {
    clock.advance(30_000)
    hub.app.engine.wake()
    await new Promise((resolve) => setImmediate(resolve))
    return ['one', 'two', 'three'].every((name) => emails().includes(`${name}@example.com`))
  })
  await until('nothing to be left', async () => {
    clock.advance(30_000)
    hub.app.engine.wake()
    const { data } = (
      await send<unknown[]>('GET', '/api/integrations/webhooks/deliveries?status=pending,retrying,dead')
    ).body
    return data.length === 0
  })
})
