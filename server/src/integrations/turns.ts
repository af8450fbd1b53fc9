import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Database, Db } from '../db/database.ts'
import { ConnectorError } from '../kit/errors.ts'
import type { Turns } from '../kit/in-turn.ts'
import type { Log } from '../lib/log.ts'
import type { IntegrationRow } from './queries.ts'

/** How long the turn of a process that died keeps others waiting. */
const turnMs = 20_000
const renewMs = turnMs / 4
const patienceMs = 30_000

type Place = Pick<IntegrationRow, 'workspaceId' | 'id'> & { key: Buffer; holder: string }

/**
 * Turns that hold among all processes: a row of `turns` for as long as somebody is at the thing. Times are the database's, so that
 * processes with clocks apart agree, and no transaction is open while the vendor is called.
 */
export const createTurns =
  ({ database, log }: { database: Pick<Database, 'hub'>; log: Log }) =>
  ({ workspaceId, id }: Pick<IntegrationRow, 'workspaceId' | 'id'>): Turns =>
  async (key, run) => {
    const place = { workspaceId, id, key: createHash('sha256').update(key).digest(), holder: randomUUID() }
    await waitFor(database.hub, place)
    const renewal = setInterval(() => {
      renewTurn(database.hub, place).catch((error: unknown) =>
        log.warn({ err: error, integrationId: id }, 'Integrations: a turn could not be renewed'),
      )
    }, renewMs)
    try {
      return await run()
    } finally {
      clearInterval(renewal)
      // What stays is over by itself soon; what was done is done.
      await endTurn(database.hub, place).catch((error: unknown) =>
        log.warn({ err: error, integrationId: id }, 'Integrations: a turn could not be given back'),
      )
    }
  }

/** @throws ConnectorError to be tried again where others are at it for long */
async function waitFor(db: Db, place: Place): Promise<void> {
  const startedAt = performance.now()
  for (let waitMs = 20; ; waitMs = Math.min(waitMs * 2, 400)) {
    if (await takeTurn(db, place)) return
    if (performance.now() - startedAt > patienceMs)
      throw new ConnectorError(
        'PROCESSING_ERROR',
        'Another process of the hub is still writing the same record (PROCESSING_ERROR)',
        { retryAfterMs: patienceMs },
      )
    await wait(waitMs)
  }
}

/** Takes the turn where nobody has it, or whoever had it has died. */
const takeTurn = (db: Db, { workspaceId, id, key, holder }: Place) =>
  db
    .insertInto('turns')
    .values({ workspaceId, integrationId: id, key, holder, until: inMs(turnMs) })
    .onConflict((conflict) =>
      conflict
        .columns(['workspaceId', 'integrationId', 'key'])
        .doUpdateSet({ holder, until: inMs(turnMs) })
        .where('turns.until', '<=', sql<Date>`now()`),
    )
    .returning('holder')
    .executeTakeFirst()

const renewTurn = (db: Db, { workspaceId, id, key, holder }: Place) =>
  db
    .updateTable('turns')
    .set({ until: inMs(turnMs) })
    .where('workspaceId', '=', workspaceId)
    .where('integrationId', '=', id)
    .where('key', '=', key)
    .where('holder', '=', holder)
    .execute()

const endTurn = (db: Db, { workspaceId, id, key, holder }: Place) =>
  db
    .deleteFrom('turns')
    .where('workspaceId', '=', workspaceId)
    .where('integrationId', '=', id)
    .where('key', '=', key)
    .where('holder', '=', holder)
    .execute()

const inMs = (ms: number) => sql<Date>`now() + make_interval(secs => ${ms / 1_000})`
