import { queryOptions } from '@tanstack/react-query'
import type { Booking, Host, Slots } from 'tenon-sdk'
import { request } from '../../lib/api.ts'
import { ownTimeZone } from '../../lib/booking-in-words.ts'
import { paths } from '../../lib/paths.ts'
import { readAll } from '../../lib/use-list.ts'

export const hostsQuery = queryOptions({
  queryKey: [paths.hosts],
  queryFn: ({ signal }) => readAll<Host>(paths.hosts, signal),
})

export const bookingQuery = (id: string) =>
  queryOptions({
    queryKey: [paths.bookings, id],
    queryFn: ({ signal }) => request<Booking>('GET', paths.booking(id), { signal }),
  })

export type SlotWish = { hostIds: string[]; from: string; to: string; durationMinutes?: number }

export const slotsQuery = ({ hostIds, ...wish }: SlotWish) =>
  queryOptions({
    queryKey: [paths.slots, hostIds, wish],
    queryFn: ({ signal }) =>
      request<Slots>('GET', paths.slots, {
        query: { ...wish, timezone: ownTimeZone(), ...(hostIds.length > 0 && { hostIds: hostIds.join(',') }) },
        signal,
      }),
    staleTime: 10_000,
  })
