import { ApiError } from '../api/errors.ts'
import type { Db } from '../db/database.ts'
import type { News } from '../inbound/news.ts'
import type { Reaction } from '../inbound/processing.ts'
import { isOutdated } from '../inbound/queries.ts'
import type { IntegrationRow } from '../integrations/queries.ts'
import type { Log } from '../lib/log.ts'
import {
  type BookingRow,
  findBooking,
  findBookingByExternalId,
  findConfirmationByExternalId,
  isOnItsWay,
  updateBooking,
} from '../scheduling/booking-queries.ts'
import { listHosts } from '../scheduling/host-queries.ts'
import type { Scheduling } from '../scheduling/scheduling.ts'
import { emailOf, zoneOf } from './fields.ts'

/** What a vendor tells of an appointment, in the words of bookings. */
export type Appointment = {
  externalId: string
  /** When that was so; what is older than what was heard before changes nothing. */
  at?: Date | undefined
  /** What it was known by before it was moved, where moving makes it another one. */
  previousId?: string | undefined
  startsAt?: Date | undefined
  endsAt?: Date | undefined
  /** It does not take place (any more). */
  isOff: boolean
  /** The hub itself had it made. */
  isOurs: boolean
  title?: string | undefined
  name?: string | undefined
  email?: string | undefined
  phone?: string | undefined
  location?: string | undefined
  notes?: string | undefined
  timezone?: string | undefined
  reason?: string | undefined
  /** `system` where nobody called it off for good: it comes back when it is given a time again. */
  cancelledBy?: 'attendee' | 'host' | 'system' | undefined
}

/** What became of an appointment: the booking that was made of it, or why it is none here. Neither where the news were none. */
type Heard = { bookingId?: string | undefined; reason?: string | undefined }

/**
 * Makes bookings of the workspace's hosts of a vendor's appointments, and lets bookings here follow what is moved and called off there, in
 * whatever order that is told.
 */
export function createAppointments(deps: {
  system: string
  bookings: Pick<Scheduling['bookings'], 'bookIn' | 'moveIn' | 'cancelIn'>
}) {
  const { system, bookings } = deps

  /** The booking, and since when it stands there as it stands here, where the hub has put it there. */
  async function known(
    tx: Db,
    { workspaceId, id }: IntegrationRow,
    { externalId, previousId }: Appointment,
  ): Promise<{ booking?: BookingRow | undefined; since?: Date }> {
    for (const one of previousId === undefined ? [externalId] : [externalId, previousId]) {
      const booking = await findBookingByExternalId(tx, workspaceId, id, one)
      if (booking) return { booking }
      const place = await findConfirmationByExternalId(tx, workspaceId, id, one)
      if (place) return { booking: await findBooking(tx, workspaceId, place.bookingId), since: place.updatedAt }
    }
    return {}
  }

  async function follow(tx: Db, booking: BookingRow, appointment: Appointment): Promise<string | undefined> {
    const { workspaceId, id, externalId } = booking
    const { startsAt, endsAt, isOff, reason, cancelledBy = 'host' } = appointment
    if (booking.status !== 'confirmed') return
    if (isOff) {
      await bookings.cancelIn(tx, workspaceId, id, {
        cancelledBy,
        ...(reason ? { reason: reason.slice(0, 1_000) } : {}),
      })
      return
    }
    if (externalId !== null && externalId !== appointment.externalId)
      await updateBooking(tx, workspaceId, id, { externalId: appointment.externalId })
    if (!startsAt || (isSame(startsAt, booking.startsAt) && (!endsAt || isSame(endsAt, booking.endsAt)))) return
    const move = { startsAt: startsAt.toISOString(), force: true, ...lengthOf(startsAt, endsAt) }
    return (await bookings.moveIn(tx, workspaceId, id, move)).reason
  }

  async function book(
    tx: Db,
    { workspaceId, id }: IntegrationRow,
    appointment: Appointment,
    before: BookingRow | undefined,
  ): Promise<Heard> {
    const { externalId, startsAt, endsAt, title, name, email, phone, location, notes, timezone } = appointment
    if (!startsAt) return { reason: 'it has no time' }
    const hosts = await listHosts(tx, workspaceId, { isActive: true, limit: 50 })
    if (hosts.length === 0) return { reason: 'nobody can be booked here yet' }
    const key = [system, externalId, ...(before ? ['after', before.id] : [])].join(' ').slice(-200)
    const made = await bookings.bookIn(tx, workspaceId, {
      ...{ hostIds: hosts.map((host) => host.id), mode: 'any', force: true, source: system },
      ...{ startsAt: startsAt.toISOString(), ...lengthOf(startsAt, endsAt) },
      ...{ key, from: { integrationId: id, externalId } },
      ...given({ title, name, location }, 200),
      ...given({ phone }, 50),
      ...given({ notes }, 5_000),
      ...(email && email.length <= 254 && emailOf(email) ? { email } : {}),
      ...(timezone && zoneOf(timezone) ? { timezone } : {}),
    })
    return made.row ? { bookingId: made.row.id } : { reason: made.reason }
  }

  /** Whether it is old news by what was heard of it, or of what took its place, before. */
  async function isOld(tx: Db, integration: IntegrationRow, { externalId, previousId, at }: Appointment) {
    if (!at) return false
    if (previousId !== undefined && previousId !== externalId) await isOutdated(tx, integration, previousId, at)
    return await isOutdated(tx, integration, externalId, at)
  }

  /** @throws ApiError where it makes no sense, such as in the past */
  return async (tx: Db, integration: IntegrationRow, appointment: Appointment): Promise<Heard> => {
    const { isOff, isOurs, at, startsAt, email, phone } = appointment
    if (await isOld(tx, integration, appointment)) return {}
    const { booking, since } = await known(tx, integration, appointment)
    // What the hub did there itself comes back as news, and may be heard after that the booking has changed again.
    if (since && at && at < since) return {}
    if (!booking && (isOff || isOurs)) return {}
    const { workspaceId, id } = integration
    // It may be told of before the vendor's answer to the booking is written down.
    if (!booking && startsAt && (await isOnItsWay(tx, workspaceId, id, { startsAt, email, phone }))) return {}
    const isBack = booking !== undefined && !isOff && isAway(booking, integration)
    if (isBack) await updateBooking(tx, workspaceId, booking.id, { externalId: null })
    return booking && !isBack
      ? { reason: await follow(tx, booking, appointment) }
      : await book(tx, integration, appointment, booking)
  }
}

