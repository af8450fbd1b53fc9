import { createCipheriv, createDecipheriv, createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'

export type VaultKey = { id: string; key: KeyObject }

export type Vault = {
  /** Seals a text with the current key; `context` says what it belongs to, such as `workspaceId/endpointId/secret`. */
  seal(plaintext: string, context: string): string
  /** Opens what `seal` made with the same context; throws a `VaultError`. */
  open(sealed: string, context: string): string
  /** Answers whether this was sealed with another key than the current one. */
  needsRotation(sealed: string): boolean
}

/** A sealed text cannot be opened; the message never contains any of it. */
export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly code: 'MALFORMED' | 'UNKNOWN_KEY' | 'TAMPERED'

  constructor(code: VaultError['code'], message: string) {
    super(message)
    this.code = code
  }
}

const version = 'v1'
const ivBytes = 12
const tagBytes = 16

/**
 * Creates a vault over AES-256-GCM. A sealed text reads `v1.<key id>.<iv>.<ciphertext and tag>`, both in base64url;
 * version, key id and context are authenticated with it, so that it opens nowhere but where it was put.
 *
 * A random 96-bit iv is safe for 2^32 texts under one key (NIST SP 800-38D, section 8.3): rotate long before.
 */
export function createVault({ keys, current }: { keys: readonly VaultKey[]; current: string }): Vault {
  const keyById = new Map(keys.map(({ id, key }) => [id, key]))
  const currentKey = keyById.get(current)
  if (!currentKey) throw new TypeError(`The vault's current key ${current} is not among its keys`)

  return {
    seal(plaintext, context) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', currentKey, iv, { authTagLength: tagBytes })
      cipher.setAAD(authenticatedData(current, context))
      const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${version}.${current}.${iv.toString('base64url')}.${sealed.toString('base64url')}`
    },

    open(sealed, context) {
      const { keyId, iv, bytes } = parseSealed(sealed)
      const key = keyById.get(keyId)
      if (!key) {
        throw new VaultError(
          'UNKNOWN_KEY',
          `Sealed with key ${keyId}, which is not in TENON_MASTER_KEY; add that key to it`,
        )
      }
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
      decipher.setAAD(authenticatedData(keyId, context))
      decipher.setAuthTag(bytes.subarray(-tagBytes))
      try {
        return decipher.update(bytes.subarray(0, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
      } catch {
        throw new VaultError('TAMPERED', 'The sealed text was changed, or belongs to another place')
      }
    },

    needsRotation: (sealed) => parseSealed(sealed).keyId !== current,
  }
}

/** Answers a key with the id that its ciphertexts bear: 8 hex digits of its hash, which tell nothing of the key. */
export function vaultKey(bytes: Uint8Array): VaultKey {
  if (bytes.length !== 32) throw new TypeError(`A vault key must have 32 bytes, not ${bytes.length}`)
  const id = createHash('sha256').update('tenon vault key id').update(bytes).digest('hex').slice(0, 8)
  return { id, key: createSecretKey(bytes) }
}

/** Length first, so that no two pairs of key id and context read the same. */
const authenticatedData = (keyId: string, context: string) =>
  Buffer.from(`${version}.${keyId.length}.${keyId}.${context}`, 'utf8')

function parseSealed(sealed: string): { keyId: string; iv: Buffer; bytes: Buffer } {
  const [, keyId, iv, bytes] = /^v1\.([\w-]+)\.([\w-]{16})\.([\w-]{22,})$/.exec(sealed) ?? []
  if (!keyId || !iv || !bytes) throw new VaultError('MALFORMED', 'This is not a text sealed by the vault')
  return { keyId, iv: Buffer.from(iv, 'base64url'), bytes: Buffer.from(bytes, 'base64url') }
}
