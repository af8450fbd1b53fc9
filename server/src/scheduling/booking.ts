import { ApiError, invalid, notFound } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import { timeOf } from '../events/events.ts'
import type { Clock } from '../lib/clock.ts'
import { createCoalescer } from '../lib/coalesce.ts'
import { newId } from '../lib/ids.ts'
import { type Availability, isNear, nearby } from './availability.ts'
import { bookingAnswers } from './booking-answer.ts'
import type { Announce } from './booking-changes.ts'
import { type BookingRow, findBookingByKey, insertBooking } from './booking-queries.ts'
import type { Booking, NewBooking } from './booking-schema.ts'
import { deleteClaims, handOverClaims, insertClaims } from './claim-queries.ts'
import { deleteHold, type HoldRow, lockHold } from './hold-queries.ts'
import { type HostRow, listHostsById, noteTurn, touchHosts } from './host-queries.ts'
import { isTimeZone } from './host-rules.ts'
import type { Problem } from './rules.ts'
import type { Slot } from './schema.ts'
import { type Choice, lengthOf, problemOf, type Take, type Wanted } from './taking.ts'

/** What became of a wish for a time. That it cannot be had is an answer as good as any other. */
export type Booked =
  | { booked: true; booking: Booking; wasThere: boolean }
  | { booked: false; reason: Problem | 'expired'; message: string; alternatives: Slot[] }

export type BookIn = ReturnType<typeof createBooking>['bookIn']
export type Refused = ReturnType<typeof createBooking>['refused']

