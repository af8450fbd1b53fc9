import { type Static, Type } from 'typebox'
import type { Account, Api, Stored, World } from '../emulator.ts'
import { needContact } from './contacts.ts'
import { refused } from './failures.ts'
import {
  accountIn,
  ById,
  calendarsVersion,
  InLocation,
  locationIdOf,
  needs,
  newGhlId,
  shownTime,
  timeIn,
  timezone,
} from './location.ts'

/** The calendar of every location: half hours of weekdays from 9 to 17 by its clocks. */
export const sandboxCalendar = 'sandboxCalendar00001'
const slotMs = 1_800_000
const [opens, closes] = [9, 17]
const longestMs = 31 * 86_400_000
const userId = 'sandboxUser000000001'

const text = () => Type.Optional(Type.String())
const flag = () => Type.Optional(Type.Boolean())
const changeable = {
  title: text(),
  meetingLocationType: Type.Optional(Type.Enum(['custom', 'zoom', 'gmeet', 'phone', 'address', 'ms_teams', 'google'])),
  meetingLocationId: text(),
  overrideLocationConfig: flag(),
  appointmentStatus: Type.Optional(Type.Enum(['new', 'confirmed', 'cancelled', 'showed', 'noshow', 'invalid'])),
  assignedUserId: text(),
  description: text(),
  address: text(),
  ignoreDateRange: flag(),
  toNotify: flag(),
  ignoreFreeSlotValidation: flag(),
  rrule: text(),
}
const NewAppointment = Type.Object({
  ...changeable,
  calendarId: Type.String(),
  locationId: Type.String(),
  contactId: Type.String(),
  startTime: Type.String(),
  endTime: text(),
})
const ChangedAppointment = Type.Object({ ...changeable, calendarId: text(), startTime: text(), endTime: text() })
const NewBlock = Type.Object({
  title: text(),
  calendarId: Type.String(),
  assignedUserId: text(),
  locationId: Type.String(),
  startTime: text(),
  endTime: text(),
})
const EventsQuery = Type.Object({
  locationId: Type.String(),
  userId: text(),
  calendarId: text(),
  groupId: text(),
  startTime: Type.String(),
  endTime: Type.String(),
})

/** An appointment or a blocked slot. */
export type Event = {
  calendarId: string
  title: string
  start: number
  end: number
  isBlock: boolean
  appointmentStatus: string
  contactId: string
  assignedUserId: string
  address?: string
  description?: string
}

export const eventsOf = (account: Account) => account.records<Event>('event')
const isTaking = ({ appointmentStatus }: Event) => !['cancelled', 'noshow', 'invalid'].includes(appointmentStatus)

