import {
  ConnectorError,
  type Contact,
  type ErrorCode,
  type New,
  type Offered,
  type OperationInput,
  phoneKey,
} from '../../kit/index.ts'
import { batchUpsert } from './batch.ts'
import { contactFields, contactProperties, readContact } from './mappings.ts'
import { objects } from './paths.ts'
import { findByPhones } from './phones.ts'
import { changesOf, modifiedSince } from './search.ts'
import type { HubSpotContext } from './settings.ts'
import type { HubSpotContact } from './types.ts'

const kind = ({ settings }: HubSpotContext) => ({
  type: 'contacts' as const,
  properties: contactFields(settings),
  modified: 'lastmodifieddate',
  read: (record: HubSpotContact) => readContact(record, settings),
})

const propertiesOf = ({ settings }: HubSpotContext) => ({ properties: contactFields(settings).join(',') })

export const contacts = {
  async *list(context: HubSpotContext, { updatedSince }: OperationInput<'contacts.list'>) {
    const { http, settings } = context
    const found =
      updatedSince === undefined
        ? http.pages<HubSpotContact>(objects('contacts'), propertiesOf(context))
        : modifiedSince<HubSpotContact>(context, kind(context), updatedSince)
    for await (const record of found) yield readContact(record, settings)
  },

  changes: async (context: HubSpotContext, input: OperationInput<'contacts.changes'>) =>
    await changesOf(context, kind(context), input),

  async get(context: HubSpotContext, { externalId }: { externalId: string }) {
    const { http, settings } = context
    return readContact(await http.get<HubSpotContact>(objects('contacts', externalId), propertiesOf(context)), settings)
  },

  /** By address at once, since HubSpot's search finds what is new only seconds later; phones are not unique and can only be searched. */
  async find(context: HubSpotContext, { email, phone }: OperationInput<'contacts.find'>): Promise<Contact | null> {
    const record =
      (email === undefined ? undefined : await findByEmail(context, email)) ??
      (phone === undefined
        ? undefined
        : (await findByPhones(context, [phone], contactFields(context.settings))).values().next().value)
    return record === undefined ? null : readContact(record, context.settings)
  },

  async create({ http, settings, recent }: HubSpotContext, input: New<Contact>) {
    const body = { properties: contactProperties(input, settings), associations: [] }
    const made = await http.post<HubSpotContact>(objects('contacts'), body)
    if (input.phone !== undefined) recent.note(phoneKey(input.phone), made.id)
    return readContact(made, settings)
  },

  /** HubSpot answers the properties that were changed, and few others. */
  async update({ http, settings }: HubSpotContext, { externalId, changes }: OperationInput<'contacts.update'>) {
    const body = { properties: contactProperties(changes, settings) }
    return readContact(
      await http.patch<HubSpotContact>(objects('contacts', externalId), body, { repeatable: true }),
      settings,
    )
  },

  async upsert(context: HubSpotContext, input: New<Contact>) {
    const [row] = await batchUpsert(context, [input])
    if (row?.success) return { contact: row.data, created: row.created === true }
    const { error = 'nothing was said of it', errorCode = 'CONTACT_ERROR' } = row ?? {}
    throw new ConnectorError(errorCode as ErrorCode, `HubSpot refused the contact: ${error}`, { vendorMessage: error })
  },

  batchUpsert: async (context: HubSpotContext, { contacts: given }: OperationInput<'contacts.batchUpsert'>) =>
    await batchUpsert(context, given),

  /** Archives it: HubSpot can restore it for ninety days. */
  delete: async ({ http }: HubSpotContext, { externalId }: { externalId: string }) => {
    await http.delete(objects('contacts', externalId))
  },
} satisfies { [name in keyof NonNullable<Offered['contacts']>]: unknown }

export async function findByEmail(context: HubSpotContext, email: string): Promise<HubSpotContact | undefined> {
  const query = { idProperty: 'email', ...propertiesOf(context) }
  const { status, body } = await context.http.request<HubSpotContact>('GET', objects('contacts', email), {
    query,
    accept: [404],
  })
  return status === 404 ? undefined : body
}
