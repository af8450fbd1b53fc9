import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { UnavailableError } from '../engine/accept.ts'
import { errorCodes } from '../kit/error-codes.ts'
import { ApiError, failureOf } from './errors.ts'
import { fromPostgres } from './postgres-errors.ts'

/** Answers every failure of every route. What is not known is a bug: logged with its stack, answered with the request id only. */
export function handleError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = apiErrorOf(thrown, request)
  const { status } = errorCodes[error.code]
  if (status >= 500) request.log.error({ requestId: request.id, err: thrown, errorCode: error.code }, 'request failed')
  if (error.headers) reply.headers(error.headers)
  if (error.code === 'UNAVAILABLE' && !error.headers?.['retry-after']) reply.header('retry-after', '1')
  // The answer's type may have been set for what would have been sent.
  reply.code(status).header('content-type', 'application/json; charset=utf-8').send(failureOf(error, request.id))
}

function apiErrorOf(thrown: unknown, request: FastifyRequest): ApiError {
  if (thrown instanceof ApiError) return thrown
  if (thrown instanceof UnavailableError) return new ApiError('UNAVAILABLE', thrown.message, { cause: thrown })
  const error = thrown as FastifyError
  return fromFastify(error, request) ?? fromPostgres(error) ?? new ApiError('INTERNAL', undefined, { cause: thrown })
}

function fromFastify(error: FastifyError, request: FastifyRequest): ApiError | undefined {
  const { code, statusCode } = error
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE': {
      const limit = request.routeOptions.bodyLimit
      return new ApiError('PAYLOAD_TOO_LARGE', `The body is larger than the ${limit} bytes that are allowed here.`)
    }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiError('UNSUPPORTED_MEDIA_TYPE')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new ApiError('VALIDATION_FAILED', 'The body is not as long as the Content-Length header says.')
    case 'FST_ERR_BAD_URL':
      return new ApiError('VALIDATION_FAILED', 'The path is not a valid URL path.')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new ApiError('MALFORMED_JSON')
  }
  if (statusCode === 413) return new ApiError('PAYLOAD_TOO_LARGE')
  if (statusCode === 414) return new ApiError('VALIDATION_FAILED', 'The path is too long.')
  if (statusCode === 404) return new ApiError('NOT_FOUND')
  if (typeof code === 'string' && code.startsWith('FST_') && statusCode && statusCode >= 400 && statusCode < 500) {
    return new ApiError('VALIDATION_FAILED', `The request cannot be read: ${error.message}.`)
  }
  return undefined
}
