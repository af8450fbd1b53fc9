import { ApiError, notFound } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { findEvent } from '../events/queries.ts'
import type { OperationName } from '../kit/capabilities.ts'
import { parseOperationInput } from '../kit/operation-input.ts'
import type { Clock } from '../lib/clock.ts'
import { integrationKind, prepare } from './hearing.ts'
import { forgetOutcome, listOutcomes, noteOutcome } from './outcomes.ts'
import { lookUp } from './reconcile.ts'
import type { Runner } from './runner.ts'
import type { ReconciledOutcome } from './schema.ts'
import { findSubscription } from './subscription-queries.ts'

/** Settles what nobody knows: by asking the vendor, or by what a person found out there. */
export function createReconciliations(deps: { database: Database; engine: Engine; runner: Runner; clock: Clock }) {
  const { database, engine, runner, clock } = deps

  /**
   * Settles the open operations of a delivery, and puts it back in its lane once none is left: what was not done is done then, and
   * what was done is not done again.
   * @throws ApiError NOT_FOUND, or CONFLICT where nothing is open or the delivery is still on its way
   */
  return async (
    workspaceId: string,
    deliveryId: string,
    said: 'done' | 'not_done' | undefined,
  ): Promise<ReconciledOutcome[]> => {
    const [eventId, integrationId] = deliveryId.split('.') as [string, string]
    const { connector } = await runner.open(workspaceId, integrationId)
    const event = await database.inWorkspace(workspaceId, (tx) => findEvent(tx, workspaceId, eventId))
    if (!event) throw notFound('delivery')
    if (await isOnItsWay(database.hub, workspaceId, eventId, integrationId))
      throw new ApiError('CONFLICT', 'This delivery is still on its way; look again when it has ended.')
    const open = (await listOutcomes(database.hub, workspaceId, eventId, integrationId)).filter(
      ({ status }) => status !== 'done',
    )
    if (open.length === 0) throw new ApiError('CONFLICT', 'Nothing about this delivery is unknown.')

    const payload: unknown = JSON.parse(event.payload)
    const mapped = { id: event.id, type: event.type, occurredAt: event.occurredAt.toISOString(), payload }
    const settled: ReconciledOutcome[] = []
    for (const { subscriptionId } of open) {
      const place = { workspaceId, eventId, subscriptionId, integrationId }
      const row = await database.inWorkspace(workspaceId, (tx) =>
        findSubscription(tx, workspaceId, integrationId, subscriptionId),
      )
      const operation = row?.operation ?? 'an operation that was deleted'
      const outcome =
        said ?? (row ? await look(place, row.operation as OperationName, prepare(row).map(mapped)) : 'unknown')
      if (outcome === 'done') await noteOutcome(database.hub, place, 'done', new Date(clock.now()))
      if (outcome === 'not_done') await forgetOutcome(database.hub, place)
      settled.push({ subscriptionId, operation, status: outcome, message: sentences[outcome] })
    }
    if (settled.every(({ status }) => status !== 'unknown')) {
      await database.inWorkspace(workspaceId, (tx) =>
        engine.replay(tx, workspaceId, [{ id: eventId, lane: integrationId, kind: integrationKind }]),
      )
    }
    return settled

    async function look(
      place: { workspaceId: string; integrationId: string },
      name: OperationName,
      made: Record<string, unknown>,
    ): Promise<ReconciledOutcome['status']> {
      const read = parseOperationInput(name, made)
      if (!read.ok) return 'unknown'
      const found = await lookUp(runner, connector, place, name, read.input, { eventId })
      if (!found.known) return 'unknown'
      return found.done ? 'done' : 'not_done'
    }
  }
}

const sentences: Record<ReconciledOutcome['status'], string> = {
  done: 'It was done; it will not be done again.',
  not_done: 'It was not done; the hub does it now.',
  unknown: 'The vendor cannot be asked; look there, and say whether it was done.',
}

async function isOnItsWay(db: Db, workspaceId: string, id: string, lane: string): Promise<boolean> {
  const of = (table: 'ready' | 'scheduled') =>
    db
      .selectFrom(table)
      .select('id')
      .where('workspaceId', '=', workspaceId)
      .where('id', '=', id)
      .where('lane', '=', lane)
      .executeTakeFirst()
  return (await of('ready')) !== undefined || (await of('scheduled')) !== undefined
}
