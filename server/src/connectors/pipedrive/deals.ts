import { type Deal, type New, notFoundAtVendor, type OperationInput, type Pipeline } from '../../kit/index.ts'
import { updatedSinceText } from './changes.ts'
import { currencyFor } from './currency.ts'
import { deal } from './mappings.ts'
import { paths } from './paths.ts'
import { ownedBy, type PipedriveContext } from './settings.ts'
import type { PipedriveDeal, PipedrivePipeline, Reply, Stage } from './types.ts'

export const deals = {
  async create(context: PipedriveContext, input: New<Deal>): Promise<Deal> {
    const { http, settings } = context
    const { pipeline_id: ownPipeline, stage_id: ownStage } = settings
    const pipelineId = input.pipelineId ?? textOf(ownPipeline)
    // The stage of the settings belongs to their pipeline.
    const stageId = input.stageId ?? (pipelineId === textOf(ownPipeline) ? textOf(ownStage) : undefined)
    const currency = await currencyFor(context, input)
    const body = { ...deal.write({ ...input, pipelineId, stageId, currency }), ...ownedBy(settings) }
    return deal.read((await http.post<Reply<PipedriveDeal>>(paths.deals(), body)).data)
  },

  async update(context: PipedriveContext, { externalId, changes }: OperationInput<'deals.update'>): Promise<Deal> {
    const isPlainAmount = typeof changes.amountMinor === 'number' && !changes.currency
    // How an amount is written depends on the deal's own currency.
    const currency = isPlainAmount ? (await deals.get(context, { externalId })).currency : changes.currency
    const body = deal.write({ ...changes, currency })
    const { data } = await context.http.patch<Reply<PipedriveDeal>>(paths.deals(externalId), body, { repeatable: true })
    return deal.read(data)
  },

  async get({ http }: PipedriveContext, { externalId }: { externalId: string }): Promise<Deal> {
    const { data } = await http.get<Reply<PipedriveDeal>>(paths.deals(externalId))
    if (data.is_deleted) throw notFoundAtVendor('Pipedrive', 'deal')
    return deal.read(data)
  },

  async *list({ http }: PipedriveContext, { updatedSince }: OperationInput<'deals.list'>) {
    const query = { sort_by: 'id', updated_since: updatedSinceText(updatedSince) }
    for await (const record of http.pages<PipedriveDeal>(paths.deals(), query)) yield deal.read(record)
  },

  async pipelines({ http }: PipedriveContext): Promise<Pipeline[]> {
    const pipelines = await Array.fromAsync(http.pages<PipedrivePipeline>(paths.pipelines))
    const stages = await Array.fromAsync(http.pages<Stage>(paths.stages, { sort_by: 'order_nr' }))
    return pipelines.map(({ id, name }) => ({
      id: String(id),
      name,
      stages: stages
        .filter((stage) => stage.pipeline_id === id)
        .map((stage) => ({ id: String(stage.id), name: stage.name })),
    }))
  },
}

const textOf = (id: number | undefined): string | undefined => (id === undefined ? undefined : String(id))
