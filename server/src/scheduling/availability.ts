import { ApiError, invalid } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import { timeOf } from '../events/events.ts'
import type { Clock } from '../lib/clock.ts'
import type { Busy } from './busy.ts'
import type { Diaries, KnownHost } from './diaries.ts'
import { type HostRow, listHosts, listHostsById } from './host-queries.ts'
import { isTimeZone } from './host-rules.ts'
import { createKeptSlots } from './kept-slots.ts'
import { listReaders } from './provider-queries.ts'
import { mostHosts, type Slot, type SlotQuery, type Slots } from './schema.ts'
import { type Slot as FoundSlot, type Mode, slotsOf } from './several-hosts.ts'
import { dayMs, dayOf, minuteMs, startOfDay } from './wall-clock.ts'

/** Which hosts something is about. */
export type Chosen = { hostIds?: readonly string[] | undefined; agentId?: string | undefined }

const longestMs = 62 * dayMs
const usualMs = 7 * dayMs
/** How far ahead the next free slots are looked for. */
const aheadMs = 21 * dayMs
const offeredSlots = 5

export type Availability = ReturnType<typeof createAvailability>

async function chooseIn(tx: Db, workspaceId: string, { hostIds, agentId }: Chosen, field: string): Promise<HostRow[]> {
  if (hostIds) {
    const rows = new Map((await listHostsById(tx, workspaceId, hostIds)).map((row) => [row.id, row]))
    const missing = hostIds.find((id) => !rows.get(id)?.isActive)
    if (missing !== undefined) throw invalid(field, `names ${missing}, which is no active host of this workspace`)
    return hostIds.map((id) => rows.get(id)!)
  }
  const range = { isActive: true, limit: mostHosts }
  const own = agentId === undefined ? [] : await listHosts(tx, workspaceId, { ...range, agentId })
  const rows = own.length > 0 ? own : await listHosts(tx, workspaceId, range)
  // A host of an agent is for that agent alone; asked without one, all are meant.
  const open = agentId === undefined || own.length > 0 ? rows : rows.filter((row) => row.agentId === null)
  if (open.length === 0)
    throw new ApiError(
      'CONFLICT',
      'This workspace has no active host yet; make one with POST /api/integrations/calendar/hosts.',
    )
  return open.toReversed()
}

/** Answers when hosts are free. */
export function createAvailability(deps: { database: Database; diaries: Diaries; busy: Busy; clock: Clock }) {
  const { database, diaries, busy, clock } = deps
  const slotsFor = createKeptSlots()

  /** The hosts in the order in which they are named. @throws ApiError where one is not there, or none is */
  const choose = (workspaceId: string, chosen: Chosen, field = 'body.hostIds'): Promise<HostRow[]> =>
    database.inWorkspace(workspaceId, (tx) => chooseIn(tx, workspaceId, chosen, field))

  /** What is known where no calendar has to be asked first, in the one transaction that looks whether there is any. */
  async function openAtOnce(workspaceId: string, query: SlotQuery, chosen: Chosen, now: number) {
    return await database.inWorkspace(workspaceId, async (tx) => {
      const hosts = await chooseIn(tx, workspaceId, chosen, 'query.hostIds')
      const timezone = query.timezone ?? hosts[0]!.timezone
      const window = windowOf(query, timezone, now)
      const readers = await listReaders(
        tx,
        workspaceId,
        hosts.map(({ id }) => id),
      )
      const known = readers.length > 0 ? undefined : await diaries.open(tx, workspaceId, { hosts, readers, ...window })
      return { hosts, timezone, window, readers, known }
    })
  }

  /** The diaries of hosts, what their calendars say read again where it is old. `unread` takes it as it stands. */
  async function open(
    workspaceId: string,
    hosts: readonly HostRow[],
    window: { from: number; to: number },
    how?: 'as it stands',
  ): Promise<KnownHost[]> {
    const ids = hosts.map(({ id }) => id)
    const readers = await database.inWorkspace(workspaceId, (tx) => listReaders(tx, workspaceId, ids))
    return await openAfterLook(workspaceId, hosts, readers, window, how)
  }

  async function openAfterLook(
    workspaceId: string,
    hosts: readonly HostRow[],
    readers: Awaited<ReturnType<typeof listReaders>>,
    window: { from: number; to: number },
    how?: 'as it stands',
  ): Promise<KnownHost[]> {
    const ids = hosts.map(({ id }) => id)
    const wasRead = how === undefined && (await busy.refresh(readers, window))
    return await database.inWorkspace(workspaceId, async (tx) => {
      if (!wasRead) return await diaries.open(tx, workspaceId, { hosts, readers, ...window })
      const fresh = new Map((await listHostsById(tx, workspaceId, ids)).map((row) => [row.id, row]))
      return await diaries.open(tx, workspaceId, {
        hosts: hosts.map((row) => fresh.get(row.id) ?? row),
        readers: await listReaders(tx, workspaceId, ids),
        ...window,
      })
    })
  }

  return {
    choose,
    open,

    /** Every slot of a time, and what is not known of it. */
    async slots(workspaceId: string, query: SlotQuery): Promise<Slots> {
      const { mode = 'any', durationMinutes: minutes, limit = 1_000 } = query
      if (query.timezone !== undefined && !isTimeZone(query.timezone))
        throw invalid('query.timezone', 'must be the IANA name of a time zone, such as Europe/Paris')
      const chosen = {
        hostIds: query.hostIds ? [...new Set(query.hostIds.split(','))] : undefined,
        agentId: query.agentId,
      }
      const now = clock.now()
      const { hosts, timezone, window, readers, ...atOnce } = await openAtOnce(workspaceId, query, chosen, now)
      const known = atOnce.known ?? (await openAfterLook(workspaceId, hosts, readers, window))
      // A host counts as it is known: with all of its calendars, or without some.
      const asked = known.map(({ hostId, degraded }) => [hostId, degraded.length > 0])
      const question = [workspaceId, asked, mode, window.from, window.to, minutes, limit]
      const ofHosts = known.map(({ diary }) => diary)
      const { certain, uncertain, isTruncated } = slotsFor(question, ofHosts, now, () => {
        const found = sorted(known, mode, { ...window, now, minutes })
        return {
          certain: found.certain.slice(0, limit).map(slotAnswer),
          uncertain: found.uncertain.slice(0, limit).map(slotAnswer),
          isTruncated: found.certain.length > limit || found.uncertain.length > limit,
        }
      })
      return {
        status: known.some(({ degraded }) => degraded.length > 0) ? 'degraded' : 'complete',
        mode,
        from: new Date(window.from).toISOString(),
        to: new Date(window.to).toISOString(),
        timezone,
        slots: certain,
        unconfirmedSlots: uncertain,
        degraded: known.flatMap(({ degraded }) => degraded),
        isTruncated,
      }
    },

    /** The next free slots from a time on, or those before it, or from now on where there are none near it. What is known is taken as it stands. */
    async next(
      workspaceId: string,
      hosts: readonly HostRow[],
      asked: { mode: Mode; from: number; minutes?: number | undefined; count?: number },
    ): Promise<Slot[]> {
      const now = clock.now()
      const { mode, minutes, count = offeredSlots } = asked
      const from = Math.max(now, asked.from)
      const look = async (at: number, window: { from: number; to: number }) => {
        const known = await open(workspaceId, hosts, nearby(at), 'as it stands')
        const { certain, uncertain } = sorted(known, mode, { ...window, now, minutes })
        return certain.length > 0 ? certain : uncertain
      }
      const after = await look(from, { from, to: from + aheadMs })
      if (after.length > 0) return after.slice(0, count).map(slotAnswer)
      const before = await look(from, { from: Math.max(now, from - dayMs), to: from })
      if (before.length > 0) return before.slice(-count).map(slotAnswer)
      // So far ahead that nothing near it can be booked: the next of all.
      return (await look(now, { from: now, to: Math.min(from, now + aheadMs) })).slice(0, count).map(slotAnswer)
    },
  }
}

