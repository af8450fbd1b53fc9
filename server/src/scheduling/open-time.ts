import type { Hours, Rules } from './rules.ts'
import { joined, type Span } from './spans.ts'
import { dayMs, minuteMs, type Stretch, weekdayOf } from './wall-clock.ts'

/** Where a slot may begin, and on which local date that is. */
export type Start = { at: number; day: number }

/**
 * When a host is open, and where slots begin, by the host's wall clock: an instant is open where the clock shows a time within the hours of
 * its date, and a slot begins where it shows the start of those hours plus a whole number of steps. What the clock skips is not
 * there; what it shows twice is there twice.
 */
export function openTimeOf(rules: Rules, stretches: readonly Stretch[]): { open: Span[]; starts: Start[] } {
  const open: Span[] = []
  const starts: Start[] = []
  const stepMs = rules.stepMinutes * minuteMs
  for (const { from, to, offsetMs } of stretches) {
    const lastDay = Math.floor((to - 1 + offsetMs) / dayMs)
    for (let day = Math.floor((from + offsetMs) / dayMs); day <= lastDay; day += 1) {
      const midnight = day * dayMs - offsetMs
      for (const hours of hoursOf(rules, day)) {
        const begin = midnight + hours.from * minuteMs
        const span = { from: Math.max(begin, from), to: Math.min(midnight + hours.to * minuteMs, to) }
        if (span.from >= span.to) continue
        open.push(span)
        const skipped = Math.ceil((span.from - begin) / stepMs)
        for (let at = begin + skipped * stepMs; at < span.to; at += stepMs) starts.push({ at, day })
      }
    }
  }
  return { open: joined(open), starts }
}

const hoursOf = ({ weekly, overrides }: Rules, day: number): readonly Hours[] =>
  overrides.get(day) ?? weekly[weekdayOf(day)] ?? []
