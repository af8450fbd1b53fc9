import { type Lead, type New, type OperationInput, toMajor, toMinor } from '../../kit/index.ts'
import { dealRecord, usualDeal } from './deals.ts'
import { refusal } from './faults.ts'
import { defaultCompany, lead } from './mappings.ts'
import { paths } from './paths.ts'
import { getRecord, listRecords, writeRow, writeRows } from './records.ts'
import { moduleOf, ownedBy, type Settings, type ZohoContext } from './settings.ts'
import type { Lookup, ZohoRecord } from './types.ts'

const what = 'the lead'
const converted = 'converted'
type Conversion = { $converted?: boolean; $converted_detail?: { contact?: string | Lookup | null } | null }

/** A lead of Zoho is a person with an interest: the contact's data are copied, and what it is about stands in the description. */
export const leads = {
  /** Where people are leads, the contact is the lead already. */
  async create(context: ZohoContext, input: New<Lead>): Promise<Lead> {
    const { settings } = context
    const { contactId } = input
    const record = leadRecord(input, settings)
    if (contactId !== undefined && moduleOf(settings) === 'Leads') {
      const path = paths.records('Leads', contactId)
      const { row } = await writeRow(context, what, { method: 'PUT', path, record })
      return { ...input, externalId: contactId, raw: row }
    }
    const person =
      contactId === undefined ? { Last_Name: input.title.slice(0, 80) } : await personOf(context, contactId)
    const { id, row } = await writeRow(context, what, {
      method: 'POST',
      path: paths.records('Leads'),
      record: { Company: defaultCompany(settings), ...ownedBy(settings), ...person, ...record },
    })
    return { ...input, externalId: id, raw: row }
  },

  /** The status `converted` makes a contact of the lead, once. */
  async update(context: ZohoContext, { externalId, changes }: OperationInput<'leads.update'>): Promise<Lead> {
    const { status, contactId, ...rest } = changes
    const isConversion = status === converted
    if (isConversion && (await conversionOf(context, externalId))) return await read(context, externalId)
    const record = leadRecord(
      { ...rest, ...(isConversion || status === undefined ? {} : { status }) },
      context.settings,
    )
    if (Object.keys(record).length > 0)
      await writeRow(context, what, { method: 'PUT', path: paths.records('Leads', externalId), record })
    if (isConversion) await convert(context, externalId, contactId ?? undefined)
    return await read(context, externalId)
  },

  /** Those that were converted are contacts now, and not listed. */
  async *list(context: ZohoContext, { updatedSince }: OperationInput<'leads.list'>) {
    const { settings } = context
    for await (const record of listRecords<ZohoRecord>(context, 'Leads', leadFields(settings), updatedSince))
      yield readLead(record, settings)
  },
}

/** A lead that was converted answers nothing unless it is asked for as such. */
async function read(context: ZohoContext, id: string): Promise<Lead> {
  const { settings } = context
  const conversion = await conversionOf(context, id)
  if (conversion === undefined) return readLead(await getRecord(context, 'Leads', id, leadFields(settings)), settings)
  const contact = conversion.$converted_detail?.contact
  const contactId = typeof contact === 'string' ? contact : contact?.id
  return { ...readLead(conversion, settings), status: converted, ...(contactId === undefined ? {} : { contactId }) }
}

async function conversionOf(context: ZohoContext, id: string): Promise<(ZohoRecord & Conversion) | undefined> {
  const { http, settings } = context
  const query = { fields: leadFields(settings).join(','), converted: 'true' }
  const answer = await http.get<{ data?: (ZohoRecord & Conversion)[] } | undefined>(paths.records('Leads', id), query)
  return answer?.data?.find(({ $converted: isConverted }) => isConverted === true)
}

async function convert(context: ZohoContext, id: string, contactId: string | undefined): Promise<void> {
  const { settings } = context
  const record = {
    overwrite: false,
    notify_lead_owner: false,
    notify_new_entity_owner: false,
    ...(contactId === undefined ? {} : { Contacts: { id: contactId } }),
    ...(settings.convert_with_deal ? { Deals: await dealOf(context, id) } : {}),
  }
  const path = paths.records('Leads', id, 'actions', 'convert')
  const [row] = await writeRows(context, what, { method: 'POST', path, data: [record] })
  // Somebody was faster.
  if (row?.status === 'error' && row.code !== 'ID_ALREADY_CONVERTED') throw refusal(row, what)
}

async function dealOf(context: ZohoContext, id: string): Promise<Record<string, unknown>> {
  const { settings } = context
  const { title, amountMinor } = await read(context, id)
  const { default_stage: stageId = 'Qualification' } = settings
  return dealRecord({ ...usualDeal(context), title: title.slice(0, 120), stageId, amountMinor }, settings)
}

/** What is copied of a contact. */
async function personOf(context: ZohoContext, id: string): Promise<Record<string, unknown>> {
  const fields = ['First_Name', 'Last_Name', 'Email', 'Phone', 'Account_Name']
  const { First_Name, Last_Name, Email, Phone, Account_Name } = await getRecord<ZohoRecord>(
    context,
    'Contacts',
    id,
    fields,
  )
  const company = (Account_Name as Lookup | null)?.name
  const copied = Object.entries({ First_Name, Last_Name, Email, Phone }).filter(
    ([, value]) => typeof value === 'string',
  )
  return { ...Object.fromEntries(copied), ...(company ? { Company: company } : {}) }
}

const leadFields = ({ lead_amount_field: amount }: Settings): string[] => [
  ...['Full_Name', 'Description', 'Lead_Status', 'Lead_Source', 'Created_Time', 'Modified_Time'],
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

function readLead(record: ZohoRecord, settings: Settings): Lead {
  const { lead_amount_field: field = '', currency } = settings
  const read = lead.read(record)
  const amount = record[field]
  return {
    ...read,
    title: read.title ?? String(record.Full_Name ?? ''),
    ...(typeof amount === 'number' ? { amountMinor: toMinor(amount, currency) } : {}),
    ...(currency === undefined ? {} : { currency }),
    ...(moduleOf(settings) === 'Leads' ? { contactId: record.id } : {}),
  }
}