/** The window in which a time is looked at together with the next free slots after it. */
export const nearby = (at: number) => ({ from: at - dayMs, to: at + aheadMs })

/** Slots of hosts whose calendars are all known, and those that only hosts have of whom something is not known. */
function sorted(
  known: readonly KnownHost[],
  mode: Mode,
  asked: { from: number; to: number; now: number; minutes?: number | undefined },
): { certain: FoundSlot[]; uncertain: FoundSlot[] } {
  const isCertain = ({ degraded }: KnownHost) => degraded.length === 0
  if (mode === 'all') {
    const slots = slotsOf(known, mode, asked)
    return known.every(isCertain) ? { certain: slots, uncertain: [] } : { certain: [], uncertain: slots }
  }
  const certain = slotsOf(known.filter(isCertain), mode, asked)
  const taken = new Set(certain.map(({ at, to }) => `${at} ${to}`))
  const uncertain = slotsOf(
    known.filter((one) => !isCertain(one)),
    mode,
    asked,
  ).filter(({ at, to }) => !taken.has(`${at} ${to}`))
  return { certain, uncertain }
}

function windowOf(query: SlotQuery, timezone: string, now: number): { from: number; to: number } {
  if (query.date !== undefined) {
    if (query.from !== undefined || query.to !== undefined)
      throw invalid('query.date', 'is one whole day; leave out from and to')
    const day = dayIn(query.date)
    return { from: startOfDay(timezone, day), to: startOfDay(timezone, day + 1) }
  }
  // By the minute, so that who asks again asks the same.
  const from = query.from === undefined ? Math.floor(now / minuteMs) * minuteMs : timeOf('query.from', query.from)
  const to = query.to === undefined ? from + usualMs : timeOf('query.to', query.to)
  if (to <= from) throw invalid('query.to', 'must be after from')
  if (to - from > longestMs) throw invalid('query.to', 'must be at most 62 days after from')
  if (!isNear(from, now) || !isNear(to, now)) throw invalid('query.from', 'must be within ten years of now')
  return { from, to }
}

function dayIn(date: string): number {
  try {
    const day = dayOf(date)
    if (day >= 0 && day < 100_000) return day
  } catch {
    // No date of the calendar; said below.
  }
  throw invalid('query.date', 'must be a date such as 2026-02-20')
}

/** Time zones are not known forever, and their rules are looked up from one change to the next. */
export const isNear = (time: number, now: number): boolean => Math.abs(time - now) < 3_653 * dayMs

export const slotAnswer = ({ at, to, hostIds }: FoundSlot): Slot => ({
  startsAt: new Date(at).toISOString(),
  endsAt: new Date(to).toISOString(),
  hostIds,
})
