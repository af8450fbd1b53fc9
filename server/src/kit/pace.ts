import type { Clock } from '../lib/clock.ts'
import { ConnectorError } from './errors.ts'

/**
 * Waits until so many calls may be made. `withinMs` is how long the caller can wait.
 * @throws ConnectorError RATE_LIMIT_EXCEEDED, at once, when it would take longer; `retryAfterMs` says how long
 */
export type Pace = (tokens: number, withinMs: number) => Promise<void>

/** What a connector that names no limit keeps to. */
export const defaultRateLimit = { requests: 100, perMs: 60_000 } as const

/**
 * A token bucket within this process, for tests and programs that have no database. Full at first, it holds the requests of one
 * period. Waiting callers go in the order they came.
 */
export function localPace(options: {
  limit?: { requests: number; perMs: number }
  clock: Clock
  sleep: (ms: number) => Promise<void>
}): Pace {
  const { requests, perMs } = options.limit ?? defaultRateLimit
  let tokens = requests
  let at = options.clock.now()
  return async (wanted, withinMs) => {
    const now = options.clock.now()
    tokens = Math.min(requests, tokens + ((now - at) * requests) / perMs)
    at = now
    const waitMs = Math.max(0, Math.ceil(((wanted - tokens) * perMs) / requests))
    if (waitMs > withinMs) throw pacedOut(waitMs)
    // Taken at once, below zero if need be: whoever comes next waits behind.
    tokens -= wanted
    if (waitMs > 0) await options.sleep(waitMs)
  }
}

/** The hub's own limit for an integration is used up for so long. */
export const pacedOut = (waitMs: number): ConnectorError =>
  new ConnectorError(
    'RATE_LIMIT_EXCEEDED',
    `The pace agreed with the vendor is used up for ${Math.ceil(waitMs / 1_000)} s (RATE_LIMIT_EXCEEDED)`,
    { retryAfterMs: waitMs },
  )
