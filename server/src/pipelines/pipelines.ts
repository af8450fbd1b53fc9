import { ApiError, type Detail, invalidFields, notFound } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import {
  clearDefault,
  countByStatus,
  deletePipeline,
  findDefaultPipeline,
  findPipeline,
  insertPipeline,
  listPipelines,
  listStages,
  lockPipeline,
  lockPipelines,
  type PipelineRow,
  replaceStages,
  updatePipeline,
  type WholePipeline,
} from './queries.ts'
import type { NewPipeline, NewStage, Pipeline, PipelineChanges, Stage } from './schema.ts'

const mostPipelines = 50

/** The pipeline that a workspace begins with. */
const firstStages: NewStage[] = [
  { key: 'new', name: 'New', probability: 10 },
  { key: 'contacted', name: 'Contacted', probability: 25 },
  { key: 'qualified', name: 'Qualified', probability: 50 },
  { key: 'converted', name: 'Converted', kind: 'won' },
  { key: 'lost', name: 'Lost', kind: 'lost' },
]

export type Pipelines = ReturnType<typeof createPipelines>

/** The ways that leads of a workspace may go. */
export function createPipelines({ database, clock }: { database: Database; clock: Clock }) {
  async function insert(tx: Db, workspaceId: string, input: NewPipeline): Promise<Pipeline | undefined> {
    const now = new Date(clock.now())
    const row: PipelineRow = {
      workspaceId,
      id: newId(clock),
      name: input.name,
      isDefault: input.isDefault ?? false,
      version: 1,
      createdAt: now,
      updatedAt: now,
    }
    const stages = input.stages.map(stageOf)
    if (!(await insertPipeline(tx, row))) return undefined
    await replaceStages(tx, workspaceId, row.id, stages)
    return pipelineAnswer(row, stages)
  }

  /** The workspace's default pipeline, made now where there is none yet. The caller's transaction. */
  async function ensureDefault(tx: Db, workspaceId: string): Promise<Pipeline> {
    const present = await findDefaultPipeline(tx, workspaceId)
    if (present) return wholeAnswer(present)
    const made = await insert(tx, workspaceId, { name: 'Leads', isDefault: true, stages: firstStages })
    // Another request made it meanwhile, and has committed: the insertion waited for it.
    return made ?? wholeAnswer((await findDefaultPipeline(tx, workspaceId))!)
  }

  /** @throws ApiError NOT_FOUND */
  async function find(tx: Db, workspaceId: string, id: string): Promise<Pipeline> {
    const row = await findPipeline(tx, workspaceId, id)
    if (!row) throw notFound('pipeline')
    return wholeAnswer(row)
  }

  /** Every stage that leads stand in must stay: nobody could say where they would go. */
  async function checkNotEmptied(tx: Db, workspaceId: string, id: string, stages: Stage[]): Promise<void> {
    const kept = new Set(stages.map(({ key }) => key))
    const left = [...(await countByStatus(tx, workspaceId, id))].filter(([status]) => !kept.has(status))
    if (left.length > 0)
      throw new ApiError(
        'CONFLICT',
        `Leads stand in stages that would go: ${left.map(([status, count]) => `${count} in ${status}`).join(', ')}. Move them first.`,
      )
  }

  return {
    ensureDefault,
    find,

    async list(workspaceId: string): Promise<Pipeline[]> {
      return database.inWorkspace(workspaceId, async (tx) => {
        await ensureDefault(tx, workspaceId)
        const stages = Map.groupBy(await listStages(tx, workspaceId), ({ pipelineId }) => pipelineId)
        return (await listPipelines(tx, workspaceId)).map((row) => pipelineAnswer(row, stages.get(row.id) ?? []))
      })
    },

    get: (workspaceId: string, id: string): Promise<Pipeline> =>
      database.inWorkspace(workspaceId, (tx) => find(tx, workspaceId, id)),

    async create(workspaceId: string, input: NewPipeline): Promise<Pipeline> {
      checkStages(input.stages)
      return database.inWorkspace(workspaceId, async (tx) => {
        await lockPipelines(tx, workspaceId)
        await ensureDefault(tx, workspaceId)
        if ((await listPipelines(tx, workspaceId)).length >= mostPipelines)
          throw new ApiError('CONFLICT', `A workspace can have ${mostPipelines} pipelines.`)
        if (input.isDefault) await clearDefault(tx, workspaceId)
        return (await insert(tx, workspaceId, input))!
      })
    },

    /** Stages that are given replace all that are there; keys tell which is which. */
    async update(workspaceId: string, id: string, changes: PipelineChanges): Promise<Pipeline> {
      if (changes.stages) checkStages(changes.stages)
      return database.inWorkspace(workspaceId, async (tx) => {
        await lockPipelines(tx, workspaceId)
        const row = await lockPipeline(tx, workspaceId, id)
        if (!row) throw notFound('pipeline')
        refuseOlder(changes.version, row.version, 'pipeline')
        const stages = changes.stages?.map(stageOf)
        if (stages) {
          await checkNotEmptied(tx, workspaceId, id, stages)
          await replaceStages(tx, workspaceId, id, stages)
        }
        if (changes.isDefault) await clearDefault(tx, workspaceId)
        await updatePipeline(tx, workspaceId, id, {
          ...(changes.name === undefined ? {} : { name: changes.name }),
          ...(changes.isDefault ? { isDefault: true } : {}),
          version: row.version + 1,
          updatedAt: new Date(clock.now()),
        })
        return find(tx, workspaceId, id)
      })
    },

    async remove(workspaceId: string, id: string): Promise<void> {
      await database.inWorkspace(workspaceId, async (tx) => {
        await lockPipelines(tx, workspaceId)
        const row = await lockPipeline(tx, workspaceId, id)
        if (!row) throw notFound('pipeline')
        if (row.isDefault)
          throw new ApiError('CONFLICT', 'This is the default pipeline; make another the default first.')
        await checkNotEmptied(tx, workspaceId, id, [])
        await deletePipeline(tx, workspaceId, id)
      })
    },
  }
}

