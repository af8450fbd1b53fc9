import { bearer, encryptedFields } from './auth.ts'
import type { AnyConnector, Auth } from './connector.ts'
import type { Query } from './http-types.ts'

/** The way in that the credentials belong to. */
export function authOf(
  offered: readonly Auth[],
  type: Auth['type'] | undefined,
  credentials: Record<string, string>,
): Auth {
  const wanted = type ?? (credentials.access_token === undefined ? undefined : 'oauth2')
  const found =
    wanted === undefined
      ? offered.find(({ type: own }) => own !== 'oauth2')
      : offered.find(({ type: own }) => own === wanted)
  return found ?? offered[0] ?? { type: 'none' }
}

/** What they put into a request. */
export function applied(
  auth: Auth,
  credentials: Record<string, string>,
): { headers?: Record<string, string>; query?: Query } {
  if (auth.type === 'none') return {}
  if (auth.type === 'keys') return auth.apply(credentials)
  if (auth.apply) return auth.apply(credentials)
  const { access_token: token = '' } = credentials
  return auth.scheme === undefined ? bearer(token) : { headers: { authorization: `${auth.scheme} ${token}` } }
}

/**
 * Everything that must not be seen: keys, tokens, encrypted settings, and how they stand in a request. What a token answer tells besides
 * (`token_type`, an API's domain) is no secret, and would blot out ordinary words.
 */
export function secretsOf(
  connector: Pick<AnyConnector, 'settings'>,
  auth: Auth,
  credentials: Record<string, string>,
  settings: Record<string, unknown>,
): string[] {
  const isSecret = (name: string) =>
    auth.type !== 'oauth2' ||
    (/token|secret|password|key/i.test(name) && name !== 'token_type' && !auth.keep?.includes(name))
  const own = Object.entries(credentials).flatMap(([name, value]) => (isSecret(name) ? [value] : []))
  const sealed = encryptedFields(connector.settings).map((name) => settings[name])
  const shown = Object.values(applied(auth, credentials).headers ?? {}).flatMap((value) => [value, ...value.split(' ')])
  return [...own, ...sealed, ...shown].filter((value): value is string => typeof value === 'string')
}
