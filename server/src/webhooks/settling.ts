import { type Db, onCommit } from '../db/database.ts'
import type { DeliveryKind, Engine } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { deliveryIdOf } from './delivery-id.ts'
import { lockEndpoint, updateEndpoint } from './queries.ts'

/** An endpoint that has done nothing but fail for so long is disabled. */
export const failingForMs = 5 * 86_400_000

/** What is told about deliveries is not told about again, or an endpoint that fails on it would keep itself busy for ever. */
const untold = new Set(['delivery.exhausted', 'webhook.test'])

/** What follows from a failed attempt, in the transaction that records it: events about it, and the end of an endpoint's service. */
export function createSettling(deps: {
  engine: Engine
  clock: Clock
  log: Log
  onDisabled(workspaceId: string, endpointId: string): void
}) {
  const { engine, clock } = deps

  const onSettled: NonNullable<DeliveryKind['onSettled']> = async (tx, delivery, outcome, state) => {
    if (outcome.result === 'done') return
    const { event, lane } = delivery
    const { workspaceId } = event
    if (outcome.status === 410) await disable(tx, workspaceId, lane, 'gone', outcome.error)
    else if (state.failingSince && clock.now() - state.failingSince.getTime() >= failingForMs) {
      await disable(
        tx,
        workspaceId,
        lane,
        'failing',
        `Every delivery since ${state.failingSince.toISOString()} has failed.`,
      )
    }
    if (!state.dead || untold.has(event.type)) return
    await engine.publish(tx, workspaceId, [
      {
        type: 'delivery.exhausted',
        payload: {
          deliveryId: deliveryIdOf(event.id, lane),
          eventId: event.id,
          eventType: event.type,
          endpointId: lane,
          attempts: delivery.attempt + 1,
          lastStatusCode: outcome.status ?? null,
          lastError: outcome.error,
        },
      },
    ])
  }

  /** Stops serving an endpoint: what waits for it stays, and nothing more is queued. */
  async function disable(
    tx: Db,
    workspaceId: string,
    id: string,
    reason: 'gone' | 'failing',
    detail: string,
  ): Promise<void> {
    const row = await lockEndpoint(tx, workspaceId, id)
    if (!row?.isActive) return
    const disabledAt = new Date(clock.now())
    await updateEndpoint(tx, { ...row, isActive: false, disabledReason: reason, disabledAt, updatedAt: disabledAt })
    await engine.pause(tx, workspaceId, id, 'resumed')
    await engine.subscriptionsChanged(tx, workspaceId)
    await engine.publish(tx, workspaceId, [
      {
        type: 'endpoint.disabled',
        payload: { endpointId: id, name: row.name, reason, detail, disabledAt: disabledAt.toISOString() },
      },
    ])
    onCommit(tx, () => {
      deps.log.warn({ workspaceId, endpointId: id, reason }, 'Webhook: an endpoint was disabled')
      deps.onDisabled(workspaceId, id)
    })
  }

  return onSettled
}
