import type { Diary } from './diary.ts'
import { minuteMs } from './wall-clock.ts'

/**
 * How several hosts share bookings: `any` takes the first that is free, in the order in which they are named; `round_robin` the one whose
 * turn it is; `all` books all of them together.
 */
export const modes = ['any', 'round_robin', 'all'] as const
export type Mode = (typeof modes)[number]

/** A time that can be booked, and with whom: with each of them alone, or in the mode `all` with all of them together. */
export type Slot = { at: number; to: number; hostIds: string[] }

type Asked = { from: number; to: number; now: number; minutes?: number | undefined }
export type HostDiary = { hostId: string; diary: Diary }

/** Every slot that the hosts have between two instants, in order. */
export function slotsOf(hosts: readonly HostDiary[], mode: Mode, asked: Asked): Slot[] {
  return mode === 'all' ? together(hosts, asked) : oneOf(hosts, asked)
}

function oneOf(hosts: readonly HostDiary[], asked: Asked): Slot[] {
  const found = new Map<string, Slot>()
  for (const { hostId, diary } of hosts) {
    const length = (asked.minutes ?? diary.rules.slotMinutes) * minuteMs
    for (const at of diary.starts(asked)) {
      const slot = found.get(`${at} ${length}`)
      if (slot) slot.hostIds.push(hostId)
      else found.set(`${at} ${length}`, { at, to: at + length, hostIds: [hostId] })
    }
  }
  return [...found.values()].sort((one, other) => one.at - other.at || one.to - other.to)
}

/** Slots of the first host that suit the others, too: one grid decides, since those of several zones rarely meet. */
function together(hosts: readonly HostDiary[], asked: Asked): Slot[] {
  const [first, ...others] = hosts
  if (!first) return []
  const minutes = asked.minutes ?? first.diary.rules.slotMinutes
  const hostIds = hosts.map(({ hostId }) => hostId)
  return first.diary
    .starts({ ...asked, minutes })
    .filter((at) => others.every(({ diary }) => diary.clashOf({ at, now: asked.now, minutes }) === undefined))
    .map((at) => ({ at, to: at + minutes * minuteMs, hostIds }))
}
