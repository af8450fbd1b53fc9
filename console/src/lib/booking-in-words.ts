import type { Booking } from 'tenon-sdk'
import type { Search } from './filters.ts'

export type BookingFilter = { status?: Booking['status']; hostId?: string; email?: string }

export const bookingStatuses: { value: Booking['status']; label: string }[] = [
  { value: 'confirmed', label: 'Confirmed' },
  { value: 'cancelled', label: 'Cancelled' },
  { value: 'no_show', label: 'Did not come' },
]

/** Reads the filter of the list of bookings. */
export function readBookingFilter(search: Search): BookingFilter {
  const status = bookingStatuses.find(({ value }) => value === search.status)?.value
  const textOf = (value: unknown) => (typeof value === 'string' && value.trim() ? value.trim() : undefined)
  const [hostId, email] = [textOf(search.hostId), textOf(search.email)]
  return { ...(status && { status }), ...(hostId && { hostId }), ...(email && { email }) }
}

/** The zone of the reader, by its IANA name. */
export const ownTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

/** `Fri, Feb 20, 2:00 – 3:00 PM`, by the reader's clock. */
export const formatSpan = ({ startsAt, endsAt }: { startsAt: string; endsAt: string }): string =>
  new Intl.DateTimeFormat('en', {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  }).formatRange(Date.parse(startsAt), Date.parse(endsAt))
