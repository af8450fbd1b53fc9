import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type Api, defineEmulator, type World } from '../emulator.ts'
import { callOff, eventRoutes, schedule } from './events.ts'
import { invalid, refuse, refused } from './failures.ts'
import { paginationOf, paging } from './paging.ts'
import {
  base,
  eventTypes,
  guestsOf,
  guestUri,
  meetingsOf,
  openTimes,
  organizationUri,
  showType,
  showUser,
  subscriptionsOf,
  timeText,
  typeUri,
  userUri,
} from './records.ts'
import { webhookRoutes } from './webhooks.ts'

export const sandboxToken = 'sandbox-calendly-token'
export const sandboxEventType = `${base}/event_types/${eventTypes[0]!.id}`

const isBooking = ({ method, url }: FastifyRequest): boolean => method === 'POST' && /\/invitees(\?|$)/.test(url)
const dayMs = 86_400_000

const headers = ({
  limit,
  remaining,
  resetsInSeconds,
}: {
  limit: number
  remaining: number
  resetsInSeconds: number
}) => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(resetsInSeconds),
})

/** Calendly as the connector meets it: event types, times, the scheduling API, and the webhooks that tell of invitees. */
export const calendly = defineEmulator({
  id: 'calendly',
  name: 'Calendly',
  hosts: ['api.calendly.com', 'auth.calendly.com'],
  keys: { [sandboxToken]: 'sandbox' },
  refuse,
  oauth: {
    authorizePath: '/oauth/authorize',
    tokenPath: '/oauth/token',
    revokePath: '/oauth/revoke',
    scopes: [
      ...['users:read', 'organizations:read', 'event_types:read', 'availability:read'],
      ...['scheduled_events:read', 'scheduled_events:write', 'webhooks:read', 'webhooks:write'],
    ],
    pkce: 'required',
    clientAuth: 'either',
    accessTokenSeconds: 7_200,
    refreshToken: 'rotates',
    tokenFields: ({ account }) => ({
      owner: `${base}/users/USER-${account}`,
      organization: `${base}/organizations/ORG-${account}`,
    }),
  },
  rateLimits: [
    { name: 'user', requests: 500, perMs: 60_000, headers },
    { name: 'bookings', requests: 10, perMs: 60_000, counts: isBooking, headers },
  ],

  routes(api, world) {
    accountRoutes(api, world)
    eventRoutes(api, world)
    webhookRoutes(api, world)
  },

  actions: (world) => ({
    events: (account = 'sandbox') => meetingsOf(world.account(account)),
    subscriptions: (account = 'sandbox') => subscriptionsOf(world.account(account)),
    /** Puts the account on another plan. */
    plan: (name: 'free' | 'standard', account = 'sandbox') => {
      world.account(account).values.plan = name
    },
    /** Somebody books on Calendly's own page. Answers the event's id. */
    book: (wish: { name: string; email: string; at: Date }, account = 'sandbox'): string => {
      const { name, email, at } = wish
      const given = { eventTypeId: eventTypes[0]!.id, at: at.getTime(), invitee: { name, email, timezone: 'UTC' } }
      return schedule(world, world.account(account), given).meeting.id
    },
    /** Somebody moves it there: another event takes the place of the first. Answers its id. */
    reschedule: (eventId: string, at: Date, account = 'sandbox'): string => {
      const place = world.account(account)
      const before = guestsOf(place).find(({ data }) => data.eventId === eventId)
      if (!before) throw new TypeError(`Nobody is invited to ${eventId}`)
      const { name, email, timezone } = before.data
      const invitee = { name, email, timezone, oldInvitee: guestUri(eventId, before.id) }
      const { meeting, guest } = schedule(world, place, { eventTypeId: eventTypes[0]!.id, at: at.getTime(), invitee })
      callOff(world, place, eventId, null, guestUri(meeting.id, guest.id))
      return meeting.id
    },
    cancel: (eventId: string, account = 'sandbox') => callOff(world, world.account(account), eventId, 'Ill'),
  }),
})

