import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import type { Api, Stored, World } from '../emulator.ts'
import { needPerson } from './deals.ts'
import { refused } from './failures.ts'
import { checkOwner, type Fields, ok, positions, positionsOf, recordsOf, sandboxUser } from './tables.ts'

const orNull = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) =>
  Type.Optional(Type.Union([schema, Type.Null()]))
const Value = Type.Object({ amount: Type.Number(), currency: Type.String({ pattern: '^[A-Z]{3}$' }) })
const fields = {
  title: Type.String({ minLength: 1, maxLength: 255 }),
  owner_id: Type.Optional(Type.Integer()),
  label_ids: Type.Optional(Type.Array(Type.String())),
  person_id: orNull(Type.Integer()),
  organization_id: orNull(Type.Integer()),
  value: orNull(Value),
  expected_close_date: orNull(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
  visible_to: Type.Optional(Type.Enum(['1', '3', '5', '7'])),
  was_seen: Type.Optional(Type.Boolean()),
  channel: orNull(Type.Integer()),
  channel_id: orNull(Type.String()),
}
const NewLead = Type.Object({ ...fields, origin_id: orNull(Type.String()) })
const LeadChanges = Type.Object({
  ...fields,
  title: Type.Optional(fields.title),
  is_archived: Type.Optional(Type.Boolean()),
})
const config = { sandbox: { scopes: ['leads:full'] } }
const ById = Type.Object({ id: Type.String() })

/** Leads, which are in version 1 still, known by UUIDs. */
export function leadRoutes(api: Api, world: World): void {
  for (const place of ['/v1/leads', '/api/v1/leads']) {
    const querystring = Type.Object({
      ...positions,
      archived_status: Type.Optional(Type.Enum(['archived', 'not_archived', 'all'])),
      owner_id: Type.Optional(Type.Integer()),
      person_id: Type.Optional(Type.Integer()),
      organization_id: Type.Optional(Type.Integer()),
      filter_id: Type.Optional(Type.Integer()),
      sort: Type.Optional(Type.String()),
    })
    api.get(place, { config, schema: { querystring } }, async (request) =>
      positionsOf(recordsOf(world.accountOf(request), 'leads').list().map(showLead), request.query),
    )

    api.post(place, { config, schema: { body: NewLead } }, async (request, reply) => {
      const account = world.accountOf(request)
      const { owner_id: owner, person_id: person, organization_id: organization } = request.body
      checkOwner(owner)
      if (!person && !organization) throw refused(400, 'A lead must be linked to a person or an organization.')
      if (person) needPerson(account, person)
      const made = recordsOf(account, 'leads').create(request.body, randomUUID())
      return await reply.code(201).send(ok(showLead(made)))
    })

    api.get(`${place}/:id`, { config, schema: { params: ById } }, async (request) =>
      ok(showLead(recordsOf(world.accountOf(request), 'leads').need(request.params.id))),
    )

    api.patch(`${place}/:id`, { config, schema: { params: ById, body: LeadChanges } }, async (request) => {
      const account = world.accountOf(request)
      checkOwner(request.body.owner_id)
      if (request.body.person_id) needPerson(account, request.body.person_id)
      return ok(showLead(recordsOf(account, 'leads').update(request.params.id, request.body)))
    })
  }
}

export function showLead({ id, data, createdAt, updatedAt }: Stored<Fields>) {
  return {
    id,
    title: data.title,
    owner_id: data.owner_id ?? sandboxUser.id,
    creator_id: sandboxUser.id,
    label_ids: data.label_ids ?? [],
    person_id: data.person_id ?? null,
    organization_id: data.organization_id ?? null,
    source_name: 'API',
    origin: 'API',
    origin_id: null,
    is_archived: data.is_archived ?? false,
    was_seen: data.was_seen ?? false,
    value: data.value ?? null,
    expected_close_date: data.expected_close_date ?? null,
    next_activity_id: null,
    add_time: new Date(createdAt).toISOString(),
    update_time: new Date(updatedAt).toISOString(),
    visible_to: data.visible_to ?? '3',
    cc_email: 'sandbox@pipedrivemail.com',
  }
}
