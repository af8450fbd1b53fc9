import type { FastifyRequest } from 'fastify'
import { type Account, type AccountState, createAccount, emptyAccount } from './account.ts'
import type { Emulator } from './emulator.ts'
import type { Faults } from './faults.ts'
import type { Oauth } from './oauth.ts'
import type { OauthState } from './oauth-store.ts'
import { own } from './own.ts'
import type { RecordChange } from './records.ts'
import type { OutgoingWebhook } from './webhook-sender.ts'
import type { Caller, World } from './world.ts'

/** All that one vendor's emulator remembers, as it is kept over a restart. */
export type SavedVendor = {
  accounts: { [name: string]: AccountState }
  sequences: { [name: string]: number }
  keys: { [key: string]: { account: string; scopes: string[] | 'all'; order: number } }
  oauth: OauthState
}

export const emptyVendor = (): SavedVendor => ({ accounts: {}, sequences: {}, keys: {}, oauth: {} })

type Found = { state: 'valid'; caller: Caller } | { state: 'expired' | 'revoked' | 'unknown' }

/** One vendor: its accounts, keys and tokens, and the world that its routes work on. */
export type VendorState = {
  world: World
  oauth: Oauth | undefined
  oauthUrl(): string
  /** What a token or key is worth now. */
  lookUp(token: string): Found
  /** Whose it is, dead or alive. */
  accountNameOf(token: string): string | undefined
  callers: WeakMap<FastifyRequest, Caller>
  bytes: WeakMap<FastifyRequest, Buffer>
  /** Waits, at most until the sandbox stops. */
  delay(ms: number): Promise<void>
}

export function createVendor(options: {
  emulator: Emulator<unknown>
  saved: SavedVendor
  /** Where the sandbox answers. */
  url(): string
  now(): number
  nextOrder(): number
  faults: Faults
  oauth: Oauth | undefined
  /** Where people sign in for this vendor as well. */
  signsInAt(): Oauth | undefined
  send(webhook: OutgoingWebhook): void
  delay(ms: number): Promise<void>
}): VendorState {
  const { emulator, saved, url, now, nextOrder, faults, oauth, signsInAt, send, delay } = options
  const vendor = emulator.id
  const accounts = new Map<string, Account>()
  const listeners: { type: string; listener: (account: Account, change: RecordChange) => void }[] = []
  const callers = new WeakMap<FastifyRequest, Caller>()
  const bytes = new WeakMap<FastifyRequest, Buffer>()

  for (const [key, account] of Object.entries(emulator.keys ?? {})) {
    saved.keys[key] ??= { account, scopes: 'all', order: nextOrder() }
  }

  const nextId = (sequence = 'id'): string => {
    saved.sequences[sequence] = (saved.sequences[sequence] ?? 1_000) + 1
    return String(saved.sequences[sequence])
  }
  const account = (name: string): Account => {
    let found = accounts.get(name)
    if (!found) {
      const state = own(saved.accounts, name) ?? emptyAccount()
      saved.accounts[name] = state
      found = createAccount({
        name,
        state,
        now,
        newId: nextId,
        changed: (changed, change) => {
          for (const { type, listener } of listeners)
            if (type === '*' || type === change.type) listener(changed, change)
        },
      })
      accounts.set(name, found)
    }
    return found
  }

  /** `sandbox-acme-token-globex` opens the account `globex`. */
  function furtherKey(token: string): SavedVendor['keys'][string] | undefined {
    for (const [known, { scopes }] of Object.entries(saved.keys)) {
      const account = token.startsWith(`${known}-`) ? token.slice(known.length + 1) : ''
      if (!own(emulator.keys ?? {}, known) || !/^[\w-]{1,64}$/.test(account)) continue
      const key = { account, scopes, order: nextOrder() }
      saved.keys[token] = key
      return key
    }
    return undefined
  }

  function lookUp(token: string): Found {
    const key = own(saved.keys, token) ?? furtherKey(token)
    if (key) {
      const dead = deadBefore(faults, vendor, key.account)
      if (key.order < dead.revoked) return { state: 'revoked' }
      if (key.order < dead.expired) return { state: 'expired' }
      return { state: 'valid', caller: { account: key.account, scopes: key.scopes, token } }
    }
    const found = (oauth ?? signsInAt())?.store.lookUp(token) ?? { state: 'unknown' }
    if (found.state !== 'valid') return found
    const { account, scopes, clientId } = found
    return { state: 'valid', caller: { account, scopes, clientId, token } }
  }

  const accountNameOf = (token: string): string | undefined =>
    own(saved.keys, token)?.account ?? (oauth ?? signsInAt())?.store.accountOf(token)

  function callerOf(request: FastifyRequest): Caller {
    const caller = callers.get(request)
    if (!caller) throw new TypeError(`The route ${request.routeOptions.url} is public and has no account.`)
    return caller
  }

  const withOauth = (): Oauth => {
    if (!oauth) throw new TypeError(`${emulator.name} has no OAuth.`)
    return oauth
  }

  const world: World = {
    vendor,
    get url() {
      return `${url()}/${vendor}`
    },
    now,
    nextId,
    account,
    accounts: () => Object.keys(saved.accounts).map(account),
    accountOf: (request) => account(callerOf(request).account),
    callerOf,
    bytesOf: (request) => bytes.get(request) ?? Buffer.alloc(0),
    registerKey: (key, name = 'sandbox', scopes) => {
      saved.keys[key] = { account: name, scopes: scopes ?? 'all', order: nextOrder() }
    },
    forgetKey: (key) => {
      delete saved.keys[key]
    },
    accountOfToken: (token) => {
      const found = lookUp(token)
      return found.state === 'valid' ? account(found.caller.account) : undefined
    },
    onChange: (type, listener) => void listeners.push({ type, listener }),
    send,
    oauth: {
      get client() {
        return withOauth().client
      },
      registerClient: (client) => withOauth().registerClient(client),
      grant: async (grant) => await withOauth().grant(grant),
      revoke: (name) => withOauth().store.revokeAccount(name),
    },
  }
  return { world, oauth, oauthUrl: () => `${url()}/oauth/${vendor}`, lookUp, accountNameOf, callers, bytes, delay }
}

/** What was given out before these orders counts as expired or revoked, by the faults that are on. */
export function deadBefore(
  faults: Faults,
  vendor: string,
  account: string | undefined,
): { expired: number; revoked: number } {
  const dead = { expired: 0, revoked: 0 }
  for (const fault of faults.list()) {
    if (fault.vendor !== '*' && fault.vendor !== vendor) continue
    if (fault.account !== undefined && fault.account !== account) continue
    if (fault.kind === 'expired_token') dead.expired = Math.max(dead.expired, fault.order)
    if (fault.kind === 'revoked_token') dead.revoked = Math.max(dead.revoked, fault.order)
  }
  return dead
}
