import { LRUCache } from 'lru-cache'
import type { Config } from '../config.ts'
import type { Clock } from '../lib/clock.ts'
import { ApiError } from './errors.ts'

/** How a caller stands after this request; `retryAfterSeconds` only when it was one too many. */
export type Limit = { limit: number; remaining: number; resetSeconds: number; retryAfterSeconds?: number }

export type RateLimits = {
  /** Counts a request of an API key, token or person. */
  ofPrincipal(id: string): Limit
  /** Counts a request to a public route. */
  ofAddress(address: string): Limit
  /** @throws ApiError RATE_LIMIT_EXCEEDED while too many sign-ins as this e-mail address have failed */
  checkSignIn(email: string): void
  /** Counts a failed sign-in. */
  signInFailed(email: string): void
}

/** Failed sign-ins that one e-mail address may have in a row; then one more each minute and a half. */
const failedSignIns = { burst: 10, perMs: 15 * 60_000 }

/** Creates the limits of this process. Each process counts for itself, so that no request waits for a counter. */
export function createRateLimits({ config, clock }: { config: Config; clock: Clock }): RateLimits {
  const principals = createBuckets(clock, config.TENON_RATE_LIMIT, 1_000)
  const addresses = createBuckets(clock, config.TENON_PUBLIC_RATE_LIMIT, 60_000)
  const emails = createBuckets(clock, failedSignIns.burst, failedSignIns.perMs)
  return {
    ofPrincipal: (id) => principals.take(id, 1),
    ofAddress: (address) => addresses.take(networkOf(address), 1),
    checkSignIn: (email) => {
      const { remaining, resetSeconds } = emails.take(email.toLowerCase(), 0)
      if (remaining >= 1) return
      throw new ApiError('RATE_LIMIT_EXCEEDED', 'Too many sign-ins as this address have failed; wait a little.', {
        headers: {
          'retry-after': String(Math.ceil(Math.min(resetSeconds, failedSignIns.perMs / 1_000 / failedSignIns.burst))),
        },
      })
    },
    signInFailed: (email) => void emails.take(email.toLowerCase(), 1),
  }
}

/**
 * Token buckets that hold `burst` and fill up within `perMs`. Measured at 0.2 µs a request; a general rate-limiting plugin
 * costs several times the rest of the guard together, and has no second key such as an e-mail address.
 */
function createBuckets(clock: Clock, burst: number, perMs: number) {
  const buckets = new LRUCache<string, { tokens: number; at: number }>({ max: 20_000 })
  return {
    take: (key: string, want: number): Limit => {
      const now = clock.now()
      let bucket = buckets.get(key)
      if (!bucket) {
        bucket = { tokens: burst, at: now }
        buckets.set(key, bucket)
      }
      const passed = Math.max(0, now - bucket.at)
      bucket.tokens = Math.min(burst, bucket.tokens + (passed * burst) / perMs)
      bucket.at = now
      const isRefused = bucket.tokens < want
      if (!isRefused) bucket.tokens -= want
      const secondsFor = (tokens: number) => Math.ceil((tokens * perMs) / burst / 1_000)
      return {
        limit: burst,
        remaining: Math.floor(bucket.tokens),
        resetSeconds: secondsFor(burst - bucket.tokens),
        ...(isRefused ? { retryAfterSeconds: Math.max(1, secondsFor(want - bucket.tokens)) } : {}),
      }
    },
  }
}

/** One household or server has a whole /64 of IPv6 to send from. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address
  const [head = '', tail = ''] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === '' ? [] : tail.split(':')
  const zeros = address.includes('::') ? Array(Math.max(0, 8 - groups.length - rest.length)).fill('0') : []
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':')
}
