import assert from 'node:assert/strict'
import { test } from 'node:test'
import Retell from 'retell-sdk'
import { runOperation } from '../../kit/index.ts'
import { retell as emulator, sandboxAgent, sandboxKey, signed } from '../../sandbox/retell/retell.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { retell } from './retell.ts'

const credentials = { apiKey: sandboxKey }
const call = {
  call_id: 'call_1',
  agent_id: 'agent_1',
  call_status: 'ended',
  direction: 'inbound',
  from_number: '+14079780655',
  to_number: '+14079780600',
  start_timestamp: 1_780_000_000_000,
  end_timestamp: 1_780_000_184_000,
  transcript: 'Agent: Hello.',
  recording_url: 'https://example.com/call_1.wav',
  call_analysis: {
    call_summary: 'Ada booked.',
    user_sentiment: 'Positive',
    call_successful: true,
    custom_analysis_data: {
      customer_name: 'Ada Lovelace',
      customer_email: 'ada@example.com',
      appointment_date: '2026-06-01',
      appointment_time: '14:00',
      timezone: 'America/New_York',
    },
  },
}

conformance(retell, {
  emulator,
  credentials,
  prepare: async (context) => {
    const made = await runOperation(retell, context, 'voice.start', { to: '+14079780655', from: '+14079780600' })
    assert.ok(made.success)
    return {
      'voice.calls': {},
      'voice.get': { externalId: made.data.externalId },
      'voice.start': { to: '+14079780655', from: '+14079780600', variables: { customer_name: 'Ada' } },
    }
  },
  webhook: {
    body: JSON.stringify({ event: 'call_analyzed', call }),
    sign: ({ body, secret, at }) => ({ headers: signed({ body, key: secret, at: at.getTime() }) }),
    events: ['call.analyzed'],
    routingKey: 'agent_1',
  },
})

test('the analysis of a call tells who called, what came of it, and what was agreed', () => {
  const body = JSON.stringify({ event: 'call_analyzed', call })

  const [event] = retell.webhook?.parse(inboundRequest({ body, at: new Date() })) ?? []

  const told = event?.data as Record<string, unknown>
  assert.equal(event?.eventId, 'call_1/call_analyzed')
  assert.deepEqual(
    [
      told.customerName,
      told.customerEmail,
      told.customerPhone,
      told.callOutcome,
      told.callSentiment,
      told.durationSeconds,
    ],
    ['Ada Lovelace', 'ada@example.com', '+14079780655', 'appointment_booked', 'positive', 184],
  )
  assert.deepEqual(told.appointmentBooked, {
    ...{ title: 'Appointment', date: '2026-06-01', time: '14:00', timezone: 'America/New_York' },
    durationMinutes: 60,
  })
})

test('voice agents and calls are listed to their end', async () => {
  await using sandbox = await startSandbox({ emulators: [emulator] })
  const context = connect(retell, { vendor: sandbox, overrides: sandbox.overrides(), credentials })
  for (let count = 0; count < 3; count += 1)
    await runOperation(retell, context, 'voice.start', { to: '+14079780655', from: '+14079780600' })

  const agents = await runOperation(retell, context, 'voice.agents', {})
  const calls = await runOperation(retell, context, 'voice.calls', { agentId: sandboxAgent.agent_id })

  assert.deepEqual(agents.success && agents.data, [
    { id: sandboxAgent.agent_id, name: 'Receptionist' },
    { id: 'agent_sandbox0000000002', name: 'Night shift' },
  ])
  assert.equal(calls.success && calls.data.length, 3)
})

test("Retell's own package finds in the emulator what it expects, page by page", async () => {
  await using sandbox = await startSandbox({ emulators: [emulator] })
  const client = new Retell({ apiKey: sandboxKey, baseURL: `${sandbox.url}/retell` })

  const made = await client.call.createPhoneCall({ from_number: '+14079780600', to_number: '+14079780655' })
  const call = await client.call.retrieve(made.call_id)
  const calls = await client.call.list({ filter_criteria: { agent: [{ agent_id: sandboxAgent.agent_id }] } })
  const first = await client.agent.list({ limit: 1 })
  const second = await client.agent.list({ limit: 1, pagination_key: first.pagination_key ?? '' })
  const { concurrency_limit: limit } = await client.concurrency.retrieve()

  assert.equal(call.call_id, made.call_id)
  assert.deepEqual(
    calls.items.map(({ call_id: id }) => id),
    [made.call_id],
  )
  assert.deepEqual(
    [first, second].map(({ items, has_more: more }) => [items[0]?.agent_name, more]),
    [
      ['Receptionist', true],
      ['Night shift', true],
    ],
  )
  assert.equal(limit, 20)
  assert.deepEqual(sandbox.unknownRequests, [])
})
