/** Each part of GoHighLevel's API has a version of its own. */
export const apiVersion = '2021-07-28'
/** Calls about calendars say this one. */
export const calendarVersion = { headers: { version: '2021-04-15' } } as const

const place = (...parts: string[]): string => `/${parts.map(encodeURIComponent).join('/')}`

export const paths = {
  location: (id: string) => place('locations', id),
  customFields: (locationId: string) => place('locations', locationId, 'customFields'),
  contacts: '/contacts/',
  upsert: '/contacts/upsert',
  duplicate: '/contacts/search/duplicate',
  search: '/contacts/search',
  contact: (id: string, ...rest: string[]) => place('contacts', id, ...rest),
  workflows: '/workflows/',
  opportunities: '/opportunities/',
  opportunity: (id: string) => place('opportunities', id),
  opportunitySearch: '/opportunities/search',
  pipelines: '/opportunities/pipelines',
  calendars: '/calendars/',
  calendar: (id: string, ...rest: string[]) => place('calendars', id, ...rest),
  events: '/calendars/events',
  event: (id: string) => place('calendars', 'events', id),
  appointments: '/calendars/events/appointments',
  appointment: (id: string) => place('calendars', 'events', 'appointments', id),
  blockedSlots: '/calendars/blocked-slots',
  blockSlots: '/calendars/events/block-slots',
} as const
