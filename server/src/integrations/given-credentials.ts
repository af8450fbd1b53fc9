import type { Detail } from '../api/errors.ts'
import type { Auth } from '../kit/connector.ts'

/** Credentials as they are to be sealed, and until when they are taken to hold. */
export type Given = { values: Record<string, string>; expiresAt: Date | null }

/* Tokens that a program brings along, by the names of programs and those of RFC 6749. */
const names: Record<string, 'access_token' | 'refresh_token'> = {
  accessToken: 'access_token',
  access_token: 'access_token',
  refreshToken: 'refresh_token',
  refresh_token: 'refresh_token',
}

/** Whether these can only be the tokens of a sign-in that was made elsewhere. */
export const areTokens = (credentials: Record<string, string>): boolean =>
  Object.keys(credentials).every((name) => Object.hasOwn(names, name)) &&
  Object.keys(credentials).some((name) => names[name] === 'refresh_token')

/** What is wrong with tokens that were given in place of a sign-in, if anything. */
export function faultsOfTokens(credentials: Record<string, string>, field: string): Detail[] {
  const faults = Object.entries(credentials).flatMap(([name, value]) => {
    if (!Object.hasOwn(names, name))
      return [
        { field: `${field}.${name}`, message: 'is not taken here: give refreshToken, and accessToken where known' },
      ]
    return value.trim() === '' ? [{ field: `${field}.${name}`, message: 'is empty' }] : []
  })
  if (areTokens(credentials) || faults.length > 0) return faults
  const message =
    'is missing: an access token alone ends within hours and cannot be renewed. Give the refresh token that came with it, or sign in at the vendor'
  return [{ field: `${field}.refreshToken`, message }]
}

/**
 * Credentials as the vault keeps them. How long a token lives that came from elsewhere is not known, and whether this hub can renew it
 * is what matters: it counts as ended, so that the first test renews it.
 */
export function givenOf(auth: Auth, credentials: Record<string, string>, now: number): Given {
  if (auth.type !== 'oauth2') return { values: credentials, expiresAt: null }
  const values = Object.fromEntries(
    Object.entries(credentials).map(([name, value]) => [names[name] ?? name, value.trim()]),
  )
  return { values, expiresAt: new Date(now) }
}
