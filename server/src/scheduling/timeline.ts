import { ApiError } from '../api/errors.ts'
import type { Leads } from '../leads/leads.ts'
import type { Log } from '../lib/log.ts'
import type { Reaction } from './booking-changes.ts'

const words = { created: 'Booked', updated: 'Booking changed', cancelled: 'Booking cancelled' } as const

/** Who books is a lead, and a booking stands in the lead's timeline. What cannot be a lead is booked all the same. */
export const createTimeline =
  ({ leads, log }: { leads: Pick<Leads, 'upsert' | 'addActivity'>; log: Log }): Reaction =>
  async (tx, { type, booking }) => {
    const { workspaceId, id: bookingId, email, phone, name, version } = booking
    if (!email && !phone) return
    try {
      const person = { ...(email ? { email } : {}), ...(phone ? { phone } : {}), ...(name ? { name } : {}) }
      const { lead } = await leads.upsert(tx, workspaceId, { ...person, source: 'booking' })
      await leads.addActivity(tx, workspaceId, lead.id, {
        ...{ type: `booking.${type}`, title: `${words[type]}: ${booking.title}`.slice(0, 300) },
        data: { bookingId, startsAt: booking.startsAt.toISOString(), status: booking.status },
        key: `booking ${bookingId} ${version}`,
      })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      log.info({ workspaceId, bookingId, err: error }, 'Calendar: who booked could not be made a lead')
    }
  }
