import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type BusinessHours, freeSlots } from './business-hours.ts'
import type { Span } from './models.ts'

const weekdays = [1, 2, 3, 4, 5]
const everyDay = [1, 2, 3, 4, 5, 6, 7]
const shown = (slots: Span[]) =>
  slots.map(({ startsAt, endsAt }) => `${startsAt.toISOString().slice(5, 16)}/${endsAt.toISOString().slice(11, 16)}`)

/** The free slots of one date. */
function slotsOn(
  date: string,
  hours: Partial<BusinessHours> & { timezone: string },
  durationMinutes = 60,
  busy: Span[] = [],
) {
  const day = Temporal.PlainDate.from(date)
  const instant = (at: Temporal.PlainDate) => new Date(at.toZonedDateTime(hours.timezone).epochMilliseconds)
  return freeSlots(
    { start: 9, end: 17, workingDays: everyDay, ...hours },
    { from: instant(day), to: instant(day.add({ days: 1 })), durationMinutes, busy },
  )
}

test('a day of business hours is cut into slots, and what is taken is left out', () => {
  const busy = [{ startsAt: new Date('2026-05-07T14:30:00Z'), endsAt: new Date('2026-05-07T15:00:00Z') }]

  const slots = slotsOn('2026-05-07', { timezone: 'America/New_York', end: 13 }, 60, busy)

  assert.deepEqual(shown(slots), ['05-07T13:00/14:00', '05-07T15:00/16:00', '05-07T16:00/17:00'])
})

test('an appointment that ends as a slot begins does not take it', () => {
  const busy = [{ startsAt: new Date('2026-05-07T08:00:00Z'), endsAt: new Date('2026-05-07T09:00:00Z') }]
  assert.equal(slotsOn('2026-05-07', { timezone: 'UTC', end: 10 }, 60, busy).length, 1)
})

test('days off have no slots', () => {
  assert.deepEqual(slotsOn('2026-05-09', { timezone: 'UTC', workingDays: weekdays }), [])
  assert.equal(slotsOn('2026-05-08', { timezone: 'UTC', workingDays: weekdays }).length, 8)
})

test('business hours stay where the wall clock is, whichever way it was changed', () => {
  const first = (date: string) => slotsOn(date, { timezone: 'America/New_York' })[0]?.startsAt.toISOString()
  assert.equal(first('2026-03-07'), '2026-03-07T14:00:00.000Z')
  assert.equal(first('2026-03-08'), '2026-03-08T13:00:00.000Z')
  assert.equal(first('2026-10-31'), '2026-10-31T13:00:00.000Z')
  assert.equal(first('2026-11-01'), '2026-11-01T14:00:00.000Z')
})

test('the hour that does not exist is not offered, the one that comes twice is offered twice', () => {
  const night = { timezone: 'Europe/Berlin', start: 1, end: 4 }
  assert.deepEqual(shown(slotsOn('2026-03-29', night)), ['03-29T00:00/01:00', '03-29T01:00/02:00'])
  assert.deepEqual(shown(slotsOn('2026-10-25', night)), [
    '10-24T23:00/00:00',
    '10-25T00:00/01:00',
    '10-25T01:00/02:00',
    '10-25T02:00/03:00',
  ])
})

test('a clock that is changed by half an hour makes no slots that overlap', () => {
  const night = { timezone: 'Australia/Lord_Howe', start: 0, end: 5 }
  for (const date of ['2026-04-05', '2026-10-04']) {
    const slots = slotsOn(date, night)
    assert.ok(slots.length >= 4)
    for (const [index, slot] of slots.slice(1).entries()) assert.ok(slot.startsAt >= slots[index]!.endsAt)
  }
})

test('zones of half and three quarter hours begin on their own hour', () => {
  assert.equal(
    slotsOn('2026-05-07', { timezone: 'Asia/Kathmandu' })[0]?.startsAt.toISOString(),
    '2026-05-07T03:15:00.000Z',
  )
  assert.equal(
    slotsOn('2026-05-07', { timezone: 'America/St_Johns' })[0]?.startsAt.toISOString(),
    '2026-05-07T11:30:00.000Z',
  )
})

