import { LRUCache } from 'lru-cache'
import type { Database } from '../db/database.ts'
import type { LanePolicy, RetryRule } from '../engine/types.ts'
import type { Log } from '../lib/log.ts'
import type { Vault } from '../lib/vault.ts'
import { listRevisions, listVersions, loadEndpoints } from './queries.ts'
import { type EndpointSettings, policyOf, prepareEndpoint, retryRule } from './settings.ts'

/** `settings` is null where the endpoint's secrets cannot be opened. */
type Entry = {
  workspaceId: string
  revision: string
  policy: LanePolicy
  retry: RetryRule
  settings: EndpointSettings | null
}

/** From when on a look at the versions is begun, and from when on deliveries wait for it. */
const checkAfterMs = 1_000
const staleAfterMs = 2_000
const maxEndpoints = 20_000

export type SettingsCache = ReturnType<typeof createSettingsCache>

/**
 * Keeps endpoints in memory. A change in this process is seen at once; one in another by the count of changes that each
 * workspace keeps, which is read once a second for all workspaces together while there is anything to deliver.
 */
export function createSettingsCache({ database, vault, log }: { database: Database; vault: Vault; log: Log }) {
  const entries = new LRUCache<string, Entry>({ max: maxEndpoints })
  /** Entries that have changed since they were read, by the count of changes: good enough for a policy, not for a delivery. */
  const changed = new Map<string, number>()
  let changes = 0
  const versions = new Map<string, number>()
  let checkedAt = performance.now()
  let checking: Promise<void> | undefined
  /** When a look failed: the database is away, and what is known goes on serving until it is back. */
  let failedAt: number | undefined

  function markChanged(id: string): void {
    changes += 1
    changed.set(id, changes)
  }

  // One after the other, so that what was read earlier never replaces what was read later.
  let loading: Promise<unknown> = Promise.resolve()
  function load(lanes: { workspaceId: string; lane: string }[]): Promise<void> {
    const next = loading.then(() => read(lanes))
    loading = next.catch(() => {})
    return next
  }

  async function read(lanes: { workspaceId: string; lane: string }[]): Promise<void> {
    const unknown = [...new Set(lanes.map(({ workspaceId }) => workspaceId))].filter((id) => !versions.has(id))
    // The versions are read first: endpoints that are newer than them only cause one more look.
    if (unknown.length > 0) for (const [id, version] of await readVersions(unknown)) versions.set(id, version)
    const before = changes
    const rows = new Map((await loadEndpoints(database.hub, lanes)).map((row) => [row.id, row]))
    for (const { lane } of lanes) {
      // What changed again while it was read has to be read again.
      if ((changed.get(lane) ?? 0) <= before) changed.delete(lane)
      const row = rows.get(lane)
      if (!row) entries.delete(lane)
      else if (entries.peek(lane)?.revision !== row.revision) {
        const { workspaceId, revision } = row
        entries.set(lane, {
          workspaceId,
          revision,
          policy: policyOf(row),
          retry: retryRule(row),
          settings: prepare(row),
        })
      }
    }
  }

  function prepare(row: Parameters<typeof prepareEndpoint>[0]): EndpointSettings | null {
    try {
      return prepareEndpoint(row, vault)
    } catch (error) {
      // One endpoint sealed with a key that is missing must not stop the lanes of all others.
      log.error({ err: error, endpointId: row.id }, 'Webhook: the secrets of an endpoint cannot be opened')
      return null
    }
  }

  async function readVersions(workspaceIds: string[]): Promise<Map<string, number>> {
    const rows = await listVersions(database.hub, workspaceIds)
    return new Map([
      ...workspaceIds.map((id): [string, number] => [id, 0]),
      ...rows.map((row): [string, number] => [row.workspaceId, row.version]),
    ])
  }

  async function check(): Promise<void> {
    const startedAt = performance.now()
    const workspaceIds = new Set([...entries.values()].map(({ workspaceId }) => workspaceId))
    for (const id of versions.keys()) if (!workspaceIds.has(id)) versions.delete(id)
    const present = workspaceIds.size > 0 ? await readVersions([...workspaceIds]) : new Map<string, number>()
    const moved = [...present].filter(([id, version]) => versions.get(id) !== version)
    if (moved.length > 0) {
      const revisions = new Map(
        (
          await listRevisions(
            database.hub,
            moved.map(([id]) => id),
          )
        ).map((row) => [row.id, row.revision]),
      )
      const movedIds = new Set(moved.map(([id]) => id))
      for (const [id, entry] of entries) {
        if (movedIds.has(entry.workspaceId) && revisions.get(id) !== entry.revision) markChanged(id)
      }
      for (const [id, version] of moved) versions.set(id, version)
    }
    checkedAt = startedAt
  }

  function checkOnce(): Promise<void> {
    checking ??= check()
      .then(
        () => {
          failedAt = undefined
        },
        (error) => {
          failedAt = performance.now()
          log.warn({ err: error }, 'Webhook: could not look for changed endpoints; going on with those that are known')
        },
      )
      .finally(() => {
        checking = undefined
      })
    return checking
  }

  // What is asked for in the same turn of the loop is read together.
  let gathered: { lanes: Map<string, { workspaceId: string; lane: string }>; done: Promise<void> } | undefined
  function loadSoon(workspaceId: string, lane: string): Promise<void> {
    if (!gathered) {
      const lanes = new Map<string, { workspaceId: string; lane: string }>()
      const done = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        gathered = undefined
        return load([...lanes.values()])
      })
      gathered = { lanes, done }
    }
    gathered.lanes.set(lane, { workspaceId, lane })
    return gathered.done
  }

  return {
    load,
    /** How to treat the lane, as far as is known: an answer that is a moment old beats none. */
    policy: (id: string): LanePolicy | undefined => entries.get(id)?.policy,
    retry: (id: string): RetryRule | undefined => entries.get(id)?.retry,

    /** The settings where they are in memory and current; undefined where `find` has to be asked. */
    current(id: string): EndpointSettings | null | undefined {
      const now = performance.now()
      if (now - checkedAt > checkAfterMs && (failedAt === undefined || now - failedAt > checkAfterMs)) {
        if (now - checkedAt > staleAfterMs && failedAt === undefined) return undefined
        void checkOnce()
      }
      return changed.size > 0 && changed.has(id) ? undefined : entries.get(id)?.settings
    },

    /** The settings, read where they are not in memory; null where they cannot be opened, undefined where the endpoint is gone. */
    async find(workspaceId: string, id: string): Promise<EndpointSettings | null | undefined> {
      if (performance.now() - checkedAt > staleAfterMs && failedAt === undefined) await checkOnce()
      if (!entries.has(id) || changed.has(id)) await loadSoon(workspaceId, id)
      return entries.get(id)?.settings
    },

    /** Something about the endpoint has changed in this process. */
    refresh(workspaceId: string, id: string): void {
      if (!entries.has(id)) return
      markChanged(id)
      loadSoon(workspaceId, id).catch((error) => log.warn({ err: error }, 'Webhook: could not read a changed endpoint'))
    },
  }
}
