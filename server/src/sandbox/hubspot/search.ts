import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { Account, Stored } from '../emulator.ts'
import { refused } from './failures.ts'
import { type ObjectType, propertiesOf } from './properties.ts'
import { type Data, propertyOf, recordsOf, show } from './records.ts'

const Filter = Type.Object({
  propertyName: Type.String(),
  operator: Type.Enum([
    'EQ',
    'NEQ',
    'LT',
    'LTE',
    'GT',
    'GTE',
    'BETWEEN',
    'IN',
    'NOT_IN',
    'HAS_PROPERTY',
    'NOT_HAS_PROPERTY',
    'CONTAINS_TOKEN',
    'NOT_CONTAINS_TOKEN',
  ]),
  value: Type.Optional(Type.String()),
  values: Type.Optional(Type.Array(Type.String())),
  highValue: Type.Optional(Type.String()),
})
type Filter = Static<typeof Filter>

const sortByName = Type.Object({
  propertyName: Type.String(),
  direction: Type.Optional(Type.Enum(['ASCENDING', 'DESCENDING'])),
})

export const SearchRequest = Type.Object({
  filterGroups: Type.Optional(
    Type.Array(Type.Object({ filters: Type.Array(Filter, { maxItems: 6 }) }), { maxItems: 5 }),
  ),
  sorts: Type.Optional(Type.Array(Type.Union([Type.String(), sortByName]), { maxItems: 1 })),
  properties: Type.Optional(Type.Array(Type.String())),
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 200 })),
  after: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
  query: Type.Optional(Type.String({ maxLength: 3_000 })),
})

const mostResults = 10_000

/**
 * @param until What was made later than this is not in the index of the search yet: epoch milliseconds
 */
export function search(account: Account, type: ObjectType, request: Static<typeof SearchRequest>, until: number) {
  const { filterGroups = [], sorts = [], properties = [], limit = 10, query = '' } = request
  const start = Number(request.after ?? 0)
  if (!Number.isInteger(start) || start < 0) throw refused(400, 'VALIDATION_ERROR', 'after must be a number')
  if (start + limit > mostResults) {
    throw refused(400, 'VALIDATION_ERROR', 'Paging through more than 10000 results of a search is not possible')
  }
  const known = new Set([...propertiesOf(account, type).map(({ name }) => name), 'associations.contact'])
  for (const { propertyName } of filterGroups.flatMap(({ filters }) => filters)) {
    if (!known.has(propertyName)) {
      throw refused(
        400,
        'VALIDATION_ERROR',
        `There was a problem with the request: property ${propertyName} does not exist`,
      )
    }
  }
  const found = recordsOf(account, type).list({
    where: (record) =>
      record.createdAt <= until &&
      (filterGroups.length === 0 ||
        filterGroups.some(({ filters }) => filters.every((one) => fits(type, record, one)))) &&
      (query === '' || Object.values(record.data.properties).join(' ').toLowerCase().includes(query.toLowerCase())),
  })
  const sort = sortOf(sorts[0])
  if (sort) {
    const way = sort.descending ? -1 : 1
    found.sort((left, right) => way * compare(propertyOf(type, left, sort.name), propertyOf(type, right, sort.name)))
  }
  const results = found.slice(start, start + limit)
  const next = start + limit < found.length && limit > 0 ? { paging: { next: { after: String(start + limit) } } } : {}
  return { total: found.length, results: results.map((record) => show(type, record, properties)), ...next }
}

/** A name, a name after a minus, `{ propertyName, direction }`, or the same as JSON, as HubSpot's SDK sends it. */
function sortOf(
  sort: string | Static<typeof sortByName> | undefined,
): { name: string; descending: boolean } | undefined {
  if (sort === undefined) return undefined
  if (typeof sort !== 'string') return { name: sort.propertyName, descending: sort.direction === 'DESCENDING' }
  if (sort.startsWith('{')) return sortOf(JSON.parse(sort) as Static<typeof sortByName>)
  return { name: sort.replace(/^-/, ''), descending: sort.startsWith('-') }
}

function fits(type: ObjectType, record: Stored<Data>, filter: Filter): boolean {
  const { propertyName, operator, value = '', values = [], highValue = '' } = filter
  if (propertyName === 'associations.contact') return record.data.contacts.some(({ id }) => id === value)
  const own = propertyOf(type, record, propertyName)
  switch (operator) {
    case 'HAS_PROPERTY':
      return own !== null
    case 'NOT_HAS_PROPERTY':
      return own === null
    case 'EQ':
      return own !== null && compare(own, value) === 0
    case 'NEQ':
      return own === null || compare(own, value) !== 0
    case 'IN':
      return own !== null && values.some((one) => compare(own, one) === 0)
    case 'NOT_IN':
      return own === null || values.every((one) => compare(own, one) !== 0)
    case 'GT':
      return own !== null && compare(own, value) > 0
    case 'GTE':
      return own !== null && compare(own, value) >= 0
    case 'LT':
      return own !== null && compare(own, value) < 0
    case 'LTE':
      return own !== null && compare(own, value) <= 0
    case 'BETWEEN':
      return own !== null && compare(own, value) >= 0 && compare(own, highValue) <= 0
    case 'CONTAINS_TOKEN':
      return own !== null && hasToken(own, value)
    case 'NOT_CONTAINS_TOKEN':
      return own === null || !hasToken(own, value)
  }
}

/** Whole words, with `*` for any part of one. */
function hasToken(text: string, token: string): boolean {
  const pattern = token
    .toLowerCase()
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('\\w*')
  return new RegExp(`(^|\\W)${pattern}(\\W|$)`).test(text.toLowerCase())
}

/** Times as numbers, numbers by size, all else as text without case. */
function compare(left: string | null, right: string | null): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1
  const [a, b] = [numberOf(left), numberOf(right)]
  if (a !== undefined && b !== undefined) return a - b
  const [one, other] = [left.toLowerCase(), right.toLowerCase()]
  return one < other ? -1 : one > other ? 1 : 0
}

function numberOf(text: string): number | undefined {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  return /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : undefined
}
