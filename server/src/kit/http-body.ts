import type { FormFields, Query } from './http-types.ts'

/** A query string with its `?`, or nothing. */
export function queryString(query: Query | undefined): string {
  const parts: string[] = []
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) {
      parts.push(
        `${encodeURIComponent(name)}=${encodeURIComponent(one instanceof Date ? one.toISOString() : String(one))}`,
      )
    }
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

/** Adds a query string to a URL that may have one. */
export const withQuery = (url: string, query: string): string =>
  query === '' ? url : url + (url.includes('?') ? `&${query.slice(1)}` : query)

/** `application/x-www-form-urlencoded`; names are sent as given, so that nested ones are the vendor's (`metadata[key]`). */
export const formBody = (fields: FormFields): string =>
  new URLSearchParams(
    (isPairs(fields) ? fields : Object.entries(fields)).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  ).toString()

const isPairs = (fields: FormFields): fields is readonly (readonly [string, string])[] => Array.isArray(fields)

/**
 * What a vendor's answer says: JSON where it is JSON, text otherwise, undefined where there is nothing. Whole numbers too big for
 * JavaScript become text, since they are ids.
 * @throws SyntaxError where the answer claims to be JSON and is not
 */
export function readBody(text: string, contentType: string | undefined): unknown {
  if (text === '') return undefined
  const saysJson = /[/+]json\b/i.test(contentType ?? '')
  if (!saysJson && !/^\s*[[{]/.test(text)) return text
  try {
    return /\d{16}/.test(text) ? JSON.parse(text, bigAsText) : JSON.parse(text)
  } catch (error) {
    if (saysJson) throw error
    return text
  }
}

// `source` is the third argument since ES2026; TypeScript's own types lag.
const bigAsText = (_: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
    ? context!.source
    : value
