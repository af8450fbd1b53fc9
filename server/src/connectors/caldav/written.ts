import ICAL from 'ical.js'
import { type CalendarEvent, type Changes, ConnectorError, type New, type Span } from '../../kit/index.ts'
import { readObject, textIn } from './objects.ts'
import { localStamp, timezoneLines, utcStamp } from './times.ts'

type Fields = Changes<CalendarEvent>
type Surroundings = { now: Date; organizer?: string | undefined }

/** A new object for an event. */
export function newObject(uid: string, input: New<CalendarEvent>, given: Surroundings): string {
  const calendar = new ICAL.Component('vcalendar')
  calendar.addPropertyWithValue('version', '2.0')
  calendar.addPropertyWithValue('prodid', '-//Tenon//CalDAV//EN')
  const event = new ICAL.Component('vevent')
  event.addPropertyWithValue('uid', uid)
  set(event, 'created', given.now)
  calendar.addSubcomponent(event)
  write(calendar, event, input, given)
  return calendar.toString()
}

/** An object with changes; all else that stands in it stays as it is. */
export function changedObject(text: string, changes: Fields, given: Surroundings): string {
  const found = readObject(text)
  if (!found) throw new ConnectorError('PROCESSING_ERROR', 'CalDAV: the appointment cannot be read (PROCESSING_ERROR)')
  const { calendar, master } = found
  const sequence = Number(master.getFirstPropertyValue('sequence') ?? 0)
  master.updatePropertyWithValue('sequence', Number.isFinite(sequence) ? sequence + 1 : 1)
  write(calendar, master, changes, given)
  return calendar.toString()
}

function write(
  calendar: ICAL.Component,
  event: ICAL.Component,
  fields: Fields,
  { now, organizer }: Surroundings,
): void {
  set(event, 'dtstamp', now)
  set(event, 'last-modified', now)
  const texts = {
    summary: fields.title,
    description: fields.description,
    location: fields.location,
    'x-tenon-contact-id': fields.contactId,
    status: fields.status?.toUpperCase() ?? fields.status,
  }
  for (const [name, value] of Object.entries(texts)) {
    if (value === undefined) continue
    event.removeAllProperties(name)
    if (value !== null) event.addPropertyWithValue(name, value)
  }
  const { startsAt, endsAt, timezone } = fields
  if (startsAt && endsAt) writeTimes(calendar, event, { startsAt, endsAt }, timezone ?? undefined)
  if (fields.attendees !== undefined) writeAttendees(event, fields.attendees ?? [], organizer)
  if (fields.reminders !== undefined) {
    event.removeAllSubcomponents('valarm')
    for (const minutes of fields.reminders ?? []) event.addSubcomponent(alarm(minutes, textIn(event, 'summary') ?? ''))
  }
}

function set(event: ICAL.Component, name: string, at: Date): void {
  event.updatePropertyWithValue(name, ICAL.Time.fromDateTimeString(at.toISOString().replace(/\.\d+Z$/, 'Z')) as never)
}

/** In the zone that was asked for, which the object then describes; in UTC where none was, or its clock shows the time twice. */
function writeTimes(
  calendar: ICAL.Component,
  event: ICAL.Component,
  { startsAt, endsAt }: Span,
  zone: string | undefined,
): void {
  const local = zone === undefined || zone === 'UTC' ? [] : [localStamp(startsAt, zone), localStamp(endsAt, zone)]
  const isLocal = local.length > 0 && !local.includes(undefined)
  const stamps = isLocal ? local : [utcStamp(startsAt), utcStamp(endsAt)]
  for (const name of ['dtend', 'duration', 'dtstart']) event.removeAllProperties(name)
  for (const [index, name] of ['DTSTART', 'DTEND'].entries()) {
    const line = `${name}${isLocal ? `;TZID=${zone}` : ''}:${stamps[index]}`
    event.addProperty(ICAL.Property.fromString(line))
  }
  if (!isLocal || zone === undefined) return
  for (const known of calendar.getAllSubcomponents('vtimezone'))
    if (known.getFirstPropertyValue('tzid') === zone) calendar.removeSubcomponent(known)
  calendar.addSubcomponent(ICAL.Component.fromString(timezoneLines(zone, startsAt).join('\r\n')))
}

/** Who was invited before keeps the answer. */
function writeAttendees(
  event: ICAL.Component,
  people: readonly { email: string; name?: string | undefined }[],
  organizer?: string,
) {
  const before = event.getAllProperties('attendee')
  const isSame = (property: ICAL.Property, email: string) =>
    String(property.getFirstValue()).toLowerCase() === `mailto:${email.toLowerCase()}`
  event.removeAllProperties('attendee')
  for (const { email, name } of people) {
    const known = before.find((property) => isSame(property, email))
    const property = known ?? new ICAL.Property('attendee')
    if (!known) {
      property.setValue(`mailto:${email}`)
      for (const [parameter, value] of [
        ['role', 'REQ-PARTICIPANT'],
        ['partstat', 'NEEDS-ACTION'],
        ['rsvp', 'TRUE'],
      ] as const)
        property.setParameter(parameter, value)
    }
    if (name !== undefined) property.setParameter('cn', name.replaceAll('"', "'"))
    event.addProperty(property)
  }
  // Nobody is invited without a host (RFC 6638).
  if (people.length > 0 && organizer !== undefined && !event.hasProperty('organizer'))
    event.addPropertyWithValue('organizer', `mailto:${organizer}`)
}

function alarm(minutes: number, text: string): ICAL.Component {
  const component = new ICAL.Component('valarm')
  component.addPropertyWithValue('action', 'DISPLAY')
  component.addPropertyWithValue('description', text || 'Reminder')
  component.addPropertyWithValue('trigger', ICAL.Duration.fromSeconds(-60 * minutes) as never)
  return component
}
