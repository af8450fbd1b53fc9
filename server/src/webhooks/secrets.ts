import { ApiError } from '../api/errors.ts'
import { generateSecret, generateSigningKeys } from '../lib/signatures.ts'
import type { Vault } from '../lib/vault.ts'

/** A secret of an endpoint as stored, newest first; one that was rotated out goes on signing until it expires. */
export type StoredSecret = { sealed: string; createdAt: string; expiresAt: string | null }

/** Each one costs a signature in every request. */
const maxSecrets = 5

/** What the vault binds the secrets of an endpoint to. */
export const vaultContext = (workspaceId: string, endpointId: string): string => `${workspaceId}/${endpointId}`
export const secretContext = (context: string) => `${context}/secret`
export const signingKeyContext = (context: string) => `${context}/signing-key`

/** Seals a secret that was given, or makes one; answers it in the clear, too, to be shown once. */
export function newSecret(
  vault: Vault,
  context: string,
  now: number,
  given?: string,
): { secret: string; stored: StoredSecret } {
  const secret = given ?? generateSecret()
  const createdAt = new Date(now).toISOString()
  return { secret, stored: { sealed: vault.seal(secret, secretContext(context)), createdAt, expiresAt: null } }
}

/** Makes an ed25519 pair: the private half sealed, the public one for receivers. */
export function newSigningKey(vault: Vault, context: string): { signingKey: string; signingPublicKey: string } {
  const { signingKey, publicKey } = generateSigningKeys()
  return { signingKey: vault.seal(signingKey, signingKeyContext(context)), signingPublicKey: publicKey }
}

/**
 * Puts a new secret in front. The ones before sign for `overlapMs` more, or for less where they were rotated out already.
 * @throws ApiError CONFLICT where too many would sign at once
 */
export function rotate(secrets: StoredSecret[], added: StoredSecret, now: number, overlapMs: number): StoredSecret[] {
  const until = now + overlapMs
  const kept = activeAt(secrets, now)
    .map((secret) => ({ ...secret, expiresAt: new Date(Math.min(until, expiryOf(secret))).toISOString() }))
    .filter((secret) => expiryOf(secret) > now)
  if (kept.length >= maxSecrets) {
    throw new ApiError(
      'CONFLICT',
      `${kept.length} secrets of this endpoint are still valid; wait until one expires, or rotate with overlapSeconds 0, which ends them all.`,
    )
  }
  return [added, ...kept]
}

export const activeAt = <Secret extends { expiresAt: string | null }>(secrets: Secret[], now: number): Secret[] =>
  secrets.filter((secret) => expiryOf(secret) > now)

export const expiryOf = ({ expiresAt }: { expiresAt: string | null }): number =>
  expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt)

export const openSecret = (vault: Vault, context: string, { sealed }: StoredSecret): string =>
  vault.open(sealed, secretContext(context))
export const openSigningKey = (vault: Vault, context: string, sealed: string): string =>
  vault.open(sealed, signingKeyContext(context))
