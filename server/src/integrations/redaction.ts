import type { Redactor } from '../kit/redact.ts'

/** What is kept of a request or an answer in the operation log. */
const maxLength = 4_096

/** A value as the log keeps it: redacted JSON, bounded, without the vendor's own record, which would double it. */
export function loggable(value: unknown, redactor: Redactor): string | null {
  if (value === undefined || value === null) return null
  const plain: unknown = JSON.parse(
    JSON.stringify(withoutBytes(value), (name, field: unknown) => (name === 'raw' ? undefined : field)) ?? 'null',
  )
  const text = typeof plain === 'string' ? redactor.text(plain) : JSON.stringify(redactor.body(plain))
  return text.length > maxLength ? `${text.slice(0, maxLength).toWellFormed()}…` : text
}

/** A file's content is no part of a log. */
const withoutBytes = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'content' in value && value.content instanceof Uint8Array
    ? { ...value, content: `(${value.content.length} bytes)` }
    : value

/** Every text in a value that was sealed, at whatever depth. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsOf)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}
