import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byWeekWhereLong, moneyInWords, readStatisticsSearch, statisticsQueryOf } from './pipeline-statistics.ts'

test('what an address asks for is read, and what it cannot mean is left out', () => {
  const search = readStatisticsSearch({ days: '30', windowDays: 12, groupBy: 'owner', pipelineId: '' })

  assert.deepEqual(search, { days: 30, groupBy: 'owner' })
  assert.deepEqual(statisticsQueryOf(search, Date.UTC(2026, 0, 31)), {
    after: '2026-01-01T00:00:00.000Z',
    windowDays: 30,
    groupBy: 'owner',
  })
})

test('many days become weeks without losing anybody, few stay days', () => {
  const days = Array.from({ length: 15 }, (_, day) => ({
    day: String(day),
    created: 1,
    won: 0,
    lost: day === 14 ? 1 : 0,
  }))

  assert.equal(byWeekWhereLong(days).length, 15)
  assert.deepEqual(byWeekWhereLong(days, 10), [
    { day: '0', created: 7, won: 0, lost: 0 },
    { day: '7', created: 7, won: 0, lost: 0 },
    { day: '14', created: 1, won: 0, lost: 1 },
  ])
})

test('amounts of several currencies stand side by side', () => {
  const amounts = [
    { currency: 'EUR', amountMinor: 120_000 },
    { currency: 'JPY', amountMinor: 500 },
  ]

  assert.equal(moneyInWords(amounts), '€1,200.00 + ¥500')
  assert.equal(moneyInWords([{ currency: 'EUR', amountMinor: null }]), '–')
})
