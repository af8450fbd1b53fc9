import { createHash } from 'node:crypto'
import {
  type Attendee,
  type CalendarEvent,
  escapeHtml,
  type OperationInput,
  type Span,
  settingMissing,
} from '../../kit/index.ts'
import { ownedBy } from './activities.ts'
import { findByEmail } from './contacts.ts'
import { meeting, meetingFields } from './mappings.ts'
import { objects, paths, withContacts } from './paths.ts'
import { changesOf, searchAll } from './search.ts'
import type { HubSpotContext } from './settings.ts'
import type { BatchAnswer, HubSpotContact, HubSpotMeeting, LinkPage } from './types.ts'

const query = { properties: meetingFields.join(','), associations: 'contacts' }
/** A scheduling page shows one month at a time, and never more than a year ahead. */
const mostMonths = 12

export const calendar = {
  /** Free times of the scheduling page, without those of meetings that the page does not know. */
  async availability(context: HubSpotContext, input: OperationInput<'calendar.availability'>): Promise<Span[]> {
    const { from, to, timezone, durationMinutes } = input
    const wanted = durationMinutes === undefined ? undefined : durationMinutes * 60_000
    const pages = await linkPages(context, from, to, timezone)
    const free = pages.flatMap(({ linkAvailability }) => {
      const offered = Object.values(linkAvailability?.linkAvailabilityByDuration ?? {})
      const own = wanted === undefined ? offered[0] : offered.find((one) => one.meetingDurationMillis === wanted)
      return (own?.availabilities ?? []).map((one) => span(one.startMillisUtc, one.endMillisUtc))
    })
    const taken = await meetingsBetween(context, from, to)
    return free.filter(
      (one) => one.startsAt >= from && one.endsAt <= to && !taken.some((other) => overlaps(one, other)),
    )
  },

  /** Meetings of the CRM, and what the calendars behind the scheduling page hold where one is set. */
  async busy(context: HubSpotContext, { from, to }: OperationInput<'calendar.busy'>): Promise<Span[]> {
    const pages = context.settings.meeting_link === undefined ? [] : await linkPages(context, from, to, 'UTC')
    const theirs = pages.flatMap(({ allUsersBusyTimes }) =>
      allUsersBusyTimes.flatMap(({ busyTimes }) => busyTimes.map(({ start, end }) => span(start, end))),
    )
    const all = [
      ...theirs.filter((one) => overlaps(one, { startsAt: from, endsAt: to })),
      ...(await meetingsBetween(context, from, to)),
    ]
    return all.sort((left, right) => left.startsAt.getTime() - right.startsAt.getTime())
  },

  /**
   * Books a meeting of the CRM with the contacts that the attendees are. HubSpot invites nobody to such meetings, so the attendees stand in
   * the internal notes, with a reference by which a repetition finds the first booking.
   */
  async book(context: HubSpotContext, input: OperationInput<'calendar.book'>): Promise<CalendarEvent> {
    const { idempotencyKey, ...event } = input
    const earlier = idempotencyKey === undefined ? null : await calendar.find(context, { idempotencyKey })
    if (earlier) return { ...event, ...earlier }
    const { attendees = [], contactId } = event
    const known = await contactIdsOf(context, attendees)
    const { properties } = meeting.write({ ...event, status: event.status ?? 'confirmed' })
    const body = {
      properties: {
        ...properties,
        hs_timestamp: event.startsAt.toISOString(),
        ...notesOf(attendees, idempotencyKey),
        ...ownedBy(context.settings),
      },
      associations: withContacts('meetings', [contactId, ...known]),
    }
    const made = meeting.read(await context.http.post<HubSpotMeeting>(objects('meetings'), body))
    return { ...event, ...made }
  },

  async find(context: HubSpotContext, input: OperationInput<'calendar.find'>): Promise<CalendarEvent | null> {
    if ('idempotencyKey' in input) {
      const reference = referenceOf(input.idempotencyKey)
      const found = await live(context, [
        { propertyName: 'hs_internal_meeting_notes', operator: 'CONTAINS_TOKEN', value: reference },
      ])
      return found[0] ? meeting.read(found[0]) : null
    }
    const { startsAt, endsAt, attendee } = input
    const times = [
      { propertyName: 'hs_meeting_start_time', operator: 'EQ', value: String(startsAt.getTime()) },
      { propertyName: 'hs_meeting_end_time', operator: 'EQ', value: String(endsAt.getTime()) },
    ]
    const sameTime = await live(context, times)
    if (attendee === undefined) return sameTime[0] ? meeting.read(sameTime[0]) : null
    const noted = sameTime.find(({ properties }) =>
      properties.hs_internal_meeting_notes?.toLowerCase().includes(escapeHtml(attendee).toLowerCase()),
    )
    if (noted) return meeting.read(noted)
    const contact = sameTime.length === 0 ? undefined : await findByEmail(context, attendee)
    if (contact === undefined) return null
    const filters = [...times, { propertyName: 'associations.contact', operator: 'EQ', value: contact.id }]
    const [associated] = await live(context, filters)
    return associated ? meeting.read(associated) : null
  },

  async update(context: HubSpotContext, { externalId, changes }: OperationInput<'calendar.update'>) {
    const { http } = context
    const { startsAt, contactId, attendees } = changes
    const { properties = {} } = meeting.write(changes)
    const notes = attendees === undefined ? {} : await renoted(context, externalId, attendees ?? [])
    const body = {
      properties: { ...properties, ...(startsAt ? { hs_timestamp: startsAt.toISOString() } : {}), ...notes },
    }
    await http.patch(objects('meetings', externalId), body, { repeatable: true })
    for (const id of [contactId, ...(await contactIdsOf(context, attendees ?? []))]) {
      if (id) await http.put(objects('meetings', externalId, 'associations', 'default', 'contacts', id))
    }
    return meeting.read(await http.get<HubSpotMeeting>(objects('meetings', externalId), query))
  },

  /** A meeting that was cancelled stays, with that outcome; a reason goes into its internal notes. */
  async cancel({ http }: HubSpotContext, { externalId, reason }: OperationInput<'calendar.cancel'>): Promise<void> {
    const properties: Record<string, string> = { hs_meeting_outcome: 'CANCELED' }
    if (reason !== undefined) {
      const { properties: now } = await http.get<HubSpotMeeting>(objects('meetings', externalId), query)
      const line = `Cancelled: ${escapeHtml(reason)}`
      const notes = now.hs_internal_meeting_notes ?? ''
      properties.hs_internal_meeting_notes = notes.includes(line) ? notes : joined(notes, line)
    }
    await http.patch(objects('meetings', externalId), { properties }, { repeatable: true })
  },

  changes: async (context: HubSpotContext, { cursor }: OperationInput<'calendar.changes'>) =>
    await changesOf<HubSpotMeeting, CalendarEvent>(
      context,
      {
        type: 'meetings',
        properties: meetingFields,
        modified: 'hs_lastmodifieddate',
        read: (one) => meeting.read(one),
      },
      { cursor },
    ),
}

