import type { Clock } from '../lib/clock.ts'

/** The real time, and a way to be later. */
export function offsetClock(): Clock & { advance(ms: number): void } {
  let offset = 0
  return {
    now: () => Date.now() + offset,
    advance: (ms) => {
      offset += ms
    },
  }
}
