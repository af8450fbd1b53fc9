import { LRUCache } from 'lru-cache'
import type { Clock } from '../lib/clock.ts'

/** What may be kept in a minute of requests that nobody has proven to be a vendor's. */
const limits = { perAddress: 20, requests: 300, bytes: 2 * 1_048_576 }

/**
 * Bounds what strangers can make a process store: so many requests of one address, and so many requests and bytes in all, each
 * minute. What is beyond is answered the same and not kept.
 */
export function createQuota(clock: Clock) {
  let minute = 0
  let requests = 0
  let bytes = 0
  const addresses = new LRUCache<string, number>({ max: 10_000 })

  return {
    /** Answers whether one more of this size may be stored, and counts it. */
    take(address: string, size: number): boolean {
      const now = Math.floor(clock.now() / 60_000)
      if (now !== minute) {
        minute = now
        requests = 0
        bytes = 0
        addresses.clear()
      }
      const ofAddress = addresses.get(address) ?? 0
      if (ofAddress >= limits.perAddress || requests >= limits.requests || bytes + size > limits.bytes) return false
      addresses.set(address, ofAddress + 1)
      requests += 1
      bytes += size
      return true
    },
  }
}
