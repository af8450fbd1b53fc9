import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { manualClock } from '../lib/clock.ts'
import { goHighLevel } from '../sandbox/gohighlevel/gohighlevel.ts'
import { retell, sandboxKey } from '../sandbox/retell/retell.ts'
import { zapier } from '../sandbox/zapier/zapier.ts'
import { connectLocation } from '../test/gohighlevel.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { startSandbox } from '../test/sandbox.ts'
import { smallCalendarEntry, smallCalendarVendor } from '../test/small-calendar.ts'
import { connectSmallCrm, smallCrmEntry, smallVendor } from '../test/small-crm.ts'
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
  assert.deepEqual(
    [host.status, calendar.status, booked.status, booked.body.data?.ok],
    [201, 201, 200, true],
    `${host.text} ${calendar.text} ${booked.text}`,
  )
  await until('the vendor to have the appointment', () => vendor.events().list().length > 0)

  // The tool may not have known the call's id, and numbers are written in many ways.
  const told = { ...call, call_id: 'the_same_call', customer_email: null, customer_phone: '(407) 978-0655' }
  const made = await hub.request<{ id: string }>('POST', '/api/calls', {
    body: { ...told, appointment_booked: agreed },
  })
  const detail = await settled(hub, made.body.data.id)

  assert.equal(made.status, 201, made.text)
  assert.equal(detail.deliveries.find(({ integrationId }) => integrationId === crm.id)?.status, 'delivered')
  assert.equal(vendor.events().list().length, 1)
  assert.equal(vendor.notes().list().length, 1)
})

test('a call goes only to what has a use for it: without an appointment to no calendar, from nobody to no contacts', async () => {
  await using calendar = await smallCalendarVendor()
  await using vendor = await smallVendor()
  await using hub = await startHub({ connectors: [smallCalendarEntry, smallCrmEntry] })
  const config = { url: calendar.url }
  const calendarId = await connectTo(hub, {
    templateId: 'small_calendar',
    config,
    credentials: { apiKey: 'the-right-key' },
  })
  const { id: crmId } = await connectSmallCrm(hub, vendor)
  const { appointment_booked: _, ...plain } = call
  const { customer_email: __, customer_phone: ___, ...unnamed } = call

  const goingTo = async (body: object) => {
    const made = await hub.request<{ id: string }>('POST', '/api/calls', { body })
    return (await settled(hub, made.body.data.id)).deliveries.map(({ integrationId }) => integrationId)
  }

  const withheld = { ...unnamed, call_id: 'call_3', customer_phone: 'anonymous' }

  assert.deepEqual(await goingTo({ ...plain, call_id: 'call_1' }), [crmId])
  assert.deepEqual(await goingTo(withheld), [calendarId])
  assert.equal((await hub.request<Detail>('GET', '/api/calls/call_3')).body.data.leadId, null)
  assert.deepEqual(await goingTo({ ...unnamed, call_id: 'call_2' }), [calendarId])
})

test('what becomes known of a call after it was delivered is still done, and nothing of it twice', async () => {
  await using place = await startPlace()
  const { hub, vendor } = place
  const crm = await connectLocation(hub)
  const automation = await connectZapier(hub)
  const { appointment_booked: agreed, customer_phone, customer_email, ...plain } = call
  const tell = async (body: object) => {
    const { body: answer, text } = await hub.request<{ id: string }>('POST', '/api/calls', { body })
    assert.ok(answer.success, text)
    return await settled(hub, answer.data.id)
  }

  const unnamed = await tell(plain)
  const named = await tell({ ...plain, customer_phone, customer_email })
  const booked = await tell({ ...plain, appointment_booked: agreed })
  await tell({ ...plain, appointment_booked: { ...agreed, time: '11:00' } })

  const at = ({ deliveries }: Detail) => deliveries.map(({ integrationId }) => integrationId)
  assert.deepEqual([at(unnamed), at(named).sort()], [[automation], [crm.id, automation].sort()])
  assert.deepEqual(
    booked.deliveries.map(({ status }) => status),
    ['delivered', 'delivered'],
  )
  assert.deepEqual(
    vendor
      .events()
      .list()
      .map(({ data }) => data.start),
    [Date.UTC(2030, 4, 7, 14)],
  )
  assert.deepEqual([vendor.contacts().list().length, vendor.notes().list().length], [1, 1])
  const sent = booked.operations.filter(({ operation }) => operation === 'automation.send')
  assert.equal(sent.length, 1)
  assert.equal((await hub.request<unknown[]>('GET', '/api/events?type=call.completed')).body.data.length, 1)
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
  const retry = (id: string, body?: object) =>
    hub.request('POST', `/api/calls/${call.call_id}/integrations/${id}/retry`, body ? { body } : {})

  const again = await retry(automation, { outcome: 'not_done' })
  const detail = await settled(hub, made.body.data.id)
  const once = await retry(automation)
  const nowhere = await retry(made.body.data.id)

  assert.equal(lost.deliveries[0]?.status, 'unknown')
  assert.deepEqual([again.status, detail.deliveries[0]?.status], [200, 'delivered'])
  assert.deepEqual([once.status, nowhere.status], [409, 404])
})

