import { createHash } from 'node:crypto'
import { ApiError, notFound } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { ConnectorError } from '../kit/errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { OAuthFailure } from './oauth-failure.ts'
import { findIntegration, type IntegrationRow } from './queries.ts'
import type { Current, Refresh, Refreshed } from './refresh.ts'
import { listExpiring } from './refresh-lease.ts'

const kind = 'integration.refresh'
const longestMarginMs = 600_000
/** An access token that ends so soon is not handed out while a new one can be had. */
const urgentMs = 30_000
/** What is assumed of a token whose lifetime was not kept. */
const assumedLifetimeSeconds = 3_600
const sweepSize = 500
const sweepConcurrency = 8

export type Credentials = {
  /**
   * The credentials as they are to be used now, renewed first where they are about to end. `row` spares a look-up to who has just
   * read it.
   * @throws ApiError NOT_FOUND or INTEGRATION_NOT_ACTIVE; VaultError; ConnectorError AUTH_ERROR where a person must connect again,
   *   CONNECTION_FAILED where the vendor cannot renew them right now
   */
  current(workspaceId: string, integrationId: string, row?: IntegrationRow): Promise<Current>
  /**
   * Newer credentials than `version`, which the vendor called expired; undefined where there are none to be had.
   * @throws as `current`
   */
  refreshed(workspaceId: string, integrationId: string, version: number): Promise<Current | undefined>
}

/** The credentials of integrations, never older than need be. Renews what ends soon ahead of time, every minute. */
export function createCredentials(deps: {
  database: Database
  engine: Engine
  refresh: Refresh
  clock: Clock
  log: Log
}): Credentials {
  const { database, engine, refresh, clock, log } = deps

  const marginOf = (id: string, values: Record<string, string>): number =>
    refreshMarginMs(id, Number(values.expires_in ?? assumedLifetimeSeconds))

  async function renewed(row: IntegrationRow, current: Current, leftMs: number): Promise<Current> {
    const result = await refresh.refresh(row.workspaceId, row.id, current.version)
    if (result.done) return result.current
    // The old token is good until it ends. One that nobody renews is judged by the vendor.
    if (leftMs > 0 || result.why === 'impossible' || result.why.kind === 'unclear') return current
    throw errorOf(result.why)
  }

  async function current(workspaceId: string, integrationId: string, known?: IntegrationRow): Promise<Current> {
    const row = known ?? (await findIntegration(database.hub, workspaceId, integrationId))
    if (!row) throw notFound('integration')
    if (row.sealedCredentials === null)
      throw new ApiError('INTEGRATION_NOT_ACTIVE', 'No account is connected yet; connect it first.')
    const present = refresh.opened(row)
    if (row.authType !== 'oauth2' || !present.expiresAt || present.values.refresh_token === undefined) return present
    const leftMs = present.expiresAt.getTime() - clock.now()
    const marginMs = marginOf(row.id, present.values)
    if (leftMs > marginMs) return present
    if (leftMs <= Math.min(urgentMs, marginMs / 2)) return renewed(row, present, leftMs)
    // There is time: this operation does not wait for the renewal.
    refresh.refresh(workspaceId, integrationId, present.version).catch((error) => lament(integrationId, error))
    return present
  }

  async function refreshed(workspaceId: string, integrationId: string, version: number): Promise<Current | undefined> {
    const result: Refreshed = await refresh.refresh(workspaceId, integrationId, version)
    if (result.done) return result.current
    // The vendor has refused the token itself, and says nothing else: its refusal stands.
    if (result.why === 'impossible' || result.why.kind === 'unclear') return undefined
    throw errorOf(result.why)
  }

  const lament = (integrationId: string, error: unknown) =>
    log.warn({ err: error, integrationId }, 'Integrations: credentials could not be refreshed')

  async function sweep(signal: AbortSignal): Promise<void> {
    const before = new Date(clock.now() + longestMarginMs)
    let after: { expiresAt: Date; id: string } | undefined
    for (;;) {
      const rows = await listExpiring(database.hub, { before, limit: sweepSize, after })
      const waiting = rows.values()
      const work = async () => {
        for (const row of waiting) if (!signal.aborted) await ahead(row).catch((error) => lament(row.id, error))
      }
      await Promise.all(Array.from({ length: sweepConcurrency }, work))
      const last = rows.at(-1)
      if (rows.length < sweepSize || !last?.credentialsExpireAt || signal.aborted) return
      after = { expiresAt: last.credentialsExpireAt, id: last.id }
    }
  }

  /** Renews what ends soon. */
  async function ahead(row: IntegrationRow): Promise<void> {
    const { values, expiresAt, version } = refresh.opened(row)
    if (values.refresh_token === undefined || !expiresAt) return
    if (expiresAt.getTime() - clock.now() > marginOf(row.id, values)) return
    await refresh.refresh(row.workspaceId, row.id, version)
  }

  engine.define(kind, { delivers: false, run: (_job, { signal }) => sweep(signal) })
  engine.every('* * * * *', kind)

  return { current, refreshed }
}

/**
 * How long before its end a token is renewed: a fifth of its life, ten minutes at most, and up to a quarter less by chance of the
 * integration's id, so that what was connected together is not renewed together.
 */
export function refreshMarginMs(integrationId: string, lifetimeSeconds: number): number {
  const longest = Math.min(longestMarginMs, lifetimeSeconds * 200)
  const chance = createHash('sha256').update(integrationId).digest().readUInt16BE() / 65_536
  return Math.round(longest * (1 - chance / 4))
}

function errorOf({ kind, message, vendorCode, retryAfterMs }: OAuthFailure): ConnectorError {
  const facts = { vendorCode, retryAfterMs }
  if (kind === 'refused')
    return new ConnectorError('AUTH_ERROR', `${message}; connect the account again (AUTH_ERROR)`, facts)
  if (kind === 'misconfigured')
    return new ConnectorError('CONFIG_SCHEMA_INVALID', `${message} (CONFIG_SCHEMA_INVALID)`, facts)
  return new ConnectorError('CONNECTION_FAILED', `${message}; it will be tried again (CONNECTION_FAILED)`, facts)
}
