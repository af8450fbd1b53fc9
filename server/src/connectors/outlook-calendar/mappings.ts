import {
  type CalendarEvent,
  type Changes,
  type Context,
  date,
  field,
  fromHtml,
  mapping,
  type New,
  readOnly,
} from '../../kit/index.ts'
import type { GraphAttendee, GraphEvent, GraphProperty, GraphTime } from './types.ts'
import { ianaOf, instantOf, midnightOf, timeIn } from './zones.ts'

/** Properties of our own, which Outlook keeps beside its own (https://learn.microsoft.com/graph/api/resources/extended-properties-overview). */
const ownProperty = (name: string) => `String {00020329-0000-0000-C000-000000000046} Name ${name}`
export const keyProperty = ownProperty('tenonBookingKey')
const contactProperty = ownProperty('tenonContactId')

/** Makes an answer show our own properties. */
export const expandOwn = { $expand: `singleValueExtendedProperties($filter=id eq '${contactProperty}')` }

const time = (path: 'start' | 'end') =>
  field(path, {
    read: (theirs: GraphTime) => instantOf(theirs),
    write: (at: Date, input) => timeIn(at, (input as { timezone?: string | null }).timezone ?? undefined),
  })

/** An event with a time. What takes whole days is read by `readEvent`. */
export const appointment = mapping<CalendarEvent, GraphEvent>(
  {
    externalId: 'id',
    createdAt: date('createdDateTime'),
    updatedAt: date('lastModifiedDateTime'),
    title: 'subject',
    description: field('body', {
      read: ({ contentType, content }: GraphEvent['body']) =>
        (contentType === 'html' ? fromHtml(content) : content.replaceAll('\r\n', '\n')).trim(),
      write: (content) => ({ contentType: 'text' as const, content }),
      empty: { contentType: 'text', content: '' },
    }),
    location: 'location.displayName',
    startsAt: time('start'),
    endsAt: time('end'),
    timezone: readOnly(field('originalStartTimeZone', { read: ianaOf, write: (name: string) => name })),
    attendees: field('attendees', {
      read: (people: GraphAttendee[]) =>
        people.flatMap(({ emailAddress: { address, name }, type }) =>
          address === undefined || type === 'resource'
            ? []
            : [name === undefined || name === address ? { email: address } : { email: address, name }],
        ),
      write: (people) =>
        people.map(({ email, name }) => ({
          emailAddress: name === undefined ? { address: email } : { address: email, name },
          type: 'required',
        })),
      empty: [],
    }),
    // Outlook reminds once: the last time that was asked for is the one that nobody must miss.
    reminders: field('reminderMinutesBeforeStart', {
      read: (minutes: number, record) => ((record as GraphEvent).isReminderOn ? [minutes] : undefined),
      write: (minutes) => Math.min(...minutes),
    }),
    contactId: field('singleValueExtendedProperties', {
      read: (properties: GraphProperty[]) =>
        properties.find(({ id }) => id.toLowerCase() === contactProperty.toLowerCase())?.value,
      write: (value) => [{ id: contactProperty, value }],
      empty: [{ id: contactProperty, value: '' }],
    }),
    status: field('showAs', {
      read: (showAs: string, record) =>
        (record as GraphEvent).isCancelled ? 'cancelled' : showAs === 'tentative' ? 'tentative' : 'confirmed',
      write: (status) => (status === 'tentative' ? 'tentative' : 'busy'),
    }),
  },
  { empty: '' },
)

/** An event as we know it; the integration's zone says when the days of an event begin that has no time. */
export function readEvent(
  { settings }: Context<{ timezone?: string | undefined }>,
  event: GraphEvent,
  calendarId: string,
): CalendarEvent {
  const { title = '', ...known } = appointment.read(event)
  const zone = settings.timezone ?? 'UTC'
  const wholeDays = event.isAllDay
    ? { startsAt: midnightOf(event.start, zone), endsAt: midnightOf(event.end, zone), timezone: undefined }
    : {}
  return { title, ...known, ...wholeDays, calendarId }
}

/** What to send for a new event or for changes of one. */
export function writeEvent({ reminders, ...input }: New<CalendarEvent> | Changes<CalendarEvent>) {
  const isReminderOn = reminders !== null && reminders !== undefined && reminders.length > 0
  const event = appointment.write(isReminderOn ? { ...input, reminders } : input)
  return {
    ...event,
    ...(reminders === undefined ? {} : { isReminderOn }),
    ...(event.start || event.end ? { isAllDay: false } : {}),
  }
}

/** Those who are invited anew, those who were as they were invited, and rooms: Outlook takes the list as a whole. */
export function mergeAttendees(wanted: readonly GraphAttendee[], present: readonly GraphAttendee[]): GraphAttendee[] {
  const isSame = (one: GraphAttendee, other: GraphAttendee) =>
    one.emailAddress.address?.toLowerCase() === other.emailAddress.address?.toLowerCase()
  const people = wanted.map((person) => {
    const known = present.find((one) => isSame(one, person))
    return { ...person, ...(known?.type === undefined ? {} : { type: known.type }) }
  })
  const rooms = present
    .filter((one) => one.type === 'resource' && !wanted.some((person) => isSame(one, person)))
    .map(({ emailAddress, type = 'resource' }) => ({ emailAddress, type }))
  return [...people, ...rooms]
}
