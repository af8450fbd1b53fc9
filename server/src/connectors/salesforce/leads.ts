import { type Lead, type New, type OperationInput, toMajor, toMinor } from '../../kit/index.ts'
import { lead } from './mappings.ts'
import { paths } from './paths.ts'
import { objectOf, ownedBy, type SalesforceContext, type Settings } from './settings.ts'
import { queryAll } from './soql.ts'
import type { Saved, SObject } from './types.ts'

/** A lead of Salesforce is a person with an interest: the contact's data are copied, and what it is about stands in the description. */
export const leads = {
  /** Where people are leads, the contact is the lead already. */
  async create(context: SalesforceContext, input: New<Lead>): Promise<Lead> {
    const { http, settings } = context
    const { contactId } = input
    const record = leadRecord(input, settings)
    if (contactId !== undefined && objectOf(settings) === 'Lead') {
      await http.patch(paths.sobjects('Lead', contactId), record, { repeatable: true })
      return { ...input, externalId: contactId }
    }
    const person = contactId === undefined ? { LastName: input.title.slice(0, 80) } : await personOf(context, contactId)
    const company = { Company: settings.default_company ?? '[not provided]' }
    const saved = await http.post<Saved>(paths.sobjects('Lead'), {
      ...company,
      ...ownedBy(settings),
      ...person,
      ...record,
    })
    return { ...input, externalId: saved.id ?? '', raw: saved }
  },

  async update(context: SalesforceContext, { externalId, changes }: OperationInput<'leads.update'>): Promise<Lead> {
    const { http, settings } = context
    const place = paths.sobjects('Lead', externalId)
    const record = leadRecord(changes, settings)
    if (Object.keys(record).length > 0) await http.patch(place, record, { repeatable: true })
    return readLead(await http.get<SObject>(place, { fields: leadFields(settings).join(',') }), settings)
  },

  /** Those that were converted are contacts now, and not listed. */
  async *list(context: SalesforceContext, { updatedSince }: OperationInput<'leads.list'>) {
    const { settings } = context
    const since = updatedSince === undefined ? '' : ` AND SystemModstamp >= ${updatedSince.toISOString()}`
    const soql = `SELECT ${leadFields(settings).join(', ')} FROM Lead WHERE IsConverted = false${since} ORDER BY CreatedDate ASC`
    for await (const record of queryAll<SObject>(context, soql)) yield readLead(record, settings)
  },
}

/** What is copied of a contact. */
async function personOf({ http }: SalesforceContext, id: string): Promise<Record<string, unknown>> {
  const fields = ['FirstName', 'LastName', 'Email', 'Phone']
  const contact = await http.get<SObject>(paths.sobjects('Contact', id), { fields: fields.join(',') })
  return Object.fromEntries(
    fields.map((name) => [name, contact[name]]).filter(([, value]) => typeof value === 'string'),
  )
}

const leadFields = ({ lead_amount_field: amount }: Settings): string[] => [
  ...['Id', 'FirstName', 'LastName', 'Description', 'Status', 'LeadSource', 'CreatedDate', 'SystemModstamp'],
  ...(amount === undefined ? [] : [amount]),
]

function leadRecord(
  input: Parameters<typeof lead.write>[0],
  { lead_amount_field: field, currency }: Settings,
): Record<string, unknown> {
  const { amountMinor } = input
  const amount = typeof amountMinor === 'number' ? toMajor(amountMinor, input.currency ?? currency) : amountMinor
  return { ...lead.write(input), ...(field === undefined || amount === undefined ? {} : { [field]: amount }) }
}

function readLead(record: SObject, settings: Settings): Lead {
  const { lead_amount_field: field = '', currency } = settings
  const read = lead.read(record)
  const amount = record[field]
  const name = [record.FirstName, record.LastName].filter((part) => typeof part === 'string').join(' ')
  return {
    ...read,
    title: read.title ?? name,
    ...(typeof amount === 'number' ? { amountMinor: toMinor(amount, currency) } : {}),
    ...(currency === undefined ? {} : { currency }),
    ...(objectOf(settings) === 'Lead' ? { contactId: record.Id } : {}),
  }
}
