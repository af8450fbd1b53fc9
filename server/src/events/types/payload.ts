/** A JSON Schema (2020-12), as the catalogue and the API carry it. */
export type JsonSchema = { [keyword: string]: unknown }

/** An entry of the catalogue. */
export type EventType = {
  name: string
  description: string
  /** What payloads must look like; null accepts any. */
  schema: JsonSchema | null
  example: unknown
}

type Field = JsonSchema & { type: string }

/*
 * Pieces of which payload schemas are made. Lengths are bounded where a value is a key or an address, and free where it is prose.
 */
export const text = (description?: string): Field => ({ type: 'string', ...(description ? { description } : {}) })
export const email: Field = { type: 'string', format: 'email', maxLength: 320 }
export const time = (description?: string): Field => ({
  type: 'string',
  format: 'date-time',
  ...(description ? { description } : {}),
})
export const url: Field = { type: 'string', format: 'uri', maxLength: 2_048 }
export const number = (description?: string): Field => ({ type: 'number', ...(description ? { description } : {}) })
export const count = (description?: string): Field => ({
  type: 'integer',
  minimum: 0,
  ...(description ? { description } : {}),
})
export const oneOf = (...values: string[]): Field => ({ type: 'string', enum: values })
export const list = (items: JsonSchema): Field => ({ type: 'array', items })
export const record = (description?: string): Field => ({ type: 'object', ...(description ? { description } : {}) })

/**
 * An object of known fields. Fields that are not named are welcome, and those that are not required may also be null: a
 * publisher often has more to say than we know, and often sends null for what it does not know.
 */
export function payload(fields: Record<string, Field>, required: string[] = []): Field {
  const properties = Object.entries(fields).map(([name, field]) => [
    name,
    required.includes(name) ? field : nullable(field),
  ])
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
  }
}

const nullable = ({ type, enum: values, ...rest }: Field): JsonSchema => ({
  type: [type, 'null'],
  ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
  ...rest,
})