/** Makes bookings. */
export function createBooking(deps: {
  database: Database
  availability: Availability
  take: Take
  announce: Announce
  clock: Clock
}) {
  const { database, availability, take, announce, clock } = deps
  // When many want one slot at a moment, they are all turned away by the same few readings.
  const shared = createCoalescer()

  /** What is wrong with a wish, before anything is asked of the database. */
  function check(input: NewBooking & From): void {
    if (input.holdId === undefined && input.startsAt === undefined)
      throw invalid('body.startsAt', 'is missing; give a time, or the holdId of a time that was held')
    if (input.timezone && !isTimeZone(input.timezone))
      throw invalid('body.timezone', 'must be the IANA name of a time zone, such as Europe/Paris')
    if (input.startsAt === undefined) return
    // What was booked elsewhere is a booking however late it is heard of.
    if (input.from) checkNear('body.startsAt', input.startsAt, clock.now())
    else checkTime('body.startsAt', input.startsAt, clock.now())
  }

  /** The row of a new booking of what was chosen. */
  function rowOf(workspaceId: string, input: NewBooking & From, place: Place): BookingRow {
    const now = new Date(clock.now())
    const names = place.hosts.map(({ name }) => name).join(', ')
    return {
      ...{ workspaceId, id: place.held?.bookingId ?? newId(clock), version: 0, status: 'confirmed', mode: place.mode },
      ...{ hostIds: place.hosts.map(({ id }) => id), decision: place.decision },
      ...{ startsAt: place.startsAt, endsAt: place.endsAt },
      title: input.title ?? (input.name ? `${input.name} and ${names}` : `Appointment with ${names}`).slice(0, 200),
      timezone: input.timezone ?? null,
      name: input.name ?? null,
      email: input.email ?? null,
      phone: input.phone ?? null,
      notes: input.notes ?? null,
      location: input.location ?? place.hosts[0]?.location ?? null,
      meetingUrl: input.meetingUrl ?? null,
      customFields: input.customFields ?? {},
      source: input.source ?? 'api',
      key: input.key ?? null,
      ...{
        integrationId: input.from?.integrationId ?? null,
        externalId: input.from?.externalId ?? null,
        isClashing: place.isClashing ?? false,
      },
      ...{ cancelReason: null, cancelledBy: null, cancelledAt: null, createdAt: now, updatedAt: now },
    }
  }

  async function keep(tx: Db, workspaceId: string, input: NewBooking & From, place: Place): Promise<BookingRow> {
    const row = rowOf(workspaceId, input, place)
    await insertBooking(tx, row)
    if (place.held) await deleteHold(tx, workspaceId, place.held.holdId)
    else await insertClaims(tx, workspaceId, { ownerId: row.id, ...place })
    await touchHosts(tx, workspaceId, row.hostIds)
    await noteTurn(tx, workspaceId, row.hostIds, row.createdAt)
    await announce(tx, { type: 'created', booking: row })
    return row
  }

  /** Books what a hold keeps, or answers why it cannot be had and of whom the time was. */
  async function bookHeld(
    tx: Db,
    workspaceId: string,
    input: NewBooking,
  ): Promise<Made | { row?: undefined; reason: Problem | 'expired'; hold: HoldRow; hosts: HostRow[] }> {
    const hold = await lockHold(tx, workspaceId, input.holdId!)
    // Whoever asked with the same key meanwhile had the lock before, and has what was held.
    const meanwhile = input.key === undefined ? undefined : await findBookingByKey(tx, workspaceId, input.key)
    if (meanwhile) return { row: meanwhile, wasThere: true }
    if (!hold) throw notFound('hold')
    const found = new Map((await listHostsById(tx, workspaceId, hold.hostIds)).map((row) => [row.id, row]))
    const hosts = hold.hostIds.flatMap((id) => found.get(id) ?? [])
    const { startsAt, endsAt, mode } = hold
    const refuse = (reason: Problem | 'expired') => ({ reason, hold, hosts })
    if (hosts.length < hold.hostIds.length) return refuse('closed')
    if (hold.expiresAt.getTime() <= clock.now()) return refuse('expired')
    if (startsAt.getTime() <= clock.now()) return refuse('too_soon')
    const id = newId(clock)
    // It may have run out by the clock of another process a moment ago, and been given to somebody else.
    if ((await handOverClaims(tx, workspaceId, hold.id, id)) < hosts.length) {
      await deleteClaims(tx, workspaceId, id)
      return refuse('expired')
    }
    const place = { hosts, startsAt, endsAt, mode, decision: 'held before', held: { bookingId: id, holdId: hold.id } }
    return { row: await keep(tx, workspaceId, input, place), wasThere: false }
  }

  /** What was booked elsewhere takes place, whatever is taken here: it stands beside that, with the first of the hosts, and says so. */
  async function besides(tx: Db, workspaceId: string, { hostIds, minutes }: Wanted) {
    const [host] = await listHostsById(tx, workspaceId, hostIds.slice(0, 1))
    const decision = 'booked elsewhere, at a time that was taken here'
    return host && { hosts: [host], minutes: minutes ?? host.slotMinutes, decision }
  }

  /**
   * Books in the caller's transaction: the row, or why the time cannot be had. `hostIds` are those that may be booked. What connected
   * calendars say is taken as it is known.
   */
  async function bookIn(
    tx: Db,
    workspaceId: string,
    input: NewBooking & From & { hostIds: string[] },
  ): Promise<Made | { row?: undefined; reason: Problem }> {
    check(input)
    const present = input.key === undefined ? undefined : await findBookingByKey(tx, workspaceId, input.key)
    if (present) return { row: present, wasThere: true }
    const wanted = wantedOf(input, input.hostIds)
    const choice: Choice = await take(tx, workspaceId, wanted)
    // Whoever asked with the same key meanwhile had the lock before, and may be who took the time.
    const meanwhile = input.key === undefined ? undefined : await findBookingByKey(tx, workspaceId, input.key)
    if (meanwhile) return { row: meanwhile, wasThere: true }
    const found = choice.hosts ? choice : input.from && (await besides(tx, workspaceId, wanted))
    if (!found) return { reason: choice.problem ?? 'closed' }
    const startsAt = new Date(wanted.at)
    const endsAt = new Date(wanted.at + found.minutes * 60_000)
    const { hosts, decision } = found
    const isClashing = !choice.hosts
    const row = await keep(tx, workspaceId, input, { hosts, startsAt, endsAt, mode: wanted.mode, decision, isClashing })
    return { row, wasThere: false }
  }

  const answer = async (workspaceId: string, row: BookingRow, wasThere: boolean): Promise<Booked> => {
    const [booking] = await database.inWorkspace(workspaceId, (tx) => bookingAnswers(tx, workspaceId, [row]))
    return { booked: true, booking: booking!, wasThere }
  }

  async function refused(
    workspaceId: string,
    hosts: readonly HostRow[],
    wanted: Pick<Wanted, 'mode' | 'at' | 'minutes'>,
    reason: Problem | 'expired',
  ): Promise<Booked & { booked: false }> {
    const asked = { mode: wanted.mode, from: wanted.at, minutes: wanted.minutes }
    const hostIds = hosts.map(({ id }) => id)
    if (hosts.length === 0) return { booked: false, reason, message: meaningOf[reason], alternatives: [] }
    const alternatives = await shared(JSON.stringify(['next', workspaceId, hostIds, asked]), async () =>
      availability.next(workspaceId, await availability.choose(workspaceId, { hostIds }), asked),
    )
    return { booked: false, reason, message: meaningOf[reason], alternatives }
  }

  return {
    bookIn,
    refused,

    /** Books one of the hosts, or all of them together. @throws ApiError for input that can never be booked */
    async book(workspaceId: string, input: NewBooking): Promise<Booked> {
      check(input)
      const madeBefore = async ({ key } = input) =>
        key === undefined
          ? undefined
          : await database.inWorkspace(workspaceId, (tx) => findBookingByKey(tx, workspaceId, key))
      /** Requests with one key that name hosts of their own share no lock: the first is everybody's. */
      const make = async <T>(run: (tx: Db) => Promise<T>): Promise<T | Made> => {
        try {
          return await database.inWorkspace(workspaceId, run)
        } catch (error) {
          const row = (error as { code?: unknown }).code === uniqueViolation ? await madeBefore() : undefined
          if (row) return { row, wasThere: true }
          throw error
        }
      }
      const present = await madeBefore()
      if (present) return await answer(workspaceId, present, true)
      if (input.holdId !== undefined) {
        const made = await make((tx) => bookHeld(tx, workspaceId, input))
        if (made.row) return await answer(workspaceId, made.row, made.wasThere)
        const { hold, hosts, reason } = made
        const isWhole = hosts.length === hold.hostIds.length && hosts.every(({ isActive }) => isActive)
        const wanted = {
          mode: hold.mode,
          at: hold.startsAt.getTime(),
          minutes: lengthOf(hold.startsAt, hold.endsAt),
        }
        return await refused(workspaceId, isWhole ? hosts : [], wanted, reason)
      }
      const at = timeOf('body.startsAt', input.startsAt ?? '')
      const { hostIds, agentId } = input
      // Most of those who come late are turned away here, without waiting for anybody's lock.
      const { hosts, known } = await shared(JSON.stringify(['open', workspaceId, hostIds, agentId, at]), async () => {
        const hosts = await availability.choose(workspaceId, { hostIds, agentId })
        return { hosts, known: await availability.open(workspaceId, hosts, nearby(at)) }
      })
      const wanted = wantedOf(
        input,
        hosts.map(({ id }) => id),
      )
      const problems = known.map(({ diary, row }, index) =>
        problemOf(diary, wanted, clock.now(), wanted.minutes ?? row.slotMinutes, wanted.mode !== 'all' || index === 0),
      )
      const isHopeless = wanted.mode === 'all' ? problems.some(Boolean) : problems.every(Boolean)
      if (isHopeless) {
        const twin = await madeBefore()
        if (twin) return await answer(workspaceId, twin, true)
        return await refused(workspaceId, hosts, wanted, problems.find(Boolean)!)
      }
      const made = await make((tx) => bookIn(tx, workspaceId, { ...input, hostIds: hosts.map(({ id }) => id) }))
      return made.row
        ? await answer(workspaceId, made.row, made.wasThere)
        : await refused(workspaceId, hosts, wanted, made.reason)
    },
  }
}

