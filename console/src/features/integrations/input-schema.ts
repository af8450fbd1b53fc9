import type { Schema } from '../../lib/schema-form.ts'

/** The input of an operation as one object: where it may be one of several, the fields of all, none of them required. */
export function inputSchemaOf(input: Record<string, unknown>): Schema {
  const { anyOf } = input as Schema
  if (!anyOf) return input as Schema
  return {
    type: 'object',
    properties: Object.assign({}, ...anyOf.map(({ properties }) => properties ?? {})) as Record<string, Schema>,
  }
}
