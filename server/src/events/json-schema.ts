import { Compile } from 'typebox/schema'
import type { Detail } from '../api/errors.ts'
import { detailsOf } from '../api/validation.ts'
import type { JsonSchema } from './types/payload.ts'

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const one = [
  'items',
  'contains',
  'additionalProperties',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'unevaluatedProperties',
  'unevaluatedItems',
]
const several = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const named = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']

/** Keywords that would change what others mean or hide schemas from the checks below, and what to use in their place. */
const unsupported: Record<string, string> = {
  ...Object.fromEntries(
    ['$dynamicRef', '$recursiveRef', '$id', '$anchor', '$dynamicAnchor'].map((keyword) => [
      keyword,
      'refer to #/$defs/… with $ref',
    ]),
  ),
  dependencies: 'use dependentSchemas and dependentRequired',
  additionalItems: 'use prefixItems and items',
}

const maxSchemas = 1_000
const maxBytes = 32 * 1_024

const schemaRef = { $ref: '#/$defs/schema' }
const nonNegative = { type: 'integer', minimum: 0 }
const types = {
  enum: ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer'],
  'x-expects': 'the name of a JSON type',
}
const strings = { type: 'array', items: { type: 'string' } }

/** What a schema must look like: the keywords that are understood, with values that make sense. Others are annotations. */
const metaSchema: JsonSchema = {
  $ref: '#/$defs/schema',
  $defs: {
    schema: {
      type: ['object', 'boolean'],
      'x-expects': 'a JSON Schema: an object, true or false',
      properties: {
        ...Object.fromEntries(one.map((keyword) => [keyword, schemaRef])),
        ...Object.fromEntries(several.map((keyword) => [keyword, { type: 'array', minItems: 1, items: schemaRef }])),
        ...Object.fromEntries(named.map((keyword) => [keyword, { type: 'object', additionalProperties: schemaRef }])),
        type: { anyOf: [types, { type: 'array', minItems: 1, items: types }] },
        enum: { type: 'array', minItems: 1 },
        required: strings,
        dependentRequired: { type: 'object', additionalProperties: strings },
        ...Object.fromEntries(
          [
            'minLength',
            'maxLength',
            'minItems',
            'maxItems',
            'minProperties',
            'maxProperties',
            'minContains',
            'maxContains',
          ].map((keyword) => [keyword, nonNegative]),
        ),
        ...Object.fromEntries(
          ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].map((keyword) => [
            keyword,
            { type: 'number' },
          ]),
        ),
        multipleOf: { type: 'number', exclusiveMinimum: 0, 'x-expects': 'a number greater than 0' },
        uniqueItems: { type: 'boolean' },
        pattern: { type: 'string' },
        format: { type: 'string' },
        $ref: { type: 'string' },
        title: { type: 'string' },
        description: { type: 'string' },
      },
    },
  },
}
const validator = Compile(metaSchema)

/** Answers what is wrong with a schema that a tenant wrote, each fault under `field`; an empty list when nothing is. */
export function problemsOfSchema(schema: JsonSchema, field: string): Detail[] {
  if (JSON.stringify(schema).length > maxBytes) return [{ field, message: `is larger than ${maxBytes} bytes` }]
  if (!validator.Check(schema)) {
    const details = detailsOf(metaSchema, field, validator.Errors(schema)[1])
    return details.length > 0 ? details : [{ field, message: 'is not a JSON Schema' }]
  }
  if (countSchemas(schema) > maxSchemas) return [{ field, message: `has more than ${maxSchemas} schemas in it` }]
  const details: Detail[] = []
  const parts = new Set<unknown>([true, false])
  walk(schema, field, (part) => parts.add(part))
  walk(schema, field, (part, place) => {
    for (const [keyword, instead] of Object.entries(unsupported)) {
      if (Object.hasOwn(part, keyword))
        details.push({ field: `${place}.${keyword}`, message: `is not supported; ${instead}` })
    }
    if (typeof part.$ref === 'string' && !parts.has(resolve(schema, part.$ref))) {
      details.push({
        field: `${place}.$ref`,
        message: 'must point to a schema within this one, such as #/$defs/address',
      })
    }
    if (typeof part.pattern === 'string' && !isPattern(part.pattern)) {
      details.push({ field: `${place}.pattern`, message: 'is not a valid regular expression' })
    }
    for (const pattern of Object.keys((part.patternProperties as object | undefined) ?? {})) {
      if (!isPattern(pattern))
        details.push({
          field: `${place}.patternProperties`,
          message: 'has a name that is not a valid regular expression',
        })
    }
  })
  return details
}

/** Answers whether checking a payload may cost more than the sizes of schema and payload suggest. */
export function isCostly(schema: JsonSchema): boolean {
  let costly = false
  walk(schema, '', (part) => {
    if ('pattern' in part || 'patternProperties' in part || '$ref' in part || 'uniqueItems' in part) costly = true
  })
  return costly
}

/** Counts a schema and those within it. */
export function countSchemas(schema: JsonSchema): number {
  let count = 0
  walk(schema, '', () => {
    count += 1
  })
  return count
}

function walk(schema: unknown, place: string, visit: (schema: JsonSchema, place: string) => void): void {
  if (!isObject(schema)) return
  visit(schema, place)
  for (const keyword of one) walk(schema[keyword], `${place}.${keyword}`, visit)
  for (const keyword of several) {
    const parts = schema[keyword]
    if (Array.isArray(parts))
      for (const [index, part] of parts.entries()) walk(part, `${place}.${keyword}[${index}]`, visit)
  }
  for (const keyword of named) {
    const parts = schema[keyword]
    if (isObject(parts))
      for (const [name, part] of Object.entries(parts)) walk(part, `${place}.${keyword}.${name}`, visit)
  }
}

function resolve(root: JsonSchema, reference: string): unknown {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let at: unknown = root
  for (const step of reference.slice(2).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    at = isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined
  }
  return at
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
