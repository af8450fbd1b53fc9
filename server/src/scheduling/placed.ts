import { sql } from 'kysely'
import type { Database } from '../db/database.ts'

/** An appointment that somebody says was agreed, at a connected account. */
type Agreed = {
  integrationId: string
  at: Date
  callId: string
  email?: string | undefined
  phone?: string | undefined
}

/**
 * Finds what an agreed appointment is called in the calendar of an account, where a booking of the hub for the same call or person at the same
 * time is there already, or on its way there: then nobody else may put it there. Undefined where there is none.
 */
export const createFindPlaced =
  ({ database }: { database: Database }) =>
  async (workspaceId: string, { integrationId, at, callId, email, phone }: Agreed): Promise<string | undefined> => {
    const digits = sql`${(phone ?? '').replace(/\D/g, '')}::text`
    const { rows } = await sql<{ name: string }>`
      select coalesce(c.external_id, case when e.integration_id = ${integrationId} then e.external_id end, e.id::text) as name
      from calendar_events e
        left join calendar_confirmations c on c.workspace_id = e.workspace_id and c.booking_id = e.id
          and c.integration_id = ${integrationId} and c.status in ('pending', 'confirmed', 'unknown')
      where e.workspace_id = ${workspaceId} and e.starts_at = ${at} and e.status = 'confirmed'
        and (c.booking_id is not null or e.integration_id = ${integrationId})
        and (e.custom_fields ->> 'callId' = ${callId} or lower(e.email) = lower(${email ?? null}::text) 
          -- One number is written in many ways, with its country's code and without.
          or (length(${digits}) >= 7 and e.phone is not null and (
            regexp_replace(e.phone, '\\D', '', 'g') like '%' || ${digits} or
            (length(regexp_replace(e.phone, '\\D', '', 'g')) >= 7 and ${digits} like '%' || regexp_replace(e.phone, '\\D', '', 'g')))))
      limit 1`.execute(database.hub)
    return rows[0]?.name
  }
