import {
  createHmac,
  createPrivateKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'

/**
 * Signatures of outgoing webhooks, in both families:
 * Standard Webhooks (https://www.standardwebhooks.com) and `X-Webhook-Signature`.
 *
 * A secret has one of two forms:
 * - `whsec_` and the base64 of 24 to 64 bytes: Standard Webhooks signs with those bytes;
 * - 12 to 128 printable ASCII characters that the user chose: Standard Webhooks signs with the characters as such, which
 *   is what the public libraries call the raw format. When such a secret also reads as base64, a library that is not
 *   told `raw` would decode it, so a second `v1` signature is added for that reading.
 * `X-Webhook-Signature` always signs with the characters of the secret as shown, prefix included, so that a receiver
 * needs nothing but an HMAC function.
 */
export type PreparedSecret = { readonly standardKeys: readonly KeyObject[]; readonly plainKey: KeyObject }

export type Signable = {
  /** The same for every attempt of a delivery; receivers dedupe by it. */
  id: string
  timestampSeconds: number
  /** The event's type. */
  type: string
  /** Exactly the bytes that are sent. */
  body: string | Uint8Array
  /** The active secrets, newest first; several while a rotation overlaps. */
  secrets: readonly PreparedSecret[]
  ed25519?: KeyObject | undefined
}

const secretPrefix = 'whsec_'
const signingKeyPrefix = 'whsk_'
const publicKeyPrefix = 'whpk_'

/** Generates a `whsec_` secret of 32 random bytes. */
export const generateSecret = (): string => secretPrefix + randomBytes(32).toString('base64')

/** Generates an ed25519 pair: `whsk_` holds seed and public key (64 bytes), `whpk_` the public key (32 bytes). */
export function generateSigningKeys(): { signingKey: string; publicKey: string } {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const [seed, publicKey] = [Buffer.from(d!, 'base64url'), Buffer.from(x!, 'base64url')]
  return {
    signingKey: signingKeyPrefix + Buffer.concat([seed, publicKey]).toString('base64'),
    publicKey: publicKeyPrefix + publicKey.toString('base64'),
  }
}

/** Says what is wrong with a secret that a user gave, or answers undefined. */
export function problemOfSecret(secret: string): string | undefined {
  if (secret.startsWith(secretPrefix)) {
    const bytes = decodeBase64(secret.slice(secretPrefix.length))
    if (bytes && bytes.length >= 24 && bytes.length <= 64) return undefined
    return `A secret that starts with ${secretPrefix} must go on with the base64 of 24 to 64 bytes.`
  }
  if (/^[\x21-\x7e]{12,128}$/.test(secret)) return undefined
  return 'A secret must have 12 to 128 characters, all of them printable ASCII without spaces.'
}

/** Turns a secret into keys, once per endpoint; throws a `TypeError` for one that `problemOfSecret` objects to. */
export function prepareSecret(secret: string): PreparedSecret {
  const problem = problemOfSecret(secret)
  if (problem) throw new TypeError(problem)
  const plainKey = createSecretKey(secret, 'utf8')
  if (secret.startsWith(secretPrefix)) {
    return { plainKey, standardKeys: [createSecretKey(decodeBase64(secret.slice(secretPrefix.length))!)] }
  }
  const decoded = decodeBase64(secret)
  return { plainKey, standardKeys: decoded ? [plainKey, createSecretKey(decoded)] : [plainKey] }
}

/** Turns a `whsk_` key (of 32 or 64 bytes) into a key to sign with; throws a `TypeError` for anything else. */
export function prepareSigningKey(signingKey: string): KeyObject {
  const bytes = signingKey.startsWith(signingKeyPrefix) && decodeBase64(signingKey.slice(signingKeyPrefix.length))
  if (!bytes || (bytes.length !== 32 && bytes.length !== 64)) {
    throw new TypeError(`A signing key must be ${signingKeyPrefix} and the base64 of 32 or 64 bytes.`)
  }
  return createPrivateKey({ key: Buffer.concat([pkcs8Ed25519, bytes.subarray(0, 32)]), format: 'der', type: 'pkcs8' })
}

/**
 * Signs a delivery; answers the headers as a flat list of names and values.
 *
 * While several secrets are active, `webhook-signature` holds a signature of each, separated by spaces, and
 * `X-Webhook-Signature` one of each, separated by commas, newest first.
 */
export function signDelivery({ id, timestampSeconds, type, body, secrets, ed25519 }: Signable): string[] {
  const timestamp = String(timestampSeconds)
  const prefix = `${id}.${timestamp}.`
  let standard = ''
  let plain = ''
  for (const { standardKeys, plainKey } of secrets) {
    for (const key of standardKeys) {
      const signature = createHmac('sha256', key).update(prefix).update(body).digest('base64')
      standard += standard === '' ? `v1,${signature}` : ` v1,${signature}`
    }
    const signature = createHmac('sha256', plainKey).update(`${timestamp}.`).update(body).digest('hex')
    plain += plain === '' ? signature : `,${signature}`
  }
  if (ed25519) {
    const signature = sign(null, Buffer.concat([Buffer.from(prefix), Buffer.from(body)]), ed25519).toString('base64')
    standard += standard === '' ? `v1a,${signature}` : ` v1a,${signature}`
  }
  const headers = ['webhook-id', id, 'webhook-timestamp', timestamp]
  if (standard !== '') headers.push('webhook-signature', standard)
  if (plain !== '') headers.push('X-Webhook-Signature', plain)
  headers.push('X-Webhook-Timestamp', timestamp, 'X-Webhook-Event', type)
  return headers
}

// The DER wrapping of a 32-byte ed25519 seed (RFC 8410, section 7).
const pkcs8Ed25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Decodes base64 as the public verifiers do: standard alphabet, padding optional. */
function decodeBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined
}
