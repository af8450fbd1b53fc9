import { ApiError, notFound } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { lookUp } from '../integrations/reconcile.ts'
import type { Runner } from '../integrations/runner.ts'
import { type CallPort, type CallSteps, instantAt, processCall, reachOf } from '../kit/call.ts'
import type { OperationName } from '../kit/capabilities.ts'
import type { CallData } from '../kit/models.ts'
import { repeatOf } from '../kit/operations.ts'
import { offers } from '../kit/result.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Templates } from '../templates/templates.ts'
import { callDataOf } from './call-data.ts'
import {
  type CallRow,
  findCall,
  findDelivery,
  insertDeliveries,
  listCallIntegrations,
  listDeliveries,
  lockCall,
  lockDelivery,
  updateDelivery,
} from './queries.ts'
import type { RetriedOutcome } from './schema.ts'

const kind = 'call.delivery'

/** What an agreed appointment is called at an integration, where something else puts it there; undefined where nothing does. */
export type FindPlaced = (
  workspaceId: string,
  agreed: {
    integrationId: string
    at: Date
    callId: string
    email?: string | undefined
    phone?: string | undefined
  },
) => Promise<string | undefined>

/** About half a day in all: 10 s, 20 s, 40 s … */
const mostTries = 13
const firstDelayMs = 10_000

/** `tries` are those before: each is a job of its own. */
type Payload = { callId: string; integrationId: string; tries?: number }

