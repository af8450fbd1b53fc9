import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goHighLevel } from '../sandbox/gohighlevel/gohighlevel.ts'
import { retell, sandboxKey } from '../sandbox/retell/retell.ts'
import { zapier } from '../sandbox/zapier/zapier.ts'
import { connectLocation } from '../test/gohighlevel.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { startSandbox } from '../test/sandbox.ts'
import { until } from '../test/until.ts'

type Delivery = { integrationId: string; status: string; steps: Record<string, unknown>; errorCode: string | null }
type Detail = {
  id: string
  callId: string
  status: string
  customerName: string | null
  callOutcome: string | null
  leadId: string | null
  deliveries: Delivery[]
  operations: { operation: string; integrationId: string }[]
}

const call = {
  call_id: 'call_abc',
  agent_id: 'agent_1',
  customer_name: 'Jane Smith',
  customer_phone: '+14079780655',
  customer_email: 'jane@example.com',
  call_outcome: 'appointment_booked',
  call_summary: 'She wants her roof repaired.',
  recording_url: 'https://example.com/call_abc.wav',
  started_at: '2030-05-06T14:30:00Z',
  ended_at: '2030-05-06T14:35:00Z',
  duration_seconds: 300,
  appointment_booked: {
    ...{ title: 'Roof repair', date: '2030-05-07', time: '10:00', timezone: 'America/New_York' },
    durationMinutes: 60,
  },
}

