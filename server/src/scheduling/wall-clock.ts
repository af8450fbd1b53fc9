export const minuteMs = 60_000
export const dayMs = 86_400_000

/** Time between two changes of a zone's clock, in which its local time is plain arithmetic. */
export type Stretch = { from: number; to: number; offsetMs: number }

/** The time between two instants, cut where the clock of the zone changes. */
export function stretchesOf(timezone: string, from: number, to: number): Stretch[] {
  const stretches: Stretch[] = []
  for (let begin = from; begin < to; ) {
    const moment = Temporal.Instant.fromEpochMilliseconds(begin).toZonedDateTimeISO(timezone)
    const change = moment.getTimeZoneTransition('next')?.epochMilliseconds ?? to
    const end = Math.min(change, to)
    stretches.push({ from: begin, to: end, offsetMs: moment.offsetNanoseconds / 1_000_000 })
    begin = end
  }
  return stretches
}

/** The local date at an instant, as days since 1 January 1970. */
export function dayAt(stretches: readonly Stretch[], at: number): number {
  const stretch = stretches.find(({ to }) => at < to) ?? stretches.at(-1)!
  return Math.floor((at + stretch.offsetMs) / dayMs)
}

const epoch = Temporal.PlainDate.from('1970-01-01')

/** Days since 1 January 1970 of a date such as `2026-02-20`. */
export const dayOf = (date: string): number => epoch.until(Temporal.PlainDate.from(date)).days

/** The ISO weekday of a day, from 0 for Monday. */
export const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7

/** A number that all days of one week share, Monday to Sunday. */
export const weekOf = (day: number): number => Math.floor((day + 3) / 7)

/** The instant at which a day begins in a zone. */
export const startOfDay = (timezone: string, day: number): number =>
  epoch.add({ days: day }).toZonedDateTime(timezone).epochMilliseconds
