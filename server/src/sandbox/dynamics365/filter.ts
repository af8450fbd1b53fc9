import { badRequest } from './failures.ts'

/** A condition of `$filter`; values are as JSON has them, times as epoch milliseconds. */
export type Condition =
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; column: string; operator: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'; value: Value }
  | { kind: 'contains' | 'startswith' | 'endswith'; column: string; value: string }
export type Value = string | number | boolean | null | { time: number } | { guid: string }

const tokens =
  /\s+|('(?:[^']|'')*')|(\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?)(?![\w-])|([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})|(-?\d+(?:\.\d+)?)(?![\w-])|([A-Za-z_][\w]*)|([(),])/y
const kinds = ['text', 'time', 'guid', 'number', 'word', 'sign'] as const
type Token = { kind: (typeof kinds)[number]; text: string }

function read(text: string): Token[] {
  const found: Token[] = []
  tokens.lastIndex = 0
  while (tokens.lastIndex < text.length) {
    const at = tokens.lastIndex
    const match = tokens.exec(text)
    if (!match) throw badRequest(`Syntax error at position ${at} in '${text}'.`)
    const index = kinds.findIndex((_, group) => match[group + 1] !== undefined)
    const kind = kinds[index]
    if (kind !== undefined) found.push({ kind, text: match[index + 1] ?? '' })
  }
  return found
}

/** Reads the part of OData's `$filter` that the sandbox knows. */
export function parseFilter(text: string): Condition {
  const all = read(text)
  let at = 0
  const fail = (): never => {
    throw badRequest(`Syntax error at position ${at} in '${text}'.`)
  }
  const take = (wanted: string): boolean => {
    const token = all[at]
    if ((token?.kind !== 'word' && token?.kind !== 'sign') || token.text !== wanted) return false
    at += 1
    return true
  }
  const need = (wanted: string): void => void (take(wanted) || fail())
  const next = (kind: Token['kind']): string => {
    const token = all[at]
    if (token?.kind !== kind) return fail()
    at += 1
    return token.text
  }
  const value = (): Value => {
    const token = all[at]
    at += 1
    switch (token?.kind) {
      case 'text':
        return unquoted(token.text)
      case 'time':
        return { time: Date.parse(token.text) }
      case 'guid':
        return { guid: token.text.toLowerCase() }
      case 'number':
        return Number(token.text)
      default:
        if (token?.text === 'true' || token?.text === 'false') return token.text === 'true'
        return token?.text === 'null' ? null : fail()
    }
  }
  const compare = (): Condition => {
    if (take('(')) {
      const inner = either()
      need(')')
      return inner
    }
    if (take('not')) return { kind: 'not', part: compare() }
    const name = next('word')
    if ((name === 'contains' || name === 'startswith' || name === 'endswith') && take('(')) {
      const column = next('word')
      need(',')
      const part = unquoted(next('text'))
      need(')')
      return { kind: name, column, value: part }
    }
    const operator = next('word')
    if (!/^(eq|ne|gt|ge|lt|le)$/.test(operator)) return fail()
    return { kind: 'compare', column: name, operator: operator as 'eq', value: value() }
  }
  const chain = (word: 'and' | 'or', part: () => Condition): Condition => {
    const parts = [part()]
    while (take(word)) parts.push(part())
    return parts.length === 1 && parts[0] ? parts[0] : { kind: word, parts }
  }
  const either = (): Condition => chain('or', () => chain('and', compare))
  const condition = either()
  if (at < all.length) fail()
  return condition
}

export const unquoted = (text: string): string => text.slice(1, -1).replaceAll("''", "'")

/** Whether a record fits. Texts are the same whatever their case, and `%` and `_` stand for others within functions. */
export function fits(record: { [name: string]: unknown }, condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => fits(record, part))
    case 'or':
      return condition.parts.some((part) => fits(record, part))
    case 'not':
      return !fits(record, condition.part)
    case 'compare':
      return compares(record[condition.column], condition.operator, condition.value)
    default: {
      const own = record[condition.column]
      const start = condition.kind === 'startswith' ? '' : '.*'
      const end = condition.kind === 'endswith' ? '' : '.*'
      return typeof own === 'string' && new RegExp(`^${start}${likeness(condition.value)}${end}$`, 'is').test(own)
    }
  }
}

const likeness = (pattern: string): string =>
  pattern.replace(/%|_|[.*+?^${}()|[\]\\]/g, (found) => (found === '%' ? '.*' : found === '_' ? '.' : `\\${found}`))

function compares(own: unknown, operator: string, value: Value): boolean {
  const [left, right] = [plainOf(own, value), plainOf(value, value)]
  if (operator === 'eq') return left === right
  if (operator === 'ne') return left !== right
  if (left === null || right === null) return false
  if (operator === 'gt') return left > right
  if (operator === 'ge') return left >= right
  return operator === 'lt' ? left < right : left <= right
}

/** Comparable with another of its kind. */
function plainOf(given: unknown, beside: Value): string | number | null {
  if (given === null || given === undefined) return null
  if (typeof given === 'object' && 'time' in given) return Number(given.time)
  if (typeof given === 'object' && 'guid' in given) return String(given.guid)
  if (typeof given === 'string' && typeof beside === 'object' && beside !== null && 'time' in beside)
    return Date.parse(given)
  if (typeof given === 'boolean') return Number(given)
  return typeof given === 'number' ? given : String(given).toLowerCase()
}

/** The columns that a condition names, each with the value it is compared with. */
export function comparisonsIn(condition: Condition): { column: string; value: Value }[] {
  if (condition.kind === 'not') return comparisonsIn(condition.part)
  if ('parts' in condition) return condition.parts.flatMap(comparisonsIn)
  return [{ column: condition.column, value: condition.value }]
}
