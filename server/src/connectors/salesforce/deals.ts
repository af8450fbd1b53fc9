import { type Deal, type New, type OperationInput, type Pipeline, settingMissing } from '../../kit/index.ts'
import { firstIdOf } from './faults.ts'
import { deal, opportunityFields } from './mappings.ts'
import { paths } from './paths.ts'
import { ownedBy, type SalesforceContext, type Settings } from './settings.ts'
import { queryAll, queryPage, quoted } from './soql.ts'
import type { CompositeAnswer, Opportunity, Saved, Stage } from './types.ts'

const dayMs = 86_400_000
/** Ids of contacts begin so; a lead cannot have a role in an opportunity. */
const contactPrefix = '003'
/** Salesforce knows one set of stages unless sales processes divide it. */
const pipelineId = 'Opportunity'

export const deals = {
  /** The opportunity and the role of its contact are written together or not at all. */
  async create(context: SalesforceContext, input: New<Deal>): Promise<Deal> {
    const { http, settings, now } = context
    const { default_stage: stage = 'Prospecting', close_in_days: days = 30 } = settings
    const status = input.status === undefined || input.status === 'open' ? undefined : input.status
    const whole = {
      closesAt: new Date(now().getTime() + days * dayMs),
      ...input,
      stageId: input.stageId ?? (status === undefined ? stage : await stageOf(context, status)),
    }
    const record = { ...dealRecord(whole, settings), ...ownedBy(settings) }
    if (!input.contactId?.startsWith(contactPrefix)) {
      const { contactId: _, ...rest } = whole
      const saved = await http.post<Saved>(paths.sobjects('Opportunity'), record)
      return { ...rest, externalId: saved.id ?? '', raw: saved }
    }
    const role = { OpportunityId: '@{deal.id}', ContactId: input.contactId, IsPrimary: true }
    const answer = await http.post<CompositeAnswer>(paths.composite, {
      allOrNone: true,
      compositeRequest: [
        { method: 'POST', url: paths.sobjects('Opportunity'), referenceId: 'deal', body: record },
        { method: 'POST', url: paths.sobjects('OpportunityContactRole'), referenceId: 'role', body: role },
      ],
    })
    return { ...whole, externalId: firstIdOf(answer, 'the deal'), raw: answer }
  },

  async update(context: SalesforceContext, { externalId, changes }: OperationInput<'deals.update'>): Promise<Deal> {
    const { http, settings } = context
    const { status, stageId, contactId } = changes
    const stage = stageId ?? (status ? await stageOf(context, status) : undefined)
    const record = dealRecord({ ...changes, ...(stage === undefined ? {} : { stageId: stage }) }, settings)
    if (Object.keys(record).length > 0)
      await http.patch(paths.sobjects('Opportunity', externalId), record, { repeatable: true })
    if (contactId?.startsWith(contactPrefix)) await takePart(context, externalId, contactId)
    return await deals.get(context, { externalId })
  },

  async get(context: SalesforceContext, { externalId }: { externalId: string }): Promise<Deal> {
    const query = { fields: opportunityFields.replaceAll(' ', '') }
    const record = await context.http.get<Opportunity>(paths.sobjects('Opportunity', externalId), query)
    const [role] = await rolesOf(context, externalId)
    return { ...readDeal(record, context.settings), ...(role === undefined ? {} : { contactId: role.ContactId }) }
  },

  /** Without the contacts, which stand in a table of their own. */
  async *list(context: SalesforceContext, { updatedSince }: OperationInput<'deals.list'>) {
    const where = updatedSince === undefined ? '' : ` WHERE SystemModstamp >= ${updatedSince.toISOString()}`
    const soql = `SELECT ${opportunityFields} FROM Opportunity${where} ORDER BY CreatedDate ASC`
    for await (const record of queryAll<Opportunity>(context, soql)) yield readDeal(record, context.settings)
  },

  async pipelines(context: SalesforceContext): Promise<Pipeline[]> {
    const stages = (await stagesOf(context)).map(({ ApiName, MasterLabel }) => ({ id: ApiName, name: MasterLabel }))
    return [{ id: pipelineId, name: 'Opportunities', stages }]
  },
}

const stagesOf = (context: SalesforceContext): Promise<Stage[]> =>
  queryPage<Stage>(
    context,
    'SELECT ApiName, MasterLabel, IsClosed, IsWon FROM OpportunityStage WHERE IsActive = true ORDER BY SortOrder ASC',
  )

/** The first stage that means won, lost or open. */
async function stageOf(context: SalesforceContext, status: NonNullable<Deal['status']>): Promise<string> {
  const { default_stage: own } = context.settings
  if (status === 'open' && own !== undefined) return own
  const found = (await stagesOf(context)).find(({ IsClosed, IsWon }) =>
    status === 'open' ? !IsClosed : IsClosed && IsWon === (status === 'won'),
  )
  if (found === undefined) throw settingMissing('default_stage', `there is no stage for deals that are ${status}`)
  return found.ApiName
}

type Role = { Id: string; ContactId: string }
const rolesOf = (context: SalesforceContext, dealId: string): Promise<Role[]> =>
  queryPage<Role>(
    context,
    `SELECT Id, ContactId FROM OpportunityContactRole WHERE OpportunityId = ${quoted(dealId)} ORDER BY IsPrimary DESC LIMIT 50`,
  )

async function takePart(context: SalesforceContext, dealId: string, contactId: string): Promise<void> {
  const roles = await rolesOf(context, dealId)
  if (roles.some(({ ContactId }) => ContactId === contactId)) return
  const role = { OpportunityId: dealId, ContactId: contactId, IsPrimary: true }
  await context.http.post(paths.sobjects('OpportunityContactRole'), role)
}

/** Only organisations with several currencies know the field, so it is sent where another one is named than their own. */
function dealRecord(input: Parameters<typeof deal.write>[0], { currency: own }: Settings): Record<string, unknown> {
  const { currency = own } = input
  const written = deal.write({ ...input, currency })
  return currency && own && currency !== own ? { ...written, CurrencyIsoCode: currency } : { ...written }
}

/** Amounts are in the organisation's currency, of which an opportunity says nothing. */
function readDeal(record: Opportunity, { currency }: Settings): Deal {
  const read = deal.read({ ...record, CurrencyIsoCode: currency ?? null })
  return {
    ...read,
    title: read.title ?? '',
    pipelineId,
    ...(currency === undefined ? {} : { currency }),
    raw: record,
  }
}
