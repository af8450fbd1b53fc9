/** The hub's notion of time, so that tests can move it. Epoch milliseconds. */
export type Clock = { now(): number }

export const systemClock: Clock = { now: () => Date.now() }

/** A clock that stands still until it is told otherwise. */
export function manualClock(
  start = Date.UTC(2026, 0, 1),
): Clock & { set(now: number): void; advance(ms: number): void } {
  let current = start
  return {
    now: () => current,
    set: (now) => {
      current = now
    },
    advance: (ms) => {
      current += ms
    },
  }
}
