import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createDiary } from './diary.ts'
import { inTurn, type Turn } from './round-robin.ts'
import type { Hours, Rules, Taken } from './rules.ts'
import { slotsOf } from './several-hosts.ts'
import type { Span } from './spans.ts'
import { dayOf } from './wall-clock.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds
const local = (text: string, zone: string) => Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds

const nineToFive: Hours[] = [{ from: 540, to: 1_020 }]
const everyDay = (hours: readonly Hours[]) => Array.from({ length: 7 }, () => hours)
const base: Rules = {
  timezone: 'UTC',
  weekly: everyDay(nineToFive),
  overrides: new Map(),
  outOfOffice: [],
  slotMinutes: 60,
  stepMinutes: 60,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  minimumNoticeMinutes: 0,
  horizonDays: 3_650,
  maxPerDay: null,
  maxPerWeek: null,
}

function shown(
  rules: Partial<Rules>,
  window: Span,
  given: { taken?: Taken[]; busy?: Span[]; now?: number; minutes?: number } = {},
): string[] {
  const all = { ...base, ...rules }
  const { taken = [], busy = [], now = window.from - day, minutes } = given
  const diary = createDiary({ rules: all, taken, busy, window })
  return diary
    .starts({ ...window, now, minutes })
    .map((start) => Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(all.timezone).toString())
    .map((text) => text.slice(0, text.indexOf('[')).replace(':00+', '+').replace(':00-', '-'))
}

const wholeDay = (date: string, zone: string): Span => ({
  from: local(`${date}T00:00`, zone),
  to: local(`${date}T00:00`, zone) + 25 * hour,
})
const booking = (from: string, minutes: number, before = 0, after = 0): Taken => {
  const [start, end] = [at(from), at(from) + minutes * minute]
  return { from: start, to: end, blockedFrom: start - before * minute, blockedTo: end + after * minute }
}

test('offers what an independent look at every single minute finds free, in all zones and across their clock changes', () => {
  fc.assert(
    fc.property(cases, ({ rules, taken, busy, window, now }) => {
      const found = createDiary({ rules, taken, busy, window }).starts({ ...window, now })

      assert.deepEqual(found, minuteByMinute(rules, taken, busy, window, now))
    }),
    { numRuns: 150 },
  )
})

test('keeps afternoon slots at their wall-clock time on the day on which the clock is set forward', () => {
  const zone = 'Europe/Berlin'

  const slots = shown({ timezone: zone }, wholeDay('2026-03-29', zone))

  assert.equal(slots[0], '2026-03-29T09:00+02:00')
  assert.equal(slots.at(-1), '2026-03-29T16:00+02:00')
  assert.equal(slots.length, 8)
})

test('leaves out the hour that the clock skips, and offers the hour that it shows twice twice', () => {
  const night = { timezone: 'America/New_York', weekly: everyDay([{ from: 0, to: 240 }]) }

  const spring = shown(night, { ...wholeDay('2026-03-08', 'America/New_York'), to: at('2026-03-08T12:00Z') })
  const autumn = shown(night, { ...wholeDay('2026-11-01', 'America/New_York'), to: at('2026-11-01T12:00Z') })

  assert.deepEqual(spring, ['2026-03-08T00:00-05:00', '2026-03-08T01:00-05:00', '2026-03-08T03:00-04:00'])
  assert.deepEqual(autumn, [
    '2026-11-01T00:00-04:00',
    '2026-11-01T01:00-04:00',
    '2026-11-01T01:00-05:00',
    '2026-11-01T02:00-05:00',
    '2026-11-01T03:00-05:00',
  ])
})

for (const [zone, date, first] of [
  ['Australia/Lord_Howe', '2026-10-04', '2026-10-04T09:00+11:00'],
  ['Australia/Lord_Howe', '2026-04-05', '2026-04-05T09:00+10:30'],
  ['Pacific/Chatham', '2026-09-27', '2026-09-27T09:00+13:45'],
  ['Asia/Kathmandu', '2026-01-15', '2026-01-15T09:00+05:45'],
  ['America/Santiago', '2026-09-06', '2026-09-06T09:00-03:00'],
  ['Australia/Sydney', '2026-10-04', '2026-10-04T09:00+11:00'],
] as const) {
  test(`begins the day at nine by the clock of ${zone} on ${date}`, () => {
    assert.equal(shown({ timezone: zone }, wholeDay(date, zone))[0], first)
  })
}

