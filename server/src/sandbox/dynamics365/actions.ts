import type { Account } from '../emulator.ts'
import { badRequest, refused } from './failures.ts'
import { type Fields, workflowIds } from './fixed.ts'
import { createRecord, needRecord, updateRecord } from './records.ts'
import { type Table, tableNamed } from './tables.ts'

const only = (body: Fields, ...names: string[]): void => {
  const unknown = Object.keys(body).find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw badRequest(`The parameter '${unknown}' in the request payload is not a valid parameter for the operation.`)
}
const tableOf = (account: Account, name: string): Table => tableNamed(account, name)!

/** `WinOpportunity` and `LoseOpportunity`. */
export function closeOpportunity(account: Account, statecode: 1 | 2, body: Fields): void {
  only(body, 'Status', 'OpportunityClose')
  const { subject, 'opportunityid@odata.bind': bind, ...rest } = Object(body.OpportunityClose) as Fields
  const [, id = ''] = /^\/opportunities\(([^()]+)\)$/.exec(String(bind)) ?? []
  if (typeof subject !== 'string' || Object.keys(rest).length > 0) throw badRequest('OpportunityClose is not valid.')
  const { data } = needRecord(account, 'opportunity', id)
  if (data.statecode !== 0) throw refused(400, '0x80040203', 'The opportunity has already been closed.')
  updateRecord(account, tableOf(account, 'opportunity'), id, { statecode, statuscode: body.Status }, { byAction: true })
}

/** Makes what was asked for of a lead, and says what. */
export function qualifyLead(account: Account, id: string, body: Fields): Fields {
  only(
    body,
    'CreateAccount',
    'CreateContact',
    'CreateOpportunity',
    'OpportunityCurrencyId',
    'OpportunityCustomerId',
    'SourceCampaignId',
    'Status',
  )
  const flags = [body.CreateAccount, body.CreateContact, body.CreateOpportunity]
  if (flags.some((flag) => typeof flag !== 'boolean') || !Number.isInteger(body.Status))
    throw badRequest('A required parameter of QualifyLead is missing.')
  const { data } = needRecord(account, 'lead', id)
  if (data.statecode !== 0) throw refused(400, '0x80040203', 'The lead is already closed.')
  const customer = Object(body.OpportunityCustomerId) as Fields
  const made: Fields[] = []
  let contactId =
    typeof customer.contactid === 'string' ? needRecord(account, 'contact', customer.contactid).id : undefined
  if (body.CreateContact) {
    const person = Object.fromEntries(
      ['firstname', 'lastname', 'emailaddress1', 'telephone1'].map((name) => [name, data[name] ?? null]),
    )
    contactId = createRecord(account, tableOf(account, 'contact'), person).id
    made.push({ '@odata.type': '#Microsoft.Dynamics.CRM.contact', contactid: contactId })
  }
  if (body.CreateOpportunity) {
    const contact =
      contactId === undefined
        ? {}
        : {
            'parentcontactid@odata.bind': `/contacts(${contactId})`,
            'customerid_contact@odata.bind': `/contacts(${contactId})`,
          }
    const opportunity = createRecord(account, tableOf(account, 'opportunity'), {
      name: data.subject ?? null,
      'originatingleadid@odata.bind': `/leads(${id})`,
      ...contact,
    })
    made.push({ '@odata.type': '#Microsoft.Dynamics.CRM.opportunity', opportunityid: opportunity.id })
  }
  updateRecord(account, tableOf(account, 'lead'), id, { statecode: 1, statuscode: body.Status }, { byAction: true })
  return { value: made }
}

/** Starts a workflow for a contact: one that runs, and one that nobody may run. */
export function executeWorkflow(account: Account, id: string, body: Fields): Fields {
  only(body, 'EntityId')
  const { data } = needRecord(account, 'workflow', id)
  if (data.ondemand !== true) throw refused(400, '0x80045017', 'This workflow cannot run on demand.')
  const contact = needRecord(account, 'contact', String(body.EntityId))
  if (id === workflowIds.broken)
    throw refused(403, '0x80040220', 'Principal user is missing prvExecuteWorkflow privilege.')
  const run = account.records<Fields>('workflowRuns').create({ workflowId: id, contactId: contact.id })
  return { asyncoperationid: `00000000-0000-4000-8000-${run.id.padStart(12, '0')}`, statecode: 0 }
}
