import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OperationName, runOperation } from '../../kit/index.ts'
import { zapier as emulator } from '../../sandbox/zapier/zapier.ts'
import { conformance } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { zapier } from './zapier.ts'

const credentials = { webhookUrl: 'https://hooks.zapier.com/hooks/catch/1234567/sandbox/' }
const send = { action: 'call_completed', payload: { call: { call_id: 'call_1' } } }

conformance(zapier, {
  emulator,
  credentials,
  codes: { 404: 'AUTH_ERROR' },
  probe: async (context) => await zapier.capabilities.automation?.send?.(context as never, send),
})

test('a call is sent with its action and time, as Zaps of these calls know it', async () => {
  await using zaps = await startZaps()

  const result = await zaps.run('automation.send', {
    action: 'call_completed',
    payload: { call: { call_id: 'call_abc123', duration_seconds: 300 }, timestamp: '2026-02-15T14:35:01.000Z' },
  })

  assert.deepEqual(result, { success: true, data: { status: 'success' } })
  assert.deepEqual(zaps.bodies(), [
    {
      action: 'call_completed',
      call: { call_id: 'call_abc123', duration_seconds: 300 },
      timestamp: '2026-02-15T14:35:01.000Z',
    },
  ])
})

test('any payload is sent; one that is no object stands under its own name', async () => {
  await using zaps = await startZaps()

  await zaps.run('automation.send', { action: 'lead.captured', payload: { email: 'ada@example.com', action: 'other' } })
  await zaps.run('automation.send', { action: 'count', payload: [1, 2] })

  const [lead, count] = zaps.bodies() as Record<string, unknown>[]
  assert.deepEqual({ ...lead, timestamp: '' }, { action: 'lead.captured', email: 'ada@example.com', timestamp: '' })
  assert.deepEqual({ ...count, timestamp: '' }, { action: 'count', payload: [1, 2], timestamp: '' })
  assert.match(String(lead?.timestamp), /^\d{4}-\d\d-\d\dT.*Z$/)
})

test('test data has every field that a call may have', async () => {
  await using zaps = await startZaps()

  const result = await zaps.run('automation.sendTest', {})

  const [body] = zaps.bodies() as { action: string; call: Record<string, unknown> }[]
  assert.ok(result.success)
  assert.equal(body?.action, 'test')
  const fields = 'call_id agent_id customer_name customer_phone customer_email call_outcome call_summary call_sentiment'
  const more = 'transcript recording_url started_at ended_at duration_seconds appointment_booked'
  assert.deepEqual(Object.keys(body?.call ?? {}), `${fields} ${more}`.split(' '))
})

test('a check does not run the Zap', async () => {
  await using zaps = await startZaps()

  const account = await zapier.check(zaps.context as never)

  assert.deepEqual(account, { name: 'Zapier account 1234567' })
  assert.deepEqual(zaps.bodies(), [])
})

test('a Zap that is off needs a person', async () => {
  await using zaps = await startZaps()
  await zaps.turnOff()

  const result = await zaps.run('automation.send', send)

  assert.ok(!result.success)
  assert.equal(result.errorCode, 'AUTH_ERROR')
  assert.match(result.error, /the Zap is off or has been deleted/)
})

test('what may have run the Zap is not sent again by itself', async () => {
  await using vendor = await fakeVendor(() => 'cut')
  const context = connect(zapier, { vendor, credentials })

  const result = await runOperation(zapier, context, 'automation.send', send)

  assert.ok(!result.success)
  assert.equal(result.ambiguous, true)
  assert.equal(vendor.calls.length, 1)
  assert.equal(zapier.repeat?.['automation.send'], 'never')
})

test('a URL that is none of a hook is never called', async () => {
  await using vendor = await fakeVendor()
  for (const webhookUrl of [
    'https://hooks.zapier.com.example.com/hooks/catch/1/a/',
    'https://example.com/hooks/catch/1/a/',
    'http://hooks.zapier.com/hooks/catch/1/a/',
    'https://hooks.zapier.com/hooks/catch/1/../../admin',
  ]) {
    const context = connect(zapier, { vendor, credentials: { webhookUrl } })
    const result = await runOperation(zapier, context, 'automation.send', send)
    assert.ok(!result.success)
    assert.equal(result.errorCode, 'AUTH_ERROR')
    assert.ok(!result.error.includes(webhookUrl))
  }
  assert.equal(vendor.calls.length, 0)
})

test('a Zap that repeats its own path in a refusal does not give it away', async () => {
  await using vendor = await fakeVendor(({ path }) => ({ status: 400, body: { message: `Cannot POST ${path}` } }))
  const context = connect(zapier, { vendor, credentials })

  const result = await runOperation(zapier, context, 'automation.send', send)

  assert.ok(!result.success)
  assert.match(result.error, /Cannot POST \[redacted\]/)
  assert.ok(!JSON.stringify(context.recorded).includes('1234567'))
})

/** A Zap with a hook of its own, and the connector connected to it. */
async function startZaps() {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const zaps = sandbox.emulator(emulator)
  const { id, url } = zaps.newHook()
  const context = connect(zapier, {
    vendor: { url: sandbox.url },
    overrides: sandbox.overrides(),
    credentials: { webhookUrl: url },
  })
  return {
    context,
    bodies: () => zaps.runs(id).map(({ body }) => body),
    turnOff: () => zaps.turnOff(id),
    run: (name: OperationName & `automation.${string}`, input: object) =>
      runOperation(zapier, context, name, input as never),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
