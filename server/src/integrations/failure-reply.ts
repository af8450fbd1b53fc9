import type { FastifyReply } from 'fastify'
import { errorCodes } from '../kit/error-codes.ts'
import type { OperationFailure } from '../kit/result.ts'

/** Answers a failed operation with its status, its code, and how long to wait. */
export function sendFailure(reply: FastifyReply, failure: OperationFailure, requestId: string): FastifyReply {
  const { error, errorCode, gracefulFail, retryAfterMs } = failure
  if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterMs / 1_000)))
  return reply
    .code(errorCodes[errorCode].status)
    .send({ success: false as const, error, errorCode, gracefulFail, requestId })
}
