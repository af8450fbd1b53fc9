/** One thing that was wrong with what was sent, and where: `body.url`, `query.limit` … */
export type ErrorDetail = { field: string; message: string }

/** What the client itself says when there was no answer of the hub to take a code from. */
export type ClientErrorCode = 'CONNECTION_FAILED' | 'TIMEOUT' | 'UNEXPECTED_ANSWER'

/** Thrown for everything that is not a success: the hub's refusal, or that it could not be reached. */
export class TenonError extends Error {
  override readonly name = 'TenonError'
  /** A code of the hub's closed table (`VALIDATION_FAILED`, `NOT_FOUND` …), or one of `ClientErrorCode`. */
  readonly errorCode: string
  /** The HTTP status; 0 where no answer came. */
  readonly status: number
  /** Which fields were wrong, for bad input; empty otherwise. */
  readonly details: ErrorDetail[]
  /** The hub's name for the request, to find it in its log. */
  readonly requestId: string | undefined
  /** Whether the calling flow may carry on without this. */
  readonly gracefulFail: boolean
  /** How long the hub asked to wait before another try, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, about: AboutError) {
    super(message, about.cause === undefined ? undefined : { cause: about.cause })
    this.errorCode = about.errorCode
    this.status = about.status ?? 0
    this.details = about.details ?? []
    this.requestId = about.requestId
    this.gracefulFail = about.gracefulFail ?? false
    this.retryAfterMs = about.retryAfterMs
  }
}

type AboutError = {
  errorCode: string
  status?: number
  details?: ErrorDetail[]
  requestId?: string | undefined
  gracefulFail?: boolean
  retryAfterMs?: number | undefined
  cause?: unknown
}

/** Turns an answer that is no success into the error that it stands for. */
export function errorOfAnswer(response: Response, body: unknown): TenonError {
  const requestId = response.headers.get('x-request-id') ?? undefined
  const retryAfterMs = readRetryAfter(response.headers.get('retry-after'))
  if (!isFailure(body)) {
    return new TenonError(
      `The answer (HTTP ${response.status}) is not one that a Tenon hub gives: is the URL right, and is a proxy in between?`,
      {
        errorCode: 'UNEXPECTED_ANSWER',
        status: response.status,
        requestId,
        retryAfterMs,
        gracefulFail: response.status >= 500,
      },
    )
  }
  return new TenonError(body.error, {
    errorCode: body.errorCode,
    status: response.status,
    gracefulFail: body.gracefulFail === true,
    details: Array.isArray(body.details) ? (body.details as ErrorDetail[]) : [],
    requestId: typeof body.requestId === 'string' ? body.requestId : requestId,
    retryAfterMs,
  })
}

type Failure = { error: string; errorCode: string; gracefulFail?: unknown; details?: unknown; requestId?: unknown }

function isFailure(body: unknown): body is Failure {
  return (
    typeof body === 'object' &&
    body !== null &&
    'error' in body &&
    typeof body.error === 'string' &&
    'errorCode' in body &&
    typeof body.errorCode === 'string'
  )
}

/** Reads `Retry-After` (RFC 9110, section 10.2.3), seconds or a date, as milliseconds from now. */
export function readRetryAfter(value: string | null, now = Date.now()): number | undefined {
  if (value === null || value.trim() === '') return undefined
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
