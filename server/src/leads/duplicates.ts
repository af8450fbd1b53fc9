import { sql } from 'kysely'
import type { Db } from '../db/database.ts'

/** Why two leads may be one person. */
export type Reason = 'phone' | 'email' | 'name_and_company'
export type DuplicateGroup = { reason: Reason; value: string; leadIds: string[] }

/** Addresses that many people read say nothing of who writes. */
const shared = ['info', 'office', 'contact', 'hello', 'sales', 'support', 'admin', 'mail', 'team', 'service']
const mostLeads = 20

/*
 * An address without what its mailbox ignores: what follows a plus sign and, at Gmail, dots.
 */
const mailbox = sql`case when split_part(email, '@', 2) in ('gmail.com', 'googlemail.com')
  then replace(split_part(split_part(email, '@', 1), '+', 1), '.', '') || '@gmail.com'
  else split_part(split_part(email, '@', 1), '+', 1) || '@' || split_part(email, '@', 2) end`

/**
 * Groups of leads that may be one person: with one phone number, with addresses of one mailbox, or with one name in one company. A name
 * alone is no reason, and nothing is merged without a person who says so.
 */
export async function listDuplicates(
  db: Db,
  workspaceId: string,
  range: { leadId?: string | undefined; limit: number },
): Promise<DuplicateGroup[]> {
  const { leadId, limit } = range
  const { rows } = await sql<DuplicateGroup & { newest: string }>`
    with leads as (
      select id, email, phone, lower(name) as name, lower(company) as company from crm_leads where workspace_id = ${workspaceId}
    ), groups as (
      select 'phone' as reason, phone as value, array_agg(id order by id) as lead_ids from leads where phone is not null
      group by phone having count(*) > 1
      union all
      select 'email', ${mailbox}, array_agg(id order by id) from leads
      where email is not null and not split_part(split_part(email, '@', 1), '+', 1) = any(${shared}::text[])
      group by 2 having count(*) > 1
      union all
      select 'name_and_company', name || ', ' || company, array_agg(id order by id) from leads
      where name like '% %' and company is not null group by name, company having count(*) > 1
    )
    select reason, value, lead_ids[1:${sql.lit(mostLeads)}] as lead_ids from groups
    ${leadId === undefined ? sql`` : sql`where ${leadId}::uuid = any(lead_ids)`}
    order by lead_ids[array_upper(lead_ids, 1)] desc, reason limit ${limit}`.execute(db)
  return rows
}
