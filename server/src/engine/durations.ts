/*
 * Durations are counted in buckets whose bounds grow by a fifth, from 1 ms to about two minutes: a percentile read from
 * them is off by at most that fifth, and two hours of any two processes add up by adding their counts.
 */
const growth = 1.2
const bucketCount = 64

/** The upper bound of each bucket in milliseconds; the last is open. */
const bounds = Array.from({ length: bucketCount }, (_, bucket) => growth ** bucket)

/** The bucket that a duration falls into. */
export function bucketOf(durationMs: number): number {
  if (durationMs <= 1) return 0
  return Math.min(bucketCount - 1, Math.ceil(Math.log(durationMs) / Math.log(growth)))
}

/** A histogram without counts. */
export const emptyDurations = (): number[] => new Array<number>(bucketCount).fill(0)

/** The duration in milliseconds below which the share `q` (0 to 1) of the counted lie; null where nothing was counted. */
export function percentile(durations: number[], q: number): number | null {
  const total = durations.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const wanted = q * total
  let seen = 0
  for (let bucket = 0; bucket < durations.length; bucket++) {
    const count = durations[bucket]!
    if (count > 0 && seen + count >= wanted) {
      const lower = bucket === 0 ? 0 : bounds[bucket - 1]!
      return Math.round((lower + (bounds[bucket]! - lower) * Math.max(0, (wanted - seen) / count)) * 10) / 10
    }
    seen += count
  }
  return Math.round(bounds[durations.length - 1]!)
}
