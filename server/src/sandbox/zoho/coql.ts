import type { Account, Stored } from '../emulator.ts'
import { refused } from './failures.ts'
import { type FieldShape, fieldsOf } from './modules.ts'
import { type Data, isConverted, recordsOf, shown } from './records.ts'

type Value = string | number | boolean | Value[]
type Condition =
  | { kind: 'and'; left: Condition; right: Condition }
  | { kind: 'or'; left: Condition; right: Condition }
  | { kind: 'compare'; field: string; operator: string; value: Value }
type Query = {
  fields: string[]
  module: string
  where: Condition
  order: { field: string; descending: boolean }[]
  limit: number
}

const mostRecords = 2_000
const tokens = /\s+|'((?:[^'\\]|\\.)*)'|(-?\d+(?:\.\d+)?)|([A-Za-z$_][\w.$]*)|(<=|>=|!=|=|<|>|\(|\)|,)/y
type Token = { kind: 'text' | 'number' | 'word' | 'sign'; text: string }

const malformed = (near: string) => refused(400, 'SYNTAX_ERROR', 'error occurred while parsing the query', { near })

function read(query: string): Token[] {
  const found: Token[] = []
  tokens.lastIndex = 0
  while (tokens.lastIndex < query.length) {
    const at = tokens.lastIndex
    const match = tokens.exec(query)
    if (!match) throw malformed(query.slice(at, at + 20))
    const kinds = ['text', 'number', 'word', 'sign'] as const
    const index = kinds.findIndex((_, group) => match[group + 1] !== undefined)
    const kind = kinds[index]
    if (kind !== undefined) found.push({ kind, text: (match[index + 1] ?? '').replace(/\\(.)/g, '$1') })
  }
  return found
}

/** Reads the part of COQL that the sandbox knows. More than two conditions want brackets around each pair. */
function parse(query: string): Query {
  const all = read(query)
  let at = 0
  const is = (text: string) => all[at]?.kind !== 'text' && all[at]?.text.toLowerCase() === text
  const take = (text: string): boolean => {
    if (!is(text)) return false
    at += 1
    return true
  }
  const need = (text: string) => {
    if (!take(text)) throw malformed(all[at]?.text ?? 'the end')
  }
  const next = (kind: Token['kind']): string => {
    const token = all[at]
    if (token?.kind !== kind) throw malformed(token?.text ?? 'the end')
    at += 1
    return token.text
  }
  const list = <T>(item: () => T): T[] => {
    const items = [item()]
    while (take(',')) items.push(item())
    return items
  }
  const value = (): Value => {
    if (take('true')) return true
    if (take('false')) return false
    return all[at]?.kind === 'number' ? Number(next('number')) : next('text')
  }
  const single = (): Condition => {
    if (take('(')) {
      const inner = pair()
      need(')')
      return inner
    }
    const field = next('word')
    if (take('in')) {
      need('(')
      const values = list(value)
      need(')')
      if (values.length > 50) throw refused(400, 'LIMIT_EXCEEDED', 'more than 50 values')
      return { kind: 'compare', field, operator: 'in', value: values }
    }
    const operator = next('sign')
    if (!/^(<=|>=|!=|=|<|>)$/.test(operator)) throw malformed(operator)
    return { kind: 'compare', field, operator, value: value() }
  }
  const pair = (): Condition => {
    const left = single()
    const kind = take('and') ? 'and' : take('or') ? 'or' : undefined
    return kind === undefined ? left : { kind, left, right: single() }
  }

  need('select')
  const fields = list(() => next('word'))
  if (fields.length > 50) throw refused(400, 'LIMIT_EXCEEDED', 'more than 50 columns')
  need('from')
  const module = next('word')
  need('where')
  const where = pair()
  const order: Query['order'] = []
  if (take('order')) {
    need('by')
    order.push(
      ...list(() => {
        const field = next('word')
        const descending = take('desc')
        if (!descending) take('asc')
        return { field, descending }
      }),
    )
  }
  const limit = take('limit') ? Number(next('number')) : 200
  if (at < all.length) throw malformed(all[at]?.text ?? '')
  if (limit > mostRecords) throw refused(400, 'LIMIT_EXCEEDED', `the limit is ${mostRecords}`)
  return { fields, module, where, order, limit }
}

