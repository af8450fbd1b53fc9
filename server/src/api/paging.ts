import { type Static, Type } from 'typebox'
import { invalid } from './errors.ts'

/** Query parameters of every list; spread its properties where a list has filters: `Type.Object({ ...Paging.properties, type })`. */
export const Paging = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'Most items to answer.' })),
  cursor: Type.Optional(Type.String({ maxLength: 4_000, description: 'The `nextCursor` of the page before.' })),
})
export type Paging = Static<typeof Paging>

export const defaultLimit = 50

/** Packs the place where a list goes on into one opaque text. */
export const encodeCursor = (parts: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url')

/**
 * Unpacks a cursor; undefined on the first page.
 * @param patterns what each part must look like, so that a forged cursor cannot reach a query
 * @throws ApiError VALIDATION_FAILED for a cursor that this list did not make
 */
export function decodeCursor(cursor: string | undefined, patterns: readonly RegExp[]): string[] | undefined {
  if (cursor === undefined) return undefined
  const parts = parse(cursor)
  if (parts?.length !== patterns.length || !parts.every((part, index) => patterns[index]!.test(part))) {
    throw invalid(
      'query.cursor',
      'is not a cursor of this list; use the nextCursor of the page before, or leave it out',
    )
  }
  return parts
}

/** The part of a cursor that is an id. */
export const idPart = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * Cuts a result that was asked for with `limit + 1` rows into a page, and makes the cursor to its last item.
 */
export function cutPage<Row>(
  rows: Row[],
  limit: number,
  place: (last: Row) => readonly (string | number)[],
): { items: Row[]; nextCursor: string | null } {
  if (rows.length <= limit) return { items: rows, nextCursor: null }
  const items = rows.slice(0, limit)
  return { items, nextCursor: encodeCursor(place(items[limit - 1]!)) }
}

function parse(cursor: string): string[] | undefined {
  if (!/^[\w-]+$/.test(cursor)) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(value) ? value.map(String) : undefined
  } catch {
    return undefined
  }
}
