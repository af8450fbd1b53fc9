import { type Static, Type } from 'typebox'
import { type Account, type Api, FailureError, type Stored, type World } from '../emulator.ts'
import { refused } from './failures.ts'
import { accountIn, ById, contactsVersion, locationIdOf, needs, newGhlId } from './location.ts'

const text = () => Type.Optional(Type.String())
const nullable = () => Type.Optional(Type.Union([Type.String(), Type.Null()]))
const CustomFields = Type.Optional(
  Type.Array(
    Type.Object({
      id: Type.String(),
      key: text(),
      field_value: Type.Union([
        Type.String(),
        Type.Array(Type.String()),
        Type.Object({}, { additionalProperties: true }),
      ]),
    }),
  ),
)
const fields = {
  firstName: nullable(),
  lastName: nullable(),
  name: nullable(),
  email: nullable(),
  phone: nullable(),
  address1: nullable(),
  city: nullable(),
  state: nullable(),
  postalCode: text(),
  website: nullable(),
  timezone: nullable(),
  dnd: Type.Optional(Type.Boolean()),
  tags: Type.Optional(Type.Array(Type.String())),
  customFields: CustomFields,
  source: nullable(),
  country: text(),
  companyName: nullable(),
  assignedTo: text(),
}
const { companyName: _, ...withoutCompany } = fields
const Fields = Type.Object(fields)
type Fields = Static<typeof Fields>
const NewContact = Type.Object({ ...fields, locationId: Type.String() })
// The specification leaves the company out of changes; GoHighLevel takes it all the same.
const ChangedContact = Type.Object({ ...withoutCompany, companyName: nullable() })

type CustomValue = { id: string; value: string | string[] | object }
/** A contact as it is kept. */
export type Contact = {
  [name in Exclude<keyof Fields, 'customFields' | 'tags' | 'dnd' | 'name'>]?: string
} & { tags: string[]; customFields: CustomValue[]; dnd: boolean }

export type CustomField = { name: string; fieldKey: string; dataType: string; model: string; picklistOptions: string[] }

export const contactsOf = (account: Account) => account.records<Contact>('contact')
export const customFieldsOf = (account: Account) => account.records<CustomField>('customField')

