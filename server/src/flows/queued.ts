import type { Db } from '../db/database.ts'
import { integrationKind, prepare } from '../integrations/hearing.ts'
import { listActiveSubscriptions } from '../integrations/subscription-queries.ts'
import type { Published } from './published.ts'
import type { Queued } from './schema.ts'

/** What was put in the lanes of integrations for events that this transaction published, and how much in those of endpoints. */
export async function queuedFor(
  tx: Db,
  workspaceId: string,
  events: readonly Published[],
): Promise<{ queued: Queued[]; endpoints: number }> {
  const deliveries = events.flatMap((event) => event.deliveries.map(({ lane, kind }) => ({ event, lane, kind })))
  const ours = deliveries.filter(({ kind }) => kind === integrationKind)
  // All at once: the flow's transaction is open, and a workspace may have many integrations.
  const subscriptions = Map.groupBy(
    await listActiveSubscriptions(tx, workspaceId, [...new Set(ours.map(({ lane }) => lane))]),
    ({ integrationId }) => integrationId,
  )
  const queued = ours.flatMap(({ event, lane }) => {
    const rows = subscriptions.get(lane) ?? []
    const wanted = rows.filter((row) => prepare(row).wants(event))
    const [first] = rows
    if (!first) return []
    return {
      integrationId: lane,
      name: first.name,
      template: first.templateId,
      status: first.status,
      event: event.type,
      eventId: event.id,
      operations: wanted.map(({ operation }) => operation),
    }
  })
  return { queued, endpoints: deliveries.length - ours.length }
}
