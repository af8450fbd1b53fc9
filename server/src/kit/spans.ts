import type { Span } from './models.ts'

/** Spans in order, joined where they meet or overlap. */
export function joinSpans(spans: readonly Span[]): Span[] {
  const found: Span[] = []
  for (const span of spans.toSorted((left, right) => left.startsAt.getTime() - right.startsAt.getTime())) {
    const before = found.at(-1)
    if (!before || span.startsAt > before.endsAt) found.push({ ...span })
    else if (span.endsAt > before.endsAt) before.endsAt = span.endsAt
  }
  return found
}
