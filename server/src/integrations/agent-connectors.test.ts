import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { sandboxCalendar } from '../sandbox/gohighlevel/calendars.ts'
import { sandboxWorkflow } from '../sandbox/gohighlevel/contacts.ts'
import { sandboxLocation } from '../sandbox/gohighlevel/location.ts'
import { sandboxPipeline } from '../sandbox/gohighlevel/opportunities.ts'
import { connectLocation, startWithGoHighLevel, webhookSecret } from '../test/gohighlevel.ts'
import { until } from '../test/until.ts'

const base = '/api/agents/agent_1/integrations/gohighlevel'

test('an agent chooses from the calendars, pipelines and workflows of its GoHighLevel location', async () => {
  await using place = await startWithGoHighLevel()
  const { hub } = place
  await hub.request('PUT', '/api/agents/agent_1', { body: { name: 'Receptionist' } })
  const get = async (path: string) => (await hub.request<{ id: string }[]>('GET', `${base}${path}`)).body.data

  const calendars = await get('/calendars')
  const pipelines = await get('/pipelines')
  const workflows = await get('/workflows')
  const one = await hub.request<{ stages: unknown[] }>('GET', `${base}/pipelines/${sandboxPipeline.id}`)
  const none = await hub.request('GET', `${base}/pipelines/another`)
  const tested = await hub.request<{ success: boolean }>('POST', `${base}/test`)

  assert.deepEqual(
    [calendars[0]?.id, pipelines[0]?.id, workflows[0]?.id],
    [sandboxCalendar, sandboxPipeline.id, sandboxWorkflow.id],
  )
  assert.equal(one.body.data.stages.length, 3)
  assert.equal(none.status, 404)
  assert.deepEqual([tested.status, tested.body.data.success], [200, true])
})

test("an agent's own integration comes before the workspace's, and who has none hears so", async () => {
  await using place = await startWithGoHighLevel()
  const { hub, sandbox } = place
  await hub.request('PUT', '/api/agents/agent_1', { body: { name: 'Receptionist' } })
  const own = await connectLocation(hub, { agentId: 'agent_1' })
  sandbox.faults.set({ vendor: 'gohighlevel', kind: 'revoked_token' })

  const tested = await hub.request<{ success: boolean }>('POST', `${base}/test`)
  const failed = await hub.request('GET', `${base}/calendars`)
  const status = async (id: string) =>
    (await hub.request<{ status: string }>('GET', `/api/integrations/${id}`)).body.data.status

  assert.equal(tested.body.data.success, false)
  assert.deepEqual(
    [failed.status, failed.body.errorCode, failed.body.gracefulFail],
    [409, 'INTEGRATION_NOT_ACTIVE', true],
  )
  assert.deepEqual([await status(own.id), await status(place.integration.id)], ['reauth_required', 'active'])
  assert.equal((await hub.request('GET', '/api/agents/nobody/integrations/gohighlevel/calendars')).status, 404)
  assert.equal((await hub.request('GET', '/api/agents/agent_1/integrations/hubspot/calendars')).status, 404)
})

test('a webhook of a location is proven by its own secret, finds its integration, and is taken in once', async () => {
  await using place = await startWithGoHighLevel()
  const { hub, vendor } = place
  vendor.contacts().create({ email: 'ada@example.com', firstName: 'Ada', tags: [], customFields: [], dnd: false }, 'c1')
  const body = JSON.stringify({ locationId: sandboxLocation, id: 'c1', email: 'ada@example.com', webhookId: 'w1' })
  const signature = createHmac('sha256', webhookSecret).update(body).digest('hex')
  const send = (given: string, path = '/webhooks/ghl/contact.created') =>
    hub.request('POST', path, { body, key: null, headers: { 'x-webhook-signature': given } })

  const statuses = [
    await send(signature),
    await send(signature, '/api/webhooks/ghl/contact.created'),
    await send('0'.repeat(64)),
  ].map(({ status }) => status)

  assert.deepEqual(statuses, [200, 200, 401])
  const events = await until('the event', async () => {
    const found = await hub.request<{ id: string }[]>('GET', '/api/events?type=contact.created')
    return found.body.data.length > 0 && found.body.data
  })
  assert.equal(events.length, 1)
  const event = await hub.request<{ payload: { firstName: string } }>('GET', `/api/events/${events[0]?.id}`)
  assert.equal(event.body.data.payload.firstName, 'Ada')
})
