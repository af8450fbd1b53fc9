import { TenonError } from './errors.ts'

/** The hub may ask for a longer wait than this; then the error goes to the caller, who knows better what to do meanwhile. */
const longestWaitMs = 60_000

/**
 * Answers how long to wait before the next try in milliseconds, or undefined when there should be none.
 * `repeatable` says that doing the request twice is the same as doing it once.
 */
export function waitBeforeRetry(
  error: unknown,
  tries: { failed: number; retries: number; repeatable: boolean },
): number | undefined {
  if (!(error instanceof TenonError) || tries.failed > tries.retries) return undefined
  if (!mayRepeat(error, tries.repeatable)) return undefined
  // Clients that failed together should not come back together: half of the wait is chance.
  const backoffMs = Math.min(10_000, 250 * 2 ** (tries.failed - 1)) * (0.5 + Math.random() / 2)
  const waitMs = Math.max(backoffMs, error.retryAfterMs ?? 0)
  return waitMs > longestWaitMs ? undefined : waitMs
}

function mayRepeat(error: TenonError, repeatable: boolean): boolean {
  // A request refused for its rate was not begun, so it may always come again.
  if (error.status === 429) return true
  if (!repeatable) return false
  // The try before this one lost its answer and is still at work.
  if (error.errorCode === 'IDEMPOTENCY_IN_PROGRESS') return true
  return error.status === 0 || error.status === 502 || error.status === 503 || error.status === 504
}

/** Waits, or ends with the signal's reason when it is aborted meanwhile. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, ms)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}
