import { createHash } from 'node:crypto'
import { type Attendee, type CalendarEvent, ConnectorError, type OperationInput, type Span } from '../../kit/index.ts'
import { about } from './activities.ts'
import { changesOf } from './changes.ts'
import { both, query, queryAll, quoted } from './coql.ts'
import { findPerson } from './find.ts'
import { meeting, meetingFields } from './mappings.ts'
import { paths } from './paths.ts'
import { deleteRecord, getRecord, getRecords, timeText, writeRow, writeRows } from './records.ts'
import { ownedBy, type ZohoContext } from './settings.ts'
import type { Meeting, Participant, ZohoRecord } from './types.ts'

/** A booking is looked for by its reference among what was made since; nobody retries later. */
const referenceLifeMs = 7 * 86_400_000
const mostAtOneTime = 100
const referenceMark = 'Reference: '
const what = 'the appointment'

/** Appointments are meetings of Zoho CRM, which writes to the participants itself; what is taken are its own meetings. */
export const calendar = {
  async busy(context: ZohoContext, { from, to }: OperationInput<'calendar.busy'>): Promise<Span[]> {
    const { owner } = context.settings
    const within = [`Start_DateTime < ${quoted(timeText(to))}`, `End_DateTime > ${quoted(timeText(from))}`]
    const where = both(...within, ...(owner === undefined ? [] : [`Owner = ${quoted(owner)}`]))
    const select = { fields: ['Start_DateTime', 'End_DateTime'], module: 'Events', where } as const
    const found = await Array.fromAsync(queryAll<ZohoRecord & Meeting>(context, select))
    return found
      .map(readEvent)
      .map(({ startsAt, endsAt }) => ({ startsAt, endsAt }))
      .sort((left, right) => left.startsAt.getTime() - right.startsAt.getTime())
  },

  /** The description ends with a reference by which a repetition finds the booking. */
  async book(context: ZohoContext, input: OperationInput<'calendar.book'>): Promise<CalendarEvent> {
    const { idempotencyKey, ...event } = input
    const earlier = idempotencyKey === undefined ? null : await calendar.find(context, { idempotencyKey })
    if (earlier) return { ...event, ...earlier }
    const { settings } = context
    const { description = '', attendees = [] } = event
    const who = event.contactId ?? (attendees[0] && (await findPerson(context, attendees[0]))?.id)
    const { Who_Id: _, ...written } = meeting.write({ ...event, contactId: undefined })
    const record = {
      ...written,
      Description: joined(description, idempotencyKey === undefined ? '' : referenceMark + referenceOf(idempotencyKey)),
      Participants: attendees.map(participant),
      $send_notification: invites(context, attendees.length),
      ...(who === undefined ? {} : about(who, settings)),
      ...ownedBy(settings),
    }
    const { id, row } = await writeRow(context, what, { method: 'POST', path: paths.records('Events'), record })
    return { ...event, ...(who === undefined ? {} : { contactId: who }), externalId: id, raw: row }
  },

  async find(context: ZohoContext, input: OperationInput<'calendar.find'>): Promise<CalendarEvent | null> {
    if ('idempotencyKey' in input) {
      const reference = referenceOf(input.idempotencyKey)
      const since = timeText(new Date(context.now().getTime() - referenceLifeMs))
      const select = { fields: ['Description'], module: 'Events', where: `Created_Time >= ${quoted(since)}` } as const
      // Zoho searches by no field of several lines.
      for await (const { id, Description } of queryAll<ZohoRecord>(context, select))
        if (String(Description ?? '').includes(reference)) return await get(context, id)
      return null
    }
    const { startsAt, endsAt, attendee } = input
    const where = both(`Start_DateTime = ${quoted(timeText(startsAt))}`, `End_DateTime = ${quoted(timeText(endsAt))}`)
    const heads = await query(context, { fields: ['Start_DateTime'], module: 'Events', where, limit: mostAtOneTime })
    const ids = heads.map(({ id }) => id)
    const found = (await getRecords<Meeting>(context, 'Events', ids, meetingFields)).map(readEvent)
    if (attendee === undefined || found.length === 0) return found[0] ?? null
    const isNamed = ({ email }: Attendee) => email.toLowerCase() === attendee.toLowerCase()
    const named = found.find(({ attendees = [] }) => attendees.some(isNamed))
    const person = named === undefined ? await findPerson(context, { email: attendee }) : undefined
    return named ?? (person && found.find(({ contactId }) => contactId === person.id)) ?? null
  },

  async update(
    context: ZohoContext,
    { externalId, changes }: OperationInput<'calendar.update'>,
  ): Promise<CalendarEvent> {
    const { description, attendees, contactId, ...rest } = changes
    const record: Record<string, unknown> = {
      ...meeting.write(rest),
      ...(contactId ? about(contactId, context.settings) : {}),
    }
    if (description !== undefined) {
      const { Description } = await getRecord<Meeting>(context, 'Events', externalId, ['Description'])
      record.Description = joined(description ?? '', partsOf(Description).reference)
    }
    if (attendees !== undefined) {
      record.Participants = (attendees ?? []).map(participant)
      record.$send_notification = invites(context, attendees?.length ?? 0)
    }
    if (Object.keys(record).length > 0)
      await writeRow(context, what, { method: 'PUT', path: paths.records('Events', externalId), record })
    return await get(context, externalId)
  },

  /** The participants are told by Zoho, then the meeting is deleted; a reason stays with it in the recycle bin. */
  async cancel(context: ZohoContext, { externalId, reason }: OperationInput<'calendar.cancel'>): Promise<void> {
    const fields = ['Description', 'Participants']
    const { Description: before, Participants } = await getRecord<Meeting>(context, 'Events', externalId, fields)
    const line = `Cancelled: ${reason}`
    if (reason !== undefined && !before?.includes(line)) {
      const record = { Description: joined(before ?? '', line) }
      await writeRow(context, what, { method: 'PUT', path: paths.records('Events', externalId), record })
    }
    if (invites(context, Participants?.length ?? 0)) await tellOff(context, externalId)
    await deleteRecord(context, 'Events', externalId, what)
  },

  changes: async (context: ZohoContext, { cursor }: OperationInput<'calendar.changes'>) =>
    await changesOf<CalendarEvent>(
      context,
      { module: 'Events', fields: meetingFields, read: (record) => readEvent(record) },
      { cursor },
    ),
}

