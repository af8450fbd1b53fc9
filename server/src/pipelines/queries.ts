import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { CrmPipelines } from '../db/tables.ts'
import type { Stage } from './schema.ts'

export type PipelineRow = Selectable<CrmPipelines>
export type StageRow = Stage & { pipelineId: string }

export const listPipelines = (db: Db, workspaceId: string): Promise<PipelineRow[]> =>
  select(db, workspaceId).orderBy('id').execute()

/** A pipeline with its stages in their order. */
export type WholePipeline = PipelineRow & { stages: Stage[] }

export const findPipeline = (db: Db, workspaceId: string, id: string): Promise<WholePipeline | undefined> =>
  selectWhole(db, workspaceId).where('id', '=', id).executeTakeFirst()

export const findDefaultPipeline = (db: Db, workspaceId: string): Promise<WholePipeline | undefined> =>
  selectWhole(db, workspaceId).where('isDefault', '=', true).executeTakeFirst()

/** The row, locked until the transaction ends. */
export const lockPipeline = (db: Db, workspaceId: string, id: string): Promise<PipelineRow | undefined> =>
  select(db, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst()

/** Whoever puts leads into stages holds this until the transaction ends, so that no stage goes meanwhile. It costs no row. */
export const holdStages = (workspaceId: string) =>
  sql`pg_advisory_xact_lock_shared(hashtextextended(${workspaceId} || ' pipelines', 0))`

/** Whoever changes pipelines waits for those who put leads into stages, and others wait for this one. */
export const lockPipelines = (db: Db, workspaceId: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${workspaceId} || ' pipelines', 0))`.execute(db)

/** Answers false where the workspace has a default pipeline already and this would be another. */
export async function insertPipeline(db: Db, row: PipelineRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('crmPipelines')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

export const updatePipeline = (db: Db, workspaceId: string, id: string, changes: Partial<PipelineRow>) =>
  db.updateTable('crmPipelines').set(changes).where('workspaceId', '=', workspaceId).where('id', '=', id).execute()

export const clearDefault = (db: Db, workspaceId: string) =>
  db
    .updateTable('crmPipelines')
    .set({ isDefault: false })
    .where('workspaceId', '=', workspaceId)
    .where('isDefault', '=', true)
    .execute()

export const deletePipeline = (db: Db, workspaceId: string, id: string) =>
  db.deleteFrom('crmPipelines').where('workspaceId', '=', workspaceId).where('id', '=', id).execute()

/** The stages of all pipelines, each's in their order. */
export async function listStages(db: Db, workspaceId: string): Promise<StageRow[]> {
  const rows = await db
    .selectFrom('crmStages')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .orderBy('pipelineId')
    .orderBy('position')
    .execute()
  return rows.map(({ pipelineId, key, name, kind, probability, next, required }) => ({
    pipelineId,
    key,
    name,
    kind: kind as Stage['kind'],
    probability,
    next,
    requires: required as Stage['requires'],
  }))
}

/** Puts these stages in place of those that are there. */
export async function replaceStages(db: Db, workspaceId: string, pipelineId: string, stages: Stage[]): Promise<void> {
  await db.deleteFrom('crmStages').where('workspaceId', '=', workspaceId).where('pipelineId', '=', pipelineId).execute()
  const rows = stages.map(({ requires, ...stage }, position) => ({
    ...stage,
    workspaceId,
    pipelineId,
    position,
    required: requires,
  }))
  await db.insertInto('crmStages').values(rows).execute()
}

/** How many leads stand in each status of a pipeline. */
export async function countByStatus(db: Db, workspaceId: string, pipelineId: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('crmLeads')
    .select(({ fn }) => ['status', fn.countAll<number>().as('count')])
    .where('workspaceId', '=', workspaceId)
    .where('pipelineId', '=', pipelineId)
    .groupBy('status')
    .execute()
  return new Map(rows.map(({ status, count }) => [status, Number(count)]))
}

const select = (db: Db, workspaceId: string) =>
  db.selectFrom('crmPipelines').selectAll().where('workspaceId', '=', workspaceId)

/** In one statement, since every lead that comes in asks for it. */
const selectWhole = (db: Db, workspaceId: string) =>
  select(db, workspaceId).select(
    sql<Stage[]>`(select coalesce(json_agg(json_build_object('key', s.key, 'name', s.name, 'kind', s.kind,
        'probability', s.probability, 'next', s.next, 'requires', s.required) order by s.position), '[]')
      from crm_stages s where s.workspace_id = crm_pipelines.workspace_id and s.pipeline_id = crm_pipelines.id)`.as(
      'stages',
    ),
  )
