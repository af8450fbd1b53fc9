import { ApiError, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database } from '../db/database.ts'
import { errorCodes } from '../kit/error-codes.ts'
import type { OperationResult } from '../kit/result.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { findResult, finishResult, insertResult, listResults, type ResultRow } from './queries.ts'
import type { ResultFilter, Service, ServiceResult } from './schema.ts'

const day = 86_400_000

/** Where something was done, and until when that has to be known. */
export type Place = { integrationId?: string | undefined; externalId?: string | undefined; until?: Date | undefined }

export type Results = ReturnType<typeof createResults>

/** Keeps what became of what services were asked for. */
export function createResults(deps: { database: Database; retentionDays: number; clock: Clock }) {
  const { database, retentionDays, clock } = deps
  const keptUntil = (after: number): Date => new Date(after + retentionDays * day)

  /**
   * Runs something and keeps its result, under an id that is told to it. No transaction is open meanwhile; what throws was the caller's
   * mistake, or ours, and is kept as failed.
   */
  async function keep<T>(
    workspaceId: string,
    service: Service,
    integrationId: string | undefined,
    run: (id: string) => Promise<OperationResult<T>>,
    placeOf: (data: T) => Place = () => ({}),
  ): Promise<OperationResult<T>> {
    const id = newId(clock)
    const row: Omit<ResultRow, 'data'> = {
      ...{ workspaceId, id, service, status: 'unknown', integrationId: integrationId ?? null, externalId: null },
      ...{ error: null, errorCode: null, gracefulFail: null },
      ...{ createdAt: new Date(clock.now()), finishedAt: null, keepUntil: keptUntil(clock.now()) },
    }
    await database.inWorkspace(workspaceId, (tx) => insertResult(tx, row))
    const finish = (changes: Partial<ResultRow>) =>
      database.inWorkspace(workspaceId, (tx) =>
        finishResult(tx, workspaceId, id, { ...changes, finishedAt: new Date(clock.now()) }),
      )
    try {
      const result = await run(id)
      await finish(result.success ? succeeded(result.data, placeOf(result.data)) : failed(result))
      return result
    } catch (error) {
      const errorCode = error instanceof ApiError ? error.code : 'INTERNAL'
      const { graceful: gracefulFail, message } = errorCodes[errorCode]
      const told = error instanceof ApiError ? error.message : message
      await finish({ status: 'failed', errorCode, error: told, gracefulFail })
      throw error
    }
  }

  const succeeded = (data: unknown, { externalId, until }: Place): Partial<ResultRow> => ({
    status: 'success',
    data: data ?? null,
    ...(externalId === undefined ? {} : { externalId }),
    ...(until === undefined ? {} : { keepUntil: keptUntil(Math.max(clock.now(), until.getTime())) }),
  })

  return {
    keep,
    find: (workspaceId: string, id: string) =>
      database.inWorkspace(workspaceId, (tx) => findResult(tx, workspaceId, id)),
    /** Keeps something longer, since it was moved. */
    extend: (workspaceId: string, id: string, until: Date) =>
      database.inWorkspace(workspaceId, (tx) =>
        finishResult(tx, workspaceId, id, { keepUntil: keptUntil(Math.max(clock.now(), until.getTime())) }),
      ),

    async get(workspaceId: string, id: string): Promise<ServiceResult> {
      const row = await database.inWorkspace(workspaceId, (tx) => findResult(tx, workspaceId, id))
      if (!row) throw notFound('result')
      return answerOf(row)
    },

    async list(workspaceId: string, { cursor, limit = defaultLimit, service, status }: ResultFilter) {
      const [belowId] = decodeCursor(cursor, [idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        listResults(tx, workspaceId, { service, status, belowId, limit: limit + 1 }),
      )
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(answerOf), nextCursor }
    },
  }
}

const failed = (failure: Extract<OperationResult<never>, { success: false }>): Partial<ResultRow> => {
  const { error, errorCode, gracefulFail, ambiguous } = failure
  return { status: ambiguous ? 'unknown' : 'failed', error, errorCode, gracefulFail }
}

const answerOf = ({ createdAt, finishedAt, ...row }: ResultRow): ServiceResult => ({
  ...{ id: row.id, service: row.service, status: row.status },
  ...{ integrationId: row.integrationId, externalId: row.externalId, data: row.data ?? null },
  ...{ error: row.error, errorCode: row.errorCode, gracefulFail: row.gracefulFail },
  createdAt: createdAt.toISOString(),
  finishedAt: finishedAt?.toISOString() ?? null,
})
