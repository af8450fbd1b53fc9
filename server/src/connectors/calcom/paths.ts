const place = (...parts: string[]): string => `/v2/${parts.map(encodeURIComponent).join('/')}`

/** Each part of the API has a version of its own; without the right one another shape is answered, or nothing. */
const version = (date: string) => ({ headers: { 'cal-api-version': date } }) as const
export const bookingsVersion = version('2024-08-13')
export const slotsVersion = version('2024-09-04')
export const eventTypesVersion = version('2024-06-14')

export const paths = {
  me: '/v2/me',
  eventTypes: '/v2/event-types',
  eventType: (id: string | number) => place('event-types', String(id)),
  slots: '/v2/slots',
  bookings: '/v2/bookings',
  booking: (uid: string, ...rest: string[]) => place('bookings', uid, ...rest),
  webhooks: '/v2/webhooks',
  webhook: (id: string) => place('webhooks', id),
} as const
