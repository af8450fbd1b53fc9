import {
  type Deal,
  type New,
  type OperationInput,
  type Paging,
  type Pipeline,
  settingMissing,
} from '../../kit/index.ts'
import { belongsToContact } from './activities.ts'
import { deal } from './mappings.ts'
import { paths } from './paths.ts'
import { type GhlContext, locationOf } from './settings.ts'
import type { GhlOpportunity, GhlPipeline } from './types.ts'

type One = { opportunity: GhlOpportunity }
type Meta = { meta?: { startAfter?: number | null; startAfterId?: string | null } }

/** The next page begins behind a time and an id. */
const pages: Paging = {
  first: { limit: 100 },
  items: (body) => (body as { opportunities?: unknown[] }).opportunities ?? [],
  next({ body }, _sent, count) {
    const { startAfter, startAfterId } = (body as Meta).meta ?? {}
    return count > 0 && startAfter && startAfterId ? { query: { startAfter, startAfterId } } : undefined
  },
}

export const deals = {
  async create(context: GhlContext, input: New<Deal>): Promise<Deal> {
    const { settings } = context
    if (input.contactId === undefined) throw belongsToContact('deal')
    const pipelineId = input.pipelineId ?? settings.pipeline_id ?? (await firstPipeline(context))
    const stageId = input.stageId ?? (pipelineId === settings.pipeline_id ? settings.default_stage_id : undefined)
    const body = {
      ...written({ ...input, pipelineId, stageId }, settings.currency),
      locationId: locationOf(context),
      contactId: input.contactId,
      status: input.status ?? 'open',
      ...(settings.user_id === undefined ? {} : { assignedTo: settings.user_id }),
    }
    const { opportunity } = await context.http.post<One>(paths.opportunities, body)
    return read(opportunity, settings.currency)
  },

  /** GoHighLevel moves no opportunity to another contact. */
  async update({ http, settings }: GhlContext, { externalId, changes }: OperationInput<'deals.update'>): Promise<Deal> {
    const body = written(changes, settings.currency)
    const { opportunity } = await http.put<One>(paths.opportunity(externalId), body)
    return read(opportunity, settings.currency)
  },

  async get({ http, settings }: GhlContext, { externalId }: { externalId: string }): Promise<Deal> {
    return read((await http.get<One>(paths.opportunity(externalId))).opportunity, settings.currency)
  },

  /** GoHighLevel searches by the time of creation only, so all are read and the unchanged left out. */
  async *list(context: GhlContext, { updatedSince }: OperationInput<'deals.list'>) {
    const query = { location_id: locationOf(context) }
    for await (const record of context.http.pages<GhlOpportunity>(paths.opportunitySearch, query, { pages })) {
      const found = read(record, context.settings.currency)
      const changedAt = found.updatedAt ?? found.createdAt
      if (updatedSince === undefined || changedAt === undefined || changedAt >= updatedSince) yield found
    }
  },

  async pipelines(context: GhlContext): Promise<Pipeline[]> {
    return (await pipelinesOf(context)).map(({ id, name, stages }) => ({
      id,
      name,
      stages: stages.map((stage) => ({ id: stage.id, name: stage.name })),
    }))
  },
}

const pipelinesOf = async (context: GhlContext): Promise<GhlPipeline[]> => {
  const query = { locationId: locationOf(context) }
  return (await context.http.get<{ pipelines: GhlPipeline[] }>(paths.pipelines, query)).pipelines
}

async function firstPipeline(context: GhlContext): Promise<string> {
  const [first] = await pipelinesOf(context)
  if (first === undefined) throw settingMissing('pipeline_id', 'the location has no pipeline yet')
  return first.id
}

/** Amounts are in the location's own currency, which the API does not tell. */
function written(input: Partial<New<Deal>> | OperationInput<'deals.update'>['changes'], currency: string | undefined) {
  const code = input.currency ?? currency
  return deal.write({ ...input, ...(code === undefined ? {} : { currency: code }) } as New<Deal>)
}

function read(record: GhlOpportunity, currency: string | undefined): Deal {
  const ours = deal.read({ ...record, ...(currency === undefined ? {} : { currency }) })
  return { ...ours, title: ours.title ?? '', raw: record, ...(currency === undefined ? {} : { currency }) }
}
