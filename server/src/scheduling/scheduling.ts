import type { Database } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Runner } from '../integrations/runner.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { createAvailability } from './availability.ts'
import { createBooking } from './booking.ts'
import { createAnnouncing, type Reaction } from './booking-changes.ts'
import { createBookings } from './bookings.ts'
import { createBusy } from './busy.ts'
import { sendsNews } from './busy-queries.ts'
import { deleteExpiredHolds } from './claim-queries.ts'
import { createConfirmations } from './confirmations.ts'
import { createDiaries } from './diaries.ts'
import { createHolds } from './holds.ts'
import { createHosts } from './hosts.ts'
import { createProviders } from './providers.ts'
import { createTaking } from './taking.ts'

export type Scheduling = ReturnType<typeof createScheduling>

/** Everything about booking people's time. Call before the engine starts. */
export function createScheduling(deps: { database: Database; engine: Engine; runner: Runner; clock: Clock; log: Log }) {
  const { database, engine, runner, clock, log } = deps
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
  reactions.push(createConfirmations({ database, engine, runner, cancel: bookings.cancelIn, clock }).react)

  engine.define('calendar.housekeeping', {
    delivers: false,
    run: () => deleteExpiredHolds(database.hub, new Date(clock.now())),
  })
  engine.every('*/10 * * * *', 'calendar.housekeeping')

  return {
    availability,
    hosts: createHosts({ database, clock }),
    providers: createProviders({ database, runner, clock }),
    bookings: { ...bookings, book: booking.book, bookIn: booking.bookIn },
    holds: createHolds({ database, availability, booking, take, clock }),
  }
}
