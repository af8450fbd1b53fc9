import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import type { Account, Api, World } from '../emulator.ts'
import { refused } from './failures.ts'

/** By whose clocks the user of every account works: weekdays from 9 to 17. */
export const timezone = 'America/New_York'

export const text = () => Type.Optional(Type.String())
export const needs = (...scopes: string[]) => ({ sandbox: { scopes } })
/** The one version of an endpoint that this stands in for. */
export const versioned = (version: string) => Type.Object({ 'cal-api-version': Type.Literal(version) })

/** Event types of every account. */
export const eventTypes = [
  { id: 101, title: 'Consultation', slug: 'consultation', lengthInMinutes: 60, options: [30, 60], hidden: false },
  { id: 102, title: 'Intro', slug: 'intro', lengthInMinutes: 15, options: undefined, hidden: false },
  { id: 103, title: 'Board', slug: 'board', lengthInMinutes: 45, options: undefined, hidden: true },
] as const
export type EventType = (typeof eventTypes)[number]

/** @throws the refusal for an event type that is not there */
export function eventTypeOf(id: number): EventType {
  const found = eventTypes.find((one) => one.id === id)
  if (!found) throw refused(404, `Event type with id=${id} does not exist.`)
  return found
}

export const userOf = ({ name }: Account) => ({
  id: Number.parseInt(createHash('sha256').update(name).digest('hex').slice(0, 7), 16),
  username: name,
  email: `${name}@sandbox.example`,
  name: `User ${name}`,
  timeZone: timezone,
})

/** Who it is, and what can be booked. */
export function userRoutes(api: Api, world: World): void {
  api.get('/v2/me', { config: needs('PROFILE_READ') }, async (request) => ({
    status: 'success',
    data: {
      ...userOf(world.accountOf(request)),
      ...{
        avatarUrl: null,
        bio: null,
        timeFormat: 12,
        defaultScheduleId: 1,
        weekStart: 'Sunday',
        organizationId: null,
      },
    },
  }))

  const headers = versioned('2024-06-14')
  api.get(
    '/v2/event-types',
    {
      config: needs('EVENT_TYPE_READ'),
      schema: {
        headers,
        querystring: Type.Object({
          ...{ username: text(), eventSlug: text(), usernames: text(), orgSlug: text() },
          orgId: Type.Optional(Type.Number()),
          sortCreatedAt: Type.Optional(Type.Enum(['asc', 'desc'])),
        }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const { username, eventSlug } = request.query
      if (eventSlug !== undefined && username === undefined) throw refused(400, 'username is required with eventSlug')
      const isOwn = username === undefined || username === userOf(account).username
      const found = eventTypes.filter(({ slug }) => isOwn && (eventSlug === undefined || slug === eventSlug))
      return { status: 'success', data: found.map((one) => shownEventType(account, one)) }
    },
  )

  api.get(
    '/v2/event-types/:id',
    { config: needs('EVENT_TYPE_READ'), schema: { headers, params: Type.Object({ id: Type.String() }) } },
    async (request) => ({
      status: 'success',
      data: shownEventType(world.accountOf(request), eventTypeOf(Number(request.params.id))),
    }),
  )
}

const shownEventType = (account: Account, { options, ...eventType }: EventType) => ({
  ...eventType,
  ...(options ? { lengthInMinutesOptions: options } : {}),
  description: '',
  locations: [{ type: 'integration', integration: 'cal-video' }, ...(options ? [{ type: 'attendeeDefined' }] : [])],
  ...{ bookingFields: [], disableGuests: false, recurrence: null, metadata: {}, price: 0, currency: 'usd' },
  ...{ lockTimeZoneToggleOnBookingPage: false, forwardParamsSuccessRedirect: null, successRedirectUrl: null },
  ...{ isInstantEvent: false, scheduleId: null, bookingRequiresAuthentication: false },
  ...{ ownerId: userOf(account).id, users: [], bookingUrl: `https://cal.com/${account.name}/${eventType.slug}` },
})
