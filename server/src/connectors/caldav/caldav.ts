import { basic, defineConnector, encrypted, freeSlots, keys, Type } from '../../kit/index.ts'
import { businessHours, settings, slotMinutes } from './settings.ts'

/* What reads XML and iCalendar is loaded by the first operation. */
const appointments = () => import('./appointments.ts')
const busy = () => import('./busy.ts')
const changes = () => import('./changes.ts')
const discovery = () => import('./discovery.ts')

export const calDav = defineConnector({
  id: 'caldav',
  name: 'CalDAV',
  category: 'calendar',
  description:
    'Offers free times within business hours, and books, moves and cancels appointments on any calendar server: iCloud, Fastmail, Nextcloud, Radicale …',
  docs: 'https://www.rfc-editor.org/rfc/rfc4791',
  apiVersion: 'RFC 4791',
  settings,

  auth: [
    keys({
      fields: Type.Object({
        username: Type.String({ title: 'User', minLength: 1, maxLength: 320 }),
        password: encrypted(
          Type.String({
            title: 'Password',
            description: 'Where the server offers passwords for applications, one of those.',
            minLength: 1,
            maxLength: 500,
          }),
        ),
      }),
      apply: ({ username, password }) => basic(username, password),
    }),
  ],

  http: {
    baseUrl: ({ settings }) => new URL(settings.server_url).origin,
    // iCloud sends each person to a host of their own.
    hosts: ['*.icloud.com'],
    rateLimit: { requests: 300, perMs: 60_000 },
    concurrency: 4,
  },

  async check(context) {
    businessHours(context)
    const { calendarAt, findCalendars } = await discovery()
    const calendar = await calendarAt(context)
    const found = (await findCalendars(context)).find(({ id }) => id === calendar)
    return { name: found?.name ?? calendar }
  },

  repeat: { 'calendar.book': 'key' },

  capabilities: {
    calendar: {
      calendars: async (context) => (await discovery()).findCalendars(context),

      async busy(context, { from, to, calendarIds }) {
        const { busyCalendars, busySpans } = await busy()
        return await busySpans(context, { from, to, calendarIds: calendarIds ?? busyCalendars(context) })
      },

      async availability(context, { from, to, timezone, durationMinutes = slotMinutes(context) }) {
        const hours = businessHours(context, timezone)
        const start = new Date(Math.max(from.getTime(), context.now().getTime()))
        if (start >= to) return []
        const { busyCalendars, busySpans } = await busy()
        const taken = await busySpans(context, { from: start, to, calendarIds: busyCalendars(context) })
        return freeSlots(hours, { from: start, to, durationMinutes, busy: taken })
      },

      book: async (context, input) => (await appointments()).book(context, input),
      find: async (context, wanted) => (await appointments()).find(context, wanted),
      update: async (context, input) => (await appointments()).update(context, input),
      cancel: async (context, input) => (await appointments()).cancel(context, input),
      changes: async (context, input) => (await changes()).changedEvents(context, input),
    },
  },
})
