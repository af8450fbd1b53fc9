import type { Db } from '../db/database.ts'
import type { IntegrationRow } from '../integrations/queries.ts'

type Place = Pick<IntegrationRow, 'workspaceId' | 'id'>

/** A lead of a vendor, whoever told of it. */
export type Told = { connector: string; externalId: string }

/** Which of these were taken in before. */
export async function knownAdLeads(
  db: Db,
  workspaceId: string,
  connector: string,
  externalIds: string[],
): Promise<Set<string>> {
  if (externalIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('adLeads')
    .select('externalId')
    .where('workspaceId', '=', workspaceId)
    .where('connector', '=', connector)
    .where('externalId', 'in', externalIds)
    .execute()
  return new Set(rows.map(({ externalId }) => externalId))
}

/** Answers false where it was taken in before. */
export async function takeAdLead(tx: Db, workspaceId: string, told: Told, takenAt: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('adLeads')
    .values({ workspaceId, ...told, leadId: null, takenAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

export const linkAdLead = (tx: Db, workspaceId: string, { connector, externalId }: Told, leadId: string) =>
  tx
    .updateTable('adLeads')
    .set({ leadId })
    .where('workspaceId', '=', workspaceId)
    .where('connector', '=', connector)
    .where('externalId', '=', externalId)
    .execute()

/** Vendors forget leads after 90 days; none is told again after that. */
export const deleteOldAdLeads = (db: Db, before: Date) =>
  db.deleteFrom('adLeads').where('takenAt', '<', before).execute()

export type Cursor = { formId: string; readUntil: Date; leads: number | null }

export async function listCursors(db: Db, { workspaceId, id }: Place): Promise<Map<string, Cursor>> {
  const rows = await db
    .selectFrom('adLeadCursors')
    .select(['formId', 'readUntil', 'leads'])
    .where('workspaceId', '=', workspaceId)
    .where('integrationId', '=', id)
    .execute()
  return new Map(rows.map((row) => [row.formId, row]))
}

export const keepCursor = (tx: Db, { workspaceId, id: integrationId }: Place, { formId, ...state }: Cursor) =>
  tx
    .insertInto('adLeadCursors')
    .values({ workspaceId, integrationId, formId, ...state })
    .onConflict((conflict) => conflict.columns(['workspaceId', 'integrationId', 'formId']).doUpdateSet(state))
    .execute()

/** Accounts in use of these connectors, in every workspace. */
export const listListening = (db: Db, templateIds: readonly string[]): Promise<Place[]> =>
  db
    .selectFrom('integrations')
    .select(['workspaceId', 'id'])
    .where('templateId', 'in', templateIds)
    .where('status', '=', 'active')
    .where('isActive', '=', true)
    .execute()