async function startPlace() {
  const sandbox = await startSandbox({ emulators: [goHighLevel, retell, zapier] })
  const overrides = JSON.stringify(sandbox.overrides())
  const hub = await startHub({ env: { TENON_VENDOR_OVERRIDES: overrides } })
  return {
    hub,
    sandbox,
    vendor: sandbox.emulator(goHighLevel),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

const connectTo = async (hub: Hub, body: object) =>
  (await hub.request<{ id: string }>('POST', '/api/integrations', { body })).body.data.id

const connectZapier = (hub: Hub) =>
  connectTo(hub, {
    templateId: 'zapier',
    credentials: { webhookUrl: 'https://hooks.zapier.com/hooks/catch/1234567/sandbox/' },
  })

const settled = (hub: Hub, id: string) =>
  until('the deliveries of the call', async () => {
    const { body } = await hub.request<Detail>('GET', `/api/calls/${id}`)
    const { deliveries } = body.data
    return deliveries.length > 0 && deliveries.every(({ status }) => status !== 'pending') && body.data
  })

test('a finished call becomes contact, note and appointment at the CRM and a payload at the automation, once', async () => {
  await using place = await startPlace()
  const { hub, vendor } = place
  const crm = await connectLocation(hub)
  const automation = await connectZapier(hub)

  const made = await hub.request<{ id: string; callId: string }>('POST', '/api/calls', { body: call })
  const again = await hub.request<{ id: string }>('POST', '/api/calls', { body: call })
  const detail = await settled(hub, made.body.data.id)
  const byCallId = await hub.request<Detail>('GET', '/api/calls/call_abc')
  const listed = await hub.request<{ id: string }[]>('GET', '/api/calls?agentId=agent_1')

  assert.deepEqual([made.status, again.status], [201, 200])
  assert.equal(again.body.data.id, made.body.data.id)
  assert.deepEqual(
    detail.deliveries.map(({ integrationId, status }) => [integrationId, status]).sort(),
    [
      [crm.id, 'delivered'],
      [automation, 'delivered'],
    ].sort(),
  )
  const [contact] = vendor.contacts().list()
  assert.equal(contact?.data.email, 'jane@example.com')
  assert.match(vendor.notes().list()[0]?.data.body ?? '', /She wants her roof repaired\.[\s\S]*call_abc\.wav/)
  assert.equal(vendor.events().list()[0]?.data.start, Date.UTC(2030, 4, 7, 14))
  assert.deepEqual([vendor.notes().list().length, vendor.events().list().length], [1, 1])
  assert.ok(detail.operations.some(({ operation }) => operation === 'notes.create'))
  assert.deepEqual([byCallId.body.data.id, listed.body.data.length], [made.body.data.id, 1])
  const lead = await hub.request<{ id: string }>('GET', '/api/integrations/crm/leads/jane@example.com')
  assert.equal(lead.body.data.id, detail.leadId)
  const events = await hub.request<unknown[]>('GET', '/api/events?type=call.completed')
  assert.equal(events.body.data.length, 1)
})

test('what the voice agent booked during the call is not booked again when the call tells of it', async () => {
  await using place = await startPlace()
  const { hub, vendor } = place
  const crm = await connectLocation(hub)
  const today = Temporal.Now.plainDateISO('America/New_York')
  // The vendor's calendar is closed at weekends.
  const tuesday = today.add({ days: 16 - today.dayOfWeek })
  const host = await hub.request<{ id: string }>('POST', '/api/integrations/calendar/hosts', {
    body: {
      ...{ name: 'Roofer', timezone: 'America/New_York', slotMinutes: 60, agentId: 'agent_1' },
      weekly: { tuesday: [{ from: '08:00', to: '18:00' }] },
    },
  })
  const calendar = await hub.request('POST', '/api/integrations/calendar/providers', {
    body: { hostId: host.body.data.id, integrationId: crm.id, receivesBookings: true },
  })
  const { call_id, agent_id, customer_name, customer_phone } = call
  const agreed = { ...call.appointment_booked, date: tuesday.toString() }
  const booked = await hub.request<{ ok: boolean }>('POST', '/api/tools/book-appointment', {
    body: {
      call_id,
      agent_id,
      customer_name,
      customer_phone,
      appointment_date: agreed.date,
      appointment_time: '10:00',
    },
  })
  await until('the vendor to have the appointment', () => vendor.events().list().length > 0)

  const made = await hub.request<{ id: string }>('POST', '/api/calls', {
    body: { ...call, appointment_booked: agreed },
  })
  const detail = await settled(hub, made.body.data.id)

  assert.deepEqual(
    [host.status, calendar.status, booked.status, made.status],
    [201, 201, 200, 201],
    `${host.text} ${calendar.text} ${booked.text}`,
  )
  assert.equal(detail.deliveries.find(({ integrationId }) => integrationId === crm.id)?.status, 'delivered')
  assert.equal(vendor.events().list().length, 1)
  assert.equal(vendor.notes().list().length, 1)
})

test('an integration that is broken keeps neither the call nor the others', async () => {
  await using place = await startPlace()
  const { hub, sandbox } = place
  const crm = await connectLocation(hub)
  const automation = await connectZapier(hub)
  sandbox.faults.set({ vendor: 'gohighlevel', kind: 'server_error' })

  const made = await hub.request<{ id: string }>('POST', '/api/calls', { body: call })
  const detail = await settled(hub, made.body.data.id)

  const stateOf = (id: string) => detail.deliveries.find(({ integrationId }) => integrationId === id)?.status
  assert.equal(made.status, 201)
  assert.deepEqual([stateOf(crm.id), stateOf(automation)], ['retrying', 'delivered'])
})

test('a call that an integration never got can be sent on again, once, by who sees it', async () => {
  await using place = await startPlace()
  const { hub, sandbox } = place
  const automation = await connectZapier(hub)
  sandbox.faults.set({ vendor: 'zapier', kind: 'cut_after_write' })
  const made = await hub.request<{ id: string }>('POST', '/api/calls', { body: call })
  const lost = await settled(hub, made.body.data.id)
  sandbox.faults.clear()
  const retry = (id: string) => hub.request('POST', `/api/calls/${call.call_id}/integrations/${id}/retry`)

  const again = await retry(automation)
  const detail = await settled(hub, made.body.data.id)
  const once = await retry(automation)
  const nowhere = await retry(made.body.data.id)

  assert.equal(lost.deliveries[0]?.status, 'unknown')
  assert.deepEqual([again.status, detail.deliveries[0]?.status], [200, 'delivered'])
  assert.deepEqual([once.status, nowhere.status], [409, 404])
})

test('what Retell tells of a call step by step is one call, finished by its analysis', async () => {
  await using place = await startPlace()
  const { hub, sandbox } = place
  const id = await connectTo(hub, {
    templateId: 'retell',
    credentials: { apiKey: sandboxKey },
    config: { webhook_key: sandboxKey },
  })
  const { url } = (await hub.request<{ url: string }>('GET', `/api/integrations/${id}/webhook`)).body.data

  const callId = sandbox.emulator(retell).callIn(
    {
      from_number: '+14079780655',
      call_analysis: {
        call_summary: 'Ada called.',
        call_successful: true,
        custom_analysis_data: { customer_name: 'Ada Lovelace' },
      },
    },
    { url },
  )
  const found = await until('the finished call', async () => {
    const { status, body } = await hub.request<Detail>('GET', `/api/calls/${callId}`)
    return status === 200 && body.data.status === 'completed' && body.data
  })

  assert.deepEqual([found.customerName, found.callOutcome], ['Ada Lovelace', 'successful'])
  assert.equal((await hub.request<unknown[]>('GET', '/api/calls')).body.data.length, 1)
  const forged = await hub.request('POST', new URL(url).pathname, {
    body: { event: 'call_ended', call: { call_id: 'x' } },
    key: null,
    headers: { 'x-retell-signature': `v=${Date.now()},d=${'0'.repeat(64)}` },
  })
  assert.equal(forged.status, 401)
})

test('a call that makes no sense is refused whole, and another workspace sees none', async () => {
  await using hub = await startHub()
  const post = (changes: object) => hub.request('POST', '/api/calls', { body: { ...call, ...changes } })

  const statuses = [
    await post({ ended_at: '2030-05-06T14:00:00Z' }),
    await post({ started_at: 'yesterday' }),
    await post({ appointment_booked: { ...call.appointment_booked, date: '2030-02-30' } }),
    await post({ appointment_booked: { ...call.appointment_booked, timezone: 'Mars/Base' } }),
    await post({ call_id: '' }),
    await post({ colour: 'red' }),
  ].map(({ status }) => status)
  await post({})
  const other = await hub.addWorkspace()
  const theirs = await hub.request('GET', '/api/calls/call_abc', { key: other.apiKey })

  assert.deepEqual(statuses, [400, 400, 400, 400, 400, 400])
  assert.equal(theirs.status, 404)
})
