import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemsOfSchema } from './json-schema.ts'
import { checkOfTenant } from './payload-check.ts'

const hostile: [string, unknown, string][] = [
  ['a type that does not exist', { type: 'text' }, 'schema.type'],
  [
    'a keyword with the wrong value',
    { properties: { a: { maxLength: '0) || process.exit(' } } },
    'schema.properties.a.maxLength',
  ],
  ['properties that are no schemas', { properties: { a: 7 } }, 'schema.properties.a'],
  ['required that is no list', { required: 'name' }, 'schema.required'],
  ['a reference to another document', { $ref: 'https://example.com/schema.json' }, 'schema.$ref'],
  ['a reference to nothing', { items: { $ref: '#/$defs/nothing' } }, 'schema.items.$ref'],
  ['a broken regular expression', { properties: { a: { pattern: '(' } } }, 'schema.properties.a.pattern'],
  ['a broken name pattern', { patternProperties: { '[': {} } }, 'schema.patternProperties'],
  ['a reference to what is no schema', { $ref: '#/x-hidden', 'x-hidden': { pattern: '(' } }, 'schema.$ref'],
  ['a keyword of an older draft', { dependencies: { a: { pattern: '(' } } }, 'schema.dependencies'],
  ['an anchor', { $anchor: 'x' }, 'schema.$anchor'],
]

for (const [what, schema, field] of hostile) {
  test(`refuses ${what} and names it`, () => {
    const problems = problemsOfSchema(schema as never, 'schema')

    assert.ok(
      problems.some((problem) => problem.field === field),
      JSON.stringify(problems),
    )
  })
}

test('refuses a schema that is too large or has too many parts', () => {
  const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`f${index}`, {}]))

  assert.equal(problemsOfSchema({ description: 'x'.repeat(40_000) }, 'schema').length, 1)
  assert.equal(problemsOfSchema({ properties: many }, 'schema').length, 1)
})

test('accepts what JSON Schema offers', () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    required: ['lines'],
    properties: {
      lines: { type: 'array', minItems: 1, items: { $ref: '#/$defs/line' } },
      state: { enum: ['open', 'closed', null] },
      code: { type: 'string', pattern: '^[A-Z]{3}$' },
    },
    $defs: {
      line: {
        type: 'object',
        required: ['sku'],
        properties: { sku: { type: 'string' }, count: { type: 'integer', minimum: 1 } },
      },
    },
    additionalProperties: false,
  }
  const check = checkOfTenant(schema)

  assert.deepEqual(problemsOfSchema(schema, 'schema'), [])
  assert.equal(check({ lines: [{ sku: 'a', count: 2 }], state: null, code: 'EUR' }, 'payload'), undefined)
  assert.deepEqual(
    check({ lines: [{ sku: 'a', count: 0 }] }, 'payload')?.map(({ field }) => field),
    ['payload.lines[0].count'],
  )
  assert.ok(check({ lines: [{ sku: 'a' }], code: 'euro' }, 'payload'))
  assert.ok(check({ lines: [{ sku: 'a' }], more: 1 }, 'payload'))
})

test('breaks off a regular expression that would run for ever, and refuses at once from then on', () => {
  const check = checkOfTenant({ properties: { a: { type: 'string', pattern: '^(a+)+$' } } })

  assert.match(check({ a: `${'a'.repeat(60)}!` }, 'payload')![0]!.message, /too long to check/)
  assert.match(check({ a: 'a' }, 'payload')![0]!.message, /too long to check/)
})

test('breaks off references that multiply', () => {
  const levels = 25
  const $defs = Object.fromEntries(
    Array.from({ length: levels }, (_, level) => {
      const next = { $ref: `#/$defs/d${level + 1}` }
      return [`d${level}`, { allOf: [next, next] }]
    }),
  )
  const schema = { $ref: '#/$defs/d0', $defs: { ...$defs, [`d${levels}`]: {} } }

  assert.deepEqual(problemsOfSchema(schema, 'schema'), [])
  assert.match(checkOfTenant(schema)({}, 'payload')![0]!.message, /too long to check/)
})

test('a schema that refers to itself in a circle refuses instead of failing', () => {
  const schema = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }

  assert.ok(checkOfTenant(schema)({}, 'payload'))
})