/**
 * What the hub makes of a vendor's appointments, in the transaction that publishes the news. What cannot be is written to the log and holds up
 * nothing.
 */
export function hearAppointments(deps: {
  system: string
  /** Undefined for news that are of no appointment. */
  read(news: News): Appointment | undefined
  bookings: Pick<Scheduling['bookings'], 'bookIn' | 'moveIn' | 'cancelIn'>
  log: Log
}): Reaction {
  const { read, log } = deps
  const hear = createAppointments(deps)
  return async (tx, { integration, news, event }) => {
    const appointment = read(news)
    if (!appointment) return
    const about = { integrationId: integration.id, eventId: event.id, externalId: appointment.externalId }
    try {
      const { reason } = await hear(tx, integration, { ...appointment, at: news.occurredAt })
      if (reason !== undefined)
        log.info({ ...about, reason }, 'Calendar: an appointment made elsewhere is no booking here')
    } catch (error) {
      // What makes no sense now makes none later; a failure of the database does, and is tried again.
      if (!(error instanceof ApiError)) throw error
      log.info({ ...about, err: error }, 'Calendar: an appointment made elsewhere is no booking here')
    }
  }
}

/** Whether it was called off there, but not for good. */
const isAway = ({ status, cancelledBy, integrationId }: BookingRow, integration: IntegrationRow): boolean =>
  status === 'cancelled' && cancelledBy === 'system' && integrationId === integration.id

const isSame = (left: Date, right: Date): boolean => left.getTime() === right.getTime()

/** As long as it is there, where a booking can be. */
function lengthOf(startsAt: Date, endsAt: Date | undefined): { durationMinutes?: number } {
  const minutes = endsAt === undefined ? 0 : Math.round((endsAt.getTime() - startsAt.getTime()) / 60_000)
  return minutes >= 5 && minutes <= 1_440 ? { durationMinutes: minutes } : {}
}

const given = <Names extends string>(texts: { [name in Names]: string | undefined }, longest: number) =>
  Object.fromEntries(
    Object.entries<string | undefined>(texts).flatMap(([name, text]) =>
      text ? [[name, text.replace(/[^\P{Cc}\n]/gu, ' ').slice(0, longest)]] : [],
    ),
  ) as { [name in Names]?: string }
