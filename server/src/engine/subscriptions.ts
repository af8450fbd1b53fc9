import { LRUCache } from 'lru-cache'
import type { Db } from '../db/database.ts'
import type { NewEvent, Subscription } from './types.ts'

export type SubscriptionSource = (db: Db, workspaceIds: string[]) => Promise<(Subscription & { workspaceId: string })[]>

/** The subscriptions of one workspace as they stood at a version, ready to be matched. */
export type Fan = { version: number; match(event: NewEvent): Subscription[] }

/**
 * Keeps each workspace's subscriptions in memory. A cached fan may be stale: whoever inserts what was matched with it
 * compares its version in the same statement, and loads afresh where the workspace has moved on.
 */
export function createSubscriptions(sources: SubscriptionSource[]) {
  const fans = new LRUCache<string, Fan>({ max: 10_000 })

  return {
    cached: (workspaceId: string): Fan | undefined => fans.get(workspaceId),

    /** Reads them afresh. Within a transaction that may yet roll back they must not be remembered. */
    async load(db: Db, workspaceId: string, remember: boolean): Promise<Fan> {
      // The version is read first: subscriptions that are newer than it only cause one more load.
      const row = await db
        .selectFrom('subscriptionVersions')
        .select('version')
        .where('workspaceId', '=', workspaceId)
        .executeTakeFirst()
      const subscriptions = (await Promise.all(sources.map((source) => source(db, [workspaceId])))).flat()
      const fan = createFan(Number(row?.version ?? 0), subscriptions)
      if (remember) fans.set(workspaceId, fan)
      return fan
    },
  }
}

function createFan(version: number, subscriptions: Subscription[]): Fan {
  // A workspace publishes few types, so which subscriptions want a type is worked out once.
  const byType = new LRUCache<string, Subscription[]>({ max: 1_000 })

  function wanting(type: string): Subscription[] {
    let found = byType.get(type)
    if (!found) {
      found = subscriptions.filter(({ events }) => events.some((pattern) => matchesType(pattern, type)))
      byType.set(type, found)
    }
    return found
  }

  return {
    version,
    match(event) {
      if (event.only !== undefined) return [{ ...event.only, events: [], channels: null }]
      const candidates = wanting(event.type)
      if (candidates.length === 0) return candidates
      return candidates.filter(
        ({ channels, accepts }) =>
          (channels === null || event.channels?.some((channel) => channels.includes(channel)) === true) &&
          (accepts === undefined || accepts(event)),
      )
    },
  }
}

/** Answers whether a pattern (`lead.captured`, `lead.*` or `*`) covers an event type. */
export function matchesType(pattern: string, type: string): boolean {
  if (pattern === '*' || pattern === type) return true
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))
}
