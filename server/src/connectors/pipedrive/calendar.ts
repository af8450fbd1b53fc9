import { createHash } from 'node:crypto'
import {
  type CalendarEvent,
  type Changes,
  escapeHtml,
  fromHtml,
  type OperationInput,
  type Span,
  toHtml,
} from '../../kit/index.ts'
import { dayOf, participating, timeOf } from './activities.ts'
import { changesOf } from './changes.ts'
import { paths } from './paths.ts'
import { ownedBy, type PipedriveContext } from './settings.ts'
import type { Activity, Reply } from './types.ts'

const dayMs = 86_400_000
/** A booking is looked for by its reference among what changed since; nobody retries later. */
const referenceLifeMs = 7 * dayMs
/** Most activities that are read through for one answer. */
const mostRead = 10_000
/** An activity without a length takes up no time in Pipedrive, but has an end here. */
const shortestMs = 60_000

/** Appointments are activities of Pipedrive. It has no free times to ask for; what is taken are the activities marked busy. */
export const calendar = {
  async busy(context: PipedriveContext, { from, to }: OperationInput<'calendar.busy'>): Promise<Span[]> {
    const spans: Span[] = []
    for await (const event of eventsFrom(context, from, ({ busy }) => busy === true)) {
      if (event.startsAt < to && event.endsAt > from) spans.push({ startsAt: event.startsAt, endsAt: event.endsAt })
    }
    return spans.sort((left, right) => left.startsAt.getTime() - right.startsAt.getTime())
  },

  /** The reference by which a repetition finds the first booking stands in the internal note. */
  async book(context: PipedriveContext, input: OperationInput<'calendar.book'>): Promise<CalendarEvent> {
    const { idempotencyKey, ...event } = input
    const earlier = idempotencyKey === undefined ? null : await calendar.find(context, { idempotencyKey })
    if (earlier) return { ...event, ...earlier }
    const { http, settings } = context
    const body = {
      type: settings.activity_type ?? 'meeting',
      ...fieldsOf(event),
      ...timesOf(event.startsAt, event.endsAt),
      busy: event.status !== 'tentative',
      ...participating(event.contactId),
      ...(idempotencyKey === undefined ? {} : { note: `Reference: ${referenceOf(idempotencyKey)}` }),
      ...ownedBy(settings),
    }
    const { data } = await http.post<Reply<Activity>>(paths.activities(), body)
    return { ...event, ...readEvent(data) }
  },

  async find(context: PipedriveContext, input: OperationInput<'calendar.find'>): Promise<CalendarEvent | null> {
    if ('idempotencyKey' in input) {
      const reference = referenceOf(input.idempotencyKey)
      const since = new Date(context.now().getTime() - referenceLifeMs)
      const query = {
        updated_since: `${since.toISOString().slice(0, 19)}Z`,
        sort_by: 'update_time',
        sort_direction: 'desc',
      }
      for await (const activity of firstOf(
        context.http.pages<Activity>(paths.activities(), { ...query, ...withAttendees }),
      )) {
        if (activity.note?.includes(reference)) return readEvent(activity) ?? null
      }
      return null
    }
    const { startsAt, endsAt, attendee } = input
    for await (const event of eventsFrom(context, startsAt)) {
      const isSameTime = sameSecond(event.startsAt, startsAt) && sameSecond(event.endsAt, endsAt)
      const isThere =
        attendee === undefined || event.attendees?.some(({ email }) => email.toLowerCase() === attendee.toLowerCase())
      if (isSameTime && isThere) return event
    }
    return null
  },

  async update(
    { http }: PipedriveContext,
    { externalId, changes }: OperationInput<'calendar.update'>,
  ): Promise<CalendarEvent> {
    const { startsAt, endsAt, contactId, status } = changes
    const body: Record<string, unknown> = { ...fieldsOf(changes) }
    if (startsAt || endsAt) {
      // The end is kept as a length, so a change of one needs the other.
      const current =
        startsAt && endsAt ? undefined : readEvent((await http.get<Reply<Activity>>(paths.activities(externalId))).data)
      const start = startsAt ?? current?.startsAt ?? endsAt
      const end = endsAt ?? (current && start ? new Date(start.getTime() + lengthOf(current)) : startsAt)
      if (start && end) Object.assign(body, timesOf(start, end))
    }
    if (contactId) Object.assign(body, participating(contactId))
    if (status) body.busy = status === 'confirmed'
    const { data } = await http.patch<Reply<Activity>>(paths.activities(externalId), body, { repeatable: true })
    return readEvent(data)
  },

  /** Deletes the activity, for which Pipedrive takes it out of connected calendars. A reason stays in its note. */
  async cancel({ http }: PipedriveContext, { externalId, reason }: OperationInput<'calendar.cancel'>): Promise<void> {
    const place = paths.activities(externalId)
    if (reason !== undefined) {
      const { data } = await http.get<Reply<Activity>>(place)
      const line = `Cancelled: ${escapeHtml(reason)}`
      const note = data.note ? `${data.note}<br>${line}` : line
      if (!data.note?.includes(line) && !data.is_deleted) await http.patch(place, { note }, { repeatable: true })
    }
    await http.delete(place)
  },

  changes: async (context: PipedriveContext, { cursor }: OperationInput<'calendar.changes'>) =>
    await changesOf<Activity, CalendarEvent>(
      context,
      // What has a day and no time is a task.
      { path: paths.activities(), item: 'activity', read: (one) => (one.due_time ? readEvent(one) : undefined) },
      { cursor },
    ),
}

