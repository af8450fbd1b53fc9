import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseWaits, printWaits, retriesInWords, retryWaits } from './retry-schedule.ts'

test('the delay doubles with each retry and stops growing at twelve hours', () => {
  assert.deepEqual(
    retryWaits({ retryAttempts: 4, retryDelay: 5_000, retrySchedule: null }),
    [5_000, 10_000, 20_000, 40_000],
  )
  assert.equal(retryWaits({ retryAttempts: 30, retryDelay: 60_000, retrySchedule: null }).at(-1), 12 * 3_600_000)
})

test('the usual schedule is told in one sentence with its whole length', () => {
  const words = retriesInWords({ retryAttempts: 8, retryDelay: 5_000, retrySchedule: null })

  assert.equal(words, 'At once, then after 5 s, 10 s, 20 s, …, 10 min 40 s: 9 attempts, about 21 minutes in all.')
})

test('a schedule of its own wins over the doubled delay', () => {
  const words = retriesInWords({ retryAttempts: 8, retryDelay: 5_000, retrySchedule: [60_000, 7_200_000] })

  assert.equal(words, 'At once, then after 1 min, 2 h: 3 attempts, about 2 hours in all.')
})

test('no retries means one attempt', () => {
  assert.equal(
    retriesInWords({ retryAttempts: 0, retryDelay: 5_000, retrySchedule: null }),
    'One attempt, never repeated.',
  )
})

test('waits are read with their units, bare numbers as seconds, and printed so that they can be read again', () => {
  const waits = parseWaits('30, 5s, 1 min; 2h\n1d')

  assert.deepEqual(waits, [30_000, 5_000, 60_000, 7_200_000, 86_400_000])
  assert.deepEqual(parseWaits(printWaits(waits)), waits)
})

test('a wait with two units as it is printed can be read again', () => {
  assert.deepEqual(parseWaits(printWaits([80_000, 5_400_000])), [80_000, 5_400_000])
})

test('a wait that is not understood is named', () => {
  assert.throws(() => parseWaits('5s, soon'), /“soon” is not a wait/)
})