/** Calendars, free slots, appointments and blocked slots. */
export function calendarRoutes(api: Api, world: World): void {
  const headers = calendarsVersion
  const read = needs('calendars.readonly')
  const readEvents = needs('calendars/events.readonly')
  const write = needs('calendars/events.write')

  api.get(
    '/calendars/',
    {
      config: read,
      schema: {
        headers,
        querystring: Type.Object({ ...InLocation.properties, groupId: text(), showDrafted: flag() }),
      },
    },
    async (request) => {
      const account = accountIn(world, request, request.query.locationId)
      return { calendars: [calendarOf(account)] }
    },
  )

  api.get('/calendars/:id', { config: read, schema: { headers, params: ById } }, async (request) => {
    needCalendar(request.params.id)
    return { calendar: calendarOf(world.accountOf(request)) }
  })

  api.get(
    '/calendars/:id/free-slots',
    {
      config: read,
      schema: {
        headers,
        params: ById,
        querystring: Type.Object({
          startDate: Type.Number(),
          endDate: Type.Number(),
          timezone: text(),
          userId: text(),
        }),
      },
    },
    async (request) => {
      needCalendar(request.params.id)
      const { startDate, endDate, timezone: zone = timezone } = request.query
      if (endDate - startDate > longestMs) throw refused(400, 'Date range should be less than 31 days')
      if (endDate < startDate) throw refused(400, 'endDate must be after startDate')
      return freeDays(world, world.accountOf(request), startDate, endDate, zone)
    },
  )

  for (const [path, isBlock] of [
    ['/calendars/events', false],
    ['/calendars/blocked-slots', true],
  ] as const) {
    api.get(path, { config: readEvents, schema: { headers, querystring: EventsQuery } }, async (request) => {
      const { locationId, calendarId, userId: user, groupId, startTime, endTime } = request.query
      const account = accountIn(world, request, locationId)
      if (calendarId === undefined && user === undefined && groupId === undefined)
        throw refused(422, ['Either of calendarId, userId or groupId is required'])
      const [from, to] = [Number(startTime), Number(endTime)]
      if (!Number.isFinite(from) || !Number.isFinite(to)) throw refused(422, ['startTime must be in milliseconds'])
      const found = eventsOf(account).list({
        where: ({ data }) =>
          data.isBlock === isBlock &&
          (calendarId === undefined || data.calendarId === calendarId) &&
          data.start < to &&
          data.end > from,
      })
      return { events: found.map((record) => shownEvent(account, record)) }
    })
  }

  api.post(
    '/calendars/events/appointments',
    { config: write, schema: { headers, body: NewAppointment } },
    async (request) => {
      const { locationId, calendarId, contactId, startTime, endTime, ignoreFreeSlotValidation, ...given } = request.body
      const account = accountIn(world, request, locationId)
      needCalendar(calendarId)
      needContact(account, contactId)
      const start = timeIn(startTime, 'startTime')
      const end = endTime === undefined ? start + slotMs : timeIn(endTime, 'endTime')
      check(world, account, { start, end }, ignoreFreeSlotValidation)
      const made = book(world, account, {
        ...{ calendarId, contactId, start, end, isBlock: false },
        title: given.title ?? 'Appointment',
        appointmentStatus: given.appointmentStatus ?? 'new',
        assignedUserId: given.assignedUserId ?? userId,
        ...told(given),
      })
      return shownBooking(account, made)
    },
  )

  const appointment = (account: Account, id: string): Stored<Event> => {
    const found = eventsOf(account).need(id)
    if (found.data.isBlock) throw refused(404, 'Appointment not found')
    return found
  }

  api.get(
    '/calendars/events/appointments/:id',
    { config: readEvents, schema: { headers, params: ById } },
    async (request) => {
      const account = world.accountOf(request)
      return { event: shownEvent(account, appointment(account, request.params.id)) }
    },
  )

  api.put(
    '/calendars/events/appointments/:id',
    { config: write, schema: { headers, params: ById, body: ChangedAppointment } },
    async (request) => {
      const account = world.accountOf(request)
      const { data, id } = appointment(account, request.params.id)
      const { startTime, endTime, ignoreFreeSlotValidation, ...given } = request.body
      const start = startTime === undefined ? data.start : timeIn(startTime, 'startTime')
      const end = endTime === undefined ? start + (data.end - data.start) : timeIn(endTime, 'endTime')
      if (start !== data.start || end !== data.end) check(world, account, { start, end }, ignoreFreeSlotValidation, id)
      const { title, appointmentStatus, assignedUserId, calendarId } = given
      const changed = eventsOf(account).update(id, {
        ...{ start, end },
        ...(title === undefined ? {} : { title }),
        ...(appointmentStatus === undefined ? {} : { appointmentStatus }),
        ...(assignedUserId === undefined ? {} : { assignedUserId }),
        ...(calendarId === undefined ? {} : { calendarId }),
        ...told(given),
      })
      return shownBooking(account, changed)
    },
  )

  api.post(
    '/calendars/events/block-slots',
    { config: write, schema: { headers, body: NewBlock } },
    async (request, reply) => {
      const { locationId, calendarId, startTime = '', endTime = '', title = 'Blocked' } = request.body
      const account = accountIn(world, request, locationId)
      needCalendar(calendarId)
      const [start, end] = [timeIn(startTime, 'startTime'), timeIn(endTime, 'endTime')]
      if (end <= start) throw refused(400, 'endTime must be after startTime')
      const made = book(world, account, {
        ...{ calendarId, title, start, end, isBlock: true },
        ...{ contactId: '', appointmentStatus: 'confirmed', assignedUserId: userId },
      })
      const { id, locationId: location, startTime: from, endTime: to, assignedUserId } = shownEvent(account, made)
      return await reply
        .code(201)
        .send({ id, locationId: location, title, startTime: from, endTime: to, calendarId, assignedUserId })
    },
  )

  api.delete(
    '/calendars/events/:id',
    { config: write, schema: { headers, params: ById, body: Type.Optional(Type.Object({})) } },
    async (request, reply) => {
      eventsOf(world.accountOf(request)).delete(request.params.id)
      return await reply.code(201).send({ succeeded: true })
    },
  )
}

