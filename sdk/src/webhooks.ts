/** A webhook as the hub sends it. */
export type WebhookEvent<Type extends string = string, Data = unknown> = {
  /** The same for every attempt; keep it to notice what you have handled already. */
  id: string
  /** Such as `lead.captured`. */
  type: Type
  /** When it happened, in ISO 8601. */
  timestamp: string
  data: Data
}

/** Web `Headers`, Node's `request.headers`, or a plain object whose names are in any case. */
export type WebhookHeaders =
  | { get(name: string): string | null | undefined }
  | { readonly [name: string]: string | readonly string[] | undefined }

export type VerifyWebhookOptions = {
  /** The body exactly as received; parsing and serialising it again changes bytes and breaks the signature. */
  payload: string | Uint8Array
  headers: WebhookHeaders
  /** The endpoint's secret as the hub showed it. */
  secret?: string
  /** Several secrets, any of which may have signed; for the time of a rotation. */
  secrets?: readonly string[]
  /** The endpoint's ed25519 key, `whpk_…`. */
  publicKey?: string
  /** How far the sender's clock may be from ours, either way. Default: 300. */
  toleranceSeconds?: number
  /** Stands in for the current time, as a Date or in milliseconds; for tests. */
  now?: Date | number
}

export type WebhookVerificationReason =
  | 'missing_headers'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'no_matching_signature'
  | 'malformed'

/** The request does not come from the hub, or not unchanged, or not now. Answer it with 400 or 401. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError'
  readonly reason: WebhookVerificationReason

  constructor(reason: WebhookVerificationReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/**
 * Verifies that a webhook comes from the hub and answers its event; throws a `WebhookVerificationError` when it does not.
 *
 * Takes either family of signature: `webhook-signature` (Standard Webhooks, v1 by secret and v1a by public key) or
 * `X-Webhook-Signature`. The type argument is a claim about the data, which is not checked. Throws a `TypeError` when
 * called wrongly, for instance with a secret that is none.
 *
 * @example
 * const event = await verifyWebhook({ payload: await request.text(), headers: request.headers, secret })
 */
export async function verifyWebhook<Event extends WebhookEvent = WebhookEvent>(
  options: VerifyWebhookOptions,
): Promise<Event> {
  const payload = bytesOf(options.payload)
  const secrets = [...(options.secret === undefined ? [] : [options.secret]), ...(options.secrets ?? [])]
  if (secrets.length === 0 && options.publicKey === undefined) {
    throw new TypeError('verifyWebhook needs a secret, secrets or a publicKey')
  }

  const signed = readHeaders(options.headers, secrets.length > 0)
  checkTimestamp(signed.timestamp, options)

  const content = join(encode(signed.prefix), payload)
  const genuine =
    signed.family === 'standard'
      ? (await anySecretSigned(signed.v1.map(fromBase64), secrets.map(standardKey), content)) ||
        (await publicKeySigned(signed.v1a.map(fromBase64), options.publicKey, content))
      : await anySecretSigned(signed.signatures.map(fromHex), secrets.map(encode), content)
  if (!genuine) {
    throw new WebhookVerificationError(
      'no_matching_signature',
      'No signature matches: check that the secret is the one of this endpoint and that the payload is the raw body',
    )
  }
  return parseEvent(payload) as Event
}

type Signed = { timestamp: string; prefix: string } & (
  | { family: 'standard'; v1: string[]; v1a: string[] }
  | { family: 'plain'; signatures: string[] }
)

/** More signatures than a rotation can bring would only be work for us. */
const maxSignatures = 16

function readHeaders(headers: WebhookHeaders, hasSecret: boolean): Signed {
  const header = reader(headers)
  const id = header('webhook-id')
  const timestamp = header('webhook-timestamp')
  const signature = header('webhook-signature')
  if (id && timestamp && signature) {
    const entries = signature.split(' ').slice(0, maxSignatures)
    const ofVersion = (version: string) =>
      entries.filter((entry) => entry.startsWith(`${version},`)).map((entry) => entry.slice(version.length + 1))
    return { family: 'standard', timestamp, prefix: `${id}.${timestamp}.`, v1: ofVersion('v1'), v1a: ofVersion('v1a') }
  }
  const plainTimestamp = header('x-webhook-timestamp')
  const plainSignature = header('x-webhook-signature')
  if (plainTimestamp && plainSignature && hasSecret) {
    const signatures = plainSignature.split(',').slice(0, maxSignatures)
    return {
      family: 'plain',
      timestamp: plainTimestamp,
      prefix: `${plainTimestamp}.`,
      signatures: signatures.map((one) => one.trim()),
    }
  }
  throw new WebhookVerificationError(
    'missing_headers',
    'The request has neither webhook-id, webhook-timestamp and webhook-signature nor X-Webhook-Timestamp and X-Webhook-Signature',
  )
}

