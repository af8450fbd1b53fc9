import { type Static, Type } from 'typebox'
import { Failure } from '../api/envelope.ts'
import { Paging } from '../api/paging.ts'
import { Id, Name, Nullable, Time } from '../api/schemas.ts'
import { Email, HostIds, Minutes, Mode, Slot, TimeZone } from './schema.ts'

const LongText = Type.String({ maxLength: 5_000 })
const details = {
  title: Name,
  name: Nullable(Name),
  email: Nullable(Email),
  phone: Nullable(Type.String({ maxLength: 50 })),
  timezone: Nullable(TimeZone),
  notes: Nullable(LongText),
  location: Nullable(Type.String({ maxLength: 500 })),
  meetingUrl: Nullable(Type.String({ maxLength: 2_048, pattern: '^https?://', 'x-expects': 'a URL' })),
  customFields: Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), { maxProperties: 100 }),
}
const Force = Type.Boolean({
  description: 'Books outside of the rules of the host, but never at a time that is taken.',
})

const when = {
  hostIds: Type.Optional({ ...HostIds, description: 'Who may be booked. Default: all that are active.' }),
  agentId: Type.Optional(Type.String({ maxLength: 200, description: 'Books the hosts of this agent.' })),
  mode: Type.Optional(Mode),
  startsAt: Type.Optional(Time),
  durationMinutes: Type.Optional(Minutes(5, 1_440, "Default: the host's slot length.")),
}
export const NewBooking = Type.Object({
  ...when,
  holdId: Type.Optional({ ...Id, description: 'Books what was held, in place of hosts and time.' }),
  ...Type.Partial(Type.Object(details)).properties,
  source: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'Where it came from. Default: api.' }),
  ),
  key: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'Requests with the same key are one booking.' }),
  ),
  force: Type.Optional(Force),
})
export type NewBooking = Static<typeof NewBooking>

export const BookingChanges = Type.Partial(Type.Object(details))
export type BookingChanges = Static<typeof BookingChanges>

export const Move = Type.Object({
  startsAt: Time,
  durationMinutes: Type.Optional(Minutes(5, 1_440, 'Default: as long as before.')),
  hostIds: Type.Optional({ ...HostIds, description: 'Default: the same hosts.' }),
  force: Type.Optional(Force),
})
export type Move = Static<typeof Move>

export const Cancellation = Type.Object({
  reason: Type.Optional(Type.String({ maxLength: 1_000 })),
  cancelledBy: Type.Optional(Type.Enum(['attendee', 'host', 'system'])),
})
export type Cancellation = Static<typeof Cancellation>

const Confirmation = Type.Object({
  providerId: Id,
  integrationId: Id,
  status: Type.Enum(['pending', 'confirmed', 'refused', 'unknown', 'cancelled']),
  externalId: Nullable(Type.String()),
  compensation: Nullable(
    Type.Enum(['kept', 'cancelled'], { description: 'What became of the booking that this calendar refused.' }),
  ),
  errorCode: Nullable(Type.String()),
  error: Nullable(Type.String()),
  updatedAt: Time,
})
export const bookingStatuses = ['confirmed', 'cancelled', 'no_show'] as const
export const Booking = Type.Object({
  id: Id,
  version: Type.Integer({ description: 'Grows with every change.' }),
  status: Type.Enum(bookingStatuses),
  mode: Mode,
  hostIds: Type.Array(Id),
  decision: Nullable(Type.String({ description: 'Why these hosts were booked.' })),
  startsAt: Time,
  endsAt: Time,
  ...details,
  title: Type.String(),
  name: Nullable(Type.String()),
  email: Nullable(Type.String()),
  timezone: Nullable(Type.String()),
  meetingUrl: Nullable(Type.String()),
  source: Type.String(),
  integrationId: Nullable(Id),
  externalId: Nullable(Type.String()),
  isClashing: Type.Boolean({ description: 'It was made elsewhere, at a time that was taken here.' }),
  cancelReason: Nullable(Type.String()),
  cancelledBy: Nullable(Type.String()),
  cancelledAt: Nullable(Time),
  confirmations: Type.Array(Confirmation, { description: 'How it stands at each connected calendar.' }),
  createdAt: Time,
  updatedAt: Time,
})
export type Booking = Static<typeof Booking>

export const BookingFilter = Type.Object({
  ...Paging.properties,
  hostId: Type.Optional(Id),
  status: Type.Optional(Type.Enum(bookingStatuses)),
  email: Type.Optional(Type.String({ maxLength: 254 })),
  after: Type.Optional(Type.String({ format: 'date-time', description: 'Begins at this time or later.' })),
  before: Type.Optional(Type.String({ format: 'date-time', description: 'Begins before this time.' })),
})
export type BookingFilter = Static<typeof BookingFilter>

// Holds -----------------------------------------------------------------------------------------------------------

export const NewHold = Type.Object({
  ...when,
  startsAt: Time,
  seconds: Type.Optional(
    Type.Integer({ minimum: 10, maximum: 3_600, default: 300, description: 'How long to keep it.' }),
  ),
})
export type NewHold = Static<typeof NewHold>
export const Hold = Type.Object({
  id: Id,
  mode: Mode,
  hostIds: Type.Array(Id),
  startsAt: Time,
  endsAt: Time,
  expiresAt: Time,
})
export type Hold = Static<typeof Hold>

/** The answer where a time cannot be booked. */
export const Taken = Type.Object(
  {
    ...Failure.properties,
    reason: Type.Optional(
      Type.String({
        description: 'off_grid, too_soon, too_far, closed, out_of_office, taken, busy, day_full, week_full or expired.',
      }),
    ),
    alternatives: Type.Optional(Type.Array(Slot, { description: 'The next free slots.' })),
  },
  { title: 'Taken', description: 'The time cannot be booked, or the request contradicts what is there.' },
)
