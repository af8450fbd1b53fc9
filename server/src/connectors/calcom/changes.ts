import { type CalendarEvent, type Change, ConnectorError } from '../../kit/index.ts'
import { readBooking, stands } from './bookings.ts'
import { bookingsVersion, paths } from './paths.ts'
import type { CalContext } from './settings.ts'
import type { CalBooking, Listed } from './types.ts'

const pageSize = 100
/** Cal.com may show a change a little after it was made. */
const overlapMs = 60_000
/** Most bookings that a cursor remembers as told. */
const mostRemembered = 150

/** `told` names what was told of the time since (`uid@time`). */
type Cursor = { since: number; told: string[] }

/**
 * Bookings that changed since a cursor, the oldest change first. Each page begins where the one before ended, by time and not by count, since a
 * booking that changes meanwhile would move all others.
 */
export async function changedBookings(
  { http }: CalContext,
  { cursor }: { cursor?: string | undefined },
): Promise<{ changes: Change<CalendarEvent>[]; cursor: string; more: boolean }> {
  const { since, told } = cursor === undefined ? { since: 0, told: [] } : readCursor(cursor)
  const query = {
    ...{ sortUpdatedAt: 'asc', take: pageSize, skip: 0 },
    ...(since === 0 ? {} : { afterUpdatedAt: new Date(since).toISOString() }),
  }
  const { data, pagination } = await http.get<Listed<CalBooking>>(paths.bookings, query, bookingsVersion)
  const known = new Set(told)
  const changes = data.filter((one) => !known.has(markOf(one))).map(changeOf)
  const latest = Math.max(since, ...data.map(changedAt))
  // A page that told nothing new would be read for ever.
  const more = pagination?.hasNextPage === true && changes.length > 0
  const next = more ? latest - 1 : Math.max(since, latest - overlapMs)
  const marks = [...new Set([...told, ...data.map(markOf)])].filter((mark) => Number(mark.split('@')[1]) >= next)
  const to: Cursor = { since: next, told: marks.slice(-mostRemembered) }
  return { changes, cursor: Buffer.from(JSON.stringify(to)).toString('base64url'), more }
}

const changedAt = ({ updatedAt, createdAt }: CalBooking): number => Date.parse(updatedAt ?? createdAt ?? '') || 0
const markOf = (one: CalBooking): string => `${one.uid}@${changedAt(one)}`

/** One that was moved has become another, which is told by itself. */
const changeOf = (one: CalBooking): Change<CalendarEvent> =>
  stands(one)
    ? { type: 'upserted', record: readBooking(one) }
    : { type: 'deleted', externalId: one.uid, at: new Date(changedAt(one)) }

function readCursor(text: string): Cursor {
  try {
    const { since, told } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Cursor>
    if (Number.isFinite(since) && Array.isArray(told)) return { since: Number(since), told }
  } catch {
    // Told below.
  }
  throw new ConnectorError('VALIDATION_FAILED', 'This is no cursor of an earlier answer (VALIDATION_FAILED)')
}
