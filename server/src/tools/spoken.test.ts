import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDay, readTime, spoken } from './spoken.ts'

const today = Temporal.PlainDate.from('2026-05-04')

for (const [said, expected] of [
  ['2026-05-07', '2026-05-07'],
  ['today', '2026-05-04'],
  ['Tomorrow', '2026-05-05'],
  ['tuesday', '2026-05-05'],
  ['next Tuesday', '2026-05-12'],
  ['on Friday', '2026-05-08'],
  ['Monday', '2026-05-11'],
  ['May 5th', '2026-05-05'],
  ['the 5th of May', '2026-05-05'],
  ['Tuesday, May 5', '2026-05-05'],
  ['2/20', '2027-02-20'],
  ['in 3 days', '2026-05-07'],
  ['in two weeks', '2026-05-18'],
  ['a week from today', '2026-05-11'],
  ['the 5th', '2026-05-05'],
  ['the 3rd', '2026-06-03'],
  ['31st', '2026-05-31'],
  ['Friday the 8th', '2026-05-08'],
  ['tomorrow morning', '2026-05-05'],
  ['Wednesday afternoon', '2026-05-06'],
  ['this coming Thursday', '2026-05-07'],
  ['Tuesday next week', '2026-05-12'],
  ['next week Monday', '2026-05-11'],
  ['the 32nd', undefined],
  ['next week', undefined],
  ['in the morning', undefined],
  ['2026-02-30', undefined],
  ['whenever', undefined],
] as const) {
  test(`on a Monday, "${said}" is ${expected ?? 'no day'}`, () => {
    assert.equal(readDay(said, today)?.toString(), expected)
  })
}

for (const [said, expected] of [
  ['14:00', '14:00:00'],
  ['2:30 pm', '14:30:00'],
  ['2 P.M.', '14:00:00'],
  ['noon', '12:00:00'],
  ['12 am', '00:00:00'],
  ["nine o'clock in the morning", '09:00:00'],
  ['3', '15:00:00'],
  ['2.30 pm', '14:30:00'],
  ['230pm', '14:30:00'],
  ['1430', '14:30:00'],
  ['two thirty', '14:30:00'],
  ['ten forty-five', '10:45:00'],
  ['quarter to three', '14:45:00'],
  ['a quarter past 10', '10:15:00'],
  ['half past two', '14:30:00'],
  ['half past eight in the morning', '08:30:00'],
  ['12 noon', '12:00:00'],
  ['8 at night', '20:00:00'],
  ['quarter to one pm', '12:45:00'],
  ['2026-05-05T14:00', '14:00:00'],
  ['2:30 pm Eastern', undefined],
  ['2560', undefined],
  ['02:00', '02:00:00'],
  ['25:00', undefined],
  ['soon', undefined],
] as const) {
  test(`"${said}" is ${expected ?? 'no time'}`, () => {
    assert.equal(readTime(said)?.toString(), expected)
  })
}

test('a time is spoken by the clock of its zone', () => {
  assert.equal(spoken(new Date('2026-05-05T14:00:00Z'), 'America/New_York'), 'Tuesday, May 5 at 10:00 AM')
})
