import { Type } from 'typebox'
import type { Account, Api, World } from '../emulator.ts'
import { refused } from './failures.ts'
import { fieldOf, type ObjectShape, shapeOf } from './objects.ts'
import { allOf, type Fields } from './records.ts'
import { type Condition, likeness, parseSoql } from './soql.ts'

type Locator = { soql: string; deleted: boolean }

/** Queries, a batch at a time; what follows is fetched by the answer's own URL. */
export function queryRoutes(api: Api, world: World, data: string, batchSize: number): void {
  for (const [path, deleted] of [
    [`${data}/query`, false],
    [`${data}/queryAll`, true],
  ] as const) {
    api.get(
      path,
      { schema: { querystring: Type.Object({ q: Type.String({ minLength: 1, maxLength: 100_000 }) }) } },
      async (request) => {
        const account = world.accountOf(request)
        const { q: soql } = request.query
        const found = run(account, soql, deleted)
        const locator =
          found.length > batchSize
            ? account.records<Locator>('locators').create({ soql, deleted }, `01g${world.nextId('locator')}`)
            : undefined
        return batch(found, 0, locator?.id)
      },
    )
  }

  api.get(
    `${data}/query/:locator`,
    { schema: { params: Type.Object({ locator: Type.String() }) } },
    async (request) => {
      const account = world.accountOf(request)
      const [, id = '', start = ''] = /^(01g\d+)-(\d+)$/.exec(request.params.locator) ?? []
      const locator = account.records<Locator>('locators').get(id)
      if (!locator) throw refused(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator')
      return batch(run(account, locator.data.soql, locator.data.deleted), Number(start), id)
    },
  )

  function batch(found: object[], start: number, id: string | undefined) {
    const end = start + batchSize
    const done = id === undefined || end >= found.length
    const next = done ? {} : { nextRecordsUrl: `${data}/query/${id}-${end}` }
    return { totalSize: found.length, done, ...next, records: found.slice(start, end) }
  }

  function run(account: Account, soql: string, deleted: boolean): object[] {
    const query = parseSoql(soql)
    const shape = shapeInQuery(account, query.object)
    const need = (field: string) => needField(shape, field)
    const fields = query.fields.map((field) => need(field).name)
    const order = query.orderBy.map(({ field, descending }) => ({ field: need(field).name, descending }))
    const { where, offset, limit = 50_000 } = query
    if (where) check(shape, where)
    const found = allOf(account, shape.name, deleted).filter(
      (record) => where === undefined || fits(shape, record, where),
    )
    found.sort((left, right) => {
      for (const { field, descending } of order) {
        const difference = compare(left[field], right[field]) * (descending ? -1 : 1)
        if (difference !== 0) return difference
      }
      return 0
    })
    return found.slice(offset, offset + limit).map((record) => ({
      attributes: { type: shape.name, url: `${data}/sobjects/${shape.name}/${record.Id}` },
      ...Object.fromEntries(fields.map((field) => [field, record[field] ?? null])),
    }))
  }
}

function shapeInQuery(account: Account, object: string) {
  try {
    return shapeOf(account, object)
  } catch {
    throw refused(400, 'INVALID_TYPE', `sObject type '${object}' is not supported.`)
  }
}

function needField(shape: ObjectShape & { name: string }, given: string) {
  const found = fieldOf(shape, given)
  if (!found) throw refused(400, 'INVALID_FIELD', `No such column '${given}' on entity '${shape.name}'.`)
  return found
}

/** @throws the refusal for a condition that can never be asked, whatever records there are */
function check(shape: ObjectShape & { name: string }, condition: Condition): void {
  if (condition.kind !== 'compare') {
    for (const part of condition.kind === 'not' ? [condition.part] : condition.parts) check(shape, part)
    return
  }
  const { name, field } = needField(shape, condition.field)
  if (field.unfiltered) throw refused(400, 'INVALID_FIELD', `field '${name}' can not be filtered in a query call`)
  if (field.type === 'datetime' && typeof condition.value === 'string')
    throw refused(400, 'INVALID_FIELD', `value of filter criterion for field '${name}' must be of type dateTime`)
}

function fits(shape: ObjectShape & { name: string }, record: Fields, condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => fits(shape, record, part))
    case 'or':
      return condition.parts.some((part) => fits(shape, record, part))
    case 'not':
      return !fits(shape, record, condition.part)
    case 'compare': {
      const { name, field } = needField(shape, condition.field)
      const kept = record[name]
      return compares(field.type === 'datetime' && typeof kept === 'string' ? Date.parse(kept) : kept, condition)
    }
  }
}

function compares(own: unknown, { operator, value }: Condition & { kind: 'compare' }): boolean {
  if (operator === 'like') return typeof own === 'string' && likeness(String(value)).test(own)
  if (operator === 'in') return (value as unknown[]).some((one) => isEqual(own, one))
  if (operator === '=') return isEqual(own, value)
  if (operator === '!=') return !isEqual(own, value)
  if (own === null || own === undefined) return false
  const difference = compare(own, value)
  if (operator === '<') return difference < 0
  if (operator === '<=') return difference <= 0
  return operator === '>' ? difference > 0 : difference >= 0
}

/** Texts are the same whatever their case. */
const isEqual = (left: unknown, right: unknown): boolean =>
  typeof left === 'string' && typeof right === 'string'
    ? left.toLowerCase() === right.toLowerCase()
    : (left ?? null) === (right ?? null)

/** Nothing comes first. */
function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  const [one, other] = [String(left ?? ''), String(right ?? '')]
  return one < other ? -1 : one > other ? 1 : 0
}
