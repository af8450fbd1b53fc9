import type { News } from '../inbound/news.ts'
import type { Appointment } from './appointments.ts'
import { dateOf, objectOf, textOf } from './fields.ts'

/** A job as Housecall Pro tells of it: an appointment once it is scheduled, until it is taken off the schedule. */
export function housecallProAppointment({ type, externalId, data }: News): Appointment | undefined {
  if (externalId === undefined || !/^job\.[a-z_]+$/.test(type)) return undefined
  const job = objectOf(data)
  const customer = objectOf(job.customer)
  const { street, city, state, zip } = objectOf(job.address)
  const { scheduled_start: start, scheduled_end: end } = objectOf(job.schedule)
  const [startsAt, endsAt] = [dateOf(start), dateOf(end)]
  const notes = Array.isArray(job.notes) ? job.notes.map((note) => textOf(objectOf(note).content) ?? '') : []
  const isGone = /^job\.(deleted|canceled)$/.test(type) || /canceled$/.test(textOf(job.work_status) ?? '')
  // That it was made without a time may be heard after that it has one.
  const isOff = isGone || (startsAt === undefined && type !== 'job.created')
  const place = [textOf(street), textOf(city), [textOf(state), textOf(zip)].filter(Boolean).join(' ')]
  return {
    externalId,
    startsAt,
    endsAt,
    isOff,
    ...(isOff && !isGone ? { cancelledBy: 'system', reason: 'Taken off the schedule at Housecall Pro' } : {}),
    // With which the connector marks what it books.
    isOurs: notes.some((note) => /Reference: tenon[0-9a-f]{32}$/.test(note)),
    title: textOf(job.description),
    name: [textOf(customer.first_name), textOf(customer.last_name)].filter(Boolean).join(' ') || undefined,
    email: textOf(customer.email),
    phone: textOf(customer.mobile_number) ?? textOf(customer.home_number) ?? textOf(customer.work_number),
    location: place.filter(Boolean).join(', ') || undefined,
    notes: notes.filter(Boolean).join('\n\n') || undefined,
  }
}
