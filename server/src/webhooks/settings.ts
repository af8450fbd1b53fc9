import type { KeyObject } from 'node:crypto'
import type { LanePolicy, RetryRule } from '../engine/types.ts'
import { aliasedTypes } from '../events/event-patterns.ts'
import { exponentialDelay, jitter } from '../lib/backoff.ts'
import { type PreparedSecret, prepareSecret, prepareSigningKey } from '../lib/signatures.ts'
import type { Vault } from '../lib/vault.ts'
import { openHeaders } from './custom-headers.ts'
import type { EndpointRow } from './queries.ts'
import { activeAt, expiryOf, openSecret, openSigningKey, vaultContext } from './secrets.ts'

/** An endpoint, prepared so that a delivery costs no more than signing and sending. */
export type EndpointSettings = {
  workspaceId: string
  id: string
  origin: string
  path: string
  timeoutMs: number
  policy: LanePolicy
  retry: RetryRule
  /** The name under which it knows a type, where that is not the canonical one. */
  aliases: ReadonlyMap<string, string> | undefined
  /** Headers that are the same for each delivery, as a flat list of names and values. */
  headers: string[]
  ed25519: KeyObject | undefined
  /** The secrets that sign now; newest first. */
  secretsAt(now: number): readonly PreparedSecret[]
}

export const userAgent = 'Tenon/1'
export const ownHeaders = ['content-type', 'application/json', 'user-agent', userAgent]

/**
 * Prepares an endpoint.
 * @throws VaultError where its secrets cannot be opened
 */
export function prepareEndpoint(row: EndpointRow, vault: Vault): EndpointSettings {
  const context = vaultContext(row.workspaceId, row.id)
  const url = new URL(row.url)
  const secrets = row.secrets.map((secret) => ({
    prepared: prepareSecret(openSecret(vault, context, secret)),
    expiresAt: secret.expiresAt,
  }))
  let active: readonly PreparedSecret[] = []
  let activeUntil = Number.NEGATIVE_INFINITY
  return {
    workspaceId: row.workspaceId,
    id: row.id,
    origin: url.origin,
    path: url.pathname + url.search,
    timeoutMs: row.timeoutMs,
    policy: policyOf(row),
    retry: retryRule(row),
    aliases: aliasedTypes(row.events),
    headers: [...ownHeaders, ...openHeaders(row.headers, vault, context)],
    ed25519: row.signingKey === null ? undefined : prepareSigningKey(openSigningKey(vault, context, row.signingKey)),
    secretsAt(now) {
      if (now >= activeUntil) {
        const current = activeAt(secrets, now)
        active = current.map(({ prepared }) => prepared)
        activeUntil = Math.min(...current.map(expiryOf))
      }
      return active
    },
  }
}

export const policyOf = (row: EndpointRow): LanePolicy => ({
  ordered: row.ordered,
  concurrency: row.concurrency ?? undefined,
  ratePerSecond: row.rateLimit ?? undefined,
})

type RetrySettings = Pick<EndpointRow, 'retryAttempts' | 'retryDelayMs' | 'retryScheduleMs'>

/** `retryAttempts` retries, by the schedule where there is one, else by a delay that doubles. */
export function retryRule({ retryAttempts, retryDelayMs, retryScheduleMs }: RetrySettings): RetryRule {
  return (attempt) => {
    if (attempt > retryAttempts) return undefined
    if (!retryScheduleMs) return exponentialDelay(attempt, retryDelayMs)
    const wait = retryScheduleMs[attempt - 1]
    return wait === undefined ? undefined : jitter(wait)
  }
}
