import { ApiError } from '../api/errors.ts'
import type { Db } from '../db/database.ts'
import type { Reaction } from '../inbound/processing.ts'
import { knownEventIds, takeEventId } from '../inbound/queries.ts'
import type { IntegrationRow } from '../integrations/queries.ts'
import type { Leads } from '../leads/leads.ts'
import type { Log } from '../lib/log.ts'
import {
  findBooking,
  findBookingByExternalId,
  findConfirmedElsewhere,
  updateBooking,
  updateConfirmation,
} from '../scheduling/booking-queries.ts'
import { listHosts } from '../scheduling/host-queries.ts'
import type { Scheduling } from '../scheduling/scheduling.ts'
import { emailOf, zoneOf } from './fields.ts'
import { firstMember, hostsOfIntegration } from './queries.ts'

const source = 'calendly'
/** As much of an invitee as the hub makes something of. */
type Invitee = {
  uri: string
  eventId: string
  name: string | undefined
  email: string | undefined
  timezone: string | undefined
  title: string | undefined
  startsAt: Date
  minutes: number
  oldInvitee: string | undefined
  isRescheduled: boolean
  reason: string | undefined
  cancelledBy: 'host' | 'attendee'
  /** When Calendly told of it. */
  at: Date
}

/**
 * What the hub makes of Calendly's news, in the transaction that publishes them: who books there is a lead with a booking, which is moved and called
 * off as it is there. What the hub booked there itself is known again, and not booked twice. Whatever order the news come in, an invitee who was
 * called off or has moved on makes no booking any more.
 */
export function hearCalendly(deps: {
  leads: Pick<Leads, 'upsert' | 'addActivity'>
  bookings: Pick<Scheduling['bookings'], 'bookIn' | 'moveIn' | 'cancelIn'>
  log: Log
}): Reaction {
  const { leads, bookings, log } = deps

  async function created(tx: Db, integration: IntegrationRow, invitee: Invitee, eventId: string): Promise<void> {
    const { workspaceId, id: integrationId } = integration
    const { uri, email, startsAt } = invitee
    if (await findBookingByExternalId(tx, workspaceId, integrationId, uri)) return
    if (await isGone(tx, integration, uri)) {
      if (invitee.oldInvitee) await callOff(tx, integration, { ...invitee, uri: invitee.oldInvitee })
      return
    }
    const wanted = { externalId: invitee.eventId, startsAt, email }
    const own = await findConfirmedElsewhere(tx, workspaceId, integrationId, wanted)
    if (own) {
      // Where the answer to the booking was lost, this is it.
      if (own.status === 'unknown')
        await updateConfirmation(tx, own, { status: 'confirmed', externalId: invitee.eventId, errorMessage: null })
      return
    }
    const ownerId = await firstMember(tx, workspaceId)
    const person = { ...present({ name: invitee.name, email, timezone: invitee.timezone }), source }
    const { lead } = email
      ? await leads.upsert(tx, workspaceId, { ...person, ...(ownerId ? { ownerId } : {}) })
      : { lead: undefined }
    const note = async (title: string, data: Record<string, unknown>) => {
      if (!lead) return log.info({ integrationId, eventId }, title)
      await leads.addActivity(tx, workspaceId, lead.id, { type: 'integration', title, data, actor: null, eventId })
    }
    const { oldInvitee } = invitee
    if (oldInvitee && (await moveOwn(tx, integration, invitee, oldInvitee)))
      return await note('Moved at Calendly', { invitee: uri })
    const before = oldInvitee && (await findBookingByExternalId(tx, workspaceId, integrationId, oldInvitee))
    if (before && before.status === 'confirmed') {
      // Before the move, since what hears of that goes by the booking's version.
      await updateBooking(tx, workspaceId, before.id, { externalId: uri })
      const move = { startsAt: startsAt.toISOString(), durationMinutes: invitee.minutes, force: true }
      const moved = await bookings.moveIn(tx, workspaceId, before.id, move)
      if (moved.row) {
        await noteGone(tx, integration, oldInvitee, invitee.at)
        return await note('Moved at Calendly', { bookingId: before.id })
      }
      // It is taken here: the booking beside what is there says so, and this one makes room.
      await updateBooking(tx, workspaceId, before.id, { externalId: oldInvitee })
      await bookings.cancelIn(tx, workspaceId, before.id, { reason: 'Moved at Calendly', cancelledBy: 'attendee' })
    } else if (oldInvitee) await callOff(tx, integration, { ...invitee, uri: oldInvitee })

    const chosen = await hostsOfIntegration(tx, workspaceId, integrationId)
    const hosts =
      chosen.length > 0 ? chosen : (await listHosts(tx, workspaceId, { isActive: true, limit: 50 })).map(({ id }) => id)
    if (hosts.length === 0) return await note('Booked at Calendly; nobody can be booked here yet', { invitee: uri })
    const made = await bookings.bookIn(tx, workspaceId, {
      ...{ hostIds: hosts, mode: 'any', startsAt: startsAt.toISOString(), durationMinutes: invitee.minutes },
      ...{ force: true, source, from: { integrationId, externalId: uri } },
      ...present({ title: invitee.title, name: invitee.name, email, timezone: invitee.timezone }),
    })
    if (made.row) await note('Booked at Calendly', { bookingId: made.row.id, isClashing: made.row.isClashing })
    else await note('Booked at Calendly at a time that cannot be had here', { invitee: uri, reason: made.reason })
  }

  /** Lets a booking of the hub's own follow its attendee, who moved it at Calendly; false where it is none, or its new time is taken. */
  async function moveOwn(
    tx: Db,
    integration: IntegrationRow,
    { eventId, startsAt, minutes, at }: Invitee,
    oldInvitee: string,
  ): Promise<boolean> {
    const { workspaceId, id: integrationId } = integration
    const old = { externalId: eventIdIn(oldInvitee) }
    const place = await findConfirmedElsewhere(tx, workspaceId, integrationId, old)
    const booking = place && (await findBooking(tx, workspaceId, place.bookingId))
    if (!place || booking?.status !== 'confirmed') return false
    const move = { startsAt: startsAt.toISOString(), durationMinutes: minutes, force: true }
    const { row } = await bookings.moveIn(tx, workspaceId, booking.id, move)
    if (!row) return false
    await noteGone(tx, integration, oldInvitee, at)
    // It stands there as it stands here, so that nothing is to be done there.
    const stands = { status: 'confirmed', version: row.version, externalId: eventId } as const
    await updateConfirmation(tx, place, { ...stands, errorCode: null, errorMessage: null })
    return true
  }

  async function callOff(tx: Db, integration: IntegrationRow, invitee: Invitee): Promise<void> {
    const { workspaceId, id: integrationId } = integration
    const { uri, reason, cancelledBy, at } = invitee
    const eventId = eventIdIn(uri)
    await noteGone(tx, integration, uri, at)
    const booking = await findBookingByExternalId(tx, workspaceId, integrationId, uri)
    const own = booking
      ? undefined
      : await findConfirmedElsewhere(tx, workspaceId, integrationId, { externalId: eventId })
    if (own && cancelledBy === 'host') {
      // Where Calendly knows no moving, the hub itself calls off what it is about to book anew.
      const now = await findBooking(tx, workspaceId, own.bookingId)
      if (now?.status === 'confirmed' && now.version !== own.version) return
    }
    const id = booking?.id ?? own?.bookingId
    if (id === undefined) return log.info({ integrationId }, 'Calendly called off what is no booking here')
    await bookings.cancelIn(tx, workspaceId, id, { cancelledBy, ...present({ reason }) })
  }

  return async (tx, { integration, news, event }) => {
    const invitee = inviteeOf(news.data, event.occurredAt)
    if (!invitee) return log.info({ integrationId: integration.id, eventId: event.id }, 'Calendly told of no invitee')
    try {
      if (news.type === 'calendly.invitee.created') await created(tx, integration, invitee, event.id)
      // What was moved is told of by the invitee who takes the place of this one.
      else if (news.type === 'calendly.invitee.canceled' && !invitee.isRescheduled)
        await callOff(tx, integration, invitee)
    } catch (error) {
      // What makes no sense now makes none later; a failure of the database does, and is tried again.
      if (!(error instanceof ApiError)) throw error
      log.warn({ integrationId: integration.id, eventId: event.id, err: error }, 'news of Calendly made nothing here')
    }
  }
}

