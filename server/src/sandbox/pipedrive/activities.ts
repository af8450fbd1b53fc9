import { type Static, Type } from 'typebox'
import type { Account, Api, Stored, World } from '../emulator.ts'
import { needPerson } from './deals.ts'
import { invalid, refused } from './failures.ts'
import {
  checkOwner,
  type Fields,
  Id,
  listingOf,
  ok,
  pageOf,
  recordsOf,
  sandboxUser,
  seconds,
  spaced,
} from './tables.ts'

const activityTypes = ['call', 'meeting', 'task', 'deadline', 'email', 'lunch']
const orNull = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) =>
  Type.Optional(Type.Union([schema, Type.Null()]))
const text = Type.Optional(Type.String())
const time = '([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?'
const fields = {
  subject: text,
  type: Type.Optional(Type.String()),
  owner_id: Type.Optional(Type.Integer()),
  deal_id: orNull(Type.Integer()),
  lead_id: orNull(Type.String()),
  // Read-only, since participants say it.
  org_id: orNull(Type.Integer()),
  project_id: orNull(Type.Integer()),
  due_date: orNull(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
  due_time: orNull(Type.String({ pattern: `^(${time})?$` })),
  duration: orNull(Type.String({ pattern: '^(\\d{1,3}:[0-5]\\d(:[0-5]\\d)?)?$' })),
  busy: orNull(Type.Boolean()),
  done: Type.Optional(Type.Boolean()),
  location: orNull(Type.Object({ value: Type.String() })),
  participants: Type.Optional(
    Type.Array(Type.Object({ person_id: Type.Integer(), primary: Type.Optional(Type.Boolean()) })),
  ),
  attendees: Type.Optional(
    Type.Array(
      Type.Object({
        email: Type.String(),
        name: text,
        status: text,
        is_organizer: Type.Optional(Type.Boolean()),
        person_id: orNull(Type.Integer()),
        user_id: orNull(Type.Integer()),
      }),
    ),
  ),
  public_description: text,
  priority: orNull(Type.Integer()),
  note: orNull(Type.String()),
}
const Activity = Type.Object(fields)
const config = { sandbox: { scopes: ['activities:full'] } }

export function activityRoutes(api: Api, world: World): void {
  const place = '/api/v2/activities'
  const querystring = listingOf({
    deal_id: Type.Optional(Type.Integer()),
    lead_id: text,
    person_id: Type.Optional(Type.Integer()),
    org_id: Type.Optional(Type.Integer()),
    done: Type.Optional(Type.Boolean()),
    sort_by: Type.Optional(Type.Enum(['id', 'update_time', 'add_time', 'due_date'])),
    include_fields: Type.Optional(Type.Literal('attendees')),
  })
  api.get(place, { config, schema: { querystring } }, async (request) => {
    const account = world.accountOf(request)
    const { done, person_id: person, sort_by: by, limit = 100, cursor, sort_direction } = request.query
    const show = (record: Stored<Fields>) => showActivity(record, request.query.include_fields === 'attendees')
    const where = ({ data }: Stored<Fields>) =>
      (done === undefined || (data.done ?? false) === done) && (person === undefined || personOf(data) === person)
    if (by !== 'due_date') return pageOf(account, 'activities', request.query, show, where)
    // By day, the cursor being a position, since no record is kept in that order.
    const dayOf = ({ data }: Stored<Fields>) => String(data.due_date ?? '')
    const all = recordsOf(account, 'activities').list({ where })
    all.sort((left, right) => dayOf(left).localeCompare(dayOf(right)) || Number(left.id) - Number(right.id))
    if (sort_direction === 'desc') all.reverse()
    if (cursor !== undefined && !/^at-\d+$/.test(cursor)) throw invalid('cursor', 'Invalid cursor')
    const start = cursor === undefined ? 0 : Number(cursor.slice(3))
    const next = start + limit < all.length ? `at-${start + limit}` : null
    return ok(all.slice(start, start + limit).map(show), { next_cursor: next })
  })

  api.post(place, { config, schema: { body: Activity } }, async (request) => {
    const account = world.accountOf(request)
    check(account, request.body)
    return ok(showActivity(recordsOf(account, 'activities').create(request.body), true))
  })

  api.get(
    `${place}/:id`,
    {
      config,
      schema: { params: Id, querystring: Type.Object({ include_fields: Type.Optional(Type.Literal('attendees')) }) },
    },
    async (request) =>
      ok(showActivity(recordsOf(world.accountOf(request), 'activities').need(request.params.id), true)),
  )

  api.patch(`${place}/:id`, { config, schema: { params: Id, body: Activity } }, async (request) => {
    const account = world.accountOf(request)
    const records = recordsOf(account, 'activities')
    records.need(request.params.id)
    check(account, request.body)
    return ok(showActivity(records.update(request.params.id, request.body), true))
  })

  api.delete(`${place}/:id`, { config, schema: { params: Id } }, async (request) => {
    recordsOf(world.accountOf(request), 'activities').delete(request.params.id)
    return ok({ id: Number(request.params.id) })
  })

  noteRoutes(api, world)
}

function check(
  account: Account,
  { owner_id: owner, type, participants = [], attendees = [] }: Static<typeof Activity>,
): void {
  checkOwner(owner)
  if (type !== undefined && !activityTypes.includes(type)) throw invalid('type', 'Activity type not found')
  for (const { person_id: id } of participants) needPerson(account, id)
  for (const { email } of attendees) if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw invalid('attendees', 'Invalid email')
}

const personOf = (data: Fields): number | null => {
  const people = (data.participants ?? []) as { person_id: number; primary?: boolean }[]
  return (people.find(({ primary }) => primary) ?? people[0])?.person_id ?? null
}

export function showActivity(record: Stored<Fields>, withAttendees: boolean) {
  const { data } = record
  return {
    id: Number(record.id),
    subject: data.subject ?? data.type ?? 'Call',
    type: data.type ?? 'call',
    owner_id: data.owner_id ?? sandboxUser.id,
    creator_user_id: sandboxUser.id,
    is_deleted: record.deletedAt !== undefined,
    add_time: seconds(record.createdAt),
    update_time: seconds(record.updatedAt),
    deal_id: data.deal_id ?? null,
    lead_id: data.lead_id ?? null,
    person_id: personOf(data),
    org_id: data.org_id ?? null,
    project_id: null,
    due_date: data.due_date ?? seconds(record.createdAt).slice(0, 10),
    due_time: data.due_time ?? '',
    duration: data.duration ?? '',
    busy: data.busy ?? null,
    done: data.done ?? false,
    marked_as_done_time: null,
    location: data.location ?? null,
    participants: data.participants ?? [],
    ...(withAttendees ? { attendees: data.attendees ?? [] } : {}),
    public_description: data.public_description ?? '',
    priority: data.priority ?? null,
    note: data.note ?? null,
  }
}

const Note = Type.Object({
  content: Type.String({ minLength: 1, maxLength: 100_000 }),
  lead_id: Type.Optional(Type.String()),
  deal_id: Type.Optional(Type.Integer()),
  person_id: Type.Optional(Type.Integer()),
  org_id: Type.Optional(Type.Integer()),
  user_id: Type.Optional(Type.Integer()),
  add_time: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}$' })),
})

function noteRoutes(api: Api, world: World): void {
  for (const place of ['/v1/notes', '/api/v1/notes']) {
    api.post(place, { config: { sandbox: { scopes: ['contacts:full'] } }, schema: { body: Note } }, async (request) => {
      const account = world.accountOf(request)
      const { content, lead_id: lead, deal_id: deal, person_id: person, org_id: org, add_time: at } = request.body
      if ([lead, deal, person, org].every((id) => id === undefined))
        throw refused(400, 'One of lead_id, deal_id, person_id or org_id is required.')
      if (person !== undefined) needPerson(account, person)
      const made = recordsOf(account, 'notes').create(request.body)
      return ok({
        id: Number(made.id),
        active_flag: true,
        content,
        add_time: at ?? spaced(made.createdAt),
        update_time: spaced(made.updatedAt),
        user_id: sandboxUser.id,
        lead_id: lead ?? null,
        deal_id: deal ?? null,
        person_id: person ?? null,
        org_id: org ?? null,
      })
    })
  }
}
