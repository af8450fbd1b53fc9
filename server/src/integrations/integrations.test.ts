import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHub } from '../test/hub.ts'
import { connectSmallCrm, smallCrmEntry, smallVendor } from '../test/small-crm.ts'
import { until } from '../test/until.ts'

const connectors = [smallCrmEntry]
type Shown = {
  id: string
  status: string
  errorCode: string | null
  errorMessage: string | null
  accountName: string | null
  config: Record<string, unknown>
  sealedFields: string[]
  defaultFor: string[]
  nextStep: string | null
  capabilities: { capability: string; configured: boolean; tested: boolean; healthy: boolean; isDefault: boolean }[]
}

test('an account that works is active, and says whose it is and what it can do', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()

  const { id } = await connectSmallCrm(hub, vendor)
  const { body } = await hub.request<Shown>('GET', `/api/integrations/${id}`)
  const atRoot = await hub.request<Shown>('GET', `/integrations/${id}`)

  assert.equal(body.data.status, 'active')
  assert.equal(body.data.accountName, 'The account')
  assert.deepEqual(body.data.config, { url: vendor.url, pageSize: 2 })
  assert.deepEqual(
    body.data.capabilities.map(({ capability, configured, tested, healthy }) => [
      capability,
      configured,
      tested,
      healthy,
    ]),
    [
      ['contacts', true, true, true],
      ['notes', true, true, true],
    ],
  )
  assert.deepEqual(atRoot.body.data, body.data)
})

test('an account that the vendor refuses is in error, with the words of the vendor and without the key', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()

  const { id, status } = await connectSmallCrm(hub, { url: vendor.url, key: 'a-key-that-is-wrong' })
  const { body, text } = await hub.request<Shown>('GET', `/api/integrations/${id}`)

  assert.equal(status, 'error')
  assert.equal(body.data.errorCode, 'AUTH_ERROR')
  assert.match(body.data.errorMessage ?? '', /is wrong/)
  assert.doesNotMatch(text, /a-key-that-is-wrong/)
  assert.equal(body.data.capabilities[0]?.healthy, false)
  assert.notEqual(body.data.nextStep, null)

  const events = await hub.request<{ type: string; payload: { status: string } }[]>(
    'GET',
    '/api/events?type=integration.status_changed',
  )
  assert.deepEqual(
    events.body.data.map(({ payload }) => payload.status),
    ['error'],
  )
})

test('wrong settings and credentials are refused field by field, before anything is stored', async () => {
  await using hub = await startHub({ connectors })

  const answer = await hub.request('POST', '/api/integrations', {
    body: { templateId: 'small_crm', config: { pageSize: 0, colour: 'red' }, credentials: { apiKey: 'short' } },
  })
  const unknown = await hub.request('POST', '/api/integrations', { body: { templateId: 'nothing' } })
  const list = await hub.request<unknown[]>('GET', '/api/integrations')

  assert.equal(answer.status, 400)
  assert.equal(answer.body.errorCode, 'CONFIG_SCHEMA_INVALID')
  assert.deepEqual(answer.body.details?.map(({ field }) => field).sort(), [
    'body.config.colour',
    'body.config.pageSize',
    'body.config.url',
    'body.credentials.apiKey',
  ])
  assert.equal(unknown.status, 400)
  assert.equal(unknown.body.details?.[0]?.field, 'body.templateId')
  assert.deepEqual(list.body.data, [])
})

test('a deactivated template takes no new integrations', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const admin = { key: hub.adminKey }

  const decided = await hub.request<{ name: string; isActive: boolean }>(
    'PATCH',
    '/api/integrations/templates/small_crm',
    {
      ...admin,
      body: { isActive: false, displayName: 'Our CRM', setupInstructions: '# Ask us' },
    },
  )
  const refused = await hub.request('POST', '/api/integrations', {
    body: { templateId: 'small_crm', config: { url: vendor.url }, credentials: { apiKey: vendor.key } },
  })
  const byTenant = await hub.request('PATCH', '/api/integrations/templates/small_crm', { body: { isActive: true } })
  const active = await hub.request<unknown[]>('GET', '/api/integrations/templates?active=true')

  assert.equal(decided.body.data.name, 'Our CRM')
  assert.equal(refused.status, 409)
  assert.equal(byTenant.status, 403)
  assert.deepEqual(active.body.data, [])
})

