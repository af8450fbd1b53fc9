import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OpenApi, type Schema, sdkTypes } from './sdk-types.ts'

const answering = (data: Schema) => ({
  responses: {
    200: {
      content: { 'application/json': { schema: { type: 'object', properties: { success: { const: true }, data } } } },
    },
  },
})
const typesOf = (paths: OpenApi['paths'], components?: OpenApi['components']) => sdkTypes({ paths, components })

test('writes path, query, body and answer of an operation', () => {
  const operation = {
    summary: 'Change a thing',
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'dry', in: 'query', schema: { type: 'boolean', default: false }, description: 'Only looks.' },
      { name: 'X-Workspace-Id', in: 'header', schema: { type: 'string' } },
    ],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { properties: { 'a-b': { type: 'integer' } }, required: ['a-b'] } } },
    },
    ...answering({ type: ['string', 'null'] }),
  }

  assert.equal(
    typesOf({ '/things/{id}': { patch: operation } }),
    `// Generated from server/openapi.json by \`npm run generate\`. Do not edit.

/** Every operation of the API, by its method and path. */
export type Operations = {
  /** Change a thing */
  'PATCH /things/{id}': {
    path: {
      id: string
    }
    query?: {
      /** Only looks. Default: false. */
      dry?: boolean
    }
    body: {
      "a-b": number
    }
    answer: string | null
  }
}
`,
  )
})

const cases: [string, Schema, string][] = [
  ['lists of alternatives', { type: 'array', items: { anyOf: [{ const: 'a' }, { type: 'null' }] } }, '("a" | null)[]'],
  [
    'lists of alternatives that end with an object',
    { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'object' }] } },
    '(string | Record<string, unknown>)[]',
  ],
  ['enumerations', { enum: ['a', 1] }, '"a" | 1'],
  ['records', { type: 'object', patternProperties: { '^.*$': { type: 'number' } } }, 'Record<string, number>'],
  ['free objects', { type: 'object' }, 'Record<string, unknown>'],
  ['anything', {}, 'unknown'],
]
for (const [what, schema, type] of cases) {
  test(`writes ${what}`, () => {
    assert.match(typesOf({ '/x': { get: answering(schema) } }), new RegExp(`answer: ${RegExp.escape(type)}\n`))
  })
}

test('writes a schema with a title once, and refuses two of one title', () => {
  const thing = { title: 'Thing', type: 'object', properties: { id: { type: 'string' } }, required: ['id'] }
  const paths = {
    '/things': { get: answering({ type: 'array', items: thing }) },
    '/things/{id}': { get: answering(thing) },
  }

  const text = typesOf(paths)

  assert.equal(text.split('export type Thing =').length, 2)
  assert.match(text, /answer: Thing\[\]/)
  const other = { ...thing, properties: { id: { type: 'integer' } } }
  assert.throws(
    () => typesOf({ ...paths, '/others': { get: answering(other) } }),
    /Two different schemas bear the title Thing/,
  )
})

test('follows references into the components', () => {
  const text = typesOf(
    { '/x': { get: answering({ $ref: '#/components/schemas/Thing' }) } },
    { schemas: { Thing: { properties: { a: {} } } } },
  )

  assert.match(text, /export type Thing = \{\n {2}a\?: unknown\n\}/)
})

test('leaves out what answers no JSON in the envelope, and knows what answers nothing', () => {
  const page = { responses: { 200: { content: { 'text/html': { schema: {} } } } } }

  const text = typesOf({ '/docs': { get: page }, '/x': { delete: { responses: { 204: {} } } } })

  assert.doesNotMatch(text, /docs/)
  assert.match(text, /'DELETE \/x': \{\n {4}answer: undefined/)
})
