import { type Detail, invalidFields } from '../api/errors.ts'
import type { Vault } from '../lib/vault.ts'

/** As stored: values that are likely to be credentials are sealed. */
export type StoredHeaders = Record<string, string | { sealed: string }>

/** What the API shows in place of a sealed value, and takes as "as it was". */
export const hiddenValue = '••••••••'

const maxHeaders = 20
const maxValueLength = 2_048
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
/** Visible ASCII, spaces and tabs inside (RFC 9110, section 5.5): no line breaks, which would begin another header. */
const fieldValue = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/

/** Ours, the connection's, and those that decide where a request goes or how long it is. */
const reserved = new Set([
  ...['host', 'content-length', 'content-type', 'content-encoding', 'user-agent', 'date', 'accept-encoding'],
  ...[
    'connection',
    'keep-alive',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'expect',
    'http2-settings',
  ],
  ...['x-webhook-signature', 'x-webhook-timestamp', 'x-webhook-event'],
])
const isReserved = (name: string) =>
  reserved.has(name) || name.startsWith('webhook-') || name.startsWith('proxy-') || name.startsWith(':')

const looksSecret = /auth|cookie|token|secret|key|password|credential|signature/i

/**
 * Checks headers that an endpoint wants added to its requests.
 * @throws ApiError VALIDATION_FAILED naming each that is not allowed
 */
export function checkHeaders(headers: Record<string, string>, present: StoredHeaders = {}): void {
  const details: Detail[] = []
  const names = Object.keys(headers)
  if (names.length > maxHeaders) details.push({ field: 'body.headers', message: `has more than ${maxHeaders} headers` })
  const seen = new Set<string>()
  for (const name of names) {
    const field = `body.headers.${name.toWellFormed().slice(0, 80)}`
    const lower = name.toLowerCase()
    const value = headers[name]!
    if (!token.test(name)) details.push({ field, message: 'is not a header name; use letters, digits and hyphens' })
    else if (isReserved(lower)) details.push({ field, message: 'is set by the hub and cannot be given' })
    else if (seen.has(lower)) details.push({ field, message: 'is given twice; header names are the same in any case' })
    else if (
      value === hiddenValue ? !isSealed(present[name]) : !fieldValue.test(value) || value.length > maxValueLength
    ) {
      details.push({
        field,
        message: `must have a value of 1 to ${maxValueLength} visible ASCII characters on one line`,
      })
    }
    seen.add(lower)
  }
  if (details.length > 0) throw invalidFields(details)
}

/** Seals what looks like a credential; a hidden value stays what it was. */
export function storeHeaders(
  headers: Record<string, string>,
  present: StoredHeaders,
  vault: Vault,
  context: string,
): StoredHeaders {
  const stored = Object.entries(headers).map(([name, value]) => {
    if (value === hiddenValue) return [name, present[name]!]
    return [name, looksSecret.test(name) ? { sealed: vault.seal(value, headerContext(context, name)) } : value]
  })
  return Object.fromEntries(stored)
}

/** The headers as they are sent, as a flat list of names and values. */
export const openHeaders = (stored: StoredHeaders, vault: Vault, context: string): string[] =>
  Object.entries(stored).flatMap(([name, value]) => [
    name,
    typeof value === 'string' ? value : vault.open(value.sealed, headerContext(context, name)),
  ])

/** The headers as the API shows them. */
export const showHeaders = (stored: StoredHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [name, typeof value === 'string' ? value : hiddenValue]),
  )

const isSealed = (value: StoredHeaders[string] | undefined) => typeof value === 'object'
export const headerContext = (context: string, name: string) => `${context}/header/${name.toLowerCase()}`
