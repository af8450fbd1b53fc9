import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { listStatusChanges } from './activity-queries.ts'
import { activityAnswer, leadAnswer, statusChangeAnswer } from './answers.ts'
import { listAllActivities, listMerges } from './merge-queries.ts'
import { type LeadRow, listExternalIds } from './queries.ts'
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

/** The events that a timeline names. */
async function listEventsOf(tx: Db, workspaceId: string, leadId: string) {
  const { rows } = await sql<{ id: string; type: string; payload: string; occurredAt: Date }>`
    select e.id, e.type, e.payload, e.occurred_at from events e
    where e.workspace_id = ${workspaceId} and e.id = any(array(
      select event_id from crm_activities where workspace_id = ${workspaceId} and lead_id = ${leadId} and event_id is not null limit ${mostEvents}))
    order by e.id`.execute(tx)
  return rows
}
