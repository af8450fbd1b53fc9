import type { FastifyRequest } from 'fastify'
import { type Account, defineEmulator, type World } from '../emulator.ts'
import { invalid, refuse, refused } from './answers.ts'
import { addressOf, calendarsOf, needCalendar, needWritable, pageOf, shownCalendar } from './calendars.ts'
import { announce, channelsOf, openChannel, stopChannel } from './channels.ts'
import { forgetSyncTokens, listEvents } from './event-list.ts'
import { etagOf, eventOf, eventsIn, type SandboxEvent, shownEvent, typePrefix } from './events.ts'
import { freeBusy } from './free-busy.ts'
import {
  CalendarsQuery,
  ChannelBody,
  DeleteQuery,
  EventBody,
  EventsQuery,
  FreeBusyBody,
  InCalendar,
  InEvent,
  MoveQuery,
  Plain,
  ReadQuery,
  WriteQuery,
} from './schemas.ts'

const scope = (name: string) => `https://www.googleapis.com/auth/${name}`
const base = '/calendar/v3'

/** Google Calendar as the hub meets it: calendars, events with sync tokens, free and busy times, push channels. Events do not recur. */
export const googleCalendar = defineEmulator({
  id: 'google-calendar',
  name: 'Google Calendar',
  hosts: ['www.googleapis.com', 'accounts.google.com', 'oauth2.googleapis.com'],
  oauth: {
    authorizePath: '/o/oauth2/v2/auth',
    tokenPath: '/token',
    revokePath: '/revoke',
    // Google signs people in for all of its products in one place, which this emulator is.
    scopes: ['calendar.events', 'calendar.freebusy', 'calendar.calendarlist.readonly', 'analytics.readonly'].map(scope),
    pkce: 'optional',
    clientAuth: 'either',
    accessTokenSeconds: 3_599,
    refreshToken: 'omitted',
    givesRefreshToken: ({ access_type }) => access_type === 'offline',
    extraParameters: ['access_type', 'include_granted_scopes'],
  },
  rateLimits: [{ name: 'queries per minute per user', requests: 600, perMs: 60_000 }],
  refuse,

  setup(world) {
    world.onChange('*', (account, { type }) => {
      if (type.startsWith(typePrefix)) announce(world, account, type.slice(typePrefix.length))
    })
  },

  routes(api, world) {
    const may = (...names: string[]) => ({ sandbox: { scopes: names.map(scope) } })
    const events = may('calendar.events')

    api.get(
      `${base}/users/me/calendarList`,
      { config: may('calendar.calendarlist.readonly'), schema: { querystring: CalendarsQuery } },
      async (request) => {
        const { maxResults = 100, pageToken, ...question } = request.query
        const account = world.accountOf(request)
        const roles = ['freeBusyReader', 'reader', 'writer', 'owner']
        const least = roles.indexOf(question.minAccessRole ?? 'freeBusyReader')
        const found = calendarsOf(account).list({ where: ({ data }) => roles.indexOf(data.accessRole) >= least })
        const limits = { maxResults: Math.min(maxResults, 250), pageToken, version: account.version() }
        const { items, nextPageToken } = pageOf(found, question, limits)
        return {
          kind: 'calendar#calendarList',
          etag: `"${account.version()}"`,
          ...(nextPageToken === undefined ? {} : { nextPageToken }),
          items: items.map(shownCalendar),
        }
      },
    )
    api.get(
      `${base}/users/me/calendarList/:calendarId`,
      { config: may('calendar.calendarlist.readonly'), schema: { params: InCalendar, querystring: Plain } },
      async (request) => {
        const account = world.accountOf(request)
        const { id } = needCalendar(account, request.params.calendarId)
        return shownCalendar(calendarsOf(account).need(id))
      },
    )
    api.post(
      `${base}/freeBusy`,
      { config: may('calendar.freebusy'), schema: { querystring: Plain, body: FreeBusyBody } },
      async (request) => freeBusy(world.accountOf(request), request.body),
    )

    const place = `${base}/calendars/:calendarId/events`
    api.get(place, { config: events, schema: { params: InCalendar, querystring: EventsQuery } }, async (request) => {
      const account = world.accountOf(request)
      return listEvents(account, needCalendar(account, request.params.calendarId), request.query, world.now())
    })
    api.post(
      place,
      { config: events, schema: { params: InCalendar, querystring: WriteQuery, body: EventBody } },
      async (request) => {
        const account = world.accountOf(request)
        const { id: calendarId, data: calendar } = needWritable(account, request.params.calendarId)
        const records = eventsIn(account, calendarId)
        const { id = `event${world.nextId('event')}` } = request.body
        if (!/^[a-v0-9]{5,1024}$/.test(id)) throw invalid('Invalid resource id value.')
        const event = eventOf(account, request.body, calendar.timeZone)
        if (records.get(id, { deleted: true })) {
          throw refused(409, { reason: 'duplicate', message: 'The requested identifier already exists.' })
        }
        const made = records.create(event, id)
        invite(world, account, request, made.id)
        return shownEvent(account, calendarId, made)
      },
    )
    api.post(
      `${place}/watch`,
      { config: events, schema: { params: InCalendar, querystring: EventsQuery, body: ChannelBody } },
      async (request) => {
        const account = world.accountOf(request)
        return openChannel(world, account, needCalendar(account, request.params.calendarId).id, request.body)
      },
    )
    api.post(
      `${base}/channels/stop`,
      { config: events, schema: { querystring: Plain, body: ChannelBody } },
      async (request, reply) => {
        stopChannel(world, world.accountOf(request), request.body)
        return await reply.code(204).send()
      },
    )

    api.get(
      `${place}/:eventId`,
      { config: events, schema: { params: InEvent, querystring: ReadQuery } },
      async (request) => {
        const account = world.accountOf(request)
        const { id } = needCalendar(account, request.params.calendarId)
        // One that was deleted is still shown to whoever knows its id.
        return shownEvent(account, id, eventsIn(account, id).need(request.params.eventId, { deleted: true }))
      },
    )
    for (const method of ['PATCH', 'PUT'] as const) {
      api.route({
        method,
        url: `${place}/:eventId`,
        config: events,
        schema: { params: InEvent, querystring: WriteQuery, body: EventBody },
        handler: async (request) => {
          const { account, calendarId, calendar, records, record } = present(world, request)
          const body = request.body
          const event = eventOf(account, body, calendar.timeZone, method === 'PATCH' ? record.data : undefined)
          if (record.deletedAt !== undefined) {
            if (body.status === undefined || body.status === 'cancelled') throw deleted()
            records.restore(record.id)
          }
          if (event.status === 'cancelled') {
            records.delete(record.id)
          } else {
            const isMoved =
              JSON.stringify([event.start, event.end]) !== JSON.stringify([record.data.start, record.data.end])
            records.update(record.id, () => ({ ...event, sequence: record.data.sequence + (isMoved ? 1 : 0) }))
          }
          invite(world, account, request, record.id)
          return shownEvent(account, calendarId, records.need(record.id, { deleted: true }))
        },
      })
    }
    api.delete(
      `${place}/:eventId`,
      { config: events, schema: { params: InEvent, querystring: DeleteQuery } },
      async (request, reply) => {
        const { account, records, record } = present(world, request)
        if (record.deletedAt !== undefined) throw deleted()
        records.delete(record.id)
        invite(world, account, request, record.id)
        return await reply.code(204).send()
      },
    )
    api.post(
      `${place}/:eventId/move`,
      { config: events, schema: { params: InEvent, querystring: MoveQuery } },
      async (request) => {
        const { account, records, record } = present(world, request)
        const { id: destination } = needWritable(account, request.query.destination)
        if (record.deletedAt !== undefined) throw deleted()
        records.delete(record.id)
        return shownEvent(account, destination, eventsIn(account, destination).create(record.data, record.id))
      },
    )
  },

  actions: (world) => ({
    /** The events of a calendar as they are kept, for a person who works in Google Calendar. */
    events: (calendarId?: string, account = 'sandbox') => {
      const owner = world.account(account)
      return eventsIn(owner, calendarId ?? addressOf(owner))
    },
    /** The calendars of a person, whose own one is the first. */
    calendars: (account = 'sandbox') => calendarsOf(world.account(account)),
    channels: (account = 'sandbox') => channelsOf(world.account(account)),
    /** Lets Google forget every sync token that it gave. */
    forgetSyncTokens: (account = 'sandbox') => forgetSyncTokens(world.account(account)),
    /** Mails that went to attendees, oldest first. */
    mails: (account = 'sandbox') =>
      world
        .account(account)
        .records<{ eventId: string; to: string[] }>('mails')
        .list()
        .map(({ data }) => data),
  }),
})

