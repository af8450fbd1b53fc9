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
  const rows = await listWaiting(
    tx,
    workspaceId,
    events.map(({ id }) => id),
  )
  const byId = new Map(events.map((event) => [event.id, event]))
  const lanes = new Set(rows.flatMap(({ kind, lane }) => (kind === integrationKind ? [lane] : [])))
  // All at once: the flow's transaction is open, and a workspace may have many integrations.
  const subscriptions = Map.groupBy(
    await listActiveSubscriptions(tx, workspaceId, [...lanes]),
    ({ integrationId }) => integrationId,
  )
  const queued: Queued[] = []
  for (const { id, lane, kind, name, templateId, status } of rows) {
    if (kind !== integrationKind || name === null) continue
    const event = byId.get(id)!
    const wanted = (subscriptions.get(lane) ?? []).map(prepare).filter(({ wants }) => wants(event))
    queued.push({
      integrationId: lane,
      name,
      template: templateId!,
      status: status!,
      event: event.type,
      eventId: id,
      operations: wanted.map(({ row }) => row.operation),
    })
  }
  return { queued, endpoints: rows.filter(({ kind }) => kind !== integrationKind).length }
}

const listWaiting = (tx: Db, workspaceId: string, eventIds: string[]) =>
  tx
    .selectFrom('ready as r')
    .leftJoin('integrations as i', (join) =>
      join.onRef('i.workspaceId', '=', 'r.workspaceId').onRef('i.id', '=', 'r.lane'),
    )
    .select(['r.id', 'r.lane', 'r.kind', 'i.name', 'i.templateId', 'i.status'])
    .where('r.workspaceId', '=', workspaceId)
    .where('r.id', 'in', eventIds)
    .orderBy('r.position')
    .execute()
