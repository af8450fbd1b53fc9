import { ConnectorError, type Contact, type New, type OperationInput, phoneKey } from '../../kit/index.ts'
import { accountIdOf } from './accounts.ts'
import { batchUpsert } from './batch.ts'
import { changesOf } from './changes.ts'
import { findPerson } from './find.ts'
import { newPersonRecord, personFields, personRecord, readContact } from './mappings.ts'
import { paths } from './paths.ts'
import { deleteRecord, getRecord, listRecords, writeRow } from './records.ts'
import { moduleOf, type ZohoContext } from './settings.ts'
import type { ZohoRecord } from './types.ts'
import { keyOf } from './unique.ts'

const what = 'the contact'

export const contacts = {
  async *list(context: ZohoContext, { updatedSince }: OperationInput<'contacts.list'>) {
    const { settings } = context
    const found = listRecords<ZohoRecord>(context, moduleOf(settings), personFields(settings), updatedSince)
    for await (const record of found) yield readContact(record, settings)
  },

  changes: async (context: ZohoContext, input: OperationInput<'contacts.changes'>) =>
    await changesOf<Contact>(
      context,
      {
        module: moduleOf(context.settings),
        fields: personFields(context.settings),
        read: (record) => readContact(record, context.settings),
      },
      input,
    ),

  async get(context: ZohoContext, { externalId }: { externalId: string }): Promise<Contact> {
    const { settings } = context
    return readContact(await getRecord(context, moduleOf(settings), externalId, personFields(settings)), settings)
  },

  async find(context: ZohoContext, input: OperationInput<'contacts.find'>): Promise<Contact | null> {
    const record = await findPerson(context, input)
    return record === undefined ? null : readContact(record, context.settings)
  },

  async create(context: ZohoContext, input: New<Contact>): Promise<Contact> {
    const { settings } = context
    const record = newPersonRecord(input, settings, await accountIdOf(context, input.company))
    const { id, row } = await writeRow(context, what, {
      method: 'POST',
      path: paths.records(moduleOf(settings)),
      record,
    })
    return { ...input, externalId: id, raw: row }
  },

  async update(context: ZohoContext, { externalId, changes }: OperationInput<'contacts.update'>): Promise<Contact> {
    const { settings } = context
    const record = personRecord(changes, settings, await accountIdOf(context, changes.company))
    const path = paths.records(moduleOf(settings), externalId)
    await writeRow(context, what, { method: 'PUT', path, record })
    return await contacts.get(context, { externalId })
  },

  /**
   * By Zoho's own upsert, which recognises a unique field or an address. Phones are not unique, so who has a phone alone is looked for, one
   * caller at a time.
   */
  async upsert(context: ZohoContext, input: New<Contact>): Promise<{ contact: Contact; created: boolean }> {
    const { settings } = context
    const key = keyOf(input, settings)
    if (key?.field !== undefined) {
      const record = newPersonRecord(input, settings, await accountIdOf(context, input.company))
      const { id, row } = await writeRow(context, what, {
        method: 'POST',
        path: paths.records(moduleOf(settings), 'upsert'),
        record,
        more: { duplicate_check_fields: [key.field] },
        repeatable: true,
      })
      return { contact: { ...input, externalId: id, raw: row }, created: row.action === 'insert' }
    }
    const { phone } = input
    if (phone === undefined)
      throw new ConnectorError(
        'CONTACT_ERROR',
        'A contact without e-mail address and phone cannot be recognised in Zoho CRM (CONTACT_ERROR)',
      )
    return await context.inTurn(phoneKey(phone), async () => {
      const found = await findPerson(context, { phone })
      if (found === undefined) return { contact: await contacts.create(context, input), created: true }
      return { contact: await contacts.update(context, { externalId: found.id, changes: input }), created: false }
    })
  },

  batchUpsert: async (context: ZohoContext, { contacts: given }: OperationInput<'contacts.batchUpsert'>) =>
    await batchUpsert(context, given),

  /** Zoho keeps it in the recycle bin for sixty days. */
  delete: async (context: ZohoContext, { externalId }: { externalId: string }) =>
    await deleteRecord(context, moduleOf(context.settings), externalId, what),
}
