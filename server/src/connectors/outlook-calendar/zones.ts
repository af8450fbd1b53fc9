import { findIana } from 'windows-iana'
import { isTimezone } from '../../kit/index.ts'
import type { GraphTime } from './types.ts'

/** The IANA name of a zone that Outlook may name as Windows does; undefined for `tzone://Microsoft/Custom` and the like. */
export const ianaOf = (name: string): string | undefined => (isTimezone(name) ? name : findIana(name)[0])

/** The instant of a time of Outlook; undefined where it is none. Seven digits of a second are more than a date holds. */
export function instantOf({ dateTime, timeZone = 'UTC' }: GraphTime): Date | undefined {
  const zone = ianaOf(timeZone)
  if (zone === undefined) return undefined
  try {
    const local = Temporal.PlainDateTime.from(dateTime.replace(/Z$/, ''))
    return new Date(local.toZonedDateTime(zone).epochMilliseconds)
  } catch {
    return undefined
  }
}

/**
 * An instant by the wall clock of a zone, in which Outlook then keeps the event; in UTC where the clock shows that time twice and this
 * is the second.
 */
export function timeIn(at: Date, zone: string | undefined): GraphTime {
  if (zone !== undefined && isTimezone(zone)) {
    const moment = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)
    const local = moment.toPlainDateTime()
    if (local.toZonedDateTime(zone).epochNanoseconds === moment.epochNanoseconds)
      return { dateTime: local.toString({ smallestUnit: 'second' }), timeZone: zone }
  }
  return { dateTime: at.toISOString().slice(0, 19), timeZone: 'UTC' }
}

/** When a day begins: an event of whole days has no zone, so that it is read in that of the calendar. */
export const midnightOf = ({ dateTime }: GraphTime, zone: string): Date =>
  new Date(Temporal.PlainDate.from(dateTime.slice(0, 10)).toZonedDateTime(zone).epochMilliseconds)
