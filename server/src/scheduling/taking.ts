import type { Db } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { deleteExpiredClaims } from './claim-queries.ts'
import type { Diaries } from './diaries.ts'
import type { Diary } from './diary.ts'
import { type HostRow, lockHosts } from './host-queries.ts'
import { listReaders } from './provider-queries.ts'
import { inTurn } from './round-robin.ts'
import type { Problem } from './rules.ts'
import type { Mode } from './several-hosts.ts'
import { dayMs, minuteMs } from './wall-clock.ts'

/** What somebody wants of hosts. */
export type Wanted = {
  hostIds: readonly string[]
  mode: Mode
  at: number
  minutes?: number | undefined
  /** Whatever the rules say, but not where something is taken. */
  force?: boolean | undefined
  /** A booking or hold whose own time counts as free. */
  except?: string | undefined
}

/** Who can be had at that time, or why nobody can. */
export type Choice =
  | { hosts: HostRow[]; minutes: number; decision: string; problem?: undefined }
  | { problem: Problem; hosts?: undefined }

/** Why a time cannot be had of one host; `grid` says whether it must be one at which slots begin. */
export function problemOf(
  diary: Diary,
  wanted: Wanted,
  now: number,
  minutes: number,
  grid = true,
): Problem | undefined {
  const asked = { at: wanted.at, now, minutes }
  if (wanted.force) return diary.isTaken(asked) ? 'taken' : undefined
  return grid ? diary.problemOf(asked) : diary.clashOf(asked)
}

/** Looks at locked hosts, and chooses among them as the mode says. */
export function createTaking({ diaries, clock }: { diaries: Diaries; clock: Clock }) {
  return async function take(tx: Db, workspaceId: string, wanted: Wanted): Promise<Choice> {
    const now = clock.now()
    // From here on nobody else books these hosts until the transaction ends.
    const locked = new Map((await lockHosts(tx, workspaceId, wanted.hostIds)).map((row) => [row.id, row]))
    const hosts = wanted.hostIds.flatMap((id) => locked.get(id) ?? [])
    await deleteExpiredClaims(tx, workspaceId, wanted.hostIds, new Date(now))
    const opened = await diaries.openLocked(tx, workspaceId, {
      hosts,
      readers: await listReaders(tx, workspaceId, wanted.hostIds),
      ...{ from: wanted.at - dayMs, to: wanted.at + 2 * dayMs, except: wanted.except },
    })
    const problemWith = (host: HostRow, minutes: number, grid = true) =>
      problemOf(opened.get(host.id)!, wanted, now, minutes, grid)

    if (wanted.mode === 'all') {
      const [first] = hosts
      if (!first || hosts.length < wanted.hostIds.length) return { problem: 'closed' }
      const minutes = wanted.minutes ?? first.slotMinutes
      for (const host of hosts) {
        const problem = problemWith(host, minutes, host === first)
        if (problem) return { problem }
      }
      return { hosts, minutes, decision: 'all of the hosts together' }
    }

    const turns = inTurn(hosts.map(turnOf), now)
    const ordered = wanted.mode === 'round_robin' ? turns.map(({ hostId }) => locked.get(hostId)!) : hosts
    const problems: Problem[] = []
    for (const [index, host] of ordered.entries()) {
      const minutes = wanted.minutes ?? host.slotMinutes
      const problem = problemWith(host, minutes)
      if (problem) problems.push(problem)
      else return { hosts: [host], minutes, decision: decisionOf(wanted.mode, host, index, hosts.length) }
    }
    return { problem: worst(problems) }
  }
}
export type Take = ReturnType<typeof createTaking>

const turnOf = ({ id, weight, lastBookedAt, turns }: HostRow) => ({
  ...{ hostId: id, weight, turns },
  lastBookedAt: lastBookedAt?.getTime() ?? null,
})

function decisionOf(mode: Mode, host: HostRow, passed: number, count: number): string {
  if (count === 1) return 'the only host that was asked for'
  const others = passed === 0 ? '' : `; ${passed} before were not free`
  if (mode === 'any') return `the first host who was free${others}`
  const last = host.lastBookedAt ? `last booked at ${host.lastBookedAt.toISOString()}` : 'never booked before'
  return `the host whose turn it was: ${last}, weight ${host.weight}${others}`
}

/** Of several hosts who cannot, the reason that says most: that somebody was quicker. */
const worst = (problems: Problem[]): Problem =>
  (['taken', 'busy', 'day_full', 'week_full'] as const).find((one) => problems.includes(one)) ?? problems[0] ?? 'closed'

export const lengthOf = (startsAt: Date, endsAt: Date): number => (endsAt.getTime() - startsAt.getTime()) / minuteMs
