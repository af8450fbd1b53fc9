import {
  type Changes,
  type Deal,
  type New,
  type OperationInput,
  type Pipeline,
  settingMissing,
} from '../../kit/index.ts'
import { deal, dealFields, type Texts } from './mappings.ts'
import { objects, paths, withContacts } from './paths.ts'
import { modifiedSince } from './search.ts'
import type { HubSpotContext, Settings } from './settings.ts'
import type { HubSpotDeal, HubSpotPipeline, Listed } from './types.ts'

const kind = { type: 'deals' as const, properties: dealFields, modified: 'hs_lastmodifieddate' }
const query = { properties: dealFields.join(','), associations: 'contacts' }

export const deals = {
  async create(context: HubSpotContext, input: New<Deal>): Promise<Deal> {
    const { http, settings } = context
    const pipelineId = input.pipelineId ?? settings.pipeline_id
    const stageId = input.stageId ?? (await stageOf(context, input.status ?? 'open', pipelineId))
    const properties = {
      ...dealProperties({ ...input, pipelineId, stageId }, input.currency ?? settings.currency),
      ...(settings.owner === undefined ? {} : { hubspot_owner_id: settings.owner }),
    }
    const body = { properties, associations: withContacts('deals', [input.contactId]) }
    const made = readDeal(await http.post<HubSpotDeal>(objects('deals'), body), settings)
    return { ...made, title: input.title, ...(input.contactId === undefined ? {} : { contactId: input.contactId }) }
  },

  async update(context: HubSpotContext, { externalId, changes }: OperationInput<'deals.update'>): Promise<Deal> {
    const { http } = context
    const { amountMinor, currency, status, contactId, pipelineId, stageId } = changes
    // What an amount is worth in HubSpot depends on the deal's own currency, a stage on its pipeline.
    const needsCurrent =
      (typeof amountMinor === 'number' && !currency) || (status && !stageId && !pipelineId) ? true : undefined
    const current = needsCurrent && (await deals.get(context, { externalId }))
    const stage = stageId ?? (await stageOf(context, status ?? undefined, pipelineId ?? current?.pipelineId))
    const properties = dealProperties(
      { ...changes, ...(stage === undefined ? {} : { stageId: stage }) },
      currency ?? current?.currency,
    )
    if (Object.keys(properties).length > 0) {
      await http.patch(objects('deals', externalId), { properties }, { repeatable: true })
    }
    if (contactId) await http.put(objects('deals', externalId, 'associations', 'default', 'contacts', contactId))
    return await deals.get(context, { externalId })
  },

  async get({ http, settings }: HubSpotContext, { externalId }: { externalId: string }): Promise<Deal> {
    return readDeal(await http.get<HubSpotDeal>(objects('deals', externalId), query), settings)
  },

  /** Deals since a time come without their contacts, which HubSpot's search does not tell. */
  async *list(context: HubSpotContext, { updatedSince }: OperationInput<'deals.list'>) {
    const found =
      updatedSince === undefined
        ? context.http.pages<HubSpotDeal>(objects('deals'), query)
        : modifiedSince<HubSpotDeal>(context, kind, updatedSince)
    for await (const record of found) yield readDeal(record, context.settings)
  },

  async pipelines(context: HubSpotContext): Promise<Pipeline[]> {
    return (await pipelinesOf(context)).map(({ id, label, stages }) => ({
      id,
      name: label,
      stages: stages.map((stage) => ({ id: stage.id, name: stage.label })),
    }))
  },
}

const pipelinesOf = async ({ http }: HubSpotContext): Promise<HubSpotPipeline[]> =>
  (await http.get<Listed<HubSpotPipeline>>(paths.pipelines)).results

/** The stage of a pipeline that means won, lost or open (its first); HubSpot tells by the probability of closed stages. */
async function stageOf(
  context: HubSpotContext,
  status: Deal['status'],
  pipelineId: string | undefined,
): Promise<string | undefined> {
  if (status === undefined) return undefined
  const { pipeline_id: ownPipeline, default_stage_id: ownStage } = context.settings
  if (status === 'open' && ownStage !== undefined && pipelineId === ownPipeline) return ownStage
  const pipelines = await pipelinesOf(context)
  const pipeline = pipelines.find(({ id }) => id === pipelineId) ?? pipelines[0]
  const stage = pipeline?.stages.find(({ metadata: { isClosed, probability } }) => {
    if (status === 'open') return isClosed !== 'true'
    return isClosed === 'true' && Number(probability) === (status === 'won' ? 1 : 0)
  })
  if (stage === undefined) throw settingMissing('pipeline_id', `the pipeline has no stage for deals that are ${status}`)
  return stage.id
}

function dealProperties(input: New<Deal> | Changes<Deal>, currency: string | undefined): Texts {
  const { deal_currency_code: code, ...properties } = deal.write({ ...input, currency: currency ?? null })
    .properties as Texts
  // Accounts with one currency refuse the property, so it is sent only where the caller named one.
  return input.currency === undefined || code === undefined ? properties : { ...properties, deal_currency_code: code }
}

function readDeal(record: HubSpotDeal, { currency }: Settings): Deal {
  const { properties } = record
  const read = deal.read({
    ...record,
    properties: { ...properties, deal_currency_code: properties.deal_currency_code ?? currency ?? null },
  })
  return { ...read, title: read.title ?? '', raw: record }
}
