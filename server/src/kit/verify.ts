import { createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify as verifySignature } from 'node:crypto'
import type { InboundRequest, Verify } from './connector.ts'
import { readPath } from './paths.ts'

/*
 * Ways in which vendors prove that a webhook is theirs. All compare in constant time over the bytes as they came, accept any of several
 * secrets (while one is being changed), and refuse when there is no secret or no signature. What each vendor does is in `schemes.ts`.
 */

type Part = string | Buffer
type Encoding = 'hex' | 'base64'
type Digest = {
  /** Default: sha256. */
  algorithm?: 'sha256' | 'sha1' | 'sha512'
  /** Default: hex. */
  encoding?: Encoding
}

/** An HMAC in a header, over the body unless `signed` says otherwise. */
export const hmac = (
  options: Digest & {
    header: string
    /** What stands before the signature, such as `sha256=`. */
    prefix?: string
    signed?: (request: InboundRequest) => readonly Part[]
  },
): Verify => {
  const { header, prefix = '', signed = bodyOf } = options
  return guarded((request, secrets) => {
    const given = headerOf(request, header)
    if (given === undefined) return refused(`the header ${header} is missing`)
    if (!given.startsWith(prefix)) return refused(`the header ${header} does not start with ${prefix}`)
    return judged(matchesAny(secrets, signed(request), [given.slice(prefix.length)], options))
  })
}

export type TimestampOptions = {
  /** How far the signed time may lie from now, both ways. Default: 5 minutes. */
  toleranceMs?: number
  /** What the vendor's number counts. Default: s. */
  unit?: 's' | 'ms'
}

/** An HMAC over a timestamp and the body, in one header of pairs (`t=…,v1=…`) or in two headers. Too old and too new are refused. */
export const hmacWithTimestamp = (
  options: Digest &
    TimestampOptions & {
      header: string
      signed: (timestamp: string, request: InboundRequest) => readonly Part[]
    } & ({ timestampHeader: string; prefix?: string } | { pairs: { timestamp: string; signature: string } }),
): Verify =>
  guarded((request, secrets, now) => {
    const given = headerOf(request, options.header)
    if (given === undefined) return refused(`the header ${options.header} is missing`)
    const found = 'pairs' in options ? fromPairs(given, options.pairs) : fromHeaders(request, given, options)
    if (!found.timestamp) return refused('the timestamp is missing')
    if (found.signatures.length === 0) return refused('the signature is missing')
    const problem = problemOfTime(found.timestamp, now, options)
    if (problem) return refused(problem)
    return judged(matchesAny(secrets, options.signed(found.timestamp, request), found.signatures, options))
  })

/** HTTP Basic (RFC 7617) with the user the hub told the vendor; the secret is the password. */
export const basicAuth = ({ user = 'tenon' }: { user?: string } = {}): Verify =>
  guarded((request, secrets) => {
    const given = headerOf(request, 'authorization')
    if (given === undefined) return refused('the header Authorization is missing')
    const [, encoded] = /^basic\s+([A-Za-z0-9+/=]+)\s*$/i.exec(given) ?? []
    if (encoded === undefined) return refused('the header Authorization is not of the Basic scheme')
    const pair = Buffer.from(encoded, 'base64').toString()
    return judged(some(secrets, (secret) => isSame(pair, `${user}:${secret}`)))
  })

/** A token that the hub chose, sent back as it is in a header, the query, or a field of a JSON body. */
export const token = (place: { header: string } | { query: string } | { field: string; each?: string }): Verify =>
  guarded((request, secrets) => {
    const given = tokensAt(request, place)
    if (given.length === 0) return refused('the token is missing')
    return judged(some(secrets, (secret) => given.every((one) => isSame(one, secret))))
  })

/** An ed25519 signature over the body, in base64. The secrets are the vendor's public keys (SPKI, base64 or PEM). */
export const ed25519 = (options: { header: string; publicKey?: string }): Verify =>
  guarded(
    (request, secrets) => {
      const given = headerOf(request, options.header)
      if (given === undefined) return refused(`the header ${options.header} is missing`)
      const signature = Buffer.from(given, 'base64')
      return judged(some(secrets, (key) => verifyWith(null, [request.rawBody], key, signature)))
    },
    options.publicKey === undefined ? [] : [options.publicKey],
  )

/** ECDSA (P-256, SHA-256, DER) over timestamp and body, in base64. The secrets are the vendor's public keys (SPKI, base64 or PEM). */
export const ecdsa = (
  options: TimestampOptions & { header: string; timestampHeader: string; publicKey?: string },
): Verify =>
  guarded(
    (request, secrets, now) => {
      const given = headerOf(request, options.header)
      const timestamp = headerOf(request, options.timestampHeader)
      if (given === undefined) return refused(`the header ${options.header} is missing`)
      if (timestamp === undefined) return refused(`the header ${options.timestampHeader} is missing`)
      const problem = problemOfTime(timestamp, now, options)
      if (problem) return refused(problem)
      const signature = Buffer.from(given, 'base64')
      return judged(some(secrets, (key) => verifyWith('sha256', [timestamp, request.rawBody], key, signature)))
    },
    options.publicKey === undefined ? [] : [options.publicKey],
  )

