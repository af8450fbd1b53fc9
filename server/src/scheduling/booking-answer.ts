import type { Db } from '../db/database.ts'
import { type BookingRow, type ConfirmationRow, listConfirmations } from './booking-queries.ts'
import type { Booking } from './booking-schema.ts'

/** Bookings as the API shows them, each with how it stands at connected calendars. */
export async function bookingAnswers(db: Db, workspaceId: string, rows: readonly BookingRow[]): Promise<Booking[]> {
  const confirmations = await listConfirmations(
    db,
    workspaceId,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => bookingAnswer(row, confirmations))
}

function bookingAnswer(row: BookingRow, confirmations: readonly ConfirmationRow[]): Booking {
  return {
    id: row.id,
    version: row.version,
    status: row.status,
    mode: row.mode,
    hostIds: row.hostIds,
    decision: row.decision,
    title: row.title,
    startsAt: row.startsAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
    timezone: row.timezone,
    name: row.name,
    email: row.email,
    phone: row.phone,
    notes: row.notes,
    location: row.location,
    meetingUrl: row.meetingUrl,
    customFields: row.customFields,
    source: row.source,
    integrationId: row.integrationId,
    externalId: row.externalId,
    isClashing: row.isClashing,
    cancelReason: row.cancelReason,
    cancelledBy: row.cancelledBy,
    cancelledAt: row.cancelledAt?.toISOString() ?? null,
    confirmations: confirmations
      .filter(({ bookingId }) => bookingId === row.id)
      .map((one) => ({
        providerId: one.providerId,
        integrationId: one.integrationId,
        status: one.status,
        externalId: one.externalId,
        compensation: one.compensation,
        errorCode: one.errorCode,
        error: one.errorMessage,
        updatedAt: one.updatedAt.toISOString(),
      })),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}
