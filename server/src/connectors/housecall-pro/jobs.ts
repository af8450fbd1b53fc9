import { createHash } from 'node:crypto'
import {
  type Calendar,
  type CalendarEvent,
  type Change,
  ConnectorError,
  type New,
  type OperationInput,
} from '../../kit/index.ts'
import { addressIdOf } from './addresses.ts'
import { busySpans } from './busy.ts'
import { contacts, customerOf, findCustomer } from './contacts.ts'
import { isOff, readJob } from './mappings.ts'
import { changesOf, pagesOf } from './pages.ts'
import { paths } from './paths.ts'
import type { HcpContext } from './settings.ts'
import { timeText } from './times.ts'
import type { HcpAppointment, HcpEmployee, HcpJob } from './types.ts'
import { freeWindows } from './windows.ts'

/** An appointment is a job of a customer at an address, done by employees, which stand in for calendars. */
export const calendar = {
  async calendars({ http, settings }: HcpContext): Promise<Calendar[]> {
    const found = await Array.fromAsync(http.pages<HcpEmployee>(paths.employees, {}, { pages: pagesOf('employees') }))
    return found.map(({ id, first_name: first, last_name: last, email }) => ({
      id,
      name: [first, last].filter(Boolean).join(' ') || email || id,
      primary: id === settings.default_employee_id,
      writable: true,
    }))
  },

  availability: freeWindows,
  busy: busySpans,

  async book(context: HcpContext, { idempotencyKey, ...given }: OperationInput<'calendar.book'>) {
    const customerId = given.contactId ?? (await attendeeOf(context, given))
    return await context.inTurn(customerId, async () => {
      const earlier = idempotencyKey && (await byReference(context, idempotencyKey, customerId))
      if (earlier) return { ...given, ...earlier }
      const customer = await customerOf(context, customerId)
      const addressId = await addressIdOf(context, customer, given.location)
      const { settings, http } = context
      const employee = given.calendarId ?? settings.default_employee_id
      const notes = [given.description, idempotencyKey && `Reference: ${referenceOf(idempotencyKey)}`]
      const body = {
        ...{ customer_id: customerId, address_id: addressId },
        schedule: {
          scheduled_start: timeText(given.startsAt),
          scheduled_end: timeText(given.endsAt),
          arrival_window: settings.arrival_window_minutes ?? 0,
        },
        // The description of a job is made of what its lines are called.
        line_items: [{ name: given.title, unit_price: 0, quantity: 1 }],
        ...(employee === undefined ? {} : { assigned_employee_ids: [employee] }),
        ...(notes.some(Boolean) ? { notes: notes.filter(Boolean).join('\n\n') } : {}),
        ...(settings.lead_source === undefined ? {} : { lead_source: settings.lead_source }),
      }
      const made = await http.post<HcpJob>(paths.jobs, body)
      return { ...given, ...readJob(made), title: given.title, contactId: customerId }
    })
  },

  /** By the reference that a booking left among its notes, or by its time. */
  async find(context: HcpContext, input: OperationInput<'calendar.find'>): Promise<CalendarEvent | null> {
    if ('idempotencyKey' in input) return await byReference(context, input.idempotencyKey)
    const { startsAt, endsAt, attendee } = input
    const query = { scheduled_start_min: timeText(startsAt), scheduled_start_max: timeText(startsAt) }
    for await (const job of context.http.pages<HcpJob>(paths.jobs, query, { pages: pagesOf('jobs') })) {
      const found = readJob(job)
      const isAt = found.startsAt.getTime() === startsAt.getTime() && found.endsAt.getTime() === endsAt.getTime()
      const isOf = attendee === undefined || job.customer?.email?.toLowerCase() === attendee.toLowerCase()
      if (!isOff(job) && isAt && isOf) return found
    }
    return null
  },

  /** Moves the only visit of a job. Another description is added as a note, since a job keeps its notes. */
  async update(context: HcpContext, { externalId, calendarId, changes }: OperationInput<'calendar.update'>) {
    const { http, settings } = context
    const { startsAt, endsAt, status, description } = changes
    if (status === 'cancelled') await unschedule(context, externalId)
    else if (startsAt || endsAt || changes.calendarId) {
      const { appointments, job } = await visitsOf(context, externalId)
      if (appointments.length > 1) throw severalVisits()
      const [visit] = appointments
      const [from, to] = [startsAt ?? visit?.start_time, endsAt ?? visit?.end_time]
      if (!from || !to) throw withoutTime()
      const employee = changes.calendarId ?? calendarId
      const ids = employee
        ? [employee]
        : (visit?.dispatched_employees_ids ?? job.assigned_employees?.map(({ id }) => id) ?? [])
      const body = {
        ...{ start_time: timeText(new Date(from)), end_time: timeText(new Date(to)) },
        arrival_window_minutes: settings.arrival_window_minutes ?? 0,
        dispatched_employees_ids: ids,
      }
      if (visit) await http.put(paths.job(externalId, 'appointments', visit.id), body)
      else await http.post(paths.job(externalId, 'appointments'), body)
    }
    if (description) await addNote(context, externalId, description)
    return readJob(await http.get<HcpJob>(paths.job(externalId)))
  },

  /** A job cannot be cancelled from outside: its visits are taken off the schedule, and the reason becomes a note. */
  async cancel(context: HcpContext, { externalId, reason }: OperationInput<'calendar.cancel'>): Promise<void> {
    await unschedule(context, externalId)
    if (reason !== undefined) await addNote(context, externalId, `Cancelled: ${reason}`)
  },

  changes: async (context: HcpContext, { cursor }: OperationInput<'calendar.changes'>) =>
    await changesOf(context, { path: paths.jobs, items: 'jobs' }, { cursor }, (job: HcpJob): Change<CalendarEvent> => {
      if (!isOff(job)) return { type: 'upserted', record: readJob(job) }
      const at = job.deleted_at ?? job.canceled_at
      return { type: 'deleted', externalId: job.id, ...(at ? { at: new Date(at) } : {}) }
    }),
}