test('counts minimum notice in real time, also where it ends on the day of a clock change', () => {
  const zone = 'Europe/Berlin'
  const now = local('2026-03-28T12:30', zone)

  const slots = shown({ timezone: zone, minimumNoticeMinutes: 24 * 60 }, wholeDay('2026-03-29', zone), { now })

  // 24 real hours later the clock shows 13:30, since one hour of the night was skipped.
  assert.equal(slots[0], '2026-03-29T14:00+02:00')
})

test('offers so many days after today, by the date of the host', () => {
  const zone = 'Pacific/Auckland'
  const now = local('2026-06-10T23:30', zone)
  const window = { from: now, to: now + 5 * day }

  const slots = shown({ timezone: zone, horizonDays: 1 }, window, { now })

  assert.deepEqual([...new Set(slots.map((slot) => slot.slice(0, 10)))], ['2026-06-11'])
})

test('takes the hours of a date in place of those of its weekday, and no hours for a closed day', () => {
  const overrides = new Map([
    [dayOf('2026-05-04'), [{ from: 840, to: 960 }]],
    [dayOf('2026-05-05'), []],
  ])

  const slots = shown({ overrides }, { from: at('2026-05-04T00:00Z'), to: at('2026-05-06T00:00Z') })

  assert.deepEqual(slots, ['2026-05-04T14:00+00:00', '2026-05-04T15:00+00:00'])
})

test('adds up the buffers of two bookings, and keeps its own clear of busy time', () => {
  const rules = { bufferBeforeMinutes: 10, bufferAfterMinutes: 15, slotMinutes: 30, stepMinutes: 5 }
  const window = { from: at('2026-05-04T00:00Z'), to: at('2026-05-05T00:00Z') }

  const afterBooking = shown(rules, window, { taken: [booking('2026-05-04T09:00Z', 30, 10, 15)] })
  const afterBusy = shown(rules, window, { busy: [{ from: at('2026-05-04T09:00Z'), to: at('2026-05-04T09:30Z') }] })

  // 15 after the first and 10 before the second make 25 minutes between bookings; a busy event has no buffer of its own.
  assert.equal(afterBooking[0], '2026-05-04T09:55+00:00')
  assert.equal(afterBusy[0], '2026-05-04T09:40+00:00')
})

test('offers no more on a day or in a week that is full', () => {
  const window = { from: at('2026-05-04T00:00Z'), to: at('2026-05-12T00:00Z') }
  const taken = [booking('2026-05-04T09:00Z', 60), booking('2026-05-05T09:00Z', 60), booking('2026-05-05T11:00Z', 60)]

  const byDay = shown({ maxPerDay: 2 }, window, { taken })
  const byWeek = shown({ maxPerWeek: 3 }, window, { taken })

  assert.ok(byDay.some((slot) => slot.startsWith('2026-05-04')))
  assert.ok(!byDay.some((slot) => slot.startsWith('2026-05-05')))
  assert.equal(byWeek[0], '2026-05-11T09:00+00:00')
})

test('says why a time cannot be booked', () => {
  const window = { from: at('2026-05-04T00:00Z'), to: at('2026-05-09T00:00Z') }
  const rules: Rules = {
    ...base,
    horizonDays: 3,
    minimumNoticeMinutes: 60,
    outOfOffice: [{ from: at('2026-05-06T00:00Z'), to: at('2026-05-07T00:00Z') }],
  }
  const busy = [{ from: at('2026-05-05T12:00Z'), to: at('2026-05-05T12:30Z') }]
  const taken = [booking('2026-05-05T09:00Z', 60)]
  const diary = createDiary({ rules, taken, busy, window })
  const problem = (time: string) => diary.problemOf({ at: at(time), now: at('2026-05-04T09:30Z') })

  assert.equal(problem('2026-05-04T10:00Z'), 'too_soon')
  assert.equal(problem('2026-05-04T11:00Z'), undefined)
  assert.equal(problem('2026-05-04T11:15Z'), 'off_grid')
  assert.equal(problem('2026-05-04T16:30Z'), 'closed')
  assert.equal(problem('2026-05-05T09:00Z'), 'taken')
  assert.equal(problem('2026-05-05T12:00Z'), 'busy')
  assert.equal(problem('2026-05-06T10:00Z'), 'out_of_office')
  assert.equal(problem('2026-05-08T10:00Z'), 'too_far')
})

