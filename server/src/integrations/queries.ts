import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Integrations } from '../db/tables.ts'
import type { Status } from './status.ts'

/** A row of `integrations`, its JSON columns as we write them. */
export type IntegrationRow = Omit<Selectable<Integrations>, 'status' | 'config' | 'sealedConfig'> & {
  status: Status
  config: Record<string, unknown>
  /** Sealed texts by the name of their field. */
  sealedConfig: Record<string, string>
}

export const findIntegration = (db: Db, workspaceId: string, id: string): Promise<IntegrationRow | undefined> =>
  select(db, workspaceId).where('id', '=', id).executeTakeFirst() as Promise<IntegrationRow | undefined>

/** The row, locked until the transaction ends, so that two changes follow one another. */
export const lockIntegration = (db: Db, workspaceId: string, id: string): Promise<IntegrationRow | undefined> =>
  select(db, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst() as Promise<IntegrationRow | undefined>

export type IntegrationRange = {
  templateId?: string | undefined
  status?: Status | undefined
  /** Those of the agent and those of the whole workspace. */
  forAgent?: string | undefined
  belowId?: string | undefined
  limit: number
}

/** Integrations, newest first. */
export function listIntegrations(db: Db, workspaceId: string, range: IntegrationRange): Promise<IntegrationRow[]> {
  const { templateId, status, forAgent, belowId } = range
  let query = select(db, workspaceId)
  if (templateId !== undefined) query = query.where('templateId', '=', templateId)
  if (status !== undefined) query = query.where('status', '=', status)
  if (forAgent !== undefined)
    query = query.where((is) => is.or([is('agentId', '=', forAgent), is('agentId', 'is', null)]))
  if (belowId !== undefined) query = query.where('id', '<', belowId)
  return query.orderBy('id', 'desc').limit(range.limit).execute() as Promise<IntegrationRow[]>
}

/** Of which templates a workspace has integrations. */
export async function listTemplateIds(db: Db, workspaceId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('integrations')
    .select('templateId')
    .distinct()
    .where('workspaceId', '=', workspaceId)
    .execute()
  return rows.map(({ templateId }) => templateId)
}

/** Integrations that have all they need, and of which nobody knows yet whether it works. */
export async function listUntested(db: Db, workspaceId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('integrations')
    .select('id')
    .where('workspaceId', '=', workspaceId)
    .where('status', '=', 'pending')
    .where('sealedCredentials', 'is not', null)
    .where('isActive', '=', true)
    .execute()
  return rows.map(({ id }) => id)
}

export const insertIntegration = (db: Db, row: IntegrationRow) =>
  db.insertInto('integrations').values(columnsOf(row)).execute()

export const updateIntegration = (
  db: Db,
  workspaceId: string,
  id: string,
  changes: Partial<Omit<IntegrationRow, 'workspaceId' | 'id'>>,
) =>
  db
    .updateTable('integrations')
    .set(columnsOf(changes))
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .execute()

export async function deleteIntegration(db: Db, workspaceId: string, id: string): Promise<void> {
  await db.deleteFrom('integrations').where('workspaceId', '=', workspaceId).where('id', '=', id).execute()
}

/** Takes capabilities away from whatever other integration of the workspace is their default. */
export async function takeDefaults(db: Db, workspaceId: string, id: string, capabilities: string[]): Promise<void> {
  await sql`
    update integrations set default_for = array(select unnest(default_for) except select unnest(${capabilities}::text[]))
    where workspace_id = ${workspaceId} and id <> ${id} and default_for && ${capabilities}::text[]`.execute(db)
}

const select = (db: Db, workspaceId: string) =>
  db.selectFrom('integrations').selectAll().where('workspaceId', '=', workspaceId)

const columnsOf = <Row extends Partial<IntegrationRow>>({ config, sealedConfig, ...row }: Row) => ({
  ...row,
  ...(config === undefined ? {} : { config: sql<never>`${JSON.stringify(config)}::jsonb` }),
  ...(sealedConfig === undefined ? {} : { sealedConfig: sql<never>`${JSON.stringify(sealedConfig)}::jsonb` }),
})