function checkTimestamp(text: string, { toleranceSeconds = 300, now = Date.now() }: VerifyWebhookOptions): void {
  if (!/^\d{1,12}$/.test(text)) {
    throw new WebhookVerificationError('malformed', 'The timestamp header is not a number of seconds')
  }
  const age = Math.floor(Number(now) / 1000) - Number(text)
  if (age > toleranceSeconds) {
    throw new WebhookVerificationError('timestamp_too_old', `The webhook was signed ${age} seconds ago`)
  }
  if (age < -toleranceSeconds) {
    throw new WebhookVerificationError(
      'timestamp_too_new',
      `The webhook was signed ${-age} seconds ahead of this clock`,
    )
  }
}

// `subtle.verify` compares in constant time.
async function anySecretSigned(signatures: (Bytes | undefined)[], keys: Bytes[], content: Bytes): Promise<boolean> {
  for (const bytes of keys) {
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
    for (const signature of signatures) {
      if (signature && (await crypto.subtle.verify('HMAC', key, signature, content))) return true
    }
  }
  return false
}

async function publicKeySigned(
  signatures: (Bytes | undefined)[],
  publicKey: string | undefined,
  content: Bytes,
): Promise<boolean> {
  if (publicKey === undefined) return false
  const bytes = publicKey.startsWith('whpk_') ? fromBase64(publicKey.slice('whpk_'.length)) : undefined
  if (bytes?.length !== 32) throw new TypeError('publicKey must be whpk_ and the base64 of 32 bytes')
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'Ed25519' }, false, ['verify'])
  for (const signature of signatures) {
    if (signature && (await crypto.subtle.verify({ name: 'Ed25519' }, key, signature, content))) return true
  }
  return false
}

/** A `whsec_` secret holds the key in base64; any other secret is the key, character by character. */
function standardKey(secret: string): Bytes {
  if (!secret.startsWith('whsec_')) {
    if (secret === '') throw new TypeError('The secret is empty')
    return encode(secret)
  }
  const bytes = fromBase64(secret.slice('whsec_'.length))
  if (!bytes?.length) throw new TypeError('The secret starts with whsec_ but does not go on with base64')
  return bytes
}

function parseEvent(payload: Bytes): WebhookEvent {
  const event = parseJson(payload)
  if (typeof event === 'object' && event !== null) {
    const { id, type, timestamp } = event as Partial<WebhookEvent>
    if (typeof id === 'string' && typeof type === 'string' && typeof timestamp === 'string' && 'data' in event) {
      return event as WebhookEvent
    }
  }
  throw new WebhookVerificationError('malformed', 'The body is not an event with id, type, timestamp and data')
}

function parseJson(payload: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    throw new WebhookVerificationError('malformed', 'The body is not JSON in UTF-8')
  }
}

function reader(headers: WebhookHeaders): (name: string) => string | undefined {
  if (isHeaders(headers)) return (name) => headers.get(name) ?? undefined
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) values.set(name.toLowerCase(), typeof value === 'string' ? value : value.join(','))
  }
  return (name) => values.get(name)
}

const isHeaders = (headers: WebhookHeaders): headers is { get(name: string): string | null | undefined } =>
  typeof headers.get === 'function'

type Bytes = Uint8Array<ArrayBuffer>

function bytesOf(payload: string | Uint8Array): Bytes {
  if (typeof payload === 'string') return encode(payload)
  if (payload instanceof Uint8Array) return Uint8Array.from(payload)
  throw new TypeError('payload must be the raw body as a string or bytes, not the parsed object')
}

const encode = (text: string): Bytes => new TextEncoder().encode(text)

function join(head: Bytes, tail: Bytes): Bytes {
  const bytes = new Uint8Array(head.length + tail.length)
  bytes.set(head)
  bytes.set(tail, head.length)
  return bytes
}

function fromBase64(text: string): Bytes | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function fromHex(text: string): Bytes | undefined {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) return undefined
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