test('merges the slots of any host, and finds those that suit all on the grid of the first', () => {
  const window = { from: at('2026-05-04T00:00Z'), to: at('2026-05-05T00:00Z') }
  const hostOf = (hostId: string, rules: Partial<Rules>, taken: Taken[] = []) => ({
    hostId,
    diary: createDiary({ rules: { ...base, ...rules }, taken, busy: [], window }),
  })
  const hosts = [
    hostOf('london', { weekly: everyDay([{ from: 540, to: 720 }]) }, [booking('2026-05-04T10:00Z', 60)]),
    hostOf('kolkata', { timezone: 'Asia/Kolkata', weekly: everyDay([{ from: 840, to: 1_020 }]) }),
  ]
  const asked = { ...window, now: window.from }

  const any = slotsOf(hosts, 'any', asked)
  const all = slotsOf(hosts, 'all', asked)

  assert.deepEqual(
    any.map(({ at, hostIds }) => `${new Date(at).toISOString().slice(11, 16)} ${hostIds.join(' ')}`),
    ['08:30 kolkata', '09:00 london', '09:30 kolkata', '10:30 kolkata', '11:00 london'],
  )
  // Kolkata is open from 08:30 to 11:30 here.
  assert.deepEqual(
    all.map(({ at, hostIds }) => `${new Date(at).toISOString().slice(11, 16)} ${hostIds.join(' ')}`),
    ['09:00 london kolkata'],
  )
})

test('gives turns to whoever waited longest, as often as the weight says', () => {
  const hosts: Turn[] = [
    { hostId: 'a', weight: 2, lastBookedAt: null, turns: 0 },
    { hostId: 'b', weight: 1, lastBookedAt: null, turns: 0 },
  ]
  const chosen: string[] = []
  for (let now = 1; now <= 30; now += 1) {
    const [next] = inTurn(hosts, now * hour)
    chosen.push(next!.hostId)
    const host = hosts.find(({ hostId }) => hostId === next!.hostId)!
    Object.assign(host, { lastBookedAt: now * hour, turns: host.turns + 1 })
  }

  assert.deepEqual([...new Set(chosen.slice(0, 3))].sort(), ['a', 'b'])
  const share = chosen.filter((hostId) => hostId === 'a').length
  assert.ok(share >= 18 && share <= 22, `a was booked ${share} times of 30`)
})

// The independent implementation: nothing but what the wall clock shows at each minute. -------------------------------

function minuteByMinute(rules: Rules, taken: Taken[], busy: Span[], window: Span, now: number): number[] {
  const seen = new Map<number, ReturnType<typeof lookAt>>()
  const look = (time: number) => {
    const known = seen.get(time) ?? lookAt(rules, time)
    seen.set(time, known)
    return known
  }
  const minutesIn = (from: number, to: number) =>
    Array.from({ length: Math.max(0, Math.ceil((to - from) / minute)) }, (_, index) => from + index * minute)
  const isIn = (spans: Span[], time: number) => spans.some(({ from, to }) => from <= time && time < to)
  const blocked = taken.map(({ blockedFrom, blockedTo }) => ({ from: blockedFrom, to: blockedTo }))
  const lastDate = Temporal.Instant.fromEpochMilliseconds(now)
    .toZonedDateTimeISO(rules.timezone)
    .toPlainDate()
    .add({ days: rules.horizonDays })
  const dates = taken.map(({ from }) => look(from).date)
  return minutesIn(window.from, window.to).filter((start) => {
    const { date, offset } = look(start)
    if (offset === undefined || offset % rules.stepMinutes !== 0) return false
    if (start < now + rules.minimumNoticeMinutes * minute) return false
    if (Temporal.PlainDate.compare(date, lastDate) > 0) return false
    const end = start + rules.slotMinutes * minute
    if (!minutesIn(start, end).every((time) => look(time).offset !== undefined && !isIn([...rules.outOfOffice], time)))
      return false
    const buffered = minutesIn(start - rules.bufferBeforeMinutes * minute, end + rules.bufferAfterMinutes * minute)
    if (buffered.some((time) => isIn(blocked, time) || isIn(busy, time))) return false
    const sameDay = dates.filter((other) => other.equals(date)).length
    const sameWeek = dates.filter(
      (other) => other.weekOfYear === date.weekOfYear && other.yearOfWeek === date.yearOfWeek,
    ).length
    return sameDay < (rules.maxPerDay ?? Infinity) && sameWeek < (rules.maxPerWeek ?? Infinity)
  })
}

