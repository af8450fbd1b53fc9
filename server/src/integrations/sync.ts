import { type Selectable, sql } from 'kysely'
import { ApiError, notFound } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import type { IntegrationSyncs } from '../db/tables.ts'
import type { Engine } from '../engine/types.ts'
import type { OperationName } from '../kit/capabilities.ts'
import type { OperationFailure, OperationResult } from '../kit/result.ts'
import { offers } from '../kit/result.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { updateIntegration } from './queries.ts'
import { type Runner, refusalOf } from './runner.ts'
import type { Sync } from './schema.ts'

const kind = 'integration.sync'
const pageSize = 100
/** A run ends there even if the vendor always has more. */
const mostPages = 10_000
const tries = 8

type SyncRow = Selectable<IntegrationSyncs>
type Page = { changes: { type: 'upserted' | 'deleted' }[]; cursor: string; more: boolean }

/** What can be read change by change; the first that a connector offers is. */
const readable: OperationName[] = ['contacts.changes', 'calendar.changes']

/** Reads what changed at the vendor since the last run, as a job that goes on where it was when its process died. */
export function createSyncs(deps: { database: Database; engine: Engine; runner: Runner; clock: Clock }) {
  const { database, engine, runner, clock } = deps

  async function run(workspaceId: string, id: string): Promise<void> {
    for (let page = 0; page < mostPages; page++) {
      const row = await findSync(database.hub, workspaceId, id)
      // It was deleted with its integration, or ended by another try.
      if (row?.status !== 'running') return
      const result = await readPage(workspaceId, row)
      if (!result.success) {
        if (result.retry) throw new Error(result.error)
        return await end(workspaceId, row, result)
      }
      const { changes, cursor, more } = result.data
      const deleted = changes.filter(({ type }) => type === 'deleted').length
      const counts = { changed: changes.length - deleted, deleted }
      if (!(await advance(workspaceId, row, cursor, counts))) return
      if (!more) return await end(workspaceId, row)
    }
  }

  async function readPage(workspaceId: string, { integrationId, operation, cursor }: SyncRow) {
    const input = { limit: pageSize, ...(cursor === null ? {} : { cursor }) }
    const result = await runner.run(workspaceId, integrationId, operation as 'contacts.changes', input)
    return result as OperationResult<Page>
  }

  /** The page's count and the place after it, in one statement; nothing when another process has read it meanwhile. */
  async function advance(
    workspaceId: string,
    row: SyncRow,
    cursor: string,
    counts: { changed: number; deleted: number },
  ): Promise<boolean> {
    const { numUpdatedRows } = await database.hub
      .updateTable('integrationSyncs')
      .set({
        cursor,
        pages: sql`pages + 1`,
        changed: sql`changed + ${counts.changed}`,
        deleted: sql`deleted + ${counts.deleted}`,
      })
      .where('workspaceId', '=', workspaceId)
      .where('id', '=', row.id)
      .where('status', '=', 'running')
      .where('pages', '=', row.pages)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  }

  async function end(workspaceId: string, { id, integrationId }: SyncRow, failure?: OperationFailure): Promise<void> {
    const now = new Date(clock.now())
    await database.transaction(async (tx) => {
      await tx
        .updateTable('integrationSyncs')
        .set({
          status: failure ? 'failed' : 'completed',
          errorCode: failure?.errorCode ?? null,
          errorMessage: failure?.error ?? null,
          finishedAt: now,
        })
        .where('workspaceId', '=', workspaceId)
        .where('id', '=', id)
        .where('status', '=', 'running')
        .execute()
      if (!failure) await updateIntegration(tx, workspaceId, integrationId, { lastSyncAt: now })
    })
  }

  engine.define(kind, {
    delivers: false,
    retry: (attempt) => (attempt > tries ? undefined : Math.min(600_000, 2_000 * 2 ** (attempt - 1))),
    run: async ({ workspaceId, payload, attempt }) => {
      const { id } = payload as { id: string }
      try {
        await run(workspaceId, id)
      } catch (error) {
        if (attempt < tries) throw error
        const row = await findSync(database.hub, workspaceId, id)
        const message = error instanceof Error ? error.message : String(error)
        const failure = { errorCode: 'PROCESSING_ERROR', error: message } as OperationFailure
        if (row) await end(workspaceId, row, failure)
      }
    },
  })

  return {
    /**
     * Begins a run; answers the one that is under way where there is one.
     * @throws ApiError NOT_SUPPORTED where the connector reports no changes
     */
    async begin(workspaceId: string, integrationId: string): Promise<Sync> {
      const { row, connector } = await runner.open(workspaceId, integrationId)
      const refusal = refusalOf(row)
      if (refusal) throw new ApiError(refusal.errorCode, refusal.error)
      const operation = readable.find((name) => offers(connector, name))
      if (!operation)
        throw new ApiError('NOT_SUPPORTED', `${connector.name} reports no changes, so there is nothing to sync.`)
      return database.inWorkspace(workspaceId, async (tx) => {
        await sql`select pg_advisory_xact_lock(hashtext(${`sync ${integrationId}`}))`.execute(tx)
        const last = await lastSync(tx, workspaceId, integrationId)
        if (last?.status === 'running') return syncAnswer(last)
        const begun: SyncRow = {
          workspaceId,
          id: newId(clock),
          integrationId,
          status: 'running',
          operation,
          cursor: (await lastCursor(tx, workspaceId, integrationId, operation)) ?? null,
          pages: 0,
          changed: 0,
          deleted: 0,
          errorCode: null,
          errorMessage: null,
          startedAt: new Date(clock.now()),
          finishedAt: null,
        }
        await tx.insertInto('integrationSyncs').values(begun).execute()
        await engine.enqueue(tx, [{ workspaceId, kind, payload: { id: begun.id }, lane: `sync ${integrationId}` }])
        return syncAnswer(begun)
      })
    },

    /** The last run. @throws ApiError NOT_FOUND where there was none */
    async last(workspaceId: string, integrationId: string): Promise<Sync> {
      const row = await database.inWorkspace(workspaceId, (tx) => lastSync(tx, workspaceId, integrationId))
      if (!row) throw notFound('sync')
      return syncAnswer(row)
    },
  }
}

const findSync = (db: Db, workspaceId: string, id: string): Promise<SyncRow | undefined> =>
  db
    .selectFrom('integrationSyncs')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()

const syncsOf = (db: Db, workspaceId: string, integrationId: string) =>
  db
    .selectFrom('integrationSyncs')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('integrationId', '=', integrationId)
    .orderBy('id', 'desc')
    .limit(1)

const lastSync = (db: Db, workspaceId: string, integrationId: string): Promise<SyncRow | undefined> =>
  syncsOf(db, workspaceId, integrationId).executeTakeFirst()

/** Where the last run that ended well left off. */
async function lastCursor(db: Db, workspaceId: string, integrationId: string, operation: string) {
  const row = await syncsOf(db, workspaceId, integrationId)
    .where('operation', '=', operation)
    .where('status', '=', 'completed')
    .executeTakeFirst()
  return row?.cursor
}

const syncAnswer = (row: SyncRow): Sync => ({
  id: row.id,
  integrationId: row.integrationId,
  status: row.status === 'completed' || row.status === 'failed' ? row.status : 'running',
  operation: row.operation,
  pages: row.pages,
  changed: row.changed,
  deleted: row.deleted,
  errorCode: row.errorCode,
  errorMessage: row.errorMessage,
  startedAt: row.startedAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
})
