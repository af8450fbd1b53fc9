import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'
import type { BookingChange, Reaction } from './booking-changes.ts'
import { type BookingRow, findBooking, lockBooking } from './booking-queries.ts'
import { type HostRow, listHostsById } from './host-queries.ts'
import { icsOf } from './ics.ts'
import { holderOf, type Links } from './links.ts'
import { minuteMs } from './wall-clock.ts'

/** How mails are sent: in the caller's transaction, once for each key. */
export type SendMail = (
  tx: Db,
  workspaceId: string,
  mail: {
    to: { email: string; name?: string }
    template: string
    data: Record<string, unknown>
    key: string
    attachments?: { name: string; type: string; base64: string }[]
  },
) => Promise<unknown>

const kind = 'calendar.remind'
/** `nextMinutes` are those of the reminder that follows this one. */
type Reminder = { bookingId: string; version: number; minutes: number; nextMinutes?: number | undefined }

/** Mails to who booked: when a booking is made, moved or called off, and before it begins. */
export function createMails(deps: {
  database: Database
  engine: Pick<Engine, 'define' | 'enqueue'>
  send: SendMail
  links: Links
  clock: Clock
}): { react: Reaction } {
  const { database, engine, send, links, clock } = deps

  async function mail(
    tx: Db,
    booking: BookingRow,
    hosts: readonly HostRow[],
    template: string,
    how: { key: string; withCalendar?: boolean },
  ): Promise<void> {
    if (booking.email === null) return
    const { workspaceId, id: bookingId, name, email } = booking
    const data = {
      ...{ name, title: booking.title, reason: booking.cancelReason, location: booking.location },
      startsAt: booking.startsAt.toISOString(),
      endsAt: booking.endsAt.toISOString(),
      timezone: booking.timezone ?? hosts[0]?.timezone ?? null,
      meetingUrl: booking.meetingUrl,
      hosts: hosts.map((host) => host.name),
      manageUrl: links.urlOf({ workspaceId, bookingId, holder: holderOf(email) }),
    }
    const ics = () => Buffer.from(icsOf(booking, hosts, new Date(clock.now()))).toString('base64')
    const type = `text/calendar; charset=utf-8; method=${booking.status === 'cancelled' ? 'CANCEL' : 'REQUEST'}`
    await send(tx, workspaceId, {
      to: { email, ...(name ? { name } : {}) },
      ...{ template, data, key: how.key },
      ...(how.withCalendar ? { attachments: [{ name: 'appointment.ics', type, base64: ics() }] } : {}),
    })
  }

  /** Reminders of this version of the booking and no other, at the times that its host wants. */
  async function remind(tx: Db, { workspaceId, id, version, startsAt }: BookingRow, host: HostRow | undefined) {
    const all = (host?.reminders ?? []).toSorted((one, other) => other - one)
    const jobs = all.flatMap((minutes, index) => {
      const dueAt = dueTime(startsAt, minutes)
      const payload: Reminder = { bookingId: id, version, minutes, nextMinutes: all[index + 1] }
      return dueAt.getTime() > clock.now() ? [{ workspaceId, kind, payload, dueAt }] : []
    })
    await engine.enqueue(tx, jobs)
  }

  engine.define(kind, {
    delivers: false,
    async run({ workspaceId, payload }, control) {
      const { bookingId, version, minutes, nextMinutes } = payload as Reminder
      const isStill = (row: BookingRow | undefined) => row?.status === 'confirmed' && row.version === version
      if (!isStill(await findBooking(database.hub, workspaceId, bookingId))) return
      await control.complete(async (tx) => {
        const booking = await lockBooking(tx, workspaceId, bookingId)
        if (!booking || !isStill(booking) || booking.startsAt.getTime() <= clock.now()) return
        // After a while in which nothing ran, the one that is due by now says it all.
        if (nextMinutes !== undefined && dueTime(booking.startsAt, nextMinutes).getTime() <= clock.now()) return
        const hosts = await listHostsById(tx, workspaceId, booking.hostIds)
        await mail(tx, booking, hosts, 'booking.reminder', { key: `reminder ${bookingId} ${version} ${minutes}` })
      })
    },
  })

  return {
    react: async (tx, change) => {
      const { booking } = change
      // Where a vendor made it, the vendor's own mails speak of it.
      if (booking.email === null || booking.integrationId !== null) return
      const hosts = await listHostsById(tx, booking.workspaceId, booking.hostIds)
      const template = templateOf(change)
      if (template)
        await mail(tx, booking, hosts, template, {
          key: `booking ${booking.id} ${booking.version}`,
          withCalendar: true,
        })
      if (booking.status === 'confirmed') await remind(tx, booking, hosts[0])
    },
  }
}

const dueTime = (startsAt: Date, minutes: number): Date => new Date(startsAt.getTime() - minutes * minuteMs)

/** Which mail tells of a change; none where nothing changed that concerns who booked. */
function templateOf({ type, booking, before }: BookingChange): string | undefined {
  if (type === 'created') return 'booking.confirmation'
  if (type === 'cancelled') return 'booking.cancelled'
  if (booking.status !== 'confirmed' || before === undefined) return undefined
  // Who has it now has heard nothing of it before.
  if (before.email?.toLowerCase() !== booking.email?.toLowerCase()) return 'booking.confirmation'
  return shownOf(before) === shownOf(booking) ? undefined : 'booking.updated'
}

/** What who booked sees of a booking: when, where, what and with whom. */
const shownOf = ({ startsAt, endsAt, location, meetingUrl, title, hostIds }: BookingRow): string =>
  JSON.stringify([startsAt, endsAt, location, meetingUrl, title, hostIds])