/** A booking, and whether a request before made it. */
type Made = { row: BookingRow; wasThere: boolean }

const uniqueViolation = '23505'

/** Where a booking was made first; that calendar is not told of it again. */
type From = { from?: { integrationId: string; externalId: string } | undefined }

/** Where and when a booking is. */
type Place = {
  isClashing?: boolean | undefined
  hosts: HostRow[]
  startsAt: Date
  endsAt: Date
  mode: BookingRow['mode']
  decision: string
  /** The hold whose claims the booking has taken over. */
  held?: { bookingId: string; holdId: string }
}

const wantedOf = (input: NewBooking, hostIds: readonly string[]): Wanted => ({
  hostIds,
  mode: input.mode ?? 'any',
  at: timeOf('body.startsAt', input.startsAt ?? ''),
  minutes: input.durationMinutes,
  force: input.force,
})

/** @throws ApiError for a time that has passed, or that nobody can plan for */
export function checkTime(field: string, text: string, now: number): number {
  const at = checkNear(field, text, now)
  if (at < now) throw invalid(field, 'is in the past')
  return at
}

function checkNear(field: string, text: string, now: number): number {
  const at = timeOf(field, text)
  if (!isNear(at, now)) throw invalid(field, 'must be within ten years of now')
  return at
}

/** Said to a person. */
export const meaningOf: Record<Problem | 'expired', string> = {
  off_grid: 'No slot begins at that time.',
  too_soon: 'That time is too close.',
  too_far: 'That time is further ahead than can be booked.',
  closed: 'That time is outside of the opening hours.',
  out_of_office: 'Nobody is in the office then.',
  taken: 'That time has been taken.',
  busy: 'The calendar is busy then.',
  day_full: 'That day is fully booked.',
  week_full: 'That week is fully booked.',
  expired: 'The hold has run out; choose a time again.',
}

/** The failure that the API answers where a time cannot be booked. */
export const takenError = ({ reason, message, alternatives }: Booked & { booked: false }): ApiError =>
  new ApiError('CONFLICT', message, { more: { reason, alternatives } })
