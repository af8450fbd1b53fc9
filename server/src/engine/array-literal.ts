/*
 * Parameters of the hot statements are PostgreSQL arrays, one per column. The driver's own conversion quotes and
 * escapes every element of every array; ids and numbers need none of it.
 */

/** An array of values that need no quoting: ids, numbers, booleans; null becomes NULL. */
export function plainArray(values: readonly (string | number | boolean | null)[]): string {
  let literal = '{'
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    literal += i === 0 ? '' : ','
    literal += value === null ? 'NULL' : value
  }
  return `${literal}}`
}

const special = /["\\]/
const specials = /["\\]/g

/** An array of texts. NUL, which PostgreSQL's text cannot hold, is replaced. */
export function textArray(values: readonly (string | null)[]): string {
  let literal = '{'
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    literal += i === 0 ? '' : ','
    if (value === null) literal += 'NULL'
    else literal += special.test(value) ? `"${value.replace(specials, '\\$&')}"` : `"${value}"`
  }
  literal += '}'
  return literal.includes('\0') ? literal.replaceAll('\0', '\uFFFD') : literal
}

/** An array of times given in epoch milliseconds. */
export function timeArray(values: readonly (number | null)[]): string {
  return plainArray(values.map((time) => (time === null ? null : `"${new Date(time).toISOString()}"`)))
}
