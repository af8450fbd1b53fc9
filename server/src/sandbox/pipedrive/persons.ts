import { type Static, Type } from 'typebox'
import type { Account, Api, Stored, World } from '../emulator.ts'
import { invalid } from './failures.ts'
import {
  checkCustomFields,
  checkOwner,
  type Fields,
  Id,
  listingOf,
  ok,
  pageOf,
  paging,
  recordsOf,
  sandboxUser,
  seconds,
} from './tables.ts'

const Entry = Type.Object({
  value: Type.String({ maxLength: 255 }),
  primary: Type.Optional(Type.Boolean()),
  label: Type.Optional(Type.String()),
})
const fields = {
  name: Type.String({ minLength: 1, maxLength: 255 }),
  owner_id: Type.Optional(Type.Integer()),
  org_id: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  emails: Type.Optional(Type.Array(Entry)),
  phones: Type.Optional(Type.Array(Entry)),
  visible_to: Type.Optional(Type.Enum([1, 3, 5, 7])),
  label_ids: Type.Optional(Type.Array(Type.Integer())),
  marketing_status: Type.Optional(Type.Enum(['no_consent', 'unsubscribed', 'subscribed', 'archived'])),
  custom_fields: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
}
const NewPerson = Type.Object(fields)
const PersonChanges = Type.Object({ ...fields, name: Type.Optional(fields.name) })

/** Read, for `GET`; full, for everything. */
const reading = { sandbox: { scopes: ['contacts:full'] } }

export type Entries = Static<typeof Entry>[]
const entriesOf = (record: Stored<Fields>, name: 'emails' | 'phones'): Entries =>
  (record.data[name] as Entries | undefined) ?? []

export function personRoutes(api: Api, world: World, searchLagMs: number): void {
  const place = '/api/v2/persons'
  api.get(
    place,
    {
      config: reading,
      schema: {
        querystring: listingOf({
          org_id: Type.Optional(Type.Integer()),
          sort_by: Type.Optional(Type.Enum(['id', 'update_time', 'add_time'])),
          include_fields: Type.Optional(Type.String()),
        }),
      },
    },
    async (request) => pageOf(world.accountOf(request), 'persons', request.query, showPerson),
  )

  api.post(place, { config: reading, schema: { body: NewPerson } }, async (request) => {
    const account = world.accountOf(request)
    check(account, request.body)
    return ok(showPerson(recordsOf(account, 'persons').create(normal(request.body))))
  })

  api.get(
    `${place}/search`,
    {
      config: reading,
      schema: {
        querystring: Type.Object({
          ...paging,
          term: Type.String({ minLength: 1 }),
          fields: Type.Optional(Type.String()),
          exact_match: Type.Optional(Type.Boolean()),
          organization_id: Type.Optional(Type.Integer()),
          include_fields: Type.Optional(Type.String()),
        }),
      },
    },
    async (request) => {
      const {
        term,
        fields: where = 'name,email,phone,notes,custom_fields',
        exact_match: exact = false,
        limit = 100,
      } = request.query
      if (term.length < 2 && !exact) throw invalid('term', 'must NOT have fewer than 2 characters')
      const among = new Set(where.split(','))
      const fits = (text: string) => (exact ? text.toLowerCase() === term.toLowerCase() : contains(text, term))
      const found = recordsOf(world.accountOf(request), 'persons').list({
        where: (record) =>
          record.createdAt <= world.now() - searchLagMs &&
          ((among.has('email') && entriesOf(record, 'emails').some(({ value }) => fits(value))) ||
            (among.has('phone') && entriesOf(record, 'phones').some(({ value }) => fits(value))) ||
            (among.has('name') && fits(String(record.data.name)))),
      })
      const items = found.slice(0, limit).map((record) => ({ result_score: 1, item: searched(record) }))
      return ok({ items }, { next_cursor: null })
    },
  )

  const query = Type.Object({
    include_fields: Type.Optional(Type.String()),
    custom_fields: Type.Optional(Type.String()),
  })
  api.get(`${place}/:id`, { config: reading, schema: { params: Id, querystring: query } }, async (request) =>
    ok(showPerson(recordsOf(world.accountOf(request), 'persons').need(request.params.id, { deleted: true }))),
  )

  api.patch(`${place}/:id`, { config: reading, schema: { params: Id, body: PersonChanges } }, async (request) => {
    const account = world.accountOf(request)
    const records = recordsOf(account, 'persons')
    records.need(request.params.id)
    check(account, request.body)
    return ok(showPerson(records.update(request.params.id, (data) => merged(data, normal(request.body)))))
  })

  api.delete(`${place}/:id`, { config: reading, schema: { params: Id } }, async (request) => {
    recordsOf(world.accountOf(request), 'persons').delete(request.params.id)
    return ok({ id: Number(request.params.id) })
  })
}

/** Digits count where digits are looked for, however a phone is written. */
const contains = (text: string, term: string): boolean =>
  text.toLowerCase().includes(term.toLowerCase()) || (/^\d+$/.test(term) && text.replace(/\D/g, '').includes(term))

function check(account: Account, body: Static<typeof PersonChanges>): void {
  checkOwner(body.owner_id)
  checkCustomFields(account, 'person', body.custom_fields)
  for (const name of ['emails', 'phones'] as const) {
    const mains = (body[name] ?? []).filter(({ primary }) => primary)
    if (mains.length > 1) throw invalid(name, 'Only one item can be primary')
  }
}

/** The first of several is the main one where none is said to be. */
function normal(body: Static<typeof PersonChanges>): Fields {
  const lists = (['emails', 'phones'] as const).flatMap((name) => {
    const given = body[name]
    if (given === undefined) return []
    const kept = given.filter(({ value }) => value !== '')
    const isAny = kept.some(({ primary }) => primary)
    return [[name, kept.map((entry, at) => ({ ...entry, primary: isAny ? entry.primary === true : at === 0 }))]]
  })
  return { ...body, ...Object.fromEntries(lists) }
}

export const merged = (data: Fields, changes: Fields): Fields => ({
  ...data,
  ...changes,
  custom_fields: { ...(data.custom_fields as Fields), ...(changes.custom_fields as Fields) },
})

export function showPerson(record: Stored<Fields>) {
  const { data } = record
  const [first, ...last] = String(data.name).split(' ')
  return {
    id: Number(record.id),
    name: data.name,
    first_name: first,
    last_name: last.length === 0 ? null : last.join(' '),
    owner_id: data.owner_id ?? sandboxUser.id,
    org_id: data.org_id ?? null,
    add_time: seconds(record.createdAt),
    update_time: seconds(record.updatedAt),
    emails: data.emails ?? [],
    phones: data.phones ?? [],
    is_deleted: record.deletedAt !== undefined,
    visible_to: data.visible_to ?? 3,
    label_ids: data.label_ids ?? [],
    picture_id: null,
    custom_fields: data.custom_fields ?? {},
  }
}

const searched = (record: Stored<Fields>) => ({
  id: Number(record.id),
  type: 'person',
  name: record.data.name,
  phones: entriesOf(record, 'phones').map(({ value }) => value),
  emails: entriesOf(record, 'emails').map(({ value }) => value),
  visible_to: 3,
  owner: { id: sandboxUser.id },
  organization: null,
  custom_fields: [],
  notes: [],
})
