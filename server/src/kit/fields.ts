import type { Field } from './mapping.ts'

/** Ours is text, theirs a number, as with ids. */
export const number = <const P extends string>(path: P): Field<P, string, number> => ({
  path,
  read: (theirs) => String(theirs),
  write: (ours) => Number(ours),
})

/** Ours is a number, theirs the same as text. What is no number reads as absent. */
export const text = <const P extends string>(path: P): Field<P, number, string> => ({
  path,
  read: (theirs) => (Number.isFinite(Number(theirs)) ? Number(theirs) : undefined),
  write: (ours) => String(ours),
})

/** A point in time as ISO 8601 text. Read with or without a zone (then UTC), written in UTC without a fraction. */
export const date = <const P extends string>(path: P): Field<P, Date, string> => ({
  path,
  read: (theirs) => readDate(theirs),
  write: (ours) => ours.toISOString().replace('.000Z', 'Z'),
})

/** A day as `YYYY-MM-DD`, the UTC day of ours. */
export const day = <const P extends string>(path: P): Field<P, Date, string> => ({
  path,
  read: (theirs) => readDate(theirs),
  write: (ours) => ours.toISOString().slice(0, 10),
})

/** Seconds since 1970. */
export const epochSeconds = <const P extends string>(path: P): Field<P, Date, number> => ({
  path,
  read: (theirs) => new Date(theirs * 1_000),
  write: (ours) => Math.floor(ours.getTime() / 1_000),
})

/** Milliseconds since 1970. */
export const epochMs = <const P extends string>(path: P): Field<P, Date, number> => ({
  path,
  read: (theirs) => new Date(theirs),
  write: (ours) => ours.getTime(),
})

/** The main entry of a list of `{ value, primary }`; writing replaces the list by that one entry. */
export const primary = <const P extends string>(
  path: P,
): Field<P, string, { value: string; primary?: boolean | undefined }[]> & {
  write: (ours: string) => { value: string; primary: boolean }[]
} => ({
  path,
  read: (theirs) => (theirs.find((entry) => entry.primary) ?? theirs[0])?.value,
  write: (ours) => [{ value: ours, primary: true }],
  empty: [],
})

/** Several values in one text, such as `red;blue`. */
export const list = <const P extends string>(path: P, separator: string): Field<P, string[], string> => ({
  path,
  read: (theirs) =>
    theirs
      .split(separator)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  write: (ours) => ours.join(separator),
  empty: '',
})

/** One of our words for each of theirs, both ways. A word of theirs that is not named reads as absent. */
export const choice = <const P extends string, const Words extends Record<string, string>>(
  path: P,
  words: Words,
): Field<P, keyof Words & string, string> & { write: (ours: keyof Words & string) => Words[keyof Words] } => ({
  path,
  read: (theirs) => Object.keys(words).find((ours) => words[ours] === theirs) as (keyof Words & string) | undefined,
  write: (ours) => words[ours] as Words[keyof Words],
})

/** What the vendor fills itself: read, never sent. */
export function readOnly<const P extends string>(path: P): Field<P, string, string>
export function readOnly<const P extends string, Ours, Theirs>(field: Field<P, Ours, Theirs>): Field<P, Ours, Theirs>
export function readOnly(field: string | Field<string, unknown, unknown>): unknown {
  if (typeof field === 'string') return { path: field, read: (theirs: unknown) => theirs }
  return { path: field.path, read: field.read }
}

/** Anything else: both directions by hand. `write` left out makes it read-only. */
export const field = <const P extends string, Ours, Theirs>(
  path: P,
  convert: {
    read: (theirs: Theirs, record: unknown) => Ours | undefined
    write?: (ours: Ours, input: unknown) => Theirs
    empty?: unknown
  },
): Field<P, Ours, Theirs> => ({ path, ...convert })

function readDate(value: string): Date | undefined {
  // `2026-01-31 10:00:00` and `2026-01-31T10:00:00` are UTC at every vendor that leaves the zone out.
  const zoned =
    /\d{2}:\d{2}/.test(value) && !/(Z|[+-]\d{2}:?\d{2})$/i.test(value) ? `${value.replace(' ', 'T')}Z` : value
  const read = new Date(zoned)
  return Number.isNaN(read.getTime()) ? undefined : read
}
