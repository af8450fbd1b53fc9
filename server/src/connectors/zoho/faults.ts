import { ConnectorError, type ErrorCode, type VendorAnswer } from '../../kit/index.ts'
import type { Fault } from './types.ts'

const codes: Record<string, ErrorCode> = {
  INVALID_TOKEN: 'AUTH_ERROR',
  AUTHENTICATION_FAILURE: 'AUTH_ERROR',
  OAUTH_SCOPE_MISMATCH: 'PERMISSION_DENIED',
  NO_PERMISSION: 'PERMISSION_DENIED',
  DUPLICATE_DATA: 'CONFLICT',
  RECORD_LOCKED: 'CONFLICT',
  RECORD_IN_BLUEPRINT: 'CONFLICT',
  ID_ALREADY_CONVERTED: 'CONFLICT',
  CONVERTED_RECORD: 'CONFLICT',
  TOO_MANY_REQUESTS: 'RATE_LIMIT_EXCEEDED',
  RATE_LIMIT_EXCEEDED: 'RATE_LIMIT_EXCEEDED',
  API_LIMIT_EXCEEDED: 'RATE_LIMIT_EXCEEDED',
  CREDITS_EXCEEDED: 'RATE_LIMIT_EXCEEDED',
}
/** Credits of the last twenty-four hours come back bit by bit; too many calls at a time are over in a moment. */
const creditsMs = 900_000
const noSuchRecord = /^the id given seems to be invalid/i

/** Faults stand alone, or in the rows of what was asked for. */
function faultIn(body: unknown): Fault | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { data, watch } = body as { data?: unknown; watch?: unknown }
  const rows = Array.isArray(data) ? data : Array.isArray(watch) ? watch : [body]
  return rows.find((row): row is Fault => typeof Object(row).code === 'string')
}

/** What a fault means; undefined where only the status of the answer says. */
export function codeOf({ code = '', message = '' }: Fault): ErrorCode | undefined {
  if (code === 'INVALID_DATA' && noSuchRecord.test(message)) return 'NOT_FOUND'
  return Object.hasOwn(codes, code) ? codes[code] : undefined
}

/** The fault in Zoho's own words, with the field that it is about. */
export function wordsOf({ code, message, details }: Fault): string {
  const field = details?.api_name
  return `${message ?? code ?? 'no reason was given'}${field === undefined ? '' : ` [${field}]`}`
}

export function readError({ status, body }: VendorAnswer<unknown>) {
  const fault = faultIn(body)
  if (fault === undefined) return undefined
  const code = codeOf(fault)
  const isOfCredits = status === 429 && fault.code !== 'TOO_MANY_REQUESTS' && /credit|limit/i.test(wordsOf(fault))
  return {
    message: wordsOf(fault),
    vendorCode: fault.code ?? '',
    ...(code === undefined ? {} : { code }),
    ...(isOfCredits ? { retryAfterMs: creditsMs } : {}),
  }
}

/** `Zoho CRM refused the contact: required field not found [Last_Name] (VENDOR_REJECTED)`. */
export function refusal(fault: Fault, what: string): ConnectorError {
  const code = codeOf(fault) ?? 'VENDOR_REJECTED'
  const said = wordsOf(fault)
  const start = code === 'NOT_FOUND' ? `Zoho CRM does not have ${what}` : `Zoho CRM refused ${what}`
  return new ConnectorError(code, `${start}: ${said.replace(/[.\s]+$/, '')} (${code})`, {
    vendorMessage: said,
    vendorCode: fault.code,
    status: 400,
  })
}
