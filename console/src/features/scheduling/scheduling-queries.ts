import { queryOptions } from '@tanstack/react-query'
import type { Booking, CalendarProvider, Consultation, Host, OperationState, Slots } from 'tenon-sdk'
import { list, request } from '../../lib/api.ts'
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

export const consultationQuery = (id: string) =>
  queryOptions({
    queryKey: [paths.consultations, id],
    queryFn: ({ signal }) => request<Consultation>('GET', paths.consultation(id), { signal }),
  })

export const hostQuery = (id: string) =>
  queryOptions({
    queryKey: [paths.hosts, id],
    queryFn: ({ signal }) => request<Host>('GET', paths.host(id), { signal }),
  })

/** The connected calendars of a host. */
export const providersQuery = (hostId: string) =>
  queryOptions({
    queryKey: [paths.providers, hostId],
    queryFn: async ({ signal }) =>
      (await list<CalendarProvider>(paths.providers, { hostId, limit: 200 }, signal)).items,
  })

/** One of the calendars that an account at a vendor has. */
export type VendorCalendar = { id: string; name: string; primary?: boolean; writable?: boolean }
export type CalendarAccount = { readsBusy: boolean; takesBookings: boolean; calendars: VendorCalendar[] | null }

/** What an account can do for a host, and which calendars it has; null where its vendor does not tell. */
export const calendarAccountQuery = (integrationId: string) =>
  queryOptions({
    queryKey: [paths.integrations, integrationId, 'calendar account'],
    queryFn: async ({ signal }): Promise<CalendarAccount> => {
      const path = paths.ofIntegration(integrationId, 'operations')
      const operations = await request<OperationState[]>('GET', path, { signal })
      const offers = (name: string) => operations.some((operation) => operation.name === name)
      const calendars = offers('calendar.calendars')
        ? await request<VendorCalendar[]>('POST', paths.operation(integrationId, 'calendar.calendars'), {
            body: {},
            signal,
          })
        : null
      return { readsBusy: offers('calendar.busy'), takesBookings: offers('calendar.book'), calendars }
    },
    staleTime: 60_000,
    retry: false,
  })
