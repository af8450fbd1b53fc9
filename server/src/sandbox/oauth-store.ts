import type { Adapter, AdapterPayload } from 'oidc-provider'
import { own } from './own.ts'

/** What the authorization server of one vendor remembers. Times are of the sandbox's clock, in seconds. */
export type OauthState = { [model: string]: { [id: string]: Entry } }
type Entry = { payload: AdapterPayload; order: number; isRevoked?: boolean }

export type OauthClient = { clientId: string; clientSecret: string; redirectUris?: string[] | undefined }

export type TokenLookup =
  | { state: 'valid'; account: string; scopes: string[]; clientId: string }
  | { state: 'expired' | 'revoked' | 'unknown' }

/**
 * Storage for `oidc-provider`, which knows the machine's time only: what it says in that time is kept in the sandbox's, and told
 * back in the machine's, so that moving the sandbox's clock lets tokens run out.
 */
export function createOauthStore(options: {
  state: OauthState
  now(): number
  nextOrder(): number
  clientOf(id: string): AdapterPayload | undefined
  /** The orders of faults: what was given out before counts as expired or revoked. */
  deadBefore(account: string | undefined): { expired: number; revoked: number }
}) {
  const { state, now, nextOrder, clientOf, deadBefore } = options
  const seconds = () => Math.floor(now() / 1_000)
  const offsetSeconds = () => seconds() - Math.floor(Date.now() / 1_000)
  const table = (model: string) => {
    state[model] ??= {}
    return state[model]
  }

  function shift(payload: AdapterPayload, by: number): AdapterPayload {
    const shifted = { ...payload }
    for (const name of ['iat', 'exp', 'loginTs', 'auth_time', 'authTime'] as const) {
      const value = shifted[name]
      if (typeof value === 'number') shifted[name] = value + by
    }
    return shifted
  }

  function isDead(entry: Entry): boolean {
    return entry.isRevoked === true || entry.order < deadBefore(entry.payload.accountId).revoked
  }

  const adapterFor = (model: string): Adapter => ({
    upsert: async (id, payload, expiresIn) => {
      const known = own(table(model), id)
      const kept = shift(payload, offsetSeconds())
      // Exactly: the machine's second may have ended since the payload was made.
      if (!known && expiresIn !== undefined) kept.exp = seconds() + expiresIn
      table(model)[id] = { payload: kept, order: known?.order ?? nextOrder() }
    },
    find: async (id) => {
      if (model === 'Client') return clientOf(id)
      const entry = own(table(model), id)
      return entry && !isDead(entry) ? shift(entry.payload, -offsetSeconds()) : undefined
    },
    findByUid: async (uid) => {
      const entry = Object.values(table(model)).find(({ payload }) => payload.uid === uid)
      return entry ? shift(entry.payload, -offsetSeconds()) : undefined
    },
    findByUserCode: async () => undefined,
    consume: async (id) => {
      const entry = own(table(model), id)
      if (entry) entry.payload.consumed = seconds()
    },
    destroy: async (id) => {
      const entry = own(table(model), id)
      // Tokens stay as stones, so that a dead one is told from one that never was.
      if (entry && model.endsWith('Token')) entry.isRevoked = true
      else delete table(model)[id]
    },
    revokeByGrantId: async (grantId) => {
      for (const entry of Object.values(table(model))) if (entry.payload.grantId === grantId) entry.isRevoked = true
    },
  })

  return {
    adapterFor,
    /** What an access token is worth now. */
    lookUp(token: string): TokenLookup {
      const entry = own(table('AccessToken'), token)
      const { accountId, clientId, scope, exp } = entry?.payload ?? {}
      if (!entry || accountId === undefined || clientId === undefined) return { state: 'unknown' }
      if (isDead(entry)) return { state: 'revoked' }
      const isExpired = typeof exp === 'number' && exp <= seconds()
      if (isExpired || entry.order < deadBefore(accountId).expired) return { state: 'expired' }
      return { state: 'valid', account: accountId, scopes: (scope ?? '').split(' ').filter(Boolean), clientId }
    },
    /** The account of a token, dead or alive. */
    accountOf: (token: string): string | undefined =>
      own(table('AccessToken'), token)?.payload.accountId ?? own(table('RefreshToken'), token)?.payload.accountId,
    /** Kills all that was given out for an account. */
    revokeAccount(account: string): void {
      for (const model of Object.keys(state)) {
        for (const entry of Object.values(table(model))) {
          if (entry.payload.accountId === account && model !== 'Session') entry.isRevoked = true
        }
      }
    },
    /** Forgets what ran out more than a day ago. */
    tidy(): void {
      const limit = seconds() - 86_400
      for (const entries of Object.values(state)) {
        for (const [id, { payload }] of Object.entries(entries)) {
          if (typeof payload.exp === 'number' && payload.exp < limit) delete entries[id]
        }
      }
    },
  }
}
