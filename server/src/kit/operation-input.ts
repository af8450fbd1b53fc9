import { Compile, type Validator } from 'typebox/schema'
import type { OperationName } from './capabilities.ts'
import { operations } from './operations.ts'
import type { OperationInput } from './result.ts'

export type InputFault = { field: string; message: string }
export type ParsedInput<Name extends OperationName> =
  | { ok: true; input: OperationInput<Name> }
  | { ok: false; details: InputFault[] }

/**
 * Reads an operation's input from JSON: checks it against the operation's schema, and turns points in time into dates and base64 into bytes. Answers what is
 * wrong field by field (`input.email`), and never throws for what a caller sent.
 */
export function parseOperationInput<Name extends OperationName>(name: Name, json: unknown): ParsedInput<Name> {
  const { input: schema } = operations[name]
  const given = json ?? {}
  const validator = validatorOf(name)
  if (!validator.Check(given)) return { ok: false, details: detailsOf(validator.Errors(given)[1] as Fault[]) }
  const input = withValues(schema as unknown as Schema, given) as OperationInput<Name>
  const problems = problemsOf(name, input)
  return problems.length > 0 ? { ok: false, details: problems } : { ok: true, input }
}

type Fault = { keyword: string; instancePath: string; message: string; params: Record<string, unknown> }
type Schema = {
  format?: string
  contentEncoding?: string
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
}

const validators = new Map<OperationName, Validator>()

function validatorOf(name: OperationName): Validator {
  const known = validators.get(name) ?? Compile(operations[name].input)
  validators.set(name, known as Validator)
  return known as Validator
}

function detailsOf(faults: Fault[]): InputFault[] {
  const details = faults.flatMap(({ keyword, instancePath, message, params }): InputFault[] => {
    const place = ['input', ...instancePath.split('/').slice(1)].join('.')
    if (keyword === 'required') {
      return (params.requiredProperties as string[]).map((field) => ({
        field: `${place}.${field}`,
        message: 'is missing',
      }))
    }
    if (keyword === 'additionalProperties') {
      const fields = params.additionalProperties as string[]
      return fields.map((field) => ({
        field: `${place}.${field.slice(0, 100)}`,
        message: 'is not a field of this operation',
      }))
    }
    if (keyword === 'boolean' || keyword === 'anyOf') return faults.length === 1 ? [{ field: place, message }] : []
    return [{ field: place, message }]
  })
  const unique = new Map(details.map((detail) => [`${detail.field} ${detail.message}`, detail]))
  const found = [...unique.values()].slice(0, 40)
  return found.length > 0 ? found : [{ field: 'input', message: 'does not match the operation' }]
}

/** What no schema of a single field can say. */
function problemsOf(name: OperationName, input: unknown): InputFault[] {
  const { email, phone, startsAt, endsAt, from, to, html, text } = input as Record<string, unknown>
  if (name === 'contacts.find' && email === undefined && phone === undefined) {
    return [{ field: 'input', message: 'needs an email or a phone' }]
  }
  if (name === 'messaging.sendEmail' && html === undefined && text === undefined) {
    return [{ field: 'input', message: 'needs html or text' }]
  }
  if (name.startsWith('calendar.')) {
    if (startsAt instanceof Date && endsAt instanceof Date && endsAt <= startsAt) {
      return [{ field: 'input.endsAt', message: 'must be after startsAt' }]
    }
    if (from instanceof Date && to instanceof Date && to <= from)
      return [{ field: 'input.to', message: 'must be after from' }]
    return timezoneProblems((input as { timezone?: unknown }).timezone)
  }
  return []
}

function timezoneProblems(timezone: unknown): InputFault[] {
  if (typeof timezone !== 'string') return []
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
    return []
  } catch {
    return [{ field: 'input.timezone', message: 'must be an IANA name such as Europe/Berlin' }]
  }
}

/** A copy in which what the schema calls `date-time` is a date, and what it calls base64 is bytes. */
function withValues(schema: Schema, value: unknown): unknown {
  if (schema.format === 'date-time') return typeof value === 'string' ? new Date(value) : value
  if (schema.contentEncoding === 'base64') return typeof value === 'string' ? Buffer.from(value, 'base64') : value
  if (schema.anyOf) {
    const found = schema.anyOf.find(({ format, properties }) =>
      format === undefined ? fits(properties, value) : typeof value === 'string',
    )
    return found ? withValues(found, value) : value
  }
  if (Array.isArray(value)) {
    const { items } = schema
    return items ? value.map((item) => withValues(items, item)) : value
  }
  const { properties } = schema
  if (!properties || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      const own = Object.hasOwn(properties, name) ? properties[name] : undefined
      return [name, own ? withValues(own, field) : field]
    }),
  )
}

/** The branch of a union whose names these are; unions of operations differ in their fields. */
const fits = (properties: Record<string, Schema> | undefined, value: unknown): boolean =>
  properties !== undefined &&
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).every((name) => Object.hasOwn(properties, name))
