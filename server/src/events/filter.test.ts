import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileFilter, FilterError } from './filter.ts'

const payload = {
  email: 'ada@example.com',
  score: 78,
  active: true,
  company: null,
  lead: { source: 'form', tags: ['early', 'vip'], owner: { name: 'Grace' } },
  lines: [
    { sku: 'a', count: 1 },
    { sku: 'b', count: 20 },
  ],
}

const passing: [string, object][] = [
  ['a value', { email: 'ada@example.com' }],
  ['null', { company: null }],
  ['a path', { 'lead.source': 'form' }],
  ['nested objects as a path', { lead: { owner: { name: 'Grace' } } }],
  ['a path within a nested object', { lead: { 'owner.name': 'Grace' } }],
  ['several parts that all hold', { score: 78, active: true }],
  ['$eq', { score: { $eq: 78 } }],
  ['$ne', { score: { $ne: 77 } }],
  ['$ne of what is absent', { nothing: { $ne: 1 } }],
  ['$in', { 'lead.source': { $in: ['call', 'form'] } }],
  ['$nin', { 'lead.source': { $nin: ['call'] } }],
  ['$gt and $lt together', { score: { $gt: 70, $lt: 80 } }],
  ['$gte and $lte at the bound', { score: { $gte: 78, $lte: 78 } }],
  ['a comparison of texts', { email: { $gt: 'ad', $lt: 'b' } }],
  ['$exists', { company: { $exists: true }, nothing: { $exists: false } }],
  ['$startsWith', { email: { $startsWith: 'ada@' } }],
  ['an item of a list', { 'lead.tags': 'vip' }],
  ['an item by its index', { 'lead.tags.0': 'early', 'lines.1.sku': 'b' }],
  ['a field of any item', { 'lines.count': { $gte: 20 } }],
  ['$and', { $and: [{ score: 78 }, { active: true }] }],
  ['$or', { $or: [{ score: 1 }, { active: true }] }],
  ['$not', { $not: { score: 1 } }],
]
const failing: [string, object][] = [
  ['another value', { email: 'bob@example.com' }],
  ['a number in a text', { score: '78' }],
  ['what is absent', { nothing: null }],
  ['one part that does not hold', { score: 78, active: false }],
  ['a comparison of different kinds', { email: { $gt: 0 } }],
  ['a name that objects inherit', { 'lead.constructor': { $exists: true } }],
  ['a step into a text', { 'email.length': 15 }],
  ['an index beyond the list', { 'lines.2': { $exists: true } }],
  ['$nin of a list with such an item', { 'lead.tags': { $nin: ['vip'] } }],
  ['$or of none that holds', { $or: [{ score: 1 }, { active: false }] }],
  ['$not of what holds', { $not: { score: 78 } }],
]

for (const [what, filter] of passing) {
  test(`passes by ${what}`, () => assert.equal(compileFilter(filter)(payload), true))
}
for (const [what, filter] of failing) {
  test(`does not pass by ${what}`, () => assert.equal(compileFilter(filter)(payload), false))
}

const invalid: [string, unknown, string][] = [
  ['a text', 'score > 1', ''],
  ['a list', [{ score: 1 }], ''],
  ['null', null, ''],
  ['an empty filter', {}, ''],
  ['an empty part', { lead: {} }, '.lead'],
  ['an operator that does not exist', { score: { $greater: 1 } }, '.score.$greater'],
  ['an operator without a path', { $gt: 1 }, '.$gt'],
  ['operators mixed with names', { lead: { $exists: true, source: 'form' } }, '.lead.source'],
  ['a list as a value', { score: [1, 2] }, '.score'],
  ['$in of no list', { score: { $in: 1 } }, '.score.$in'],
  ['$in of an empty list', { score: { $in: [] } }, '.score.$in'],
  ['$in of objects', { score: { $in: [1, {}] } }, '.score.$in[1]'],
  ['$gt of true', { score: { $gt: true } }, '.score.$gt'],
  ['$exists of a text', { score: { $exists: 'yes' } }, '.score.$exists'],
  ['$startsWith of a number', { score: { $startsWith: 1 } }, '.score.$startsWith'],
  ['$and of an object', { $and: { score: 1 } }, '.$and'],
  ['$or with a part that is no filter', { $or: [{ score: 1 }, 7] }, '.$or[1]'],
  ['$not of a list', { $not: [{ score: 1 }] }, '.$not'],
  ['an empty step', { 'lead..score': 1 }, '.lead..score'],
  ['a fault deep inside', { $or: [{ $not: { lead: { score: { $gt: null } } } }] }, '.$or[0].$not.lead.score.$gt'],
]
for (const [what, filter, path] of invalid) {
  test(`refuses ${what} and says where`, () => {
    assert.throws(
      () => compileFilter(filter),
      (error) => error instanceof FilterError && error.path === path,
    )
  })
}

