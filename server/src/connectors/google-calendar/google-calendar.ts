import { createHash } from 'node:crypto'
import {
  type CalendarEvent,
  ConnectorError,
  type Context,
  defineConnector,
  type ErrorReading,
  freeSlots,
  oauth2,
  pageTokenPages,
} from '../../kit/index.ts'
import { busyCalendars, busySpans } from './busy.ts'
import { changedEvents } from './changes.ts'
import { channel } from './channel.ts'
import { mergeAttendees, readEvent, writeEvent } from './mappings.ts'
import { businessHours, calendarOf, type GoogleContext, sendUpdates, settings, slotMinutes } from './settings.ts'
import type { GoogleCalendar, GoogleError, GoogleEvent } from './types.ts'

/** What the hub needs to be allowed; people may leave out some of it when they sign in. */
const scopes = ['calendar.events', 'calendar.freebusy', 'calendar.calendarlist.readonly'].map(
  (name) => `https://www.googleapis.com/auth/${name}`,
)

const eventsOf = (calendarId: string): string => `/calendars/${encodeURIComponent(calendarId)}/events`
const eventOf = (calendarId: string, id: string): string => `${eventsOf(calendarId)}/${encodeURIComponent(id)}`

export const googleCalendar = defineConnector({
  id: 'google-calendar',
  name: 'Google Calendar',
  category: 'calendar',
  description: 'Offers free times within business hours, and books, moves and cancels appointments with invitations.',
  docs: 'https://developers.google.com/workspace/calendar/api/v3/reference',
  apiVersion: 'v3',
  recordAs: 'google',
  settings,

  auth: [
    oauth2({
      provider: 'google',
      authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
      tokenUrl: 'https://oauth2.googleapis.com/token',
      revokeUrl: 'https://oauth2.googleapis.com/revoke',
      scopes,
      // Without both, Google gives no refresh token, or only the first time that a person agrees.
      authorizeParameters: { access_type: 'offline', prompt: 'consent' },
      pkce: true,
      clientAuth: 'body',
      keep: ['scope'],
    }),
  ],

  http: {
    baseUrl: 'https://www.googleapis.com/calendar/v3',
    rateLimit: { requests: 600, perMs: 60_000 },
    pages: pageTokenPages({ items: 'items', limit: 250 }),
    readError,
  },

  async check(context) {
    businessHours(context)
    const granted = context.credentials.scope?.split(' ') ?? scopes
    if (!scopes.every((scope) => granted.includes(scope))) throw notAllowed()
    const path = `/users/me/calendarList/${encodeURIComponent(calendarOf(context))}`
    const { summary, summaryOverride } = await context.http.get<GoogleCalendar>(path)
    return { name: summaryOverride ?? summary }
  },

  webhook: channel,
  repeat: { 'calendar.book': 'key' },

  capabilities: {
    calendar: {
      async calendars({ http }) {
        const found = await Array.fromAsync(http.pages<GoogleCalendar>('/users/me/calendarList'))
        return found.map(({ id, summary, summaryOverride, timeZone, primary = false, accessRole }) => ({
          id,
          name: summaryOverride ?? summary,
          timezone: timeZone,
          primary,
          writable: ['owner', 'writer', 'writerWithoutPrivateAccess'].includes(accessRole),
        }))
      },

      busy: async (context, { from, to, calendarIds }) =>
        await busySpans(context, { from, to, calendarIds: calendarIds ?? busyCalendars(context) }),

      async availability(context, { from, to, timezone, durationMinutes = slotMinutes(context) }) {
        const hours = businessHours(context, timezone)
        const start = new Date(Math.max(from.getTime(), context.now().getTime()))
        if (start >= to) return []
        const busy = await busySpans(context, { from: start, to, calendarIds: busyCalendars(context) })
        return freeSlots(hours, { from: start, to, durationMinutes, busy })
      },

      async book(context, { idempotencyKey, ...input }) {
        const calendarId = input.calendarId ?? calendarOf(context)
        const id = idempotencyKey === undefined ? {} : { id: eventIdOf(context, idempotencyKey) }
        const { status, body } = await context.http.request<GoogleEvent>('POST', eventsOf(calendarId), {
          query: sendUpdates(context),
          body: { ...id, ...writeEvent(input) },
          repeatable: idempotencyKey !== undefined,
          accept: id.id === undefined ? [] : [409],
        })
        if (status !== 409) return read(context, body, calendarId)
        // This very booking was made before.
        const event = await context.http.get<GoogleEvent>(eventOf(calendarId, id.id!))
        if (event.status !== 'cancelled') return read(context, event, calendarId)
        const why = 'what was booked with this idempotency key has been cancelled since; use a new one'
        throw new ConnectorError('CONFLICT', `Google Calendar: ${why} (CONFLICT)`, { status })
      },

      async find(context, wanted) {
        const calendarId = calendarOf(context)
        if ('idempotencyKey' in wanted)
          return await findById(context, calendarId, eventIdOf(context, wanted.idempotencyKey))
        const { startsAt, endsAt, attendee } = wanted
        const query = { timeMin: startsAt, timeMax: endsAt, singleEvents: true, orderBy: 'startTime' }
        for await (const event of context.http.pages<GoogleEvent>(eventsOf(calendarId), query)) {
          const found = read(context, event, calendarId)
          if (isAt(found, startsAt, endsAt) && (attendee === undefined || isInvited(found, attendee))) return found
        }
        return null
      },

      async update(context, { externalId, calendarId = calendarOf(context), changes }) {
        const path = eventOf(calendarId, externalId)
        const event = changedTimes(writeEvent(changes))
        const headers: Record<string, string> = {}
        if (event.attendees) {
          const present = await context.http.get<GoogleEvent>(path)
          event.attendees = mergeAttendees(event.attendees, present.attendees)
          headers['if-match'] = present.etag
        }
        // A repetition would no longer find the version that was read.
        const repeatable = headers['if-match'] === undefined
        const options = { query: sendUpdates(context), headers, repeatable }
        const changed = await context.http.patch<GoogleEvent>(path, event, options)
        const destination = changes.calendarId ?? calendarId
        if (destination === calendarId) return read(context, changed, calendarId)
        const query = { destination, ...sendUpdates(context) }
        const moved = await context.http.post<GoogleEvent>(`${path}/move`, undefined, { query })
        return read(context, moved, destination)
      },

      async cancel(context, { externalId, calendarId = calendarOf(context) }) {
        // 410: it is cancelled already.
        await context.http.delete(eventOf(calendarId, externalId), sendUpdates(context), { accept: [410] })
      },

      changes: changedEvents,
    },
  },
})

