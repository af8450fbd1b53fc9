import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { listStatusChanges } from './activity-queries.ts'
import { activityAnswer, leadAnswer, statusChangeAnswer } from './answers.ts'
import { listAllActivities, listMerges } from './merge-queries.ts'
import { deleteLead, type LeadRow, listExternalIds } from './queries.ts'
import type { PersonalData } from './schema.ts'

const mostEvents = 20_000

/** Everything that is kept about a person: the lead, its timeline and history, what was merged into it, and the events that tell of it. */
export async function personalData(tx: Db, workspaceId: string, row: LeadRow): Promise<PersonalData> {
  const activities = await listAllActivities(tx, workspaceId, row.id)
  const externalIds = await listExternalIds(tx, workspaceId, [row.id])
  const events = await listEventsOf(tx, workspaceId, row.id)
  return {
    lead: leadAnswer(row, externalIds.get(row.id)),
    activities: activities.map((activity) => activityAnswer(activity)),
    statusChanges: (await listStatusChanges(tx, workspaceId, row.id)).map(statusChangeAnswer),
    merged: (await listMerges(tx, workspaceId, row.id)).map(({ snapshot }) => (snapshot.merged ?? null) as unknown),
    events: events.map(({ id, type, payload, occurredAt }) => ({
      id,
      type,
      payload: JSON.parse(payload) as unknown,
      occurredAt: occurredAt.toISOString(),
    })),
  }
}

/**
 * Forgets a person: the lead with all that hangs on it, what the events of its timeline and the operations that they caused said, and rows of
 * imports that bear its address. Deliveries that still wait carry the emptied events. Other parts of the hub hear `lead.erased`.
 */
export async function erasePerson(
  tx: Db,
  engine: Pick<Engine, 'publish'>,
  workspaceId: string,
  row: LeadRow,
  actor: string,
): Promise<{ events: number }> {
  const ids = (await listEventsOf(tx, workspaceId, row.id)).map(({ id }) => id)
  const emptied = JSON.stringify({ leadId: row.id, erased: true })
  await sql`update events set payload = ${emptied} where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(
    tx,
  )
  await sql`update integration_sync_logs set request = null, response = null, error_message = null
    where workspace_id = ${workspaceId} and event_id = any(${ids}::uuid[])`.execute(tx)
  if (row.email !== null)
    await sql`delete from crm_import_errors where workspace_id = ${workspaceId} and exists (
      select from unnest(cells) cell where lower(trim(cell)) = ${row.email})`.execute(tx)
  await deleteLead(tx, workspaceId, row.id)
  await engine.publish(tx, workspaceId, [{ type: 'lead.erased', payload: { leadId: row.id, erasedBy: actor } }])
  return { events: ids.length }
}

/** The events that a timeline names. */
async function listEventsOf(tx: Db, workspaceId: string, leadId: string) {
  const { rows } = await sql<{ id: string; type: string; payload: string; occurredAt: Date }>`
    select e.id, e.type, e.payload, e.occurred_at from events e
    where e.workspace_id = ${workspaceId} and e.id = any(array(
      select event_id from crm_activities where workspace_id = ${workspaceId} and lead_id = ${leadId} and event_id is not null limit ${mostEvents}))
    order by e.id`.execute(tx)
  return rows
}
