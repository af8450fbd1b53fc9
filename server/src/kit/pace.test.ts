import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../lib/clock.ts'
import { ConnectorError } from './errors.ts'
import { overrideUrl } from './overrides.ts'
import { localPace } from './pace.ts'

test('a bucket lets its burst through, then waits for each token', async () => {
  const clock = manualClock()
  const waits: number[] = []
  const sleep = async (ms: number) => {
    waits.push(ms)
    clock.advance(ms)
  }
  const pace = localPace({ limit: { requests: 10, perMs: 1_000 }, clock, sleep })

  for (let call = 0; call < 10; call++) await pace(1, 0)
  assert.deepEqual(waits, [])
  await pace(1, 5_000)
  await pace(2, 5_000)
  assert.deepEqual(waits, [100, 200])
  clock.advance(60_000)
  for (let call = 0; call < 10; call++) await pace(1, 0)
})

test('what would take longer than the caller can wait is refused at once, with the time it takes', async () => {
  const clock = manualClock()
  const pace = localPace({ limit: { requests: 1, perMs: 60_000 }, clock, sleep: async () => {} })
  await pace(1, 0)

  await assert.rejects(pace(1, 1_000), (error) => {
    assert.ok(error instanceof ConnectorError)
    assert.deepEqual([error.code, error.retryAfterMs], ['RATE_LIMIT_EXCEEDED', 60_000])
    return true
  })
})

test('a host that something stands in for keeps the vendor’s path and query behind the prefix', () => {
  const overrides = {
    'api.acme.example/login': 'http://127.0.0.1:4010/login',
    'api.acme.example': 'http://127.0.0.1:4010/acme/',
    '*.acme.example': 'http://127.0.0.1:4010/any',
    'login.acme.example/teams': 'http://127.0.0.1:4010/teams',
  }

  for (const [url, expected] of [
    ['https://api.acme.example/v2/things?a=1', 'http://127.0.0.1:4010/acme/v2/things?a=1'],
    ['https://api.acme.example/login/token?a=1', 'http://127.0.0.1:4010/login/login/token?a=1'],
    ['https://api.acme.example/logins', 'http://127.0.0.1:4010/acme/logins'],
    ['https://eu.api.acme.example/x', 'http://127.0.0.1:4010/any/x'],
    ['https://login.acme.example/teams/token?a=1', 'http://127.0.0.1:4010/teams/teams/token?a=1'],
    ['https://login.acme.example/teams2/token', 'http://127.0.0.1:4010/any/teams2/token'],
    ['https://acme.example/x', 'https://acme.example/x'],
    ['https://evil-acme.example/x', 'https://evil-acme.example/x'],
  ] as const) {
    assert.equal(overrideUrl(url, overrides).url, expected)
  }
})
