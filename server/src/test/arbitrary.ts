import fc from 'fast-check'

type Schema = {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
}

/** Generates values that a schema of a request accepts. `ids` are what it takes for UUIDs. */
export function valuesOf(schema: Schema | undefined, ids: readonly string[]): fc.Arbitrary<unknown> {
  if (!schema) return fc.constant(undefined)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((branch) => valuesOf(branch, ids)))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if ('const' in schema) return fc.constant(schema.const)
  switch (schema.type) {
    case 'string':
      return texts(schema, ids)
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000_000 })
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array': {
      const bounds = {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, (schema.minItems ?? 0) + 3),
      }
      const items = valuesOf(schema.items ?? {}, ids)
      return schema.uniqueItems ? fc.uniqueArray(items, bounds) : fc.array(items, bounds)
    }
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).map(
        ([name, field]) => [name, valuesOf(field, ids)] as const,
      )
      if (fields.length === 0)
        return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
      return fc.record(Object.fromEntries(fields), { requiredKeys: schema.required ?? [] })
    }
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function texts(
  { format, pattern, minLength = 0, maxLength = 30 }: Schema,
  ids: readonly string[],
): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((at) => at.toISOString())
  if (format === 'email') return fc.emailAddress()
  if (format === 'uri') return fc.webUrl()
  if (pattern?.startsWith('^[0-9a-f]{8}-') || format === 'uuid') return fc.constantFrom(...ids)
  if (pattern) return fc.stringMatching(new RegExp(pattern), { maxLength: Math.min(maxLength, 60) })
  return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 30) })
}

/** Values that break programs: of the wrong type, too large, too deep, not storable, or named like a prototype. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, 0, -1, 1e308, Number.MAX_SAFE_INTEGER + 2, '', ' ', [], {}, '\0', 'a\0b', '\ud800', '\udfff\ud800'],
    ...['__proto__', 'constructor', "' or 1=1 --", '$(id)', '../../etc/passwd', '%00', 'NaN', '1e9', '０'],
    ...['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', '2026-02-31T00:00:00Z', '-271821-04-20T00:00:00Z'],
    ...['00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', 'x'.repeat(70_000)],
    ...[nested(150), nested(400), { prototype: { admin: true } }, [[[[[[{}]]]]]], Array(3_000).fill(0)],
  ),
  fc.jsonValue({ maxDepth: 4 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.double(),
)

/** The value with one of its parts, or the whole, replaced by something hostile, or with a field too many. */
export function spoilt(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(value, hostile, fc.nat(), fc.constantFrom('__proto__', 'constructor', 'extra', 'ü\0', 'a'.repeat(300)))
    .map(([good, bad, where, name]) => {
      if (Array.isArray(good) && good.length > 0) return good.with(where % good.length, bad)
      if (typeof good !== 'object' || good === null) return bad
      const keys = Object.keys(good)
      const at = where % (keys.length + 2)
      if (at === keys.length) return bad
      const copy: Record<string, unknown> = { ...good }
      // As JSON.parse would make it, and not as a prototype.
      Object.defineProperty(copy, keys[at] ?? name, { value: bad, enumerable: true, configurable: true })
      return copy
    })
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { a: value }
  return value
}
