import { LRUCache } from 'lru-cache'
import type { Db } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { isKnown } from './busy.ts'
import { listBusy } from './busy-queries.ts'
import { findClaim, listClaims } from './claim-queries.ts'
import { createDiary, type Diary } from './diary.ts'
import type { HostRow } from './host-queries.ts'
import { rulesOf } from './host-rules.ts'
import type { ProviderState } from './provider-queries.ts'
import type { Degraded } from './schema.ts'
import { type Span, without } from './spans.ts'
import { dayMs } from './wall-clock.ts'

/** A host's diary, and which connected calendars it lacks. */
export type KnownHost = { hostId: string; row: HostRow; diary: Diary; degraded: Degraded[] }

type Kept = { revision: number; until: number; diary: Diary }
/** Limits of a week count what lies outside of the window. */
const aroundMs = 8 * dayMs

export type Diaries = ReturnType<typeof createDiaries>

/** Opens the diaries of hosts, and keeps those that were opened until something of the host's time changes. */
export function createDiaries({ clock }: { clock: Clock }) {
  const kept = new LRUCache<string, Kept>({ max: 2_000 })

  async function read(
    db: Db,
    workspaceId: string,
    hosts: readonly HostRow[],
    readers: readonly ProviderState[],
    window: Span,
    except?: string,
  ): Promise<Map<string, Kept>> {
    const now = clock.now()
    const claims = await listClaims(db, workspaceId, {
      ...{ hostIds: hosts.map(({ id }) => id), from: window.from - aroundMs, to: window.to + aroundMs, now, except },
    })
    const own = readers.filter(({ hostId }) => hosts.some(({ id }) => id === hostId))
    const busy = await listBusy(
      db,
      workspaceId,
      own.map(({ id }) => id),
    )
    // Connected calendars show the booking that is to be moved as busy, too.
    const moving = except === undefined ? undefined : await findClaim(db, workspaceId, except)
    return new Map(
      hosts.map((row) => {
        const { taken, until } = claims.get(row.id) ?? { taken: [], until: Number.POSITIVE_INFINITY }
        const told = own.filter(({ hostId }) => hostId === row.id).flatMap(({ id }) => busy.get(id) ?? [])
        const spans = moving ? without(told, moving) : told
        const diary = createDiary({ rules: rulesOf(row), taken, busy: spans, window })
        return [row.id, { revision: row.revision, until, diary }]
      }),
    )
  }

  return {
    /**
     * The diaries of hosts over a window of whole days. `readers` are the calendars that tell when they are busy; the hosts' rows must
     * be as they are now, since their revision tells whether a diary is old.
     */
    async open(
      db: Db,
      workspaceId: string,
      given: { hosts: readonly HostRow[]; readers: readonly ProviderState[]; from: number; to: number },
    ): Promise<KnownHost[]> {
      const now = clock.now()
      const window = wholeDays(given)
      const keyOf = ({ id }: HostRow) => `${workspaceId} ${id} ${window.from} ${window.to}`
      const found = new Map<string, Kept>()
      for (const row of given.hosts) {
        const one = kept.get(keyOf(row))
        if (one && one.revision === row.revision && one.until > now) found.set(row.id, one)
      }
      const missing = given.hosts.filter(({ id }) => !found.has(id))
      if (missing.length > 0) {
        for (const [id, one] of await read(db, workspaceId, missing, given.readers, window)) found.set(id, one)
        for (const row of missing) kept.set(keyOf(row), found.get(row.id)!)
      }
      return given.hosts.map((row) => ({
        hostId: row.id,
        row,
        diary: found.get(row.id)!.diary,
        degraded: given.readers.filter((one) => one.hostId === row.id && !isKnown(one, given, now)).map(degradedOf),
      }))
    },

    /** The diaries of locked hosts as the transaction sees them, nothing of them kept. Of `except` nothing is taken. */
    async openLocked(
      tx: Db,
      workspaceId: string,
      given: {
        hosts: readonly HostRow[]
        readers: readonly ProviderState[]
        from: number
        to: number
        except?: string | undefined
      },
    ): Promise<Map<string, Diary>> {
      const window = wholeDays(given)
      const found = await read(tx, workspaceId, given.hosts, given.readers, window, given.except)
      return new Map([...found].map(([id, { diary }]) => [id, diary]))
    },
  }
}

/** Windows that begin and end with a day are few, so that diaries are found again. */
const wholeDays = ({ from, to }: Span): Span => ({
  from: Math.floor(from / dayMs) * dayMs,
  to: Math.ceil(to / dayMs) * dayMs,
})

const degradedOf = ({ id, integrationId, hostId, errorCode, errorMessage, fetchedAt }: ProviderState): Degraded => ({
  providerId: id,
  integrationId,
  hostId,
  errorCode: errorCode ?? 'CONNECTION_FAILED',
  error: errorMessage ?? 'The calendar has not answered in time.',
  knownAsOf: fetchedAt?.toISOString() ?? null,
})