type Fields = Record<string, unknown>

function inviteeOf(data: unknown, at: Date): Invitee | undefined {
  const fields = Object(data) as Fields
  const event = Object(fields.scheduled_event) as Fields
  const cancellation = Object(fields.cancellation) as Fields
  const [uri, eventUri] = [textOf(fields.uri, 500), textOf(event.uri, 500)]
  const [startsAt, endsAt] = [new Date(String(event.start_time)), new Date(String(event.end_time))]
  const minutes = Math.round((endsAt.getTime() - startsAt.getTime()) / 60_000)
  if (uri === undefined || eventUri === undefined || !(minutes >= 5 && minutes <= 1_440)) return undefined
  const email = textOf(fields.email, 320)
  return {
    ...{ uri, eventId: eventUri.slice(eventUri.lastIndexOf('/') + 1), startsAt, minutes, at },
    ...{ name: textOf(fields.name, 200), title: textOf(event.name, 200) },
    email: emailOf(email),
    timezone: zoneOf(fields.timezone),
    oldInvitee: textOf(fields.old_invitee, 500),
    isRescheduled: fields.rescheduled === true,
    reason: textOf(cancellation.reason, 1_000),
    cancelledBy: cancellation.canceler_type === 'host' ? 'host' : 'attendee',
  }
}

/** Invitees who do not come any more, kept among the ids of the vendor's events: none of them comes back. */
const goneName = (uri: string): string => `gone is ${uri}`

const noteGone = (tx: Db, integration: IntegrationRow, uri: string, at: Date) =>
  takeEventId(tx, integration, goneName(uri), at)

const isGone = async (tx: Db, integration: IntegrationRow, uri: string): Promise<boolean> =>
  (await knownEventIds(tx, integration, [goneName(uri)])).size > 0

/** `…/scheduled_events/<event>/invitees/<invitee>`. */
const eventIdIn = (invitee: string): string => /\/scheduled_events\/([^/]+)/.exec(invitee)?.[1] ?? invitee

const textOf = (value: unknown, longest: number): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.replace(/\p{Cc}/gu, ' ').slice(0, longest) : undefined

const present = <Parts extends Record<string, string | undefined>>(parts: Parts) =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Parts]?: string
  }
