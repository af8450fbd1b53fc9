import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDuration, formatNumberOf, formatRelative, formatShare, prettyJson } from './format.ts'

test('a duration is said in its one or two largest units', () => {
  const said = [35, 1_000, 2_500, 80_000, 3_600_000, 5_400_000, 90_000_000].map(formatDuration)

  assert.deepEqual(said, ['35 ms', '1 s', '2.5 s', '1 min 20 s', '1 h', '1 h 30 min', '1 d 1 h'])
})

test('a duration just below a unit does not become sixty of the smaller one', () => {
  assert.equal(formatDuration(119_800), '2 min')
})

test('only a share without any failure is a hundred percent', () => {
  assert.deepEqual([1, 0.99999, 0.5, null].map(formatShare), ['100 %', '99.99 %', '50.0 %', '–'])
})

test('a time is told by its distance, past and future', () => {
  const now = Date.parse('2030-01-02T12:00:00Z')

  assert.equal(formatRelative('2030-01-02T11:59:59.500Z', now), 'just now')
  assert.equal(formatRelative('2030-01-02T11:57:00Z', now), '3 minutes ago')
  assert.equal(formatRelative('2030-01-02T14:00:00Z', now), 'in 2 hours')
  assert.equal(formatRelative('2030-01-01T12:00:00Z', now), 'yesterday')
})

test('one thing is not many', () => {
  assert.deepEqual([formatNumberOf(1, 'event'), formatNumberOf(1_200, 'event')], ['1 event', '1,200 events'])
})

test('what is not JSON is shown as it came', () => {
  assert.equal(prettyJson('<h1>Bad gateway</h1>'), '<h1>Bad gateway</h1>')
  assert.equal(prettyJson('{"a":1}'), '{\n  "a": 1\n}')
})
