import type { Detail } from '../api/errors.ts'
import type { OperationName } from '../kit/capabilities.ts'
import { operations } from '../kit/operations.ts'
import { plain } from '../templates/plain.ts'
import { constantsOf, unknownPart } from './mapping.ts'
import { faultsOf } from './validation.ts'

type Schema = {
  type?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
}

/**
 * What can be said against a mapping before there is an event: fields that the operation does not have, fields that it needs and the
 * mapping leaves out, and constants that do not fit. What paths find is judged when there is an event.
 */
export const faultsOfMapping = (name: OperationName, mapping: Record<string, unknown>): Detail[] =>
  compare(plain(operations[name].input) as Schema, constantsOf(mapping), 'body.mapping')

function compare(schema: Schema, part: unknown, field: string): Detail[] {
  if (part === unknownPart) return []
  // One of several forms: what is wrong with it depends on which is meant.
  if (schema.anyOf) return dependsOnEvent(part) ? [] : faultsOf(schema, part, field)
  if (Array.isArray(part) && schema.items)
    return part.flatMap((item, at) => compare(schema.items!, item, `${field}[${at}]`))
  if (!isObject(part) || !schema.properties) return dependsOnEvent(part) ? [] : faultsOf(schema, part, field)
  const { properties, required = [] } = schema
  const known = Object.keys(properties)
  return [
    ...Object.keys(part)
      .filter((name) => !Object.hasOwn(properties, name))
      .map((name) => ({
        field: `${field}.${name}`,
        message: `is not a field here; the fields are ${known.join(', ')}`,
      })),
    ...required
      .filter((name) => !Object.hasOwn(part, name))
      .map((name) => ({ field: `${field}.${name}`, message: 'is missing; the operation needs it' })),
    ...Object.entries(part).flatMap(([name, value]) =>
      Object.hasOwn(properties, name) ? compare(properties[name]!, value, `${field}.${name}`) : [],
    ),
  ]
}

function dependsOnEvent(part: unknown): boolean {
  if (part === unknownPart) return true
  if (Array.isArray(part)) return part.some(dependsOnEvent)
  return isObject(part) && Object.values(part).some(dependsOnEvent)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
