import type { Deal, New, OperationInput, Pipeline } from '../../kit/index.ts'
import { inCurrency, withCurrency } from './currency.ts'
import { optionsOf } from './custom-fields.ts'
import { deal } from './mappings.ts'
import { placeOf } from './paths.ts'
import { createRecord, getRecord, readAll, updateRecord } from './records.ts'
import { type DynamicsContext, ownedBy, type Settings } from './settings.ts'
import { type Opportunity, type Row, textOf } from './types.ts'

/** Opportunities have one set of stages: the options of a column. */
const pipelineId = 'opportunity'
const states = { open: 0, won: 1, lost: 2 } as const
const inProgress = 1

const stageColumn = ({ stage_column: column = 'salesstage' }: Settings): string => column
const idAlone = { $select: 'opportunityid' }
const columns =
  'opportunityid,name,estimatedvalue,estimatedclosedate,_parentcontactid_value,statecode,createdon,modifiedon'
const askedOf = ({ settings }: DynamicsContext) => ({
  $select: `${columns},${stageColumn(settings)}`,
  $expand: withCurrency,
})

export const deals = {
  async create(context: DynamicsContext, input: New<Deal>): Promise<Deal> {
    const { settings } = context
    const stageId = input.stageId ?? settings.default_stage
    const record = { ...(await writeDeal(context, { ...input, stageId })), ...ownedBy(settings) }
    const { record: made } = await createRecord<Opportunity>(context, 'opportunities', record, idAlone)
    const { opportunityid: externalId } = made
    if (input.status === 'won' || input.status === 'lost') await close(context, externalId, input.status)
    return await deals.get(context, { externalId })
  },

  /** What is won or lost can be changed only when it is opened again. */
  async update(context: DynamicsContext, { externalId, changes }: OperationInput<'deals.update'>): Promise<Deal> {
    const { status } = changes
    if (status === 'open') await reopen(context, externalId)
    const record = await writeDeal(context, changes)
    if (Object.keys(record).length > 0) await updateRecord(context, 'opportunities', externalId, record, idAlone)
    if (status === 'won' || status === 'lost') await close(context, externalId, status)
    return await deals.get(context, { externalId })
  },

  get: async (context: DynamicsContext, { externalId }: { externalId: string }): Promise<Deal> =>
    readDeal(await getRecord(context, 'opportunities', externalId, askedOf(context)), context.settings),

  async *list(context: DynamicsContext, { updatedSince }: OperationInput<'deals.list'>) {
    const $filter = updatedSince === undefined ? undefined : `modifiedon ge ${updatedSince.toISOString()}`
    const query = { ...askedOf(context), $filter, $orderby: 'createdon asc' }
    for await (const record of readAll(context, 'opportunities', query)) yield readDeal(record, context.settings)
  },

  async pipelines(context: DynamicsContext): Promise<Pipeline[]> {
    const options = (await optionsOf(context, 'opportunity', 'Picklist')).get(stageColumn(context.settings)) ?? []
    const stages = options.map(({ Value, Label }) => ({ id: String(Value), name: textOf(Label) ?? String(Value) }))
    return [{ id: pipelineId, name: 'Opportunities', stages }]
  },
}

function readDeal(record: Row, settings: Settings): Deal {
  const ours = deal.read(record as Opportunity)
  const stage = record[stageColumn(settings)]
  return {
    ...ours,
    title: ours.title ?? '',
    pipelineId,
    ...(typeof stage === 'number' ? { stageId: String(stage) } : {}),
  }
}

/** The contact is both the customer and the person whom the opportunity is about. */
async function writeDeal(context: DynamicsContext, input: Parameters<typeof deal.write>[0]): Promise<Row> {
  const { settings } = context
  const { contactId, stageId } = input
  const currency = input.currency ?? settings.currency
  const contact = contactId ? placeOf('contacts', contactId, 'contact') : undefined
  const named = typeof input.amountMinor === 'number' || input.currency ? await inCurrency(context, currency) : {}
  return {
    ...deal.write({ ...input, currency }),
    ...named,
    ...(stageId === undefined ? {} : { [stageColumn(settings)]: stageId === null ? null : Number(stageId) }),
    ...(contact === undefined
      ? {}
      : { 'customerid_contact@odata.bind': contact, 'parentcontactid@odata.bind': contact }),
  }
}

const stateOf = async (context: DynamicsContext, id: string): Promise<unknown> =>
  (await getRecord(context, 'opportunities', id, { $select: 'statecode' })).statecode

/** Only once: who asks again after an answer was lost finds it closed. */
async function close(context: DynamicsContext, id: string, status: 'won' | 'lost'): Promise<void> {
  const state = await stateOf(context, id)
  if (state === states[status]) return
  if (state !== states.open) await reopen(context, id)
  const opportunity = placeOf('opportunities', id)
  const [action, reason] = status === 'won' ? ['WinOpportunity', 3] : ['LoseOpportunity', 4]
  await context.http.post(`/${action}`, {
    Status: reason,
    OpportunityClose: {
      subject: status === 'won' ? 'Won' : 'Lost',
      'opportunityid@odata.bind': opportunity,
    },
  })
}

async function reopen(context: DynamicsContext, id: string): Promise<void> {
  if ((await stateOf(context, id)) === states.open) return
  const changes = { statecode: states.open, statuscode: inProgress }
  await updateRecord(context, 'opportunities', id, changes, { $select: 'statecode' })
}
