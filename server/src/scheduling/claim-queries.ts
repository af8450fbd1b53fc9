import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { HostRow } from './host-queries.ts'
import type { Taken } from './rules.ts'
import type { Span } from './spans.ts'
import { minuteMs } from './wall-clock.ts'

/** What is taken of one host, and until when that can be said: a hold runs out. */
export type HostClaims = { taken: Taken[]; until: number }

/**
 * What is taken of hosts between two instants, by host; of one owner nothing, whose booking is to be moved. The database packs the times of a
 * host into arrays as it holds them: 10,000 rows of timestamps take it twice as long to write out, and the driver far longer to read.
 */
export async function listClaims(
  db: Db,
  workspaceId: string,
  range: { hostIds: readonly string[]; from: number; to: number; now: number; except?: string | undefined },
): Promise<Map<string, HostClaims>> {
  const { hostIds, from, to, now, except } = range
  const { rows } = await sql<{
    hostId: string
    until: Date | null
    starts: Buffer
    ends: Buffer
    blockedFrom: Buffer
    blockedTo: Buffer
  }>`
    select host_id, min(expires_at) as until,
      array_send(array_agg(starts_at)) as starts, array_send(array_agg(ends_at)) as ends,
      array_send(array_agg(blocked_from)) as blocked_from, array_send(array_agg(blocked_to)) as blocked_to
    from calendar_claims
    where workspace_id = ${workspaceId} and host_id = any(${hostIds}::uuid[])
      and blocked_to > ${new Date(from)} and blocked_from < ${new Date(to)}
      and (expires_at is null or expires_at > ${new Date(now)})
      and (${except ?? null}::uuid is null or owner_id <> ${except ?? null}::uuid)
    group by host_id`.execute(db)
  return new Map(
    rows.map((row) => {
      const [ends, blockedFrom, blockedTo] = [timesIn(row.ends), timesIn(row.blockedFrom), timesIn(row.blockedTo)]
      const taken = timesIn(row.starts).map((from, index) => ({
        from,
        to: ends[index]!,
        blockedFrom: blockedFrom[index]!,
        blockedTo: blockedTo[index]!,
      }))
      return [row.hostId, { until: row.until?.getTime() ?? Number.POSITIVE_INFINITY, taken }]
    }),
  )
}

/** Midnight of 2000-01-01, from which PostgreSQL counts microseconds. */
const epochMs = Date.UTC(2000, 0, 1)
/** Dimensions, nulls, type, length and lower bound: 32 bits each. */
const headBytes = 20
/** The length of an element, and a timestamp of 64 bits. */
const elementBytes = 12

/** Reads an array of timestamps as `array_send` writes it (PostgreSQL, src/backend/utils/adt/arrayfuncs.c), in milliseconds. */
function timesIn(array: Buffer): number[] {
  const times: number[] = []
  for (let at = headBytes; at < array.length; at += elementBytes) {
    const microseconds = array.readInt32BE(at + 4) * 2 ** 32 + array.readUInt32BE(at + 8)
    times.push(epochMs + microseconds / 1_000)
  }
  return times
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

/** Hands the time that a hold took to the booking that it becomes. Answers of how many hosts it still held some. */
export const handOverClaims = async (db: Db, workspaceId: string, holdId: string, bookingId: string): Promise<number> =>
  Number(
    (
      await db
        .updateTable('calendarClaims')
        .set({ ownerId: bookingId, expiresAt: null })
        .where('workspaceId', '=', workspaceId)
        .where('ownerId', '=', holdId)
        .executeTakeFirst()
    ).numUpdatedRows,
  )

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
