import { ConnectorError, type Contact, type New, type OperationInput, phoneKey } from '../../kit/index.ts'
import { keyOf, placeOfKey, withoutKey } from './alternate-key.ts'
import { batchUpsert } from './batch.ts'
import { changesOf } from './changes.ts'
import { findByColumn, findPerson } from './find.ts'
import { newPersonRecord, personColumns, personRecord, readContact } from './mappings.ts'
import { placeOf } from './paths.ts'
import { createRecord, getRecord, readAll, updateRecord } from './records.ts'
import type { DynamicsContext } from './settings.ts'
import type { Row } from './types.ts'

const askedOf = ({ settings }: DynamicsContext) => ({ $select: personColumns(settings) })

export const contacts = {
  async *list(context: DynamicsContext, { updatedSince }: OperationInput<'contacts.list'>) {
    const $filter = updatedSince === undefined ? undefined : `modifiedon ge ${updatedSince.toISOString()}`
    const query = { ...askedOf(context), $filter, $orderby: 'createdon asc,contactid asc' }
    for await (const record of readAll(context, 'contacts', query)) yield readContact(record, context.settings)
  },

  changes: async (context: DynamicsContext, input: OperationInput<'contacts.changes'>) =>
    await changesOf<Contact>(
      context,
      { set: 'contacts', ...askedOf(context), read: (record) => readContact(record, context.settings) },
      input,
    ),

  get: async (context: DynamicsContext, { externalId }: { externalId: string }): Promise<Contact> =>
    readContact(await getRecord(context, 'contacts', externalId, askedOf(context)), context.settings),

  async find(context: DynamicsContext, input: OperationInput<'contacts.find'>): Promise<Contact | null> {
    const record = await findPerson(context, input)
    return record === undefined ? null : readContact(record, context.settings)
  },

  async create(context: DynamicsContext, input: New<Contact>): Promise<Contact> {
    const { settings } = context
    const { record } = await createRecord(context, 'contacts', newPersonRecord(input, settings), askedOf(context))
    return readContact(record, settings)
  },

  update: async (
    context: DynamicsContext,
    { externalId, changes }: OperationInput<'contacts.update'>,
  ): Promise<Contact> => {
    const record = personRecord(changes, context.settings)
    return readContact(await updateRecord(context, 'contacts', externalId, record, askedOf(context)), context.settings)
  },

  /** By the alternate key where the settings name one; otherwise whoever has the address or phone, one caller at a time. */
  async upsert(context: DynamicsContext, input: New<Contact>): Promise<{ contact: Contact; created: boolean }> {
    const { http, settings } = context
    const key = keyOf(input, settings)
    const place = key && placeOfKey(key)
    if (key && place !== undefined) {
      const { status, body } = await http.request<Row>('PATCH', place, {
        query: askedOf(context),
        body: withoutKey(newPersonRecord(input, settings), key),
        headers: { prefer: 'return=representation' },
        repeatable: true,
      })
      return { contact: readContact(body, settings), created: status === 201 }
    }
    const { email, phone } = input
    const known = key?.value ?? email?.toLowerCase() ?? (phone === undefined ? undefined : phoneKey(phone))
    if (known === undefined)
      throw new ConnectorError(
        'CONTACT_ERROR',
        'A contact without e-mail address and phone cannot be recognised in Dynamics 365 (CONTACT_ERROR)',
      )
    return await context.inTurn(known, async () => {
      const found = key ? await findByColumn(context, key.column, key.value) : await findPerson(context, input)
      if (found === undefined) return { contact: await contacts.create(context, input), created: true }
      const changed = await contacts.update(context, { externalId: String(found.contactid), changes: input })
      return { contact: changed, created: false }
    })
  },

  batchUpsert: async (context: DynamicsContext, { contacts: given }: OperationInput<'contacts.batchUpsert'>) =>
    await batchUpsert(context, given),

  delete: async ({ http }: DynamicsContext, { externalId }: { externalId: string }) => {
    await http.delete(placeOf('contacts', externalId, 'contact'))
  },
}
