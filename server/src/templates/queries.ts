import type { Selectable } from 'kysely'
import type { Db } from '../db/database.ts'
import type { IntegrationTemplates } from '../db/tables.ts'

/** What the platform admin decided about a connector; where there is no row, nothing. */
export type TemplateRow = Selectable<IntegrationTemplates>

export const listTemplateRows = (db: Db): Promise<TemplateRow[]> =>
  db.selectFrom('integrationTemplates').selectAll().execute()

export const findTemplateRow = (db: Db, id: string): Promise<TemplateRow | undefined> =>
  db.selectFrom('integrationTemplates').selectAll().where('id', '=', id).executeTakeFirst()

export type Decisions = Partial<
  Pick<TemplateRow, 'displayName' | 'description' | 'icon' | 'setupInstructions' | 'isActive'>
>

/** Writes what was decided; what is left out stays as it was. */
export async function decide(db: Db, id: string, decisions: Decisions, now: Date): Promise<void> {
  await db
    .insertInto('integrationTemplates')
    .values({ id, ...decisions, createdAt: now, updatedAt: now })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...decisions, updatedAt: now }))
    .execute()
}
