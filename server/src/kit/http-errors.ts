import type { SendError } from '../lib/safe-fetch.ts'
import type { ErrorReading } from './connector.ts'
import { canonicalErrorCode, type ErrorCode } from './error-codes.ts'
import { ConnectorError } from './errors.ts'
import type { VendorAnswer } from './http-types.ts'
import { readPath } from './paths.ts'

/** What an error's sentence is made of. */
export type Subject = {
  /** The vendor's name, for people. */
  vendor: string
  /** What the operation is about, such as `the contact`. */
  what?: string | undefined
}

/** Reads a failed answer: the connector's own reading first, then what HTTP says. */
export function readFailure(answer: VendorAnswer<unknown>, readError: ErrorReading | undefined) {
  const read = readError?.(answer)
  const said = read?.code === undefined ? undefined : canonicalErrorCode(read.code)
  return {
    code: said ?? codeOfStatus(answer.status),
    message: shorten(read?.message ?? commonMessage(answer.body)),
    vendorCode: read?.vendorCode,
    retryAfterMs: read?.retryAfterMs,
  }
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'AUTH_ERROR'
  if (status === 403) return 'PERMISSION_DENIED'
  if (status === 404 || status === 410) return 'NOT_FOUND'
  if (status === 409) return 'CONFLICT'
  if (status === 429) return 'RATE_LIMIT_EXCEEDED'
  if (status === 408 || status === 504) return 'CONNECTION_FAILED'
  if (status >= 500) return 'PROCESSING_ERROR'
  return 'VENDOR_REJECTED'
}

/** `HubSpot refused the contact: "email" is not valid (VENDOR_REJECTED)`. */
export function sentence(subject: Subject, code: ErrorCode, status: number, said: string | undefined): string {
  const { vendor, what } = subject
  const about = what === undefined ? '' : ` ${what}`
  const opening: Partial<Record<ErrorCode, string>> = {
    AUTH_ERROR: `${vendor} does not accept the credentials; connect the integration again`,
    PERMISSION_DENIED: `${vendor} does not let this account do that`,
    NOT_FOUND: `${vendor} does not have what was asked for`,
    CONFLICT: `${vendor} says that this contradicts what is already there`,
    RATE_LIMIT_EXCEEDED: `${vendor} asks us to slow down`,
    CONNECTION_FAILED: `${vendor} did not answer in time`,
    PROCESSING_ERROR: `${vendor} failed with status ${status}`,
  }
  const start = opening[code] ?? `${vendor} refused${about === '' ? ' the request' : about}`
  return `${start}${said === undefined ? '' : `: ${said.replace(/[.\s]+$/, '')}`} (${code})`
}

/** An answer never came, or not whole. `ambiguous` tells whether the vendor may have acted on it all the same. */
export function unreached(subject: Subject, error: SendError, isAmbiguous: boolean): ConnectorError {
  const { vendor } = subject
  const facts = { ambiguous: isAmbiguous, cause: error }
  if (error.code === 'ADDRESS_REFUSED') {
    return new ConnectorError('CONFIG_SCHEMA_INVALID', `${error.message} (CONFIG_SCHEMA_INVALID)`, facts)
  }
  if (error.code === 'INVALID_REQUEST') {
    const why = 'a credential or setting holds characters that no request can carry'
    return new ConnectorError(
      'CONFIG_SCHEMA_INVALID',
      `Nothing was sent to ${vendor}: ${why} (CONFIG_SCHEMA_INVALID)`,
      facts,
    )
  }
  const said =
    error.code === 'TIMEOUT' ? `${vendor} did not answer in time` : `${vendor} could not be reached: ${error.message}`
  const doubt = isAmbiguous ? '; whether it acted is not known' : ''
  return new ConnectorError('CONNECTION_FAILED', `${said}${doubt} (CONNECTION_FAILED)`, facts)
}

const messagePaths = [
  'message',
  'error.message',
  'error_description',
  'error_info',
  'errors.0.message',
  'errors.0.detail',
  'error',
  'detail',
  'title',
]

/** Finds the sentence in an error as most vendors write them. */
function commonMessage(body: unknown): string | undefined {
  const first = Array.isArray(body) ? body[0] : body
  if (typeof first === 'string') return /<html|<!doctype/i.test(first) ? undefined : first
  for (const path of messagePaths) {
    const found = readPath(first, path)
    if (typeof found === 'string' && found !== '') return found
  }
  return undefined
}

const shorten = (text: string | undefined): string | undefined => {
  const line = text?.replace(/\s+/g, ' ').trim()
  return line === undefined || line === '' ? undefined : line.length > 300 ? `${line.slice(0, 299)}…` : line
}
