import type { Db } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { insertActivities } from './activity-queries.ts'
import { type ActivityRow, touchLeads } from './queries.ts'

/** Something that happened with a lead, as the hub's own code tells it. */
export type ActivityInput = {
  /** `note`, `call`, `email.opened`, `booking.created` … */
  type: string
  title: string
  body?: string | null | undefined
  data?: Record<string, unknown> | undefined
  /** Who did it; null for the lead itself. */
  actor?: string | null | undefined
  /** The event that tells others of it: what integrations did because of it is shown beside it. */
  eventId?: string | null | undefined
  /** Told again with the same key, it is not added again. */
  key?: string | null | undefined
  occurredAt?: Date | undefined
  /** When something last happened with the lead, where the caller knows it: nothing older needs to be noted with the lead. */
  lastActivityAt?: Date | undefined
}

/** Adds to timelines, in the caller's transaction. Answers for each whether it was new. */
export async function addActivities(
  tx: Db,
  workspaceId: string,
  clock: Clock,
  activities: (ActivityInput & { leadId: string })[],
): Promise<{ id: string; added: boolean }[]> {
  if (activities.length === 0) return []
  const now = new Date(clock.now())
  const rows: ActivityRow[] = activities.map((activity) => ({
    workspaceId,
    id: newId(clock),
    leadId: activity.leadId,
    type: activity.type,
    title: activity.title,
    body: activity.body ?? null,
    data: activity.data ?? {},
    actor: activity.actor ?? null,
    eventId: activity.eventId ?? null,
    key: activity.key ?? null,
    occurredAt: activity.occurredAt ?? now,
  }))
  const added = await insertActivities(tx, rows)
  const newer = rows.filter(({ occurredAt }, index) => {
    const { lastActivityAt } = activities[index]!
    return lastActivityAt === undefined || occurredAt > lastActivityAt
  })
  // One statement for each time: nearly always there is one.
  for (const [at, some] of Map.groupBy(newer, ({ occurredAt }) => occurredAt.getTime()))
    await touchLeads(
      tx,
      workspaceId,
      some.map(({ leadId }) => leadId),
      new Date(at),
    )
  return rows.map(({ id }) => ({ id, added: added.has(id) }))
}
