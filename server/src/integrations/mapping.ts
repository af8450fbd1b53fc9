import { type Detail, invalidFields } from '../api/errors.ts'

/** What a mapping reads from. */
export type MappedEvent = { id: string; type: string; occurredAt: string; payload: unknown }

/** Makes the input of an operation out of an event. What is not there is left out. Never throws. */
export type CompiledMapping = (event: MappedEvent) => Record<string, unknown>

type Part = { make(event: MappedEvent): unknown }

const maxBytes = 16 * 1_024
const maxDepth = 8
const maxParts = 300
const maxSteps = 16
const keywords = ['$path', '$default', '$value', '$template']

/**
 * Compiles a mapping: an object of input fields. A text that starts with `$.` is a path in the event (`$.payload.email`,
 * `$.payload.items[0].name`); `{ $path, $default }` is a path with what to use where nothing is there; `{ $template }` is a text
 * with paths in braces (`Call of {$.payload.startedAt}`); `{ $value }` is taken as it stands; so is everything else.
 * @throws ApiError VALIDATION_FAILED naming each part that is wrong
 */
export function compileMapping(mapping: Record<string, unknown>, field = 'body.mapping'): CompiledMapping {
  if (JSON.stringify(mapping).length > maxBytes)
    throw invalidFields([{ field, message: `is larger than ${maxBytes} bytes` }])
  const details: Detail[] = []
  const compiled = compileObject(mapping, field, { details, left: maxParts, depth: 0 })
  if (details.length > 0) throw invalidFields(details)
  return (event) => compiled.make(event) as Record<string, unknown>
}

/** Answers the parts of a mapping that are the same for every event, as an input would have them; the others are `unknownPart`. */
export const unknownPart = Symbol('depends on the event')
export function constantsOf(value: unknown): unknown {
  if (typeof value === 'string') return isPath(value) ? unknownPart : value
  if (Array.isArray(value)) return value.map(constantsOf)
  if (!isObject(value)) return value
  if (Object.hasOwn(value, '$value')) return value.$value
  if (keywords.some((name) => Object.hasOwn(value, name))) return unknownPart
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, constantsOf(part)]))
}

type Compiling = { details: Detail[]; left: number; depth: number }

function compile(value: unknown, field: string, given: Compiling): Part {
  given.left -= 1
  const faulty = (message: string): Part => {
    given.details.push({ field, message })
    return constant(undefined)
  }
  if (given.left === 0) return faulty(`is one part too many; a mapping can have ${maxParts}`)
  if (given.left < 0) return constant(undefined)
  if (typeof value === 'string') return isPath(value) ? path(value, faulty) : constant(value)
  if (typeof value !== 'object' || value === null) return constant(value)
  if (given.depth >= maxDepth) return faulty(`is nested deeper than ${maxDepth} levels`)
  const deeper = { ...given, depth: given.depth + 1 }
  const part = Array.isArray(value)
    ? compileList(value, field, deeper)
    : (compileSpecial(value as Record<string, unknown>, faulty) ??
      compileObject(value as Record<string, unknown>, field, deeper))
  given.left = deeper.left
  return part
}

function compileSpecial(value: Record<string, unknown>, faulty: (message: string) => Part): Part | undefined {
  const names = Object.keys(value).filter((name) => name.startsWith('$'))
  if (names.length === 0) return undefined
  const only = (...allowed: string[]) => Object.keys(value).every((name) => allowed.includes(name))
  const { $path, $default, $template } = value
  if (Object.hasOwn(value, '$value') && only('$value')) return constant(value.$value)
  if (typeof $path === 'string' && only('$path', '$default')) {
    const found = path($path, faulty)
    return { make: (event) => found.make(event) ?? $default }
  }
  if (typeof $template === 'string' && only('$template')) return template($template, faulty)
  return faulty('must be { "$path": "$.…", "$default": … }, { "$template": "…" } or { "$value": … }')
}

function compileObject(value: Record<string, unknown>, field: string, given: Compiling): Part {
  const parts = Object.entries(value).map(([name, part]): [string, Part] => [
    name,
    compile(part, `${field}.${name}`, given),
  ])
  return {
    make(event) {
      const made: Record<string, unknown> = Object.create(null)
      for (const [name, part] of parts) {
        const field = part.make(event)
        if (field !== undefined) made[name] = field
      }
      return { ...made }
    },
  }
}

function compileList(value: unknown[], field: string, given: Compiling): Part {
  const parts = value.map((part, index) => compile(part, `${field}[${index}]`, given))
  return { make: (event) => parts.map((part) => part.make(event)).filter((item) => item !== undefined) }
}

const constant = (value: unknown): Part => ({ make: () => value })

function path(text: string, faulty: (message: string) => Part): Part {
  const steps = stepsOf(text)
  if (!steps) return faulty('is not a path; write $.payload and names joined by dots, such as $.payload.lead.email')
  if (steps.length > maxSteps) return faulty(`has more than ${maxSteps} steps`)
  if (!['id', 'type', 'occurredAt', 'payload'].includes(steps[0]!))
    return faulty('must start with $.payload, $.id, $.type or $.occurredAt')
  return { make: (event) => reach(event, steps) }
}

function template(text: string, faulty: (message: string) => Part): Part {
  const parts = text
    .split(/\{(\$\.[^{}]*)\}/)
    .map((part, index) => (index % 2 === 0 ? constant(part) : path(part, faulty)))
  return { make: (event) => parts.map((part) => textOf(part.make(event))).join('') }
}

const textOf = (value: unknown): string => {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const isPath = (text: string): boolean => text.startsWith('$.')
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `$.payload.items[0]["odd name"]` as its steps; undefined where it is none. */
function stepsOf(text: string): string[] | undefined {
  const steps: string[] = []
  const step = /\.([\p{L}\p{N}_-]+)|\[(\d{1,9})\]|\["([^"\\]{1,100})"\]/uy
  step.lastIndex = 1
  while (step.lastIndex < text.length) {
    const found = step.exec(text)
    if (!found) return undefined
    steps.push((found[1] ?? found[2] ?? found[3])!)
  }
  return steps.length > 0 ? steps : undefined
}

function reach(event: MappedEvent, steps: string[]): unknown {
  let at: unknown = event
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string, unknown>)[step]
  }
  // Null from a publisher mostly means that it does not know.
  return at ?? undefined
}
