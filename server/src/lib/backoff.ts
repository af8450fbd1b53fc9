/**
 * The wait before retry `retry` (1 is the first): `delayMs` doubled each time, as the endpoints' `retryDelay` promises
 * (1 s, 2 s, 4 s …), at most `maxMs`, and up to a tenth longer so that what failed together does not return together.
 */
export function exponentialDelay(retry: number, delayMs: number, maxMs = 12 * 3_600_000, random = Math.random): number {
  return jitter(Math.min(maxMs, delayMs * 2 ** (retry - 1)), random)
}

/** Lengthens a wait by up to a tenth. Never shortens it: a receiver that named a time is not called before it. */
export const jitter = (ms: number, random = Math.random): number => Math.round(ms * (1 + random() * 0.1))

/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3), seconds or a date, into milliseconds from now; undefined where it is
 * absent or not understood. Clamped to a day, since a receiver must not be able to put a delivery off for ever.
 */
export function retryAfterMs(value: string | undefined, now: number, maxMs = 86_400_000): number | undefined {
  if (value === undefined) return undefined
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now
  if (Number.isNaN(seconds)) return undefined
  return Math.min(Math.max(0, seconds), maxMs)
}