/** @throws ApiError CONFLICT where the caller has seen an older version than the one that is there */
export function refuseOlder(seen: number | undefined, present: number, what: string): void {
  if (seen !== undefined && seen !== present)
    throw new ApiError(
      'CONFLICT',
      `This ${what} was changed since: you have version ${seen}, it is at version ${present}. Read it again.`,
    )
}

const wholeAnswer = (row: WholePipeline): Pipeline => pipelineAnswer(row, row.stages)

function checkStages(stages: NewStage[]): void {
  const keys = stages.map(({ key }) => key)
  const details: Detail[] = []
  for (const [index, { key, next }] of stages.entries()) {
    if (keys.indexOf(key) < index)
      details.push({ field: `body.stages[${index}].key`, message: 'is the key of another stage, too' })
    for (const [at, name] of (next ?? []).entries())
      if (!keys.includes(name))
        details.push({
          field: `body.stages[${index}].next[${at}]`,
          message: `is not among the stages ${keys.join(', ')}`,
        })
  }
  if ((stages[0]!.kind ?? 'open') !== 'open')
    details.push({ field: 'body.stages[0].kind', message: 'must be open, since new leads enter the first stage' })
  if (details.length > 0) throw invalidFields(details)
}

const stageOf = ({ key, name, kind = 'open', probability, next = null, requires = [] }: NewStage): Stage => ({
  key,
  name,
  kind,
  // What was won is certain, what was lost is gone.
  probability: kind === 'won' ? 100 : kind === 'lost' ? 0 : (probability ?? 0),
  next,
  requires,
})

const pipelineAnswer = (row: PipelineRow, stages: Stage[]): Pipeline => ({
  id: row.id,
  name: row.name,
  isDefault: row.isDefault,
  stages: stages.map(({ key, name, kind, probability, next, requires }) => ({
    key,
    name,
    kind,
    probability,
    next,
    requires,
  })),
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})
