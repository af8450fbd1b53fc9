import { count, type EventType, email, list, oneOf, payload, record, text, time, url } from './payload.ts'

const booking = {
  calendarId: text(),
  eventTypeId: text(),
  title: text(),
  startsAt: time(),
  endsAt: time(),
  timeZone: text('An IANA time zone, such as Europe/Paris.'),
  location: text(),
  meetingUrl: url,
  name: text(),
  email,
  phone: text(),
  attendees: list(payload({ name: text(), email })),
  notes: text(),
  customFields: record(),
}

const bookingExample = {
  bookingId: 'bk_2048',
  title: 'Introduction call',
  startsAt: '2026-03-09T14:00:00Z',
  endsAt: '2026-03-09T14:30:00Z',
  timeZone: 'Europe/Paris',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
}

/** What happens in calendars: consultations and bookings. */
export const schedulingTypes: EventType[] = [
  {
    name: 'consultation.requested',
    description: 'Somebody asked for a consultation.',
    schema: payload({
      requestId: text(),
      email,
      firstName: text(),
      lastName: text(),
      phone: text(),
      company: text(),
      service: text('What the consultation is about.'),
      preferredTimes: list(text()),
      timezone: text('An IANA time zone, such as Europe/Paris.'),
      message: text(),
      source: text(),
    }),
    example: {
      requestId: '0198c5f2-1f4e-7d11-a2b3-90c4d5e6f708',
      email: 'ada@example.com',
      firstName: 'Ada',
      service: 'foundation',
      preferredTimes: ['2026-03-09T14:00:00Z'],
      timezone: 'Europe/London',
      source: 'assessment_completion',
    },
  },
  {
    name: 'consultation.scheduled',
    description: 'A consultation got its time.',
    schema: payload({
      requestId: text(),
      bookingId: text(),
      email,
      firstName: text(),
      lastName: text(),
      service: text(),
      startsAt: time(),
      endsAt: time(),
      timezone: text('An IANA time zone, such as Europe/Paris.'),
      durationMinutes: count(),
      meetingUrl: url,
    }),
    example: {
      requestId: '0198c5f2-1f4e-7d11-a2b3-90c4d5e6f708',
      email: 'ada@example.com',
      service: 'foundation',
      startsAt: '2026-03-09T14:00:00Z',
      endsAt: '2026-03-09T14:45:00Z',
      timezone: 'Europe/London',
    },
  },
  {
    name: 'booking.created',
    description: 'A time was booked.',
    schema: payload({ bookingId: text(), ...booking }),
    example: bookingExample,
  },
  {
    name: 'booking.updated',
    description: 'A booking was moved or changed.',
    schema: payload({ bookingId: text(), ...booking, previousStartsAt: time(), previousEndsAt: time() }, ['bookingId']),
    example: {
      ...bookingExample,
      startsAt: '2026-03-10T14:00:00Z',
      endsAt: '2026-03-10T14:30:00Z',
      previousStartsAt: '2026-03-09T14:00:00Z',
    },
  },
  {
    name: 'booking.cancelled',
    description: 'A booking was called off.',
    schema: payload(
      {
        bookingId: text(),
        ...booking,
        reason: text(),
        cancelledBy: oneOf('attendee', 'host', 'system'),
        cancelledAt: time(),
      },
      ['bookingId'],
    ),
    example: { ...bookingExample, reason: 'ill', cancelledBy: 'attendee', cancelledAt: '2026-03-08T09:00:00Z' },
  },
]
