import type { Db } from '../db/database.ts'
import type { Subscription } from '../engine/types.ts'
import { canonicalType } from '../events/catalogue.ts'
import { compileFilter, type Predicate } from '../events/filter.ts'
import { listSubscriptions } from './queries.ts'

/** The name by which the engine knows deliveries to endpoints. */
export const webhookKind = 'webhook'

/** What the active endpoints of the workspaces want to hear, as the engine matches events with it. */
export async function webhookSubscriptions(
  db: Db,
  workspaceIds: string[],
): Promise<(Subscription & { workspaceId: string })[]> {
  return (await listSubscriptions(db, workspaceIds)).map(({ workspaceId, id, events, channels, filter }) => ({
    workspaceId,
    lane: id,
    kind: webhookKind,
    events: events.map(canonicalType),
    channels,
    accepts: acceptsOf(filter),
  }))
}

function acceptsOf(filter: unknown): Subscription['accepts'] {
  if (filter === null) return undefined
  const passes: Predicate = compileFilter(filter)
  return ({ payload }) => passes(payload)
}
