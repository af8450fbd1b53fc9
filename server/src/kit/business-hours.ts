import type { Span } from './models.ts'

/** When people can be booked, by the wall clock of a time zone. */
export type BusinessHours = {
  /** IANA name. */
  timezone: string
  /** Hours since midnight; 9.5 is half past nine. */
  start: number
  end: number
  /** ISO days of the week: 1 is Monday. */
  workingDays: readonly number[]
}

/** Business hours of one date, without a clock change in them; `from` and `to` are epoch milliseconds. */
type Stretch = { day: string; from: number; to: number }

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/**
 * Every free slot between two instants, in order. A slot begins where the wall clock shows the start of business plus a whole number of
 * lengths, takes that many real minutes, and lies within the business hours of one date. On the day on which the clock is set back the
 * times that come twice are offered twice, unless the second would begin before the first has ended.
 */
export function freeSlots(
  hours: BusinessHours,
  given: { from: Date; to: Date; durationMinutes: number; busy: readonly Span[] },
): Span[] {
  const lengthMs = given.durationMinutes * 60_000
  const { open, candidates } = businessTime(
    hours,
    lengthMs,
    given.from.getTime() - 2 * dayMs,
    given.to.getTime() + dayMs,
  )
  const slots: Span[] = []
  let taken = Number.NEGATIVE_INFINITY
  for (const at of candidates) {
    const end = at + lengthMs
    const isOpen = open.some((stretch) => stretch.from <= at && end <= stretch.to)
    if (at < taken || !isOpen) continue
    taken = end
    const isAsked = at >= given.from.getTime() && end <= given.to.getTime()
    const isFree = given.busy.every(({ startsAt, endsAt }) => end <= startsAt.getTime() || at >= endsAt.getTime())
    if (isAsked && isFree) slots.push({ startsAt: new Date(at), endsAt: new Date(end) })
  }
  return slots
}

/**
 * The business hours between two instants and where slots may begin. Between two clock changes a zone's local time is plain arithmetic,
 * so each such stretch is worked out by itself, and stretches of one date that meet are joined.
 */
function businessTime(hours: BusinessHours, lengthMs: number, from: number, to: number) {
  const open: Stretch[] = []
  const candidates: number[] = []
  for (const { begins, ends, offsetMs } of sameOffset(hours.timezone, from, to)) {
    const firstDay = Math.floor((begins + offsetMs) / dayMs)
    const lastDay = Math.floor((ends + offsetMs) / dayMs)
    for (let date = firstDay; date <= lastDay; date++) {
      const day = Temporal.PlainDate.from('1970-01-01').add({ days: date })
      if (!hours.workingDays.includes(day.dayOfWeek)) continue
      const midnight = date * dayMs - offsetMs
      const [opens, closes] = [midnight + hours.start * hourMs, midnight + hours.end * hourMs]
      const stretch = { day: day.toString(), from: Math.max(opens, begins), to: Math.min(closes, ends) }
      if (stretch.from >= stretch.to) continue
      join(open, stretch)
      const skipped = Math.ceil((stretch.from - opens) / lengthMs)
      for (let at = opens + skipped * lengthMs; at < stretch.to; at += lengthMs) candidates.push(at)
    }
  }
  return { open, candidates }
}

function join(open: Stretch[], stretch: Stretch): void {
  const before = open.at(-1)
  if (before?.day === stretch.day && before.to === stretch.from) before.to = stretch.to
  else open.push(stretch)
}

/** The time between two instants, cut where the clock changes. */
function* sameOffset(timezone: string, from: number, to: number) {
  let begins = from
  while (begins < to) {
    const moment = Temporal.Instant.fromEpochMilliseconds(begins).toZonedDateTimeISO(timezone)
    const change = moment.getTimeZoneTransition('next')?.epochMilliseconds ?? to
    const ends = Math.min(change, to)
    yield { begins, ends, offsetMs: moment.offsetNanoseconds / 1_000_000 }
    begins = ends
  }
}