/** The vendor has answered that the note is there, and the hub dies before it is written down. */
async function startForgetful() {
  const vendor = await smallVendor()
  const clock = manualClock(Date.parse('2030-05-06T15:00:00Z'))
  const hub = await startHub({ connectors: [smallCrmEntry], clock })
  const { id } = await connectSmallCrm(hub, vendor)
  await sql
    .raw(`create function forget() returns trigger language plpgsql as $$ begin raise exception 'the process is gone'; end $$;
      create trigger forget before update on call_deliveries for each row when (new.steps ? 'noteId') execute function forget()`)
    .execute(hub.database.hub)
  const made = await hub.request<{ id: string }>('POST', '/api/calls', { body: call })
  await until('the try to fail', async () => {
    const { rows } = await sql`select from scheduled where kind = 'call.delivery'`.execute(hub.database.hub)
    return rows.length > 0
  })
  await sql.raw('drop trigger forget on call_deliveries').execute(hub.database.hub)
  clock.advance(60_000)
  hub.app.engine.wake()
  const retry = (body?: object) =>
    hub.request<Detail>('POST', `/api/calls/${made.body.data.id}/integrations/${id}/retry`, body ? { body } : {})
  return {
    ...{ hub, vendor, retry },
    settled: () => settled(hub, made.body.data.id),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await vendor[Symbol.asyncDispose]()
    },
  }
}

test('a note whose answer was lost with the process is not added again until a person says that it is not there', async () => {
  await using place = await startForgetful()
  const { vendor, retry } = place

  const lost = await place.settled()
  await retry()
  const blind = await place.settled()
  const told = await retry({ outcome: 'not_done' })
  const detail = await place.settled()

  assert.deepEqual([lost.deliveries[0]?.status, lost.deliveries[0]?.errorCode], ['unknown', 'OUTCOME_UNKNOWN'])
  assert.deepEqual(lost.deliveries[0]?.steps, { contactId: '1', begun: ['notes.create'] })
  assert.equal(blind.deliveries[0]?.status, 'unknown')
  assert.equal(told.status, 200, told.text)
  assert.deepEqual(detail.deliveries[0]?.steps, { contactId: '1', noteId: 'note-2' })
  assert.deepEqual([detail.deliveries[0]?.status, vendor.notes.length], ['delivered', 2])
})

test('a note that a person found there is not added again', async () => {
  await using place = await startForgetful()
  const { vendor, retry } = place
  await place.settled()

  const odd = await retry({ outcome: 'perhaps' })
  await retry({ outcome: 'done' })
  const detail = await place.settled()

  assert.equal(odd.status, 400)
  assert.deepEqual(detail.deliveries[0]?.steps, { contactId: '1', settled: ['notes.create'] })
  assert.deepEqual([detail.deliveries[0]?.status, vendor.notes.length], ['delivered', 1])
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

test('texts that are cut for the timeline and the event are never cut through a character', async () => {
  await using hub = await startHub()
  const long = (length: number) => `${'x'.repeat(length - 1)}😀😀`

  const { status, text } = await hub.request('POST', '/api/calls', {
    body: { ...call, call_summary: long(5_000), transcript: long(50_000), call_outcome: long(194) },
  })
  const { data: events } = (await hub.request<{ id: string }[]>('GET', '/api/events?type=call.completed')).body
  const { data } = (await hub.request<{ payload: { transcript: string } }>('GET', `/api/events/${events[0]?.id}`)).body

  assert.equal(status, 201, text)
  assert.equal(data.payload.transcript, 'x'.repeat(49_999))
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
