/** The keywords of JSON Schema that requests are described with. */
export type Schema = {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: boolean | Schema
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  format?: string
  pattern?: string
  'x-expects'?: string
}

/** Says what a value of this schema must be, so that it reads on from "must be". */
export function describe(schema: Schema): string {
  if (schema['x-expects']) return schema['x-expects']
  if (schema.anyOf) return alternatives(schema.anyOf)
  if (schema.enum) return list(schema.enum.map((value) => JSON.stringify(value)))
  if ('const' in schema) return JSON.stringify(schema.const)
  const { type } = schema
  if (Array.isArray(type)) return alternatives(type.map((one) => ({ ...schema, type: one })))
  switch (type) {
    case 'string':
      return describeText(schema)
    case 'integer':
      return `a whole number${range(schema.minimum, schema.maximum)}`
    case 'number':
      return `a number${range(schema.minimum, schema.maximum)}`
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
    case 'array':
      return `a list${count(schema.minItems, schema.maxItems, 'item')}`
    case 'object':
      return 'an object'
    default:
      return 'another value'
  }
}

function describeText({ format, minLength, maxLength, pattern }: Schema): string {
  if (format && format in formats) return formats[format]!
  const length = count(minLength, maxLength, 'character')
  return pattern ? `text${length} that matches ${pattern}` : `text${length}`
}

const formats: Record<string, string> = {
  'date-time': 'a time such as 2026-01-31T09:30:00Z',
  date: 'a date such as 2026-01-31',
  email: 'an e-mail address',
  uri: 'a URL such as https://example.com/path',
  uuid: 'a UUID',
}

function alternatives(schemas: Schema[]): string {
  return list([...new Set(schemas.map(describe))])
}

function list(words: string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : (words[0] ?? 'another value')
}

function range(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`
  if (least !== undefined) return ` not less than ${least}`
  return most === undefined ? '' : ` not more than ${most}`
}

function count(least: number | undefined, most: number | undefined, unit: string): string {
  const units = (number: number) => `${number} ${unit}${number === 1 ? '' : 's'}`
  if (least !== undefined && most !== undefined) return ` of ${least} to ${units(most)}`
  if (least !== undefined) return ` of at least ${units(least)}`
  return most === undefined ? '' : ` of at most ${units(most)}`
}
