import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OperationInput, type OperationName, runOperation } from '../../kit/index.ts'
import {
  googleAnalytics as emulator,
  sandboxSecret,
  sandboxToken,
} from '../../sandbox/google-analytics/google-analytics.ts'
import { conformance } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { googleAnalytics } from './google-analytics.ts'

const settings = { measurement_id: 'G-SANDBOX01', property_id: '123456' }
const event = { clientId: '555.777', events: [{ name: 'generate_lead', parameters: { value: 12.5, currency: 'EUR' } }] }
const failureBody = (status: number) => ({ error: { code: status, message: `status ${status}` } })

conformance(googleAnalytics, {
  credentials: { apiSecret: sandboxSecret },
  settings,
  failureBody,
  probe: (context) => googleAnalytics.check(context as never),
})

test('events arrive with a session and their own time', async () => {
  await using account = await startAccount()
  const at = new Date(Date.now() - 3_600_000)

  const result = await account.run('analytics.send', { ...event, userId: 'ada', at })

  assert.deepEqual(result, { success: true, data: { sent: 1 } })
  const [collected] = account.events()
  assert.equal(collected?.name, 'generate_lead')
  assert.equal(collected?.at, at.getTime())
  assert.deepEqual(collected?.params, {
    session_id: String(Math.floor(at.getTime() / 1_800_000)),
    engagement_time_msec: 1,
    value: 12.5,
    currency: 'EUR',
  })
})

test('what would be dropped in silence is refused, and nothing of it is sent', async () => {
  await using account = await startAccount()

  const reserved = await account.run('analytics.send', { ...event, events: [event.events[0]!, { name: 'ga_secret' }] })
  const old = await account.run('analytics.send', { ...event, at: new Date(Date.now() - 73 * 3_600_000) })

  for (const result of [reserved, old]) assert.equal(!result.success && result.errorCode, 'VENDOR_REJECTED')
  assert.deepEqual(account.events(), [])
})

test('reports are rows by name, as numbers, page by page', async () => {
  await using account = await startAccount()
  await account.run('analytics.send', { ...event, events: [{ name: 'sign_up' }, { name: 'login' }, { name: 'login' }] })
  const reader = account.open({ access_token: sandboxToken })
  const input = { from: '28daysAgo', to: 'today', metrics: ['eventCount'], dimensions: ['eventName'] }

  const all = await runOperation(googleAnalytics, reader, 'analytics.report', input)
  const second = await runOperation(googleAnalytics, reader, 'analytics.report', { ...input, limit: 1, offset: 1 })
  const unknown = await runOperation(googleAnalytics, reader, 'analytics.report', { ...input, metrics: ['fame'] })

  assert.ok(all.success && second.success)
  assert.deepEqual(all.data, {
    total: 2,
    rows: [
      { eventName: 'sign_up', eventCount: 1 },
      { eventName: 'login', eventCount: 2 },
    ],
  })
  assert.deepEqual(second.data, { total: 2, rows: [{ eventName: 'login', eventCount: 2 }] })
  assert.equal(!unknown.success && unknown.errorCode, 'VENDOR_REJECTED')
  assert.deepEqual(await googleAnalytics.check(reader as never), { name: 'properties/123456' })
})

test('what the way in does not allow, and what the settings lack, is said', async () => {
  await using account = await startAccount()
  const reader = account.open({ access_token: sandboxToken })
  const bare = account.open({ apiSecret: sandboxSecret }, {})

  const report = await account.run('analytics.report', { from: 'today', to: 'today', metrics: ['eventCount'] })
  const sent = await runOperation(googleAnalytics, reader, 'analytics.send', event)
  const nowhere = await runOperation(googleAnalytics, bare, 'analytics.send', event)

  assert.deepEqual(
    [report, sent, nowhere].map((result) => !result.success && result.errorCode),
    ['NOT_SUPPORTED', 'NOT_SUPPORTED', 'CONFIG_SCHEMA_INVALID'],
  )
})

async function startAccount() {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const open = (credentials: Record<string, string>, own: object = settings) =>
    connect(googleAnalytics, { vendor: { url: `${sandbox.url}/google-analytics` }, credentials, settings: { ...own } })
  const context = open({ apiSecret: sandboxSecret })
  return {
    open,
    events: sandbox.emulator(emulator).events,
    run: <Name extends OperationName>(name: Name, input: OperationInput<Name>) =>
      runOperation(googleAnalytics, context, name, input),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
