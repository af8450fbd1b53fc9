import { jitter } from '../lib/backoff.ts'
import { type Lane, slowStart } from './dispatcher.ts'

/** Failures in a row that open the breaker: as many as are under way at a destination that has not answered yet. */
const threshold = slowStart.from
/** The first and the longest pause. */
const firstPauseMs = 30_000
const longestPauseMs = 600_000

/** The lane's destination answered well: the breaker closes. Answers whether it was open. */
export function succeeded(lane: Lane): boolean {
  const wasOpen = lane.breaker !== 'closed'
  lane.window = Math.min(slowStart.to, lane.window + 1)
  lane.failures = 0
  lane.opened = 0
  lane.breaker = 'closed'
  return wasOpen
}

/**
 * The lane's destination failed. After enough failures in a row the breaker opens: the lane pauses, and what it holds
 * waits instead of using up its tries. When the pause is over one try goes through; another failure doubles the pause.
 */
export function failed(lane: Lane, now: number): { state: 'open'; until: number; opened: number } | undefined {
  lane.failures += 1
  if (lane.policy.breaker === false) return undefined
  if (lane.breaker === 'open' || (lane.breaker === 'closed' && lane.failures < threshold)) return undefined
  lane.breaker = 'open'
  lane.window = slowStart.from
  lane.opened += 1
  const until = now + jitter(Math.min(longestPauseMs, firstPauseMs * 2 ** (lane.opened - 1)))
  lane.pausedUntil = until
  return { state: 'open', until, opened: lane.opened }
}
