const slots = 64
const times = new Float64Array(slots).fill(Number.NaN)
const texts: string[] = new Array(slots).fill('')

/**
 * A time in epoch milliseconds as ISO 8601. What happens in bulk happens within few milliseconds, so the last texts are kept:
 * making one takes longer than signing a small body.
 */
export function isoTime(time: number): string {
  const slot = Math.abs(time) % slots
  if (times[slot] !== time) {
    texts[slot] = new Date(time).toISOString()
    times[slot] = time
  }
  return texts[slot]!
}
