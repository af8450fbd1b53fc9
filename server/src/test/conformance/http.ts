import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { encryptedFields } from '../../kit/auth.ts'
import type { AnyConnector } from '../../kit/connector.ts'
import type { ErrorCode } from '../../kit/error-codes.ts'
import { failureOf } from '../../kit/result.ts'
import { manualClock } from '../../lib/clock.ts'
import type { ConformanceOptions } from '../conformance.ts'
import { type ConnectOptions, connect } from '../connect.ts'
import { type FakeVendor, fakeVendor } from '../fake-vendor.ts'

const usual: [number, ErrorCode][] = [
  [400, 'VENDOR_REJECTED'],
  [401, 'AUTH_ERROR'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [409, 'CONFLICT'],
  [422, 'VENDOR_REJECTED'],
  [429, 'RATE_LIMIT_EXCEEDED'],
  [500, 'PROCESSING_ERROR'],
  [503, 'PROCESSING_ERROR'],
]

/** Failures have their codes, a 429 is waited out, tokens are refreshed once, and no secret comes out. */
export function holdsToHttp(connector: AnyConnector, options: ConformanceOptions): void {
  const { name } = connector
  const { settings = {}, codes = {}, failureBody = (status: number) => ({ message: `status ${status}` }) } = options
  const probe = options.probe ?? ((context) => connector.check(context))
  const oauth = connector.auth.find(({ type }) => type === 'oauth2')
  const credentials: Record<string, string> =
    oauth && Object.keys(options.credentials).length === 0 ? { access_token: 'an-access-token' } : options.credentials
  const open = (vendor: FakeVendor, more: Partial<ConnectOptions> = {}) =>
    connect(connector, { vendor, credentials, settings, clock: manualClock(), ...more })
  const failing = async (context: ReturnType<typeof open>) => {
    try {
      await probe(context)
    } catch (error) {
      return failureOf(error)
    }
    return assert.fail('the probe did not fail; give the suite a `probe` that reaches the vendor')
  }

  for (const [status, expected] of usual) {
    const code = codes[status] ?? expected
    test(`${name}: status ${status} is ${code}, and the calling flow carries on`, async () => {
      await using vendor = await fakeVendor(() => ({ status, body: failureBody(status) }))
      const context = open(vendor)

      const failure = await failing(context)

      assert.equal(failure.errorCode, code)
      assert.equal(failure.gracefulFail, true)
      assert.ok(failure.error.includes(connector.name), `the message does not name the vendor: ${failure.error}`)
      assert.ok(context.recorded.length >= 1)
    })
  }

  test(`${name}: a connection that breaks is CONNECTION_FAILED`, async () => {
    await using vendor = await fakeVendor(() => 'cut')
    assert.equal((await failing(open(vendor))).errorCode, 'CONNECTION_FAILED')
  })

  test(`${name}: a vendor that hangs is left as soon as the operation is called off`, async () => {
    const controller = new AbortController()
    await using vendor = await fakeVendor(() => {
      controller.abort()
      return 'hang'
    })
    assert.equal((await failing(open(vendor, { signal: controller.signal }))).errorCode, 'CONNECTION_FAILED')
  })

  test(`${name}: a 429 is waited out as told, and told to the engine where it takes too long`, async () => {
    await using vendor = await fakeVendor(() => ({
      status: 429,
      headers: { 'retry-after': '3600' },
      body: failureBody(429),
    }))
    vendor.next({ status: 429, headers: { 'retry-after': '2' }, body: failureBody(429) })
    const context = open(vendor)

    const failure = await failing(context)

    assert.deepEqual(context.waits, [2_000])
    assert.equal(failure.retryAfterMs, 3_600_000)
    assert.equal(failure.retry, true)
  })

  if (oauth) {
    test(`${name}: an expired token is refreshed once, and the new one is sent`, async () => {
      await using vendor = await fakeVendor(() => ({ status: 401, body: failureBody(401) }))
      let refreshes = 0
      const refresh = async () => ({ ...credentials, access_token: `a-new-token-${++refreshes}` })

      const failure = await failing(
        open(vendor, { credentials: { ...credentials, access_token: 'an-old-token' }, authType: 'oauth2', refresh }),
      )

      assert.equal(failure.errorCode, 'AUTH_ERROR')
      assert.equal(refreshes, 1)
      assert.equal(vendor.calls.length, 2)
      assert.ok(JSON.stringify(vendor.calls[1]).includes('a-new-token-1'))
    })
  }

  test(`${name}: no secret is in logs, records or errors`, async () => {
    const lines: string[] = []
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    // A vendor that repeats everything it hears.
    await using vendor = await fakeVendor((call) => ({
      status: 400,
      body: { message: JSON.stringify(call), ...Object(failureBody(400)) },
    }))
    const context = open(vendor, { log })

    const failure = await failing(context)

    const everything = JSON.stringify([failure, lines, context.recorded])
    const sealed = encryptedFields(connector.settings).map((field) => settings[field])
    const kept = oauth && 'keep' in oauth ? (oauth.keep ?? []) : []
    const secrets = Object.entries(credentials).flatMap(([field, value]) => (kept.includes(field) ? [] : [value]))
    for (const secret of [...secrets, ...sealed]) {
      if (typeof secret === 'string' && secret.length >= 6) assert.ok(!everything.includes(secret), 'a secret came out')
    }
  })
}
