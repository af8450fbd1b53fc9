import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { LeadRow } from './queries.ts'

/** By what a person is known in what other parts of the hub keep: ids of the lead and of those merged into it, addresses and numbers. */
export type Person = { leadId: string; leadIds: string[]; emails: string[]; phones: string[] }

/** Addresses and numbers that another lead has as well tell nobody apart, and are left out. */
export async function personOf(tx: Db, workspaceId: string, row: LeadRow): Promise<Person> {
  // The address and number that the lead itself had before a merge may have given way to those of the other.
  const { rows: merged } = await sql<{ id: string; email: string | null; phone: string | null }>`
    select merged_lead_id as id, one->>'email' as email, one->>'phone' as phone
    from crm_merges cross join lateral (values (snapshot->'merged'), (snapshot->'kept')) both_of(one)
    where workspace_id = ${workspaceId} and lead_id = ${row.id} and undone_at is null`.execute(tx)
  const all = [row, ...merged]
  return {
    leadId: row.id,
    leadIds: [...new Set(all.map(({ id }) => id))],
    emails: await ownOnly(
      tx,
      workspaceId,
      row.id,
      'email',
      all.map(({ email }) => email),
    ),
    phones: await ownOnly(
      tx,
      workspaceId,
      row.id,
      'phone',
      all.map(({ phone }) => phone),
    ),
  }
}

async function ownOnly(
  tx: Db,
  workspaceId: string,
  leadId: string,
  column: 'email' | 'phone',
  values: (string | null)[],
): Promise<string[]> {
  const given = [...new Set(values.filter((value) => value !== null))]
  const { rows } = await sql<{ value: string }>`
    select value from unnest(${given}::text[]) value where not exists (
      select from crm_leads o where o.workspace_id = ${workspaceId} and o.id <> ${leadId} and o.${sql.ref(column)} = value)`.execute(
    tx,
  )
  return rows.map(({ value }) => value)
}
