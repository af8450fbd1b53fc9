import { createHash } from 'node:crypto'
import {
  type CalendarEvent,
  ConnectorError,
  type Context,
  defineConnector,
  freeSlots,
  notSupported,
  oauth2,
} from '../../kit/index.ts'
import { busySpans } from './busy.ts'
import { changedEvents } from './changes.ts'
import { expandOwn, keyProperty, readEvent, writeEvent } from './mappings.ts'
import { base, graphPages, isDuplicate, prefer, readError } from './requests.ts'
import {
  businessHours,
  busyCalendars,
  calendarOf,
  eventOf,
  type OutlookContext,
  placeOf,
  settings,
  slotMinutes,
} from './settings.ts'
import { subscription } from './subscription.ts'
import type { GraphCalendar, GraphEvent } from './types.ts'
import { updateEvent } from './update.ts'

const permission = 'Calendars.ReadWrite'

export const outlookCalendar = defineConnector({
  id: 'outlook-calendar',
  name: 'Outlook Calendar',
  category: 'calendar',
  description:
    'Offers free times within business hours, and books, moves and cancels appointments in Microsoft 365 and Outlook.com.',
  docs: 'https://learn.microsoft.com/graph/api/resources/calendar',
  apiVersion: 'v1.0',
  recordAs: 'microsoft-graph',
  settings,

  auth: [
    oauth2({
      provider: 'microsoft',
      // `common` takes accounts of organisations and personal ones.
      authorizeUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
      tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
      scopes: ['offline_access', permission],
      authorizeParameters: { prompt: 'select_account', response_mode: 'query' },
      pkce: true,
      clientAuth: 'body',
      keep: ['scope'],
    }),
  ],

  http: {
    baseUrl: base,
    headers: { Prefer: prefer },
    // Per application and mailbox (https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits).
    rateLimit: { requests: 10_000, perMs: 600_000 },
    concurrency: 4,
    pages: graphPages,
    readError,
  },

  async check(context) {
    businessHours(context)
    if (!isAllowed(context.credentials.scope)) throw notAllowed()
    const { name, owner } = await context.http.get<GraphCalendar>(placeOf(calendarOf(context)), {
      $select: 'id,name,owner',
    })
    return { name: owner?.address ?? name }
  },

  webhook: subscription,
  repeat: { 'calendar.book': 'key' },

  capabilities: {
    calendar: {
      async calendars({ http }) {
        const found = await Array.fromAsync(http.pages<GraphCalendar>('/me/calendars'))
        return found.map(({ id, name, isDefaultCalendar: primary = false, canEdit: writable = false }) => ({
          id,
          name,
          primary,
          writable,
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
        const transactionId = idempotencyKey === undefined ? undefined : transactionOf(context, idempotencyKey)
        const event = writeEvent(input)
        const body =
          transactionId === undefined
            ? event
            : {
                ...event,
                transactionId,
                singleValueExtendedProperties: [
                  ...(event.singleValueExtendedProperties ?? []),
                  { id: keyProperty, value: transactionId },
                ],
              }
        const options = { repeatable: transactionId !== undefined }
        try {
          const made = await context.http.post<GraphEvent>(`${placeOf(calendarId)}/events`, body, options)
          return { ...readEvent(context, made, calendarId), ...own(input) }
        } catch (error) {
          if (transactionId === undefined || !isDuplicate(error)) throw error
          const present = await findByKey(context, calendarId, transactionId)
          if (present) return present
          const why = 'what was booked with this idempotency key has been cancelled since; use a new one'
          throw new ConnectorError('CONFLICT', `Outlook Calendar: ${why} (CONFLICT)`, { status: 409, cause: error })
        }
      },

      async find(context, wanted) {
        const calendarId = calendarOf(context)
        if ('idempotencyKey' in wanted)
          return await findByKey(context, calendarId, transactionOf(context, wanted.idempotencyKey))
        const { startsAt, endsAt, attendee } = wanted
        const query = { startDateTime: startsAt, endDateTime: endsAt, ...expandOwn }
        for await (const event of context.http.pages<GraphEvent>(`${placeOf(calendarId)}/calendarView`, query)) {
          if (event.isCancelled) continue
          const found = readEvent(context, event, calendarId)
          if (isAt(found, startsAt, endsAt) && (attendee === undefined || isInvited(found, attendee))) return found
        }
        return null
      },

      async update(context, { externalId, calendarId = calendarOf(context), changes }) {
        if (changes.calendarId != null && changes.calendarId !== calendarId)
          throw notSupported(
            'Outlook Calendar',
            'to move an appointment to another calendar: cancel it and book it there',
          )
        if (changes.status === 'cancelled')
          throw new ConnectorError('VALIDATION_FAILED', 'Cancel an appointment by calendar.cancel (VALIDATION_FAILED)')
        const changed = await updateEvent(context, externalId, changes)
        return { ...readEvent(context, changed, calendarId), ...own(changes) }
      },

      async cancel({ http }, { externalId, reason }) {
        // Graph tells nobody what was deleted from what never was, so that 404 is as good as done.
        if (reason !== undefined) {
          const options = { repeatable: true, accept: [400, 404] }
          const path = `${eventOf(externalId)}/cancel`
          const { status } = await http.request('POST', path, { body: { comment: reason }, ...options })
          // 400: there is nobody to write to, or somebody else is the host.
          if (status !== 400) return
        }
        await http.delete(eventOf(externalId), undefined, { accept: [404] })
      },

      changes: changedEvents,
    },
  },
})

/** Whether everything was allowed, as far as the token answer said: `https://graph.microsoft.com/Calendars.ReadWrite openid`. */
const isAllowed = (scope = permission): boolean =>
  scope.split(' ').some((name) => name.toLowerCase().replace(/^.*\//, '') === permission.toLowerCase())

const notAllowed = (): ConnectorError =>
  new ConnectorError(
    'PERMISSION_DENIED',
    `Outlook Calendar was not allowed ${permission}; sign in again, or ask an administrator to consent (PERMISSION_DENIED)`,
  )

/** The same for the same booking, and as good as nobody else's. */
const transactionOf = ({ integrationId }: Context<unknown>, idempotencyKey: string): string =>
  createHash('sha256').update(`${integrationId}/${idempotencyKey}`).digest('hex').slice(0, 40)

/** What Graph does not show in the answer to a change. */
const own = ({ contactId }: { contactId?: string | null | undefined }): { contactId?: string } =>
  contactId == null ? {} : { contactId }

async function findByKey(context: OutlookContext, calendarId: string, key: string): Promise<CalendarEvent | null> {
  const $filter = `singleValueExtendedProperties/Any(ep: ep/id eq '${keyProperty}' and ep/value eq '${key}')`
  const query = { $filter, $top: 2, ...expandOwn }
  const { value } = await context.http.get<{ value: GraphEvent[] }>(`${placeOf(calendarId)}/events`, query)
  const found = value.find(({ isCancelled }) => !isCancelled)
  return found === undefined ? null : readEvent(context, found, calendarId)
}

const isAt = (event: CalendarEvent, startsAt: Date, endsAt: Date): boolean =>
  event.startsAt.getTime() === startsAt.getTime() && event.endsAt.getTime() === endsAt.getTime()

const isInvited = ({ attendees = [] }: CalendarEvent, address: string): boolean =>
  attendees.some(({ email }) => email.toLowerCase() === address.toLowerCase())
