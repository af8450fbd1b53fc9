import { ApiError } from '../api/errors.ts'
import { errorCodes } from '../kit/error-codes.ts'
import type { OperationResult } from '../kit/result.ts'

/** What became of something that must not break the flow it belongs to. */
export type Result<T> =
  | { success: true; data: T }
  | { success: false; error: string; errorCode: string; gracefulFail: boolean }

/** Runs something of the hub and answers a result, whatever happens: what HTTP would refuse is a result, too. */
export async function asResult<T>(run: () => Promise<OperationResult<T>>): Promise<Result<T>> {
  try {
    const result = await run()
    if (result.success) return result
    const { error, errorCode, gracefulFail } = result
    return { success: false, error, errorCode, gracefulFail }
  } catch (error) {
    if (!(error instanceof ApiError))
      return { success: false, error: errorCodes.INTERNAL.message, errorCode: 'INTERNAL', gracefulFail: true }
    return {
      success: false,
      error: error.message,
      errorCode: error.code,
      gracefulFail: errorCodes[error.code].graceful,
    }
  }
}
