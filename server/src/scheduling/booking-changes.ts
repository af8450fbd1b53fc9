import type { Db } from '../db/database.ts'
import type { Engine, NewEvent } from '../engine/types.ts'
import type { BookingRow } from './booking-queries.ts'

/** What happened to a booking. */
export type BookingChange = {
  type: 'created' | 'updated' | 'cancelled'
  booking: BookingRow
  /** As it was before. */
  before?: BookingRow | undefined
}

/** Whatever follows from a change of a booking, in the transaction of the change: jobs and rows, and nothing that waits for others. */
export type Reaction = (tx: Db, change: BookingChange) => Promise<void>

/** Tells of a change in the transaction that makes it, and lets everything follow that is to follow. */
export const createAnnouncing =
  ({ engine, reactions }: { engine: Pick<Engine, 'publish'>; reactions: readonly Reaction[] }) =>
  async (tx: Db, change: BookingChange): Promise<void> => {
    await engine.publish(tx, change.booking.workspaceId, [eventOf(change)])
    for (const react of reactions) await react(tx, change)
  }
export type Announce = ReturnType<typeof createAnnouncing>

function eventOf({ type, booking, before }: BookingChange): NewEvent {
  const hasMoved =
    before &&
    (before.startsAt.getTime() !== booking.startsAt.getTime() || before.endsAt.getTime() !== booking.endsAt.getTime())
  return {
    type: `booking.${type}`,
    payload: {
      bookingId: booking.id,
      version: booking.version,
      status: booking.status,
      hostIds: booking.hostIds,
      title: booking.title,
      startsAt: booking.startsAt.toISOString(),
      endsAt: booking.endsAt.toISOString(),
      timeZone: booking.timezone,
      location: booking.location,
      meetingUrl: booking.meetingUrl,
      name: booking.name,
      email: booking.email,
      phone: booking.phone,
      attendees: booking.email ? [{ email: booking.email, ...(booking.name ? { name: booking.name } : {}) }] : [],
      notes: booking.notes,
      customFields: booking.customFields,
      source: booking.source,
      ...(booking.integrationId ? { integrationId: booking.integrationId, externalId: booking.externalId } : {}),
      ...(hasMoved
        ? { previousStartsAt: before.startsAt.toISOString(), previousEndsAt: before.endsAt.toISOString() }
        : {}),
      ...(type === 'cancelled'
        ? {
            reason: booking.cancelReason,
            cancelledBy: booking.cancelledBy,
            cancelledAt: booking.cancelledAt?.toISOString() ?? null,
          }
        : {}),
    },
  }
}
