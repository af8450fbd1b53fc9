import type { OperationName } from '../kit/capabilities.ts'
import type { AnyConnector } from '../kit/connector.ts'
import { reconcileLookup } from '../kit/operations.ts'
import { type OperationFailure, offers } from '../kit/result.ts'
import type { Cause, Runner } from './runner.ts'

export type Found = { known: true; done: boolean; record?: unknown } | { known: false; failure?: OperationFailure }

/** Asks the vendor whether an operation was done; `known: false` where it cannot be asked. */
export async function lookUp(
  runner: Runner,
  connector: AnyConnector,
  { workspaceId, integrationId }: { workspaceId: string; integrationId: string },
  name: OperationName,
  made: unknown,
  cause: Cause,
): Promise<Found> {
  const lookup = reconcileLookup(name, made)
  if (!lookup || !offers(connector, lookup.operation)) return { known: false }
  const result = await runner.run(workspaceId, integrationId, lookup.operation, lookup.input as never, cause)
  if (!result.success) {
    return result.errorCode === 'NOT_FOUND' ? { known: true, done: false } : { known: false, failure: result }
  }
  return { known: true, done: result.data !== null && result.data !== undefined, record: result.data }
}
