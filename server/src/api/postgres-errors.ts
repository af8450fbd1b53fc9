import { ApiError } from './errors.ts'

/** What an error of PostgreSQL or its driver means to the caller; undefined when it is a bug of the hub. */
export function fromPostgres(error: { code?: unknown; message?: unknown }): ApiError | undefined {
  const code = typeof error.code === 'string' ? error.code : ''
  const message = typeof error.message === 'string' ? error.message : ''
  if (unavailableCodes.has(code) || code.startsWith('08') || unavailableMessage.test(message)) {
    return new ApiError('UNAVAILABLE', 'The database cannot be reached right now; try again shortly.', { cause: error })
  }
  if (contentionCodes.has(code)) return new ApiError('UNAVAILABLE', undefined, { cause: error })
  if (code === '23505' || code === '23P01') {
    return new ApiError('CONFLICT', 'There is already one like this.', { cause: error })
  }
  if (code === '23503') {
    return new ApiError('CONFLICT', 'This refers to something that does not exist (any more).', { cause: error })
  }
  // Class 22 is data that a column cannot hold: a malformed UUID, a date out of range, an unpaired surrogate in jsonb.
  if (/^22[0-9A-Z]{3}$/.test(code) || code === '23514') {
    return new ApiError('VALIDATION_FAILED', 'A value of the request cannot be stored.', { cause: error })
  }
  return undefined
}

const unavailableCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'],
  // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections, disk_full
  ...['57P01', '57P02', '57P03', '53300', '53100'],
  // invalid_password, invalid_authorization_specification, invalid_catalog_name: no connection can be opened at all
  ...['28P01', '28000', '3D000'],
])

/** serialization_failure, deadlock_detected, lock_not_available, query_canceled (a timeout) */
const contentionCodes = new Set(['40001', '40P01', '55P03', '57014'])

/** What `pg` throws without a code. */
const unavailableMessage =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Cannot use a pool after calling end|Client was closed)/
