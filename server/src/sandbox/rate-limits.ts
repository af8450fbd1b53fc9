import type { FastifyRequest } from 'fastify'
import { FailureError } from './emulator.ts'

/** A limit of the vendor: so many requests in a fixed window per account. */
export type RateLimit = {
  name: string
  requests: number
  perMs: number
  /** Which requests count; all unless given. */
  counts?(request: FastifyRequest): boolean
  /** What is counted by, where that is not the account. */
  keyOf?(request: FastifyRequest): string | undefined
  /** Headers that tell the caller where it stands. */
  headers?(state: LimitState): Record<string, string>
}

export type LimitState = { limit: number; remaining: number; resetsInSeconds: number; resetsAt: number }

/** Counts requests against a vendor's limits. */
export function createRateLimits(limits: readonly RateLimit[], now: () => number) {
  const windows = new Map<string, { startedAt: number; used: number }>()

  return {
    /**
     * Takes one request from every limit that it counts for. Answers the headers of all of them.
     * @throws the failure `rate_limited` when one is used up
     */
    take(accountName: string | undefined, request: FastifyRequest): Record<string, string> {
      const headers: Record<string, string> = {}
      for (const limit of limits) {
        if (limit.counts && !limit.counts(request)) continue
        const counted = limit.keyOf ? limit.keyOf(request) : accountName
        if (counted === undefined) continue
        const key = `${limit.name}/${counted}`
        let window = windows.get(key)
        if (!window || now() >= window.startedAt + limit.perMs) {
          window = { startedAt: now(), used: 0 }
          windows.set(key, window)
        }
        window.used += 1
        const resetsAt = window.startedAt + limit.perMs
        const resetsInSeconds = Math.max(1, Math.ceil((resetsAt - now()) / 1_000))
        const remaining = Math.max(0, limit.requests - window.used)
        Object.assign(headers, limit.headers?.({ limit: limit.requests, remaining, resetsInSeconds, resetsAt }))
        if (window.used > limit.requests) {
          throw new FailureError(
            { kind: 'rate_limited', retryAfterSeconds: resetsInSeconds, limit: limit.name },
            headers,
          )
        }
      }
      return headers
    },
    /** Begins all windows anew. */
    reset: () => windows.clear(),
  }
}

export type RateLimits = ReturnType<typeof createRateLimits>