const get = async (context: ZohoContext, id: string): Promise<CalendarEvent> =>
  readEvent(await getRecord<Meeting>(context, 'Events', id, meetingFields))

/** A meeting that lies in the past, or was cancelled before, is none that Zoho writes about; it is deleted all the same. */
async function tellOff(context: ZohoContext, id: string): Promise<void> {
  const path = paths.records('Events', id, 'actions', 'cancel')
  try {
    const data = [{ send_cancelling_mail: true }]
    await writeRows(context, what, { method: 'POST', path, data, repeatable: true })
  } catch (error) {
    if (!(error instanceof ConnectorError) || !['VENDOR_REJECTED', 'PERMISSION_DENIED'].includes(error.code))
      throw error
  }
}

function readEvent(record: Meeting): CalendarEvent {
  const { text } = partsOf(record.Description)
  const attendees = (record.Participants ?? []).flatMap(attendeeIn)
  return {
    ...meeting.read(record),
    status: 'confirmed',
    ...(text === '' ? {} : { description: text }),
    ...(attendees.length === 0 ? {} : { attendees }),
  }
}

const participant = ({ email }: Attendee) => ({ type: 'email', participant: email })

/** Zoho answers the address of a contact, lead or user beside its id. */
function attendeeIn({ type, participant: who, Email, name }: Participant): Attendee[] {
  const email = type === 'email' ? who : Email
  return email ? [{ email, ...(name && name !== email ? { name } : {}) }] : []
}

const invites = ({ settings: { send_invitations: isWanted = true } }: ZohoContext, guests: number): boolean =>
  isWanted && guests > 0

const joined = (...parts: string[]): string => parts.filter((part) => part !== '').join('\n')

/** A description as it was put together. */
function partsOf(description: string | null | undefined): { text: string; reference: string } {
  const lines = (description ?? '').split('\n')
  const text = lines.filter((line) => !line.startsWith(referenceMark)).join('\n')
  return { text, reference: lines.find((line) => line.startsWith(referenceMark)) ?? '' }
}

/** One word, whatever the key is made of. */
const referenceOf = (key: string): string => `tenon${createHash('sha256').update(key).digest('hex').slice(0, 32)}`
