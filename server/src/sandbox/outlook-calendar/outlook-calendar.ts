import type { FastifyRequest } from 'fastify'
import { type Account, defineEmulator, RefusalError } from '../emulator.ts'
import { badRequest, refuse, refused, throttled } from './answers.ts'
import { addressOf, calendarsOf, needCalendar, needWritable, shownCalendar } from './calendars.ts'
import { eventFrom, eventsIn, needEvent, occurrencesOf, typePrefix } from './events.ts'
import { changesIn, forgetSyncStates, listEvents, pageOf, viewCalendar } from './lists.ts'
import { preferencesOf } from './preferences.ts'
import { scheduleOf } from './schedule.ts'
import {
  ById,
  CalendarsQuery,
  CancelBody,
  DeltaQuery,
  EventBody,
  EventsQuery,
  InCalendar,
  Nothing,
  ReadQuery,
  ScheduleBody,
  SubscriptionBody,
  SubscriptionChanges,
  ViewQuery,
} from './schemas.ts'
import { etagOf, shaped, shownEvent } from './shown.ts'
import { announce, endOf, shownSubscription, subscribe, subscriptionsOf, tellLifecycle } from './subscriptions.ts'
import { type Mail, mail, remove, twinOf } from './writes.ts'

const base = '/v1.0'
const permission = 'Calendars.ReadWrite'
/** https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits */
const atATime = 4