/** The months of the scheduling page that a time span touches. */
async function linkPages(context: HubSpotContext, from: Date, to: Date, timezone: string): Promise<LinkPage[]> {
  const { http, settings, now } = context
  if (settings.meeting_link === undefined) {
    throw settingMissing('meeting_link', "free times are those of one of HubSpot's scheduling pages")
  }
  const monthOf = (date: Date) => {
    const zoned = Temporal.Instant.fromEpochMilliseconds(date.getTime()).toZonedDateTimeISO(timezone)
    return zoned.year * 12 + zoned.month
  }
  const current = monthOf(now())
  const pages: LinkPage[] = []
  const last = Math.min(monthOf(to) - current, mostMonths)
  for (let monthOffset = Math.max(0, monthOf(from) - current); monthOffset <= last; monthOffset += 1) {
    const page = await http.get<LinkPage>(paths.link(settings.meeting_link), { timezone, monthOffset })
    pages.push(page)
    if (page.linkAvailability?.hasMore === false) break
  }
  return pages
}

/** Meetings of the CRM that take up time in a span. */
async function meetingsBetween(context: HubSpotContext, from: Date, to: Date): Promise<Span[]> {
  const { settings } = context
  const found = await live(context, [
    { propertyName: 'hs_meeting_start_time', operator: 'LT', value: String(to.getTime()) },
    { propertyName: 'hs_meeting_end_time', operator: 'GT', value: String(from.getTime()) },
    ...(settings.owner === undefined
      ? []
      : [{ propertyName: 'hubspot_owner_id', operator: 'EQ', value: settings.owner }]),
  ])
  return found.map((one) => {
    const { startsAt, endsAt } = meeting.read(one)
    return { startsAt, endsAt }
  })
}

