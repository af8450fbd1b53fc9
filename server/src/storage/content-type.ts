import { isUtf8 } from 'node:buffer'
import { ApiError } from '../api/errors.ts'

const fallback = 'application/octet-stream'
/** Text has no mark of its own: it is what it says it is, if it can be. */
const isText = /^(text\/[\w.+-]+|application\/(json|xml|[\w.-]+\+(json|xml))|image\/svg\+xml)$/
/** How much of a file is looked at. */
const headBytes = 4_100

/**
 * What a file is: by its first bytes where they tell, since what a sender says may be wrong or a lie; text as it is declared.
 * @param head the first bytes of the file
 * @throws ApiError UNSUPPORTED_MEDIA_TYPE for what is not among the allowed types (`image/*`, `application/pdf`)
 */
export async function contentTypeOf(
  head: Uint8Array,
  declared: string | undefined,
  allowed: readonly string[],
): Promise<string> {
  const claimed = declared?.split(';', 1)[0]?.trim().toLowerCase() ?? fallback
  const { fileTypeFromBuffer } = await import('file-type')
  const found = await fileTypeFromBuffer(head.subarray(0, headBytes))
  const type = found ? specific(found.mime, claimed) : isText.test(claimed) && isWholeText(head) ? claimed : fallback
  if (allowed.some((pattern) => fits(type, pattern))) return type
  throw new ApiError(
    'UNSUPPORTED_MEDIA_TYPE',
    `The file is ${type}, which is not among the types that may be stored: ${allowed.join(', ')}.`,
  )
}

/** Office documents are archives, and some are found to be no more than that. */
const specific = (found: string, claimed: string): string =>
  found === 'application/zip' && /^application\/(vnd\.|epub\+zip)/.test(claimed) ? claimed : found

// The head may end within a character.
const isWholeText = (head: Uint8Array): boolean => {
  const looked = head.subarray(0, headBytes)
  return [0, 1, 2, 3].some((cut) => isUtf8(looked.subarray(0, looked.length - cut))) && !looked.includes(0)
}

const fits = (type: string, pattern: string): boolean =>
  pattern === '*/*' || type === pattern || (pattern.endsWith('*') && type.startsWith(pattern.slice(0, -1)))
