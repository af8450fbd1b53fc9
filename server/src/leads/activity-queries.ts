import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { type ActivityRow, json, type StatusChangeRow } from './queries.ts'

/** Adds activities; one whose key the lead has already is left out. Answers the ids of those that were added. */
export async function insertActivities(db: Db, rows: ActivityRow[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set()
  const added = await db
    .insertInto('crmActivities')
    .values(rows.map((row) => ({ ...row, data: json(row.data) })))
    .onConflict((conflict) =>
      conflict.columns(['workspaceId', 'leadId', 'key']).where('key', 'is not', null).doNothing(),
    )
    .returning('id')
    .execute()
  return new Set(added.map(({ id }) => id))
}

/** The timeline of a lead, latest first. */
export function listActivities(
  db: Db,
  workspaceId: string,
  leadId: string,
  range: { type?: string | undefined; before?: { at: Date; id: string } | undefined; limit: number },
): Promise<ActivityRow[]> {
  const { type, before, limit } = range
  let query = db
    .selectFrom('crmActivities')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('leadId', '=', leadId)
  if (type !== undefined) query = query.where('type', '=', type)
  if (before !== undefined)
    query = query.where((is) =>
      is.or([is('occurredAt', '<', before.at), is.and([is('occurredAt', '=', before.at), is('id', '<', before.id)])]),
    )
  return query.orderBy('occurredAt', 'desc').orderBy('id', 'desc').limit(limit).execute() as Promise<ActivityRow[]>
}

export const findActivity = (db: Db, workspaceId: string, id: string): Promise<ActivityRow | undefined> =>
  db
    .selectFrom('crmActivities')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst() as Promise<ActivityRow | undefined>

export const insertStatusChanges = (db: Db, rows: StatusChangeRow[]) =>
  db.insertInto('crmStatusChanges').values(rows).execute()

/** All changes of a lead's status, oldest first. */
export const listStatusChanges = (db: Db, workspaceId: string, leadId: string): Promise<StatusChangeRow[]> =>
  db
    .selectFrom('crmStatusChanges')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('leadId', '=', leadId)
    .orderBy('at')
    .orderBy('id')
    .limit(1_000)
    .execute()

/** Activities of a lead, oldest first, after one of them. */
export function listActivitiesAfter(
  db: Db,
  workspaceId: string,
  leadId: string,
  after: ActivityRow | undefined,
  limit: number,
): Promise<ActivityRow[]> {
  let query = db
    .selectFrom('crmActivities')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('leadId', '=', leadId)
  if (after) query = query.where(isAfter(workspaceId, 'crm_activities', 'occurred_at', after.id))
  return query.orderBy('occurredAt').orderBy('id').limit(limit).execute() as Promise<ActivityRow[]>
}

/** Changes of a lead's status, oldest first, after one of them. */
export function listStatusChangesAfter(
  db: Db,
  workspaceId: string,
  leadId: string,
  after: StatusChangeRow | undefined,
  limit: number,
): Promise<StatusChangeRow[]> {
  let query = db
    .selectFrom('crmStatusChanges')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('leadId', '=', leadId)
  if (after) query = query.where(isAfter(workspaceId, 'crm_status_changes', 'at', after.id))
  return query.orderBy('at').orderBy('id').limit(limit).execute()
}

/** Compared in the database, whose times are finer than ours. */
const isAfter = (workspaceId: string, table: string, time: string, id: string) =>
  sql<boolean>`(${sql.ref(time)}, id) > (select ${sql.ref(time)}, id from ${sql.table(table)} where workspace_id = ${workspaceId} and id = ${id})`
