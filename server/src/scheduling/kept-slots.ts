import { LRUCache } from 'lru-cache'
import type { Diary } from './diary.ts'
import type { Slot } from './schema.ts'

/** Slots of hosts whose calendars are all known, and those that only hosts have of whom something is not known. */
export type SortedSlots = { certain: Slot[]; uncertain: Slot[]; isTruncated: boolean }

/** How long slots are told again as they were: by so much one may be offered after the latest time to book it. */
const freshMs = 5_000
/** Of all windows together: a slot is some 300 bytes. */
const mostSlots = 30_000

/** Keeps the slots of windows that are asked for again and again, until one of their diaries is another, or the clock has gone on. */
export function createKeptSlots() {
  const kept = new LRUCache<string, { diaries: readonly Diary[]; at: number; slots: SortedSlots }>({
    maxSize: mostSlots,
    sizeCalculation: ({ slots: { certain, uncertain } }) => 1 + certain.length + uncertain.length,
  })

  /** The slots as they were found before for this question and these diaries, or as `find` finds them. */
  return function slotsFor(
    question: readonly unknown[],
    diaries: readonly Diary[],
    now: number,
    find: () => SortedSlots,
  ): SortedSlots {
    const key = JSON.stringify(question)
    const found = kept.get(key)
    const isFresh = found !== undefined && now >= found.at && now - found.at < freshMs
    if (isFresh && found.diaries.every((diary, index) => diary === diaries[index])) return found.slots
    const slots = find()
    kept.set(key, { diaries, at: now, slots })
    return slots
  }
}
