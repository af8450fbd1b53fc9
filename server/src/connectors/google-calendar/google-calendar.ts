import { createHash } from 'node:crypto'
import {
  type CalendarEvent,
  ConnectorError,
  type Context,
  defineConnector,
  type ErrorReading,
  notFoundAtVendor,
  oauth2,
  pageTokenPages,
  type Span,
} from '../../kit/index.ts'
import { freeSlots } from './business-hours.ts'
import { changedEvents } from './changes.ts'
import { channel } from './channel.ts'
import { mergeAttendees, readEvent, writeEvent } from './mappings.ts'
import { businessHours, calendarOf, type GoogleContext, sendUpdates, settings, slotMinutes } from './settings.ts'
import type { GoogleCalendar, GoogleError, GoogleEvent, GoogleFreeBusy } from './types.ts'

const dayMs = 86_400_000
/** What one question about free and busy times may span and name; Google refuses more. */
const widestQuestion = { ms: 60 * dayMs, calendars: 50 }

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
      scopes: [
        'https://www.googleapis.com/auth/calendar.events',
        'https://www.googleapis.com/auth/calendar.freebusy',
        'https://www.googleapis.com/auth/calendar.calendarlist.readonly',
      ],
      // Without both, Google gives no refresh token, or only the first time that a person agrees.
      authorizeParameters: { access_type: 'offline', prompt: 'consent' },
      pkce: true,
      clientAuth: 'body',
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
        await busySpans(context, from, to, calendarIds ?? busyCalendars(context)),

      async availability(context, { from, to, timezone, durationMinutes = slotMinutes(context) }) {
        const hours = businessHours(context, timezone)
        const start = new Date(Math.max(from.getTime(), context.now().getTime()))
        if (start >= to) return []
        const busy = await busySpans(context, start, to, busyCalendars(context))
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
        if (status !== 409) return readEvent(body, calendarId)
        // This very booking was made before.
        const event = await context.http.get<GoogleEvent>(eventOf(calendarId, id.id!))
        if (event.status !== 'cancelled') return readEvent(event, calendarId)
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
          const found = readEvent(event, calendarId)
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
        const options = { query: sendUpdates(context), headers, repeatable: true }
        const changed = await context.http.patch<GoogleEvent>(path, event, options)
        const destination = changes.calendarId ?? calendarId
        if (destination === calendarId) return readEvent(changed, calendarId)
        const query = { destination, ...sendUpdates(context) }
        return readEvent(await context.http.post<GoogleEvent>(`${path}/move`, undefined, { query }), destination)
      },

      async cancel(context, { externalId, calendarId = calendarOf(context) }) {
        // 410: it is cancelled already.
        await context.http.delete(eventOf(calendarId, externalId), sendUpdates(context), { accept: [410] })
      },

      changes: changedEvents,
    },
  },
})

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

/** The same for the same booking: Google takes ids of the letters a to v and digits, and never gives one twice. */
const eventIdOf = ({ integrationId }: Context<unknown>, idempotencyKey: string): string =>
  createHash('sha256').update(`${integrationId}/${idempotencyKey}`).digest('hex')

async function findById({ http }: GoogleContext, calendarId: string, id: string): Promise<CalendarEvent | null> {
  const { status, body } = await http.request<GoogleEvent>('GET', eventOf(calendarId, id), { accept: [404, 410] })
  return status >= 400 || body.status === 'cancelled' ? null : readEvent(body, calendarId)
}

const isAt = (event: CalendarEvent, startsAt: Date, endsAt: Date): boolean =>
  event.startsAt.getTime() === startsAt.getTime() && event.endsAt.getTime() === endsAt.getTime()

const isInvited = ({ attendees = [] }: CalendarEvent, address: string): boolean =>
  attendees.some(({ email }) => email.toLowerCase() === address.toLowerCase())

const busyCalendars = (context: GoogleContext): string[] => [
  ...new Set([calendarOf(context), ...(context.settings.busy_calendar_ids ?? [])]),
]

/**
 * What is taken in any of the calendars.
 * @throws ConnectorError where Google could not tell for one of them, which must not pass for free
 */
async function busySpans(
  { http }: GoogleContext,
  from: Date,
  to: Date,
  calendarIds: readonly string[],
): Promise<Span[]> {
  const spans: Span[] = []
  for (let start = from.getTime(); start < to.getTime(); start += widestQuestion.ms) {
    const end = Math.min(start + widestQuestion.ms, to.getTime())
    for (let first = 0; first < calendarIds.length; first += widestQuestion.calendars) {
      const items = calendarIds.slice(first, first + widestQuestion.calendars).map((id) => ({ id }))
      const body = { timeMin: new Date(start).toISOString(), timeMax: new Date(end).toISOString(), items }
      const { calendars } = await http.post<GoogleFreeBusy>('/freeBusy', body, { repeatable: true })
      for (const [id, { busy = [], errors = [] }] of Object.entries(calendars)) {
        if (errors[0]) throw unreadable(id, errors[0].reason)
        spans.push(...busy.map((span) => ({ startsAt: new Date(span.start), endsAt: new Date(span.end) })))
      }
    }
  }
  return spans.sort((left, right) => left.startsAt.getTime() - right.startsAt.getTime())
}

const unreadable = (calendarId: string, reason: string): ConnectorError =>
  reason === 'notFound'
    ? notFoundAtVendor('Google Calendar', `calendar as ${calendarId}`)
    : new ConnectorError(
        'PROCESSING_ERROR',
        `Google Calendar could not read ${calendarId}: ${reason} (PROCESSING_ERROR)`,
      )