test('a template shows its forms: settings, credentials, and the input of each operation', async () => {
  await using hub = await startHub({ connectors })

  const { body } = await hub.request<{
    configSchema: { properties: Record<string, { encrypted?: boolean }> }
    auth: { type: string; fields: { properties: Record<string, { encrypted?: boolean }> } }[]
    operations: { name: string; repeat: string; input: { properties: object } }[]
  }>('GET', '/api/integrations/templates/small_crm')

  assert.equal(body.data.configSchema.properties.signingSecret?.encrypted, true)
  assert.equal(body.data.auth[0]?.fields.properties.apiKey?.encrypted, true)
  assert.deepEqual(
    body.data.operations.map(({ name, repeat }) => [name, repeat]),
    [
      ['contacts.find', 'safe'],
      ['contacts.create', 'lookup'],
      ['contacts.upsert', 'safe'],
      ['contacts.changes', 'safe'],
      ['notes.create', 'never'],
    ],
  )
})

test('changed credentials are tested; a vendor that is merely away changes nothing', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  const path = `/api/integrations/${id}`

  vendor.faults.push({ path: '*', reply: { status: 503, body: {} } })
  const away = await hub.request<{ success: boolean; status: string }>('POST', `${path}/test`)
  vendor.faults.length = 0
  const wrong = await hub.request<Shown>('PATCH', path, { body: { credentials: { apiKey: 'another-wrong-key' } } })
  const right = await hub.request<Shown>('PATCH', path, {
    body: { credentials: { apiKey: vendor.key }, config: { signingSecret: 'a secret of the vendor' } },
  })
  const emptied = await hub.request<Shown>('PATCH', path, { body: { config: { signingSecret: null, pageSize: 5 } } })

  assert.deepEqual([away.body.data.success, away.body.data.status], [false, 'active'])
  assert.equal(wrong.body.data.status, 'reauth_required')
  assert.equal(right.body.data.status, 'active')
  assert.deepEqual(right.body.data.sealedFields, ['signingSecret'])
  assert.deepEqual([emptied.body.data.sealedFields, emptied.body.data.config.pageSize], [[], 5])
})

test('each capability has one default in a workspace', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const one = await connectSmallCrm(hub, vendor, { body: { name: 'One', defaultFor: ['contacts', 'notes'] } })
  const other = await connectSmallCrm(hub, vendor, { body: { name: 'Other' } })

  await hub.request('POST', `/api/integrations/${other.id}/default`, { body: { capabilities: ['contacts'] } })
  const refused = await hub.request('POST', `/api/integrations/${other.id}/default`, {
    body: { capabilities: ['payments'] },
  })
  const list = await hub.request<Shown[]>('GET', '/api/integrations')

  assert.equal(refused.status, 400)
  const defaults = new Map(list.body.data.map(({ id, defaultFor }) => [id, defaultFor]))
  assert.deepEqual(defaults.get(one.id), ['notes'])
  assert.deepEqual(defaults.get(other.id), ['contacts'])
})

test('deleting forgets the credentials at once and keeps the log', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  await hub.request('POST', `/api/integrations/${id}/operations/contacts.create`, {
    body: { email: 'ada@example.com' },
  })

  const deleted = await hub.request('DELETE', `/api/integrations/${id}`)
  const gone = await hub.request('GET', `/api/integrations/${id}`)
  const logs = await hub.request<{ operation: string }[]>('GET', `/api/integrations/logs?integrationId=${id}`)
  const rows = await hub.database.hub.selectFrom('integrations').select('id').execute()

  assert.equal(deleted.status, 204)
  assert.equal(gone.status, 404)
  assert.deepEqual(rows, [])
  assert.deepEqual(
    logs.body.data.map(({ operation }) => operation),
    ['contacts.create', 'connection.test'],
  )
})

test('disconnecting keeps the settings; connecting again goes on', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)

  const off = await hub.request<Shown & { hasCredentials: boolean }>('POST', `/api/integrations/${id}/disconnect`)
  const call = await hub.request('POST', `/api/integrations/${id}/operations/contacts.find`, {
    body: { phone: '+15550100' },
  })
  const again = await hub.request<Shown>('PATCH', `/api/integrations/${id}`, {
    body: { credentials: { apiKey: vendor.key } },
  })

  assert.deepEqual([off.body.data.status, off.body.data.hasCredentials], ['disconnected', false])
  assert.equal(call.body.errorCode, 'INTEGRATION_NOT_ACTIVE')
  assert.equal(call.body.gracefulFail, true)
  assert.equal(again.body.data.status, 'active')
})

