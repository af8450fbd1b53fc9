import { setTimeout as wait } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Engine } from '../engine/types.ts'
import { type Pace, pacedOut } from '../kit/pace.ts'

export type RateLimit = { readonly requests: number; readonly perMs: number }

/** A lease that was not used is given up: by then the bucket has refilled, and both together would be too much. */
const leaseMs = 5_000
const maxLease = 10

/** What the shared bucket of an integration holds when it is full, and how fast it fills. */
export const bucketOf = ({ requests, perMs }: RateLimit) => ({
  ratePerSecond: (requests * 1_000) / perMs,
  // Half a period at once: what follows a quiet time stays near the vendor's own window.
  burst: Math.max(1, Math.ceil(requests / 2)),
})

type Lease = { tokens: number; takenAt: number; turn: Promise<void> }

/**
 * Keeps all processes together below the vendor's limit. Tokens come from the lane's bucket in the database in small leases, so
 * that a busy integration costs one update for several calls, and calls of one integration take them in their order.
 */
export function createPace(engine: Pick<Engine, 'takeTokens'>) {
  const leases = new LRUCache<string, Lease>({ max: 10_000 })

  async function take(
    place: { workspaceId: string; id: string },
    limit: RateLimit,
    lease: Lease,
    wanted: number,
    deadline: number,
  ): Promise<void> {
    const { ratePerSecond, burst } = bucketOf(limit)
    const tokens = Math.min(wanted, burst)
    for (;;) {
      if (performance.now() - lease.takenAt > leaseMs) lease.tokens = 0
      if (lease.tokens >= tokens) {
        lease.tokens -= tokens
        return
      }
      const size = Math.max(tokens, Math.min(maxLease, Math.floor(burst / 10)))
      const granted = await engine.takeTokens(place.workspaceId, place.id, size - lease.tokens, ratePerSecond, burst)
      if (granted > 0) {
        lease.tokens += granted
        lease.takenAt = performance.now()
        continue
      }
      const waitMs = Math.max(10, ((tokens - lease.tokens) * 1_000) / ratePerSecond)
      if (performance.now() + waitMs > deadline) throw pacedOut(Math.ceil(waitMs))
      await wait(Math.min(waitMs, 1_000))
    }
  }

  /** Answers the function by which calls of an integration wait for their turn. */
  return (workspaceId: string, id: string, limit: RateLimit): Pace =>
    (tokens, withinMs) => {
      let lease = leases.get(id)
      if (!lease) {
        lease = { tokens: 0, takenAt: 0, turn: Promise.resolve() }
        leases.set(id, lease)
      }
      const mine = lease
      const deadline = performance.now() + withinMs
      const taken = mine.turn.then(() => take({ workspaceId, id }, limit, mine, tokens, deadline))
      mine.turn = taken.catch(() => {})
      return taken
    }
}
