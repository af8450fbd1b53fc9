import { type CalendarEvent, ConnectorError, type OperationInput, type Span } from '../../kit/index.ts'
import { described, partsOf } from './attendees.ts'
import { changesOf } from './changes.ts'
import { findByEmails } from './find.ts'
import { cancelled, meeting, tentative } from './mappings.ts'
import { guidOf, placeOf } from './paths.ts'
import { changeRecord, createRecord, getRecord, readAll, updateRecord } from './records.ts'
import { type DynamicsContext, ownedBy } from './settings.ts'
import type { Appointment, Row } from './types.ts'

const columns = [
  'activityid,subject,scheduledstart,scheduledend,description,location,_regardingobjectid_value,statecode,statuscode',
  'createdon,modifiedon',
].join(',')
const asked = { $select: columns }

const requiredAttendee = 5
/** States with their reasons: an appointment is made open, and scheduled afterwards. */
const scheduled = { statecode: 3, statuscode: 5 }
const undecided = { statecode: 0, statuscode: tentative }
const calledOff = { statecode: cancelled, statuscode: 4 }

/** Appointments of Dataverse, which asks no calendar for free times; what is taken are its own appointments. */
export const calendar = {
  async busy(context: DynamicsContext, { from, to }: OperationInput<'calendar.busy'>): Promise<Span[]> {
    const { owner } = context.settings
    const own = owner === undefined ? '' : ` and _ownerid_value eq ${owner}`
    const when = `scheduledstart lt ${to.toISOString()} and scheduledend gt ${from.toISOString()}`
    const $filter = `${when} and statecode ne ${cancelled}${own}`
    const query = { ...asked, $filter, $orderby: 'scheduledstart asc' }
    const found = await Array.fromAsync(readAll<Appointment>(context, 'appointments', query))
    return found.map(readEvent).map(({ startsAt, endsAt }) => ({ startsAt, endsAt }))
  },

  /**
   * The id of an appointment is made of the idempotency key, so that a repetition finds the first. Attendees who are contacts take part;
   * all of them stand in the description, since Dataverse invites nobody by itself.
   */
  async book(context: DynamicsContext, input: OperationInput<'calendar.book'>): Promise<CalendarEvent> {
    const { idempotencyKey, ...event } = input
    const { description = '', attendees = [], status } = event
    const people = await findByEmails(
      context,
      attendees.map(({ email }) => email),
    )
    const first = [...people.values()].at(0)?.contactid
    const contactId = event.contactId ?? (typeof first === 'string' ? first : undefined)
    const parties = [...new Set([contactId, ...[...people.values()].map(({ contactid }) => String(contactid))])]
    const record = {
      ...meeting.write(event),
      description: described(description, attendees),
      ...(contactId === undefined
        ? {}
        : { 'regardingobjectid_contact_appointment@odata.bind': placeOf('contacts', contactId, 'contact') }),
      appointment_activity_parties: parties.flatMap((id) =>
        id === undefined
          ? []
          : [{ participationtypemask: requiredAttendee, 'partyid_contact@odata.bind': placeOf('contacts', id) }],
      ),
      ...ownedBy(context.settings),
    }
    const id = idempotencyKey === undefined ? undefined : idOf(context, idempotencyKey)
    const { record: made, isNew } = await createRecord<Appointment>(context, 'appointments', record, asked, id)
    if (!isNew && made.statecode === cancelled)
      throw new ConnectorError(
        'CONFLICT',
        'Dynamics 365: what was booked with this idempotency key has been cancelled since; use a new one (CONFLICT)',
      )
    const state = status === 'tentative' ? undecided : scheduled
    return readEvent(await updateRecord<Appointment>(context, 'appointments', made.activityid, state, asked))
  },

  async find(context: DynamicsContext, input: OperationInput<'calendar.find'>): Promise<CalendarEvent | null> {
    if ('idempotencyKey' in input) {
      const place = placeOf('appointments', idOf(context, input.idempotencyKey))
      const { status, body } = await context.http.request<Appointment>('GET', place, { query: asked, accept: [404] })
      return status === 404 || body.statecode === cancelled ? null : readEvent(body)
    }
    const { startsAt, endsAt, attendee } = input
    const when = `scheduledstart eq ${startsAt.toISOString()} and scheduledend eq ${endsAt.toISOString()}`
    const query = { ...asked, $filter: `${when} and statecode ne ${cancelled}`, $orderby: 'createdon asc' }
    const found = await Array.fromAsync(readAll<Appointment>(context, 'appointments', query))
    if (attendee === undefined || found.length === 0) return found[0] ? readEvent(found[0]) : null
    const wanted = attendee.toLowerCase()
    const named = found.find(({ description }) => description?.toLowerCase().includes(wanted))
    const person = named === undefined ? (await findByEmails(context, [attendee])).get(wanted) : undefined
    const match = named ?? (person && found.find(({ _regardingobjectid_value: id }) => id === person.contactid))
    return match ? readEvent(match) : null
  },

  async update(
    context: DynamicsContext,
    { externalId, changes }: OperationInput<'calendar.update'>,
  ): Promise<CalendarEvent> {
    const { description, attendees, status } = changes
    const record: Row = {
      ...meeting.write(changes),
      ...(status === undefined || status === null ? {} : stateOf(status)),
    }
    if (description === undefined && attendees === undefined)
      return readEvent(await updateRecord<Appointment>(context, 'appointments', externalId, record, asked))
    const changed = await changeRecord<Appointment & Row>(context, 'appointments', externalId, asked, (present) => {
      const { text, attendees: before } = partsOf(present.description)
      const people = attendees === undefined ? before : (attendees ?? [])
      return { ...record, description: described(description === undefined ? text : (description ?? ''), people) }
    })
    return readEvent(changed)
  },

  /** It stays as a cancelled one, with the reason in its description. */
  async cancel(context: DynamicsContext, { externalId, reason }: OperationInput<'calendar.cancel'>): Promise<void> {
    if (reason === undefined) {
      await updateRecord(context, 'appointments', externalId, calledOff, asked)
      return
    }
    const line = `Cancelled: ${reason}`
    const { statecode } = await getRecord<Appointment>(context, 'appointments', externalId, asked)
    if (statecode === cancelled) return
    await changeRecord<Appointment & Row>(context, 'appointments', externalId, asked, ({ description }) => ({
      ...calledOff,
      description: [description, line].filter((part) => part).join('\n'),
    }))
  },

  changes: async (context: DynamicsContext, { cursor }: OperationInput<'calendar.changes'>) =>
    await changesOf<CalendarEvent>(
      context,
      { set: 'appointments', ...asked, read: (record) => readEvent(record as Appointment) },
      { cursor },
    ),
}

const stateOf = (status: NonNullable<CalendarEvent['status']>): Row =>
  ({ confirmed: scheduled, tentative: undecided, cancelled: calledOff })[status]

function readEvent(record: Appointment): CalendarEvent {
  const { text, attendees } = partsOf(record.description)
  return {
    ...meeting.read(record),
    ...(text === '' ? {} : { description: text }),
    ...(attendees.length === 0 ? {} : { attendees }),
  }
}

/** The id of what is booked with a key, by this integration. */
const idOf = ({ integrationId }: DynamicsContext, key: string): string => guidOf(`${integrationId}/${key}`)