/** Puts an event into a calendar, as a person does in the app. */
export const book = (world: World, account: Account, event: Event): Stored<Event> =>
  eventsOf(account).create(event, newGhlId(world, 'event'))

const told = ({ address, description }: Static<typeof ChangedAppointment>) => ({
  ...(address === undefined ? {} : { address }),
  ...(description === undefined ? {} : { description }),
})

function needCalendar(id: string): void {
  if (id !== sandboxCalendar) throw refused(400, 'Calendar not found')
}

const calendarOf = ({ name }: Account) => ({
  id: sandboxCalendar,
  locationId: locationIdOf(name),
  name: 'Consultations',
  isActive: true,
  calendarType: 'event',
  slotDuration: 30,
  slotDurationUnit: 'mins',
  slotInterval: 30,
  slotIntervalUnit: 'mins',
  appoinmentPerSlot: 1,
  autoConfirm: true,
})

/** @throws the refusal for a time that the calendar does not offer */
function check(
  world: World,
  account: Account,
  { start, end }: { start: number; end: number },
  isIgnored: boolean | undefined,
  except?: string,
): void {
  if (end <= start) throw refused(400, 'endTime must be after startTime')
  if (isIgnored) return
  for (let at = start; at < end; at += slotMs) {
    if (!isFree(world, account, at, Math.min(at + slotMs, end), except))
      throw refused(400, 'The slot you have selected is no longer available.')
  }
}

function isFree(world: World, account: Account, start: number, end: number, except?: string): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(timezone)
  const hour = local.hour + local.minute / 60
  const isOpen = local.dayOfWeek <= 5 && hour >= opens && hour + (end - start) / 3_600_000 <= closes
  return (
    isOpen &&
    start > world.now() &&
    !eventsOf(account).find(({ id, data }) => id !== except && isTaking(data) && data.start < end && data.end > start)
  )
}

/** Free slots by the date of the zone that was asked for. */
function freeDays(world: World, account: Account, from: number, to: number, zone: string) {
  const days: Record<string, { slots: string[] }> = {}
  for (let at = Math.ceil(from / slotMs) * slotMs; at < to; at += slotMs) {
    if (!isFree(world, account, at, at + slotMs)) continue
    let local: Temporal.ZonedDateTime
    try {
      local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
    } catch {
      throw refused(422, ['timezone must be a valid IANA time zone'])
    }
    const day = local.toPlainDate().toString()
    days[day] ??= { slots: [] }
    days[day].slots.push(local.toString({ timeZoneName: 'never', fractionalSecondDigits: 0 }))
  }
  return days
}

export function shownEvent(account: Account, { id, data, createdAt, updatedAt }: Stored<Event>) {
  const { start, end, isBlock: _, ...rest } = data
  return {
    ...{ id, locationId: locationIdOf(account.name), groupId: '', users: [data.assignedUserId] },
    ...rest,
    startTime: shownTime(start),
    endTime: shownTime(end),
    dateAdded: new Date(createdAt).toISOString(),
    dateUpdated: new Date(updatedAt).toISOString(),
  }
}

/** What is answered to a booking. */
function shownBooking(account: Account, record: Stored<Event>) {
  const { groupId: _, users: _users, dateAdded: _added, dateUpdated: _updated, ...booked } = shownEvent(account, record)
  return { ...booked, isRecurring: false }
}