test('health is read from what the integration did', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  const call = (email: string) =>
    hub.request('POST', `/api/integrations/${id}/operations/contacts.create`, { body: { email } })
  await call('ada@example.com')
  vendor.faults.push({ path: '/people', reply: { status: 422, body: { message: 'no such thing' } }, times: 1 })
  await call('alan@example.com')
  await hub.request('GET', '/api/integrations/logs')

  const { body } = await hub.request<{
    state: string
    window: { operations: number; failed: number; successRate: number }
    checks: Record<string, { state: string }>
    lastSuccessAt: string | null
  }>('GET', `/api/integrations/${id}/health`)

  assert.deepEqual([body.data.window.operations, body.data.window.failed, body.data.window.successRate], [2, 1, 0.5])
  assert.equal(body.data.state, 'degraded')
  assert.equal(body.data.checks.connection?.state, 'warning')
  assert.equal(body.data.checks.webhooks?.state, 'unknown')
  assert.equal(body.data.checks.rateLimits?.state, 'ok')
  assert.notEqual(body.data.lastSuccessAt, null)
})

test('the log is searched by operation, status, call and time', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  const base = `/api/integrations/${id}/operations`
  await hub.request('POST', `${base}/contacts.create?callId=call-7`, { body: { email: 'ada@example.com' } })
  await hub.request('POST', `${base}/contacts.find`, { body: { email: 'ada@example.com' } })
  vendor.faults.push({ path: '/notes', reply: { status: 422, body: { message: 'no' } } })
  await hub.request('POST', `${base}/notes.create`, { body: { contactId: '1', text: 'Hello' } })
  const search = async (query: string) => {
    const { body } = await hub.request<{ operation: string }[]>('GET', `/api/integrations/${id}/logs?${query}`)
    return body.data.map(({ operation }) => operation)
  }

  assert.deepEqual(await search('operation=contacts'), ['contacts.find', 'contacts.create'])
  assert.deepEqual(await search('status=failed'), ['notes.create'])
  assert.deepEqual(await search('callId=call-7'), ['contacts.create'])
  assert.deepEqual(await search('before=2020-01-01T00:00:00Z'), [])
  const page = await hub.request<unknown[]>('GET', `/api/integrations/${id}/logs?limit=1`)
  assert.equal((await search(`limit=3&cursor=${page.body.nextCursor}`)).length, 3)
})

test('a sync reads every change once, and the next one goes on behind it', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  type Progress = { status: string; pages: number; changed: number }
  const run = async () => {
    const begun = await hub.request<Progress>('POST', `/api/integrations/${id}/sync`)
    assert.equal(begun.status, 202, begun.text)
    return until('the sync', async () => {
      const { body } = await hub.request<Progress>('GET', `/api/integrations/${id}/sync`)
      return body.data.status === 'completed' && body.data
    })
  }
  for (let number = 1; number <= 5; number++) vendor.people.push({ id: String(number), email: `${number}@example.com` })

  const first = await run()
  vendor.people.push({ id: '6', email: '6@example.com' })
  const second = await run()
  const shown = await hub.request<{ lastSyncAt: string | null }>('GET', `/api/integrations/${id}`)

  assert.deepEqual([first.pages, first.changed], [3, 5])
  assert.deepEqual([second.pages, second.changed], [1, 1])
  assert.notEqual(shown.body.data.lastSyncAt, null)
})

test("an agent uses its own integrations and the workspace's, not another agent's", async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  for (const name of ['anna', 'otto']) await hub.request('PUT', `/api/agents/${name}`, { body: { name } })
  const own = await connectSmallCrm(hub, vendor, { body: { name: 'Own', agentId: 'anna' } })
  const shared = await connectSmallCrm(hub, vendor, { body: { name: 'Shared' } })
  await connectSmallCrm(hub, vendor, { body: { name: 'Other', agentId: 'otto' } })

  const list = await hub.request<Shown[]>('GET', '/api/agents/anna/integrations')
  const unknown = await hub.request('GET', '/api/agents/nobody/integrations')
  const wrong = await hub.request('POST', '/api/integrations', {
    body: {
      templateId: 'small_crm',
      agentId: 'nobody',
      config: { url: vendor.url },
      credentials: { apiKey: vendor.key },
    },
  })

  assert.deepEqual(list.body.data.map(({ id }) => id).sort(), [own.id, shared.id].sort())
  assert.equal(unknown.status, 404)
  assert.equal(wrong.status, 400)
})