/** The local date at a minute, and how far into open hours it is; undefined where it is in none. */
function lookAt(rules: Rules, time: number): { date: Temporal.PlainDate; offset: number | undefined } {
  const moment = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(rules.timezone)
  const date = moment.toPlainDate()
  const hours = rules.overrides.get(dayOf(date.toString())) ?? rules.weekly[moment.dayOfWeek - 1]!
  const clock = moment.hour * 60 + moment.minute
  const range = hours.find(({ from, to }) => from <= clock && clock < to)
  return { date, offset: range && clock - range.from }
}

const zones = [
  ...['Europe/Berlin', 'America/New_York', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Chatham'],
  ...[
    'Asia/Kathmandu',
    'Asia/Kolkata',
    'America/Santiago',
    'Australia/Sydney',
    'Africa/Casablanca',
    'Antarctica/Troll',
  ],
]

/** Hours of a day in order, which may meet and may reach either midnight. */
const hoursOfDay = fc.uniqueArray(fc.integer({ min: 0, max: 96 }), { minLength: 0, maxLength: 4 }).map((quarters) => {
  const sorted = quarters.toSorted((one, other) => one - other).map((quarter) => quarter * 15)
  return sorted.flatMap((from, index) =>
    index % 2 === 0 && sorted[index + 1] ? [{ from, to: sorted[index + 1]! }] : [],
  )
})

const cases = fc
  .record({
    timezone: fc.constantFrom(...zones),
    transition: fc.integer({ min: 0, max: 3 }),
    shift: fc.integer({ min: -40, max: 10 }),
    hours: fc.integer({ min: 6, max: 40 }),
    weekly: fc.array(hoursOfDay, { minLength: 7, maxLength: 7 }),
    override: fc.option(fc.tuple(fc.integer({ min: -1, max: 2 }), hoursOfDay), { nil: undefined }),
    spans: fc.array(
      fc.record({
        kind: fc.constantFrom('taken', 'busy', 'away'),
        start: fc.integer({ min: -600, max: 2_400 }),
        length: fc.integer({ min: 1, max: 180 }),
        before: fc.integer({ min: 0, max: 20 }),
        after: fc.integer({ min: 0, max: 20 }),
      }),
      { maxLength: 5 },
    ),
    slotMinutes: fc.integer({ min: 5, max: 150 }),
    stepMinutes: fc.constantFrom(5, 10, 15, 20, 30, 45, 60, 90),
    bufferBeforeMinutes: fc.constantFrom(0, 0, 5, 15),
    bufferAfterMinutes: fc.constantFrom(0, 0, 5, 30),
    minimumNoticeMinutes: fc.constantFrom(0, 0, 60, 1_500),
    horizonDays: fc.constantFrom(0, 1, 60),
    maxPerDay: fc.constantFrom(null, null, 1, 2),
    maxPerWeek: fc.constantFrom(null, null, 2),
    sinceNow: fc.integer({ min: 0, max: 1_440 }),
  })
  .map(({ timezone, transition, shift, hours, override, spans, sinceNow, ...rest }) => {
    let change = Temporal.Instant.from('2026-01-01T00:00Z').toZonedDateTimeISO(timezone)
    for (let step = 0; step <= transition; step += 1) change = change.getTimeZoneTransition('next') ?? change
    const from = change.epochMilliseconds + shift * hour
    const window = { from, to: from + hours * hour }
    const date = dayOf(change.toPlainDate().toString())
    const placed = spans.map(({ start, length, ...span }) => {
      const begin = from + start * minute
      return { ...span, from: begin, to: begin + length * minute }
    })
    const of = (kind: string) => placed.filter((span) => span.kind === kind)
    const rules: Rules = {
      ...rest,
      timezone,
      overrides: new Map(override ? [[date + override[0], override[1]]] : []),
      outOfOffice: of('away').map(({ from, to }) => ({ from, to })),
    }
    const taken = of('taken').map(({ from, to, before, after }) => ({
      ...{ from, to },
      blockedFrom: from - before * minute,
      blockedTo: to + after * minute,
    }))
    const busy = of('busy').map(({ from, to }) => ({ from, to }))
    return { rules, taken, busy, window, now: from - sinceNow * minute }
  })
