import { notFound } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { type Availability, nearby } from './availability.ts'
import { type Booked, checkTime, type createBooking } from './booking.ts'
import type { Hold, NewHold } from './booking-schema.ts'
import { deleteClaims, insertClaims } from './claim-queries.ts'
import { deleteHold, findHold, type HoldRow, insertHold, lockHold } from './hold-queries.ts'
import { touchHosts } from './host-queries.ts'
import type { Take } from './taking.ts'

const usualSeconds = 300

export type Held = { held: true; hold: Hold } | (Booked & { booked: false; held: false })

/** Keeps a time for somebody who is about to book it. */
export function createHolds(deps: {
  database: Database
  availability: Availability
  booking: Pick<ReturnType<typeof createBooking>, 'refused'>
  take: Take
  clock: Clock
}) {
  const { database, availability, booking, take, clock } = deps

  return {
    async create(workspaceId: string, input: NewHold): Promise<Held> {
      const at = checkTime('body.startsAt', input.startsAt, clock.now())
      const hosts = await availability.choose(workspaceId, input)
      const { mode = 'any', durationMinutes: minutes, seconds = usualSeconds } = input
      const wanted = { hostIds: hosts.map(({ id }) => id), mode, at, minutes }
      // Reads connected calendars again where they are old; the transaction takes what is known then.
      await availability.open(workspaceId, hosts, nearby(at))
      const made = await database.inWorkspace(workspaceId, async (tx) => {
        const choice = await take(tx, workspaceId, wanted)
        if (!choice.hosts) return { reason: choice.problem }
        const now = clock.now()
        const startsAt = new Date(at)
        const endsAt = new Date(at + choice.minutes * 60_000)
        const expiresAt = new Date(now + seconds * 1_000)
        const hostIds = choice.hosts.map(({ id }) => id)
        const row: HoldRow = {
          ...{ workspaceId, id: newId(clock), mode, hostIds, startsAt, endsAt, expiresAt },
          createdAt: new Date(now),
        }
        await insertHold(tx, row)
        await insertClaims(tx, workspaceId, { ownerId: row.id, hosts: choice.hosts, startsAt, endsAt, expiresAt })
        await touchHosts(tx, workspaceId, hostIds)
        return { row }
      })
      if (made.row) return { held: true, hold: holdAnswer(made.row) }
      const refused = await booking.refused(workspaceId, hosts, wanted, made.reason)
      return { held: false, ...(refused as Booked & { booked: false }) }
    },

    get: (workspaceId: string, id: string): Promise<Hold> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const row = await findHold(tx, workspaceId, id)
        if (!row) throw notFound('hold')
        return holdAnswer(row)
      }),

    /** Gives the time back before the hold runs out. */
    release: (workspaceId: string, id: string): Promise<void> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const row = await lockHold(tx, workspaceId, id)
        if (!row) throw notFound('hold')
        await deleteClaims(tx, workspaceId, id)
        await deleteHold(tx, workspaceId, id)
        await touchHosts(tx, workspaceId, row.hostIds)
      }),
  }
}

const holdAnswer = ({ id, mode, hostIds, startsAt, endsAt, expiresAt }: HoldRow): Hold => ({
  ...{ id, mode, hostIds },
  startsAt: startsAt.toISOString(),
  endsAt: endsAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
})
