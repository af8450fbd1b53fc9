import { LRUCache } from 'lru-cache'
import type { Db } from '../db/database.ts'
import { matchesType } from '../engine/subscriptions.ts'
import type { Subscription } from '../engine/types.ts'
import { canonicalType } from '../events/catalogue.ts'
import { compileFilter } from '../events/filter.ts'
import { type CompiledMapping, compileMapping } from './mapping.ts'
import { listWanted, type SubscriptionRow } from './subscription-queries.ts'

/** The name by which the engine knows deliveries to integrations. */
export const integrationKind = 'integration'

/** Whether a subscription wants an event. */
type Wants = (event: { type: string; payload: unknown }) => boolean

export function wantsOf({ events, filter }: { events: string[]; filter: unknown }): Wants {
  const patterns = events.map(canonicalType)
  const passes = filter === null ? undefined : compileFilter(filter)
  return ({ type, payload }) =>
    patterns.some((pattern) => matchesType(pattern, type)) && (passes === undefined || passes(payload))
}

/** What integrations want to hear, as the engine matches events with it: one delivery, however many subscriptions want the event. */
export async function integrationSubscriptions(
  db: Db,
  workspaceIds: string[],
): Promise<(Subscription & { workspaceId: string })[]> {
  const rows = await listWanted(db, workspaceIds)
  const ofIntegration = Map.groupBy(rows, ({ integrationId }) => integrationId)
  return [...ofIntegration].map(([integrationId, subscriptions]) => {
    const wants = subscriptions.map(wantsOf)
    const all = subscriptions.every(({ filter }) => filter === null)
    return {
      workspaceId: subscriptions[0]!.workspaceId,
      lane: integrationId,
      kind: integrationKind,
      events: [...new Set(subscriptions.flatMap(({ events }) => events.map(canonicalType)))],
      channels: null,
      accepts: all ? undefined : (event) => wants.some((wanted) => wanted(event)),
    }
  })
}

/** A subscription, prepared to be carried out. */
export type Prepared = { row: SubscriptionRow; wants: Wants; map: CompiledMapping }

const prepared = new LRUCache<string, Prepared>({ max: 5_000 })

/** Prepares a subscription; remembered until it is changed. */
export function prepare(row: SubscriptionRow): Prepared {
  const key = `${row.id} ${row.updatedAt.getTime()}`
  const known = prepared.get(key)
  if (known) return known
  const made = { row, wants: wantsOf(row), map: compileMapping(row.mapping) }
  prepared.set(key, made)
  return made
}
