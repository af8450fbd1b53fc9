import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/schema'
import { type Failure, FailureError, type Fault } from './emulator.ts'
import { own } from './own.ts'

type Part = (Failure & { kind: 'invalid' })['part']
type Schema = {
  type?: string
  properties?: { [name: string]: Schema }
  items?: Schema
  anyOf?: Schema[]
  const?: unknown
  additionalProperties?: unknown
}

/** Compiles a schema into a check that says field by field what is wrong. Texts of forms and queries become what the schema wants. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const part = httpPart as Part
  const validator = Compile(schema)
  return (given: unknown) => {
    const isText = part === 'querystring' || (part === 'body' && isForm(given))
    const value = isText ? convert(schema as Schema, given) : given
    if (validator.Check(value)) return { value }
    const [, faults] = validator.Errors(value ?? null)
    return { error: new FailureError({ kind: 'invalid', part, faults: faults.flatMap(faultsOf) }) }
  }
}

const forms = new WeakSet<object>()
/** Marks a parsed body as one that had only texts. */
export function markForm<T extends object>(value: T): T {
  forms.add(value)
  return value
}
const isForm = (value: unknown): boolean => typeof value === 'object' && value !== null && forms.has(value)

type Found = { keyword: string; instancePath: string; message: string; params: object }

function faultsOf({ keyword, instancePath, message, params }: Found): Fault[] {
  const at = instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const pathOf = (...more: string[]) => [...at, ...more].join('.')
  const named = params as { requiredProperties?: string[]; additionalProperties?: string[] }
  switch (keyword) {
    // Each unknown property fails the schema `false` as well.
    case 'boolean':
      return []
    case 'required':
      return (named.requiredProperties ?? []).map((name) => ({ path: pathOf(name), keyword, message: 'is required' }))
    case 'additionalProperties':
      return (named.additionalProperties ?? []).map((name) => ({ path: pathOf(name), keyword, message: 'is unknown' }))
    default:
      return [{ path: pathOf(), keyword, message }]
  }
}

function convert(schema: Schema, value: unknown): unknown {
  if (typeof value === 'string') return convertText(schema, value)
  if (Array.isArray(value)) return schema.items ? value.map((item) => convert(schema.items!, item)) : value
  if (typeof value !== 'object' || value === null) return value
  const shape = schema.properties ?? schema.anyOf?.find((branch) => branch.properties)?.properties ?? {}
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const wanted = own(shape, name)
      // A parameter that may repeat came once.
      if (wanted?.type === 'array' && typeof inner === 'string') return [name, [convert(wanted.items ?? {}, inner)]]
      return [name, wanted ? convert(wanted, inner) : inner]
    }),
  )
}

function convertText(schema: Schema, text: string): unknown {
  const types = [schema.type, ...(schema.anyOf ?? []).map(({ type }) => type)]
  if ((types.includes('integer') || types.includes('number')) && /^-?\d{1,15}(\.\d{1,15})?$/.test(text))
    return Number(text)
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

const isData = new Set(['const', 'enum', 'default', 'examples', 'example', 'required'])

/** Closes every object of a schema that lists its properties and does not say otherwise, so that an unknown field is refused. */
export function closed<Value>(schema: Value): Value {
  if (Array.isArray(schema)) return schema.map(closed) as Value
  if (typeof schema !== 'object' || schema === null) return schema
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) result[key] = isData.has(key) ? value : closed(value)
  const isPart = 'allOf' in schema || 'patternProperties' in schema
  if (result.type === 'object' && 'properties' in result && !('additionalProperties' in result) && !isPart) {
    result.additionalProperties = false
  }
  return result as Value
}
