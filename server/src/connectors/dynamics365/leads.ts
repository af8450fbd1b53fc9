import type { Lead, New, OperationInput } from '../../kit/index.ts'
import { inCurrency, withCurrency } from './currency.ts'
import { optionsOf } from './custom-fields.ts'
import { lead } from './mappings.ts'
import { placeOf } from './paths.ts'
import { createRecord, getRecord, readAll, updateRecord } from './records.ts'
import { type DynamicsContext, ownedBy } from './settings.ts'
import { type DynamicsLead, type Row, textOf } from './types.ts'

const columns = 'leadid,subject,estimatedamount,_parentcontactid_value,leadsourcecode,statecode,createdon,modifiedon'
const idAlone = { $select: 'leadid' }
const asked = { $select: columns, $expand: withCurrency }
const sourceText = 'leadsourcecode@OData.Community.Display.V1.FormattedValue'

const [open, qualified, disqualified] = [0, 1, 2]
/** The reasons that Dataverse's own leads have. */
const lostReason = 4
const newReason = 1

export const leads = {
  /** A lead that is made for a contact bears its name. New ones are open, whatever status is given. */
  async create(context: DynamicsContext, input: New<Lead>): Promise<Lead> {
    const { contactId, source } = input
    const record = {
      ...(await writeLead(context, input)),
      ...(contactId === undefined ? {} : await forContact(context, contactId)),
      ...(source === undefined ? {} : await fromSource(context, source)),
      ...ownedBy(context.settings),
    }
    const { record: made } = await createRecord<DynamicsLead>(context, 'leads', record, idAlone)
    return readLead(await getRecord(context, 'leads', made.leadid, asked))
  },

  /** Qualifying makes an opportunity, as it does for a person who presses the button. */
  async update(context: DynamicsContext, { externalId, changes }: OperationInput<'leads.update'>): Promise<Lead> {
    const { contactId, source, status } = changes
    if (status === 'open') await setState(context, externalId, open, newReason)
    const record = {
      ...(await writeLead(context, changes)),
      ...(contactId ? { 'parentcontactid@odata.bind': placeOf('contacts', contactId, 'contact') } : {}),
      ...(source ? await fromSource(context, source) : {}),
    }
    if (Object.keys(record).length > 0) await updateRecord(context, 'leads', externalId, record, idAlone)
    if (status === 'qualified') await qualify(context, externalId)
    else if (status === 'disqualified' || status === 'lost')
      await setState(context, externalId, disqualified, lostReason)
    return readLead(await getRecord(context, 'leads', externalId, asked))
  },

  async *list(context: DynamicsContext, { updatedSince }: OperationInput<'leads.list'>) {
    const $filter = updatedSince === undefined ? undefined : `modifiedon ge ${updatedSince.toISOString()}`
    for await (const record of readAll(context, 'leads', { ...asked, $filter, $orderby: 'createdon asc' }))
      yield readLead(record)
  },
}

function readLead(record: Row): Lead {
  const ours = lead.read(record as DynamicsLead)
  const source = record[sourceText]
  return { ...ours, title: ours.title ?? '', ...(typeof source === 'string' ? { source } : {}) }
}

async function writeLead(context: DynamicsContext, input: Parameters<typeof lead.write>[0]): Promise<Row> {
  const currency = input.currency ?? context.settings.currency
  const named = typeof input.amountMinor === 'number' || input.currency ? await inCurrency(context, currency) : {}
  return { ...lead.write({ ...input, currency }), ...named }
}

async function forContact(context: DynamicsContext, contactId: string): Promise<Row> {
  const $select = 'firstname,lastname,emailaddress1,telephone1'
  const { firstname, lastname, emailaddress1, telephone1 } = await getRecord(context, 'contacts', contactId, {
    $select,
  })
  return {
    ...{ firstname, lastname, emailaddress1, telephone1 },
    'parentcontactid@odata.bind': placeOf('contacts', contactId),
  }
}

/** Sources are options; one that the environment does not have is told in the description. */
async function fromSource(context: DynamicsContext, source: string): Promise<Row> {
  const options = (await optionsOf(context, 'lead', 'Picklist')).get('leadsourcecode') ?? []
  const found = options.find(({ Label }) => textOf(Label)?.toLowerCase() === source.toLowerCase())
  return found ? { leadsourcecode: found.Value } : { description: `Source: ${source}` }
}

async function setState(context: DynamicsContext, id: string, statecode: number, statuscode: number): Promise<void> {
  await updateRecord(context, 'leads', id, { statecode, statuscode }, idAlone)
}

/** Only once: who asks again after an answer was lost finds it qualified. */
async function qualify(context: DynamicsContext, id: string): Promise<void> {
  const { statecode, _parentcontactid_value: contactId } = await getRecord(context, 'leads', id, asked)
  if (statecode === qualified) return
  await context.http.post(`${placeOf('leads', id)}/Microsoft.Dynamics.CRM.QualifyLead`, {
    CreateAccount: false,
    CreateContact: typeof contactId !== 'string',
    CreateOpportunity: true,
    ...(typeof contactId === 'string'
      ? { OpportunityCustomerId: { '@odata.type': 'Microsoft.Dynamics.CRM.contact', contactid: contactId } }
      : {}),
    Status: 3,
  })
}
