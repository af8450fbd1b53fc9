/** The parts of an OpenAPI 3.1 document that types are made of. */
export type OpenApi = {
  paths: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> } | undefined
}
type Operation = {
  summary?: string
  description?: string
  deprecated?: boolean
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: Schema }[]
  requestBody?: { required?: boolean; content?: Content }
  responses?: Record<string, { content?: Content }>
}
type Content = Record<string, { schema?: Schema }>
export type Schema = {
  $ref?: string
  title?: string
  description?: string
  default?: unknown
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  additionalProperties?: boolean | Schema
  patternProperties?: Record<string, Schema>
}

const methods = ['get', 'post', 'put', 'patch', 'delete']

/**
 * Writes the TypeScript types of every operation that answers JSON, each under its method and path.
 * A schema with a title becomes a type of that name, so that what appears in several operations is written once.
 * @throws Error when two different schemas bear one title
 */
export function sdkTypes(document: OpenApi): string {
  const names = createNames(document)
  const operations: string[] = []
  for (const path of Object.keys(document.paths).sort()) {
    for (const method of methods) {
      const operation = document.paths[path]![method]
      const answer = operation && answerOf(operation)
      if (answer) operations.push(writeOperation(`${method.toUpperCase()} ${path}`, operation, answer, names))
    }
  }
  return [
    '// Generated from server/openapi.json by `npm run generate`. Do not edit.',
    ...names.declarations(),
    `/** Every operation of the API, by its method and path. */\nexport type Operations = {\n${operations.join('\n')}\n}`,
  ]
    .join('\n\n')
    .concat('\n')
}

/** The schema of the data of the first success; `null` stands for an answer without content. */
function answerOf({ responses = {} }: Operation): Schema | undefined {
  const status = Object.keys(responses)
    .sort()
    .find((code) => code.startsWith('2'))
  if (status === undefined) return undefined
  if (status === '204') return { const: undefined }
  const schema = responses[status]!.content?.['application/json']?.schema
  return schema?.properties?.success ? schema.properties.data : undefined
}

function writeOperation(name: string, operation: Operation, answer: Schema, names: Names): string {
  const members: string[] = []
  for (const place of ['path', 'query'] as const) {
    const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === place)
    if (parameters.length === 0) continue
    const schema: Schema = {
      type: 'object',
      properties: Object.fromEntries(
        parameters.map(({ name, schema, description }) => [name, description ? { ...schema, description } : schema]),
      ),
      required: parameters.filter(({ required }) => required).map(({ name }) => name),
    }
    members.push(`${place}${schema.required!.length > 0 ? '' : '?'}: ${write(schema, names, 2)}`)
  }
  const body = operation.requestBody?.content?.['application/json']?.schema
  if (body) members.push(`body${operation.requestBody!.required ? '' : '?'}: ${write(body, names, 2)}`)
  members.push(`answer: ${write(answer, names, 2)}`)
  const about = [operation.summary, operation.description].filter((text) => text).join('\n\n')
  return `${comment(about, 1)}  '${name}': {\n${members.map((member) => `    ${member}`).join('\n')}\n  }`
}

type Names = ReturnType<typeof createNames>

/** The types that have a name, collected while the operations are written. */
function createNames({ components }: OpenApi) {
  const written = new Map<string, { schema: string; text: string }>()
  const names = {
    resolve: (reference: string): Schema => {
      const key = decodeURIComponent(reference.split('/').at(-1)!)
      const schema = components?.schemas?.[key]
      if (!schema) throw new Error(`The document refers to ${reference}, which it does not have.`)
      return { title: key, ...schema }
    },
    /** Answers the name of a schema with a title, having written its type when it is new. */
    nameOf: ({ title, description, ...content }: Schema): string => {
      const name = title!.replace(/[^A-Za-z0-9]+(.)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '')
      const schema = JSON.stringify(content)
      const known = written.get(name)
      if (known && known.schema !== schema) throw new Error(`Two different schemas bear the title ${name}.`)
      if (!known) {
        const entry = { schema, text: '' }
        written.set(name, entry)
        entry.text = `${comment(description, 0)}export type ${name} = ${write(content, names, 0)}`
      }
      return name
    },
    declarations: () => [...written].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, { text }]) => text),
  }
  return names
}

function write(schema: Schema, names: Names, depth: number): string {
  if (schema.$ref) return write(names.resolve(schema.$ref), names, depth)
  if (schema.title && (schema.properties || schema.anyOf || schema.enum)) return names.nameOf(schema)
  if ('const' in schema) return JSON.stringify(schema.const) ?? 'undefined'
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives) return union(alternatives.map((one) => write(one, names, depth)))
  if (schema.allOf) return schema.allOf.map((one) => write(one, names, depth)).join(' & ')
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => write({ ...schema, type }, names, depth)))
  switch (schema.type) {
    case 'string':
      return 'string'
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'null':
      return 'null'
    case 'array': {
      const { items = {} } = schema
      const item = write(items, names, depth)
      // An object whose fields are alternatives is one thing; alternatives of which the last is an object are not.
      const isOne = item.endsWith('}') && !(items.anyOf ?? items.oneOf ?? items.allOf) && !Array.isArray(items.type)
      return /[|&]/.test(item) && !isOne ? `(${item})[]` : `${item}[]`
    }
    default:
      return schema.type === 'object' || schema.properties ? writeObject(schema, names, depth) : 'unknown'
  }
}

function writeObject(schema: Schema, names: Names, depth: number): string {
  const properties = Object.entries(schema.properties ?? {})
  if (properties.length === 0) {
    const values = Object.values(schema.patternProperties ?? {})[0] ?? schema.additionalProperties
    if (values === false) return 'Record<string, never>'
    return `Record<string, ${typeof values === 'object' ? write(values, names, depth) : 'unknown'}>`
  }
  const lines = properties.map(([key, property]) => {
    const shown = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)
    const optional = schema.required?.includes(key) ? '' : '?'
    return `${comment(aboutProperty(property), depth + 1)}${indent(depth + 1)}${shown}${optional}: ${write(property, names, depth + 1)}`
  })
  return `{\n${lines.join('\n')}\n${indent(depth)}}`
}

function aboutProperty({ description, default: standard }: Schema): string | undefined {
  const about = standard === undefined ? [description] : [description, `Default: ${JSON.stringify(standard)}.`]
  return about.filter((text) => text).join(' ')
}

const union = (types: string[]) => [...new Set(types)].join(' | ')
const indent = (depth: number) => '  '.repeat(depth)

function comment(text: string | undefined, depth: number): string {
  if (!text) return ''
  const lines = text.replaceAll('*/', '* /').split('\n')
  if (lines.length === 1) return `${indent(depth)}/** ${lines[0]} */\n`
  return `${indent(depth)}/**\n${lines.map((line) => `${indent(depth)} *${line ? ` ${line}` : ''}\n`).join('')}${indent(depth)} */\n`
}
