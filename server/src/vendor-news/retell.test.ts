import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retell, sandboxKey, signed } from '../sandbox/retell/retell.ts'
import { startHub } from '../test/hub.ts'
import { startSandbox } from '../test/sandbox.ts'
import { until } from '../test/until.ts'

type Call = {
  callId: string
  status: string
  callOutcome: string | null
  callSummary: string | null
  customerName: string | null
  startedAt: string
  leadId: string | null
}

async function startWithRetell() {
  const sandbox = await startSandbox({ emulators: [retell] })
  const hub = await startHub({ env: { TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()) } })
  const made = await hub.request<{ id: string }>('POST', '/api/integrations', {
    body: { templateId: 'retell', credentials: { apiKey: sandboxKey }, config: { webhook_key: sandboxKey } },
  })
  const path = `/webhooks/retell/i/${made.body.data.id}`
  const send = async (body: string) => {
    const headers = signed({ body, key: sandboxKey, at: Date.now() })
    const { status, text } = await hub.request('POST', path, { body, key: null, headers })
    assert.ok(status < 300, text)
  }
  const statuses = async () =>
    (await hub.request<{ status: string }[]>('GET', '/api/inbound-webhooks')).body.data.map(({ status }) => status)
  return {
    ...{ hub, send },
    /** Tells of a call, and waits until that was heard. */
    async tell(event: string, call: object) {
      await send(JSON.stringify({ event, call: { agent_id: 'agent_1', ...call } }))
      await until('the webhook to be heard', async () => !(await statuses()).includes('received'))
      return await statuses()
    },
    call: async (id: string) => (await hub.request<Call>('GET', `/api/calls/${id}`)).body.data,
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

const times = { start_timestamp: 1_780_000_000_000, end_timestamp: 1_780_000_060_000 }

test('what cannot be stored of a call is left out of it, and keeps nothing behind it waiting', async () => {
  await using place = await startWithRetell()
  const { hub, send, tell, call } = place

  await send(
    `{"event":"call_analyzed","call":{"call_id":"c1","agent_id":"a","transcript":"a\\u0000b\\ud800c","start_timestamp":-1e15,"end_timestamp":8.6e15}}`,
  )
  await send(`{"event":"call_ended","call":{"call_id":""}}`)
  const statuses = await tell('call_analyzed', { call_id: 'c4', ...times })

  assert.deepEqual(statuses.toReversed(), ['processed', 'processed', 'processed'])
  assert.equal((await call('c4')).status, 'completed')
  const { transcript } = (await hub.request<{ transcript: string }>('GET', '/api/calls/c1')).body.data
  assert.equal(transcript, 'a\ufffdb\ufffdc')
  assert.equal((await hub.request<Call[]>('GET', '/api/calls')).body.data.length, 2)
})

test('news that come out of order take nothing back', async () => {
  await using place = await startWithRetell()
  const { tell, call } = place
  const analysis = { call_summary: 'Ada called.', call_successful: true }

  await tell('call_analyzed', { call_id: 'c1', ...times, call_analysis: analysis })
  await tell('call_ended', { call_id: 'c1', end_timestamp: times.end_timestamp, disconnection_reason: 'user_hangup' })
  await tell('call_started', { call_id: 'c1', start_timestamp: times.start_timestamp + 5 })

  const { status, callOutcome, callSummary, startedAt } = await call('c1')
  assert.deepEqual([status, callOutcome, callSummary], ['completed', 'successful', 'Ada called.'])
  assert.equal(Date.parse(startedAt), times.start_timestamp)
})

test('a call that Retell and the API tell of is one call that knows what either told, in whatever order', async () => {
  await using place = await startWithRetell()
  const { hub, tell, call } = place
  const told = (callId: string) => ({
    ...{ callId, agentId: 'agent_1', customerName: 'Ada', customerEmail: 'ada@example.com', callOutcome: 'agreed' },
    ...{ startedAt: new Date(times.start_timestamp), endedAt: new Date(times.end_timestamp) },
  })
  const analysed = (id: string) =>
    tell('call_analyzed', { call_id: id, ...times, call_analysis: { call_summary: 'Ada called.' } })

  await analysed('c1')
  const second = await hub.request<Call>('POST', '/api/calls', { body: told('c1') })
  const first = await hub.request<Call>('POST', '/api/calls', { body: told('c2') })
  await analysed('c2')
  await Promise.all([analysed('c3'), hub.request('POST', '/api/calls', { body: told('c3') })])
  await analysed('c4')
  const other = await hub.request('POST', '/api/calls', { body: { ...told('c4'), agentId: 'agent_2' } })

  assert.deepEqual([second.status, first.status, other.status], [200, 201, 409])
  for (const id of ['c1', 'c2', 'c3']) {
    const { customerName, callSummary, callOutcome, leadId } = await call(id)
    assert.deepEqual([customerName, callSummary, callOutcome], ['Ada', 'Ada called.', 'agreed'])
    assert.notEqual(leadId, null)
  }
  assert.equal((await hub.request<unknown[]>('GET', '/api/events?type=call.completed')).body.data.length, 4)
})