/** A note that is there already is not added again. */
export async function addNote({ http }: HcpContext, jobId: string, content: string): Promise<{ id: string }> {
  const { notes } = await http.get<HcpJob>(paths.job(jobId))
  const present = notes?.find((note) => note.content === content)
  return present ?? (await http.post<{ id: string }>(paths.job(jobId, 'notes'), { content }))
}

async function unschedule(context: HcpContext, jobId: string): Promise<void> {
  const { appointments } = await visitsOf(context, jobId)
  for (const { id } of appointments)
    await context.http.delete(paths.job(jobId, 'appointments', id), undefined, { accept: [404] })
}

async function visitsOf({ http }: HcpContext, jobId: string) {
  // Read first, since a job that is gone is said more clearly by its own path.
  const job = await http.get<HcpJob>(paths.job(jobId))
  const { appointments } = await http.get<{ appointments?: HcpAppointment[] }>(paths.job(jobId, 'appointments'))
  return { job, appointments: appointments ?? [] }
}

const severalVisits = () =>
  new ConnectorError('CONFLICT', 'Housecall Pro: the job has several visits; move them there (CONFLICT)')
const withoutTime = () =>
  new ConnectorError(
    'VALIDATION_FAILED',
    'Housecall Pro: the job is not scheduled; give "startsAt" and "endsAt" (VALIDATION_FAILED)',
  )

async function attendeeOf(context: HcpContext, { attendees = [] }: New<CalendarEvent>): Promise<string> {
  const [first] = attendees
  const why = 'Housecall Pro: a job belongs to a customer; give "contactId" or an attendee (VALIDATION_FAILED)'
  if (first === undefined) throw new ConnectorError('VALIDATION_FAILED', why)
  const present = await findCustomer(context, { email: first.email })
  return present?.id ?? (await contacts.upsert(context, first)).contact.externalId
}

const referenceOf = (key: string): string => `tenon${createHash('sha256').update(key).digest('hex').slice(0, 32)}`

/** How many of the newest jobs are looked through. */
const mostLookedAt = 400

async function byReference(context: HcpContext, key: string, customerId?: string): Promise<CalendarEvent | null> {
  const reference = referenceOf(key)
  const query = { sort_by: 'created_at', sort_direction: 'desc', customer_id: customerId }
  let count = 0
  for await (const job of context.http.pages<HcpJob>(paths.jobs, query, { pages: pagesOf('jobs') })) {
    if (!isOff(job) && job.notes?.some(({ content }) => content?.includes(reference))) return readJob(job)
    if (++count >= mostLookedAt) return null
  }
  return null
}
