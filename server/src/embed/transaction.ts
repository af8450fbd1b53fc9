import { CompiledQuery } from 'kysely'
import { TenonError } from 'tenon-sdk'
import { ApiError, notFound } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import type { Events } from '../events/events.ts'
import type { AcceptedEvent, NewEvent } from '../events/schema.ts'
import { errorCodes } from '../kit/error-codes.ts'
import { isId } from '../lib/ids.ts'

/** A transaction on the hub's database in which a program writes rows of its own and publishes what they mean. */
export type Transaction = {
  /** Runs SQL with `$1`, `$2` … and answers the rows, their columns named as in the database. */
  query<Row = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<Row[]>
  /** Publishes: the event is there when, and only when, the transaction commits. */
  publish(event: NewEvent): Promise<AcceptedEvent>
}

/**
 * Runs the function in one transaction: all of it happens, or, when it throws, nothing.
 * It runs as the hub's own database user, whom row-level security does not confine: what it reads of the hub's tables is its care.
 */
export function runTransaction<T>(
  deps: { database: Database; events: Events },
  workspaceId: string,
  run: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const { database, events } = deps
  return database.transaction(async (tx) => {
    await expectWorkspace(tx, workspaceId)
    return await run({
      query: (sql, parameters = []) => query(tx, sql, parameters),
      publish: async (event) => {
        const [accepted] = await events.publishIn(tx, workspaceId, [event]).catch(throwAsAnswered)
        return accepted!
      },
    })
  })
}

/** The workspace cannot be deleted before the transaction ends. */
async function expectWorkspace(tx: Db, workspaceId: string): Promise<void> {
  const found = isId(workspaceId) && (await findWorkspaceForKeyShare(tx, workspaceId))
  if (!found) throw tenonError(notFound('workspace'))
}

const findWorkspaceForKeyShare = (tx: Db, workspaceId: string) =>
  tx.selectFrom('workspaces').select('id').where('id', '=', workspaceId).forKeyShare().executeTakeFirst()

/** A program gets the same errors from within as over HTTP. */
export function throwAsAnswered(error: unknown): never {
  throw error instanceof ApiError ? tenonError(error) : error
}

function tenonError(cause: ApiError): TenonError {
  const { status, graceful } = errorCodes[cause.code]
  const about = { errorCode: cause.code, status, gracefulFail: graceful, cause }
  return new TenonError(cause.message, cause.details ? { ...about, details: cause.details } : about)
}

async function query<Row>(tx: Db, sql: string, parameters: unknown[]): Promise<Row[]> {
  // The hub's own queries name columns in camel case; a program's rows stay as they are.
  const { rows } = await tx.withoutPlugins().executeQuery<Row>(CompiledQuery.raw(sql, parameters))
  return rows
}
