import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHours, printHours } from './weekly-hours.ts'

test('hours are read as people write them, and written in one way', () => {
  assert.equal(printHours(parseHours('9-12, 13:30 – 17:00')), '09:00–12:00, 13:30–17:00')
  assert.equal(printHours(parseHours('')), '')
  assert.deepEqual(parseHours('22:00-24:00'), [{ from: '22:00', to: '24:00' }])
})

for (const text of ['morning', '12-9', '9:75-10', '25-26']) {
  test(`${text} is refused with how to write it`, () => {
    assert.throws(() => parseHours(text), /Write them like 09:00–12:30/)
  })
}
