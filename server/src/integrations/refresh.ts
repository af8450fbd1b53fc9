import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Database } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Vault } from '../lib/vault.ts'
import type { Templates } from '../templates/templates.ts'
import type { OAuthApplications } from './oauth-applications.ts'
import { atServer, judgeTokenAnswer, refreshRequest, type Tokens } from './oauth-client.ts'
import type { TokenEndpoint } from './oauth-endpoint.ts'
import { OAuthFailure } from './oauth-failure.ts'
import { oauthOf, oauthWithin } from './oauth-providers.ts'
import { findIntegration, type IntegrationRow, lockIntegration } from './queries.ts'
import { backOff, leaseMs, leaseOf, swapCredentials, takeLease } from './refresh-lease.ts'
import { openCredentials, sealCredentials } from './sealing.ts'
import { changeStatus } from './status.ts'

/** An outage is waited out: 5 s, 10 s, 20 s … 5 minutes. */
const firstBackOffMs = 5_000
const longestBackOffMs = 300_000
/** What another process is doing is waited for this long. */
const patienceMs = leaseMs + 5_000
const storingTries = 6

/** The credentials of a version, opened. */
export type Current = { version: number; values: Record<string, string>; expiresAt: Date | null }

/** What a refresh came to. */
export type Refreshed =
  | { done: true; current: Current }
  /** Nobody can: there is no refresh token, no application, no integration any more. */
  | { done: false; why: 'impossible' }
  | { done: false; why: OAuthFailure }

export type Refresh = ReturnType<typeof createRefresh>

/**
 * Renews credentials: for one version of them once, whatever the number of those who ask and of the processes they ask in. The vendor
 * is called outside of any transaction, and what it gives is stored before anybody uses it.
 */
