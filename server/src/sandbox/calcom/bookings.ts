import { type Static, Type } from 'typebox'
import { type Account, type Api, FailureError, type Stored, type World } from '../emulator.ts'
import { refused } from './failures.ts'
import { type EventType, eventTypeOf, needs, text, timezone, userOf, versioned } from './user.ts'

const minuteMs = 60_000
const [opens, closes] = [9, 17]

const NewBooking = Type.Object({
  start: Type.String(),
  attendee: Type.Object({
    ...{ name: Type.String({ minLength: 1 }), timeZone: Type.String(), phoneNumber: text(), email: text() },
    language: Type.Optional(Type.Enum(['en', 'de', 'es', 'fr', 'it', 'pt'])),
  }),
  eventTypeId: Type.Number(),
  guests: Type.Optional(Type.Array(Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$' }))),
  location: Type.Optional(Type.Object({ type: Type.Literal('attendeeDefined'), location: Type.String() })),
  metadata: Type.Optional(Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 500 }))),
  lengthInMinutes: Type.Optional(Type.Number()),
  bookingFieldsResponses: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
const Move = Type.Object({
  ...{ start: Type.String(), rescheduledBy: text(), reschedulingReason: text(), emailVerificationCode: text() },
})
const statuses = ['upcoming', 'recurring', 'past', 'cancelled', 'unconfirmed'] as const
const sort = () => Type.Optional(Type.Enum(['asc', 'desc']))
const count = (minimum: number, maximum?: number) =>
  Type.Optional(Type.Integer({ minimum, ...(maximum === undefined ? {} : { maximum }) }))
const ByUid = Type.Object({ uid: Type.String() })

export type Booking = {
  uid: string
  eventTypeId: number
  start: number
  end: number
  status: 'accepted' | 'pending' | 'cancelled' | 'rejected'
  attendee: { name: string; email: string; timeZone: string; phoneNumber?: string }
  guests: string[]
  location: string
  metadata: Record<string, string>
  responses: Record<string, unknown>
  cancellationReason?: string
  rescheduledFromUid?: string
  rescheduledToUid?: string
}

export const bookingsOf = (account: Account) => account.records<Booking>('booking')
export const isTaking = ({ status }: Booking) => status === 'accepted' || status === 'pending'

/** Slots, and what is booked. */
export function bookingRoutes(api: Api, world: World): void {
  api.get(
    '/v2/slots',
    {
      schema: {
        headers: versioned('2024-09-04'),
        querystring: Type.Object({
          ...{ start: Type.String(), end: Type.String(), eventTypeId: Type.Number(), timeZone: text() },
          ...{ duration: Type.Optional(Type.Number()), bookingUidToReschedule: text() },
          format: Type.Optional(Type.Enum(['range', 'time'])),
        }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const { start, end, eventTypeId, timeZone = 'UTC', duration, format } = request.query
      const [from, to] = [timeIn(start, 'start'), timeIn(end, 'end')]
      const lengthMs = lengthOf(eventTypeOf(eventTypeId), duration) * minuteMs
      const days: Record<string, { start: string; end?: string }[]> = {}
      for (let at = Math.ceil(from / (30 * minuteMs)) * 30 * minuteMs; at + lengthMs <= to; at += 30 * minuteMs) {
        if (!isFree(world, account, at, at + lengthMs)) continue
        const local = zoned(at, timeZone)
        const day = local.toPlainDate().toString()
        days[day] ??= []
        days[day].push({
          start: shownLocal(local),
          ...(format === 'range' ? { end: shownLocal(zoned(at + lengthMs, timeZone)) } : {}),
        })
      }
      return { status: 'success', data: days }
    },
  )

  const headers = versioned('2024-08-13')
  api.post(
    '/v2/bookings',
    { config: needs('BOOKING_WRITE'), schema: { headers, body: NewBooking } },
    async (request, reply) => {
      const account = world.accountOf(request)
      const made = book(world, account, request.body)
      return await reply.code(201).send({ status: 'success', data: shownBooking(account, made) })
    },
  )

  api.get(
    '/v2/bookings',
    {
      config: needs('BOOKING_READ'),
      schema: {
        headers,
        querystring: Type.Object({
          ...{ status: text(), attendeeEmail: text(), attendeeName: text(), bookingUid: text(), eventTypeIds: text() },
          ...{ eventTypeId: text(), teamsIds: text(), teamId: text(), afterStart: text(), beforeEnd: text() },
          ...{ afterCreatedAt: text(), beforeCreatedAt: text(), afterUpdatedAt: text(), beforeUpdatedAt: text() },
          ...{ sortStart: sort(), sortEnd: sort(), sortCreated: sort(), sortUpdatedAt: sort() },
          ...{ take: count(1, 250), skip: count(0) },
        }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const { take = 100, skip = 0 } = request.query
      const found = listed(world, account, request.query)
      const page = found.slice(skip, skip + take)
      const remaining = Math.max(0, found.length - skip - page.length)
      return {
        status: 'success',
        data: page.map((record) => shownBooking(account, record)),
        pagination: {
          ...{ totalItems: found.length, remainingItems: remaining, returnedItems: page.length, itemsPerPage: take },
          ...{ currentPage: Math.floor(skip / take) + 1, totalPages: Math.ceil(found.length / take) },
          ...{ hasNextPage: remaining > 0, hasPreviousPage: skip > 0 },
        },
      }
    },
  )

  api.get(
    '/v2/bookings/:uid',
    { config: needs('BOOKING_READ'), schema: { headers, params: ByUid } },
    async (request) => {
      const account = world.accountOf(request)
      return { status: 'success', data: shownBooking(account, needBooking(account, request.params.uid)) }
    },
  )

  api.post(
    '/v2/bookings/:uid/reschedule',
    { config: needs('BOOKING_WRITE'), schema: { headers, params: ByUid, body: Move } },
    async (request, reply) => {
      const account = world.accountOf(request)
      const made = reschedule(world, account, request.params.uid, timeIn(request.body.start, 'start'))
      return await reply.code(201).send({ status: 'success', data: shownBooking(account, made) })
    },
  )

  api.post(
    '/v2/bookings/:uid/cancel',
    {
      config: needs('BOOKING_WRITE'),
      schema: {
        headers,
        params: ByUid,
        body: Type.Object({ cancellationReason: text(), cancelSubsequentBookings: Type.Optional(Type.Boolean()) }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const { id, data } = needBooking(account, request.params.uid)
      const { cancellationReason } = request.body
      if (!isTaking(data))
        throw refused(400, `Can't cancel booking with uid=${data.uid} because it has been cancelled already.`)
      if (!cancellationReason) throw refused(400, 'Cancellation reason is required when you are the host')
      const changed = bookingsOf(account).update(id, { status: 'cancelled', cancellationReason })
      return { status: 'success', data: shownBooking(account, changed) }
    },
  )
}

type Query = {
  status?: string
  attendeeEmail?: string
  eventTypeIds?: string
  afterStart?: string
  beforeEnd?: string
  afterUpdatedAt?: string
  sortStart?: string
  sortCreated?: string
  sortUpdatedAt?: string
}

function listed(world: World, account: Account, query: Query): Stored<Booking>[] {
  const wanted = query.status?.split(',') as (typeof statuses)[number][] | undefined
  if (wanted?.some((one) => !statuses.includes(one))) throw refused(400, 'Invalid status')
  const bound = (name: 'afterStart' | 'beforeEnd' | 'afterUpdatedAt') =>
    query[name] === undefined ? undefined : timeIn(query[name], name)
  const [afterStart, beforeEnd, afterUpdatedAt] = [bound('afterStart'), bound('beforeEnd'), bound('afterUpdatedAt')]
  const statusOf = ({ status, end }: Booking): (typeof statuses)[number] =>
    status === 'pending' ? 'unconfirmed' : status !== 'accepted' ? 'cancelled' : end < world.now() ? 'past' : 'upcoming'
  const found = bookingsOf(account).list({
    where: ({ data, updatedAt }) =>
      (wanted === undefined || wanted.includes(statusOf(data))) &&
      (query.attendeeEmail === undefined || query.attendeeEmail === data.attendee.email) &&
      (query.eventTypeIds === undefined || query.eventTypeIds.split(',').includes(String(data.eventTypeId))) &&
      (afterStart === undefined || data.start > afterStart) &&
      (beforeEnd === undefined || data.end < beforeEnd) &&
      (afterUpdatedAt === undefined || updatedAt > afterUpdatedAt),
  })
  const by = (key: (record: Stored<Booking>) => number, direction: string | undefined) =>
    direction === undefined
      ? undefined
      : (left: Stored<Booking>, right: Stored<Booking>) =>
          (key(left) - key(right) || left.version - right.version) * (direction === 'desc' ? -1 : 1)
  const order =
    by(({ updatedAt }) => updatedAt, query.sortUpdatedAt) ??
    by(({ createdAt }) => createdAt, query.sortCreated) ??
    by(({ data }) => data.start, query.sortStart ?? 'asc')!
  return found.toSorted(order)
}

/** Books, as a person does on the booking page. */
export function book(world: World, account: Account, given: Static<typeof NewBooking>): Stored<Booking> {
  const { attendee, guests = [], location, metadata = {}, bookingFieldsResponses: responses = {} } = given
  const eventType = eventTypeOf(given.eventTypeId)
  if (!attendee.email && !attendee.phoneNumber) throw refused(400, 'attendee.email or attendee.phoneNumber is required')
  const start = timeIn(given.start, 'start')
  zoned(start, attendee.timeZone)
  const end = start + lengthOf(eventType, given.lengthInMinutes) * minuteMs
  if (location && !eventType.options) throw refused(400, 'The event type does not let attendees define the location')
  check(world, account, start, end)
  const booking: Booking = {
    ...{ uid: newUid(world), eventTypeId: eventType.id, start, end, status: 'accepted', guests, metadata, responses },
    attendee: {
      ...{ name: attendee.name, email: attendee.email ?? `${attendee.phoneNumber}@sms.cal.com` },
      timeZone: attendee.timeZone,
      ...(attendee.phoneNumber === undefined ? {} : { phoneNumber: attendee.phoneNumber }),
    },
    location: location?.location ?? 'integrations:daily',
  }
  return bookingsOf(account).create(booking)
}

/** Moves a booking, as its attendee or host does: it becomes another one. */
export function reschedule(world: World, account: Account, uid: string, start: number): Stored<Booking> {
  const { id, data } = needBooking(account, uid)
  if (!isTaking(data)) {
    const more = data.rescheduledToUid ? ` You can reschedule the new booking with uid=${data.rescheduledToUid}.` : ''
    throw refused(400, `Can't reschedule booking with uid=${uid} because it has been cancelled.${more}`)
  }
  const end = start + (data.end - data.start)
  check(world, account, start, end, id)
  const next = newUid(world)
  bookingsOf(account).update(id, { status: 'cancelled', rescheduledToUid: next })
  return bookingsOf(account).create({ ...data, uid: next, start, end, rescheduledFromUid: uid })
}

export function needBooking(account: Account, uid: string): Stored<Booking> {
  const found = bookingsOf(account).find(({ data }) => data.uid === uid)
  if (!found) throw new FailureError({ kind: 'missing_record', type: 'Booking', id: uid })
  return found
}

const newUid = (world: World): string => `sandboxBooking${world.nextId('uid').padStart(8, '0')}`

function lengthOf({ lengthInMinutes, options }: EventType, wanted: number | undefined): number {
  if (wanted === undefined || wanted === lengthInMinutes) return lengthInMinutes
  if (!options?.some((one) => one === wanted)) throw refused(400, `Event type can't be booked for ${wanted} minutes`)
  return wanted
}

/** @throws the refusal for a time that cannot be had */
function check(world: World, account: Account, start: number, end: number, except?: string): void {
  if (start < world.now()) throw refused(400, 'Attempting to book a meeting in the past.')
  if (!isFree(world, account, start, end, except))
    throw refused(400, 'User either already has booking at this time or is not available')
}

function isFree(world: World, account: Account, start: number, end: number, except?: string): boolean {
  const local = zoned(start, timezone)
  const hour = local.hour + local.minute / 60
  const isOpen = local.dayOfWeek <= 5 && hour >= opens && hour + (end - start) / 3_600_000 <= closes
  const clashes = ({ id, data }: Stored<Booking>) =>
    id !== except && isTaking(data) && data.start < end && data.end > start
  return isOpen && start > world.now() && !bookingsOf(account).find(clashes)
}

function timeIn(given: string, name: string): number {
  const at = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(given)
    ? Date.parse(given)
    : Number.NaN
  if (Number.isNaN(at)) throw refused(400, `${name} must be a valid ISO 8601 date string`)
  return at
}

function zoned(at: number, zone: string): Temporal.ZonedDateTime {
  try {
    return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
  } catch {
    throw refused(400, 'timeZone must be a valid IANA time-zone')
  }
}

const shownLocal = (time: Temporal.ZonedDateTime): string =>
  time.toString({ timeZoneName: 'never', fractionalSecondDigits: 3 })

const shownPerson = ({ name, email, timeZone, phoneNumber }: Booking['attendee']) => ({
  ...{ name, email, displayEmail: email, timeZone, language: 'en', absent: false },
  ...(phoneNumber === undefined ? {} : { phoneNumber }),
})

export const titleOf = (account: Account, { eventTypeId, attendee }: Booking): string =>
  `${eventTypeOf(eventTypeId).title} between ${userOf(account).name} and ${attendee.name}`

export function shownBooking(account: Account, { id, data, createdAt, updatedAt }: Stored<Booking>) {
  const { uid, start, end, status, guests, location, metadata, attendee, responses, eventTypeId } = data
  const user = userOf(account)
  const { slug } = eventTypeOf(eventTypeId)
  return {
    ...{ id: Number(id), uid, title: titleOf(account, data), description: String(responses.notes ?? '') },
    hosts: [{ ...user, displayEmail: user.email }],
    ...{ status, start: new Date(start).toISOString(), end: new Date(end).toISOString() },
    ...{ duration: (end - start) / minuteMs, eventTypeId, eventType: { id: eventTypeId, slug }, location },
    ...{
      absentHost: false,
      createdAt: new Date(createdAt).toISOString(),
      updatedAt: new Date(updatedAt).toISOString(),
    },
    ...{ metadata, icsUid: `${uid}@cal.com`, attendees: [shownPerson(attendee)], guests },
    bookingFieldsResponses: { name: attendee.name, email: attendee.email, guests, ...responses },
    ...(data.cancellationReason === undefined ? {} : { cancellationReason: data.cancellationReason }),
    ...(data.rescheduledFromUid === undefined ? {} : { rescheduledFromUid: data.rescheduledFromUid }),
    ...(data.rescheduledToUid === undefined ? {} : { rescheduledToUid: data.rescheduledToUid }),
  }
}
