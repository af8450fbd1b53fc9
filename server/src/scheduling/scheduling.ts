import { ApiError } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Runner } from '../integrations/runner.ts'
import type { Leads } from '../leads/leads.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Vault } from '../lib/vault.ts'
import { createAvailability } from './availability.ts'
import { createBooking } from './booking.ts'
import { createAnnouncing, type Reaction } from './booking-changes.ts'
import { createBookings } from './bookings.ts'
import { createBusy } from './busy.ts'
import { sendsNews } from './busy-queries.ts'
import { deleteExpiredHolds } from './claim-queries.ts'
import { createConfirmations } from './confirmations.ts'
import { createConsultations } from './consultations.ts'
import { createDiaries } from './diaries.ts'
import { createHolds } from './holds.ts'
import { createHosts } from './hosts.ts'
import { createLinks } from './links.ts'
import { createMails, type SendMail } from './mails.ts'
import { createNews, newsKind, newsSubscriptions } from './news.ts'
import { createAppointmentPages } from './pages.ts'
import { createFindPlaced } from './placed.ts'
import { createProviders } from './providers.ts'
import { createTaking } from './taking.ts'
import { createTimeline } from './timeline.ts'

export type Scheduling = ReturnType<typeof createScheduling>

/** Everything about booking people's time. Call before the engine starts. */
export function createScheduling(deps: {
  database: Database
  engine: Engine
  runner: Runner
  vault: Vault
  sendMail: SendMail
  leads: Pick<Leads, 'upsert' | 'addActivity'>
  /** Who hears of every request for a consultation. */
  staff: string[]
  publicUrl(): string
  clock: Clock
  log: Log
}) {
  const { database, engine, runner, vault, leads, staff, publicUrl, clock, log } = deps
  /** A booking must not fail because a workspace wrote a template that cannot be filled in. */
  const send: SendMail = async (tx, workspaceId, mail) => {
    try {
      await deps.sendMail(tx, workspaceId, mail)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      log.warn({ workspaceId, template: mail.template, err: error }, 'Calendar: a mail could not be written')
    }
  }
  const diaries = createDiaries({ clock })
  const busy = createBusy({
    ...{ database, runner, clock, log },
    sendsNews: (workspaceId, integrationId) =>
      sendsNews(database.hub, workspaceId, integrationId, new Date(clock.now())),
  })
  const availability = createAvailability({ database, diaries, busy, clock })
  const take = createTaking({ diaries, clock })

  const reactions: Reaction[] = []
  const announce = createAnnouncing({ engine, reactions })
  const booking = createBooking({ database, availability, take, announce, clock })
  const bookings = createBookings({ database, availability, booking, take, announce, clock })
  const links = createLinks({ vault, publicUrl })
  const { bookIn, refused } = booking
  const consultations = createConsultations({
    ...{ database, engine, availability, bookIn, refused, send, links, staff, clock },
  })
  reactions.push(
    createConfirmations({ database, engine, runner, cancel: bookings.cancelIn, clock }).react,
    createMails({ database, engine, send, links, clock }).react,
    createTimeline({ leads, log }),
  )

  engine.define(newsKind, createNews({ database, busy, clock }))
  engine.subscribe(newsSubscriptions)

  engine.define('calendar.housekeeping', {
    delivers: false,
    run: () => deleteExpiredHolds(database.hub, new Date(clock.now())),
  })
  engine.every('*/10 * * * *', 'calendar.housekeeping')

  return {
    availability,
    hosts: createHosts({ database, clock }),
    providers: createProviders({ database, engine, runner, clock }),
    bookings: { ...bookings, book: booking.book, bookIn },
    consultations,
    findPlaced: createFindPlaced({ database }),
    pages: createAppointmentPages({ database, availability, bookings, consultations, links, clock }),
    holds: createHolds({ database, availability, booking, take, clock }),
  }
}
