import type { Account, Stored } from '../emulator.ts'
import type { Records } from '../records.ts'
import { invalid, refused } from './answers.ts'
import { addressOf } from './calendars.ts'
import type { EventBody } from './schemas.ts'

type Time = { dateTime?: string; date?: string; timeZone?: string }
type Attendee = NonNullable<NonNullable<EventBody['attendees']>[number]>

/** An event as it is kept. */
export type SandboxEvent = {
  start: Time
  end: Time
  status: string
  summary?: string
  description?: string
  location?: string
  transparency?: string
  attendees?: Attendee[]
  extendedProperties?: { private?: Record<string, string>; shared?: Record<string, string> }
  reminders?: { useDefault?: boolean; overrides?: { method: string; minutes: number }[] }
  sequence: number
}

export const typePrefix = 'events in '
export const eventsIn = (account: Account, calendarId: string): Records<SandboxEvent> =>
  account.records<SandboxEvent>(typePrefix + calendarId)

/** What a client may not set; it may send it back as it came. */
const filledByGoogle = [
  'id',
  'etag',
  'kind',
  'created',
  'updated',
  'htmlLink',
  'iCalUID',
  'eventType',
  'creator',
  'organizer',
]

/**
 * The event that a body describes, alone (POST, PUT) or over the present one (PATCH).
 * @throws the refusals that Google has for events that cannot be
 */
export function eventOf(account: Account, body: EventBody, timeZone: string, present?: SandboxEvent): SandboxEvent {
  const given = Object.fromEntries(Object.entries(body).filter(([name]) => !filledByGoogle.includes(name)))
  const merged = merge(present ?? {}, given) as Partial<SandboxEvent>
  const [start, end] = [timeOf(merged.start, 'start', timeZone), timeOf(merged.end, 'end', timeZone)]
  if ((start.date === undefined) !== (end.date === undefined))
    throw invalid('The start and end times must either both be date or both be dateTime.')
  const event = { status: 'confirmed', ...merged, start, end, sequence: merged.sequence ?? 0 }
  if (instantOf(end, timeZone) < instantOf(start, timeZone)) {
    throw refused(400, { domain: 'calendar', reason: 'timeRangeEmpty', message: 'The specified time range is empty.' })
  }
  if (!['confirmed', 'tentative', 'cancelled'].includes(event.status)) throw invalid('Invalid value for: status')
  checkReminders(event.reminders)
  if (event.attendees) event.attendees = event.attendees.map((attendee) => invited(account, attendee))
  return event
}

function checkReminders({ useDefault, overrides = [] }: NonNullable<SandboxEvent['reminders']> = {}): void {
  if (useDefault === true && overrides.length > 0) {
    const message = 'Cannot specify both default reminders and overrides at the same time.'
    throw invalid(message, 'cannotUseDefaultRemindersAndSpecifyOverride')
  }
  if (overrides.length > 5) throw invalid('Too many reminder overrides.', 'tooManyReminderOverrides')
  for (const { method } of overrides)
    if (method !== 'email' && method !== 'popup') throw invalid('Invalid reminder method.')
}

function invited(account: Account, attendee: Attendee): Attendee {
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(attendee.email ?? '')) throw invalid('Invalid attendee email.')
  const isSelf = attendee.email === addressOf(account)
  return { responseStatus: 'needsAction', ...attendee, ...(isSelf ? { self: true, organizer: true } : {}) }
}

/** @throws the refusals for a time that is missing or none */
function timeOf(given: Time | undefined, name: 'start' | 'end', timeZone: string): Time {
  const { dateTime, date } = given ?? {}
  if (dateTime !== undefined && date !== undefined) throw invalid(`Invalid ${name} time.`)
  if (date !== undefined) {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(date)))
      throw invalid(`Invalid value for: ${name}.date`)
    return { date }
  }
  if (dateTime === undefined) throw invalid(`Missing ${name} time.`, 'required')
  const zone = given?.timeZone
  if (zone !== undefined && !isZone(zone)) throw invalid(`Invalid time zone definition for ${name} time.`)
  const own = zone ?? timeZone
  try {
    const hasOffset = /(Z|[+-]\d{2}:\d{2})$/i.test(dateTime)
    if (!hasOffset && zone === undefined) throw invalid(`Missing time zone definition for ${name} time.`, 'required')
    const moment = hasOffset
      ? Temporal.Instant.from(dateTime).toZonedDateTimeISO(own)
      : Temporal.PlainDateTime.from(dateTime).toZonedDateTime(own)
    return { dateTime: shown(moment), timeZone: own }
  } catch (error) {
    if (error instanceof RangeError) throw invalid(`Invalid value for: ${name}.dateTime`)
    throw error
  }
}

const isZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** `2026-05-07T10:00:00-04:00`, and Z for UTC. */
function shown(moment: Temporal.ZonedDateTime): string {
  return moment.toString({ timeZoneName: 'never', fractionalSecondDigits: 0 }).replace('+00:00', 'Z')
}

/** Epoch milliseconds. */
export const instantOf = ({ dateTime, date }: Time, timeZone: string): number =>
  dateTime === undefined
    ? Temporal.PlainDate.from(date ?? '').toZonedDateTime(timeZone).epochMilliseconds
    : Date.parse(dateTime)

export const etagOf = ({ version }: { version: number }): string => `"p${version}"`

export function shownEvent(account: Account, calendarId: string, record: Stored<SandboxEvent>) {
  const { id, data, createdAt, updatedAt } = record
  const owner = { email: addressOf(account), self: true }
  const { sequence, ...fields } = data
  return {
    kind: 'calendar#event',
    etag: etagOf(record),
    id,
    htmlLink: `https://www.google.com/calendar/event?eid=${Buffer.from(`${id} ${calendarId}`).toString('base64url')}`,
    created: new Date(createdAt).toISOString(),
    updated: new Date(updatedAt).toISOString(),
    creator: owner,
    organizer: owner,
    iCalUID: `${id}@google.com`,
    sequence,
    reminders: { useDefault: true },
    eventType: 'default',
    ...fields,
    status: record.deletedAt === undefined ? data.status : 'cancelled',
  }
}

/** What lists tell of an event that is gone: no more than Google promises. */
export const shownGone = (record: Stored<SandboxEvent>) => ({
  kind: 'calendar#event',
  etag: etagOf(record),
  id: record.id,
  status: 'cancelled',
})

/** PATCH by Google's rules: objects are merged, lists replaced, null removes. */
function merge(present: object, given: object): object {
  const merged: Record<string, unknown> = { ...present }
  for (const [name, value] of Object.entries(given)) {
    if (value === null) delete merged[name]
    else if (isObject(value)) merged[name] = merge(isObject(merged[name]) ? merged[name] : {}, value)
    else merged[name] = value
  }
  return merged
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
