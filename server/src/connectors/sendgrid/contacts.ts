import {
  type BatchRow,
  ConnectorError,
  type Contact,
  type CustomField,
  date,
  mapping,
  type New,
  notFoundAtVendor,
} from '../../kit/index.ts'
import type { SendGridContext } from './settings.ts'
import type { SendGridContact, SendGridFields, SendGridFound, SendGridSearch } from './types.ts'

/*
 * SendGrid takes contacts in as a job and shows them some time later, so an id of its own is not to be had at once: contacts are known by
 * their address, which is unique there.
 */

export const contact = mapping<Contact, SendGridContact>({
  externalId: 'email',
  email: 'email',
  firstName: 'first_name',
  lastName: 'last_name',
  phone: 'phone_number_id',
  createdAt: date('created_at'),
  updatedAt: date('updated_at'),
})

const read = (raw: SendGridContact, names?: Map<string, string>): Contact => {
  const { address_line_1: street, city, state_province_region: state, postal_code: postalCode, country } = raw
  const address = withoutEmpty({ street, city, state, postalCode, country })
  const own = Object.entries(raw.custom_fields ?? {}).map(([name, value]) => [names?.get(name) ?? name, value])
  return {
    ...contact.read(raw),
    ...(Object.keys(address).length > 0 ? { address } : {}),
    ...(own.length > 0 ? { customFields: Object.fromEntries(own) } : {}),
  }
}

export async function getContact(context: SendGridContext, email: string): Promise<Contact> {
  const found = await findByEmail(context, email)
  if (!found) throw notFoundAtVendor('SendGrid', 'contact')
  return read(found)
}

export async function findContact(
  context: SendGridContext,
  { email, phone }: { email?: string | undefined; phone?: string | undefined },
): Promise<Contact | null> {
  const byEmail = email === undefined ? undefined : await findByEmail(context, email)
  if (byEmail) return read(byEmail)
  if (phone === undefined) return null
  const query = `phone_number_id = '${phone.replaceAll("'", "\\'")}'`
  const { result = [] } = await context.http.post<SendGridSearch>(
    '/v3/marketing/contacts/search',
    { query },
    { repeatable: true },
  )
  return result[0] ? read(result[0]) : null
}

async function findByEmail({ http }: SendGridContext, email: string): Promise<SendGridContact | undefined> {
  const wanted = email.toLowerCase()
  // 404 says that none of the addresses is there.
  const { status, body } = await http.request<SendGridFound>('POST', '/v3/marketing/contacts/search/emails', {
    body: { emails: [wanted] },
    repeatable: true,
    accept: [404],
  })
  return status === 404 ? undefined : body.result?.[wanted]?.contact
}

export async function upsertContact(
  context: SendGridContext,
  input: New<Contact>,
): Promise<{ contact: Contact; created: boolean }> {
  const email = addressOf(input)
  if (email === undefined)
    throw new ConnectorError('CONTACT_ERROR', 'SendGrid: a contact needs an e-mail (CONTACT_ERROR)')
  const present = await findByEmail(context, email)
  const raw = await put(context, [input])
  return { contact: taken(input, email, raw), created: !present }
}

/** SendGrid takes up to 30,000 at a time; rows without an address fail by themselves. */
export async function batchUpsert(context: SendGridContext, inputs: New<Contact>[]): Promise<BatchRow<Contact>[]> {
  const raw = await put(
    context,
    inputs.filter((input) => addressOf(input) !== undefined),
  )
  return inputs.map((input) => {
    const email = addressOf(input)
    return email === undefined
      ? { success: false, error: 'SendGrid: a contact needs an e-mail', errorCode: 'CONTACT_ERROR' }
      : { success: true, data: taken(input, email, raw) }
  })
}

const addressOf = ({ email }: New<Contact>): string | undefined => email?.toLowerCase()
const taken = (input: New<Contact>, email: string, raw: unknown): Contact => ({
  ...input,
  email,
  externalId: email,
  raw,
})

async function put(context: SendGridContext, inputs: New<Contact>[]): Promise<unknown> {
  if (inputs.length === 0) return undefined
  const { http, settings } = context
  const hasOwn = inputs.some(({ customFields = {} }) => Object.keys(customFields).length > 0)
  const ids = hasOwn ? new Map((await fieldsOf(context)).map(({ id, name }) => [name, id])) : new Map<string, string>()
  const contacts = inputs.map((input) => write(input, ids))
  const { listIds = [] } = settings
  return await http.put('/v3/marketing/contacts', { ...(listIds.length > 0 ? { list_ids: listIds } : {}), contacts })
}

function write(input: New<Contact>, ids: ReadonlyMap<string, string>) {
  const { email, phone, firstName, lastName, name = '', address = {}, customFields = {} } = input
  const [first, ...rest] = name.split(' ').filter((part) => part !== '')
  const own = Object.entries(customFields).map(([field, value]) => {
    const id = ids.get(field)
    if (id === undefined)
      throw new ConnectorError(
        'CONTACT_ERROR',
        `SendGrid has no custom field "${field}"; make it there first (CONTACT_ERROR)`,
      )
    return [id, value]
  })
  return {
    ...withoutEmpty({
      email: email?.toLowerCase(),
      // Other writings of a number are refused.
      phone_number_id: phone !== undefined && /^\+[1-9]\d{6,14}$/.test(phone) ? phone : undefined,
      first_name: firstName ?? first,
      last_name: lastName ?? (rest.join(' ') || undefined),
      address_line_1: address.street,
      city: address.city,
      state_province_region: address.state,
      postal_code: address.postalCode,
      country: address.country,
    }),
    ...(own.length > 0 ? { custom_fields: Object.fromEntries(own) } : {}),
  }
}

export async function deleteContact(context: SendGridContext, email: string): Promise<void> {
  const found = await findByEmail(context, email)
  if (!found) throw notFoundAtVendor('SendGrid', 'contact')
  await context.http.delete('/v3/marketing/contacts', { ids: found.id })
}

async function fieldsOf({ http }: SendGridContext) {
  return (await http.get<SendGridFields>('/v3/marketing/field_definitions')).custom_fields ?? []
}

export async function listFields(context: SendGridContext): Promise<CustomField[]> {
  const types = { Text: 'text', Number: 'number', Date: 'date' } as const
  return (await fieldsOf(context)).map(({ name, field_type }) => ({ name, label: name, type: types[field_type] }))
}

const withoutEmpty = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')) as Partial<T>
