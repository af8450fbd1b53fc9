import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRetryAfter, TenonError } from './errors.ts'
import { waitBeforeRetry } from './retry.ts'

const unavailable = (retryAfterMs?: number) =>
  new TenonError('No.', { errorCode: 'UNAVAILABLE', status: 503, retryAfterMs })
const waits = (error: TenonError, failed: number) =>
  Array.from({ length: 200 }, () => waitBeforeRetry(error, { failed, retries: 9, repeatable: true })!)

test('waits longer from try to try, and never for all clients the same', () => {
  for (const [failed, longest] of [
    [1, 250],
    [2, 500],
    [4, 2_000],
    [8, 10_000],
  ] as const) {
    const found = waits(unavailable(), failed)

    assert.ok(Math.min(...found) >= longest / 2 && Math.max(...found) <= longest)
    assert.ok(new Set(found).size > 100)
  }
})

test('waits at least as long as the hub asks, and not at all when that is more than a minute', () => {
  assert.ok(waits(unavailable(5_000), 1).every((wait) => wait === 5_000))
  assert.equal(waitBeforeRetry(unavailable(61_000), { failed: 1, retries: 3, repeatable: true }), undefined)
})

test('ends after the retries', () => {
  assert.notEqual(waitBeforeRetry(unavailable(), { failed: 3, retries: 3, repeatable: true }), undefined)
  assert.equal(waitBeforeRetry(unavailable(), { failed: 4, retries: 3, repeatable: true }), undefined)
  assert.equal(waitBeforeRetry(unavailable(), { failed: 1, retries: 0, repeatable: true }), undefined)
})

test('reads Retry-After in seconds and as a date', () => {
  const now = Date.UTC(2026, 0, 1)

  assert.equal(readRetryAfter('7', now), 7_000)
  assert.equal(readRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now), 30_000)
  assert.equal(readRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now), 0)
  assert.equal(readRetryAfter('soon', now), undefined)
  assert.equal(readRetryAfter(null, now), undefined)
})
