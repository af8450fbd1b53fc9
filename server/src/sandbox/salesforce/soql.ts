import { refused } from './failures.ts'

/** One part of a condition; values are as JSON has them, times as epoch milliseconds. */
export type Condition =
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; field: string; operator: string; value: unknown }
export type Query = {
  fields: string[]
  object: string
  where?: Condition
  orderBy: { field: string; descending: boolean }[]
  limit?: number
  offset: number
}

const malformed = (message: string) => refused(400, 'MALFORMED_QUERY', message)
const tokens =
  /\s+|'((?:[^'\\]|\\.)*)'|(\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2}))|(\d{4}-\d{2}-\d{2})(?![\w-])|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(<=|>=|!=|<>|=|<|>|\(|\)|,)/y
type Token = { kind: 'text' | 'time' | 'day' | 'number' | 'word' | 'sign'; text: string }

function read(soql: string): Token[] {
  const found: Token[] = []
  tokens.lastIndex = 0
  while (tokens.lastIndex < soql.length) {
    const at = tokens.lastIndex
    const match = tokens.exec(soql)
    if (!match) throw malformed(`unexpected token at position ${at}`)
    const kinds = ['text', 'time', 'day', 'number', 'word', 'sign'] as const
    const index = kinds.findIndex((_, group) => match[group + 1] !== undefined)
    const kind = kinds[index]
    if (kind !== undefined) found.push({ kind, text: match[index + 1] ?? '' })
  }
  return found
}

/** Reads the part of SOQL that the sandbox knows: fields, conditions, order, limit and offset of one object. */
export function parseSoql(soql: string): Query {
  const all = read(soql)
  let at = 0
  const isWord = (word: string, token = all[at]) => token?.kind === 'word' && token.text.toLowerCase() === word
  const take = (word: string): boolean => {
    if (!isWord(word) && !(all[at]?.kind === 'sign' && all[at]?.text === word)) return false
    at += 1
    return true
  }
  const need = (word: string) => {
    if (!take(word)) throw malformed(`expecting '${word}', found '${all[at]?.text ?? 'end of query'}'`)
  }
  const name = (): string => {
    const token = all[at]
    if (token?.kind !== 'word') throw malformed(`unexpected token: '${token?.text ?? 'end of query'}'`)
    at += 1
    return token.text
  }
  const list = <T>(item: () => T): T[] => {
    const items = [item()]
    while (take(',')) items.push(item())
    return items
  }
  const value = (): unknown => {
    const token = all[at]
    at += 1
    switch (token?.kind) {
      case 'text':
        return token
      case 'time':
        return Date.parse(token.text)
      case 'day':
        return token.text
      case 'number':
        return Number(token.text)
      default: {
        const word = token?.text.toLowerCase()
        if (word === 'true' || word === 'false') return word === 'true'
        if (word === 'null') return null
        throw malformed(`unexpected value: '${token?.text ?? 'end of query'}'`)
      }
    }
  }
  const plain = (given: unknown): unknown => (isToken(given) ? unescaped(given.text) : given)
  const compare = (): Condition => {
    if (take('(')) {
      const inner = either()
      need(')')
      return inner
    }
    if (take('not')) return { kind: 'not', part: compare() }
    const field = name()
    if (take('like')) {
      const pattern = value()
      if (!isToken(pattern)) throw malformed('LIKE needs text')
      // As written: a backslash still says which of its characters stand for themselves.
      return { kind: 'compare', field, operator: 'like', value: pattern.text }
    }
    const isNot = take('not')
    if (take('in')) {
      need('(')
      const values = list(() => plain(value()))
      need(')')
      const inside: Condition = { kind: 'compare', field, operator: 'in', value: values }
      return isNot ? { kind: 'not', part: inside } : inside
    }
    const operator = all[at]
    if (isNot || operator?.kind !== 'sign' || !/^(<=|>=|!=|<>|=|<|>)$/.test(operator.text))
      throw malformed(`unexpected token: '${operator?.text ?? 'end of query'}'`)
    at += 1
    return { kind: 'compare', field, operator: operator.text === '<>' ? '!=' : operator.text, value: plain(value()) }
  }
  const chain = (word: 'and' | 'or', part: () => Condition): Condition => {
    const parts = [part()]
    while (take(word)) parts.push(part())
    return parts.length === 1 && parts[0] ? parts[0] : { kind: word, parts }
  }
  const either = (): Condition => chain('or', () => chain('and', compare))
  const count = (): number => {
    const token = all[at]
    if (token?.kind !== 'number') throw malformed(`unexpected token: '${token?.text ?? 'end of query'}'`)
    at += 1
    return Number(token.text)
  }

  need('select')
  const fields = list(name)
  need('from')
  const query: Query = { fields, object: name(), orderBy: [], offset: 0 }
  if (take('where')) query.where = either()
  if (take('order')) {
    need('by')
    query.orderBy = list(() => {
      const field = name()
      const descending = take('desc')
      if (!descending) take('asc')
      if (take('nulls') && !take('first')) need('last')
      return { field, descending }
    })
  }
  if (take('limit')) query.limit = count()
  if (take('offset')) query.offset = count()
  if (at < all.length) throw malformed(`unexpected token: '${all[at]?.text}'`)
  return query
}

const isToken = (value: unknown): value is Token => typeof value === 'object' && value !== null && 'text' in value

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, character: string) => ({ n: '\n', r: '\r', t: '\t' })[character] ?? character)

/** The pattern of a `LIKE`: `%` for any text, `_` for one character. */
export function likeness(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|%|_|[.*+?^${}()|[\]\\]/g, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return found === '%' ? '.*' : found === '_' ? '.' : `\\${found}`
  })
  return new RegExp(`^${source}$`, 'is')
}
