import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { HostRow } from './host-queries.ts'
import type { Span } from './spans.ts'
import { minuteMs } from './wall-clock.ts'

export type ClaimRow = {
  hostId: string
  ownerId: string
  startsAt: Date
  endsAt: Date
  blockedFrom: Date
  blockedTo: Date
  expiresAt: Date | null
}

/** What is taken of hosts between two instants; of one owner nothing, whose booking is to be moved. */
export function listClaims(
  db: Db,
  workspaceId: string,
  range: { hostIds: readonly string[]; from: number; to: number; now: number; except?: string | undefined },
): Promise<ClaimRow[]> {
  let query = db
    .selectFrom('calendarClaims')
    .select(['hostId', 'ownerId', 'startsAt', 'endsAt', 'blockedFrom', 'blockedTo', 'expiresAt'])
    .where('workspaceId', '=', workspaceId)
    .where('hostId', 'in', [...range.hostIds])
    .where('blockedTo', '>', new Date(range.from))
    .where('blockedFrom', '<', new Date(range.to))
    .where((where) => where.or([where('expiresAt', 'is', null), where('expiresAt', '>', new Date(range.now))]))
  if (range.except !== undefined) query = query.where('ownerId', '<>', range.except)
  return query.execute()
}

/** The time of a booking or hold itself, without buffers. */
export async function findClaim(db: Db, workspaceId: string, ownerId: string): Promise<Span | undefined> {
  const row = await db
    .selectFrom('calendarClaims')
    .select(['startsAt', 'endsAt'])
    .where('workspaceId', '=', workspaceId)
    .where('ownerId', '=', ownerId)
    .limit(1)
    .executeTakeFirst()
  return row && { from: row.startsAt.getTime(), to: row.endsAt.getTime() }
}

/** Whether something that is yet to come is booked with a host. */
export async function hasUpcoming(db: Db, workspaceId: string, hostId: string, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('calendarClaims')
    .select('ownerId')
    .where('workspaceId', '=', workspaceId)
    .where('hostId', '=', hostId)
    .where('blockedTo', '>', now)
    .where('expiresAt', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Takes the time of hosts, each with its own buffers. Fails with 23P01 where some of it is taken. */
export const insertClaims = (
  db: Db,
  workspaceId: string,
  given: {
    ownerId: string
    hosts: readonly Pick<HostRow, 'id' | 'bufferBeforeMinutes' | 'bufferAfterMinutes'>[]
    startsAt: Date
    endsAt: Date
    expiresAt?: Date | undefined
    isClashing?: boolean | undefined
  },
) =>
  db
    .insertInto('calendarClaims')
    .values(
      given.hosts.map(({ id, bufferBeforeMinutes, bufferAfterMinutes }) => ({
        workspaceId,
        hostId: id,
        ownerId: given.ownerId,
        startsAt: given.startsAt,
        endsAt: given.endsAt,
        blockedFrom: new Date(given.startsAt.getTime() - bufferBeforeMinutes * minuteMs),
        blockedTo: new Date(given.endsAt.getTime() + bufferAfterMinutes * minuteMs),
        exclusive: !given.isClashing,
        expiresAt: given.expiresAt ?? null,
      })),
    )
    .execute()

export const deleteClaims = (db: Db, workspaceId: string, ownerId: string) =>
  db.deleteFrom('calendarClaims').where('workspaceId', '=', workspaceId).where('ownerId', '=', ownerId).execute()

/** Hands the time that a hold took to the booking that it became. */
export const handOverClaims = (db: Db, workspaceId: string, holdId: string, bookingId: string) =>
  db
    .updateTable('calendarClaims')
    .set({ ownerId: bookingId, expiresAt: null })
    .where('workspaceId', '=', workspaceId)
    .where('ownerId', '=', holdId)
    .execute()

/** Frees what holds took of hosts and let run out. */
export const deleteExpiredClaims = (db: Db, workspaceId: string, hostIds: readonly string[], now: Date) =>
  db
    .deleteFrom('calendarClaims')
    .where('workspaceId', '=', workspaceId)
    .where('hostId', 'in', [...hostIds])
    .where('expiresAt', '<=', now)
    .execute()

const mostExpired = 5_000

/** Deletes holds of all workspaces that ran out, some at a time. */
export async function deleteExpiredHolds(db: Db, now: Date): Promise<void> {
  for (const table of ['calendar_claims', 'calendar_holds']) {
    await sql`delete from ${sql.table(table)} where ctid = any(array(
      select ctid from ${sql.table(table)} where expires_at <= ${now} limit ${mostExpired}))`.execute(db)
  }
}
