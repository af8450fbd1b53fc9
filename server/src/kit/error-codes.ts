/** What a failure means to whoever caused it. */
type Meaning = {
  /** Whether the same request may succeed later without being changed. */
  retry: boolean
  /** Whether the calling flow may carry on as if the operation had been optional (`gracefulFail` in answers). */
  graceful: boolean
  status: number
  message: string
  /** Other names by which callers know the same failure; answers always bear the canonical one. */
  aliases?: readonly string[]
}

/**
 * Every way a request or an operation can fail, and what follows from it. The table is closed: a code that is not here
 * cannot be answered. What a vendor can cause, and what is merely not configured, is graceful.
 */
export const errorCodes = {
  // The request
  VALIDATION_FAILED: { retry: false, graceful: false, status: 400, message: 'The request is not valid.' },
  MALFORMED_JSON: { retry: false, graceful: false, status: 400, message: 'The body is not valid JSON.' },
  UNAUTHENTICATED: {
    retry: false,
    graceful: false,
    status: 401,
    message: 'Sign in, or send an API key as "Authorization: Bearer <key>".',
  },
  FORBIDDEN: { retry: false, graceful: false, status: 403, message: 'You may not do this.' },
  NOT_FOUND: { retry: false, graceful: false, status: 404, message: 'There is nothing here.' },
  METHOD_NOT_ALLOWED: {
    retry: false,
    graceful: false,
    status: 405,
    message: 'This path does not answer this method.',
  },
  CONFLICT: { retry: false, graceful: false, status: 409, message: 'This contradicts what is already there.' },
  IDEMPOTENCY_CONFLICT: {
    retry: false,
    graceful: false,
    status: 409,
    message: 'This Idempotency-Key was used for another request; use a new key.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    retry: true,
    graceful: false,
    status: 409,
    message: 'The first request with this Idempotency-Key is still running; ask again shortly.',
  },
  PAYLOAD_TOO_LARGE: { retry: false, graceful: false, status: 413, message: 'The body is too large.' },
  UNSUPPORTED_MEDIA_TYPE: {
    retry: false,
    graceful: false,
    status: 415,
    message: 'Send the body as JSON, with the header "Content-Type: application/json".',
  },
  RATE_LIMIT_EXCEEDED: {
    retry: true,
    graceful: true,
    status: 429,
    message: 'Too many requests; wait for as long as Retry-After says.',
    aliases: ['RATE_LIMIT'],
  },

  // Integrations and what lies behind them
  AUTH_ERROR: {
    retry: false,
    graceful: true,
    status: 409,
    message: 'The vendor refused our credentials; connect the integration again.',
    aliases: ['INVALID_CREDENTIALS'],
  },
  PERMISSION_DENIED: {
    retry: false,
    graceful: true,
    status: 409,
    message: 'The vendor does not let this account do that; grant the missing permission there.',
  },
  CONFIG_SCHEMA_INVALID: {
    retry: false,
    graceful: true,
    status: 400,
    message: 'The configuration does not match what the template asks for.',
    aliases: ['CONFIG_ERROR'],
  },
  INTEGRATION_NOT_ACTIVE: {
    retry: false,
    graceful: true,
    status: 409,
    message: 'This workspace has no active integration that could do this.',
  },
  NOT_SUPPORTED: {
    retry: false,
    graceful: true,
    status: 422,
    message: 'The connector does not offer this operation.',
  },
  VENDOR_REJECTED: {
    retry: false,
    graceful: true,
    status: 422,
    message: 'The vendor refused what it was sent.',
  },
  OUTCOME_UNKNOWN: {
    retry: false,
    graceful: true,
    status: 502,
    message: 'The connection was lost before the vendor answered: whether it acted is not known.',
  },
  CONNECTION_FAILED: {
    retry: true,
    graceful: true,
    status: 502,
    message: 'The other side could not be reached or did not answer in time.',
  },
  PROCESSING_ERROR: {
    retry: true,
    graceful: true,
    status: 502,
    message: 'The other side failed to process the operation.',
  },
  CONTACT_ERROR: {
    retry: false,
    graceful: true,
    status: 422,
    message: 'The contact could not be found, made or changed.',
  },
  WEBHOOK_ERROR: { retry: true, graceful: true, status: 502, message: 'The webhook could not be delivered.' },
  WEBHOOK_SIGNATURE_INVALID: {
    retry: false,
    graceful: false,
    status: 401,
    message: 'The signature of the webhook is missing, wrong or too old.',
  },

  // The hub
  INTERNAL: {
    retry: true,
    graceful: false,
    status: 500,
    message: 'The hub failed; its log tells more under this request id.',
  },
  UNAVAILABLE: {
    retry: true,
    graceful: false,
    status: 503,
    message: 'The hub cannot do this right now; try again shortly.',
  },
} as const satisfies Record<string, Meaning>

export type ErrorCode = keyof typeof errorCodes

const canonical = new Map<string, ErrorCode>(
  (Object.entries(errorCodes) as [ErrorCode, Meaning][]).flatMap(([code, { aliases = [] }]) =>
    [code, ...aliases].map((name) => [name, code] as const),
  ),
)

/** Answers the code that a name or one of its aliases stands for. */
export const canonicalErrorCode = (name: string): ErrorCode | undefined => canonical.get(name)
