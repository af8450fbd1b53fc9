import { type CalendarEvent, type Changes, choice, date, field, mapping, type New, readOnly } from '../../kit/index.ts'
import { fromHtml, toHtml } from './html.ts'
import type { GoogleAttendee, GoogleEvent, GoogleReminders } from './types.ts'

/** An event with a time. What takes whole days is read by `readEvent`. */
export const appointment = mapping<CalendarEvent, GoogleEvent>(
  {
    externalId: 'id',
    createdAt: date('created'),
    updatedAt: date('updated'),
    title: 'summary',
    description: field('description', { read: fromHtml, write: toHtml }),
    location: 'location',
    startsAt: date('start.dateTime'),
    endsAt: date('end.dateTime'),
    timezone: readOnly('start.timeZone'),
    attendees: field('attendees', {
      read: (people: GoogleAttendee[]) =>
        people.map(({ email, displayName }) => (displayName === undefined ? { email } : { email, name: displayName })),
      write: (people) =>
        people.map(({ email, name }) => (name === undefined ? { email } : { email, displayName: name })),
      empty: [],
    }),
    reminders: field('reminders', {
      read: ({ overrides = [] }: GoogleReminders) => overrides.map(({ minutes }) => minutes),
      write: (minutes) => ({ useDefault: false, overrides: minutes.map(popup) }),
      empty: { useDefault: true, overrides: [] },
    }),
    contactId: 'extendedProperties.private.tenonContactId',
    status: choice('status', { confirmed: 'confirmed', tentative: 'tentative', cancelled: 'cancelled' }),
  },
  { empty: '' },
)

const popup = (minutes: number) => ({ method: 'popup', minutes })

/** An event as we know it; `timezone` says when the days of an event begin that has no time. */
export function readEvent(event: GoogleEvent, calendarId: string, timezone = 'UTC'): CalendarEvent {
  const { start, end } = event
  const wholeDays =
    start?.date && end?.date ? { startsAt: midnight(start.date, timezone), endsAt: midnight(end.date, timezone) } : {}
  const { title = '', ...known } = appointment.read(event)
  return { title, ...known, ...wholeDays, calendarId }
}

/** What to send for a new event or for changes of one. */
export function writeEvent(input: New<CalendarEvent> | Changes<CalendarEvent>) {
  const event = appointment.write(input)
  const { timezone } = input
  return {
    ...event,
    ...timeOf('start', event.start?.dateTime, timezone),
    ...timeOf('end', event.end?.dateTime, timezone),
  }
}

function timeOf(name: 'start' | 'end', dateTime: string | null | undefined, timeZone: string | null | undefined) {
  if (!dateTime && !timeZone) return {}
  return { [name]: { ...(dateTime ? { dateTime } : {}), ...(timeZone ? { timeZone } : {}) } }
}

/** Those who are invited anew, and those who were with the answers they gave: Google takes the list as a whole. */
export const mergeAttendees = (wanted: readonly { email: string }[], present: readonly GoogleAttendee[] = []) =>
  wanted.map((person) => ({
    ...present.find(({ email }) => email.toLowerCase() === person.email.toLowerCase()),
    ...person,
  }))

const midnight = (day: string, timezone: string): Date =>
  new Date(Temporal.PlainDate.from(day).toZonedDateTime(timezone).epochMilliseconds)
