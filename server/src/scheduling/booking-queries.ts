import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { CalendarConfirmations, CalendarEvents } from '../db/tables.ts'
import type { Mode } from './several-hosts.ts'

type Status = 'confirmed' | 'cancelled' | 'no_show'
export type CancelledBy = 'attendee' | 'host' | 'system'
/** A row of `calendar_events`, which holds the bookings. */
export type BookingRow = Omit<Selectable<CalendarEvents>, 'status' | 'mode' | 'customFields' | 'cancelledBy'> & {
  status: Status
  mode: Mode
  customFields: Record<string, unknown>
  cancelledBy: CancelledBy | null
}
export type ConfirmationRow = Omit<Selectable<CalendarConfirmations>, 'status' | 'compensation'> & {
  status: 'pending' | 'confirmed' | 'refused' | 'unknown' | 'cancelled'
  compensation: 'kept' | 'cancelled' | null
}

const select = (db: Db, workspaceId: string) =>
  db.selectFrom('calendarEvents').selectAll().where('workspaceId', '=', workspaceId)

export const findBooking = (db: Db, workspaceId: string, id: string): Promise<BookingRow | undefined> =>
  select(db, workspaceId).where('id', '=', id).executeTakeFirst() as Promise<BookingRow | undefined>

/** Locks a booking until the transaction ends. Whoever locks its hosts as well locks it first. */
export const lockBooking = (db: Db, workspaceId: string, id: string): Promise<BookingRow | undefined> =>
  select(db, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst() as Promise<BookingRow | undefined>

export const findBookingByKey = (db: Db, workspaceId: string, key: string): Promise<BookingRow | undefined> =>
  select(db, workspaceId).where('key', '=', key).executeTakeFirst() as Promise<BookingRow | undefined>

export const findBookingByExternalId = (
  db: Db,
  workspaceId: string,
  integrationId: string,
  externalId: string,
): Promise<BookingRow | undefined> =>
  select(db, workspaceId)
    .where('integrationId', '=', integrationId)
    .where('externalId', '=', externalId)
    .executeTakeFirst() as Promise<BookingRow | undefined>

/** Bookings, those that begin last first. */
export function listBookings(
  db: Db,
  workspaceId: string,
  range: {
    hostId?: string | undefined
    status?: Status | undefined
    email?: string | undefined
    after?: Date | undefined
    before?: Date | undefined
    below?: { startsAt: Date; id: string } | undefined
    limit: number
  },
): Promise<BookingRow[]> {
  const { hostId, status, email, after, before, below } = range
  let query = select(db, workspaceId)
  if (hostId !== undefined) query = query.where(sql<boolean>`host_ids @> array[${hostId}::uuid]`)
  if (status !== undefined) query = query.where('status', '=', status)
  if (email !== undefined) query = query.where(sql<boolean>`lower(email) = ${email.toLowerCase()}`)
  if (after) query = query.where('startsAt', '>=', after)
  if (before) query = query.where('startsAt', '<', before)
  if (below) query = query.where(sql<boolean>`(starts_at, id) < (${below.startsAt}, ${below.id})`)
  return query.orderBy('startsAt', 'desc').orderBy('id', 'desc').limit(range.limit).execute() as Promise<BookingRow[]>
}

export const insertBooking = (db: Db, row: BookingRow) =>
  db
    .insertInto('calendarEvents')
    .values({ ...row, customFields: JSON.stringify(row.customFields) })
    .execute()

/** Changes a booking and counts the change. */
export const updateBooking = async (
  db: Db,
  workspaceId: string,
  id: string,
  { customFields, ...changes }: Partial<BookingRow>,
): Promise<BookingRow> =>
  (await db
    .updateTable('calendarEvents')
    .set({
      ...changes,
      ...(customFields ? { customFields: JSON.stringify(customFields) } : {}),
      version: sql`version + 1`,
    })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()) as BookingRow

/** How bookings stand at connected calendars. */
export const listConfirmations = (
  db: Db,
  workspaceId: string,
  bookingIds: readonly string[],
): Promise<ConfirmationRow[]> =>
  bookingIds.length === 0
    ? Promise.resolve([])
    : (db
        .selectFrom('calendarConfirmations')
        .selectAll()
        .where('workspaceId', '=', workspaceId)
        .where('bookingId', 'in', [...bookingIds])
        .orderBy('providerId')
        .execute() as Promise<ConfirmationRow[]>)

export const findConfirmation = (
  db: Db,
  workspaceId: string,
  bookingId: string,
  providerId: string,
): Promise<ConfirmationRow | undefined> =>
  db
    .selectFrom('calendarConfirmations')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('bookingId', '=', bookingId)
    .where('providerId', '=', providerId)
    .executeTakeFirst() as Promise<ConfirmationRow | undefined>

/** What a connected calendar knows by this id. */
export const findConfirmationByExternalId = (
  db: Db,
  workspaceId: string,
  integrationId: string,
  externalId: string,
): Promise<ConfirmationRow | undefined> =>
  db
    .selectFrom('calendarConfirmations')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('integrationId', '=', integrationId)
    .where('externalId', '=', externalId)
    .limit(1)
    .executeTakeFirst() as Promise<ConfirmationRow | undefined>

export const insertConfirmations = (db: Db, rows: readonly ConfirmationRow[]) =>
  db
    .insertInto('calendarConfirmations')
    .values([...rows])
    .onConflict((conflict) => conflict.doNothing())
    .execute()

export const updateConfirmation = (
  db: Db,
  { workspaceId, bookingId, providerId }: Pick<ConfirmationRow, 'workspaceId' | 'bookingId' | 'providerId'>,
  changes: Partial<ConfirmationRow>,
) =>
  db
    .updateTable('calendarConfirmations')
    .set(changes)
    .where('workspaceId', '=', workspaceId)
    .where('bookingId', '=', bookingId)
    .where('providerId', '=', providerId)
    .execute()

/** How bookings stand at the calendars of an integration, with the bookings. */
const placesAt = (db: Db, workspaceId: string, integrationId: string) =>
  db
    .selectFrom('calendarConfirmations as place')
    .innerJoin('calendarEvents as booking', (join) =>
      join.onRef('booking.workspaceId', '=', 'place.workspaceId').onRef('booking.id', '=', 'place.bookingId'),
    )
    .where('place.workspaceId', '=', workspaceId)
    .where('place.integrationId', '=', integrationId)

/** Whether the hub is about to put a booking of this person and time into a connected calendar, or does not know whether it has. */
export async function isOnItsWay(
  db: Db,
  workspaceId: string,
  integrationId: string,
  event: { startsAt: Date; email?: string | undefined; phone?: string | undefined },
): Promise<boolean> {
  const { startsAt, email, phone } = event
  const row = await placesAt(db, workspaceId, integrationId)
    .select('booking.id')
    .where('place.externalId', 'is', null)
    .where('place.status', 'in', ['pending', 'unknown'])
    .where('booking.status', '=', 'confirmed')
    .where('booking.startsAt', '=', startsAt)
    .where(
      sql<boolean>`(lower(booking.email) = ${email?.toLowerCase() ?? null}::text or booking.phone = ${phone ?? null}::text)`,
    )
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** A booking of the hub's own that is, or is about to be, this event at a connected calendar, with how it stands there. */
export async function findConfirmedElsewhere(
  db: Db,
  workspaceId: string,
  integrationId: string,
  event: { externalId: string; startsAt?: Date | undefined; email?: string | undefined },
): Promise<ConfirmationRow | undefined> {
  const { externalId, startsAt, email } = event
  const row = await placesAt(db, workspaceId, integrationId)
    .selectAll('place')
    .where(
      // The vendor may tell of it before its answer to the booking has been written down.
      sql<boolean>`(place.external_id = ${externalId} or (place.external_id is null and place.status in ('pending', 'unknown')
        and booking.starts_at = ${startsAt ?? null} and lower(booking.email) = ${email?.toLowerCase() ?? null}))`,
    )
    .limit(1)
    .executeTakeFirst()
  return row as ConfirmationRow | undefined
}
