import { ConnectorError, type Deal, type Lead, type New, type Note, type OperationInput } from '../../kit/index.ts'
import { customerOf } from './contacts.ts'
import { addNote } from './jobs.ts'
import { pagesOf, recordsSince } from './pages.ts'
import { paths } from './paths.ts'
import { currencyOf, type HcpContext } from './settings.ts'
import type { HcpEstimate, HcpLead } from './types.ts'

export const notes = {
  /** A note of a job, where the id is that of a job; else it is added to those of the customer, which are one text. */
  async create(context: HcpContext, input: New<Note>): Promise<Note> {
    const { contactId, subject, text } = input
    const at = input.at ?? context.now()
    const content = [subject, text].filter(Boolean).join('\n')
    if (contactId.startsWith('job_')) {
      const { id } = await addNote(context, contactId, content)
      return { ...input, at, externalId: id }
    }
    return await context.inTurn(`notes/${contactId}`, async () => {
      const { notes: before } = await customerOf(context, contactId)
      const all = [before, `${at.toISOString().slice(0, 10)} ${content}`].filter(Boolean).join('\n\n')
      // Sent again it would be the same text, whatever became of the first.
      await context.http.put(paths.customer(contactId), { notes: all })
      return { ...input, at, externalId: contactId }
    })
  },
}

export const leads = {
  async create(context: HcpContext, input: New<Lead>): Promise<Lead> {
    const { title, contactId, amountMinor = 0, source = context.settings.lead_source } = input
    const body = {
      customer_id: needCustomer(contactId, 'lead'),
      line_items: [{ name: title, unit_price: amountMinor, quantity: 1 }],
      ...(source === undefined ? {} : { lead_source: source }),
    }
    return { ...readLead(context, await context.http.post<HcpLead>(paths.leads, body)), title }
  },

  /** Leads do not say when they changed, so all of them are told. */
  async *list(context: HcpContext, _: OperationInput<'leads.list'>) {
    const query = { sort_by: 'created_at', sort_direction: 'asc' }
    for await (const lead of context.http.pages<HcpLead>(paths.leads, query, { pages: pagesOf('leads') }))
      yield readLead(context, lead)
  },
}

/** Deals are estimates with one option. */
export const deals = {
  async create(context: HcpContext, input: New<Deal>): Promise<Deal> {
    const { title, contactId, amountMinor = 0 } = input
    const { http, settings } = context
    const id = needCustomer(contactId, 'estimate')
    const { addresses } = await customerOf(context, id)
    const address = addresses?.find(({ type }) => type === 'service') ?? addresses?.[0]
    const body = {
      customer_id: id,
      ...(address?.id ? { address_id: address.id } : {}),
      options: [{ name: title, line_items: [{ name: title, unit_price: amountMinor, quantity: 1 }] }],
      ...(settings.default_employee_id === undefined ? {} : { assigned_employee_ids: [settings.default_employee_id] }),
      ...(settings.lead_source === undefined ? {} : { lead_source: settings.lead_source }),
    }
    return { ...readDeal(context, await http.post<HcpEstimate>(paths.estimates, body)), title }
  },

  get: async (context: HcpContext, { externalId }: { externalId: string }) =>
    readDeal(context, await context.http.get<HcpEstimate>(paths.estimate(externalId))),

  async *list(context: HcpContext, { updatedSince }: OperationInput<'deals.list'>) {
    const estimates = { path: paths.estimates, items: 'estimates' }
    for await (const estimate of recordsSince<HcpEstimate>(context, estimates, updatedSince))
      yield readDeal(context, estimate)
  },
}

const needCustomer = (id: string | undefined, what: string): string => {
  if (id !== undefined) return id
  const why = `Housecall Pro: a ${what} belongs to a customer; give "contactId" (VALIDATION_FAILED)`
  throw new ConnectorError('VALIDATION_FAILED', why)
}

const readLead = (context: HcpContext, lead: HcpLead): Lead => ({
  externalId: lead.id,
  title: `Lead ${lead.number ?? lead.id}`,
  currency: currencyOf(context),
  ...(lead.customer ? { contactId: lead.customer.id } : {}),
  ...(typeof lead.total_amount === 'number' ? { amountMinor: lead.total_amount } : {}),
  ...(lead.status ? { status: lead.status } : {}),
  ...(lead.lead_source ? { source: lead.lead_source } : {}),
  raw: lead,
})

/** The first of its options, since a deal knows but one. */
const readDeal = (context: HcpContext, estimate: HcpEstimate): Deal => {
  const { id, customer, created_at: created, updated_at: updated } = estimate
  const [option] = estimate.options ?? []
  return {
    externalId: id,
    title: option?.name || `Estimate ${estimate.estimate_number ?? id}`,
    currency: currencyOf(context),
    status: statusOf(option?.approval_status),
    ...(typeof option?.total_amount === 'number' ? { amountMinor: option.total_amount } : {}),
    ...(customer ? { contactId: customer.id } : {}),
    ...(created ? { createdAt: new Date(created) } : {}),
    ...(updated ? { updatedAt: new Date(updated) } : {}),
    raw: estimate,
  }
}

const statusOf = (approval: string | null | undefined): NonNullable<Deal['status']> =>
  /approved$/.test(approval ?? '') ? 'won' : /declined$|^expired$/.test(approval ?? '') ? 'lost' : 'open'