/** Contacts with their notes, tasks, tags and workflows. */
export function contactRoutes(api: Api, world: World): void {
  const headers = contactsVersion
  const write = needs('contacts.write')
  const read = needs('contacts.readonly')
  const need = (account: Account, id: string) => contactsOf(account).need(id)

  api.post('/contacts/', { config: write, schema: { headers, body: NewContact } }, async (request, reply) => {
    const { locationId, ...given } = request.body
    const account = accountIn(world, request, locationId)
    const made = createContact(world, account, given)
    return await reply.code(201).send({ contact: shown(account, made) })
  })

  api.post(
    '/contacts/upsert',
    {
      config: write,
      schema: {
        headers,
        body: Type.Object({
          ...NewContact.properties,
          createNewIfDuplicateAllowed: Type.Optional(Type.Boolean()),
        }),
      },
    },
    async (request) => {
      const { locationId, createNewIfDuplicateAllowed: _unused, ...given } = request.body
      const account = accountIn(world, request, locationId)
      const { twin } = twinOf(account, checked(account, given))
      const contact = twin ? updateContact(account, twin, given) : createContact(world, account, given)
      return { new: twin === undefined, contact: shown(account, contact), traceId: crypto.randomUUID() }
    },
  )

  api.get(
    '/contacts/search/duplicate',
    {
      config: read,
      schema: {
        headers,
        querystring: Type.Object({ locationId: Type.String(), number: text(), email: text() }),
      },
    },
    async (request) => {
      const { locationId, number, email } = request.query
      const account = accountIn(world, request, locationId)
      if (number === undefined && email === undefined) throw refused(400, 'email or number is required')
      const { twin } = twinOf(account, { email: email?.toLowerCase(), phone: number && phoneOf(number) })
      return { contact: twin ? shown(account, twin) : null, traceId: crypto.randomUUID() }
    },
  )

  const Range = Type.Object({ gt: text(), gte: text(), lt: text(), lte: text() })
  api.post(
    '/contacts/search',
    {
      config: read,
      schema: {
        headers,
        body: Type.Object({
          locationId: Type.String(),
          pageLimit: Type.Integer({ minimum: 1, maximum: 500 }),
          page: Type.Optional(Type.Integer({ minimum: 1 })),
          searchAfter: Type.Optional(
            Type.Array(Type.Union([Type.Number(), Type.String()]), { minItems: 2, maxItems: 2 }),
          ),
          query: text(),
          filters: Type.Optional(
            Type.Array(
              Type.Object({
                field: Type.Enum(['dateUpdated', 'dateAdded']),
                operator: Type.Literal('range'),
                value: Range,
              }),
            ),
          ),
          sort: Type.Optional(
            Type.Array(
              Type.Object({ field: Type.Enum(['dateUpdated', 'dateAdded']), direction: Type.Enum(['asc', 'desc']) }),
            ),
          ),
        }),
      },
    },
    async (request) => {
      const { locationId, pageLimit, page, searchAfter, filters = [], sort = [] } = request.body
      const account = accountIn(world, request, locationId)
      if (page !== undefined && searchAfter !== undefined)
        throw refused(422, ['page and searchAfter cannot go together'])
      const by = sort[0]?.field === 'dateAdded' ? 'createdAt' : 'updatedAt'
      const descending = sort[0]?.direction === 'desc'
      const all = contactsOf(account).list({
        sortBy: by,
        descending,
        where: (record) =>
          filters.every(({ field, value }) =>
            isWithin(field === 'dateAdded' ? record.createdAt : record.updatedAt, value),
          ),
      })
      const after = searchAfter && all.findIndex(({ id }) => id === String(searchAfter[1]))
      const start = after === undefined ? ((page ?? 1) - 1) * pageLimit : after + 1
      const found = all.slice(start, start + pageLimit)
      return {
        contacts: found.map((record) => ({ ...shown(account, record), searchAfter: [record[by], record.id] })),
        total: all.length,
        traceId: crypto.randomUUID(),
      }
    },
  )

  api.get('/contacts/:id', { config: read, schema: { headers, params: ById } }, async (request) => {
    const account = world.accountOf(request)
    return { contact: shown(account, need(account, request.params.id)) }
  })

  api.put(
    '/contacts/:id',
    { config: write, schema: { headers, params: ById, body: ChangedContact } },
    async (request) => {
      const account = world.accountOf(request)
      const changed = updateContact(account, need(account, request.params.id), request.body)
      return { succeded: true, contact: shown(account, changed) }
    },
  )

  api.delete('/contacts/:id', { config: write, schema: { headers, params: ById } }, async (request) => {
    contactsOf(world.accountOf(request)).delete(request.params.id)
    return { succeded: true }
  })

  api.post(
    '/contacts/:id/notes',
    {
      config: write,
      schema: {
        headers,
        params: ById,
        body: Type.Object({
          userId: text(),
          body: Type.String({ minLength: 1, maxLength: 5_000 }),
          title: text(),
          color: text(),
          pinned: Type.Optional(Type.Boolean()),
        }),
      },
    },
    async (request, reply) => {
      const account = world.accountOf(request)
      const { id: contactId } = need(account, request.params.id)
      const note = account.records<object>('note').create({ ...request.body, contactId }, newGhlId(world, 'note'))
      const dateAdded = new Date(note.createdAt).toISOString()
      return await reply.code(201).send({ note: { ...note.data, id: note.id, dateAdded } })
    },
  )

  api.post(
    '/contacts/:id/tasks',
    {
      config: write,
      schema: {
        headers,
        params: ById,
        body: Type.Object({
          title: Type.String(),
          body: text(),
          dueDate: Type.String(),
          completed: Type.Boolean(),
          assignedTo: text(),
        }),
      },
    },
    async (request, reply) => {
      const account = world.accountOf(request)
      const { id: contactId } = need(account, request.params.id)
      const task = account.records<object>('task').create({ ...request.body, contactId }, newGhlId(world, 'task'))
      return await reply.code(201).send({ task: { ...task.data, id: task.id } })
    },
  )

  const Tags = Type.Object({ tags: Type.Array(Type.String()) })
  api.post(
    '/contacts/:id/tags',
    { config: write, schema: { headers, params: ById, body: Tags } },
    async (request, reply) => {
      const account = world.accountOf(request)
      const { data } = need(account, request.params.id)
      const tags = [...new Set([...data.tags, ...request.body.tags.map((tag) => tag.toLowerCase())])]
      contactsOf(account).update(request.params.id, { tags })
      return await reply.code(201).send({ tags, tagsAdded: request.body.tags })
    },
  )

  api.post(
    '/contacts/:id/workflow/:workflowId',
    {
      config: write,
      schema: {
        headers,
        params: Type.Object({ ...ById.properties, workflowId: Type.String() }),
        body: Type.Optional(Type.Object({ eventStartTime: text() })),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const { id, workflowId } = request.params
      need(account, id)
      if (workflowId !== sandboxWorkflow.id) throw refused(400, 'Workflow not found')
      account.records<object>('enrollment').create({ contactId: id, workflowId })
      return { succeded: true }
    },
  )

  api.get(
    '/workflows/',
    {
      config: needs('workflows.readonly'),
      schema: { headers, querystring: Type.Object({ locationId: Type.String() }) },
    },
    async (request) => {
      accountIn(world, request, request.query.locationId)
      const at = new Date(0).toISOString()
      const times = { createdAt: at, updatedAt: at, version: 1, status: 'published' }
      return { workflows: [{ ...sandboxWorkflow, ...times, locationId: request.query.locationId }] }
    },
  )
}

export const sandboxWorkflow = { id: '1e8d5c30-0000-4000-8000-000000000001', name: 'Welcome' }

const isWithin = (at: number, range: { gt?: string; gte?: string; lt?: string; lte?: string }): boolean =>
  (range.gt === undefined || at > Date.parse(range.gt)) &&
  (range.gte === undefined || at >= Date.parse(range.gte)) &&
  (range.lt === undefined || at < Date.parse(range.lt)) &&
  (range.lte === undefined || at <= Date.parse(range.lte))

/** E.164; ten digits are a number of the location's country. */
function phoneOf(given: string): string {
  const digits = given.replace(/\D/g, '')
  return given.trim().startsWith('+') ? `+${digits}` : `+${digits.length === 10 ? '1' : ''}${digits}`
}

type Checked = { email?: string | undefined; phone?: string | undefined }

/** @throws the refusals for an address, a phone or a country that is none */
function checked(account: Account, { email, phone, country, customFields = [] }: Fields): Checked {
  if (email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) throw refused(422, ['email must be an email'])
  if (phone && !/^\+[1-9]\d{6,14}$/.test(phoneOf(phone))) throw refused(400, 'Invalid phone number')
  if (country && !/^[A-Z]{2}$/.test(country)) throw refused(422, ['country must be a valid enum value'])
  for (const { id } of customFields) {
    if (!customFieldsOf(account).get(id)) throw refused(400, `Custom field with id ${id} not found`)
  }
  return { email: email ? email.toLowerCase() : undefined, phone: phone ? phoneOf(phone) : undefined }
}

/** The contact that has the address, or else the phone. */
function twinOf(account: Account, { email, phone }: Checked, except?: string) {
  const others = contactsOf(account).list({ where: ({ id }) => id !== except })
  const byEmail = email === undefined ? undefined : others.find(({ data }) => data.email === email)
  const byPhone = phone === undefined ? undefined : others.find(({ data }) => data.phone === phone)
  return { twin: byEmail ?? byPhone, field: byEmail ? 'email' : 'phone' }
}

function merged(before: Contact, given: Fields, { email, phone }: Checked): Contact {
  const { name, customFields = [], tags, dnd, ...rest } = given
  const next: Record<string, unknown> = { ...before }
  const own: Record<string, string | null | undefined> = { ...rest }
  if (given.email) own.email = email
  if (given.phone) own.phone = phone
  if (name) {
    const [first = '', ...others] = name.split(' ')
    own.firstName ??= first
    own.lastName ??= others.join(' ')
  }
  for (const [field, value] of Object.entries(own)) {
    if (value === null || value === '') delete next[field]
    else if (value !== undefined) next[field] = value
  }
  const values = new Map(before.customFields.map((one) => [one.id, one]))
  for (const { id, field_value: value } of customFields) values.set(id, { id, value })
  return {
    ...next,
    tags: tags ? tags.map((tag) => tag.toLowerCase()) : before.tags,
    dnd: dnd ?? before.dnd,
    customFields: [...values.values()],
  }
}

const empty: Contact = { tags: [], customFields: [], dnd: false }

export function createContact(world: World, account: Account, given: Fields): Stored<Contact> {
  const own = checked(account, given)
  const { twin, field } = twinOf(account, own)
  if (twin) {
    throw refused(400, 'This location does not allow duplicated contacts.', {
      meta: { contactId: twin.id, contactName: twin.data.firstName, matchingField: field },
    })
  }
  return contactsOf(account).create(merged(empty, given, own), newGhlId(world, 'contact'))
}

export function updateContact(account: Account, { id }: Stored<Contact>, given: Fields): Stored<Contact> {
  const own = checked(account, given)
  const { twin } = twinOf(account, own, id)
  if (twin) throw refused(400, 'This location does not allow duplicated contacts.', { meta: { contactId: twin.id } })
  return contactsOf(account).update(id, (data) => merged(data, given, own))
}

/** A contact as answers and webhooks show it; values of several options are a list there, and text in the specification. */
export function shown(account: Account, { id, data, createdAt, updatedAt }: Stored<Contact>) {
  const { firstName = '', lastName = '', email } = data
  const name = `${firstName} ${lastName}`.trim()
  return {
    id,
    locationId: locationIdOf(account.name),
    ...data,
    ...(name === '' ? {} : { name, fullNameLowerCase: name.toLowerCase() }),
    ...(email === undefined ? {} : { emailLowerCase: email }),
    type: 'lead',
    dateAdded: new Date(createdAt).toISOString(),
    dateUpdated: new Date(updatedAt).toISOString(),
  }
}

/** @throws the failure `missing_record` */
export function needContact(account: Account, id: string): void {
  if (!contactsOf(account).get(id)) throw new FailureError({ kind: 'missing_record', type: 'Contact', id })
}
