import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Person } from './person.ts'

/*
 * Rows of files that wait to be taken in: a person who is forgotten meanwhile must not come back out of one.
 */

/** Keeps imports from going on until the transaction ends. Before any lead is locked, as imports themselves do it. */
export const holdImports = (tx: Db, workspaceId: string) =>
  sql`select from crm_imports where workspace_id = ${workspaceId} and status = 'running' order by id for update`.execute(
    tx,
  )

/** Empties the rows that name a person; those after them keep their numbers. Imports are held. */
export const forgetWaitingRows = (tx: Db, workspaceId: string, { emails, phones }: Person) =>
  sql`
    with emptied as (
      update crm_import_chunks chunk set rows = told.rows from (
        select import_id, position, jsonb_agg(case when is_about then '[]' else cells end order by at) as rows,
          count(*) filter (where is_about) as count
        from crm_import_chunks cross join jsonb_array_elements(rows) with ordinality row(cells, at) cross join lateral (
          select exists (select from jsonb_array_elements_text(cells) cell
            where lower(trim(cell)) = any(${emails}::text[]) or trim(cell) = any(${phones}::text[])) as is_about) found
        where workspace_id = ${workspaceId} group by import_id, position having bool_or(is_about)
      ) told
      where chunk.workspace_id = ${workspaceId} and chunk.import_id = told.import_id and chunk.position = told.position
      returning chunk.import_id, told.count
    )
    update crm_imports set total = total - emptied.count
    from (select import_id, sum(count)::int as count from emptied group by import_id) emptied
    where workspace_id = ${workspaceId} and id = emptied.import_id`.execute(tx)
