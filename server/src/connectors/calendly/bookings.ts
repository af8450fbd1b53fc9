import { type CalendarEvent, ConnectorError, type New, notSupported } from '../../kit/index.ts'
import { type CalendlyContext, eventTypeOf, idIn, locationOf } from './settings.ts'
import { userOf } from './times.ts'
import type { Invitee, Resource, ScheduledEvent } from './types.ts'

/** An event of Calendly as the hub knows it. */
export const read = (event: ScheduledEvent): CalendarEvent => {
  const place = event.location?.location ?? event.location?.join_url
  return {
    externalId: idIn(event.uri),
    title: event.name,
    startsAt: new Date(event.start_time),
    endsAt: new Date(event.end_time),
    ...(place ? { location: place } : {}),
    ...(event.event_type ? { calendarId: event.event_type } : {}),
    status: event.status === 'canceled' ? 'cancelled' : 'confirmed',
    createdAt: new Date(event.created_at),
    updatedAt: new Date(event.updated_at),
    raw: event,
  }
}

/**
 * Books by the scheduling API, which knows no idempotency key: a call whose answer was lost is never made again. How long it lasts is
 * up to the event type.
 */
export async function book(context: CalendlyContext, input: New<CalendarEvent>): Promise<CalendarEvent> {
  const eventType = eventTypeOf(context, input.calendarId)
  const [attendee, ...guests] = input.attendees ?? []
  if (!attendee) {
    throw new ConnectorError('VALIDATION_FAILED', 'Calendly books for somebody: name an attendee (VALIDATION_FAILED)')
  }
  const { resource } = await context.http.post<Resource<Invitee>>('/invitees', {
    event_type: eventType,
    start_time: input.startsAt.toISOString(),
    invitee: { name: attendee.name ?? attendee.email, email: attendee.email, timezone: input.timezone ?? 'UTC' },
    ...locationOf(context, input.location),
    ...(guests.length === 0 ? {} : { event_guests: guests.map(({ email }) => email) }),
  })
  const { calendarId: _, ...told } = input
  const booked = { ...told, calendarId: eventType, externalId: idIn(resource.event), status: 'confirmed' as const }
  try {
    const event = await context.http.get<Resource<ScheduledEvent>>(`/scheduled_events/${idIn(resource.event)}`)
    return { ...booked, ...read(event.resource) }
  } catch (error) {
    // It is booked, whether it can be read again now or not.
    if (error instanceof ConnectorError) return booked
    throw error
  }
}

type Wanted = { idempotencyKey: string } | { startsAt: Date; endsAt: Date; attendee?: string | undefined }

export async function find(context: CalendlyContext, wanted: Wanted): Promise<CalendarEvent | null> {
  if ('idempotencyKey' in wanted) throw notSupported('Calendly', 'finding a booking by its idempotency key')
  const { uri: user } = await userOf(context)
  const { startsAt, endsAt, attendee } = wanted
  const query = {
    ...{ user, status: 'active', sort: 'start_time:asc' },
    // Whether the ends belong to the range is not said.
    min_start_time: new Date(startsAt.getTime() - 60_000).toISOString(),
    max_start_time: new Date(startsAt.getTime() + 60_000).toISOString(),
    ...(attendee === undefined ? {} : { invitee_email: attendee }),
  }
  for await (const event of context.http.pages<ScheduledEvent>('/scheduled_events', query)) {
    const found = read(event)
    if (found.startsAt.getTime() === startsAt.getTime() && found.endsAt.getTime() === endsAt.getTime()) return found
  }
  return null
}

/** Cancels an event for all its invitees, who are told by Calendly. One that was cancelled before stays so. */
export async function cancel(
  { http }: CalendlyContext,
  { externalId, reason }: { externalId: string; reason?: string | undefined },
): Promise<void> {
  const path = `/scheduled_events/${encodeURIComponent(idIn(externalId))}`
  const { resource } = await http.get<Resource<ScheduledEvent>>(path)
  if (resource.status === 'canceled') return
  await http.post(`${path}/cancellation`, reason === undefined ? {} : { reason })
}