function accountRoutes(api: Api, world: World): void {
  const scoped = (...scopes: string[]) => ({ sandbox: { scopes } })
  const text = () => Type.Optional(Type.String())

  api.get('/users/me', { config: scoped('users:read') }, async (request) => ({
    resource: showUser(world.accountOf(request)),
  }))

  const types = { config: scoped('event_types:read') }
  api.get(
    '/event_types',
    {
      ...types,
      schema: {
        querystring: Type.Object({
          ...{ user: text(), organization: text(), active: Type.Optional(Type.Boolean()), ...paging },
        }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const { user, organization, count = 20, page_token: token = '0' } = request.query
      if (user === undefined && organization === undefined) throw invalid('user', "can't be blank")
      if (
        (user ?? userUri(account)) !== userUri(account) ||
        (organization ?? organizationUri(account)) !== organizationUri(account)
      )
        throw refused(403, 'Permission Denied', 'You do not have permission to access this resource.')
      if (!/^\d{1,4}$/.test(token)) throw invalid('page_token', 'is invalid')
      const end = Number(token) + count
      const found = eventTypes.slice(Number(token), end)
      const next = end < eventTypes.length ? String(end) : undefined
      return {
        collection: found.map((one) => showType(account, one)),
        pagination: paginationOf(found.length, next, request.url),
      }
    },
  )

  api.get('/event_types/:id', { ...types, schema: { params: Type.Object({ id: Type.String() }) } }, async (request) => {
    const found = eventTypes.find(({ id }) => id === request.params.id)
    if (!found) throw refused(404, 'Resource Not Found', 'The server could not find the requested resource.')
    return { resource: showType(world.accountOf(request), found) }
  })

  const Range = { start_time: Type.String({ format: 'date-time' }), end_time: Type.String({ format: 'date-time' }) }
  const rangeOf = ({ start_time: start, end_time: end }: { start_time: string; end_time: string }, days: number) => {
    const [from, to] = [Date.parse(start), Date.parse(end)]
    if (to <= from) throw invalid('end_time', 'must be after start_time')
    if (to - from > days * dayMs) throw invalid('end_time', `Date range can be no greater than ${days} days`)
    return { from, to }
  }
  const available = { config: scoped('availability:read') }

  api.get(
    '/event_type_available_times',
    { ...available, schema: { querystring: Type.Object({ event_type: Type.String(), ...Range }) } },
    async (request) => {
      const { from, to } = rangeOf(request.query, 31)
      if (from <= world.now()) throw invalid('start_time', 'must be in the future')
      const type = eventTypes.find(({ id }) => typeUri(id) === request.query.event_type)
      if (!type) throw refused(404, 'Resource Not Found', 'The server could not find the requested resource.')
      const account = world.accountOf(request)
      return {
        collection: openTimes(account, type.minutes, from, to).map((at) => ({
          ...{ status: 'available', invitees_remaining: 1, start_time: timeText(at) },
          scheduling_url: `https://calendly.com/${account.name}/${type.slug}/${new Date(at).toISOString()}`,
        })),
      }
    },
  )

  api.get(
    '/user_busy_times',
    { ...available, schema: { querystring: Type.Object({ user: Type.String(), ...Range }) } },
    async (request) => {
      const { from, to } = rangeOf(request.query, 7)
      const account = world.accountOf(request)
      if (request.query.user !== userUri(account))
        throw refused(403, 'Permission Denied', 'This user is not in your organization')
      const taken = meetingsOf(account).list({
        where: ({ data }) => data.status === 'active' && Date.parse(data.start) < to && Date.parse(data.end) > from,
      })
      return {
        collection: taken.map(({ id, data }) => ({
          ...{ type: 'calendly', start_time: data.start, end_time: data.end },
          ...{ buffered_start_time: data.start, buffered_end_time: data.end },
          event: { uri: `${base}/scheduled_events/${id}` },
        })),
      }
    },
  )
}
