import { openTimeOf, type Start } from './open-time.ts'
import type { Problem, Rules, Taken } from './rules.ts'
import { covers, joined, type Span, touches } from './spans.ts'
import { dayAt, dayMs, minuteMs, stretchesOf, weekOf } from './wall-clock.ts'

/** One host's time between two instants, ready to be asked about. */
export type Diary = {
  readonly rules: Rules
  /** The time that it knows; questions beyond it are answered as closed. */
  readonly window: Span
  /** Every start at which a slot is free. */
  starts(asked: { from: number; to: number; now: number; minutes?: number | undefined }): number[]
  /** Why a time cannot be booked; undefined where it can be. */
  problemOf(asked: { at: number; now: number; minutes?: number | undefined }): Problem | undefined
  /** The same without the grid on which slots begin: for whoever joins a slot of another host. */
  clashOf(asked: { at: number; now: number; minutes?: number | undefined }): Problem | undefined
  /** Whether something is booked or held then, whatever else there is to say. */
  isTaken(asked: { at: number; minutes?: number | undefined }): boolean
}

/** Longest slot, with its buffers, that reaches out of a window. */
const marginMs = 2 * dayMs

/**
 * Makes a diary of a host's rules, what is taken of the host, and when connected calendars say that the host is busy. A slot keeps its own
 * buffers clear of both. What is taken has buffers of its own, so between two bookings they add up; busy time has none.
 */
export function createDiary(given: {
  rules: Rules
  taken: readonly Taken[]
  busy: readonly Span[]
  window: Span
}): Diary {
  const { rules, taken, window } = given
  const stretches = stretchesOf(rules.timezone, window.from - 8 * dayMs, window.to + 8 * dayMs)
  const { open, starts } = openTimeOf(rules, cut(stretches, window.from - dayMs, window.to + marginMs))
  const away = joined(rules.outOfOffice)
  const blocked = joined(taken.map(({ blockedFrom, blockedTo }) => ({ from: blockedFrom, to: blockedTo })))
  const busy = joined(given.busy)
  const [perDay, perWeek] = countsOf(rules, taken, (at) => dayAt(stretches, at))
  const grid = new Set(starts.map(({ at }) => at))

  const fullness = (day: number): Problem | undefined => {
    if (rules.maxPerDay !== null && (perDay.get(day) ?? 0) >= rules.maxPerDay) return 'day_full'
    if (rules.maxPerWeek !== null && (perWeek.get(weekOf(day)) ?? 0) >= rules.maxPerWeek) return 'week_full'
    return undefined
  }

  const buffered = (at: number, minutes: number): [number, number] => [
    at - rules.bufferBeforeMinutes * minuteMs,
    at + (minutes + rules.bufferAfterMinutes) * minuteMs,
  ]

  function clash({ at, day }: Start, now: number, lastDay: number, minutes: number): Problem | undefined {
    const end = at + minutes * minuteMs
    if (at < now + rules.minimumNoticeMinutes * minuteMs) return 'too_soon'
    if (day > lastDay) return 'too_far'
    if (!covers(open, at, end)) return 'closed'
    if (touches(away, at, end)) return 'out_of_office'
    if (touches(blocked, ...buffered(at, minutes))) return 'taken'
    if (touches(busy, ...buffered(at, minutes))) return 'busy'
    return fullness(day)
  }

  const lastDayOf = (now: number) => dayAt(stretchesOf(rules.timezone, now, now + 1), now) + rules.horizonDays

  return {
    rules,
    window,
    starts({ from, to, now, minutes = rules.slotMinutes }) {
      const lastDay = lastDayOf(now)
      return starts
        .filter((start) => start.at >= from && start.at < to && clash(start, now, lastDay, minutes) === undefined)
        .map(({ at }) => at)
    },
    problemOf: ({ at, now, minutes = rules.slotMinutes }) =>
      clash({ at, day: dayAt(stretches, at) }, now, lastDayOf(now), minutes) ?? (grid.has(at) ? undefined : 'off_grid'),
    clashOf: ({ at, now, minutes = rules.slotMinutes }) =>
      clash({ at, day: dayAt(stretches, at) }, now, lastDayOf(now), minutes),
    isTaken: ({ at, minutes = rules.slotMinutes }) => touches(blocked, ...buffered(at, minutes)),
  }
}

/** How much begins on each local date and in each week. */
function countsOf(rules: Rules, taken: readonly Taken[], day: (at: number) => number) {
  const perDay = new Map<number, number>()
  const perWeek = new Map<number, number>()
  if (rules.maxPerDay === null && rules.maxPerWeek === null) return [perDay, perWeek] as const
  for (const { from } of taken) {
    const date = day(from)
    perDay.set(date, (perDay.get(date) ?? 0) + 1)
    perWeek.set(weekOf(date), (perWeek.get(weekOf(date)) ?? 0) + 1)
  }
  return [perDay, perWeek] as const
}

const cut = <S extends Span>(spans: readonly S[], from: number, to: number): S[] =>
  spans
    .map((span) => ({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }))
    .filter((span) => span.from < span.to)
