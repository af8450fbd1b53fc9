import { formatDuration } from './format.ts'

type Retries = { retryAttempts: number; retryDelay: number; retrySchedule: number[] | null }

/** No wait grows longer than this; the hub's own limit. */
const longestWaitMs = 12 * 3_600_000

/** The waits between attempts in milliseconds, without the jitter of up to a tenth: the schedule, or the delay doubled. */
export function retryWaits({ retryAttempts, retryDelay, retrySchedule }: Retries): number[] {
  if (retrySchedule?.length) return retrySchedule
  return Array.from({ length: retryAttempts }, (_, index) => Math.min(longestWaitMs, retryDelay * 2 ** index))
}

/** What happens after a failed attempt: `After a failure: again after 5 s, 10 s, … about 21 min in all.` */
export function retriesInWords(retries: Retries): string {
  const waits = retryWaits(retries)
  if (waits.length === 0) return 'One attempt, never repeated.'
  const total = waits.reduce((sum, wait) => sum + wait, 0)
  const named = waits.length > 5 ? [...waits.slice(0, 3), null, waits.at(-1)!] : waits
  const list = named.map((wait) => (wait === null ? '…' : formatDuration(wait))).join(', ')
  return `At once, then after ${list}: ${waits.length + 1} attempts, about ${roughly(total)} in all.`
}

/** A long time needs no seconds: `21 minutes` rather than `21 min 15 s`. */
function roughly(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ]
  const [size, name] = units.find(([size]) => ms >= size) ?? [1, 'millisecond']
  const count = ms / size
  const rounded = count < 10 && size > 60_000 ? Math.round(count * 2) / 2 : Math.round(count)
  return `${rounded} ${name}${rounded === 1 ? '' : 's'}`
}

const unitsOfTime: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads waits such as `5s, 1 min, 2h` into milliseconds; a bare number is seconds. @throws TypeError naming what is not understood */
export function parseWaits(text: string): number[] {
  return text
    .split(/[,;\n]/)
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map(parseWait)
}

function parseWait(entry: string): number {
  if (!/^(\d+(\.\d+)?\s*(ms|s|min|m|h|d)?\s*)+$/i.test(entry))
    throw new TypeError(`“${entry}” is not a wait. Write it like 30 s, 5 min or 2 h.`)
  const parts = [...entry.matchAll(/(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d)?/gi)]
  return Math.round(
    parts.reduce((sum, [, amount, unit = 's']) => sum + Number(amount) * unitsOfTime[unit.toLowerCase()]!, 0),
  )
}

/** The inverse of `parseWaits`. */
export const printWaits = (waits: number[]): string => waits.map(formatDuration).join(', ')
