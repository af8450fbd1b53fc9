import type { Deal, New, OperationInput, Pipeline } from '../../kit/index.ts'
import { deal, dealFields } from './mappings.ts'
import { paths } from './paths.ts'
import { getRecord, listRecords, writeRow } from './records.ts'
import { moduleOf, ownedBy, type Settings, type ZohoContext } from './settings.ts'
import { pipelinesOf, type Stages, stageFor, stagesOf, statusOf } from './stages.ts'
import type { ZohoDeal } from './types.ts'

const dayMs = 86_400_000
const what = 'the deal'

export const deals = {
  async create(context: ZohoContext, input: New<Deal>): Promise<Deal> {
    const { settings } = context
    const whole = {
      ...usualDeal(context),
      ...input,
      stageId: input.stageId ?? (await stageFor(context, input.status ?? 'open')),
    }
    const record = { ...dealRecord(whole, settings), ...ownedBy(settings) }
    const { id, row } = await writeRow(context, what, { method: 'POST', path: paths.records('Deals'), record })
    return { ...whole, externalId: id, raw: row }
  },

  async update(context: ZohoContext, { externalId, changes }: OperationInput<'deals.update'>): Promise<Deal> {
    const { status, stageId } = changes
    const stage = stageId ?? (status ? await stageFor(context, status) : undefined)
    const record = dealRecord({ ...changes, ...(stage === undefined ? {} : { stageId: stage }) }, context.settings)
    if (Object.keys(record).length > 0)
      await writeRow(context, what, { method: 'PUT', path: paths.records('Deals', externalId), record })
    return await deals.get(context, { externalId })
  },

  async get(context: ZohoContext, { externalId }: { externalId: string }): Promise<Deal> {
    const record = await getRecord<ZohoDeal>(context, 'Deals', externalId, dealFields)
    return readDeal(record, await stagesOf(context), context.settings)
  },

  async *list(context: ZohoContext, { updatedSince }: OperationInput<'deals.list'>) {
    const stages = await stagesOf(context)
    for await (const record of listRecords<ZohoDeal>(context, 'Deals', dealFields, updatedSince))
      yield readDeal(record, stages, context.settings)
  },

  pipelines: async (context: ZohoContext): Promise<Pipeline[]> => await pipelinesOf(context),
}

/** What a new deal is where nothing else is said. */
export function usualDeal({ settings, now }: ZohoContext): { closesAt: Date; pipelineId?: string } {
  const { close_in_days: days = 30, default_pipeline: pipelineId } = settings
  return {
    closesAt: new Date(now().getTime() + days * dayMs),
    ...(pipelineId === undefined ? {} : { pipelineId }),
  }
}

/**
 * Only accounts with several currencies know the field, so it is sent where another one is named than their own. Only contacts can be
 * named by a deal; where people are leads it stands alone.
 */
export function dealRecord(input: Parameters<typeof deal.write>[0], settings: Settings): Record<string, unknown> {
  const { currency: own } = settings
  const { currency = own, contactId, ...rest } = input
  const who = moduleOf(settings) === 'Contacts' && contactId !== undefined ? { contactId } : {}
  const written = deal.write({ ...rest, ...who, currency })
  return currency && own && currency !== own ? { ...written, Currency: currency } : { ...written }
}

function readDeal(record: ZohoDeal, { values }: Stages, { currency }: Settings): Deal {
  const stage = values.find(({ actual_value: value }) => value === record.Stage)
  const read = deal.read({ ...record, Currency: currency ?? null })
  return {
    ...read,
    title: read.title ?? '',
    ...(stage === undefined ? {} : { status: statusOf(stage) }),
    ...(currency === undefined ? {} : { currency }),
    raw: record,
  }
}
