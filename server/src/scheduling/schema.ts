import { type Static, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { Id, Name, Nullable, Time } from '../api/schemas.ts'
import { modes } from './several-hosts.ts'

export const Email = Type.String({ format: 'email', maxLength: 254 })
export const TimeZone = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'An IANA name.',
  'x-expects': 'the IANA name of a time zone, such as Europe/Paris',
})
const ClockTime = Type.String({
  pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
  'x-expects': 'a time of day such as 09:30, or 24:00 for the end of the day',
})
export const DayDate = Type.String({ format: 'date', 'x-expects': 'a date such as 2026-02-20' })
export const Mode = Type.Enum(modes, {
  description:
    'any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together.',
})
export const Minutes = (minimum: number, maximum: number, description?: string) =>
  Type.Integer({ minimum, maximum, ...(description === undefined ? {} : { description }) })

// Hosts -----------------------------------------------------------------------------------------------------------

const HoursOfDay = Type.Array(Type.Object({ from: ClockTime, to: ClockTime }), { maxItems: 24 })
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
const Weekly = Type.Object(
  Object.fromEntries(weekdays.map((name) => [name, Type.Optional(HoursOfDay)])) as {
    [Day in (typeof weekdays)[number]]: ReturnType<typeof Type.Optional<typeof HoursOfDay>>
  },
  { description: "Hours of each weekday by the clock of the host's zone; a day that is left out is closed." },
)
export type Weekly = Static<typeof Weekly>
const Overrides = Type.Array(Type.Object({ date: DayDate, hours: HoursOfDay }), {
  maxItems: 400,
  description: 'Hours of single dates in place of those of the weekday; without hours the day is closed.',
})
export type Overrides = Static<typeof Overrides>
const OutOfOffice = Type.Array(
  Type.Object({ from: Time, to: Time, reason: Type.Optional(Type.String({ maxLength: 200 })) }),
  { maxItems: 200, description: 'When the host is away, whatever the hours say.' },
)
export type OutOfOffice = Static<typeof OutOfOffice>

const rules = {
  timezone: TimeZone,
  weekly: Weekly,
  overrides: Overrides,
  outOfOffice: OutOfOffice,
  slotMinutes: Minutes(5, 1_440, 'How long a slot is, where nothing else is asked for.'),
  stepMinutes: Minutes(5, 1_440, 'From the start of one slot to that of the next.'),
  bufferBeforeMinutes: Minutes(0, 720, 'Kept free before a booking; added to what the booking before keeps free.'),
  bufferAfterMinutes: Minutes(0, 720, 'Kept free after a booking.'),
  minimumNoticeMinutes: Minutes(0, 525_600, 'How long ahead a slot must be booked.'),
  horizonDays: Minutes(0, 730, 'How many days after today can be booked.'),
  maxPerDay: Nullable(Minutes(1, 1_000)),
  maxPerWeek: Nullable(Minutes(1, 7_000, 'Monday to Sunday.')),
}
const hostFields = {
  name: Name,
  email: Nullable(Email),
  agentId: Nullable(
    Type.String({ minLength: 1, maxLength: 200, description: 'The agent that books this host, and no other agent.' }),
  ),
  ...rules,
  reminders: Type.Array(Minutes(5, 43_200), {
    maxItems: 5,
    uniqueItems: true,
    description: 'Minutes before the start at which the attendee is reminded.',
  }),
  location: Nullable(Type.String({ maxLength: 500 })),
  weight: Type.Integer({ minimum: 1, maximum: 100, description: 'Round robin books weight 2 twice as often as 1.' }),
  isActive: Type.Boolean(),
}
const { name, timezone, ...optionalHost } = hostFields
export const NewHost = Type.Object({ name, timezone, ...Type.Partial(Type.Object(optionalHost)).properties })
export type NewHost = Static<typeof NewHost>
export const HostChanges = Type.Partial(Type.Object(hostFields))
export type HostChanges = Static<typeof HostChanges>
export const Host = Type.Object({
  id: Id,
  ...hostFields,
  // As they stand, which is as they were checked.
  timezone: Type.String(),
  email: Nullable(Type.String()),
  weekly: Type.Record(Type.String(), Type.Array(Type.Object({ from: Type.String(), to: Type.String() }))),
  overrides: Type.Array(
    Type.Object({
      date: Type.String(),
      hours: Type.Array(Type.Object({ from: Type.String(), to: Type.String() })),
    }),
  ),
  lastBookedAt: Nullable(Time),
  createdAt: Time,
  updatedAt: Time,
})
export type Host = Static<typeof Host>
export const HostFilter = Type.Object({
  ...Paging.properties,
  agentId: Type.Optional(Type.String({ maxLength: 200 })),
  isActive: Type.Optional(Type.Boolean()),
})
export type HostFilter = Static<typeof HostFilter>