/** Runs a query over what is there at this moment. */
export function runQuery(account: Account, text: string): { data: Data[]; more: boolean } {
  const { fields, module, where, order, limit } = parse(text)
  const shapes = fieldsOf(account, module)
  const shapeOf = (name: string): FieldShape => {
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined
    if (!shape) throw refused(400, 'INVALID_QUERY', 'invalid column name', { column_name: name })
    return shape
  }
  for (const name of [...fields, ...order.map(({ field }) => field)])
    if (['tags', 'participants'].includes(shapeOf(name).type))
      throw refused(400, 'INVALID_QUERY', 'column type is not supported', { column_name: name })
  checkCondition(where, shapeOf)
  const found = recordsOf(account, module)
    .list({ where: (record) => !isConverted(record) })
    .map((record) => ({ record, view: shown(account, module, record) }))
    .filter(({ record, view }) => fits(where, shapeOf, record, view))
  const keyed = order.length > 0 ? order : [{ field: 'id', descending: false }]
  found.sort((left, right) => {
    for (const { field, descending } of keyed) {
      const shape = shapeOf(field)
      const difference = compare(
        comparable(field, shape, left.view[field]),
        comparable(field, shape, right.view[field]),
      )
      if (difference !== 0) return descending ? -difference : difference
    }
    return 0
  })
  const page = found.slice(0, limit).map(({ record }) => shown(account, module, record, fields))
  return { data: page, more: found.length > limit }
}

function checkCondition(condition: Condition, shapeOf: (name: string) => FieldShape): void {
  if (condition.kind !== 'compare') {
    checkCondition(condition.left, shapeOf)
    checkCondition(condition.right, shapeOf)
    return
  }
  const { type } = shapeOf(condition.field)
  if (['textarea', 'tags', 'participants'].includes(type))
    throw refused(400, 'INVALID_QUERY', 'column cannot be used in criteria', { column_name: condition.field })
  if (type === 'datetime' && Number.isNaN(Date.parse(String(condition.value))))
    throw refused(400, 'INVALID_QUERY', 'value given seems to be invalid', { column_name: condition.field })
}

function fits(condition: Condition, shapeOf: (name: string) => FieldShape, record: Stored<Data>, view: Data): boolean {
  if (condition.kind === 'and')
    return fits(condition.left, shapeOf, record, view) && fits(condition.right, shapeOf, record, view)
  if (condition.kind === 'or')
    return fits(condition.left, shapeOf, record, view) || fits(condition.right, shapeOf, record, view)
  const { field, operator, value } = condition
  const shape = shapeOf(field)
  const own = comparable(field, shape, view[field])
  if (own === undefined) return false
  if (operator === 'in') return (value as Value[]).some((one) => compare(own, comparable(field, shape, one)) === 0)
  const difference = compare(own, comparable(field, shape, value))
  switch (operator) {
    case '=':
      return difference === 0
    case '!=':
      return difference !== 0
    case '<':
      return difference < 0
    case '>':
      return difference > 0
    case '<=':
      return difference <= 0
    default:
      return difference >= 0
  }
}

type Comparable = string | number | bigint | undefined

/** Texts regardless of case, times as times, ids as numbers. */
function comparable(field: string, { type }: FieldShape, value: unknown): Comparable {
  if (value === null || value === undefined) return undefined
  if (field === 'id') return /^\d+$/.test(String(value)) ? BigInt(String(value)) : -1n
  if (type === 'datetime') return Date.parse(String(value))
  if (type === 'lookup' || type === 'ownerlookup') return String(Object(value).id ?? value)
  return typeof value === 'number' ? value : String(value).toLowerCase()
}

function compare(left: Comparable, right: Comparable): number {
  if (left === right) return 0
  if (left === undefined || right === undefined) return left === undefined ? -1 : 1
  return left < right ? -1 : 1
}
