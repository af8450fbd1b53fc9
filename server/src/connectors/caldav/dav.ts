import { XMLParser } from 'fast-xml-parser'
import { ConnectorError, escapeHtml, type VendorAnswer } from '../../kit/index.ts'
import type { CalDavContext } from './settings.ts'

/** A resource of an answer, with the properties that were found; without any where it is gone. */
export type Resource = { href: string; status: number; properties: Record<string, unknown> }
export type Multistatus = { resources: Resource[]; syncToken?: string }

type Options = { depth?: '0' | '1'; accept?: readonly number[] }

const namespaces = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
const redirects = [301, 302, 307, 308]
const mostRedirects = 3
const many = new Set(['response', 'propstat', 'privilege', 'comp', 'href'])
// What a server's prefixes are called is its own affair. Entities are not expanded beyond XML's own, and text stays as it is.
const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => many.has(name),
})

export const escapeXml = escapeHtml

/** Asks for properties (RFC 4918). Redirects are followed, since that is how servers say where they really are. */
export async function propfind(
  context: CalDavContext,
  path: string,
  properties: string,
  options: Options = {},
): Promise<Multistatus & { path: string }> {
  const body = `<D:propfind ${namespaces}><D:prop>${properties}</D:prop></D:propfind>`
  let place = path
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const answer = await send(context, 'PROPFIND', place, body, { ...options, accept: redirects })
    const { location } = answer.headers
    if (!redirects.includes(answer.status)) return { ...multistatusOf(answer, place), path: place }
    const target = URL.parse(location ?? '', new URL(place, context.settings.server_url))
    if (location === undefined || !target) break
    place = ownPath(context, target)
  }
  throw notCalDav('it sends from one address to another')
}

/** Asks for a report (RFC 3253); `body` is the root element's name, attributes left out, and what stands in it. */
export async function report(
  context: CalDavContext,
  path: string,
  [name, content]: [name: string, content: string],
  options: Options = {},
): Promise<VendorAnswer<unknown>> {
  return await send(context, 'REPORT', path, `<${name} ${namespaces}>${content}</${name}>`, options)
}

async function send(
  { http }: CalDavContext,
  method: string,
  path: string,
  body: string,
  { depth = '0', accept = [] }: Options,
) {
  const content = Buffer.from(`<?xml version="1.0" encoding="utf-8"?>${body}`)
  return await http.request<unknown>(method, path, {
    bytes: { content, type: 'application/xml; charset=utf-8' },
    headers: { depth, accept: 'application/xml, text/xml, text/calendar' },
    repeatable: true,
    accept,
  })
}

/**
 * Reads the multi-status that a place answered.
 * @throws ConnectorError where the answer is another one, so that whatever stands there is no CalDAV server
 */
export function multistatusOf({ status, body }: VendorAnswer<unknown>, place: string): Multistatus {
  const root = status === 207 && typeof body === 'string' ? readXml(body)?.multistatus : undefined
  if (root === undefined) throw notCalDav(`it answers ${status} without a list`)
  const { response = [], 'sync-token': syncToken } = (root || {}) as {
    response?: DavResponse[]
    'sync-token'?: unknown
  }
  return {
    resources: response.map((one) => resourceOf(one, place)),
    ...(syncToken === undefined ? {} : { syncToken: textOf(syncToken) }),
  }
}

type DavResponse = { href?: unknown[]; status?: unknown; propstat?: { status?: unknown; prop?: unknown }[] }

function resourceOf({ href = [], status, propstat = [] }: DavResponse, place: string): Resource {
  const found = propstat.filter((one) => statusIn(one.status) === 200)
  return {
    href: placeOf(textOf(href[0]), place),
    status: status === undefined ? 200 : statusIn(status),
    properties: Object.assign(
      {},
      ...found.map(({ prop }) => (typeof prop === 'object' ? prop : {})),
    ) as object as Record<string, unknown>,
  }
}

const statusIn = (line: unknown): number => Number(/^HTTP\/\S+ (\d{3})/.exec(textOf(line).trim())?.[1] ?? 200)

export function readXml(text: string): Record<string, unknown> | undefined {
  try {
    return parser.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** The text of an element, whether it has attributes or not. */
export const textOf = (element: unknown): string =>
  typeof element === 'string' ? element : String((element as { '#text'?: unknown } | undefined)?.['#text'] ?? '')

/** The first `href` in a property. */
export const hrefIn = (property: unknown): string | undefined => {
  const href = (property as { href?: unknown[] } | undefined)?.href?.[0]
  return href === undefined ? undefined : textOf(href).trim()
}

/** Servers name resources by path or by whole URL; they are where the server was asked. */
function placeOf(href: string, place: string): string {
  const { pathname } = URL.parse(href.trim(), 'https://server') ?? { pathname: href.trim() }
  return place.startsWith('/') ? pathname : new URL(pathname, place).href
}

/** Where a server sends to: a path of its own, or another of its hosts, which the client judges. */
export function ownPath({ settings }: CalDavContext, target: URL): string {
  const own = new URL(settings.server_url)
  return target.host === own.host ? target.pathname : target.href
}

export const notCalDav = (why: string): ConnectorError =>
  new ConnectorError('VENDOR_REJECTED', `There is no CalDAV server at this address: ${why} (VENDOR_REJECTED)`, {
    status: 200,
  })
