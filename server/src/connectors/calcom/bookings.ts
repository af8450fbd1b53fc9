import { createHash } from 'node:crypto'
import { type CalendarEvent, ConnectorError, date, field, mapping, type Paging } from '../../kit/index.ts'
import { bookingsVersion, paths } from './paths.ts'
import type { CalContext } from './settings.ts'
import type { CalBooking, Listed, Reply } from './types.ts'

const pageSize = 100

/** Pages are counted by records, and say whether there are more. */
const bookingPages: Paging = {
  first: { take: pageSize, skip: 0 },
  items: (body) => (body as Listed<unknown>).data,
  next: ({ body }, sent, count) =>
    (body as Listed<unknown>).pagination?.hasNextPage === true && count > 0
      ? { query: { skip: Number(sent.skip ?? 0) + count } }
      : undefined,
}

export const booking = mapping<CalendarEvent, CalBooking>({
  externalId: 'uid',
  title: 'title',
  description: 'description',
  startsAt: date('start'),
  endsAt: date('end'),
  location: 'location',
  calendarId: field('eventType', { read: ({ id }: { id: number }) => String(id) }),
  attendees: field('attendees', {
    read: (people: NonNullable<CalBooking['attendees']>) =>
      people.map(({ email, name }) => ({ email, ...(name ? { name } : {}) })),
  }),
  timezone: field('attendees', {
    read: ([first]: NonNullable<CalBooking['attendees']>) => first?.timeZone ?? undefined,
  }),
  status: field('status', {
    read: (status: CalBooking['status']): CalendarEvent['status'] =>
      status === 'accepted' ? 'confirmed' : status === 'pending' ? 'tentative' : 'cancelled',
  }),
  createdAt: date('createdAt'),
  updatedAt: date('updatedAt'),
})

export const readBooking = (record: CalBooking): CalendarEvent => {
  const ours = booking.read(record)
  return { ...ours, title: ours.title ?? '' }
}

/** Whether it takes time: one that waits for its host does, too. */
export const stands = ({ status }: CalBooking): boolean => status === 'accepted' || status === 'pending'

/** The account's bookings, whatever became of them. */
export const bookingsWhere = (
  { http }: CalContext,
  query: Record<string, string | number | undefined>,
): AsyncIterable<CalBooking> =>
  http.pages<CalBooking>(paths.bookings, query, { ...bookingsVersion, pages: bookingPages })

export const bookingOf = async ({ http }: CalContext, uid: string): Promise<CalBooking> => {
  const { data } = await http.get<Reply<CalBooking | CalBooking[]>>(paths.booking(uid), undefined, bookingsVersion)
  const found = Array.isArray(data) ? data[0] : data
  if (found === undefined) throw new ConnectorError('NOT_FOUND', 'Cal.com has no such booking (NOT_FOUND)')
  return found
}

/** A booking that is moved becomes another one there: moves that one makes between two looks. */
const mostMoves = 20

/** The booking as it is now, however often it was moved. */
export async function currentBooking(context: CalContext, uid: string): Promise<CalBooking> {
  let found = await bookingOf(context, uid)
  for (let moves = 0; moves < mostMoves && !stands(found) && found.rescheduledToUid; moves += 1)
    found = await bookingOf(context, found.rescheduledToUid)
  return found
}

/** By which a repetition finds its first booking, and the hub its own among what it is told. */
export const referenceName = 'tenonReference'
export const referenceOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 32)

/** How many of the newest bookings are looked through. */
const mostLookedAt = 300

export async function byReference(context: CalContext, key: string): Promise<CalendarEvent | null> {
  const reference = referenceOf(key)
  let count = 0
  for await (const one of bookingsWhere(context, { sortCreated: 'desc' })) {
    if (stands(one) && one.metadata?.[referenceName] === reference) return readBooking(one)
    if (++count >= mostLookedAt) return null
  }
  return null
}
