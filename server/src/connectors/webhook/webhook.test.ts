import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hmacWithTimestamp, type OperationInput, runOperation } from '../../kit/index.ts'
import { manualClock } from '../../lib/clock.ts'
import { zapier as emulator } from '../../sandbox/zapier/zapier.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { type FakeVendor, fakeVendor } from '../../test/fake-vendor.ts'
import { readHeaders } from './headers.ts'
import { webhook } from './webhook.ts'

const webhookUrl = 'https://flows.example.com/webhook/b7c0f1a2d3/?key=4711'
const send = { action: 'call_completed', payload: { call: { call_id: 'call_1' } }, idempotencyKey: 'key-of-call-1' }
const secret = 'a-secret-of-the-receiver'

// The sandbox's hook takes what any endpoint does.
conformance(webhook, {
  emulator,
  credentials: {
    webhookUrl: 'https://hooks.zapier.com/hooks/catch/1234567/sandbox/',
    secret,
    headers: 'Authorization: Bearer a-token-of-theirs',
  },
  probe: async (context) => await webhook.capabilities.automation?.send?.(context as never, send),
})

test('a call is posted to exactly the URL that was pasted, with the headers', async () => {
  await using vendor = await fakeVendor(() => ({ status: 202, body: 'thanks' }))
  const headers = 'Authorization: Bearer their-token\r\n\r\nX-Team:  roofs '

  const result = await run(vendor, { credentials: { webhookUrl, headers } })

  assert.deepEqual(result, { success: true, data: { status: '202' } })
  const [call] = vendor.calls
  assert.equal(`${call?.path}?${new URLSearchParams(call?.query)}`, '/webhook/b7c0f1a2d3/?key=4711')
  assert.deepEqual(
    ['authorization', 'x-team', 'content-type', 'idempotency-key', 'x-webhook-event'].map(
      (name) => call?.headers[name],
    ),
    ['Bearer their-token', 'roofs', 'application/json', 'key-of-call-1', 'call_completed'],
  )
  assert.deepEqual(call?.body, {
    action: 'call_completed',
    call: { call_id: 'call_1' },
    timestamp: '2026-02-15T14:35:01.000Z',
  })
})

test('with a secret, the body is signed as it is sent', async () => {
  await using vendor = await fakeVendor(() => ({ status: 204 }))

  await run(vendor, {
    credentials: { webhookUrl, secret },
    input: { ...send, payload: { name: 'Ünal "Ü" 😀', n: 1.5 } },
  })

  const { headers = {}, rawBody = '' } = vendor.calls[0] ?? {}
  const verify = hmacWithTimestamp({
    header: 'X-Webhook-Signature',
    timestampHeader: 'X-Webhook-Timestamp',
    signed: (timestamp, request) => [timestamp, '.', request.rawBody],
  })
  assert.match(headers['x-webhook-signature'] ?? '', /^[0-9a-f]{64}$/)
  assert.equal(headers['x-webhook-timestamp'], String(at / 1_000))
  assert.deepEqual(verify(inboundRequest({ headers, body: rawBody, at: new Date(at) }), [secret], new Date(at)), {
    ok: true,
  })
})

test('without a secret, nothing is signed', async () => {
  await using vendor = await fakeVendor(() => ({ status: 204 }))

  await run(vendor, { credentials: { webhookUrl } })

  assert.equal(vendor.calls[0]?.headers['x-webhook-signature'], undefined)
})

test('what has a key is sent again after a failure, with the same key; what has none is not', async () => {
  await using vendor = await fakeVendor(() => ({ status: 204 }))

  vendor.next({ status: 503 })
  const again = await run(vendor, { credentials: { webhookUrl } })
  vendor.next({ status: 503 })
  const once = await run(vendor, { credentials: { webhookUrl }, input: { action: 'a', payload: {} } })

  assert.ok(again.success)
  assert.ok(!once.success && once.ambiguous)
  assert.deepEqual(
    vendor.calls.map(({ headers }) => headers['idempotency-key']),
    ['key-of-call-1', 'key-of-call-1', undefined],
  )
})

test('an action that no header can carry is in the body alone', async () => {
  await using vendor = await fakeVendor(() => ({ status: 204 }))

  const result = await run(vendor, { credentials: { webhookUrl }, input: { action: 'Anruf\r\nzu Ende', payload: 1 } })

  assert.ok(result.success)
  const [call] = vendor.calls
  assert.equal(call?.headers['x-webhook-event'], undefined)
  assert.match(call?.rawBody ?? '', /"action":"Anruf\\r\\nzu Ende"/)
})

test('a redirect is not followed', async () => {
  await using vendor = await fakeVendor(() => ({
    status: 307,
    headers: { location: 'https://elsewhere.example.com/' },
  }))

  const result = await run(vendor, { credentials: { webhookUrl } })

  assert.ok(!result.success)
  assert.equal(result.errorCode, 'VENDOR_REJECTED')
  assert.equal(vendor.calls.length, 1)
})

test('a check sends nothing and tells the host alone', async () => {
  await using vendor = await fakeVendor()
  const context = connect(webhook, { vendor, credentials: { webhookUrl } })

  assert.deepEqual(await webhook.check(context as never), { name: 'flows.example.com' })
  assert.equal(vendor.calls.length, 0)
})

test('neither the path nor the query of the URL comes out of a refusal', async () => {
  await using vendor = await fakeVendor(({ path }) => ({ status: 404, body: { message: `Cannot POST ${path}` } }))
  const context = connect(webhook, { vendor, credentials: { webhookUrl } })

  const result = await runOperation(webhook, context, 'automation.send', send)

  assert.ok(!result.success)
  assert.ok(!JSON.stringify([result, context.recorded]).match(/b7c0f1a2d3|4711/))
})

test('headers that the hub decides, or that are none, are refused by line', () => {
  assert.deepEqual(readHeaders(''), {})
  for (const text of ['Host: a.example', 'content-length: 1', 'X-Webhook-Signature: mine', 'Idempotency-Key: mine'])
    assert.throws(() => readHeaders(text), /is set by the hub/)
  for (const text of ['X-A: 1\nno header', 'X-A: 1\nX B: 2', 'X-A: 1\nX-B:', 'X-A: 1\nX-B: Ünal'])
    assert.throws(() => readHeaders(text), /line 2 of the headers/)
})

const at = Date.UTC(2026, 1, 15, 14, 35, 1)

async function run(
  vendor: FakeVendor,
  given: { credentials: Record<string, string>; input?: OperationInput<'automation.send'> },
) {
  const { credentials, input = send } = given
  const context = connect(webhook, { vendor, credentials, clock: manualClock(at) })
  return await runOperation(webhook, context, 'automation.send', input)
}
