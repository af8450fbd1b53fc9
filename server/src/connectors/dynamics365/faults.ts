import type { ErrorCode, VendorAnswer } from '../../kit/index.ts'

/** https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes */
const codes: Record<string, ErrorCode> = {
  // Service protection: requests, execution time and concurrent requests of five minutes.
  '0x80072322': 'RATE_LIMIT_EXCEEDED',
  '0x80072321': 'RATE_LIMIT_EXCEEDED',
  '0x80072326': 'RATE_LIMIT_EXCEEDED',
  '-2147015902': 'RATE_LIMIT_EXCEEDED',
  '-2147015903': 'RATE_LIMIT_EXCEEDED',
  '-2147015898': 'RATE_LIMIT_EXCEEDED',
  // Something changed the record meanwhile; a record or a value of an alternate key is there already.
  '0x80060882': 'CONFLICT',
  '0x80040237': 'CONFLICT',
  '0x80060892': 'CONFLICT',
  '0x80040217': 'NOT_FOUND',
  '0x80040220': 'PERMISSION_DENIED',
}
/** The token of a list of changes is older than the environment keeps, seven days unless it says otherwise. */
export const expiredToken = '0x80044352'

type Fault = { code?: unknown; message?: unknown }

/** Dataverse's failures are OData's: `{ error: { code, message } }`. */
export function readError({ status, body }: VendorAnswer<unknown>) {
  const { code, message } = faultIn(body)
  const known = status === 401 ? undefined : (own(code) ?? (status === 412 ? 'CONFLICT' : undefined))
  if (known === undefined && message === undefined) return undefined
  return {
    ...(message === undefined ? {} : { message }),
    ...(code === undefined ? {} : { vendorCode: code }),
    ...(known === undefined ? {} : { code: known }),
  }
}

/** Why a part of a batch was refused. */
export function reasonOf(status: number, body: unknown): { errorCode: ErrorCode; error: string } {
  const { code, message = 'Dynamics 365 gave no reason' } = faultIn(body)
  const byStatus: Record<number, ErrorCode> = {
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    412: 'CONFLICT',
    429: 'RATE_LIMIT_EXCEEDED',
  }
  const errorCode = own(code) ?? byStatus[status] ?? (status >= 500 ? 'PROCESSING_ERROR' : 'VENDOR_REJECTED')
  return { errorCode, error: `${message} (${errorCode})` }
}

export function faultIn(body: unknown): { code?: string; message?: string } {
  const { error } = Object(body) as { error?: Fault }
  const { code, message } = Object(error) as Fault
  return {
    ...(typeof code === 'string' && code !== '' ? { code } : {}),
    ...(typeof message === 'string' && message !== '' ? { message } : {}),
  }
}

const own = (code: string | undefined): ErrorCode | undefined =>
  code !== undefined && Object.hasOwn(codes, code) ? codes[code] : undefined
