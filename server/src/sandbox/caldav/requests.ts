import { XMLParser } from 'fast-xml-parser'
import type { FastifyRequest } from 'fastify'
import { refusal } from '../emulator.ts'

const prefixes: Record<string, string> = {
  'DAV:': 'D',
  'urn:ietf:params:xml:ns:caldav': 'C',
  'http://calendarserver.org/ns/': 'CS',
}

/** An element with its name as `D:prop` or `C:filter`, whatever prefix it came with; as `{namespace}name` where the sandbox knows none. */
export type Element = { name: string; attributes: Record<string, string>; children: Element[]; text: string }

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
})

/**
 * The body of a request.
 * @throws the refusals 415 and 400 where it is no XML, or none that says what its names mean
 */
export function readBody(request: FastifyRequest, bytes: Buffer): Element {
  if (!/^(application|text)\/xml\b/.test(request.headers['content-type'] ?? ''))
    throw refusal(415, 'The body must be XML.\n')
  try {
    const nodes = parser.parse(bytes.toString()) as Node[]
    const root = nodes.map((node) => elementOf(node, {})).find((element) => element !== undefined)
    if (root && !root.name.startsWith('?')) return root
  } catch {
    // Told below.
  }
  throw refusal(400, 'The body is not well-formed XML.\n')
}

type Node = { [name: string]: unknown; ':@'?: Record<string, string> }

function elementOf(node: Node, known: Record<string, string>): Element | undefined {
  const given = Object.keys(node).find((key) => key !== ':@' && key !== '#text')
  if (given === undefined || given.startsWith('?')) return undefined
  const attributes = node[':@'] ?? {}
  const scope = { ...known }
  for (const [name, value] of Object.entries(attributes))
    if (name === 'xmlns' || name.startsWith('xmlns:')) scope[name.slice(6)] = value
  const [prefix, local] = given.includes(':') ? (given.split(':') as [string, string]) : ['', given]
  const namespace = scope[prefix]
  if (namespace === undefined) throw new Error(`the prefix of ${given} means nothing`)
  const short = prefixes[namespace]
  const nodes = node[given] as Node[]
  return {
    name: short === undefined ? `{${namespace}}${local}` : `${short}:${local}`,
    attributes,
    children: nodes.flatMap((child) => elementOf(child, scope) ?? []),
    text: nodes.map((child) => (typeof child['#text'] === 'string' ? child['#text'] : '')).join(''),
  }
}

/** The first element by a path of names below another. */
export function find(element: Element | undefined, ...names: string[]): Element | undefined {
  return names.reduce<Element | undefined>((at, name) => at?.children.find((child) => child.name === name), element)
}

/** @throws the refusal 400 where a request does not say how deep it goes */
export function depthOf({ headers: { depth } }: FastifyRequest): '0' | '1' {
  if (depth === '0' || depth === '1') return depth
  throw refusal(400, 'The header Depth must be 0 or 1.\n')
}

/** The time range of an element, in epoch milliseconds. @throws the refusal 400 */
export function rangeOf(element: Element | undefined): { from: number; to: number } {
  const [from, to] = ['start', 'end'].map((name) => {
    const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(element?.attributes[name] ?? '') ?? []
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number)
    return parts.length === 0 ? Number.NaN : Date.UTC(year, month - 1, day, hour, minute, second)
  }) as [number, number]
  if (from < to) return { from, to }
  throw refusal(400, 'The time range is not valid.\n')
}
