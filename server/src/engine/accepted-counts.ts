import type { Database } from '../db/database.ts'
import { plainArray, timeArray } from './array-parameters.ts'

/**
 * Counts accepted events per workspace and minute, and writes the counts once a second. Counting them in the accepting
 * statement would make every two commits of a workspace wait for each other's row; a crash loses at most a second of counts, never an event.
 */
export function createAcceptedCounts(database: Database) {
  const counts = new Map<string, { workspaceId: string; minute: number; count: number }>()
  let timer: NodeJS.Timeout | undefined

  async function write(): Promise<void> {
    timer = undefined
    const rows = [...counts.values()].sort((a, b) => (a.workspaceId < b.workspaceId ? -1 : 1))
    counts.clear()
    if (rows.length === 0) return
    await database.hot.query({
      name: 'tenon accepted',
      text: `insert into workspace_statistics (workspace_id, minute, accepted) select * from unnest($1::uuid[], $2::timestamptz[], $3::integer[])
        on conflict (workspace_id, minute) do update set accepted = workspace_statistics.accepted + excluded.accepted`,
      values: [
        plainArray(rows.map(({ workspaceId }) => workspaceId)),
        timeArray(rows.map(({ minute }) => minute)),
        plainArray(rows.map(({ count }) => count)),
      ],
    })
  }

  return {
    add(workspaceId: string, count: number, now: number): void {
      const minute = now - (now % 60_000)
      const key = `${workspaceId} ${minute}`
      const known = counts.get(key)
      if (known) known.count += count
      else counts.set(key, { workspaceId, minute, count })
      timer ??= setTimeout(() => void write().catch(() => {}), 1_000)
    },
    async stop(): Promise<void> {
      clearTimeout(timer)
      await write().catch(() => {})
    },
  }
}
