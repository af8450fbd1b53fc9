import ical, { ICalAttendeeRole, ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import type { BookingRow } from './booking-queries.ts'
import type { HostRow } from './host-queries.ts'

/**
 * A booking as a calendar object (RFC 5545): its UID stays the same for good and its SEQUENCE grows with every change, so that a calendar
 * that knows it moves or removes what it has. Times are in UTC, which needs no description of a time zone.
 */
export function icsOf(booking: BookingRow, hosts: readonly Pick<HostRow, 'name' | 'email'>[], now: Date): string {
  const isCancelled = booking.status === 'cancelled'
  const calendar = ical({
    prodId: { company: 'Tenon', product: 'Scheduling', language: 'EN' },
    method: isCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST,
  })
  const [organizer, ...others] = hosts.filter(({ email }) => email !== null)
  const guests = [{ email: booking.email, name: booking.name }, ...others]
  calendar.createEvent({
    id: uidOf(booking),
    sequence: booking.version,
    status: isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    stamp: now,
    start: booking.startsAt,
    end: booking.endsAt,
    summary: booking.title,
    ...(booking.notes ? { description: booking.notes } : {}),
    ...(booking.location ? { location: booking.location } : {}),
    ...(booking.meetingUrl ? { url: booking.meetingUrl } : {}),
    ...(organizer?.email ? { organizer: { name: quotable(organizer.name), email: organizer.email } } : {}),
    attendees: guests.flatMap(({ email, name }) =>
      email ? [{ email, ...(name ? { name: quotable(name) } : {}), role: ICalAttendeeRole.REQ, rsvp: true }] : [],
    ),
  })
  return calendar.toString()
}

/** A name stands in quotes there, within which neither quotes nor any way to escape them exist (RFC 5545, 3.2). */
const quotable = (name: string): string => name.replaceAll('"', "'").replaceAll('\\', '/')

/** What the booking is called in every calendar, for good. */
export const uidOf = ({ id }: Pick<BookingRow, 'id'>): string => `${id}@tenon`
