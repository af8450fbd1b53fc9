import { findIana } from 'windows-iana'
import { badRequest } from './answers.ts'

export type Time = { dateTime: string; timeZone: string }

/** The IANA name of a zone that may be named as Windows does; undefined for what is none. */
export function zoneOf(name: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return name
  } catch {
    return findIana(name)[0]
  }
}

/** @throws the refusal 400 for a zone that Outlook does not know */
export function needZone(name: string): string {
  const zone = zoneOf(name)
  if (zone !== undefined) return zone
  throw badRequest(
    'A valid TimeZone value must be specified. The following TimeZone value is not supported.',
    'TimeZoneNotSupportedException',
  )
}

/** @throws the refusal 400 for a time that is none */
export function readTime({ dateTime, timeZone }: { dateTime: string; timeZone?: string | null | undefined }): Time {
  const zone = timeZone ?? 'UTC'
  needZone(zone)
  try {
    return { dateTime: Temporal.PlainDateTime.from(dateTime.replace(/Z$/, '')).toString(), timeZone: zone }
  } catch {
    throw badRequest(`Cannot convert the literal '${dateTime}' to the expected type 'Edm.DateTime'.`, 'RequestBodyRead')
  }
}

export const instantOf = ({ dateTime, timeZone }: Time): number =>
  Temporal.PlainDateTime.from(dateTime).toZonedDateTime(zoneOf(timeZone) ?? 'UTC').epochMilliseconds

/** As Graph writes it: seven digits of a second, and the zone's name as it was asked for. */
export function shownTime(at: number, timeZone: string): Time {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zoneOf(timeZone) ?? 'UTC')
  return { dateTime: `${local.toPlainDateTime().toString({ smallestUnit: 'second' })}.0000000`, timeZone }
}
