import { ConnectorError, type ErrorCode, type VendorAnswer } from '../../kit/index.ts'
import type { CompositeAnswer, Fault, Saved } from './types.ts'

const codes: Record<string, ErrorCode> = {
  REQUEST_LIMIT_EXCEEDED: 'RATE_LIMIT_EXCEEDED',
  UNABLE_TO_LOCK_ROW: 'RATE_LIMIT_EXCEEDED',
  DUPLICATES_DETECTED: 'CONFLICT',
  DUPLICATE_VALUE: 'CONFLICT',
  DUPLICATE_EXTERNAL_ID: 'CONFLICT',
  NOT_FOUND: 'NOT_FOUND',
  ENTITY_IS_DELETED: 'NOT_FOUND',
  INVALID_CROSS_REFERENCE_KEY: 'NOT_FOUND',
  INSUFFICIENT_ACCESS: 'PERMISSION_DENIED',
  INSUFFICIENT_ACCESS_OR_READONLY: 'PERMISSION_DENIED',
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: 'PERMISSION_DENIED',
}
const waits: Record<string, number> = {
  // A record that another call holds is free in a moment; the allowance of a day comes back bit by bit.
  UNABLE_TO_LOCK_ROW: 2_000,
  REQUEST_LIMIT_EXCEEDED: 900_000,
}

const faultOf = (body: unknown): Fault | undefined => (Array.isArray(body) ? (body[0] as Fault | undefined) : undefined)
const nameOf = (fault: Fault | undefined): string => fault?.errorCode ?? fault?.statusCode ?? ''
const own = <T>(table: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

/** Salesforce's failures are lists of `{ errorCode, message, fields }`. 300 means that an external id is not unique. */
export function readError({ status, body }: VendorAnswer<unknown>) {
  if (status === 300) return { code: 'CONFLICT', message: 'several records have this external id' }
  const fault = faultOf(body)
  if (fault === undefined) return undefined
  const [code, retryAfterMs] = [own(codes, nameOf(fault)), own(waits, nameOf(fault))]
  return {
    message: fault.message,
    vendorCode: nameOf(fault),
    ...(code === undefined || status === 401 ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

/** A session that has ended is told with 401, and sometimes with another status. */
export const isExpired = ({ body }: VendorAnswer<unknown>): boolean => nameOf(faultOf(body)) === 'INVALID_SESSION_ID'

/** Why a record of a collection was not written. */
export function reasonOf({ errors }: Saved): { errorCode: ErrorCode; error: string } {
  const [fault] = errors
  const errorCode = own(codes, nameOf(fault)) ?? 'VENDOR_REJECTED'
  const said = fault === undefined ? 'Salesforce gave no reason' : `${fault.message} [${nameOf(fault)}]`
  return { errorCode, error: `${said} (${errorCode})` }
}

/**
 * Answers the id of the first record of a composite request.
 * @throws ConnectorError when any part was refused; then nothing was written
 */
export function firstIdOf({ compositeResponse }: CompositeAnswer, what: string): string {
  const refused = compositeResponse.filter(({ httpStatusCode }) => httpStatusCode >= 400)
  // What fell with another part only says so.
  const culprit = refused.find(({ body }) => nameOf(faultOf(body)) !== 'PROCESSING_HALTED') ?? refused[0]
  if (culprit) {
    const fault = faultOf(culprit.body)
    const code = own(codes, nameOf(fault)) ?? 'VENDOR_REJECTED'
    const said = fault?.message ?? 'no reason was given'
    throw new ConnectorError(code, `Salesforce refused ${what}: ${said} (${code})`, {
      vendorMessage: said,
      vendorCode: nameOf(fault),
      status: culprit.httpStatusCode,
      retryAfterMs: own(waits, nameOf(fault)),
    })
  }
  return (compositeResponse[0]?.body as Saved | undefined)?.id ?? ''
}
