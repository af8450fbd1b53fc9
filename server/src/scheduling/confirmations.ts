import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Runner } from '../integrations/runner.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Reaction } from './booking-changes.ts'
import {
  type BookingRow,
  type ConfirmationRow,
  findBooking,
  findConfirmation,
  insertConfirmations,
  listConfirmations,
  updateConfirmation,
} from './booking-queries.ts'
import type { Cancellation } from './booking-schema.ts'
import { outdateBusy } from './busy-queries.ts'
import { confirmAtVendor, type Settled } from './confirming.ts'
import { touchHosts } from './host-queries.ts'
import { findProvider, listReceivers, type ProviderRow } from './provider-queries.ts'

const kind = 'calendar.confirm'
/** 5 s, 10 s, 20 s … an hour: about a day in all. */
const tries = 32
type Payload = { bookingId: string; providerId: string }

/**
 * Brings bookings to the connected calendars of their hosts, after the commit and each by itself. A job looks at how the booking is now,
 * so that changes that follow one another quickly become one; the jobs of one booking at one calendar keep their order.
 */
export function createConfirmations(deps: {
  database: Database
  engine: Engine
  runner: Runner
  /** Calls a booking off that its calendar refuses. */
  cancel(tx: Db, workspaceId: string, bookingId: string, given: Cancellation): Promise<unknown>
  clock: Clock
}): { react: Reaction } {
  const { database, engine, runner, cancel, clock } = deps

  const enqueue = (tx: Db, workspaceId: string, places: Payload[]) =>
    engine.enqueue(
      tx,
      places.map((payload) => ({
        ...{ workspaceId, kind, payload },
        lane: `calendar ${payload.providerId} ${payload.bookingId}`,
      })),
    )

  /** Writes down how it ended, and does what a refusal asks for. */
  async function settle(tx: Db, place: ConfirmationRow, settled: Settled, provider: ProviderRow | undefined) {
    const { workspaceId, bookingId, integrationId } = place
    const now = new Date(clock.now())
    const { reason, ...changes } = settled
    const isRefused = changes.status === 'refused' && place.externalId === null
    const compensation = !isRefused ? place.compensation : provider?.onRefusal === 'cancel' ? 'cancelled' : 'kept'
    await updateConfirmation(tx, place, { ...changes, compensation, updatedAt: now })
    for (const { hostId } of await outdateBusy(tx, workspaceId, integrationId, now))
      await touchHosts(tx, workspaceId, [hostId])
    if (isRefused && compensation === 'cancelled') {
      const why = `The calendar refused the appointment: ${reason ?? 'no reason was given'}`.slice(0, 1_000)
      await cancel(tx, workspaceId, bookingId, { reason: why, cancelledBy: 'system' })
    }
  }

  engine.define(kind, {
    delivers: false,
    policy: { ordered: true, breaker: false },
    retry: (attempt) => (attempt < tries ? exponentialDelay(attempt, 5_000, 3_600_000) : undefined),
    async run({ workspaceId, payload, attempt }, control) {
      const { bookingId, providerId } = payload as Payload
      const booking = await findBooking(database.hub, workspaceId, bookingId)
      const place = await findConfirmation(database.hub, workspaceId, bookingId, providerId)
      if (!booking || !place) return
      const provider = await findProvider(database.hub, workspaceId, providerId)
      const settled = await confirmAtVendor({
        runner,
        booking,
        place,
        isWanted: booking.status !== 'cancelled' && isOf(booking, provider),
        isLastTry: attempt + 1 >= tries,
        begin: () =>
          updateConfirmation(database.hub, place, {
            ...{ status: 'unknown', externalId: null, updatedAt: new Date(clock.now()) },
            ...{ triedStartsAt: booking.startsAt, triedEndsAt: booking.endsAt },
          }),
        failed: (status, failure) =>
          updateConfirmation(database.hub, place, {
            ...{ status, errorCode: failure.errorCode, errorMessage: failure.error },
            updatedAt: new Date(clock.now()),
          }),
      })
      if (settled) await control.complete((tx) => settle(tx, place, settled, provider))
    },
  })

  return {
    react: async (tx, { booking }) => {
      const { workspaceId, id: bookingId } = booking
      const now = new Date(clock.now())
      const receivers = (await listReceivers(tx, workspaceId, booking.hostIds)).filter(
        // It came from there.
        ({ integrationId }) => integrationId !== booking.integrationId,
      )
      if (booking.status === 'confirmed' && receivers.length > 0)
        await insertConfirmations(
          tx,
          receivers.map(({ id, integrationId, calendarId }) => ({
            ...{ workspaceId, bookingId, providerId: id, integrationId, calendarId, version: booking.version },
            ...{ status: 'pending', externalId: null, compensation: null, errorCode: null, errorMessage: null },
            ...{ triedStartsAt: null, triedEndsAt: null },
            updatedAt: now,
          })),
        )
      const present = await listConfirmations(tx, workspaceId, [bookingId])
      if (present.length > 0)
        await enqueue(
          tx,
          workspaceId,
          present.map(({ providerId }) => ({ bookingId, providerId })),
        )
    },
  }
}

/** A booking that was handed to other hosts is no longer wanted in the calendars of those before. */
const isOf = ({ hostIds }: BookingRow, provider: ProviderRow | undefined): boolean =>
  provider?.receivesBookings === true && hostIds.includes(provider.hostId)