/** The calendars of Microsoft Graph as the hub meets them: events, views with deltas, free and busy times, change notifications. */
export const outlookCalendar = defineEmulator({
  id: 'outlook-calendar',
  name: 'Microsoft',
  hosts: ['graph.microsoft.com', 'login.microsoftonline.com/common'],
  oauth: {
    authorizePath: '/common/oauth2/v2.0/authorize',
    tokenPath: '/common/oauth2/v2.0/token',
    scopes: ['offline_access', permission],
    pkce: 'optional',
    clientAuth: 'body',
    accessTokenSeconds: 3_599,
    refreshTokenSeconds: 90 * 86_400,
    refreshToken: 'rotates',
    extraParameters: ['response_mode'],
    tokenFields: () => ({ ext_expires_in: 3_599 }),
    tokenError: ({ status, error, description }) => ({
      status,
      body: { error, error_description: `AADSTS70000: ${description}`, error_codes: [70_000], trace_id: 'sandbox' },
    }),
  },
  rateLimits: [{ name: 'MailboxRequests', requests: 10_000, perMs: 600_000 }],
  refuse,

  setup(world) {
    world.onChange('*', (account, change) => {
      if (change.type.startsWith(typePrefix)) announce(world, account, change.type.slice(typePrefix.length), change)
    })
  },

  routes(api, world) {
    const allowed = { sandbox: { scopes: [permission] } }
    const underway = new Map<string, number>()

    // The account is known by now.
    api.addHook('preValidation', async (request, reply) => {
      if (request.routeOptions.config.sandbox?.public) return
      const { name, values } = world.accountOf(request)
      const others = Number(values.occupied ?? 0)
      const count = underway.get(name) ?? 0
      if (count + others >= atATime) throw new RefusalError(throttled(1, 'MailboxConcurrency'))
      underway.set(name, count + 1)
      reply.raw.once('close', () => underway.set(name, (underway.get(name) ?? 1) - 1))
    })

    api.get(`${base}/me`, { config: allowed, schema: { querystring: ReadQuery } }, async (request) => {
      const account = world.accountOf(request)
      const address = addressOf(account)
      return shaped(
        { id: account.name, displayName: account.name, mail: address, userPrincipalName: address },
        request.query,
      )
    })
    api.get(`${base}/me/calendars`, { config: allowed, schema: { querystring: CalendarsQuery } }, async (request) => {
      const account = world.accountOf(request)
      const { items, more } = pageOf(calendarsOf(account).list(), '/me/calendars', request.query)
      return { value: items.map((calendar) => shaped(shownCalendar(account, calendar), request.query)), ...more }
    })

    for (const place of ['/me/calendar', '/me/calendars/:calendarId', '/me'] as const) {
      const schema = { params: InCalendar }
      const of = (request: FastifyRequest, path: string) => {
        const { calendarId: given } = request.params as InCalendarParams
        const account = world.accountOf(request)
        const { id: calendarId } = needCalendar(account, given)
        const own = place.replace(':calendarId', encodeURIComponent(given ?? ''))
        return { account, calendarId, path: `${own}${path}`, preferences: preferencesOf(request) }
      }
      if (place !== '/me') {
        api.get(
          `${base}${place}`,
          { config: allowed, schema: { ...schema, querystring: ReadQuery } },
          async (request) => {
            const account = world.accountOf(request)
            const { id } = needCalendar(account, request.params.calendarId)
            return shaped(shownCalendar(account, calendarsOf(account).need(id)), request.query)
          },
        )
      }
      api.get(
        `${base}${place}/events`,
        { config: allowed, schema: { ...schema, querystring: EventsQuery } },
        async (request) => listEvents(of(request, '/events'), request.query),
      )
      api.get(
        `${base}${place}/calendarView`,
        { config: allowed, schema: { ...schema, querystring: ViewQuery } },
        async (request) => viewCalendar(of(request, '/calendarView'), request.query),
      )
      api.get(
        `${base}${place}/calendarView/delta`,
        { config: allowed, schema: { ...schema, querystring: DeltaQuery } },
        async (request) => changesIn(of(request, '/calendarView/delta'), request.query),
      )
      api.post(
        `${base}${place}/events`,
        { config: allowed, schema: { ...schema, querystring: Nothing, body: EventBody } },
        async (request, reply) => {
          const account = world.accountOf(request)
          const { id: calendarId } = needWritable(account, request.params.calendarId)
          const preferences = preferencesOf(request)
          const twin = twinOf(account, request.body)
          if (twin) return await reply.code(201).send(shownEvent(account, twin, preferences))
          const event = { ...eventFrom(account, request.body), fingerprint: JSON.stringify(request.body) }
          const record = eventsIn(account, calendarId).create(event, world.nextId('event'))
          mail(world, account, record.id, event, 'invitation')
          return await reply.code(201).send(shownEvent(account, record, preferences))
        },
      )
    }
    api.post(
      `${base}/me/calendar/getSchedule`,
      { config: allowed, schema: { querystring: Nothing, body: ScheduleBody } },
      async (request) => {
        calendarsOf(world.accountOf(request))
        return scheduleOf(world, request.body, preferencesOf(request))
      },
    )

    const event = `${base}/me/events/:id`
    api.get(event, { config: allowed, schema: { params: ById, querystring: ReadQuery } }, async (request) => {
      const account = world.accountOf(request)
      const { record, day } = needEvent(account, request.params.id)
      const at =
        day === undefined
          ? undefined
          : occurrencesOf(record, 0, Date.parse(`${day}T00:00:00Z`) + 2 * 86_400_000).find((one) => one.day === day)
      return shaped(shownEvent(account, record, preferencesOf(request), at), request.query, record)
    })
    api.patch(
      event,
      { config: allowed, schema: { params: ById, querystring: Nothing, body: EventBody } },
      async (request) => {
        const account = world.accountOf(request)
        const { calendarId, records, record, day } = needEvent(account, request.params.id)
        needWritable(account, calendarId)
        const known = request.headers['if-match']
        if (known !== undefined && known !== '*' && known !== etagOf(record))
          throw refused(
            412,
            'ErrorIrresolvableConflict',
            'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
          )
        if (day !== undefined)
          throw badRequest('The sandbox changes no single occurrence of a series.', 'ErrorInvalidRequest')
        const changed = records.update(record.id, () => eventFrom(account, request.body, record.data))
        mail(world, account, record.id, changed.data, 'update')
        return shownEvent(account, changed, preferencesOf(request))
      },
    )
    api.delete(event, { config: allowed, schema: { params: ById, querystring: Nothing } }, async (request, reply) => {
      remove(world, world.accountOf(request), request.params.id)
      return await reply.code(204).send()
    })
    api.post(
      `${event}/cancel`,
      { config: allowed, schema: { params: ById, querystring: Nothing, body: CancelBody } },
      async (request, reply) => {
        const account = world.accountOf(request)
        const { record } = needEvent(account, request.params.id)
        if (record.data.attendees.length === 0)
          throw badRequest('You can only cancel a meeting.', 'ErrorInvalidRequest')
        remove(world, account, request.params.id, request.body.comment ?? undefined)
        return await reply.code(202).send()
      },
    )

    const subscriptions = `${base}/subscriptions`
    const one = `${subscriptions}/:id`
    api.get(subscriptions, { config: allowed, schema: { querystring: Nothing } }, async (request) => ({
      value: subscriptionsOf(world.accountOf(request)).list().filter(isLive).map(shownSubscription),
    }))
    api.post(
      subscriptions,
      { config: allowed, schema: { querystring: Nothing, body: SubscriptionBody } },
      async (request, reply) =>
        await reply.code(201).send(await subscribe(world, world.accountOf(request), request.body)),
    )
    api.patch(
      one,
      { config: allowed, schema: { params: ById, querystring: Nothing, body: SubscriptionChanges } },
      async (request) => {
        const account = world.accountOf(request)
        needLive(account, request.params.id)
        const expiresAt = endOf(world, request.body.expirationDateTime)
        return shownSubscription(subscriptionsOf(account).update(request.params.id, { expiresAt }))
      },
    )
    api.delete(one, { config: allowed, schema: { params: ById, querystring: Nothing } }, async (request, reply) => {
      const account = world.accountOf(request)
      needLive(account, request.params.id)
      subscriptionsOf(account).delete(request.params.id)
      return await reply.code(204).send()
    })

    const isLive = ({ data }: { data: { expiresAt: number } }) => data.expiresAt > world.now()
    const needLive = (account: Account, id: string) => {
      const found = subscriptionsOf(account).get(id)
      if (!found || !isLive(found)) throw refused(404, 'ResourceNotFound', 'The object was not found.')
    }
  },

  actions: (world) => ({
    /** The events of a calendar as they are kept, for a person who works in Outlook. */
    events: (calendarId?: string, account = 'sandbox') => {
      const owner = world.account(account)
      return eventsIn(owner, needCalendar(owner, calendarId).id)
    },
    calendars: (account = 'sandbox') => calendarsOf(world.account(account)),
    subscriptions: (account = 'sandbox') => subscriptionsOf(world.account(account)),
    /** Tells of what becomes of a subscription: `reauthorizationRequired`, `subscriptionRemoved`, `missed`. */
    lifecycle: (id: string, event: string, account = 'sandbox') =>
      tellLifecycle(world, world.account(account), id, event),
    /** Lets Graph forget every link of changes that it gave. */
    forgetSyncStates: (account = 'sandbox') => forgetSyncStates(world.account(account)),
    /** So many requests to the mailbox are under way from elsewhere. */
    occupy: (requests: number, account = 'sandbox') => {
      world.account(account).values.occupied = requests
    },
    /** Mails that went to attendees, oldest first. */
    mails: (account = 'sandbox') =>
      world
        .account(account)
        .records<Mail>('mails')
        .list()
        .map(({ data }) => data),
  }),
})

type InCalendarParams = { calendarId?: string }
