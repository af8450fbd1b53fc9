const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const wholeNumber = new Intl.NumberFormat('en')
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** A whole number with its thousands set apart. */
export const formatCount = (count: number): string => wholeNumber.format(count)

/** `1 event`, `2 events`. */
export const formatNumberOf = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

/** A share between 0 and 1 as a percentage that never rounds a failure away: only 1 itself is `100 %`. */
export function formatShare(share: number | null): string {
  if (share === null) return '–'
  if (share >= 1) return '100 %'
  const percent = Math.min(share * 100, 99.99)
  return `${percent >= 99 ? percent.toFixed(2) : percent.toFixed(1)} %`
}

/** Milliseconds in the one or two units that say most: `350 ms`, `2.5 s`, `1 min 20 s`, `3 h`. */
export function formatDuration(ms: number): string {
  if (ms < second) return `${Math.round(ms)} ms`
  if (ms < minute) return `${trimmed(ms / second)} s`
  if (ms < hour) return twoUnits(ms, minute, 'min', second, 's')
  if (ms < day) return twoUnits(ms, hour, 'h', minute, 'min')
  return twoUnits(ms, day, 'd', hour, 'h')
}

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const smallCount = Math.round(ms / small)
  const perLarge = large / small
  const rest = smallCount % perLarge
  return `${Math.floor(smallCount / perLarge)} ${largeName}${rest ? ` ${rest} ${smallName}` : ''}`
}

const trimmed = (value: number): string => (Math.round(value * 10) / 10).toString()

/** How long ago or ahead of `now` a time lies, in words. */
export function formatRelative(iso: string, now: number): string {
  const distance = Date.parse(iso) - now
  const size = Math.abs(distance)
  if (size < 2 * second) return 'just now'
  if (size < minute) return relative.format(Math.round(distance / second), 'second')
  if (size < hour) return relative.format(Math.round(distance / minute), 'minute')
  if (size < day) return relative.format(Math.round(distance / hour), 'hour')
  if (size < 45 * day) return relative.format(Math.round(distance / day), 'day')
  return new Intl.DateTimeFormat('en', { dateStyle: 'medium' }).format(Date.parse(iso))
}

/** The time to the second in the reader's own zone, which is named. */
export const formatExact = (iso: string): string =>
  new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'long' }).format(Date.parse(iso))

/** The label of a point of a chart: minutes of a short window, days of a long one. */
export function formatTick(iso: string, window: string): string {
  const options: Intl.DateTimeFormatOptions =
    window === '1h' || window === '24h'
      ? { hour: '2-digit', minute: '2-digit', hour12: false }
      : window === '7d'
        ? { weekday: 'short', hour: '2-digit', hour12: false }
        : { day: 'numeric', month: 'short' }
  return new Intl.DateTimeFormat('en', options).format(Date.parse(iso))
}

/** Text indented as JSON where it is JSON, as it came where it is not. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