/** Accepts what any of several schemes accepts, for a vendor that is changing from one to another; the first one's reason otherwise. */
export const anyOf = (first: Verify, ...others: Verify[]): Verify => {
  return (request, secrets, now) => {
    const verdict = first(request, secrets, now)
    if (verdict.ok) return verdict
    return others.some((verify) => verify(request, secrets, now).ok) ? { ok: true } : verdict
  }
}

/** Compares two texts in a time that tells nothing of where they differ. */
export function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** The value of a header, whatever the case of its name. */
export function headerOf(request: InboundRequest, name: string): string | undefined {
  const wanted = name.toLowerCase()
  const own = request.headers[wanted]
  if (own !== undefined) return own
  return Object.entries(request.headers).find(([header]) => header.toLowerCase() === wanted)?.[1]
}

/** Whether any signature fits any secret. Every pair is compared, so that time does not tell which. */
export function matchesAny(
  secrets: readonly string[],
  parts: readonly Part[],
  signatures: readonly string[],
  { algorithm = 'sha256', encoding = 'hex' }: Digest,
): boolean {
  return some(secrets, (secret) => {
    const digest = createHmac(algorithm, secret)
    for (const part of parts) digest.update(part)
    const expected = digest.digest(encoding)
    return some(signatures, (given) => isSame(encoding === 'hex' ? given.toLowerCase() : given, expected))
  })
}

/** Fails closed: no secret, or one that cannot be used, is a refusal and never an exception or a pass. */
export function guarded(verify: Verify, builtIn: readonly string[] = []): Verify {
  return (request, given, now) => {
    const secrets = [...given, ...builtIn].filter((secret) => secret !== '')
    if (secrets.length === 0) return refused('no secret is known to check the signature with')
    try {
      return verify(request, secrets, now)
    } catch {
      return refused('the signature could not be checked')
    }
  }
}

export const refused = (reason: string) => ({ ok: false as const, reason })
export const judged = (fits: boolean) => (fits ? { ok: true as const } : refused('the signature does not fit'))

/** Says what is wrong with a signed time, or nothing. */
export function problemOfTime(timestamp: string, now: Date, options: TimestampOptions): string | undefined {
  const { toleranceMs = 300_000, unit = 's' } = options
  if (!/^\d{1,16}$/.test(timestamp)) return 'the timestamp is no number'
  const age = now.getTime() - Number(timestamp) * (unit === 's' ? 1_000 : 1)
  if (age > toleranceMs) return 'the timestamp is too old'
  return age < -toleranceMs ? 'the timestamp lies in the future' : undefined
}

/** `some` that looks at all. */
const some = <T>(items: readonly T[], fits: (item: T) => boolean): boolean =>
  items.reduce((found, item) => fits(item) || found, false)

const bodyOf = (request: InboundRequest): readonly Part[] => [request.rawBody]

function fromPairs(header: string, names: { timestamp: string; signature: string }) {
  const pairs = header.split(',').map((pair) => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const
  })
  const all = (name: string) => pairs.flatMap(([key, value]) => (key === name && value !== '' ? [value] : []))
  return { timestamp: all(names.timestamp)[0], signatures: all(names.signature) }
}

function fromHeaders(
  request: InboundRequest,
  given: string,
  { timestampHeader, prefix = '' }: { timestampHeader: string; prefix?: string },
) {
  const signatures = given.startsWith(prefix) && given.length > prefix.length ? [given.slice(prefix.length)] : []
  return { timestamp: headerOf(request, timestampHeader), signatures }
}

function tokensAt(
  request: InboundRequest,
  place: { header: string } | { query: string } | { field: string; each?: string },
): string[] {
  if ('header' in place) return texts(headerOf(request, place.header))
  if ('query' in place) return texts(request.query[place.query])
  const body: unknown = JSON.parse(request.rawBody.toString())
  if (place.each === undefined) return texts(readPath(body, place.field))
  const items = readPath(body, place.each)
  if (!Array.isArray(items)) return []
  const found = items.flatMap((item) => texts(readPath(item, place.field)))
  // One item without its token makes the whole request unproven.
  return found.length === items.length ? found : []
}

const texts = (value: unknown): string[] => (typeof value === 'string' && value !== '' ? [value] : [])

function verifyWith(algorithm: string | null, parts: readonly Part[], key: string, signature: Buffer): boolean {
  try {
    const data = Buffer.concat(parts.map((part) => Buffer.from(part as Buffer)))
    return verifySignature(algorithm, data, publicKeyOf(key), signature)
  } catch {
    return false
  }
}

const publicKeyOf = (key: string): KeyObject =>
  key.includes('-----BEGIN')
    ? createPublicKey(key)
    : createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' })
