import { type SqlBool, sql } from 'kysely'
import type { Database, Db } from '../db/database.ts'
import { ensurePartitions, lacksPartition } from '../engine/partitions.ts'
import type { Clock } from '../lib/clock.ts'
import { firstIdAt, newId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'

const flushAfterMs = 100
const batchSize = 500
/** While the database is away; beyond it the oldest are dropped, since a log must not take the memory of the work. */
const mostKept = 10_000

/** One call of an operation. Texts are redacted and bounded before they come here. */
export type OperationEntry = {
  workspaceId: string
  integrationId: string
  operation: string
  direction?: 'inbound' | 'outbound' | undefined
  status: 'success' | 'failed' | 'unknown'
  at: Date
  durationMs: number
  errorCode?: string | null | undefined
  errorMessage?: string | null | undefined
  vendorRequestId?: string | null | undefined
  request?: string | null | undefined
  response?: string | null | undefined
  eventId?: string | null | undefined
  callId?: string | null | undefined
  /** Requests to the vendor that it took. */
  calls?: number | undefined
}

export type OperationLog = ReturnType<typeof createOperationLog>

/** Writes the operation log, many entries at a time, and never makes an operation wait for it. */
export function createOperationLog({ database, clock, log }: { database: Database; clock: Clock; log: Log }) {
  let waiting: (OperationEntry & { id: string })[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  async function insert(entries: typeof waiting): Promise<void> {
    try {
      await insertEntries(database.hub, entries)
    } catch (error) {
      if (!lacksPartition(error)) throw error
      const times = entries.map(({ at }) => at.getTime())
      await ensurePartitions(database.pool, Math.min(...times), Math.max(clock.now(), ...times))
      await insertEntries(database.hub, entries)
    }
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const entries = waiting.slice(0, batchSize)
      try {
        await insert(entries)
        waiting = waiting.slice(entries.length)
      } catch (error) {
        log.warn({ err: error, count: waiting.length }, 'Integrations: the operation log could not be written')
        if (waiting.length > mostKept) waiting = waiting.slice(-mostKept)
        timer ??= setTimeout(() => void flush(), 2_000)
        timer.unref()
        return
      }
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(writeAll)
    return writing
  }

  return {
    /** Notes an entry; it is in the database within a moment. Answers its id. */
    write(entry: OperationEntry): string {
      const id = newId(clock)
      waiting.push({ ...entry, id })
      if (waiting.length >= batchSize) void flush()
      else timer ??= setTimeout(() => void flush(), flushAfterMs)
      return id
    },
    /** Resolves when everything noted so far is written. */
    flush,
  }
}

const insertEntries = (db: Db, entries: (OperationEntry & { id: string })[]) =>
  db
    .insertInto('integrationSyncLogs')
    .values(
      entries.map((entry) => ({
        workspaceId: entry.workspaceId,
        id: entry.id,
        integrationId: entry.integrationId,
        operation: entry.operation,
        direction: entry.direction ?? 'outbound',
        status: entry.status,
        at: entry.at,
        durationMs: Math.max(0, Math.round(entry.durationMs)),
        errorCode: entry.errorCode ?? null,
        errorMessage: entry.errorMessage ?? null,
        vendorRequestId: entry.vendorRequestId ?? null,
        request: entry.request ?? null,
        response: entry.response ?? null,
        eventId: entry.eventId ?? null,
        callId: entry.callId ?? null,
        calls: Math.min(32_767, entry.calls ?? 0),
      })),
    )
    .execute()

export type LogRow = {
  id: string
  integrationId: string
  integrationName: string | null
  operation: string
  direction: string
  status: string
  at: Date
  durationMs: number
  errorCode: string | null
  errorMessage: string | null
  vendorRequestId: string | null
  request: string | null
  response: string | null
  eventId: string | null
  callId: string | null
  calls: number
}

export type LogRange = {
  integrationId?: string | undefined
  operation?: string | undefined
  status?: string | undefined
  eventId?: string | undefined
  /** Of any of these events. */
  eventIds?: string[] | undefined
  callId?: string | undefined
  fromTime?: number | undefined
  beforeTime?: number | undefined
  belowId?: string | undefined
  limit: number
}

/** Entries, newest first. `operation` may be a capability, such as `contacts`. */
export async function listEntries(db: Db, workspaceId: string, range: LogRange): Promise<LogRow[]> {
  const { integrationId, operation, status, eventId, eventIds, callId, fromTime, beforeTime, belowId, limit } = range
  const conditions = [sql<SqlBool>`l.workspace_id = ${workspaceId}`]
  if (integrationId) conditions.push(sql`l.integration_id = ${integrationId}`)
  if (operation?.includes('.')) conditions.push(sql`l.operation = ${operation}`)
  else if (operation) conditions.push(sql`starts_with(l.operation, ${`${operation}.`})`)
  if (status) conditions.push(sql`l.status = ${status}`)
  if (eventId) conditions.push(sql`l.event_id = ${eventId}`)
  if (eventIds) conditions.push(sql`l.event_id = any(${eventIds}::uuid[])`)
  if (callId) conditions.push(sql`l.call_id = ${callId}`)
  if (fromTime !== undefined) conditions.push(sql`l.id >= ${firstIdAt(fromTime)}`)
  if (beforeTime !== undefined) conditions.push(sql`l.id < ${firstIdAt(beforeTime)}`)
  if (belowId) conditions.push(sql`l.id < ${belowId}`)
  const { rows } = await sql<LogRow>`
    select l.id, l.integration_id, i.name as integration_name, l.operation, l.direction, l.status, l.at, l.duration_ms,
      l.error_code, l.error_message, l.vendor_request_id, l.request, l.response, l.event_id, l.call_id, l.calls
    from integration_sync_logs l
    left join integrations i on i.workspace_id = l.workspace_id and i.id = l.integration_id
    where ${sql.join(conditions, sql` and `)}
    order by l.id desc limit ${limit}`.execute(db)
  return rows
}
