import { ApiError, invalid, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import { timeOf } from '../events/events.ts'
import type { Clock } from '../lib/clock.ts'
import { type Availability, nearby } from './availability.ts'
import { type Booked, checkTime, type createBooking } from './booking.ts'
import { bookingAnswers } from './booking-answer.ts'
import type { Announce } from './booking-changes.ts'
import { type BookingRow, findBooking, listBookings, lockBooking, updateBooking } from './booking-queries.ts'
import type { Booking, BookingChanges, BookingFilter, Cancellation, Move } from './booking-schema.ts'
import { deleteClaims, insertClaims } from './claim-queries.ts'
import { touchHosts } from './host-queries.ts'
import { isTimeZone } from './host-rules.ts'
import type { Problem } from './rules.ts'
import { lengthOf, type Take } from './taking.ts'

export type Bookings = ReturnType<typeof createBookings>

/** Bookings that are there: found, moved, changed, called off. */
export function createBookings(deps: {
  database: Database
  availability: Availability
  booking: ReturnType<typeof createBooking>
  take: Take
  announce: Announce
  clock: Clock
}) {
  const { database, availability, booking, take, announce, clock } = deps

  async function answer(tx: Db, workspaceId: string, id: string): Promise<Booking> {
    const row = await findBooking(tx, workspaceId, id)
    if (!row) throw notFound('booking')
    return (await bookingAnswers(tx, workspaceId, [row]))[0]!
  }

  /** Runs a change of one booking that still stands, in a transaction. */
  async function change(
    workspaceId: string,
    id: string,
    run: (tx: Db, row: BookingRow) => Promise<void>,
  ): Promise<Booking> {
    return await database.inWorkspace(workspaceId, async (tx) => {
      const row = await lockBooking(tx, workspaceId, id)
      if (!row) throw notFound('booking')
      await run(tx, row)
      return await answer(tx, workspaceId, id)
    })
  }

  const mustStand = ({ status }: BookingRow) => {
    if (status !== 'confirmed') throw new ApiError('CONFLICT', `This booking is ${status.replace('_', '-')}.`)
  }

  /** Moves a booking in the caller's transaction; answers why it cannot be moved there, where it cannot. */
  async function moveIn(
    tx: Db,
    workspaceId: string,
    id: string,
    move: Move,
  ): Promise<{ row: BookingRow; reason?: undefined } | { row?: undefined; reason: Problem }> {
    const before = await lockBooking(tx, workspaceId, id)
    if (!before) throw notFound('booking')
    mustStand(before)
    const at = checkTime('body.startsAt', move.startsAt, clock.now())
    const minutes = move.durationMinutes ?? lengthOf(before.startsAt, before.endsAt)
    // A booking stays with those who have it unless others are named.
    const mode = move.hostIds ? before.mode : 'all'
    const hostIds = move.hostIds ?? before.hostIds
    const choice = await take(tx, workspaceId, { hostIds, mode, at, minutes, force: move.force, except: id })
    if (!choice.hosts) return { reason: choice.problem }
    const [startsAt, endsAt] = [new Date(at), new Date(at + choice.minutes * 60_000)]
    await deleteClaims(tx, workspaceId, id)
    await insertClaims(tx, workspaceId, { ownerId: id, hosts: choice.hosts, startsAt, endsAt })
    const after = choice.hosts.map((host) => host.id)
    await touchHosts(tx, workspaceId, [...new Set([...after, ...before.hostIds])])
    const changes = { startsAt, endsAt, hostIds: after, isClashing: false, updatedAt: new Date(clock.now()) }
    const row = await updateBooking(tx, workspaceId, id, changes)
    await announce(tx, { type: 'updated', booking: row, before })
    return { row }
  }

  /** Calls a booking off in the caller's transaction; one that was called off before stays as it is. */
  async function cancelIn(tx: Db, workspaceId: string, id: string, given: Cancellation): Promise<BookingRow> {
    const before = await lockBooking(tx, workspaceId, id)
    if (!before) throw notFound('booking')
    if (before.status === 'cancelled') return before
    mustStand(before)
    await deleteClaims(tx, workspaceId, id)
    await touchHosts(tx, workspaceId, before.hostIds)
    const now = new Date(clock.now())
    const row = await updateBooking(tx, workspaceId, id, {
      ...{ status: 'cancelled', cancelReason: given.reason ?? null, cancelledBy: given.cancelledBy ?? 'host' },
      ...{ cancelledAt: now, updatedAt: now },
    })
    await announce(tx, { type: 'cancelled', booking: row, before })
    return row
  }

  return {
    cancelIn,
    moveIn,

    async list(workspaceId: string, filter: BookingFilter) {
      const { limit = defaultLimit, hostId, status, email } = filter
      const [startsAt, id] = decodeCursor(filter.cursor, [/^\d{1,15}$/, idPart]) ?? []
      return await database.inWorkspace(workspaceId, async (tx) => {
        const rows = await listBookings(tx, workspaceId, {
          ...{ hostId, status, email, limit: limit + 1 },
          after: filter.after === undefined ? undefined : new Date(timeOf('query.after', filter.after)),
          before: filter.before === undefined ? undefined : new Date(timeOf('query.before', filter.before)),
          below: startsAt === undefined ? undefined : { startsAt: new Date(Number(startsAt)), id: id! },
        })
        const { items, nextCursor } = cutPage(rows, limit, (row) => [row.startsAt.getTime(), row.id])
        return { items: await bookingAnswers(tx, workspaceId, items), nextCursor }
      })
    },

    get: (workspaceId: string, id: string): Promise<Booking> =>
      database.inWorkspace(workspaceId, (tx) => answer(tx, workspaceId, id)),

    /** Changes what a booking is about; its time is moved by `reschedule`. */
    async update(workspaceId: string, id: string, changes: BookingChanges): Promise<Booking> {
      if (changes.timezone && !isTimeZone(changes.timezone))
        throw invalid('body.timezone', 'must be the IANA name of a time zone, such as Europe/Paris')
      return await change(workspaceId, id, async (tx, before) => {
        mustStand(before)
        const row = await updateBooking(tx, workspaceId, id, { ...changes, updatedAt: new Date(clock.now()) })
        await announce(tx, { type: 'updated', booking: row, before })
      })
    },

    async reschedule(workspaceId: string, id: string, move: Move): Promise<Booked> {
      const present = await database.inWorkspace(workspaceId, (tx) => findBooking(tx, workspaceId, id))
      if (!present) throw notFound('booking')
      mustStand(present)
      const at = checkTime('body.startsAt', move.startsAt, clock.now())
      const hosts = await availability.choose(workspaceId, { hostIds: move.hostIds ?? present.hostIds })
      await availability.open(workspaceId, hosts, nearby(at))
      const moved = await database.inWorkspace(workspaceId, async (tx) => {
        const { row, reason } = await moveIn(tx, workspaceId, id, move)
        return row ? { booking: await answer(tx, workspaceId, id) } : { reason }
      })
      if (moved.booking) return { booked: true, booking: moved.booking, wasThere: true }
      const mode = move.hostIds ? present.mode : 'all'
      const minutes = move.durationMinutes ?? lengthOf(present.startsAt, present.endsAt)
      return await booking.refused(workspaceId, hosts, { mode, at, minutes }, moved.reason!)
    },

    cancel: (workspaceId: string, id: string, given: Cancellation): Promise<Booking> =>
      database.inWorkspace(workspaceId, async (tx) => {
        await cancelIn(tx, workspaceId, id, given)
        return await answer(tx, workspaceId, id)
      }),

    /** Notes that the attendee did not come, which can only be said once it has begun. */
    noShow: (workspaceId: string, id: string): Promise<Booking> =>
      change(workspaceId, id, async (tx, before) => {
        if (before.status === 'no_show') return
        mustStand(before)
        if (before.startsAt.getTime() > clock.now())
          throw new ApiError('CONFLICT', 'This booking has not begun yet; cancel it if it is not to take place.')
        const row = await updateBooking(tx, workspaceId, id, { status: 'no_show', updatedAt: new Date(clock.now()) })
        await announce(tx, { type: 'updated', booking: row, before })
      }),
  }
}
