import { ApiError } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import type { OperationName } from '../kit/capabilities.ts'
import type { AnyConnector } from '../kit/connector.ts'
import type { ErrorCode } from '../kit/error-codes.ts'
import { parseOperationInput } from '../kit/operation-input.ts'
import { operations, repeatOf } from '../kit/operations.ts'
import type { OperationFailure } from '../kit/result.ts'
import type { Clock } from '../lib/clock.ts'
import type { Prepared } from './hearing.ts'
import type { MappedEvent } from './mapping.ts'
import type { OperationLog } from './operation-log.ts'
import { forgetOutcome, idempotencyKeyOf, noteOutcome, type OutcomeStatus } from './outcomes.ts'
import { lookUp } from './reconcile.ts'
import type { Opened, Runner } from './runner.ts'

/** What became of one subscription's operation for one event. */
export type Carried = {
  operation: string
  done: boolean
  message: string
  status?: number | undefined
  retry?: boolean
  retryAfterMs?: number | undefined
  /** The failure is about this event, and says nothing of the vendor. */
  vendorIsWell?: boolean
}

/** After these the integration waits for a person, and its deliveries with it: the status pauses the lane. */
const waitsForPerson: ReadonlySet<ErrorCode> = new Set(['AUTH_ERROR', 'INTEGRATION_NOT_ACTIVE'])
/** The vendor read what it was sent and said no. */
const saysNo: ReadonlySet<ErrorCode> = new Set([
  'VALIDATION_FAILED',
  'VENDOR_REJECTED',
  'CONTACT_ERROR',
  'NOT_FOUND',
  'CONFLICT',
  'NOT_SUPPORTED',
])

export type CarryOut = ReturnType<typeof createCarryOut>

/** Does for an event what a subscription asks for, once as far as that can be had. */
export function createCarryOut(deps: { database: Database; runner: Runner; operationLog: OperationLog; clock: Clock }) {
  const { database, runner, operationLog, clock } = deps

  return async function carryOut(
    connector: AnyConnector,
    { row, map }: Prepared,
    event: MappedEvent,
    given: {
      before: OutcomeStatus | undefined
      attempt: number
      isOneOfSeveral: boolean
      /** The integration as it was read a moment ago. */
      opened?: Opened | undefined
    },
  ): Promise<Carried> {
    const { workspaceId, integrationId } = row
    const operation = row.operation as OperationName
    const place = { workspaceId, integrationId, eventId: event.id, subscriptionId: row.id }
    const repeat = repeatOf(connector, operation)
    const note = (status: OutcomeStatus, result?: unknown) =>
      noteOutcome(database.hub, place, status, new Date(clock.now()), result)
    const done = (message = 'done'): Carried => ({ operation, done: true, message })

    // A person who replays a delivery that succeeded wants it done again, which only what is safe to repeat allows.
    if (given.before === 'done' && (repeat !== 'safe' || given.attempt > 0)) return done()

    const mapped = map(event)
    const key = idempotencyKeyOf(event.id, row.id)
    const read = parseOperationInput(operation, takesKey(operation) ? { idempotencyKey: key, ...mapped } : mapped)
    if (!read.ok) return refuse(read.details.map(({ field, message }) => `${field} ${message}`).join('; '))

    const cause = { eventId: event.id }
    const isOpen = given.before === 'begun' || given.before === 'unknown'
    if (isOpen && repeat === 'never') return unknown()
    if (isOpen && repeat === 'lookup') {
      const found = await lookUp(runner, connector, row, operation, read.input, cause)
      if (!found.known) return found.failure ? failed(found.failure) : unknown()
      if (found.done) {
        await note('done', summary(found.record))
        return done('done by an earlier attempt, as a look at the vendor showed')
      }
    }

    if (repeat !== 'safe') await note('begun')
    const result = await runner.run(workspaceId, integrationId, operation, read.input, {
      ...cause,
      opened: given.opened,
    })
    if (result.success) {
      if (repeat !== 'safe' || given.isOneOfSeveral) await note('done', summary(result.data))
      return done()
    }
    if (result.ambiguous && repeat === 'never') return unknown()
    if (!result.ambiguous && repeat !== 'safe') await forgetOutcome(database.hub, place)
    return failed(result)

    function failed(result: OperationFailure): Carried {
      const { error, errorCode, vendorStatus, retryAfterMs } = result
      const retry = result.retry || result.ambiguous === true || waitsForPerson.has(errorCode)
      const vendorIsWell = saysNo.has(errorCode) || waitsForPerson.has(errorCode)
      return { operation, done: false, message: error, status: vendorStatus, retry, retryAfterMs, vendorIsWell }
    }

    async function unknown(): Promise<Carried> {
      if (given.before !== 'unknown') await note('unknown')
      const message =
        'nobody knows whether the vendor did it, and it cannot be repeated safely; look there, and reconcile this delivery (OUTCOME_UNKNOWN)'
      return { operation, done: false, message, retry: false, vendorIsWell: false }
    }

    function refuse(message: string): Carried {
      const failure = new ApiError('VALIDATION_FAILED', `The mapping makes no valid input: ${message}.`)
      operationLog.write({
        workspaceId,
        integrationId,
        operation,
        status: 'failed',
        at: new Date(clock.now()),
        durationMs: 0,
        errorCode: failure.code,
        errorMessage: failure.message,
        eventId: event.id,
      })
      return { operation, done: false, message: failure.message, retry: false, vendorIsWell: true }
    }
  }
}

/** Whether an operation can be told apart from another by a key. */
const takesKey = (name: OperationName): boolean => {
  const { properties } = operations[name].input as { properties?: object }
  return properties !== undefined && Object.hasOwn(properties, 'idempotencyKey')
}

/** The vendor's id of what was made is all that is worth keeping. */
function summary(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return undefined
  const { externalId, messageId, contact } = data as Record<string, unknown>
  if (externalId !== undefined) return { externalId }
  if (messageId !== undefined) return { messageId }
  return contact === undefined ? undefined : summary(contact)
}
