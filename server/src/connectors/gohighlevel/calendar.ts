import { createHash } from 'node:crypto'
import {
  type Calendar,
  type CalendarEvent,
  type Changes,
  type New,
  type OperationInput,
  type Span,
  settingMissing,
} from '../../kit/index.ts'
import { belongsToContact } from './activities.ts'
import { contacts, findBy } from './contacts.ts'
import { event, isOff } from './mappings.ts'
import { calendarVersion, paths } from './paths.ts'
import { type GhlContext, locationOf } from './settings.ts'
import { freeSlots } from './slots.ts'
import type { GhlCalendar, GhlEvent } from './types.ts'

const dayMs = 86_400_000

export const calendar = {
  async calendars(context: GhlContext): Promise<Calendar[]> {
    const { calendar_id: own } = context.settings
    return (await calendarsOf(context)).map(({ id, name, isActive }) => ({
      id,
      name,
      primary: id === own,
      writable: isActive !== false,
    }))
  },

  /** Free slots of the calendar, within the business hours of the settings. */
  async availability(context: GhlContext, input: OperationInput<'calendar.availability'>): Promise<Span[]> {
    return await freeSlots(context, await calendarOf(context), input)
  },

  /** Appointments that still stand, and blocked slots. */
  async busy(context: GhlContext, { from, to, calendarIds }: OperationInput<'calendar.busy'>): Promise<Span[]> {
    const found: Span[] = []
    for (const calendarId of calendarIds ?? [await calendarOf(context)]) {
      for (const path of [paths.events, paths.blockedSlots]) {
        const events = await eventsIn(context, path, calendarId, from, to)
        found.push(...events.filter((one) => !isOff(one)).map(read))
      }
    }
    return found
      .filter(({ startsAt, endsAt }) => startsAt < to && endsAt > from)
      .map(({ startsAt, endsAt }) => ({ startsAt, endsAt }))
      .sort((left, right) => left.startsAt.getTime() - right.startsAt.getTime())
  },

  /** An appointment belongs to a contact: the one that is given, or the first attendee, who is made one where there is none. */
  async book(context: GhlContext, input: OperationInput<'calendar.book'>): Promise<CalendarEvent> {
    const { idempotencyKey, ...given } = input
    const calendarId = given.calendarId ?? (await calendarOf(context))
    const earlier =
      idempotencyKey && (await byReference(context, calendarId, idempotencyKey, given.startsAt, given.endsAt))
    if (earlier) return { ...given, ...earlier }
    const contactId = given.contactId ?? (await attendeeOf(context, given))
    const { settings } = context
    const body = {
      ...event.write({ ...given, calendarId, contactId, status: given.status ?? 'confirmed' }),
      locationId: locationOf(context),
      ...describedBy(given.description, idempotencyKey),
      ...assigned(context),
      ...(settings.ignore_free_slots === true ? { ignoreFreeSlotValidation: true } : {}),
      toNotify: settings.notify !== false,
    }
    const made = await context.http.post<GhlEvent>(paths.appointments, body, calendarVersion)
    return { ...given, ...read(made), calendarId, contactId, startsAt: given.startsAt, endsAt: given.endsAt }
  },

  /** By the reference that a booking left in its description, among the appointments of a year; or by its time. */
  async find(context: GhlContext, input: OperationInput<'calendar.find'>): Promise<CalendarEvent | null> {
    const calendarId = await calendarOf(context)
    if ('idempotencyKey' in input) {
      const now = context.now().getTime()
      const [from, to] = [new Date(now - 31 * dayMs), new Date(now + 366 * dayMs)]
      return await byReference(context, calendarId, input.idempotencyKey, from, to)
    }
    const { startsAt, endsAt, attendee } = input
    const events = (await eventsIn(context, paths.events, calendarId, startsAt, endsAt)).filter((one) => {
      const { startsAt: begins, endsAt: ends } = read(one)
      return !isOff(one) && begins.getTime() === startsAt.getTime() && ends.getTime() === endsAt.getTime()
    })
    if (events.length === 0 || attendee === undefined) return events[0] ? read(events[0]) : null
    const contact = await findBy(context, { email: attendee })
    const found = contact && events.find(({ contactId }) => contactId === contact.id)
    return found ? read(found) : null
  },

  async update(context: GhlContext, { externalId, changes }: OperationInput<'calendar.update'>) {
    const { contactId: _, description, ...given } = changes
    const { settings, http } = context
    const body = {
      ...event.write(given),
      ...(description === undefined ? {} : { description: await redescribed(context, externalId, description) }),
      ...(settings.ignore_free_slots === true ? { ignoreFreeSlotValidation: true } : {}),
      toNotify: settings.notify !== false,
    }
    await http.put(paths.appointment(externalId), body, calendarVersion)
    return read(await appointmentOf(context, externalId))
  },

  /** An appointment stays, with that status and the reason in its description; a blocked slot is taken away. */
  async cancel(context: GhlContext, { externalId, reason }: OperationInput<'calendar.cancel'>): Promise<void> {
    const { http, settings } = context
    const { status, body } = await http.request<{ event?: GhlEvent }>('GET', paths.appointment(externalId), {
      ...calendarVersion,
      accept: [404],
    })
    if (status === 404) {
      await http.request('DELETE', paths.event(externalId), { ...calendarVersion, body: {} })
      return
    }
    const before = body.event?.description ?? ''
    const line = reason === undefined ? '' : `Cancelled: ${reason}`
    const description = line === '' || before.includes(line) ? before : [line, before].filter(Boolean).join('\n\n')
    const change = {
      appointmentStatus: 'cancelled',
      ...(description === before ? {} : { description }),
      toNotify: settings.notify !== false,
    }
    await http.put(paths.appointment(externalId), change, calendarVersion)
  },

  /** Takes time that nobody can book. */
  async block(context: GhlContext, input: OperationInput<'calendar.block'>): Promise<CalendarEvent> {
    const { startsAt, endsAt, title = 'Blocked' } = input
    const calendarId = input.calendarId ?? (await calendarOf(context))
    const body = {
      ...{ calendarId, locationId: locationOf(context), title },
      startTime: startsAt.toISOString(),
      endTime: endsAt.toISOString(),
    }
    const { id } = await context.http.post<GhlEvent>(paths.blockSlots, body, calendarVersion)
    return { externalId: id, title, startsAt, endsAt, calendarId, status: 'confirmed' }
  },
}

