import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../db/database.ts'

/*
 * What became of the operations that events caused, where that has to be remembered: so that a repetition of a delivery does nothing
 * twice, and so that what nobody knows the outcome of is not tried again in silence.
 */
export type OutcomeStatus = 'begun' | 'done' | 'unknown'
export type OutcomeRow = { subscriptionId: string; integrationId: string; status: OutcomeStatus; result: unknown }

export const listOutcomes = (db: Db, workspaceId: string, eventId: string, integrationId: string) =>
  db
    .selectFrom('operationOutcomes')
    .select(['subscriptionId', 'integrationId', 'status', 'result'])
    .where('workspaceId', '=', workspaceId)
    .where('eventId', '=', eventId)
    .where('integrationId', '=', integrationId)
    .execute() as Promise<OutcomeRow[]>

type Place = { workspaceId: string; eventId: string; subscriptionId: string; integrationId: string }

export async function noteOutcome(
  db: Db,
  place: Place,
  status: OutcomeStatus,
  now: Date,
  result?: unknown,
): Promise<void> {
  const written = {
    status,
    result: result === undefined ? null : sql<never>`${JSON.stringify(result)}::jsonb`,
    updatedAt: now,
  }
  await db
    .insertInto('operationOutcomes')
    .values({ ...place, ...written })
    .onConflict((conflict) => conflict.columns(['workspaceId', 'eventId', 'subscriptionId']).doUpdateSet(written))
    .execute()
}

/** It is known that nothing was done. */
export async function forgetOutcome(db: Db, { workspaceId, eventId, subscriptionId }: Place): Promise<void> {
  await db
    .deleteFrom('operationOutcomes')
    .where('workspaceId', '=', workspaceId)
    .where('eventId', '=', eventId)
    .where('subscriptionId', '=', subscriptionId)
    .execute()
}

/** Deletes what is older than the events that it belongs to. */
export async function deleteOldOutcomes(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('operationOutcomes').where('updatedAt', '<', before).execute()
}

/** The same for every repetition of an operation that an event causes, and of no other. */
export const idempotencyKeyOf = (eventId: string, subscriptionId: string): string =>
  createHash('sha256').update(`${eventId} ${subscriptionId}`).digest('hex').slice(0, 40)
