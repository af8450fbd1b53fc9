import { type ErrorCode, errorCodes } from './error-codes.ts'

export type ConnectorErrorFacts = {
  /** What the vendor said, in its own words. */
  vendorMessage?: string | undefined
  /** The HTTP status of the vendor's answer. */
  status?: number | undefined
  /** The vendor's own name of the failure. */
  vendorCode?: string | undefined
  /** How long the vendor asked us to wait, in milliseconds. */
  retryAfterMs?: number | undefined
  /** Nobody knows whether the vendor acted on the call. */
  ambiguous?: boolean
  /** The vendor's id of the request, for its support. */
  requestId?: string | undefined
  cause?: unknown
}

/**
 * An operation failed, in one of the ways of the closed table. The message is a sentence for people that names the vendor; it never
 * holds credentials. Authors throw it for what only they can know; the client throws it for everything that HTTP says.
 */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError'
  readonly code: ErrorCode
  readonly vendorMessage: string | undefined
  readonly status: number | undefined
  readonly vendorCode: string | undefined
  readonly retryAfterMs: number | undefined
  readonly ambiguous: boolean
  readonly requestId: string | undefined

  constructor(code: ErrorCode, message: string = errorCodes[code].message, facts: ConnectorErrorFacts = {}) {
    super(message, { cause: facts.cause })
    this.code = code
    this.vendorMessage = facts.vendorMessage
    this.status = facts.status
    this.vendorCode = facts.vendorCode
    this.retryAfterMs = facts.retryAfterMs
    this.ambiguous = facts.ambiguous ?? false
    this.requestId = facts.requestId
  }

  /** Whether the calling flow may carry on: always where a vendor was the cause, whatever the code means elsewhere. */
  get graceful(): boolean {
    return errorCodes[this.code].graceful || this.status !== undefined || vendorCanCause.has(this.code)
  }
}

/** Codes that mean the caller's fault in the hub's own API, and the vendor's word in an operation. */
const vendorCanCause: ReadonlySet<ErrorCode> = new Set(['NOT_FOUND', 'CONFLICT', 'FORBIDDEN'])

/** A sentence that ends with the name of the failure, which most bear already. */
export const withCode = (sentence: string, code: ErrorCode): string =>
  sentence.includes(`(${code})`) ? sentence : `${sentence} (${code})`

/** The thing is not at the vendor (any more). */
export const notFoundAtVendor = (vendor: string, what: string): ConnectorError =>
  new ConnectorError('NOT_FOUND', `${vendor} has no such ${what} (NOT_FOUND)`)

/** The settings lack what this operation needs. */
export const settingMissing = (setting: string, why: string): ConnectorError =>
  new ConnectorError('CONFIG_SCHEMA_INVALID', `Set "${setting}" of this integration: ${why} (CONFIG_SCHEMA_INVALID)`)

/** This connector, or this account at the vendor, does not offer the operation. */
export const notSupported = (vendor: string, operation: string): ConnectorError =>
  new ConnectorError('NOT_SUPPORTED', `${vendor} does not offer ${operation} (NOT_SUPPORTED)`)
