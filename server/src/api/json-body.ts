import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError, invalid } from './errors.ts'

/** Deeper JSON could be parsed, but not written again: `JSON.stringify` recurses. */
const maxDepth = 200

/**
 * Reads JSON bodies. Refused besides malformed JSON: bytes that are not UTF-8, nesting deeper than 200, keys that poison
 * prototypes, and strings that PostgreSQL cannot store (null characters, unpaired surrogates). An empty body is none.
 */
export function readJsonBodies(server: FastifyInstance, keep: (request: FastifyRequest, bytes: Buffer) => void): void {
  const parseSafely = server.getDefaultJsonParser('error', 'error')
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    keep(request, bytes)
    if (bytes.length === 0) return done(null, undefined)
    if (!isUtf8(bytes)) return done(new ApiError('MALFORMED_JSON', 'The body is not valid UTF-8.'))
    if (bytes.length > maxDepth * 2 && isTooDeep(bytes)) {
      return done(new ApiError('VALIDATION_FAILED', `The body is nested deeper than ${maxDepth} levels.`))
    }
    const text = bytes.toString('utf8')
    void parseSafely(request, text, (error, value) => {
      if (error) return done(parseError(text))
      // Such characters can only come from escapes, so that most bodies need no look at their strings.
      const field = unstorableEscape.test(text) ? unstorable(value, 'body') : undefined
      if (field) return done(invalid(field, 'has a null character or half a surrogate pair, which cannot be stored'))
      done(null, value)
    })
  })
}

const unstorableEscape = /\\u(?:0000|d[89a-f])/i

function parseError(text: string): ApiError {
  try {
    JSON.parse(text)
  } catch (error) {
    const where = /at position (\d+)/.exec((error as Error).message)?.[1]
    return new ApiError('MALFORMED_JSON', where ? `The body is not valid JSON from character ${where} on.` : undefined)
  }
  return new ApiError('VALIDATION_FAILED', 'The body has a key "__proto__" or "constructor.prototype"; rename it.')
}

/** Counts brackets outside strings, in one pass over the bytes and without recursion. */
function isTooDeep(bytes: Buffer): boolean {
  let depth = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === 0x5b || byte === 0x7b) {
      if (++depth > maxDepth) return true
    } else if (byte === 0x5d || byte === 0x7d) depth--
    else if (byte === 0x22) at = endOfString(bytes, at)
  }
  return false
}

function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1
  return at
}

/** Answers the path of the first string, or the object with the first key, that cannot be stored. The depth is bounded above. */
function unstorable(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : path
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = unstorable(item, `${path}[${index}]`)
      if (found) return found
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const found = isStorable(key) ? unstorable(item, `${path}.${key}`) : path
      if (found) return found
    }
  }
  return undefined
}

/** Answers whether PostgreSQL can hold the text. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')
