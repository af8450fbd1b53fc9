import { LRUCache } from 'lru-cache'
import type { Database, Db } from '../db/database.ts'
import type { DeliveryKind, Subscription } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'
import type { Busy } from './busy.ts'
import { outdateBusy } from './busy-queries.ts'
import { touchHosts } from './host-queries.ts'
import { findProvider, listNewsReaders } from './provider-queries.ts'
import { dayMs } from './wall-clock.ts'

/** The name by which the engine knows deliveries of vendors' news to connected calendars. */
export const newsKind = 'calendar.news'
/** Somebody who asks meanwhile reads the calendar anyway, so there is little to be gained by more. */
const tries = 3
const policy = { breaker: false }

/** Connected calendars hear everything that their vendors tell the hub. */
export async function newsSubscriptions(
  db: Db,
  workspaceIds: string[],
): Promise<(Subscription & { workspaceId: string })[]> {
  const rows = await listNewsReaders(db, workspaceIds)
  return rows.map(({ workspaceId, id, integrationId, templateId }) => ({
    workspaceId,
    lane: id,
    kind: newsKind,
    events: [`${templateId}.*`],
    channels: null,
    accepts: ({ payload }) => (payload as { integrationId?: unknown } | null)?.integrationId === integrationId,
  }))
}

/** What a calendar said is old once its vendor tells of a change: it is read again at once, before anybody asks. */
export function createNews({ database, busy, clock }: { database: Database; busy: Busy; clock: Clock }): DeliveryKind {
  const known = new LRUCache<string, true>({ max: 50_000 })
  return {
    delivers: true,
    policy: (lane) => (known.has(lane) ? policy : undefined),
    async load(lanes) {
      for (const { workspaceId, lane } of lanes)
        if (await findProvider(database.hub, workspaceId, lane)) known.set(lane, true)
        else known.delete(lane)
    },
    retry: () => (attempt) => (attempt < tries ? 1_000 * attempt : undefined),
    async attempt({ event: { workspaceId }, lane }) {
      const startedAt = performance.now()
      const done = () => ({ result: 'done' as const, durationMs: Math.round(performance.now() - startedAt) })
      const provider = await findProvider(database.hub, workspaceId, lane)
      if (!provider) return done()
      const now = clock.now()
      await database.transaction(async (tx) => {
        const outdated = await outdateBusy(tx, workspaceId, provider.integrationId, new Date(now))
        for (const { hostId } of outdated) await touchHosts(tx, workspaceId, [hostId])
      })
      const fresh = await findProvider(database.hub, workspaceId, lane)
      if (fresh) await busy.refresh([fresh], { from: now, to: now + dayMs })
      return done()
    },
  }
}
