import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/schema'
import { Settings } from 'typebox/system'
import { lazily } from '../lib/lazily.ts'
import { describe, type Schema } from './describe.ts'
import { type Detail, invalid, invalidFields } from './errors.ts'
import { isStorable } from './json-body.ts'

type Part = 'body' | 'querystring' | 'params' | 'headers'
export type Fault = { keyword: string; schemaPath: string; instancePath: string; params: Record<string, unknown> }

/** Faults beyond these are not looked for, so that a body of a million wrong items costs no more than one. */
const maxFaults = 40

/**
 * Compiles the schema of one part of a request into a check that names each wrong field and says what it must be.
 * Only query strings are converted, since they have no other way to say a number. Compiled by the first request, since most routes of
 * most processes never have one.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = lazily(() => compile(schema, httpPart as Part))
  return (given: unknown) => check()(given)
}

function compile(schema: TSchema, part: Part): (given: unknown) => { value: unknown } | { error: Error } {
  Settings.Set({ maxErrors: maxFaults })
  const validator = Compile(schema)
  const convert = part === 'querystring' ? conversionOf(schema as Schema) : undefined
  const name = part === 'querystring' ? 'query' : part
  const isText = part === 'querystring' || part === 'params'
  return (given: unknown) => {
    const value = convert ? convert(given as Record<string, unknown>) : given
    if (isText) {
      for (const [key, text] of Object.entries(value as Record<string, unknown>)) {
        if (!isStorable(String(text))) return { error: invalid(`${name}.${printable(key)}`, 'has a null character') }
      }
    }
    if (validator.Check(value)) return { value }
    if (value === undefined || value === null)
      return { error: invalid(name, `is missing; send ${describe(schema as Schema)}`) }
    const [isFlawless, found] = validator.Errors(shortened(value))
    const faults = isFlawless ? validator.Errors(value)[1] : found
    return { error: invalidFields(detailsOf(schema as Schema, name, faults as Fault[])) }
  }
}

/** Naming faults takes far longer than finding that there are any, so a list of 200,000 wrong items is judged by its beginning. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, manyItems)
  if (typeof value !== 'object' || value === null) return value
  if (!Object.values(value).some((field) => Array.isArray(field) && field.length > manyItems)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, Array.isArray(field) ? field.slice(0, manyItems) : field]),
  )
}

/** One more than the longest list that any route takes, so that a list too long still is. */
const manyItems = 1_001

/** Makes numbers, booleans and defaults of a query string's texts; what does not read as one stays text, and is refused. */
function conversionOf({ properties = {} }: Schema): (query: Record<string, unknown>) => Record<string, unknown> {
  const entries = Object.entries(properties)
  return (query) => {
    const converted = { ...query }
    for (const [key, schema] of entries) {
      const text = query[key]
      if (text === undefined && 'default' in schema) converted[key] = schema.default
      if (typeof text !== 'string') continue
      if ((schema.type === 'integer' || schema.type === 'number') && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) {
        converted[key] = Number(text)
      } else if (schema.type === 'boolean' && (text === 'true' || text === 'false')) converted[key] = text === 'true'
    }
    return converted
  }
}

/** What is wrong, field by field: `name` is the field that the whole value stands in. */
export function detailsOf(schema: Schema, name: string, faults: Fault[]): Detail[] {
  const unions = faults.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  // A union says itself what it accepts; its branches speak only for what lies deeper in them.
  const isSaidByUnion = (fault: Fault) =>
    unions.some(
      (union) =>
        union !== fault &&
        fault.instancePath === union.instancePath &&
        fault.schemaPath.startsWith(`${union.schemaPath}/`),
    )
  const hasDeeper = (union: Fault) =>
    faults.some(
      (fault) =>
        fault.schemaPath.startsWith(`${union.schemaPath}/`) && fault.instancePath.length > union.instancePath.length,
    )
  const details = new Map<string, string>()
  for (const fault of faults) {
    if (isSaidByUnion(fault) || (unions.includes(fault) && hasDeeper(fault))) continue
    for (const { field, message } of detailsOfFault(schema, name, fault)) {
      if (!details.has(field)) details.set(field, message)
    }
  }
  return [...details].map(([field, message]) => ({ field, message }))
}

function detailsOfFault(root: Schema, name: string, fault: Fault): Detail[] {
  const at = schemaAt(root, fault.schemaPath)
  const field = fieldOf(name, fault.instancePath)
  switch (fault.keyword) {
    // Each unknown property also fails the schema `false`.
    case 'boolean':
      return []
    case 'required':
      return (fault.params.requiredProperties as string[]).map((property) => ({
        field: `${field}.${property}`,
        message: `is missing; give ${describe(at?.properties?.[property] ?? {})}`,
      }))
    case 'additionalProperties': {
      const known = Object.keys(at?.properties ?? {})
      return (fault.params.additionalProperties as string[]).map((property) => ({
        field: `${field}.${printable(property)}`,
        message:
          known.length > 0
            ? `is not known here; the fields are ${known.join(', ')}`
            : 'is not known here; leave it out',
      }))
    }
    case 'uniqueItems':
      return [{ field, message: 'must not have the same item twice' }]
    default:
      return [{ field, message: `must be ${describe(at ?? {})}` }]
  }
}

/** `/events/3/type` in the body becomes `body.events[3].type`. */
function fieldOf(name: string, instancePath: string): string {
  const steps = instancePath.split('/').slice(1).map(unescapePointer)
  return name + steps.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${printable(step)}`)).join('')
}

function schemaAt(root: Schema, schemaPath: string): Schema | undefined {
  let at: unknown = root
  for (const step of schemaPath.split('/').slice(1).map(unescapePointer)) {
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined
  }
  return at as Schema | undefined
}

const unescapePointer = (step: string) => step.replaceAll('~1', '/').replaceAll('~0', '~')

/** Names come from the caller and are repeated to them: short, and on one line. */
const printable = (name: string) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
  const clean = name.toWellFormed().replace(/[\u0000-\u001f\u007f]/g, '?')
  return clean.length > 80 ? `${clean.slice(0, 80)}…` : clean
}

/**
 * Closes every object of a schema that lists its properties, so that a misspelt field is refused rather than ignored.
 * Objects that say `additionalProperties` themselves stay as they are.
 */
export function closed<Value>(schema: Value): Value {
  if (Array.isArray(schema)) return schema.map(closed) as Value
  if (typeof schema !== 'object' || schema === null) return schema
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    result[key] = isData.has(key) ? value : closed(value)
  }
  const isPart = 'allOf' in schema || 'patternProperties' in schema
  if (result.type === 'object' && 'properties' in result && !('additionalProperties' in result) && !isPart) {
    result.additionalProperties = false
  }
  return result as Value
}

/** Keywords whose values are data rather than schemas. */
const isData = new Set(['const', 'enum', 'default', 'examples', 'example', 'required'])
