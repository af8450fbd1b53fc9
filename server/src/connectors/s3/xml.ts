import { createRequire } from 'node:module'

let parser: import('fast-xml-parser').XMLParser | undefined

// Entities are not expanded beyond XML's own five, and numbers stay text: keys may look like numbers.
function createParser() {
  // Loaded by the first answer, since the catalogue loads every connector.
  const { XMLParser } = createRequire(import.meta.url)('fast-xml-parser') as typeof import('fast-xml-parser')
  return new XMLParser({
    parseTagValue: false,
    ignoreAttributes: true,
    processEntities: true,
    // Numbers among the entities, which some storages write apostrophes with.
    htmlEntities: true,
    isArray: (name) => name === 'Contents',
  })
}

/** Reads an answer of S3; undefined where it is no XML. */
export function readXml(text: unknown): Record<string, unknown> | undefined {
  if (typeof text !== 'string' || !text.trimStart().startsWith('<')) return undefined
  try {
    parser ??= createParser()
    return parser.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** Text as it stands in an element. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
