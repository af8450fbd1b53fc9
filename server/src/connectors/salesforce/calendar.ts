import { createHash } from 'node:crypto'
import type { Attendee, CalendarEvent, OperationInput, Span } from '../../kit/index.ts'
import { changesOf } from './changes.ts'
import { findPerson } from './find.ts'
import { meeting, meetingFields } from './mappings.ts'
import { paths } from './paths.ts'
import { ownedBy, type SalesforceContext } from './settings.ts'
import { queryAll, quoted } from './soql.ts'
import type { Meeting, Saved, SObject } from './types.ts'

/** A booking is looked for by its reference among what was made since; nobody retries later. */
const referenceLifeMs = 7 * 86_400_000
const select = `SELECT ${meetingFields} FROM Event`
const attendeesMark = 'Attendees: '
const referenceMark = 'Reference: '

/** Appointments are events of Salesforce, which asks no calendar for free times; what is taken are its own events. */
export const calendar = {
  async busy(context: SalesforceContext, { from, to }: OperationInput<'calendar.busy'>): Promise<Span[]> {
    const { owner } = context.settings
    const own = owner === undefined ? '' : ` AND OwnerId = ${quoted(owner)}`
    const when = `StartDateTime < ${to.toISOString()} AND EndDateTime > ${from.toISOString()}`
    const soql = `${select} WHERE ${when} AND ShowAs != 'Free'${own} ORDER BY StartDateTime ASC`
    const found = await Array.fromAsync(queryAll<Meeting>(context, soql))
    return found.map(readEvent).map(({ startsAt, endsAt }) => ({ startsAt, endsAt }))
  },

  /** Salesforce invites nobody, so attendees stand in the description, with a reference by which a repetition finds the booking. */
  async book(context: SalesforceContext, input: OperationInput<'calendar.book'>): Promise<CalendarEvent> {
    const { idempotencyKey, ...event } = input
    const earlier = idempotencyKey === undefined ? null : await calendar.find(context, { idempotencyKey })
    if (earlier) return { ...event, ...earlier }
    const { http, settings } = context
    const { description, attendees = [], contactId } = event
    const [first] = attendees
    const who = contactId ?? (first === undefined ? undefined : (await findPerson(context, first))?.Id)
    const record = {
      ...meeting.write({ ...event, contactId: who, status: event.status ?? 'confirmed' }),
      Description: described(description, attendees, idempotencyKey),
      ...ownedBy(settings),
    }
    const saved = await http.post<Saved>(paths.sobjects('Event'), record)
    return { ...event, ...(who === undefined ? {} : { contactId: who }), externalId: saved.id ?? '', raw: saved }
  },

  async find(context: SalesforceContext, input: OperationInput<'calendar.find'>): Promise<CalendarEvent | null> {
    if ('idempotencyKey' in input) {
      const reference = referenceOf(input.idempotencyKey)
      const since = new Date(context.now().getTime() - referenceLifeMs).toISOString()
      // Descriptions are too long for Salesforce to search by.
      for await (const one of queryAll<Meeting>(
        context,
        `${select} WHERE CreatedDate >= ${since} ORDER BY CreatedDate DESC`,
      ))
        if (one.Description?.includes(reference)) return readEvent(one)
      return null
    }
    const { startsAt, endsAt, attendee } = input
    const when = `StartDateTime = ${startsAt.toISOString()} AND EndDateTime = ${endsAt.toISOString()}`
    const found = await Array.fromAsync(queryAll<Meeting>(context, `${select} WHERE ${when} ORDER BY CreatedDate ASC`))
    if (attendee === undefined || found.length === 0) return found[0] ? readEvent(found[0]) : null
    const named = found.find(({ Description }) => Description?.toLowerCase().includes(attendee.toLowerCase()))
    const person = named === undefined ? await findPerson(context, { email: attendee }) : undefined
    const match = named ?? (person && found.find(({ WhoId }) => WhoId === person.Id))
    return match ? readEvent(match) : null
  },

  async update(
    context: SalesforceContext,
    { externalId, changes }: OperationInput<'calendar.update'>,
  ): Promise<CalendarEvent> {
    const { http } = context
    const place = paths.sobjects('Event', externalId)
    const { description, attendees } = changes
    const record: Record<string, unknown> = { ...meeting.write(changes) }
    if (description !== undefined || attendees !== undefined) {
      const { text, people, key } = partsOf((await http.get<Meeting>(place, fieldsQuery)).Description)
      const shown = attendees === undefined ? people : attendeesLine(attendees ?? [])
      record.Description = joined(description === undefined ? text : (description ?? ''), shown, key)
    }
    await http.patch(place, record, { repeatable: true })
    return readEvent(await http.get<Meeting>(place, fieldsQuery))
  },

  /** Deletes the event; a reason stays with it in the recycle bin. */
  async cancel({ http }: SalesforceContext, { externalId, reason }: OperationInput<'calendar.cancel'>): Promise<void> {
    const place = paths.sobjects('Event', externalId)
    if (reason !== undefined) {
      const { Description: before } = await http.get<Meeting>(place, fieldsQuery)
      const line = `Cancelled: ${reason}`
      if (!before?.includes(line))
        await http.patch(place, { Description: joined(before ?? '', line) }, { repeatable: true })
    }
    await http.delete(place)
  },

  changes: async (context: SalesforceContext, { cursor }: OperationInput<'calendar.changes'>) =>
    await changesOf<CalendarEvent>(
      context,
      { object: 'Event', fields: meetingFields, read: (record: SObject) => readEvent(record) },
      { cursor },
    ),
}

const fieldsQuery = { fields: meetingFields.replaceAll(' ', '') }

function readEvent(record: Meeting): CalendarEvent {
  const { text, people } = partsOf(record.Description)
  const attendees = readAttendees(people)
  return {
    ...meeting.read(record),
    ...(text === '' ? {} : { description: text }),
    ...(attendees.length === 0 ? {} : { attendees }),
  }
}

const described = (text = '', attendees: readonly Attendee[], key: string | undefined): string =>
  joined(text, attendeesLine(attendees), key === undefined ? '' : referenceMark + referenceOf(key))

const joined = (...parts: string[]): string => parts.filter((part) => part !== '').join('\n')

const attendeesLine = (attendees: readonly Attendee[]): string =>
  attendees.length === 0
    ? ''
    : attendeesMark + attendees.map(({ email, name }) => (name === undefined ? email : `${name} <${email}>`)).join(', ')

/** A description as it was put together. */
function partsOf(description: string | null | undefined): { text: string; people: string; key: string } {
  const lines = (description ?? '').split('\n')
  const starting = (mark: string) => lines.find((line) => line.startsWith(mark)) ?? ''
  const text = lines.filter((line) => !line.startsWith(attendeesMark) && !line.startsWith(referenceMark)).join('\n')
  return { text, people: starting(attendeesMark), key: starting(referenceMark) }
}

function readAttendees(line: string): Attendee[] {
  return line
    .slice(attendeesMark.length)
    .split(', ')
    .flatMap((part) => {
      const [, name, address] = /^(.*) <([^<>]+)>$/.exec(part) ?? []
      const email = address ?? part
      return email.includes('@') ? [{ email, ...(name === undefined ? {} : { name }) }] : []
    })
}

/** One word, whatever the key is made of. */
const referenceOf = (key: string): string => `tenon${createHash('sha256').update(key).digest('hex').slice(0, 32)}`
