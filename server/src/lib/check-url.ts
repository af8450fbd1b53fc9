import { isIP } from 'node:net'
import { type AddressPolicy, judgeAddress } from './addresses.ts'
import { type Lookup, systemLookup } from './lookup.ts'

export type CheckUrlOptions = AddressPolicy & {
  /** Refuses `http:`. Default: false, since receivers inside a closed network often have no certificate. */
  requireHttps?: boolean
  /** All addresses of a name. Default: the resolver of the system. */
  lookup?: Lookup
  /** How long the name may take to resolve before it counts as not resolving, in milliseconds. Default: 3,000. */
  lookupTimeoutMs?: number
}

export type UrlCheck =
  /** `url` is the normalised spelling to store; `resolved` is false when the name has no address at the moment. */
  { ok: true; url: string; resolved: boolean; addresses: string[] } | { ok: false; code: UrlProblem; error: string }

export type UrlProblem =
  | 'INVALID_URL'
  | 'SCHEME_NOT_ALLOWED'
  | 'CREDENTIALS_IN_URL'
  | 'HOST_REFUSED'
  | 'ADDRESS_REFUSED'

const maxUrlLength = 2048

/**
 * Checks a URL that a tenant wants requests sent to, at the time it is registered; never throws for a bad URL.
 *
 * A name that does not resolve yet is accepted, because DNS often follows later and the agent of `createSafeAgent`
 * judges every address again when it connects.
 */
export async function checkUrl(text: string, options: CheckUrlOptions = {}): Promise<UrlCheck> {
  if (text.length > maxUrlLength) return problem('INVALID_URL', `The URL is longer than ${maxUrlLength} characters.`)
  // The WHATWG parser turns every spelling of an IPv4 host (decimal, octal, hex, short, full-width, percent-encoded)
  // into dotted form, so that one check below sees them all.
  const url = URL.parse(text)
  if (!url) return problem('INVALID_URL', 'This is not a URL; write it as https://host/path.')
  if (url.protocol !== 'https:' && (url.protocol !== 'http:' || options.requireHttps)) {
    return problem('SCHEME_NOT_ALLOWED', `${url.protocol}// is not allowed here; use ${schemes(options)}.`)
  }
  if (url.username || url.password) {
    return problem('CREDENTIALS_IN_URL', 'The URL contains a user name or password; send them as a custom header.')
  }
  url.hash = ''

  const literal = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(literal)) return judgeAll(url, [literal], options)

  const name = url.hostname.replace(/\.+$/, '')
  const nameProblem = name === '' ? 'The URL names no host.' : problemOfName(name, options)
  if (nameProblem) return problem('HOST_REFUSED', nameProblem)
  return judgeAll(url, await addressesOf(url.hostname, options), options)
}

function judgeAll(url: URL, addresses: string[], options: CheckUrlOptions): UrlCheck {
  for (const address of addresses) {
    const verdict = judgeAddress(address, options)
    if (verdict.allowed) continue
    const place = url.hostname.includes(address) ? '' : `${url.hostname} resolves to ${address}: `
    return problem('ADDRESS_REFUSED', `${place}${verdict.reason}; use a host that is reachable from the internet.`)
  }
  return { ok: true, url: url.href, resolved: addresses.length > 0, addresses }
}

/** Names that mean this machine or its network whatever they resolve to (RFC 6761, RFC 6762, ICANN's `.internal`). */
function problemOfName(name: string, { allowLoopback, allow = [] }: CheckUrlOptions): string | undefined {
  if (/(^|\.)localhost$/.test(name)) {
    return allowLoopback ? undefined : `${name} is this machine itself; use a host that is reachable from the internet.`
  }
  // An operator who opened a range of the own network may well name its hosts this way; their addresses decide then.
  if (/(^|\.)(local|internal|localdomain)$/.test(name) && allow.length === 0) {
    return `${name} is a name of a private network; use a host that is reachable from the internet.`
  }
  return undefined
}

async function addressesOf(name: string, { lookup = systemLookup, lookupTimeoutMs = 3_000 }: CheckUrlOptions) {
  const { promise, resolve } = Promise.withResolvers<string[]>()
  const timer = setTimeout(resolve, lookupTimeoutMs, [])
  lookup(name).then(resolve, () => resolve([]))
  const addresses = await promise
  clearTimeout(timer)
  return addresses
}

const schemes = ({ requireHttps }: CheckUrlOptions) => (requireHttps ? 'https://' : 'https:// or http://')
const problem = (code: UrlProblem, error: string): UrlCheck => ({ ok: false, code, error })
