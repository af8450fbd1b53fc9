import type { News } from '../inbound/news.ts'
import type { Appointment } from './appointments.ts'
import { dateOf, objectOf, textOf } from './fields.ts'

/** Whether a booking still stands, by the news of it; one that waits for its host is none yet. */
const isOff: Readonly<Record<string, boolean>> = {
  'appointment.created': false,
  'appointment.rescheduled': false,
  'appointment.cancelled': true,
  'appointment.rejected': true,
}

/** A booking as Cal.com tells of it. */
export function calcomAppointment({ type, externalId, data }: News): Appointment | undefined {
  if (externalId === undefined || !Object.hasOwn(isOff, type)) return undefined
  const told = objectOf(data)
  const attendee = objectOf(Array.isArray(told.attendees) ? told.attendees[0] : undefined)
  const location = textOf(told.location)
  const cancelledBy = textOf(told.cancelledBy) ?? textOf(told.cancelledByEmail)
  return {
    externalId,
    previousId: textOf(told.rescheduleUid),
    startsAt: dateOf(told.startTime),
    endsAt: dateOf(told.endTime),
    isOff: isOff[type] === true,
    // With which the connector marks what it books.
    isOurs: textOf(objectOf(told.metadata).tenonReference) !== undefined,
    title: textOf(told.title),
    name: textOf(attendee.name),
    email: textOf(attendee.email),
    phone: textOf(attendee.phoneNumber),
    timezone: textOf(attendee.timeZone),
    // The name of a video service is no place.
    location: location?.startsWith('integrations:') ? undefined : location,
    notes: textOf(told.additionalNotes),
    reason: textOf(told.cancellationReason) ?? textOf(told.rejectionReason),
    cancelledBy: cancelledBy !== undefined && cancelledBy === textOf(attendee.email) ? 'attendee' : 'host',
  }
}
