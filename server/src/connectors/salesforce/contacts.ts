import { ConnectorError, type Contact, type New, type OperationInput, phoneKey } from '../../kit/index.ts'
import { batchUpsert } from './batch.ts'
import { changesOf } from './changes.ts'
import { externalIdOf, withoutExternalId } from './external-id.ts'
import { findPerson } from './find.ts'
import { newPersonRecord, personFields, personRecord, readContact } from './mappings.ts'
import { paths } from './paths.ts'
import { objectOf, type SalesforceContext } from './settings.ts'
import { queryAll } from './soql.ts'
import type { Saved, SObject } from './types.ts'

export const contacts = {
  async *list(context: SalesforceContext, { updatedSince }: OperationInput<'contacts.list'>) {
    const { settings } = context
    const where = updatedSince === undefined ? '' : ` WHERE SystemModstamp >= ${updatedSince.toISOString()}`
    const soql = `SELECT ${personFields(settings).join(', ')} FROM ${objectOf(settings)}${where} ORDER BY CreatedDate ASC`
    for await (const record of queryAll<SObject>(context, soql)) yield readContact(record, settings)
  },

  changes: async (context: SalesforceContext, input: OperationInput<'contacts.changes'>) =>
    await changesOf<Contact>(
      context,
      {
        object: objectOf(context.settings),
        fields: personFields(context.settings).join(', '),
        read: (record) => readContact(record, context.settings),
      },
      input,
    ),

  async get({ http, settings }: SalesforceContext, { externalId }: { externalId: string }): Promise<Contact> {
    const query = { fields: personFields(settings).join(',') }
    return readContact(await http.get<SObject>(paths.sobjects(objectOf(settings), externalId), query), settings)
  },

  async find(context: SalesforceContext, input: OperationInput<'contacts.find'>): Promise<Contact | null> {
    const record = await findPerson(context, input)
    return record === undefined ? null : readContact(record, context.settings)
  },

  async create({ http, settings }: SalesforceContext, input: New<Contact>): Promise<Contact> {
    const record = newPersonRecord(input, settings)
    const saved = await http.post<Saved>(paths.sobjects(objectOf(settings)), record)
    return { ...input, externalId: saved.id ?? '', raw: saved }
  },

  async update(
    context: SalesforceContext,
    { externalId, changes }: OperationInput<'contacts.update'>,
  ): Promise<Contact> {
    const { http, settings } = context
    const place = paths.sobjects(objectOf(settings), externalId)
    await http.patch(place, personRecord(changes, settings), { repeatable: true })
    return await contacts.get(context, { externalId })
  },

  /** By the external id where the settings name one; otherwise whoever has the address or phone, one caller at a time. */
  async upsert(context: SalesforceContext, input: New<Contact>): Promise<{ contact: Contact; created: boolean }> {
    const { http, settings } = context
    const object = objectOf(settings)
    const known = externalIdOf(input, settings)
    if (known !== undefined) {
      const place = paths.sobjects(object, known.field, known.value)
      const record = withoutExternalId(newPersonRecord(input, settings), settings)
      const { body } = await http.request<Saved>('PATCH', place, { body: record, repeatable: true })
      return { contact: { ...input, externalId: body.id ?? '', raw: body }, created: body.created === true }
    }
    const { email, phone } = input
    if (email === undefined && phone === undefined)
      throw new ConnectorError(
        'CONTACT_ERROR',
        'A contact without e-mail address and phone cannot be recognised in Salesforce (CONTACT_ERROR)',
      )
    const key = email?.toLowerCase() ?? phoneKey(phone ?? '')
    return await context.inTurn(key, async () => {
      const found = await findPerson(context, input)
      if (found === undefined) return { contact: await contacts.create(context, input), created: true }
      return { contact: await contacts.update(context, { externalId: found.Id, changes: input }), created: false }
    })
  },

  batchUpsert: async (context: SalesforceContext, { contacts: given }: OperationInput<'contacts.batchUpsert'>) =>
    await batchUpsert(context, given),

  /** Salesforce keeps it in the recycle bin for fifteen days. */
  delete: async ({ http, settings }: SalesforceContext, { externalId }: { externalId: string }) => {
    await http.delete(paths.sobjects(objectOf(settings), externalId))
  },
}