const withAttendees = { include_fields: 'attendees' }

/** The activities that end after a time, latest first: Pipedrive sorts them by day, and cannot begin at one. */
async function* eventsFrom(
  { http }: PipedriveContext,
  from: Date,
  fits: (activity: Activity) => boolean = () => true,
): AsyncIterable<CalendarEvent> {
  const firstDay = dayOf(new Date(from.getTime() - dayMs))
  const query = { sort_by: 'due_date', sort_direction: 'desc', done: false, ...withAttendees }
  for await (const activity of firstOf(http.pages<Activity>(paths.activities(), query))) {
    if (activity.due_date && activity.due_date < firstDay) return
    if (activity.due_time && !activity.is_deleted && fits(activity)) yield readEvent(activity)
  }
}

async function* firstOf<T>(items: AsyncIterable<T>): AsyncIterable<T> {
  let count = 0
  for await (const item of items) {
    yield item
    count += 1
    if (count >= mostRead) return
  }
}

function fieldsOf({ title, description, location, attendees }: Changes<CalendarEvent>) {
  return {
    ...(title ? { subject: title } : {}),
    ...(description === undefined ? {} : { public_description: description === null ? '' : toHtml(description) }),
    ...(location === undefined ? {} : { location: location === null ? null : { value: location } }),
    ...(attendees === undefined
      ? {}
      : {
          attendees: (attendees ?? []).map(({ email, name }) => ({ email, ...(name === undefined ? {} : { name }) })),
        }),
  }
}

/** Pipedrive keeps the day, the time and the length apart, all in UTC. */
function timesOf(startsAt: Date, endsAt: Date) {
  const minutes = Math.max(1, Math.round((endsAt.getTime() - startsAt.getTime()) / 60_000))
  const duration = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}:00`
  return { due_date: dayOf(startsAt), due_time: timeOf(startsAt), duration }
}

function readEvent(activity: Activity): CalendarEvent {
  const { due_date: day, due_time: time, duration, attendees, participants, location } = activity
  const startsAt = new Date(`${day ?? '1970-01-01'}T${withSeconds(time) ?? '00:00:00'}Z`)
  const [hours = 0, minutes = 0] = (duration ?? '').split(':').map(Number)
  const people = (attendees ?? []).flatMap(({ email, name }) => (email ? [{ email, ...(name ? { name } : {}) }] : []))
  const contact = participants?.find(({ primary }) => primary) ?? participants?.[0]
  return {
    externalId: String(activity.id),
    title: activity.subject,
    startsAt,
    endsAt: new Date(startsAt.getTime() + Math.max(shortestMs, (hours * 60 + minutes) * 60_000)),
    ...(activity.public_description ? { description: fromHtml(activity.public_description) } : {}),
    ...(location?.value ? { location: location.value } : {}),
    ...(people.length === 0 ? {} : { attendees: people }),
    ...(contact === undefined ? {} : { contactId: String(contact.person_id) }),
    status: activity.is_deleted ? 'cancelled' : activity.busy === false ? 'tentative' : 'confirmed',
    createdAt: new Date(activity.add_time),
    updatedAt: new Date(activity.update_time),
    raw: activity,
  }
}

const withSeconds = (time: string | null | undefined): string | undefined =>
  time ? (time.length === 5 ? `${time}:00` : time) : undefined
const lengthOf = ({ startsAt, endsAt }: CalendarEvent): number => endsAt.getTime() - startsAt.getTime()
const sameSecond = (left: Date, right: Date): boolean => Math.abs(left.getTime() - right.getTime()) < 1_000

/** One word, whatever the key is made of. */
const referenceOf = (key: string): string => `tenon${createHash('sha256').update(key).digest('hex').slice(0, 32)}`