const calendarsOf = async (context: GhlContext): Promise<GhlCalendar[]> => {
  const query = { locationId: locationOf(context) }
  return (await context.http.get<{ calendars: GhlCalendar[] }>(paths.calendars, query, calendarVersion)).calendars
}

async function calendarOf(context: GhlContext): Promise<string> {
  if (context.settings.calendar_id !== undefined) return context.settings.calendar_id
  const first = (await calendarsOf(context)).find(({ isActive }) => isActive !== false)
  if (first === undefined) throw settingMissing('calendar_id', 'the location has no active calendar')
  return first.id
}

/** Times are epoch milliseconds, as text. */
async function eventsIn(context: GhlContext, path: string, calendarId: string, from: Date, to: Date) {
  const query = {
    ...{ locationId: locationOf(context), calendarId },
    startTime: String(from.getTime()),
    endTime: String(to.getTime()),
  }
  return (await context.http.get<{ events: GhlEvent[] }>(path, query, calendarVersion)).events
}

async function byReference(context: GhlContext, calendarId: string, key: string, from: Date, to: Date) {
  const reference = referenceOf(key)
  const events = await eventsIn(context, paths.events, calendarId, from, to)
  const found = events.find((one) => !isOff(one) && one.description?.includes(reference))
  return found ? read(found) : null
}

const appointmentOf = async ({ http }: GhlContext, id: string): Promise<GhlEvent> =>
  (await http.get<{ event: GhlEvent }>(paths.appointment(id), undefined, calendarVersion)).event

async function attendeeOf(context: GhlContext, { attendees = [] }: New<CalendarEvent>): Promise<string> {
  const [first] = attendees
  if (first === undefined) throw belongsToContact('booking')
  return (await contacts.upsert(context, first)).contact.externalId
}

const assigned = ({ settings }: GhlContext): { assignedUserId?: string } =>
  settings.user_id === undefined ? {} : { assignedUserId: settings.user_id }

const referenceOf = (key: string): string => `tenon${createHash('sha256').update(key).digest('hex').slice(0, 32)}`

function describedBy(description: string | undefined, key: string | undefined): { description?: string } {
  const reference = key === undefined ? undefined : `Reference: ${referenceOf(key)}`
  const text = [description, reference].filter(Boolean).join('\n\n')
  return text === '' ? {} : { description: text }
}

/** Another description, behind which the reference stays. */
async function redescribed(context: GhlContext, id: string, description: Changes<CalendarEvent>['description']) {
  const { description: before = '' } = await appointmentOf(context, id)
  const [reference] = /Reference: tenon[0-9a-f]{32}$/.exec(before ?? '') ?? []
  return [description, reference].filter(Boolean).join('\n\n')
}

function read(record: GhlEvent): CalendarEvent {
  const ours = event.read(record)
  return { ...ours, title: ours.title ?? '' }
}
