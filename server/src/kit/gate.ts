import type { Clock } from '../lib/clock.ts'
import { ConnectorError } from './errors.ts'

/**
 * Stands between one integration and its vendor within this process: so many calls at a time, and none at all for a while after the
 * vendor failed many times in a row. Keep one per integration and give it to each of its clients.
 */
export type Gate = {
  /**
   * Waits for a place. Answers how to leave it: with what the vendor did.
   * @throws ConnectorError CONNECTION_FAILED while the breaker is open; RATE_LIMIT_EXCEEDED when no place came free in time
   */
  enter(withinMs: number): Promise<(outcome: 'answered' | 'failed' | 'neither') => void>
  /** Epoch milliseconds until which nothing is let through, if so. */
  openUntil(): number | undefined
}

export type GateOptions = {
  vendor: string
  clock: Clock
  /** Default: 8. */
  concurrency?: number | undefined
  /** Failures in a row that open the breaker. Default: 8. */
  failures?: number
  /** How long it stays open; then one call tries. Default: 15,000. */
  openMs?: number
}

export function createGate(options: GateOptions): Gate {
  const { vendor, clock, concurrency = 8, failures = 8, openMs = 15_000 } = options
  const waiting: (() => void)[] = []
  let inside = 0
  let failedInARow = 0
  let openUntil: number | undefined
  let isTrying = false

  const free = () => {
    const next = waiting.shift()
    if (next) next()
    else inside--
  }
  /** Answers whether this call is the one that tries. */
  const judge = (): boolean => {
    if (openUntil === undefined) return false
    const leftMs = openUntil - clock.now()
    if (leftMs > 0 || isTrying) throw opened(vendor, Math.max(leftMs, 1_000))
    isTrying = true
    return true
  }
  const place = (withinMs: number) => {
    if (inside < concurrency) {
      inside++
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      waiting.splice(waiting.indexOf(enter), 1)
      reject(crowded(vendor))
    }, withinMs)
    const enter = () => {
      clearTimeout(timer)
      resolve()
    }
    waiting.push(enter)
    return promise
  }

  return {
    openUntil: () => openUntil,
    async enter(withinMs) {
      const tries = judge()
      try {
        await place(withinMs)
      } catch (error) {
        if (tries) isTrying = false
        throw error
      }
      return (outcome) => {
        free()
        if (tries) isTrying = false
        if (outcome === 'answered') {
          failedInARow = 0
          openUntil = undefined
        } else if (outcome === 'failed') {
          failedInARow++
          if (tries || failedInARow >= failures) openUntil = clock.now() + openMs
        }
      }
    },
  }
}

const opened = (vendor: string, retryAfterMs: number): ConnectorError =>
  new ConnectorError(
    'CONNECTION_FAILED',
    `${vendor} failed many times in a row and is left alone for ${Math.ceil(retryAfterMs / 1_000)} s (CONNECTION_FAILED)`,
    { retryAfterMs },
  )

const crowded = (vendor: string): ConnectorError =>
  new ConnectorError(
    'RATE_LIMIT_EXCEEDED',
    `Too many calls to ${vendor} are under way for this integration (RATE_LIMIT_EXCEEDED)`,
    { retryAfterMs: 1_000 },
  )
