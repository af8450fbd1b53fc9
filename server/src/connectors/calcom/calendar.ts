import { type Calendar, type CalendarEvent, ConnectorError, type OperationInput, type Span } from '../../kit/index.ts'
import {
  bookingsWhere,
  byReference,
  currentBooking,
  readBooking,
  referenceName,
  referenceOf,
  stands,
} from './bookings.ts'
import { changedBookings } from './changes.ts'
import { eventTypeOf, eventTypesOf, lengthOf } from './event-types.ts'
import { bookingsVersion, paths, slotsVersion } from './paths.ts'
import type { CalContext } from './settings.ts'
import type { CalBooking, CalEventType, Reply } from './types.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

/** Event types stand in for calendars: they share the time of whoever has them. */
export const calendar = {
  async calendars(context: CalContext): Promise<Calendar[]> {
    const { event_type_id: own } = context.settings
    return (await eventTypesOf(context)).map(({ id, title, lengthInMinutes }) => ({
      id: String(id),
      name: `${title} (${lengthInMinutes} minutes)`,
      primary: id === own,
      writable: true,
    }))
  },

  async availability(context: CalContext, input: OperationInput<'calendar.availability'>): Promise<Span[]> {
    const { to, timezone, durationMinutes } = input
    const from = new Date(Math.max(input.from.getTime(), context.now().getTime()))
    if (from >= to) return []
    const eventType = await eventTypeOf(context, undefined)
    const query = {
      ...{ eventTypeId: eventType.id, start: from, end: to, timeZone: timezone, format: 'range' },
      duration: lengthOf(eventType, durationMinutes),
    }
    const { data } = await context.http.get<Reply<Record<string, { start: string; end: string }[]>>>(
      paths.slots,
      query,
      slotsVersion,
    )
    return Object.values(data)
      .flat()
      .map(({ start, end }) => ({ startsAt: new Date(start), endsAt: new Date(end) }))
      .filter(({ startsAt, endsAt }) => startsAt >= from && endsAt <= to)
      .sort((left, right) => left.startsAt.getTime() - right.startsAt.getTime())
  },

  /** What is booked, of whichever event type. What stands in the calendars behind Cal.com is theirs to tell. */
  async busy(context: CalContext, { from, to }: OperationInput<'calendar.busy'>): Promise<Span[]> {
    const taken: Span[] = []
    for await (const one of bookingsWhere(context, { ...around(from, to), sortStart: 'asc' })) {
      const span = { startsAt: new Date(one.start), endsAt: new Date(one.end) }
      if (stands(one) && span.startsAt < to && span.endsAt > from) taken.push(span)
    }
    return taken
  },

  /** Cal.com refuses a slot that is taken, but knows no repetition: what was booked with the same key is looked for first. */
  async book(context: CalContext, { idempotencyKey, ...given }: OperationInput<'calendar.book'>) {
    const [first, ...others] = given.attendees ?? []
    if (first === undefined) throw nobody()
    return await context.inTurn(idempotencyKey ?? first.email, async () => {
      const earlier = idempotencyKey && (await byReference(context, idempotencyKey))
      if (earlier) return { ...given, ...earlier }
      const eventType = await eventTypeOf(context, given.calendarId)
      const minutes = Math.round((given.endsAt.getTime() - given.startsAt.getTime()) / minuteMs)
      const length = lengthOf(eventType, minutes)
      const body = {
        start: given.startsAt.toISOString(),
        eventTypeId: eventType.id,
        attendee: {
          ...{ name: first.name ?? first.email, email: first.email },
          timeZone: given.timezone ?? context.settings.timezone ?? 'UTC',
        },
        ...(others.length === 0 ? {} : { guests: others.map(({ email }) => email) }),
        ...(length === undefined ? {} : { lengthInMinutes: length }),
        ...placeOf(eventType, given.location),
        ...(given.description === undefined ? {} : { bookingFieldsResponses: { notes: given.description } }),
        ...(idempotencyKey === undefined ? {} : { metadata: { [referenceName]: referenceOf(idempotencyKey) } }),
      }
      const { data } = await context.http.post<Reply<CalBooking>>(paths.bookings, body, bookingsVersion)
      return { ...given, ...readBooking(data), title: given.title }
    })
  },

  /** By the reference that a booking bears, or by its time. */
  async find(context: CalContext, input: OperationInput<'calendar.find'>): Promise<CalendarEvent | null> {
    if ('idempotencyKey' in input) return await byReference(context, input.idempotencyKey)
    const { startsAt, endsAt, attendee } = input
    for await (const one of bookingsWhere(context, { ...around(startsAt, endsAt), attendeeEmail: attendee })) {
      const found = readBooking(one)
      if (stands(one) && isSameTime(found, startsAt) && found.endsAt.getTime() === endsAt.getTime()) return found
    }
    return null
  },

  /** Moves a booking, which makes it another one there; everything else about it is what was booked. */
  async update(context: CalContext, { externalId, changes }: OperationInput<'calendar.update'>) {
    const present = await currentBooking(context, externalId)
    const { startsAt, endsAt, status } = changes
    if (status === 'cancelled') {
      await cancel(context, present, undefined)
      return { ...readBooking(present), status: 'cancelled' as const }
    }
    const before = readBooking(present)
    if (endsAt && endsAt.getTime() - (startsAt ?? before.startsAt).getTime() !== lengthMs(before)) throw otherLength()
    if (!startsAt || isSameTime(before, startsAt)) return before
    const body = { start: startsAt.toISOString() }
    const path = paths.booking(present.uid, 'reschedule')
    return readBooking((await context.http.post<Reply<CalBooking>>(path, body, bookingsVersion)).data)
  },

  async cancel(context: CalContext, { externalId, reason }: OperationInput<'calendar.cancel'>): Promise<void> {
    await cancel(context, await currentBooking(context, externalId), reason)
  },

  changes: changedBookings,
}

/** The wish is a day wider than what is wanted, since the vendor's bounds are for whole bookings. */
const around = (from: Date, to: Date) => ({
  afterStart: new Date(from.getTime() - dayMs).toISOString(),
  beforeEnd: new Date(to.getTime() + dayMs).toISOString(),
})

/** A host must say why. */
async function cancel({ http }: CalContext, present: CalBooking, reason = 'Cancelled'): Promise<void> {
  if (!stands(present)) return
  await http.post(paths.booking(present.uid, 'cancel'), { cancellationReason: reason }, bookingsVersion)
}

/** A place can be named where the event type lets attendees name theirs; elsewhere it is the event type's. */
const placeOf = ({ locations }: CalEventType, location: string | undefined) =>
  location !== undefined && locations?.some(({ type }) => type === 'attendeeDefined')
    ? { location: { type: 'attendeeDefined', location } }
    : {}

const isSameTime = ({ startsAt }: Pick<Span, 'startsAt'>, at: Date): boolean => startsAt.getTime() === at.getTime()
const lengthMs = ({ startsAt, endsAt }: Span): number => endsAt.getTime() - startsAt.getTime()

const nobody = () =>
  new ConnectorError('VALIDATION_FAILED', 'Cal.com: a booking is of somebody; give an attendee (VALIDATION_FAILED)')
const otherLength = () =>
  new ConnectorError(
    'VALIDATION_FAILED',
    'Cal.com: a booking keeps its length; book another and cancel this one (VALIDATION_FAILED)',
  )
