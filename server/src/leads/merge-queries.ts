import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { CrmMerges } from '../db/tables.ts'
import type { LeadRow, StatusChangeRow } from './queries.ts'

/** What both leads were before they were merged. Times are texts here. */
export type Snapshot = {
  kept: LeadRow
  merged: LeadRow
  /** The kept lead's fields as the merge made them. */
  result: Record<string, unknown>
  /** Activities that moved from the one to the other, with their keys. */
  activities: { id: string; key: string | null }[]
  statusChanges: StatusChangeRow[]
  externalIds: { system: string; externalId: string }[]
  /** Merges into the one that went, which followed it. Not there in snapshots of long ago. */
  merges?: string[]
}
export type MergeRow = Omit<Selectable<CrmMerges>, 'snapshot'> & { snapshot: Snapshot }

export const insertMerge = (db: Db, row: MergeRow) =>
  db
    .insertInto('crmMerges')
    .values({ ...row, snapshot: sql<never>`${JSON.stringify(row.snapshot)}::jsonb` })
    .execute()

export const findMerge = (db: Db, workspaceId: string, id: string): Promise<MergeRow | undefined> =>
  selectMerge(db, workspaceId, id).executeTakeFirst() as Promise<MergeRow | undefined>

export const lockMerge = (db: Db, workspaceId: string, id: string): Promise<MergeRow | undefined> =>
  selectMerge(db, workspaceId, id).forUpdate().executeTakeFirst() as Promise<MergeRow | undefined>

const selectMerge = (db: Db, workspaceId: string, id: string) =>
  db.selectFrom('crmMerges').selectAll().where('workspaceId', '=', workspaceId).where('id', '=', id)

/** Merges into a lead, latest first. */
export async function listMerges(db: Db, workspaceId: string, leadId: string): Promise<MergeRow[]> {
  const rows = await db
    .selectFrom('crmMerges')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('leadId', '=', leadId)
    .orderBy('id', 'desc')
    .limit(200)
    .execute()
  return rows.map((row) => ({ ...row, snapshot: row.snapshot as unknown as Snapshot }))
}

export const endMerge = (db: Db, workspaceId: string, id: string, at: Date) =>
  db
    .updateTable('crmMerges')
    .set({ undoneAt: at })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .execute()

/** What was merged into the lead that now goes into another follows it; all of it, or these merges. Answers which followed. */
export async function moveMerges(
  db: Db,
  workspaceId: string,
  from: string,
  to: string,
  only?: string[],
): Promise<string[]> {
  let query = db
    .updateTable('crmMerges')
    .set({ leadId: to })
    .where('workspaceId', '=', workspaceId)
    .where('leadId', '=', from)
  if (only) query = query.where(sql<boolean>`id = any(${only}::uuid[])`)
  return (await query.returning('id').execute()).map(({ id }) => id)
}

/** Keeps what leads were found by before a merge and the one that stays does not bear. */
export async function insertFormerNames(db: Db, workspaceId: string, mergeId: string, names: string[]): Promise<void> {
  if (names.length === 0) return
  const rows = [...new Set(names)].map((name) => ({ workspaceId, mergeId, name }))
  await db.insertInto('crmFormerNames').values(rows).execute()
}

/** The lead into which another went. */
export async function findMergedInto(db: Db, workspaceId: string, name: { id: string } | { email: string }) {
  let query = db
    .selectFrom('crmMerges')
    .select('leadId')
    .where('workspaceId', '=', workspaceId)
    .where('undoneAt', 'is', null)
  query = 'id' in name ? query.where('mergedLeadId', '=', name.id) : query.where('mergedEmail', '=', name.email)
  return (await query.orderBy('id', 'desc').limit(1).executeTakeFirst())?.leadId
}

/** Moves activities; a key that the other lead has, too, is dropped, since it may be there once. */
export async function moveActivities(
  db: Db,
  workspaceId: string,
  from: string,
  to: string,
): Promise<{ id: string; key: string | null }[]> {
  const { rows } = await sql<{ id: string; key: string | null }>`
    with moved as (
      select a.id, a.key from crm_activities a where a.workspace_id = ${workspaceId} and a.lead_id = ${from} for update
    ), written as (
      update crm_activities a set lead_id = ${to}, key = case when exists (
        select from crm_activities o where o.workspace_id = ${workspaceId} and o.lead_id = ${to} and o.key = a.key) then null else a.key end
      from moved where a.workspace_id = ${workspaceId} and a.id = moved.id
    )
    select id, key from moved`.execute(db)
  return rows
}

/** Moves activities back from where they went; those that have gone elsewhere meanwhile stay there. */
export async function returnActivities(
  db: Db,
  workspaceId: string,
  from: string,
  to: string,
  activities: { id: string; key: string | null }[],
): Promise<void> {
  await sql`
    update crm_activities a set lead_id = ${to}, key = wanted.key
    from unnest(${activities.map(({ id }) => id)}::uuid[], ${activities.map(({ key }) => key)}::text[]) wanted(id, key)
    where a.workspace_id = ${workspaceId} and a.lead_id = ${from} and a.id = wanted.id`.execute(db)
}

/** What leads were before they were merged into one, and still are; the earliest merge first. */
export async function listMergedAfter(
  db: Db,
  workspaceId: string,
  leadId: string,
  after: { id: string } | undefined,
  limit: number,
): Promise<{ id: string; merged: unknown }[]> {
  let query = db
    .selectFrom('crmMerges')
    .select(['id', sql<unknown>`snapshot->'merged'`.as('merged')])
    .where('workspaceId', '=', workspaceId)
    .where('leadId', '=', leadId)
    .where('undoneAt', 'is', null)
  if (after) query = query.where('id', '>', after.id)
  return await query.orderBy('id').limit(limit).execute()
}
