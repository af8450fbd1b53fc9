import type ICAL from 'ical.js'
import { isTimezone } from '../../kit/index.ts'

/**
 * The instant of a time. A zone that has an IANA name is taken for what it is everywhere; any other as the object itself describes it;
 * a whole day, or a time without zone, in the zone of the integration.
 */
export function instantOf(time: ICAL.Time, tzid: string | undefined, floating: string): Date {
  const { year, month, day, isDate } = time
  const local = isDate
    ? Temporal.PlainDateTime.from({ year, month, day })
    : Temporal.PlainDateTime.from({
        year,
        month,
        day,
        hour: time.hour,
        minute: time.minute,
        second: Math.min(time.second, 59),
      })
  if (isDate) return dateIn(local, floating)
  if (time.zone?.tzid === 'UTC' && (tzid === undefined || tzid === 'UTC')) return dateIn(local, 'UTC')
  if (tzid === undefined) return dateIn(local, floating)
  return isTimezone(tzid) ? dateIn(local, tzid) : new Date(time.toUnixTime() * 1_000)
}

const dateIn = (local: Temporal.PlainDateTime, zone: string): Date =>
  new Date(local.toZonedDateTime(zone).epochMilliseconds)

/** `20300507T140000Z`. */
export const utcStamp = (at: Date): string => `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`

/** The wall clock of a zone as iCalendar writes it; undefined where that shows another instant, since it shows this time twice. */
export function localStamp(at: Date, zone: string): string | undefined {
  const moment = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)
  const local = moment.toPlainDateTime()
  if (local.toZonedDateTime(zone).epochNanoseconds !== moment.epochNanoseconds) return undefined
  return local.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')
}

/**
 * A VTIMEZONE (RFC 5545, section 3.6.5) that is true from the clock change before an instant to well after it, which is all that a single
 * event needs.
 */
export function timezoneLines(zone: string, at: Date): string[] {
  const moment = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)
  const first = moment.getTimeZoneTransition('previous')
  const lines = ['BEGIN:VTIMEZONE', `TZID:${zone}`]
  let change = first ?? moment.with({ year: 1970, month: 1, day: 1 }).startOfDay()
  for (let count = 0; count < 3; count++) {
    lines.push(...observance(change))
    const next = change.getTimeZoneTransition('next')
    if (!next) break
    change = next
  }
  return [...lines, 'END:VTIMEZONE']
}

function observance(change: Temporal.ZonedDateTime): string[] {
  const before = change.subtract({ nanoseconds: 1 })
  const isDaylight = change.offsetNanoseconds > before.offsetNanoseconds
  const kind = isDaylight ? 'DAYLIGHT' : 'STANDARD'
  // A change begins by the clock that was shown until then.
  const local = change.toInstant().toZonedDateTimeISO(before.offset).toPlainDateTime()
  return [
    `BEGIN:${kind}`,
    `DTSTART:${local.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')}`,
    `TZOFFSETFROM:${before.offset.replace(':', '')}`,
    `TZOFFSETTO:${change.offset.replace(':', '')}`,
    `END:${kind}`,
  ]
}
