import { Type } from 'typebox'
import type { Account, Api, World } from '../emulator.ts'
import { invalid, refused } from './failures.ts'
import { pageOf, paging } from './paging.ts'
import {
  eventTypes,
  type Guest,
  guestsOf,
  meetingsOf,
  newUuid,
  openTimes,
  organizationUri,
  showGuest,
  showMeeting,
  timeText,
  typeUri,
  userUri,
} from './records.ts'
import { tell } from './webhooks.ts'

const scoped = (...scopes: string[]) => ({ sandbox: { scopes } })
const text = () => Type.Optional(Type.String())
const params = Type.Object({ id: Type.String() })

const NewInvitee = Type.Object({
  event_type: Type.String(),
  start_time: Type.String({ format: 'date-time' }),
  invitee: Type.Object({
    ...{ name: text(), first_name: text(), last_name: text(), text_reminder_number: text() },
    email: Type.String({ format: 'email' }),
    timezone: Type.String({ minLength: 1 }),
  }),
  location: Type.Optional(Type.Object({ kind: Type.String(), location: text() })),
  questions_and_answers: Type.Optional(
    Type.Array(Type.Object({ question: Type.String(), answer: Type.String(), position: Type.Integer() })),
  ),
  event_guests: Type.Optional(Type.Array(Type.String({ format: 'email' }), { maxItems: 10 })),
  tracking: Type.Optional(Type.Record(Type.String(), Type.String())),
})

type Wish = {
  eventTypeId: string
  at: number
  invitee: Pick<Guest, 'name' | 'email' | 'timezone'> & Partial<Guest>
  location?: object | undefined
  guests?: string[] | undefined
}

/** Books, as the scheduling API and Calendly's own pages do. */
export function schedule(world: World, account: Account, { eventTypeId, at, invitee, location, guests = [] }: Wish) {
  const type = eventTypes.find(({ id }) => id === eventTypeId)
  if (!type) throw refused(404, 'Resource Not Found', 'The server could not find the requested resource.')
  const meeting = meetingsOf(account).create(
    {
      ...{ name: type.name, start: timeText(at), end: timeText(at + type.minutes * 60_000), status: 'active' },
      ...{ eventType: typeUri(type.id), location: location ?? null, guests, reason: null },
    },
    newUuid(world, 'EVENT'),
  )
  const nothing = { firstName: null, lastName: null, oldInvitee: null, newInvitee: null, reason: null }
  const guest = guestsOf(account).create(
    {
      ...nothing,
      ...{ status: 'active', rescheduled: false, questions: [], tracking: {}, eventId: meeting.id },
      ...invitee,
    },
    newUuid(world, 'INVITEE'),
  )
  tell(world, account, 'invitee.created', guest)
  return { meeting, guest }
}

/** Calls an event off, and tells of each of its invitees. */
export function callOff(world: World, account: Account, eventId: string, reason: string | null, newInvitee?: string) {
  const guests = guestsOf(account)
  meetingsOf(account).update(eventId, { status: 'canceled', reason })
  for (const { id } of guests.list({ where: ({ data }) => data.eventId === eventId && data.status === 'active' })) {
    const moved = newInvitee === undefined ? {} : { rescheduled: true, newInvitee }
    tell(world, account, 'invitee.canceled', guests.update(id, { status: 'canceled', reason, ...moved }))
  }
}

