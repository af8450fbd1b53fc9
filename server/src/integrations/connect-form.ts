import { isEncrypted } from '../kit/auth.ts'

/** One field of a form, as a JSON Schema describes it. */
export type FormField = {
  name: string
  title: string
  description: string | undefined
  isRequired: boolean
  kind: 'text' | 'secret' | 'number' | 'checkbox' | 'choice' | 'lines' | 'json'
  options: { value: string; title: string }[]
  initial: unknown
}

type Schema = Record<string, unknown> & { properties?: Record<string, Schema>; required?: string[] }

/** The fields of a form for an object's schema. With `allSecret` every field is asked for as a password is. */
export function fieldsOf(schema: object, { allSecret = false } = {}): FormField[] {
  const { properties = {}, required = [] } = schema as Schema
  return Object.entries(properties).map(([name, property]) => {
    const options = optionsOf(property)
    const isSecret = allSecret || isEncrypted(property)
    return {
      name,
      title: typeof property.title === 'string' ? property.title : inWords(name),
      description: typeof property.description === 'string' ? property.description : undefined,
      isRequired: required.includes(name) && property.default === undefined,
      kind: isSecret ? 'secret' : options.length > 0 ? 'choice' : kindOf(property),
      options,
      initial: property.default,
    }
  })
}

/** Reads what a person entered. Empty fields are left out, and what does not fit stays as it is, for validation to name. */
export function readForm(fields: FormField[], prefix: string, form: URLSearchParams): Record<string, unknown> {
  const entries = fields.flatMap((field): [string, unknown][] => {
    const text = (form.get(`${prefix}.${field.name}`) ?? '').replaceAll('\r\n', '\n').trim()
    if (field.kind === 'checkbox') return [[field.name, text !== '']]
    if (text === '') return []
    return [[field.name, entered(field, text)]]
  })
  return Object.fromEntries(entries)
}

function entered({ kind }: FormField, text: string): unknown {
  if (kind === 'number') return Number.isNaN(Number(text)) ? text : Number(text)
  if (kind === 'lines')
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  if (kind === 'json') {
    try {
      return JSON.parse(text) as unknown
    } catch {
      return text
    }
  }
  return text
}

/** How a value stands in its field. */
export function textOf({ kind }: FormField, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (kind === 'lines' && Array.isArray(value)) return value.join('\n')
  return kind === 'json' && typeof value !== 'string' ? JSON.stringify(value, null, 2) : String(value)
}

function kindOf({ type, items }: Schema): FormField['kind'] {
  if (type === 'string') return 'text'
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'boolean') return 'checkbox'
  return type === 'array' && (items as Schema | undefined)?.type === 'string' ? 'lines' : 'json'
}

function optionsOf({ enum: values, anyOf }: Schema): FormField['options'] {
  const given = Array.isArray(values) ? values.map((value) => ({ const: value as unknown })) : anyOf
  if (!Array.isArray(given)) return []
  const choices = given as { const?: unknown; title?: unknown }[]
  if (!choices.every((choice) => typeof choice.const === 'string')) return []
  return choices.map((choice) => ({
    value: String(choice.const),
    title: typeof choice.title === 'string' ? choice.title : inWords(String(choice.const)),
  }))
}

/** `business_hours` and `businessHours` → "Business hours". */
function inWords(name: string): string {
  const words = name
    .replaceAll(/[_-]+/g, ' ')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