const notAllowed = (): ConnectorError =>
  new ConnectorError(
    'PERMISSION_DENIED',
    'Google Calendar was not allowed everything that was asked for; sign in again and tick every box (PERMISSION_DENIED)',
  )

/** An event that took whole days keeps no day beside its new time. */
function changedTimes<E extends { start?: object | null; end?: object | null }>(event: E): E {
  const [start, end] = [event.start && { ...event.start, date: null }, event.end && { ...event.end, date: null }]
  return { ...event, ...(start ? { start } : {}), ...(end ? { end } : {}) }
}

/** Google names a limit that is used up with 403, too, and a record that changed meanwhile with 412. */
function readError({ status, body }: Parameters<ErrorReading>[0]): ReturnType<ErrorReading> {
  const { error } = (body ?? {}) as GoogleError
  const reason = error?.errors?.[0]?.reason
  const said = { ...(error?.message ? { message: error.message } : {}), ...(reason ? { vendorCode: reason } : {}) }
  if (status === 403 && reason !== undefined && limits.has(reason)) return { ...said, code: 'RATE_LIMIT_EXCEEDED' }
  return status === 412 ? { ...said, code: 'CONFLICT' } : said
}

const limits = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded', 'calendarUsageLimitsExceeded'])

/** A single event does not say when its calendar's days begin. */
const read = ({ settings }: GoogleContext, event: GoogleEvent, calendarId: string): CalendarEvent =>
  readEvent(event, calendarId, settings.timezone)

/** The same for the same booking: Google takes ids of the letters a to v and digits, and never gives one twice. */
const eventIdOf = ({ integrationId }: Context<unknown>, idempotencyKey: string): string =>
  createHash('sha256').update(`${integrationId}/${idempotencyKey}`).digest('hex')

async function findById(context: GoogleContext, calendarId: string, id: string): Promise<CalendarEvent | null> {
  const { status, body } = await context.http.request<GoogleEvent>('GET', eventOf(calendarId, id), {
    accept: [404, 410],
  })
  return status >= 400 || body.status === 'cancelled' ? null : read(context, body, calendarId)
}

const isAt = (event: CalendarEvent, startsAt: Date, endsAt: Date): boolean =>
  event.startsAt.getTime() === startsAt.getTime() && event.endsAt.getTime() === endsAt.getTime()

const isInvited = ({ attendees = [] }: CalendarEvent, address: string): boolean =>
  attendees.some(({ email }) => email.toLowerCase() === address.toLowerCase())
