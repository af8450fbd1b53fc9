import type { Address, Changes, Contact, New, Offered, OperationInput } from '../../kit/index.ts'
import { type FieldIds, mappedFields, readFields, writeFields } from './custom-fields.ts'
import { contact } from './mappings.ts'
import { paths } from './paths.ts'
import { changesOf, searchSince } from './search.ts'
import { type GhlContext, locationOf } from './settings.ts'
import type { GhlContact } from './types.ts'

type One = { contact: GhlContact }

const addressFields = {
  street: 'address1',
  city: 'city',
  state: 'state',
  postalCode: 'postalCode',
  country: 'country',
} as const
type AddressField = keyof typeof addressFields
const addressNames = Object.keys(addressFields) as AddressField[]

export const contacts = {
  async *list(context: GhlContext, { updatedSince }: OperationInput<'contacts.list'>) {
    const ids = await mappedFields(context)
    for await (const record of searchSince(context, updatedSince?.getTime() ?? 0)) yield readContact(record, ids)
  },

  async changes(context: GhlContext, input: OperationInput<'contacts.changes'>) {
    const ids = await mappedFields(context)
    return await changesOf(context, input, (record) => readContact(record, ids))
  },

  async get(context: GhlContext, { externalId }: { externalId: string }) {
    const ids = await mappedFields(context)
    const { contact: record } = await context.http.get<One>(paths.contact(externalId))
    return readContact(record, ids)
  },

  /** By address first, since a phone may be shared. */
  async find(context: GhlContext, { email, phone }: OperationInput<'contacts.find'>): Promise<Contact | null> {
    const record =
      (email === undefined ? null : await findBy(context, { email })) ??
      (phone === undefined ? null : await findBy(context, { number: phone }))
    return record ? readContact(record, await mappedFields(context)) : null
  },

  async create(context: GhlContext, input: New<Contact>) {
    const ids = await mappedFields(context)
    const body = { ...writeContact(input, ids), locationId: locationOf(context) }
    const { contact: record } = await context.http.post<One>(paths.contacts, body)
    return readContact(record, ids)
  },

  async update(context: GhlContext, { externalId, changes }: OperationInput<'contacts.update'>) {
    const ids = await mappedFields(context)
    const { contact: record } = await context.http.put<One>(paths.contact(externalId), writeContact(changes, ids))
    return readContact(record, ids)
  },

  /** Tags go by themselves, since those of an upsert would take away the ones that are there. */
  async upsert(context: GhlContext, { tags, ...input }: New<Contact>) {
    const ids = await mappedFields(context)
    const body = { ...writeContact(input, ids), locationId: locationOf(context) }
    const { new: created, contact: record } = await context.http.post<One & { new: boolean }>(paths.upsert, body, {
      repeatable: true,
    })
    const made = readContact(record, ids)
    if (!tags || tags.length === 0) return { contact: made, created }
    const path = paths.contact(record.id, 'tags')
    const { tags: all } = await context.http.post<{ tags: string[] }>(path, { tags }, { repeatable: true })
    return { contact: { ...made, tags: all }, created }
  },

  async delete({ http }: GhlContext, { externalId }: { externalId: string }) {
    await http.delete(paths.contact(externalId))
  },
} satisfies { [name in keyof NonNullable<Offered['contacts']>]: unknown }

export async function findBy(context: GhlContext, by: { email: string } | { number: string }) {
  const query = { locationId: locationOf(context), ...by }
  return (await context.http.get<{ contact?: GhlContact | null }>(paths.duplicate, query)).contact ?? null
}

function readContact(record: GhlContact, ids: FieldIds): Contact {
  const ours = contact.read(record)
  const custom = readFields(record.customFields ?? [], ids)
  const parts = addressNames.flatMap((name) => {
    const value = record[addressFields[name]]
    return value ? [[name, value] as const] : []
  })
  return {
    ...ours,
    ...(parts.length === 0 ? {} : { address: Object.fromEntries(parts) as Address }),
    ...(custom === undefined ? {} : { customFields: custom }),
  }
}

function writeContact(input: New<Contact> | Changes<Contact>, ids: FieldIds): Record<string, unknown> {
  const { name, ...given } = input
  const isTold = given.firstName !== undefined || given.lastName !== undefined
  const body: Record<string, unknown> = contact.write(isTold ? given : input)
  const { address, customFields: fields } = input
  if (address !== undefined) {
    for (const part of addressNames) {
      const value = address === null ? '' : address[part]
      // A country is a code of two letters there, and anything else would be refused with the whole contact.
      const isTold = value !== undefined && (part !== 'country' || value === '' || /^[A-Za-z]{2}$/.test(value))
      if (isTold) body[addressFields[part]] = part === 'country' ? value.toUpperCase() : value
    }
  }
  if (body.tags === null) body.tags = []
  const custom = fields ? writeFields(fields, ids) : []
  if (custom.length > 0) body.customFields = custom
  return body
}