test('refuses filters that are too deep, too many or too long', () => {
  let deep: object = { score: 1 }
  for (let level = 0; level < 9; level++) deep = { $not: deep }

  assert.throws(() => compileFilter(deep), /nested deeper/)
  assert.throws(() => compileFilter(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`f${n}`, n]))), /too many/)
  assert.throws(() => compileFilter({ a: 'x'.repeat(10_000) }), /larger/)
  assert.throws(() => compileFilter({ [Array(17).fill('a').join('.')]: 1 }), /steps/)
})

const scalars = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', ''),
  fc.integer({ min: -2, max: 2 }),
  fc.boolean(),
  fc.constant(null),
)
const names = fc.constantFrom('a', 'b', '0', '1')
const payloads = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalars,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3 }),
  ),
})).value
const paths = fc.array(names, { minLength: 1, maxLength: 3 }).map((steps) => steps.join('.'))
const ordered = fc.oneof(fc.constantFrom('a', 'b', 'ab'), fc.integer({ min: -2, max: 2 }))
const conditions = fc.oneof(
  scalars,
  fc.record({ $eq: scalars }),
  fc.record({ $ne: scalars }),
  fc.record({ $in: fc.array(scalars, { minLength: 1, maxLength: 3 }) }),
  fc.record({ $nin: fc.array(scalars, { minLength: 1, maxLength: 3 }) }),
  fc.record({ $gt: ordered, $lte: ordered }),
  fc.record({ $gte: ordered }),
  fc.record({ $lt: ordered }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $startsWith: fc.constantFrom('a', 'ab') }),
)
const filters = fc.letrec<{ filter: Record<string, unknown> }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    fc.dictionary(paths, conditions, { minKeys: 1, maxKeys: 3 }),
    fc.record({ $and: fc.array(tie('filter'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ $or: fc.array(tie('filter'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ $not: tie('filter') }),
  ),
})).filter

/** What the filter language means, written without any thought of speed. */
function passes(filter: Record<string, unknown>, value: unknown): boolean {
  return Object.entries(filter).every(([key, part]) => {
    if (key === '$and') return (part as (typeof filter)[]).every((one) => passes(one, value))
    if (key === '$or') return (part as (typeof filter)[]).some((one) => passes(one, value))
    if (key === '$not') return !passes(part as typeof filter, value)
    const exact = found(value, key.split('.'))
    const each = exact.flatMap((one) => (Array.isArray(one) ? [one, ...one] : [one]))
    const wanted = typeof part === 'object' && part !== null ? (part as Record<string, unknown>) : { $eq: part }
    return Object.entries(wanted).every(([operator, operand]) => {
      const some = (holds: (one: never, other: never) => boolean) =>
        each.some((one) => typeof one === typeof operand && holds(one as never, operand as never))
      if (operator === '$eq') return each.includes(operand)
      if (operator === '$ne') return !each.includes(operand)
      if (operator === '$in') return each.some((one) => (operand as unknown[]).includes(one))
      if (operator === '$nin') return !each.some((one) => (operand as unknown[]).includes(one))
      if (operator === '$gt') return some((one, other) => one > other)
      if (operator === '$gte') return some((one, other) => one >= other)
      if (operator === '$lt') return some((one, other) => one < other)
      if (operator === '$lte') return some((one, other) => one <= other)
      if (operator === '$exists') return exact.length > 0 === operand
      return each.some((one) => typeof one === 'string' && one.startsWith(operand as string))
    })
  })
}

function found(value: unknown, [step, ...rest]: string[]): unknown[] {
  if (step === undefined) return [value]
  if (typeof value !== 'object' || value === null) return []
  if (!Array.isArray(value))
    return Object.keys(value).includes(step) ? found((value as Record<string, unknown>)[step], rest) : []
  if (/^\d+$/.test(step)) return Number(step) < value.length ? found(value[Number(step)], rest) : []
  return value
    .filter((item) => typeof item === 'object' && !Array.isArray(item))
    .flatMap((item) => found(item, [step, ...rest]))
}

test('judges every payload as the language means it', () => {
  fc.assert(
    fc.property(filters, payloads, (filter, value) => {
      assert.equal(compileFilter(filter)(value), passes(filter, value))
    }),
    { numRuns: 3_000 },
  )
})

test('whatever is given is refused with a place or judges any payload', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (filter, value) => {
      let predicate: ReturnType<typeof compileFilter>
      try {
        predicate = compileFilter(filter)
      } catch (error) {
        assert.ok(error instanceof FilterError)
        return
      }
      assert.equal(typeof predicate(value), 'boolean')
    }),
    { numRuns: 2_000 },
  )
})
