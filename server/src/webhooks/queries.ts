import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { WebhookEndpoints } from '../db/tables.ts'
import type { Filter } from '../events/filter.ts'
import type { StoredHeaders } from './custom-headers.ts'
import type { StoredSecret } from './secrets.ts'

/** A row of `webhook_endpoints`, its JSON columns as we write them. */
export type EndpointRow = Omit<Selectable<WebhookEndpoints>, 'filter' | 'headers' | 'secrets'> & {
  filter: Filter | null
  headers: StoredHeaders
  secrets: StoredSecret[]
}

/** How the engine has fared with the endpoint's lane; all null while it was never used. */
export type LaneFacts = {
  delivered: number | null
  failed: number | null
  lastSuccessAt: Date | null
  lastFailureAt: Date | null
  lastError: string | null
  consecutiveFailures: number | null
  breaker: string | null
  pausedUntil: Date | null
}
export type EndpointWithFacts = EndpointRow & LaneFacts

const withFacts = (db: Db, workspaceId: string) =>
  db
    .selectFrom('webhookEndpoints as endpoint')
    .leftJoin('lanes as lane', (join) =>
      join.onRef('lane.workspaceId', '=', 'endpoint.workspaceId').onRef('lane.id', '=', 'endpoint.id'),
    )
    .selectAll('endpoint')
    .select([
      'lane.delivered',
      'lane.failed',
      'lane.lastSuccessAt',
      'lane.lastFailureAt',
      'lane.lastError',
      'lane.consecutiveFailures',
      'lane.breaker',
      'lane.pausedUntil',
    ])
    .where('endpoint.workspaceId', '=', workspaceId)

export const findEndpoint = (db: Db, workspaceId: string, id: string): Promise<EndpointWithFacts | undefined> =>
  withFacts(db, workspaceId).where('endpoint.id', '=', id).executeTakeFirst() as Promise<EndpointWithFacts | undefined>

/** Endpoints, newest first. */
export function listEndpoints(
  db: Db,
  workspaceId: string,
  range: { isActive?: boolean | undefined; belowId?: string | undefined; limit: number },
): Promise<EndpointWithFacts[]> {
  let query = withFacts(db, workspaceId)
  if (range.isActive !== undefined) query = query.where('endpoint.isActive', '=', range.isActive)
  if (range.belowId !== undefined) query = query.where('endpoint.id', '<', range.belowId)
  return query.orderBy('endpoint.id', 'desc').limit(range.limit).execute() as Promise<EndpointWithFacts[]>
}

/**
 * Locks the endpoint's lane, which need not exist yet. To be done before the endpoint itself is locked: the engine has the
 * lane already when a failure makes it disable the endpoint, and two orders would be a deadlock.
 */
export const lockLane = (db: Db, workspaceId: string, id: string) =>
  db
    .insertInto('lanes')
    .values({ workspaceId, id })
    .onConflict((conflict) => conflict.columns(['workspaceId', 'id']).doUpdateSet({ id }))
    .execute()

/** The row, locked until the transaction ends, so that two changes follow one another. */
export const lockEndpoint = (db: Db, workspaceId: string, id: string): Promise<EndpointRow | undefined> =>
  db
    .selectFrom('webhookEndpoints')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst() as Promise<EndpointRow | undefined>

export const insertEndpoint = (db: Db, row: EndpointRow) =>
  db.insertInto('webhookEndpoints').values(columnsOf(row)).execute()

export const updateEndpoint = (db: Db, row: EndpointRow) =>
  db
    .updateTable('webhookEndpoints')
    .set(columnsOf(row))
    .where('workspaceId', '=', row.workspaceId)
    .where('id', '=', row.id)
    .execute()

export async function deleteEndpoint(db: Db, workspaceId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('webhookEndpoints')
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}

/** Endpoints of any workspace by their ids, for the hub's own use. `revision` changes with every change of the row. */
export async function loadEndpoints(
  db: Db,
  lanes: { workspaceId: string; lane: string }[],
): Promise<(EndpointRow & { revision: string })[]> {
  const { rows } = await sql<EndpointRow & { revision: string }>`
    select e.*, e.xmin::text as revision
    from unnest(${lanes.map(({ workspaceId }) => workspaceId)}::uuid[], ${lanes.map(({ lane }) => lane)}::uuid[]) wanted(workspace_id, id)
    join webhook_endpoints e using (workspace_id, id)`.execute(db)
  return rows
}

/** The revision of each endpoint of the workspaces. */
export async function listRevisions(db: Db, workspaceIds: string[]): Promise<{ id: string; revision: string }[]> {
  const { rows } = await sql<{ id: string; revision: string }>`
    select id, xmin::text as revision from webhook_endpoints where workspace_id = any(${workspaceIds}::uuid[])`.execute(
    db,
  )
  return rows
}

/** What each active endpoint of the workspaces wants to hear. */
export const listSubscriptions = (db: Db, workspaceIds: string[]) =>
  db
    .selectFrom('webhookEndpoints')
    .select(['workspaceId', 'id', 'events', 'channels', 'filter'])
    .where('workspaceId', 'in', workspaceIds)
    .where('isActive', '=', true)
    .execute()

/** How often each workspace's endpoints have changed. */
export const listVersions = (db: Db, workspaceIds: string[]) =>
  db
    .selectFrom('subscriptionVersions')
    .select(['workspaceId', 'version'])
    .where('workspaceId', 'in', workspaceIds)
    .execute()

const columnsOf = (row: EndpointRow) => ({
  ...row,
  filter: row.filter === null ? null : sql<never>`${JSON.stringify(row.filter)}::jsonb`,
  headers: sql<never>`${JSON.stringify(row.headers)}::jsonb`,
  secrets: sql<never>`${JSON.stringify(row.secrets)}::jsonb`,
})
