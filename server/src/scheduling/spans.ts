/** A stretch of time in epoch milliseconds; `to` is no longer part of it. */
export type Span = { from: number; to: number }

/** The spans in order, those that overlap or meet made one. */
export function joined(spans: readonly Span[]): Span[] {
  const sorted = spans.filter(({ from, to }) => from < to).toSorted((one, other) => one.from - other.from)
  const result: Span[] = []
  for (const span of sorted) {
    const last = result.at(-1)
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else result.push({ ...span })
  }
  return result
}

/** The spans with a hole in them. */
export const without = (spans: readonly Span[], hole: Span): Span[] =>
  spans.flatMap(({ from, to }) =>
    to <= hole.from || from >= hole.to
      ? [{ from, to }]
      : [
          { from, to: hole.from },
          { from: hole.to, to },
        ].filter((part) => part.from < part.to),
  )

/** Whether one of the joined spans holds all of the time between two instants. */
export function covers(spans: readonly Span[], from: number, to: number): boolean {
  const span = spans[firstEndingAfter(spans, from)]
  return span !== undefined && span.from <= from && to <= span.to
}

/** Whether one of the joined spans has any of the time between two instants. */
export function touches(spans: readonly Span[], from: number, to: number): boolean {
  const span = spans[firstEndingAfter(spans, from)]
  return span !== undefined && span.from < to
}

/** The place of the first span that ends after an instant, by bisection. */
function firstEndingAfter(spans: readonly Span[], at: number): number {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (spans[middle]!.to > at) high = middle
    else low = middle + 1
  }
  return low
}