export function eventRoutes(api: Api, world: World): void {
  api.post(
    '/invitees',
    { config: scoped('scheduled_events:write'), schema: { body: NewInvitee } },
    async (request, reply) => {
      const account = world.accountOf(request)
      const { event_type: eventType, start_time: start, invitee, location, event_guests: guests } = request.body
      if (account.values.plan === 'free')
        throw refused(403, 'Permission Denied', 'Please upgrade your Calendly account to Standard')
      const { first_name: firstName = null, last_name: lastName = null, email, timezone } = invitee
      const name = invitee.name ?? ([firstName, lastName].filter((part) => part !== null).join(' ') || undefined)
      if (name === undefined) throw invalid('invitee.name', "can't be blank")
      const type = eventTypes.find(({ id }) => typeUri(id) === eventType)
      if (!type) throw refused(404, 'Resource Not Found', 'The server could not find the requested resource.')
      const at = Date.parse(start)
      if (at <= world.now()) throw invalid('start_time', 'must be in the future')
      if (openTimes(account, type.minutes, at, at + 1)[0] !== at)
        throw refused(409, 'Conflict', 'The requested time is no longer available.')
      const { guest } = schedule(world, account, {
        ...{ eventTypeId: type.id, at, location, guests },
        invitee: {
          ...{ name, firstName, lastName, email, timezone },
          ...{ questions: request.body.questions_and_answers ?? [], tracking: request.body.tracking ?? {} },
        },
      })
      return await reply.code(201).send({ resource: showGuest(guest) })
    },
  )

  const read = { config: scoped('scheduled_events:read') }
  api.get(
    '/scheduled_events',
    {
      ...read,
      schema: {
        querystring: Type.Object({
          ...{ user: text(), organization: text(), invitee_email: text() },
          ...{ min_start_time: text(), max_start_time: text(), ...paging },
          status: Type.Optional(Type.Enum(['active', 'canceled'])),
        }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const {
        user,
        organization,
        invitee_email: email,
        status,
        min_start_time: min,
        max_start_time: max,
      } = request.query
      if (user === undefined && organization === undefined) throw invalid('user', "can't be blank")
      if (
        (user ?? userUri(account)) !== userUri(account) ||
        (organization ?? organizationUri(account)) !== organizationUri(account)
      )
        throw refused(403, 'Permission Denied', 'You do not have permission to access this resource.')
      const invited = new Set(
        guestsOf(account)
          .list({ where: ({ data }) => data.email === email })
          .map(({ data }) => data.eventId),
      )
      const where = ({ id, data }: { id: string; data: { status: string; start: string } }) =>
        (status === undefined || data.status === status) &&
        (email === undefined || invited.has(id)) &&
        (min === undefined || Date.parse(data.start) >= Date.parse(min)) &&
        (max === undefined || Date.parse(data.start) < Date.parse(max))
      return pageOf(meetingsOf(account), { where }, request.query, request.url, (one) => showMeeting(account, one))
    },
  )

  api.get('/scheduled_events/:id', { ...read, schema: { params } }, async (request) => {
    const account = world.accountOf(request)
    return { resource: showMeeting(account, meetingsOf(account).need(request.params.id)) }
  })

  api.get(
    '/scheduled_events/:id/invitees',
    { ...read, schema: { params, querystring: Type.Object({ ...paging, status: text(), email: text() }) } },
    async (request) => {
      const account = world.accountOf(request)
      const { id } = meetingsOf(account).need(request.params.id)
      const where = ({ data }: { data: Guest }) => data.eventId === id
      return pageOf(guestsOf(account), { where }, request.query, request.url, showGuest)
    },
  )

  api.post(
    '/scheduled_events/:id/cancellation',
    {
      config: scoped('scheduled_events:write'),
      schema: { params, body: Type.Object({ reason: Type.Optional(Type.String({ maxLength: 10_000 })) }) },
    },
    async (request, reply) => {
      const account = world.accountOf(request)
      const { id, data } = meetingsOf(account).need(request.params.id)
      if (data.status === 'canceled') throw refused(403, 'Permission Denied', 'Event is already canceled')
      if (Date.parse(data.start) <= world.now()) throw refused(403, 'Permission Denied', 'Event in the past')
      callOff(world, account, id, request.body.reason ?? null)
      const resource = { canceled_by: 'Sandbox User', reason: request.body.reason ?? null, canceler_type: 'host' }
      return await reply.code(201).send({ resource })
    },
  )
}
