import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { IntegrationSubscriptions } from '../db/tables.ts'

/** A row of `integration_subscriptions`, its JSON columns as we write them. */
export type SubscriptionRow = Omit<Selectable<IntegrationSubscriptions>, 'mapping' | 'filter'> & {
  mapping: Record<string, unknown>
  filter: Record<string, unknown> | null
}

const mostRead = 5_000

export const listSubscriptions = (
  db: Db,
  workspaceId: string,
  integrationId: string,
  range: { belowId?: string | undefined; limit: number; isActive?: boolean },
): Promise<SubscriptionRow[]> => {
  let query = select(db, workspaceId).where('integrationId', '=', integrationId)
  if (range.belowId !== undefined) query = query.where('id', '<', range.belowId)
  if (range.isActive !== undefined) query = query.where('isActive', '=', range.isActive)
  return query.orderBy('id', 'desc').limit(range.limit).execute() as Promise<SubscriptionRow[]>
}

/** A subscription, and what a person knows its integration by. */
export type NamedSubscriptionRow = SubscriptionRow & { name: string; templateId: string; status: string }

/** What integrations do about events, each's oldest subscription first. */
export const listActiveSubscriptions = async (
  db: Db,
  workspaceId: string,
  integrationIds: string[],
): Promise<NamedSubscriptionRow[]> =>
  integrationIds.length === 0
    ? []
    : ((await db
        .selectFrom('integrationSubscriptions as s')
        .innerJoin('integrations as i', (join) =>
          join.onRef('i.workspaceId', '=', 's.workspaceId').onRef('i.id', '=', 's.integrationId'),
        )
        .selectAll('s')
        .select(['i.name', 'i.templateId', 'i.status'])
        .where('s.workspaceId', '=', workspaceId)
        .where('s.integrationId', 'in', integrationIds)
        .where('s.isActive', '=', true)
        .orderBy('s.id')
        .limit(mostRead)
        .execute()) as NamedSubscriptionRow[])

export const findSubscription = (
  db: Db,
  workspaceId: string,
  integrationId: string,
  id: string,
): Promise<SubscriptionRow | undefined> =>
  select(db, workspaceId).where('integrationId', '=', integrationId).where('id', '=', id).executeTakeFirst() as Promise<
    SubscriptionRow | undefined
  >

export const insertSubscription = (db: Db, row: SubscriptionRow) =>
  db.insertInto('integrationSubscriptions').values(columnsOf(row)).execute()

export const updateSubscription = (db: Db, row: SubscriptionRow) =>
  db
    .updateTable('integrationSubscriptions')
    .set(columnsOf(row))
    .where('workspaceId', '=', row.workspaceId)
    .where('id', '=', row.id)
    .execute()

/** Switches the subscriptions of one operation on. */
export const switchOn = (tx: Db, workspaceId: string, integrationId: string, operation: string) =>
  tx
    .updateTable('integrationSubscriptions')
    .set({ isActive: true })
    .where('workspaceId', '=', workspaceId)
    .where('integrationId', '=', integrationId)
    .where('operation', '=', operation)
    .execute()

export async function deleteSubscription(
  db: Db,
  workspaceId: string,
  integrationId: string,
  id: string,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('integrationSubscriptions')
    .where('workspaceId', '=', workspaceId)
    .where('integrationId', '=', integrationId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}

/**
 * What the integrations of the workspaces want to hear. Those that need a person first (an error, new credentials) go on hearing:
 * their deliveries wait and none is lost. Those that nobody connected, or that were switched off, hear nothing.
 */
export const listWanted = (db: Db, workspaceIds: string[]) =>
  db
    .selectFrom('integrationSubscriptions as s')
    .innerJoin('integrations as i', (join) =>
      join.onRef('i.workspaceId', '=', 's.workspaceId').onRef('i.id', '=', 's.integrationId'),
    )
    .select(['s.workspaceId', 's.integrationId', 's.events', 's.filter'])
    .where('s.workspaceId', 'in', workspaceIds)
    .where('s.isActive', '=', true)
    .where('i.isActive', '=', true)
    .where('i.status', 'in', ['active', 'error', 'reauth_required'])
    .execute()

const select = (db: Db, workspaceId: string) =>
  db.selectFrom('integrationSubscriptions').selectAll().where('workspaceId', '=', workspaceId)

const columnsOf = (row: SubscriptionRow) => ({
  ...row,
  mapping: sql<never>`${JSON.stringify(row.mapping)}::jsonb`,
  filter: row.filter === null ? null : sql<never>`${JSON.stringify(row.filter)}::jsonb`,
})
