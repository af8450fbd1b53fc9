/** A form made of a JSON Schema: which fields there are, what they hold while a person types, and the value that comes of it. */

export type Schema = Record<string, unknown> & {
  type?: string | string[]
  title?: string
  description?: string
  default?: unknown
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  format?: string
  maxLength?: number
  patternProperties?: Record<string, Schema>
}

type Kind =
  | 'text'
  | 'longText'
  | 'secret'
  | 'number'
  | 'checkbox'
  | 'choice'
  | 'time'
  | 'list'
  | 'pairs'
  | 'group'
  | 'json'

export type FormField = {
  name: string
  title: string
  description: string | undefined
  isRequired: boolean
  kind: Kind
  choices: { value: string; label: string }[]
  /** Of a list: whether its items are numbers. */
  isNumeric: boolean
  /** Of a group. */
  fields: FormField[]
  initial: unknown
}

/** What fields hold: text of most, a list of texts, rows of pairs, a group's own values. */
export type FormValue = string | boolean | string[] | Pair[] | FormValues
export type FormValues = { [name: string]: FormValue }
export type Pair = { name: string; value: string }

/** The fields of a form for an object's schema; with `allSecret` each is asked for as a password is. */
export function fieldsOf(schema: object | null | undefined, { allSecret = false } = {}): FormField[] {
  const { properties = {}, required = [] } = (schema ?? {}) as Schema
  return Object.entries(properties).map(([name, given]) => {
    const property = withoutNull(given)
    const choices = choicesOf(property)
    const isSecret = allSecret || property.encrypted === true
    const kind = isSecret ? 'secret' : choices.length > 0 ? 'choice' : kindOf(property)
    return {
      name,
      title: property.title ?? inWords(name),
      description: property.description,
      isRequired: required.includes(name) && property.default === undefined,
      kind,
      choices,
      isNumeric: ['integer', 'number'].includes(String(property.items?.type)),
      fields: kind === 'group' ? fieldsOf(property) : [],
      initial: property.default,
    }
  })
}

/** What the fields hold at first: the values that are there, or what the schema says, or nothing. */
export const initialValues = (fields: FormField[], values: Record<string, unknown> = {}): FormValues =>
  Object.fromEntries(fields.map((field) => [field.name, initialOf(field, values[field.name] ?? field.initial)]))

function initialOf({ kind, fields }: FormField, value: unknown): FormValue {
  if (kind === 'checkbox') return value === true
  if (kind === 'list') return Array.isArray(value) ? value.map(String) : []
  if (kind === 'pairs')
    return Object.entries((value as object | undefined) ?? {}).map(([name, text]) => ({ name, value: String(text) }))
  if (kind === 'group') return initialValues(fields, (value ?? {}) as Record<string, unknown>)
  if (value === undefined || value === null || kind === 'secret') return ''
  return kind === 'json' && typeof value !== 'string' ? JSON.stringify(value, null, 2) : String(value)
}

/** The value that the fields make. What is empty is left out; what does not fit stays as it is, for the hub to name. */
export function readValues(fields: FormField[], values: FormValues): Record<string, unknown> {
  const entries = fields
    .map((field): [string, unknown] => [field.name, readField(field, values[field.name])])
    .filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries)
}

function readField(field: FormField, value: FormValue | undefined): unknown {
  const { kind, fields, isNumeric } = field
  if (value === undefined) return undefined
  // Unchecked says no only where the schema says yes.
  if (kind === 'checkbox') return value === true || (field.initial === true ? false : undefined)
  if (kind === 'list') {
    const items = ((value ?? []) as string[]).map((item) => (isNumeric ? numberOf(item) : item))
    return items.length > 0 ? items : undefined
  }
  if (kind === 'pairs') {
    const rows = ((value ?? []) as Pair[]).filter(({ name }) => name.trim() !== '')
    return rows.length > 0 ? Object.fromEntries(rows.map((row) => [row.name.trim(), row.value.trim()])) : undefined
  }
  if (kind === 'group') {
    const made = readValues(fields, (value ?? {}) as FormValues)
    return Object.keys(made).length > 0 || field.isRequired ? made : undefined
  }
  const text = String(value ?? '').trim()
  if (text === '') return undefined
  if (kind === 'number') return numberOf(text)
  if (kind === 'time') return Number.isNaN(Date.parse(text)) ? text : new Date(text).toISOString()
  if (kind === 'json') return parsed(text)
  return text
}

/**
 * The settings to change: what the fields make, and null for what was there and is empty now. Secrets left empty stay.
 */
export function readChanges(
  fields: FormField[],
  values: FormValues,
  before: Record<string, unknown>,
): Record<string, unknown> {
  const made = readValues(fields, values)
  const cleared = fields
    .filter(({ name, kind }) => kind !== 'secret' && made[name] === undefined && before[name] !== undefined)
    .map(({ name }): [string, null] => [name, null])
  return { ...made, ...Object.fromEntries(cleared) }
}

function numberOf(text: string): unknown {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function kindOf({ type, items, format, properties, patternProperties, maxLength }: Schema): Kind {
  if (type === 'string') return format === 'date-time' ? 'time' : (maxLength ?? 0) > 2_000 ? 'longText' : 'text'
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'boolean') return 'checkbox'
  if (type === 'array') return ['string', 'integer', 'number'].includes(String(items?.type)) ? 'list' : 'json'
  if (properties && Object.keys(properties).length > 0) return 'group'
  const values = Object.values(patternProperties ?? {})
  return values.length > 0 && values.every((value) => value.type === 'string') ? 'pairs' : 'json'
}

/** A field that may also be null is one that may be left empty. */
function withoutNull(schema: Schema): Schema {
  const others = schema.anyOf?.filter(({ type }) => type !== 'null')
  return others && others.length === 1 && others.length < schema.anyOf!.length ? others[0]! : schema
}

function choicesOf({ enum: values, anyOf }: Schema): FormField['choices'] {
  const given: Schema[] = values?.map((value) => ({ const: value })) ?? anyOf ?? []
  if (given.length === 0 || !given.every((choice) => typeof choice.const === 'string')) return []
  return given.map((choice) => ({ value: String(choice.const), label: choice.title ?? inWords(String(choice.const)) }))
}

/** `business_hours` and `businessHours` → "Business hours". */
export function inWords(name: string): string {
  const words = name
    .replaceAll(/[_-]+/g, ' ')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
