import { type Deal, type Pipeline, settingMissing } from '../../kit/index.ts'
import { paths } from './paths.ts'
import type { ZohoContext } from './settings.ts'
import type { FieldShape, PickListValue, ZohoPipeline } from './types.ts'

type Status = NonNullable<Deal['status']>
/** What each stage means, and the layout whose pipelines hold them. */
export type Stages = { values: PickListValue[]; layout: string | undefined }

export async function fieldsOf({ http }: ZohoContext, module: string): Promise<FieldShape[]> {
  const answer = await http.get<{ fields?: FieldShape[] } | undefined>(paths.fields, { module })
  return answer?.fields ?? []
}

export async function stagesOf(context: ZohoContext): Promise<Stages> {
  const field = (await fieldsOf(context, 'Deals')).find(({ api_name: name }) => name === 'Stage')
  const values = (field?.pick_list_values ?? []).filter(({ type }) => type !== 'unused')
  return { values, layout: context.settings.layout ?? field?.layout_associations?.[0]?.id }
}

/** Whether a deal in this stage is open, won or lost. */
export function statusOf({ forecast_type: type, probability }: PickListValue): Status {
  if (typeof type === 'string') return /won/i.test(type) ? 'won' : /lost/i.test(type) ? 'lost' : 'open'
  return probability === 100 ? 'won' : probability === 0 ? 'lost' : 'open'
}

/** The stage of the settings, or the first that means won, lost or open. */
export async function stageFor(context: ZohoContext, status: Status): Promise<string> {
  if (status === 'open') return context.settings.default_stage ?? 'Qualification'
  const { values } = await stagesOf(context)
  const found = values.find((value) => statusOf(value) === status)
  if (found === undefined) throw settingMissing('default_stage', `there is no stage for deals that are ${status}`)
  return found.actual_value
}

/** Accounts without pipelines have one set of stages. */
export async function pipelinesOf(context: ZohoContext): Promise<Pipeline[]> {
  const { values, layout } = await stagesOf(context)
  const answer =
    layout === undefined
      ? undefined
      : await context.http.get<{ pipeline?: ZohoPipeline[] } | undefined>(paths.pipelines, { layout_id: layout })
  const pipelines = answer?.pipeline ?? []
  if (pipelines.length === 0) return [{ id: 'Deals', name: 'Deals', stages: values.map(shown) }]
  return pipelines.map(({ actual_value: id, display_value: name, maps }) => ({ id, name, stages: maps.map(shown) }))
}

const shown = ({ actual_value: id, display_value: name }: PickListValue) => ({ id, name })
