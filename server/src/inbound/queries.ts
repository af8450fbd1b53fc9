import { type Selectable, type SqlBool, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { InboundWebhooks } from '../db/tables.ts'
import type { IntegrationRow } from '../integrations/queries.ts'
import { firstIdAt } from '../lib/ids.ts'

export const inboundStatuses = ['received', 'processed', 'refused', 'unmatched', 'failed', 'duplicate'] as const
export type InboundStatus = (typeof inboundStatuses)[number]

export type InboundRow = Omit<Selectable<InboundWebhooks>, 'headers' | 'status'> & {
  headers: Record<string, string>
  status: InboundStatus
}

type Candidate = { templateId: string } & ({ id: string } | { routingKeys: readonly string[] })

/** The integrations that a request is about: the one its URL names, or all that bear one of its routing keys, in whatever workspaces. */
export async function listCandidates(db: Db, candidate: Candidate): Promise<IntegrationRow[]> {
  const all = db.selectFrom('integrations').selectAll().where('templateId', '=', candidate.templateId)
  const found =
    'id' in candidate ? all.where('id', '=', candidate.id) : all.where('routingKey', 'in', candidate.routingKeys)
  const most = 'id' in candidate ? 1 : mostCandidates * candidate.routingKeys.length
  return (await found.orderBy('id').limit(most).execute()) as IntegrationRow[]
}

/** More workspaces than this do not share one account of a vendor. */
const mostCandidates = 100

export const insertInbound = (tx: Db, rows: InboundRow[]) =>
  tx
    .insertInto('inboundWebhooks')
    .values(rows.map((row) => ({ ...row, headers: JSON.stringify(row.headers) })))
    .execute()

/** One webhook of a workspace; of nobody's where the workspace is null. */
export const findInbound = (db: Db, workspaceId: string | null, id: string): Promise<InboundRow | undefined> =>
  whose(db, workspaceId).where('id', '=', id).executeTakeFirst() as Promise<InboundRow | undefined>

export const lockInbound = (tx: Db, workspaceId: string | null, id: string): Promise<InboundRow | undefined> =>
  whose(tx, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst() as Promise<InboundRow | undefined>

const whose = (db: Db, workspaceId: string | null) =>
  db
    .selectFrom('inboundWebhooks')
    .selectAll()
    .where((is) => (workspaceId === null ? is('workspaceId', 'is', null) : is('workspaceId', '=', workspaceId)))

export type InboundChanges = Partial<Pick<InboundRow, 'status' | 'reason' | 'eventIds' | 'processedAt' | 'isVerified'>>

export const updateInbound = (tx: Db, workspaceId: string, id: string, changes: InboundChanges) =>
  tx.updateTable('inboundWebhooks').set(changes).where('workspaceId', '=', workspaceId).where('id', '=', id).execute()

/** Gives a webhook that was nobody's to an integration. */
export const assignInbound = (tx: Db, id: string, { workspaceId, id: integrationId }: IntegrationRow) =>
  tx
    .updateTable('inboundWebhooks')
    .set({ workspaceId, integrationId, status: 'received', reason: null, isVerified: true })
    .where('id', '=', id)
    .where('status', '=', 'unmatched')
    .execute()

/** Those that nobody claimed and that name this account, oldest first; locked, so that two integrations do not share them. */
export const lockUnmatched = (
  tx: Db,
  { templateId, routingKey }: { templateId: string; routingKey: string },
  aboveId: string | undefined,
  limit: number,
): Promise<InboundRow[]> => {
  let query = tx
    .selectFrom('inboundWebhooks')
    .selectAll()
    .where('connector', '=', templateId)
    .where('routingKey', '=', routingKey)
    .where('status', '=', 'unmatched')
  if (aboveId !== undefined) query = query.where('id', '>', aboveId)
  return query.orderBy('id').limit(limit).forUpdate().skipLocked().execute() as Promise<InboundRow[]>
}

export type InboundRange = {
  connector?: string | undefined
  integrationId?: string | undefined
  statuses?: string[] | undefined
  fromTime?: number | undefined
  beforeTime?: number | undefined
  belowId?: string | undefined
  limit: number
}
export type ListedInbound = Omit<InboundRow, 'body' | 'headers'> & { bytes: number }

/** Webhooks without their bodies, newest first. */
export async function listInbound(db: Db, workspaceId: string | null, range: InboundRange): Promise<ListedInbound[]> {
  const { connector, integrationId, statuses, fromTime, beforeTime, belowId, limit } = range
  const conditions = [
    workspaceId === null ? sql<SqlBool>`workspace_id is null` : sql<SqlBool>`workspace_id = ${workspaceId}`,
  ]
  if (connector) conditions.push(sql`connector = ${connector}`)
  if (integrationId) conditions.push(sql`integration_id = ${integrationId}`)
  if (statuses) conditions.push(sql`status = any(${statuses}::text[])`)
  if (fromTime !== undefined) conditions.push(sql`id >= ${firstIdAt(fromTime)}`)
  if (beforeTime !== undefined) conditions.push(sql`id < ${firstIdAt(beforeTime)}`)
  if (belowId) conditions.push(sql`id < ${belowId}`)
  const { rows } = await sql<ListedInbound>`
    select id, workspace_id, integration_id, connector, path, url, method, received_at, status, reason, event_ids, processed_at,
      routing_key, is_verified, length(body) as bytes
    from inbound_webhooks where ${sql.join(conditions, sql` and `)} order by id desc limit ${limit}`.execute(db)
  return rows
}

/** Takes in a vendor's event id. Answers false where it was taken in before. */
export async function takeEventId(
  tx: Db,
  { workspaceId, id: integrationId }: Pick<IntegrationRow, 'workspaceId' | 'id'>,
  eventId: string,
  receivedAt: Date,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('inboundEventIds')
    .values({ workspaceId, integrationId, eventId, receivedAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/**
 * Notes when a vendor says that a record of its last changed, among its event ids and as long as those are kept. Answers whether something later was
 * heard of it before.
 */
export async function isOutdated(
  tx: Db,
  { workspaceId, id: integrationId }: Pick<IntegrationRow, 'workspaceId' | 'id'>,
  externalId: string,
  at: Date,
): Promise<boolean> {
  const { receivedAt } = await tx
    .insertInto('inboundEventIds')
    .values({ workspaceId, integrationId, eventId: `latest of ${externalId}`, receivedAt: at })
    .onConflict((conflict) =>
      conflict
        .columns(['workspaceId', 'integrationId', 'eventId'])
        .doUpdateSet({ receivedAt: sql<Date>`greatest(excluded.received_at, inbound_event_ids.received_at)` }),
    )
    .returning('receivedAt')
    .executeTakeFirstOrThrow()
  return receivedAt > at
}

/** Which of the vendor's event ids were taken in before. */
export async function knownEventIds(
  db: Db,
  { workspaceId, id: integrationId }: Pick<IntegrationRow, 'workspaceId' | 'id'>,
  eventIds: string[],
): Promise<Set<string>> {
  if (eventIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('inboundEventIds')
    .select('eventId')
    .where('workspaceId', '=', workspaceId)
    .where('integrationId', '=', integrationId)
    .where('eventId', 'in', eventIds)
    .execute()
  return new Set(rows.map(({ eventId }) => eventId))
}

const day = 86_400_000
const batch = 2_000

/** Forgets event ids after a week and what was refused after a day, in steps that hold no lock for long. */
export async function deleteOldInbound(db: Db, now: number): Promise<void> {
  await inSteps((limit) =>
    sql`delete from inbound_event_ids where (workspace_id, integration_id, event_id) in (
      select workspace_id, integration_id, event_id from inbound_event_ids where received_at < ${new Date(now - 7 * day)} limit ${limit})`.execute(
      db,
    ),
  )
  await inSteps((limit) =>
    sql`delete from inbound_webhooks where id in (
      select id from inbound_webhooks where status = 'refused' and received_at < ${new Date(now - day)} limit ${limit})`.execute(
      db,
    ),
  )
}

async function inSteps(step: (limit: number) => Promise<{ numAffectedRows?: bigint }>): Promise<void> {
  for (;;) if (Number((await step(batch)).numAffectedRows ?? 0) < batch) return
}
