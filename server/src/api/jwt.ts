import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import type { Config } from '../config.ts'
import type { Clock } from '../lib/clock.ts'
import { isId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import { ApiError } from './errors.ts'
import type { Principal } from './principal.ts'

/** Public-key algorithms that a JWKS may sign with. */
const publicKeyAlgorithms = ['RS256', 'ES256', 'EdDSA', 'Ed25519']

/**
 * Creates the check of bearer tokens (RFC 7519): HS256 by TENON_JWT_SECRET, the others by the keys at TENON_JWKS_URL. Each kind
 * of key verifies its own algorithms only, so that a public key can never pass for a shared secret (RFC 8725, section 3.1).
 * Claims: `exp` and `workspace` are required, `scopes` is a list or a text with spaces.
 */
export function createTokenVerifier({ config, clock, log }: { config: Config; clock: Clock; log: Log }) {
  const secret = config.TENON_JWT_SECRET ? new TextEncoder().encode(config.TENON_JWT_SECRET) : undefined
  const keySet = config.TENON_JWKS_URL
    ? createRemoteJWKSet(new URL(config.TENON_JWKS_URL), { timeoutDuration: 5_000, cooldownDuration: 10_000 })
    : undefined

  return async (token: string): Promise<{ principal: Principal; expiresAt: number }> => {
    const options: JWTVerifyOptions = {
      requiredClaims: ['exp'],
      currentDate: new Date(clock.now()),
      clockTolerance: 5,
      ...(config.TENON_JWT_ISSUER ? { issuer: config.TENON_JWT_ISSUER } : {}),
      ...(config.TENON_JWT_AUDIENCE ? { audience: config.TENON_JWT_AUDIENCE } : {}),
    }
    try {
      const algorithm = decodeProtectedHeader(token).alg ?? ''
      if (secret && algorithm === 'HS256') {
        return principalOf((await jwtVerify(token, secret, { ...options, algorithms: ['HS256'] })).payload)
      }
      if (keySet && publicKeyAlgorithms.includes(algorithm)) {
        return principalOf((await jwtVerify(token, keySet, { ...options, algorithms: publicKeyAlgorithms })).payload)
      }
    } catch (error) {
      if (error instanceof ApiError) throw error
      if (keySet && isOutage(error)) {
        log.warn({ err: error }, 'the keys of bearer tokens could not be fetched')
        throw new ApiError('UNAVAILABLE', 'The keys that tokens are checked with cannot be fetched right now.')
      }
      throw refused(reasonOf(error))
    }
    throw refused('is not valid (any more)')
  }
}

function principalOf(claims: JWTPayload): { principal: Principal; expiresAt: number } {
  const { workspace, scopes, sub, jti, exp } = claims
  if (typeof workspace !== 'string' || !isId(workspace)) throw refused('has no claim "workspace" with the id of one')
  const list = typeof scopes === 'string' ? scopes.split(' ') : Array.isArray(scopes) ? scopes : []
  const principal: Principal = {
    kind: 'jwt',
    id: `${workspace}:${sub ?? jti ?? ''}`,
    workspaceId: workspace,
    scopes: new Set(list.filter((scope) => typeof scope === 'string' && scope !== '')),
  }
  return { principal, expiresAt: exp! * 1_000 }
}

const refused = (reason: string) =>
  new ApiError('UNAUTHENTICATED', `This API key or token ${reason}.`, {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  })

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'has expired'
  if (error instanceof errors.JWTClaimValidationFailed) return `has a wrong or missing claim "${error.claim}"`
  return 'is not valid (any more)'
}

/** Everything that is not about the token itself is about fetching the keys. */
const isOutage = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout ||
  (error instanceof errors.JOSEError
    ? error.code === 'ERR_JOSE_GENERIC'
    : !(error instanceof TypeError && /token/i.test(error.message)))