/** Meetings that were not cancelled. */
async function live(context: HubSpotContext, filters: { propertyName: string; operator: string; value: string }[]) {
  const found = searchAll<HubSpotMeeting>(context, 'meetings', meetingFields, {
    filters,
    sort: 'hs_meeting_start_time',
  })
  return (await Array.fromAsync(found)).filter(({ properties }) => properties.hs_meeting_outcome !== 'CANCELED')
}

/** The contacts that these people are in HubSpot; nobody is made a contact for being invited. */
async function contactIdsOf({ http }: HubSpotContext, attendees: readonly Attendee[]): Promise<string[]> {
  if (attendees.length === 0) return []
  const emails = [...new Set(attendees.map(({ email }) => email.toLowerCase()))].slice(0, 100)
  const { results } = await http.post<BatchAnswer<HubSpotContact>>(
    objects('contacts', 'batch', 'read'),
    {
      idProperty: 'email',
      inputs: emails.map((id) => ({ id })),
      properties: ['email'],
      propertiesWithHistory: [],
    },
    { repeatable: true },
  )
  return results.map(({ id }) => id)
}

/** One word, whatever the key is made of, so that a search for words finds it. */
const referenceOf = (key: string): string => `tenon${createHash('sha256').update(key).digest('hex').slice(0, 32)}`

function notesOf(attendees: readonly Attendee[], key: string | undefined): { hs_internal_meeting_notes?: string } {
  const lines = [attendeesLine(attendees), key === undefined ? '' : `Reference: ${referenceOf(key)}`]
  const notes = lines.filter((line) => line !== '').join('<br>')
  return notes === '' ? {} : { hs_internal_meeting_notes: notes }
}

const attendeesLine = (attendees: readonly Attendee[]): string => {
  const people = attendees.map(({ email, name }) => (name === undefined ? email : `${name} (${email})`))
  return people.length === 0 ? '' : `Attendees: ${escapeHtml(people.join(', '))}`
}

/** The internal notes with other attendees, all else in them as it was. */
async function renoted({ http }: HubSpotContext, externalId: string, attendees: readonly Attendee[]) {
  const { properties } = await http.get<HubSpotMeeting>(objects('meetings', externalId), query)
  const others = (properties.hs_internal_meeting_notes ?? '')
    .split('<br>')
    .filter((line) => !line.startsWith('Attendees: '))
  return { hs_internal_meeting_notes: [attendeesLine(attendees), ...others].filter((line) => line !== '').join('<br>') }
}

const joined = (notes: string, line: string): string => (notes === '' ? line : `${notes}<br>${line}`)
const span = (start: number, end: number): Span => ({ startsAt: new Date(start), endsAt: new Date(end) })
const overlaps = (left: Span, right: Span): boolean => left.startsAt < right.endsAt && right.startsAt < left.endsAt
