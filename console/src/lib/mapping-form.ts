import type { FormField } from './schema-form.ts'

/** A mapping as a person edits it: for each field of an operation's input (`address.city` of a group), where its value comes from. */
export type Sources = Record<string, string>

export type MappedField = { name: string; title: string; isRequired: boolean; kind: FormField['kind'] }

/** The fields that a mapping can fill; those of groups by themselves. */
export const mappedFields = (fields: FormField[]): MappedField[] =>
  fields.flatMap(({ name, title, isRequired, kind, fields: inner }) =>
    kind === 'group'
      ? mappedFields(inner).map((field) => ({
          ...field,
          name: `${name}.${field.name}`,
          title: `${title}: ${field.title}`,
          isRequired: field.isRequired && isRequired,
        }))
      : [{ name, title, isRequired, kind }],
  )

/**
 * Makes the mapping of what was entered: `$.payload.email` is a path in the event, a text with `{$.payload.name}` in it a template,
 * JSON stands for itself, everything else is a constant.
 */
export function mappingOf(fields: MappedField[], sources: Sources): Record<string, unknown> {
  const mapping: Record<string, unknown> = {}
  for (const { name, kind } of fields) {
    const source = sources[name]?.trim()
    if (source) place(mapping, name.split('.'), partOf(source, kind))
  }
  return mapping
}

/** The inverse of `mappingOf`. */
export function sourcesOf(fields: MappedField[], mapping: Record<string, unknown>): Sources {
  const entries = fields
    .map(({ name }): [string, unknown] => [name, reach(mapping, name.split('.'))])
    .filter(([, part]) => part !== undefined)
  return Object.fromEntries(entries.map(([name, part]) => [name, sourceOf(part)]))
}

/** A first mapping: what the event calls by the same name as the operation does. */
export function suggestedSources(fields: MappedField[], example: unknown): Sources {
  const paths = pathsOf(example)
  const suggestions = fields.flatMap(({ name }): [string, string][] => {
    const wanted = name.split('.').at(-1)!.toLowerCase()
    const found = paths.find((path) => path.split('.').at(-1)!.toLowerCase() === wanted)
    return found ? [[name, found]] : []
  })
  return Object.fromEntries(suggestions)
}

const deepest = 4
const mostPaths = 200

/** The paths in an event with this payload, as a mapping writes them. */
export function pathsOf(payload: unknown): string[] {
  const paths: string[] = []
  const walk = (value: unknown, path: string, depth: number): void => {
    if (paths.length >= mostPaths) return
    if (typeof value !== 'object' || value === null || depth === deepest) return void paths.push(path)
    if (Array.isArray(value)) {
      paths.push(path)
      if (value.length > 0) walk(value[0], `${path}[0]`, depth + 1)
      return
    }
    for (const [name, inner] of Object.entries(value))
      walk(inner, /^[\p{L}\p{N}_-]+$/u.test(name) ? `${path}.${name}` : `${path}["${name}"]`, depth + 1)
  }
  walk(payload ?? {}, '$.payload', 0)
  return [...paths, '$.id', '$.type', '$.occurredAt']
}

function partOf(source: string, kind: FormField['kind']): unknown {
  if (source.startsWith('$.')) return source
  const isJson = kind === 'number' || kind === 'checkbox' || kind === 'json' || kind === 'list' || kind === 'pairs'
  if (isJson || source.startsWith('{"')) {
    try {
      return JSON.parse(source)
    } catch {
      // It stays text, and the preview says what is wrong with it.
    }
  }
  return source.includes('{$.') ? { $template: source } : source
}

function sourceOf(part: unknown): string {
  if (typeof part === 'string') return part
  const { $template } = (part ?? {}) as { $template?: unknown }
  return typeof $template === 'string' ? $template : JSON.stringify(part)
}

function place(into: Record<string, unknown>, [first, ...rest]: string[], part: unknown): void {
  if (rest.length === 0) into[first!] = part
  else {
    into[first!] ??= {}
    place(into[first!] as Record<string, unknown>, rest, part)
  }
}

const reach = (from: unknown, [first, ...rest]: string[]): unknown => {
  if (first === undefined) return from
  if (typeof from !== 'object' || from === null) return undefined
  return reach((from as Record<string, unknown>)[first], rest)
}