export function createRefresh(deps: {
  database: Database
  engine: Engine
  vault: Vault
  templates: Pick<Templates, 'find'>
  applications: Pick<OAuthApplications, 'find'>
  endpoint: TokenEndpoint
  clock: Clock
  log: Log
}) {
  const { database, engine, vault, templates, applications, endpoint, clock, log } = deps
  const owner = randomUUID()
  const underWay = new Map<string, Promise<Refreshed>>()
  const failures = new LRUCache<string, { count: number; failure: OAuthFailure }>({ max: 10_000 })

  const opened = (row: IntegrationRow): Current => ({
    version: row.credentialsVersion,
    values: row.sealedCredentials === null ? {} : openCredentials(vault, row, row.sealedCredentials),
    expiresAt: row.credentialsExpireAt,
  })

  async function refresh(workspaceId: string, id: string, version: number): Promise<Refreshed> {
    const startedAt = performance.now()
    for (let waitMs = 20; ; waitMs = Math.min(waitMs * 2, 400)) {
      const row = await findIntegration(database.hub, workspaceId, id)
      if (!row || row.sealedCredentials === null) return { done: false, why: 'impossible' }
      // Somebody was faster, and what they got is stored.
      if (row.credentialsVersion !== version) return { done: true, current: opened(row) }
      if (await takeLease(database.hub, row, owner)) return renew(row)
      const lease = await leaseOf(database.hub, row)
      if (lease === 'backing-off') return { done: false, why: lastFailure(row) }
      if (performance.now() - startedAt > patienceMs) {
        return { done: false, why: new OAuthFailure('outage', 'Another process is still refreshing the credentials') }
      }
      await wait(waitMs)
    }
  }

  /** Why nobody tries right now. Another process may know more than this one. */
  function lastFailure({ id, status, errorMessage }: IntegrationRow): OAuthFailure {
    if (status === 'reauth_required')
      return new OAuthFailure('refused', errorMessage ?? 'The vendor does not accept this sign-in any more')
    return failures.get(id)?.failure ?? new OAuthFailure('outage', 'The vendor could not give a token a moment ago')
  }

  /** With the lease in hand. */
  async function renew(row: IntegrationRow): Promise<Refreshed> {
    const { workspaceId, id } = row
    try {
      const tokens = await ask(row)
      if (tokens === undefined) {
        await backOff(database.hub, row, owner, 0)
        return { done: false, why: 'impossible' }
      }
      failures.delete(id)
      const isKept = await store(row, tokens)
      if (!isKept) return await whatIsThere(workspaceId, id)
      log.debug({ integrationId: id, expiresAt: tokens.expiresAt }, 'Integrations: credentials were refreshed')
      return { done: true, current: { version: row.credentialsVersion + 1, ...tokens } }
    } catch (error) {
      if (error instanceof OAuthFailure) return await fail(row, error)
      await backOff(database.hub, row, owner, 0).catch(() => {})
      throw error
    }
  }

  /** @throws OAuthFailure */
  async function ask(row: IntegrationRow): Promise<Tokens | undefined> {
    const connector = await templates.find(row.templateId)
    const auth = connector && oauthOf(connector)
    const { values } = opened(row)
    if (!connector || !auth || values.refresh_token === undefined) return undefined
    const application = await applications.find(auth.provider)
    if (!application)
      throw new OAuthFailure(
        'misconfigured',
        `This hub has no application at ${connector.name} with which the tokens could be renewed; its operator configures one`,
      )
    const within = atServer(oauthWithin(auth, row.config), values)
    const answer = await endpoint(connector, refreshRequest(within, application, values.refresh_token))
    return judgeTokenAnswer(connector.name, auth, answer, clock.now(), values)
  }

  /** The vendor may have forgotten the old tokens, so a database that is away for a moment must not lose the new ones. */
  async function store(row: IntegrationRow, { values, expiresAt }: Tokens): Promise<boolean> {
    const sealed = sealCredentials(vault, row, values)
    for (let attempt = 1; ; attempt++) {
      try {
        return await swapCredentials(database.hub, row, sealed, expiresAt)
      } catch (error) {
        if (attempt === storingTries) throw error
        log.warn({ err: error, integrationId: row.id }, 'Integrations: refreshed credentials could not be stored yet')
        await wait(exponentialDelay(attempt, 200, 5_000))
      }
    }
  }

  async function whatIsThere(workspaceId: string, id: string): Promise<Refreshed> {
    const row = await findIntegration(database.hub, workspaceId, id)
    return row ? { done: true, current: opened(row) } : { done: false, why: 'impossible' }
  }

  async function fail(row: IntegrationRow, failure: OAuthFailure): Promise<Refreshed> {
    const { workspaceId, id } = row
    const count = (failures.get(id)?.count ?? 0) + 1
    failures.set(id, { count, failure })
    log.warn(
      { integrationId: id, kind: failure.kind, vendorCode: failure.vendorCode, count },
      `Integrations: ${failure.message}`,
    )
    if (failure.kind === 'refused') return await refuse(row, failure)
    const ms = Math.max(failure.retryAfterMs ?? 0, exponentialDelay(count, firstBackOffMs, longestBackOffMs))
    await backOff(database.hub, row, owner, Math.min(ms, longestBackOffMs))
    // Somebody connected again while the vendor was asked.
    const present = await findIntegration(database.hub, workspaceId, id)
    if (present && present.credentialsVersion !== row.credentialsVersion)
      return { done: true, current: opened(present) }
    return { done: false, why: failure }
  }

  /** The vendor says that the grant is dead. It is, unless the refresh token was dead only because somebody has used it meanwhile. */
  async function refuse(row: IntegrationRow, failure: OAuthFailure): Promise<Refreshed> {
    const { workspaceId, id } = row
    const present = await database.transaction(async (tx) => {
      const locked = await lockIntegration(tx, workspaceId, id)
      if (locked?.credentialsVersion !== row.credentialsVersion) return locked
      const words = { errorCode: 'AUTH_ERROR', error: `${failure.message}. Connect the account again.` }
      await changeStatus(tx, { engine, clock }, workspaceId, id, 'reauth_required', words)
      await engine.subscriptionsChanged(tx, workspaceId)
      await backOff(tx, row, owner, leaseMs)
      return undefined
    })
    return present ? { done: true, current: opened(present) } : { done: false, why: failure }
  }

  return {
    opened,

    /** Renews this version of the credentials, or answers what others made of it. */
    refresh(workspaceId: string, id: string, version: number): Promise<Refreshed> {
      const key = `${id} ${version}`
      let mine = underWay.get(key)
      if (!mine) {
        mine = refresh(workspaceId, id, version).finally(() => underWay.delete(key))
        underWay.set(key, mine)
      }
      return mine
    },
  }
}