/** Zones with days on which their clocks change: by an hour, by half an hour, at midnight, after it; and a day that Samoa left out. */
const eventful: [string, ...string[]][] = [
  ['America/New_York', '2026-03-08', '2026-11-01'],
  ['Europe/Berlin', '2026-03-29', '2026-10-25'],
  ['Australia/Lord_Howe', '2026-04-05', '2026-10-04'],
  ['Pacific/Chatham', '2026-04-05', '2026-09-27'],
  ['America/St_Johns', '2009-03-08', '2009-11-01'],
  ['America/Sao_Paulo', '2018-02-18', '2018-11-04'],
  ['Asia/Beirut', '2026-03-29', '2026-10-25'],
  ['Africa/Casablanca', '2026-02-15', '2026-03-22'],
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Kathmandu', '2026-05-07'],
  ['Asia/Kolkata', '2026-05-07'],
  ['UTC', '2026-05-07'],
]
const zonedDays = eventful.flatMap(([timezone, ...dates]) => dates.map((date) => ({ timezone, date })))

test('slots are what a patient person finds who looks at the clock every minute', () => {
  const cases = fc.record({
    zonedDay: fc.constantFrom(...zonedDays),
    // Clocks change at night.
    startQuarter: fc.oneof(fc.constant(0), fc.nat(12), fc.nat(12), fc.nat(92)),
    quarters: fc.oneof(fc.integer({ min: 1, max: 96 }), fc.constant(96)),
    workingDays: fc.constantFrom(everyDay, everyDay, weekdays, [6, 7]),
    durationMinutes: fc.constantFrom(15, 20, 30, 45, 50, 60, 90, 100, 120, 420),
    leadMinutes: fc.nat(720),
    spanMinutes: fc.integer({ min: 720, max: 2_160 }),
    busy: fc.array(fc.record({ at: fc.nat(2_880), minutes: fc.integer({ min: 1, max: 240 }) }), { maxLength: 4 }),
  })
  fc.assert(
    fc.property(cases, (given) => {
      const { durationMinutes, workingDays } = given
      const { timezone, date } = given.zonedDay
      const hours = {
        timezone,
        workingDays,
        start: given.startQuarter / 4,
        end: Math.min(24, (given.startQuarter + given.quarters) / 4),
      }
      const midnight = Temporal.PlainDate.from(date).toZonedDateTime(timezone).epochMilliseconds
      const from = midnight - given.leadMinutes * 60_000
      const to = from + given.spanMinutes * 60_000
      const busy = given.busy.map(({ at, minutes }) => ({
        startsAt: new Date(from + at * 60_000),
        endsAt: new Date(from + (at + minutes) * 60_000),
      }))
      const slots = freeSlots(hours, { from: new Date(from), to: new Date(to), durationMinutes, busy })
      assert.deepEqual(shown(slots), shown(byTheClock(hours, { from, to, durationMinutes, busy })))
    }),
    { numRuns: 150 },
  )
})

/** Reads a clock on the wall minute by minute, and knows nothing of offsets and clock changes. */
function byTheClock(
  { timezone, start, end, workingDays }: BusinessHours,
  { from, to, durationMinutes, busy }: { from: number; to: number; durationMinutes: number; busy: Span[] },
): Span[] {
  const wall = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
  const first = from - 2 * 86_400_000
  const minutes = Array.from({ length: (to - first) / 60_000 + 1_440 }, (_, index) => {
    const [weekday = '', date = '', hour = '', minute = ''] = wall.format(first + index * 60_000).split(/, |:/)
    const sinceStart = Number(hour) * 60 + Number(minute) - start * 60
    const isOpen =
      workingDays.includes(names.indexOf(weekday) + 1) && sinceStart >= 0 && sinceStart < (end - start) * 60
    return { date, isOpen, isStart: isOpen && sinceStart % durationMinutes === 0 }
  })
  const slots: Span[] = []
  for (let index = 0; index < minutes.length; index++) {
    const here = minutes[index]!
    const whole = minutes.slice(index, index + durationMinutes)
    if (!here.isStart || whole.length < durationMinutes) continue
    if (!whole.every(({ date, isOpen }) => isOpen && date === here.date)) continue
    const [startsAt, endsAt] = [new Date(first + index * 60_000), new Date(first + (index + durationMinutes) * 60_000)]
    const isTaken = busy.some((span) => span.startsAt < endsAt && startsAt < span.endsAt)
    if (startsAt.getTime() >= from && endsAt.getTime() <= to && !isTaken) slots.push({ startsAt, endsAt })
    index += durationMinutes - 1
  }
  return slots
}
