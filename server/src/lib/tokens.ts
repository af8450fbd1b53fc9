import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const apiKeyForm = /^tnn_([0-9A-Za-z]{8})_[0-9A-Za-z]{40}$/

/** Generates an API key: `tnn_`, a prefix to recognise it by, and 40 base62 characters (238 bits) that are shown once. */
export function generateApiKey(): { key: string; prefix: string; hash: string } {
  const prefix = randomBase62(8)
  const key = `tnn_${prefix}_${randomBase62(40)}`
  return { key, prefix, hash: hashApiKey(key) }
}

/** Answers the prefix of an API key as generated here, or undefined for any other text. */
export const prefixOfApiKey = (key: string): string | undefined => apiKeyForm.exec(key)?.[1]

/** Answers the SHA-256 in hex under which a key is stored; enough because the key itself cannot be guessed. */
export const hashApiKey = (key: string): string => sha256(key).toString('hex')

/** Generates a session token: `tns_` and 43 base62 characters (256 bits). */
export function generateSessionToken(): { token: string; hash: string } {
  const token = `tns_${randomBase62(43)}`
  return { token, hash: hashSessionToken(token) }
}

/** Answers the SHA-256 in hex under which a session is stored. */
export const hashSessionToken = (token: string): string => sha256(token).toString('hex')

/** Compares two secrets in a time that tells nothing of either, their lengths included. */
export function safeEqual(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right))
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

function randomBase62(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      // 248 is the largest multiple of 62 in a byte; taking more would favour the first characters.
      if (byte < 248 && text.length < length) text += alphabet[byte % 62]
    }
  }
  return text
}