/**
 * The event that a request is to change.
 * @throws the refusals 404, 403, and 412 where it is not the version that the client knows
 */
function present(world: World, request: FastifyRequest<{ Params: { calendarId: string; eventId: string } }>) {
  const account = world.accountOf(request)
  const { id: calendarId, data: calendar } = needWritable(account, request.params.calendarId)
  const records = eventsIn(account, calendarId)
  const record = records.need(request.params.eventId, { deleted: true })
  const known = request.headers['if-match']
  if (known !== undefined && known !== '*' && known !== etagOf(record)) {
    const where = { locationType: 'header', location: 'If-Match' } as const
    throw refused(412, { reason: 'conditionNotMet', message: 'Precondition Failed', ...where })
  }
  return { account, calendarId, calendar, records, record }
}

const deleted = () => refused(410, { reason: 'deleted', message: 'Resource has been deleted' })

/** Mails the attendees, where the client asked for it. */
function invite(world: World, account: Account, request: FastifyRequest, eventId: string): void {
  const { sendUpdates } = request.query as { sendUpdates?: string }
  if (sendUpdates !== 'all' && sendUpdates !== 'externalOnly') return
  const { calendarId } = request.params as { calendarId: string }
  const { data } = eventsIn(account, needCalendar(account, calendarId).id).need(eventId, { deleted: true })
  const to =
    (data as SandboxEvent).attendees?.flatMap(({ email, self }) => (email === undefined || self ? [] : [email])) ?? []
  if (to.length > 0) account.records('mails').create({ eventId, to }, `mail${world.nextId('mail')}`)
}
