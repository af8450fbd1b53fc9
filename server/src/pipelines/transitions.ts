import { invalid } from '../api/errors.ts'
import type { Pipeline, Stage } from './schema.ts'

/** The stage of a pipeline that a status names. */
export const findStage = ({ stages }: Pick<Pipeline, 'stages'>, key: string): Stage | undefined =>
  stages.find((stage) => stage.key === key)

/** Where new leads enter. */
export const firstStage = ({ stages }: Pick<Pipeline, 'stages'>): Stage => stages[0]!

/** Whether a stage comes after another in the pipeline's order. A status that the pipeline does not have comes before all. */
export const isBeyond = ({ stages }: Pipeline, key: string, than: string): boolean =>
  stages.findIndex((stage) => stage.key === key) > stages.findIndex((stage) => stage.key === than)

/**
 * The stage that a status names.
 * @throws ApiError VALIDATION_FAILED naming those that there are
 */
export function stageNamed(pipeline: Pipeline, status: string): Stage {
  const stage = findStage(pipeline, status)
  if (stage) return stage
  const keys = pipeline.stages.map(({ key }) => key).join(', ')
  throw invalid('body.status', `is not a stage of the pipeline ${pipeline.name}: ${keys}`)
}

/**
 * Answers the stage that a lead may go to.
 * @throws ApiError VALIDATION_FAILED naming what the change lacks or what may follow instead
 */
export function checkTransition(
  pipeline: Pipeline,
  from: string | null,
  change: { status: string; amountMinor?: number | null | undefined; reason?: string | null | undefined },
): Stage {
  const stage = stageNamed(pipeline, change.status)
  const present = from === null ? undefined : findStage(pipeline, from)
  if (present && present.next !== null && !present.next.includes(stage.key))
    throw invalid(
      'body.status',
      present.next.length === 0
        ? `cannot be changed: ${present.key} is final`
        : `cannot follow ${present.key}; what may are ${present.next.join(', ')}`,
    )
  if (stage.requires.includes('amount') && (change.amountMinor ?? null) === null)
    throw invalid('body.amountMinor', `is missing; ${stage.key} needs the lead's amount`)
  if (stage.requires.includes('reason') && !change.reason)
    throw invalid('body.reason', `is missing; ${stage.key} needs a reason`)
  return stage
}
