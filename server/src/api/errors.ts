import { type ErrorCode, errorCodes } from '../kit/error-codes.ts'
import type { Failure } from './envelope.ts'

export type Detail = { field: string; message: string }
type Options = {
  details?: Detail[]
  headers?: Record<string, string>
  /** What else the answer holds; its route's schema must say so. */
  more?: Record<string, unknown>
  cause?: unknown
}

/** A failure that the caller is told about as it is: code, sentence, and for bad input the fields. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ErrorCode
  readonly details: Detail[] | undefined
  readonly headers: Record<string, string> | undefined
  readonly more: Record<string, unknown> | undefined

  constructor(code: ErrorCode, message: string = errorCodes[code].message, options: Options = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.details = options.details
    this.headers = options.headers
    this.more = options.more
  }
}

/** Bad input in one field, such as `invalid('body.url', 'must start with https://')`. */
export const invalid = (field: string, message: string): ApiError => invalidFields([{ field, message }])

/** Bad input in several fields. */
export function invalidFields(details: Detail[]): ApiError {
  const shown = details.slice(0, 3).map(({ field, message }) => `${field} ${message}`)
  const more = details.length > 3 ? `; and ${details.length - 3} more` : ''
  return new ApiError('VALIDATION_FAILED', `${shown.join('; ')}${more}.`, { details })
}

/** The thing is not there, or not this workspace's: callers cannot tell which. */
export const notFound = (what: string): ApiError => new ApiError('NOT_FOUND', `There is no such ${what}.`)

/** The body of the answer to a failure. */
export const failureOf = (error: ApiError, requestId: string): Failure => ({
  success: false,
  error: error.message,
  errorCode: error.code,
  gracefulFail: errorCodes[error.code].graceful,
  ...(error.details ? { details: error.details } : {}),
  requestId,
  ...error.more,
})