// Slots -----------------------------------------------------------------------------------------------------------

/** Most hosts that are asked about at a time. */
export const mostHosts = 50
export const HostIds = Type.Array(Id, { minItems: 1, maxItems: mostHosts, uniqueItems: true })
const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
export const SlotQuery = Type.Object({
  hostIds: Type.Optional(
    Type.String({
      pattern: `^${uuid}(,${uuid}){0,${mostHosts - 1}}$`,
      maxLength: 37 * mostHosts,
      description: 'Hosts, joined by commas. Default: all that are active.',
      'x-expects': 'ids of hosts, joined by commas',
    }),
  ),
  agentId: Type.Optional(Type.String({ maxLength: 200, description: 'The hosts that this agent books.' })),
  mode: Type.Optional(Mode),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Default: now.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Default: a week after from; at most 62 days.' })),
  date: Type.Optional(Type.String({ ...DayDate, description: 'One whole day, in place of from and to.' })),
  timezone: Type.Optional(TimeZone),
  durationMinutes: Type.Optional(Minutes(5, 1_440, "Default: each host's slot length.")),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5_000, default: 1_000 })),
})
export type SlotQuery = Static<typeof SlotQuery>
export const Slot = Type.Object({
  startsAt: Time,
  endsAt: Time,
  hostIds: Type.Array(Id, { description: 'Who is free then: each alone, or in the mode all together.' }),
})
export type Slot = Static<typeof Slot>
const Degraded = Type.Object({
  providerId: Id,
  integrationId: Id,
  hostId: Id,
  errorCode: Type.String(),
  error: Type.String(),
  knownAsOf: Nullable({ ...Time, description: 'When the calendar last told what is busy.' }),
})
export type Degraded = Static<typeof Degraded>
export const Slots = Type.Object({
  status: Type.Enum(['complete', 'degraded'], {
    description: 'degraded: a connected calendar could not be read, so what it says is not known.',
  }),
  mode: Mode,
  from: Time,
  to: Time,
  timezone: Type.String(),
  slots: Type.Array(Slot),
  unconfirmedSlots: Type.Array(Slot, {
    description: 'Free as far as is known: a connected calendar of the host could not be read.',
  }),
  degraded: Type.Array(Degraded),
  isTruncated: Type.Boolean({ description: 'There are more slots than were asked for.' }),
})
export type Slots = Static<typeof Slots>

// Connected calendars ---------------------------------------------------------------------------------------------

const CalendarId = Type.String({ minLength: 1, maxLength: 500 })
const providerFields = {
  calendarId: Nullable({ ...CalendarId, description: "Where bookings go; default: the integration's own calendar." }),
  busyCalendarIds: Nullable(
    Type.Array(CalendarId, { minItems: 1, maxItems: 50, description: "Default: the integration's own calendars." }),
  ),
  readsBusy: Type.Boolean({ description: 'Whether what is busy there cannot be booked here.' }),
  receivesBookings: Type.Boolean({ description: 'Whether bookings are written there.' }),
  onRefusal: Type.Enum(['keep', 'cancel'], {
    description: 'What becomes of a booking that this calendar refuses: it is kept and shown as refused, or cancelled.',
  }),
  deadlineMs: Type.Integer({
    minimum: 100,
    maximum: 30_000,
    description: 'How long to wait for what it says is busy.',
  }),
}
export const NewProvider = Type.Object({
  hostId: Id,
  integrationId: Id,
  ...Type.Partial(Type.Object(providerFields)).properties,
})
export type NewProvider = Static<typeof NewProvider>
export const ProviderChanges = Type.Partial(Type.Object(providerFields))
export type ProviderChanges = Static<typeof ProviderChanges>
export const Provider = Type.Object({
  id: Id,
  hostId: Id,
  integrationId: Id,
  ...providerFields,
  status: Type.Enum(['unread', 'current', 'stale', 'failing']),
  fetchedAt: Nullable(Time),
  failedAt: Nullable(Time),
  errorCode: Nullable(Type.String()),
  errorMessage: Nullable(Type.String()),
  createdAt: Time,
  updatedAt: Time,
})
export type Provider = Static<typeof Provider>
export const ProviderFilter = Type.Object({ ...Paging.properties, hostId: Type.Optional(Id) })
export type ProviderFilter = Static<typeof ProviderFilter>
