import type { Log } from '../lib/log.ts'
import type { Capabilities, CapabilityName, OperationName } from './capabilities.ts'
import type { AnyConnector } from './connector.ts'
import type { Context } from './context.ts'
import { type ErrorCode, errorCodes } from './error-codes.ts'
import { ConnectorError, notSupported } from './errors.ts'

type FunctionOf<Name extends OperationName> = Name extends `${infer C extends CapabilityName}.${infer O}`
  ? O extends keyof Capabilities[C]
    ? Capabilities[C][O]
    : never
  : never

/** What an operation is about: `OperationInput<'contacts.create'>` is a new contact. */
export type OperationInput<Name extends OperationName> =
  FunctionOf<Name> extends (context: Context, input: infer Input) => unknown ? Input : never

/** What an operation answers; a list answers an array of its first items. */
export type OperationOutput<Name extends OperationName> =
  FunctionOf<Name> extends (context: Context, input: never) => infer Output
    ? Output extends AsyncIterable<infer Item>
      ? Item[]
      : Awaited<Output>
    : never

export type OperationFailure = {
  success: false
  error: string
  errorCode: ErrorCode
  /** Whether the calling flow may carry on as if the operation had been optional. */
  gracefulFail: boolean
  /** The same operation may succeed later. */
  retry: boolean
  /** Nobody knows whether the vendor acted; see the operation's `Repeat`. */
  ambiguous?: true
  retryAfterMs?: number
  vendorMessage?: string
  /** The HTTP status of the vendor's answer. */
  vendorStatus?: number
  vendorRequestId?: string
}
export type OperationResult<T> = { success: true; data: T } | OperationFailure

/** How many items of a list an operation answers at most, unless it is told fewer. */
const longestList = 1_000

/** Whether a connector offers an operation. */
export const offers = (connector: Pick<AnyConnector, 'capabilities'>, name: OperationName): boolean =>
  operationOf(connector, name) !== undefined

/** Every operation that a connector offers. */
export const offeredOperations = ({ capabilities }: Pick<AnyConnector, 'capabilities'>): OperationName[] =>
  Object.entries(capabilities).flatMap(([capability, operations]) =>
    Object.entries(operations ?? {})
      .filter(([, operation]) => typeof operation === 'function')
      .map(([operation]) => `${capability}.${operation}` as OperationName),
  )

/**
 * Runs one operation of a connector. Past this point nothing throws because of a vendor, a setting or a fault in a connector: every
 * failure is a result. The input must have been parsed (`parseOperationInput`) where it comes from outside.
 */
export async function runOperation<Name extends OperationName>(
  connector: Pick<AnyConnector, 'name' | 'capabilities'>,
  context: Context,
  name: Name,
  input: OperationInput<Name>,
  options: { limit?: number } = {},
): Promise<OperationResult<OperationOutput<Name>>> {
  const operation = operationOf(connector, name)
  if (!operation) return failureOf(notSupported(connector.name, name))
  try {
    const answer = operation(context, input)
    const data = isIterable(answer) ? await collect(answer, options.limit ?? longestList) : await answer
    return { success: true, data: data as OperationOutput<Name> }
  } catch (error) {
    return failureOf(error, { log: context.log, operation: name })
  }
}

/** Turns what was thrown into a result. What is no ConnectorError is a fault of ours: logged whole, told as INTERNAL. */
export function failureOf(error: unknown, where?: { log: Log; operation: string }): OperationFailure {
  if (!(error instanceof ConnectorError)) {
    where?.log.error({ operation: where.operation, err: error }, 'an operation failed inside the hub')
    return {
      success: false,
      error: errorCodes.INTERNAL.message,
      errorCode: 'INTERNAL',
      gracefulFail: true,
      retry: false,
    }
  }
  const { code, message, ambiguous, retryAfterMs, vendorMessage, status, requestId } = error
  return {
    success: false,
    error: message,
    errorCode: code,
    gracefulFail: error.graceful,
    retry: errorCodes[code].retry && !ambiguous,
    ...(ambiguous ? { ambiguous: true } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(vendorMessage === undefined ? {} : { vendorMessage }),
    ...(status === undefined ? {} : { vendorStatus: status }),
    ...(requestId === undefined ? {} : { vendorRequestId: requestId }),
  }
}

type AnyOperation = (context: Context, input: unknown) => Promise<unknown> | AsyncIterable<unknown>

function operationOf(
  { capabilities }: Pick<AnyConnector, 'capabilities'>,
  name: OperationName,
): AnyOperation | undefined {
  const [capability = '', operation = ''] = name.split('.')
  if (!Object.hasOwn(capabilities, capability)) return undefined
  const offered = capabilities[capability as CapabilityName] as Record<string, unknown> | undefined
  const found = offered && Object.hasOwn(offered, operation) ? offered[operation] : undefined
  // Called by its own object, so that an author may use `this` to reach a sibling.
  return typeof found === 'function' ? (found.bind(offered) as AnyOperation) : undefined
}

const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

async function collect(items: AsyncIterable<unknown>, limit: number): Promise<unknown[]> {
  const found: unknown[] = []
  if (limit <= 0) return found
  for await (const item of items) {
    found.push(item)
    if (found.length >= limit) break
  }
  return found
}