/** Takes finished calls to integrations: each by a job of its own, so that none waits for another. */
export function createCallDeliveries(deps: {
  database: Database
  engine: Engine
  templates: Templates
  runner: Runner
  findPlaced: FindPlaced
  clock: Clock
  log: Log
}) {
  const { database, engine, templates, runner, findPlaced, clock, log } = deps

  engine.define(kind, {
    delivers: false,
    policy: { concurrency: 4, breaker: false },
    retry: (attempt) => (attempt < mostTries ? exponentialDelay(attempt, firstDelayMs) : undefined),
    async run({ workspaceId, payload }, control) {
      const { callId, integrationId, tries = 0 } = payload as Payload
      const call = await findCall(database.hub, workspaceId, callId)
      const delivery = await findDelivery(database.hub, workspaceId, callId, integrationId)
      if (!call || !delivery || delivery.status === 'delivered') return
      const { connector } = await runner.open(workspaceId, integrationId)
      const save = async (steps: CallSteps) => {
        await updateDelivery(database.hub, delivery, { steps })
      }
      const cause = { callId: call.callId, ...(call.eventId === null ? {} : { eventId: call.eventId }) }
      const port: CallPort = {
        supports: (name) => offers(connector, name),
        run: (name, input) =>
          runner.run(workspaceId, integrationId, name, input, {
            ...cause,
            signal: control.signal,
          }),
        repeat: (name) => repeatOf(connector, name),
        look: (name, input) => lookUp(runner, connector, { workspaceId, integrationId }, name, input, cause),
      }
      const data = callDataOf(call)
      const placed = delivery.steps.appointmentId ?? (await placedAlready(workspaceId, integrationId, data))
      const known = placed === undefined ? delivery.steps : { ...delivery.steps, appointmentId: placed }
      const { steps, result } = await processCall(port, data, known, save)
      const again = !result.success && mayRetry(result.errorCode, result.retry) && tries + 1 < mostTries
      await control.complete(async (tx) => {
        // What has come to be known of the call since it was read is for another try.
        const hasGrown = await isAnother(tx, call)
        const outcome = result.success ? 'delivered' : again ? 'retrying' : result.ambiguous ? 'unknown' : 'failed'
        const status = hasGrown && !again ? 'pending' : outcome
        await updateDelivery(tx, delivery, {
          ...{ steps, status, attempts: delivery.attempts + 1, updatedAt: new Date(clock.now()) },
          errorCode: result.success ? null : result.errorCode,
          errorMessage: result.success ? null : result.error.slice(0, 1_000),
        })
        if (status === 'pending') await enqueue(tx, workspaceId, [{ callId, integrationId }])
        if (!again) return
        const wait = Math.max(exponentialDelay(tries + 1, firstDelayMs), result.retryAfterMs ?? 0)
        await enqueue(tx, workspaceId, [{ callId, integrationId, tries: tries + 1 }], new Date(clock.now() + wait))
      })
      if (!result.success)
        log.warn(
          { callId: call.callId, integrationId, errorCode: result.errorCode },
          'a call did not reach an integration',
        )
    },
  })

  /** What the voice agent booked during the call is in the calendar by itself: booked again, it would stand there twice. */
  async function placedAlready(workspaceId: string, integrationId: string, call: CallData) {
    const { appointmentBooked: agreed, callId, customerEmail: email, customerPhone: phone } = call
    const at = agreed && instantAt(agreed.date, agreed.time, agreed.timezone)
    return at ? await findPlaced(workspaceId, { integrationId, at, callId, email, phone }) : undefined
  }

  const enqueue = (tx: Db, workspaceId: string, payloads: Payload[], dueAt?: Date) =>
    engine.enqueue(
      tx,
      payloads.map((payload) => ({ workspaceId, kind, payload, lane: `call ${payload.integrationId}`, dueAt })),
    )

  /** Whether a call is known otherwise by now, which stays so until the transaction ends. */
  async function isAnother(tx: Db, { workspaceId, id, details }: CallRow): Promise<boolean> {
    const now = await lockCall(tx, workspaceId, id)
    return now !== undefined && JSON.stringify(usedOf(now.details)) !== JSON.stringify(usedOf(details))
  }

  /** The integrations of the call that have a use for it. */
  async function fittingFor(tx: Db, call: CallRow, uses: readonly OperationName[]): Promise<string[]> {
    const fitting: string[] = []
    for (const { id, templateId } of await listCallIntegrations(tx, call.workspaceId, call.agentId)) {
      const connector = await templates.find(templateId)
      if (connector && uses.some((name) => offers(connector, name))) fitting.push(id)
    }
    return fitting
  }

  async function put(tx: Db, { workspaceId, id: callId }: CallRow, integrationIds: string[]): Promise<void> {
    if (integrationIds.length === 0) return
    const now = new Date(clock.now())
    const fresh = { steps: {}, attempts: 0, errorCode: null, errorMessage: null, createdAt: now, updatedAt: now }
    await insertDeliveries(
      tx,
      integrationIds.map((integrationId) => ({ workspaceId, callId, integrationId, status: 'pending', ...fresh })),
    )
    await enqueue(
      tx,
      workspaceId,
      integrationIds.map((integrationId) => ({ callId, integrationId })),
    )
  }

  return {
    /** Puts a finished call on its way to everything that is connected, in the transaction that finishes it. */
    start: async (tx: Db, call: CallRow): Promise<void> =>
      put(tx, call, await fittingFor(tx, call, usesOf(callDataOf(call)))),

    /**
     * Takes a call, whose row is locked, to those that have a use for what has come to be known of it. What is there of it already is not done
     * twice; where it is on its way, what is known by then is taken.
     */
    async goOn(tx: Db, call: CallRow, fresh: { person: boolean; appointment: boolean }): Promise<void> {
      const { workspaceId, id: callId } = call
      const uses = [...(fresh.person ? contactUses : []), ...(fresh.appointment ? appointmentUses : [])]
      const fitting = await fittingFor(tx, call, uses)
      const present = new Map(
        (await listDeliveries(tx, workspaceId, callId)).map((row) => [row.integrationId, row.status]),
      )
      for (const integrationId of fitting.filter((id) => present.has(id))) {
        const delivery = await lockDelivery(tx, workspaceId, callId, integrationId)
        if (!delivery || delivery.status === 'pending' || delivery.status === 'retrying') continue
        await updateDelivery(tx, delivery, { status: 'pending', updatedAt: new Date(clock.now()) })
        await enqueue(tx, workspaceId, [{ callId, integrationId }])
      }
      await put(
        tx,
        call,
        fitting.filter((id) => !present.has(id)),
      )
    },

    /**
     * Puts a call on its way to an integration again; what is there of it already is not done twice. `outcome` is what a person found there of the
     * steps that nobody knew of.
     */
    async retry(
      tx: Db,
      workspaceId: string,
      callId: string,
      integrationId: string,
      outcome: RetriedOutcome | undefined,
    ): Promise<void> {
      const delivery = await lockDelivery(tx, workspaceId, callId, integrationId)
      if (!delivery) throw notFound('delivery of the call')
      if (delivery.status === 'delivered') throw new ApiError('CONFLICT', 'The call is there already.')
      if (delivery.status !== 'failed' && delivery.status !== 'unknown')
        throw new ApiError('CONFLICT', 'The call is on its way there already.')
      const fresh = {
        steps: settled(delivery.steps, outcome),
        status: 'pending' as const,
        errorCode: null,
        errorMessage: null,
        updatedAt: new Date(clock.now()),
      }
      await updateDelivery(tx, delivery, fresh)
      await enqueue(tx, workspaceId, [{ callId, integrationId }])
    },
  }
}

/** The steps, once a person has said whether those that nobody knows of were done. */
function settled({ begun, ...steps }: CallSteps, outcome: RetriedOutcome | undefined): CallSteps {
  if (!begun) return steps
  if (outcome === undefined) return { ...steps, begun }
  return outcome === 'done' ? { ...steps, settled: [...(steps.settled ?? []), ...begun] } : steps
}

/** By what an integration can take a call: one without an appointment is nothing for a calendar. */
const usesOf = (call: CallData): OperationName[] => [
  'automation.send',
  ...(reachOf(call) ? contactUses : []),
  ...(call.appointmentBooked ? appointmentUses : []),
]

const contactUses: readonly OperationName[] = ['contacts.upsert', 'contacts.create']
const appointmentUses: readonly OperationName[] = ['calendar.book']

/** What steps are made of; what else becomes known of a call is shown with it only. */
const usedOf = ({ customerEmail, customerPhone, appointmentBooked }: CallRow['details']) => [
  customerEmail,
  customerPhone,
  appointmentBooked,
]

/** What waits for a person to sign in again is tried again, too. */
const mayRetry = (code: string, retry: boolean): boolean =>
  retry || code === 'AUTH_ERROR' || code === 'INTEGRATION_NOT_ACTIVE'
