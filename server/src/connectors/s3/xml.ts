import { XMLParser } from 'fast-xml-parser'

// Entities are not expanded beyond XML's own five, and numbers stay text: keys may look like numbers.
const parser = new XMLParser({
  parseTagValue: false,
  ignoreAttributes: true,
  processEntities: true,
  // Numbers among the entities, which some storages write apostrophes with.
  htmlEntities: true,
  isArray: (name) => name === 'Contents',
})

/** Reads an answer of S3; undefined where it is no XML. */
export function readXml(text: unknown): Record<string, unknown> | undefined {
  if (typeof text !== 'string' || !text.trimStart().startsWith('<')) return undefined
  try {
    return parser.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** Text as it stands in an element. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
