import { sql } from 'kysely'
import { notFound } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import type { AnyConnector } from '../kit/connector.ts'
import { defaultRateLimit } from '../kit/pace.ts'
import type { Clock } from '../lib/clock.ts'
import { firstIdAt } from '../lib/ids.ts'
import type { Templates } from '../templates/templates.ts'
import { breakerUntil, isConfigured, type LaneFacts, nextStepOf } from './answers.ts'
import { listLanes } from './integrations.ts'
import { bucketOf } from './pace.ts'
import { findIntegration, type IntegrationRow } from './queries.ts'
import type { Health } from './schema.ts'

const windowHours = 24
const hour = 3_600_000

type Check = Health['checks']['connection']
type Window = Health['window']
type VendorSubscription = { status: string; expiresAt: Date | null; errorMessage: string | null }

/** How an integration is, read from what it did: nothing is asked of the vendor. */
export function createHealth({
  database,
  templates,
  clock,
}: {
  database: Database
  templates: Templates
  clock: Clock
}) {
  return async (workspaceId: string, id: string): Promise<Health> => {
    const now = clock.now()
    const read = await database.inWorkspace(workspaceId, async (tx) => {
      const row = await findIntegration(tx, workspaceId, id)
      if (!row) throw notFound('integration')
      return {
        row,
        lane: (await listLanes(tx, workspaceId, [id]))[0],
        window: await readWindow(tx, workspaceId, id, now),
        waiting: await countWaiting(tx, workspaceId, id),
        subscriptions: await listVendorSubscriptions(tx, workspaceId, id),
      }
    })
    const { row, lane, window, waiting, subscriptions } = read
    const connector = await templates.find(row.templateId)
    const limit = connector?.http.rateLimit ?? defaultRateLimit
    const used = usedOf(lane, limit, now)
    const checks = {
      connection: connectionCheck(row, window, lane, now),
      webhooks: webhooksCheck(row, connector, subscriptions, now),
      rateLimits: rateLimitsCheck(used, window.limited),
      credentials: credentialsCheck(row, now),
    }
    const state = stateOf(row, checks)
    return {
      id,
      name: row.name,
      type: row.templateId,
      status: row.status,
      isActive: row.isActive,
      state,
      nextStep: nextStepOf(row) ?? Object.values(checks).find(({ nextStep }) => nextStep !== null)?.nextStep ?? null,
      lastSync: row.lastSyncAt?.toISOString() ?? null,
      lastSuccessAt: row.lastSuccessAt?.toISOString() ?? null,
      lastTestedAt: row.lastTestedAt?.toISOString() ?? null,
      errorCode: row.errorCode,
      errorMessage: row.errorMessage,
      checks,
      window: windowOf(window),
      deliveries: {
        waiting,
        pausedUntil: breakerUntil(lane, now)?.toISOString() ?? null,
        consecutiveFailures: lane?.consecutiveFailures ?? 0,
      },
      pace: { requests: limit.requests, perMs: limit.perMs, used },
      tokenExpiresAt: row.credentialsExpireAt?.toISOString() ?? null,
    }
  }
}

function stateOf(row: IntegrationRow, checks: Health['checks']): Health['state'] {
  if (!row.isActive || row.status === 'disconnected') return 'off'
  if (row.status === 'pending') return 'waiting'
  const states = Object.values(checks).map(({ state }) => state)
  if (row.status !== 'active' || states.includes('failed')) return 'failing'
  return states.includes('warning') ? 'degraded' : 'healthy'
}

const check = (state: Check['state'], message: string, nextStep: string | null = null): Check => ({
  state,
  message,
  nextStep,
})

function connectionCheck(row: IntegrationRow, window: Facts, lane: LaneFacts | undefined, now: number): Check {
  if (row.status === 'pending') return check('unknown', 'No account is connected yet.', nextStepOf(row))
  if (row.status !== 'active') return check('failed', row.errorMessage ?? 'It cannot be used now.', nextStepOf(row))
  const until = breakerUntil(lane, now)
  if (until)
    return check(
      'failed',
      `The vendor failed many times in a row; deliveries wait until ${until.toISOString()}.`,
      'Look at the log for what the vendor says. Nothing is lost: the hub tries again by itself.',
    )
  if (window.operations > 0 && window.failed / window.operations > 0.5)
    return check(
      'failed',
      `${window.failed} of ${window.operations} operations of the last day failed.`,
      'Look at the log for the errors.',
    )
  if (window.operations > 0 && window.failed / window.operations > 0.05)
    return check(
      'warning',
      `${window.failed} of ${window.operations} operations of the last day failed.`,
      'Look at the log for the errors.',
    )
  if (window.unknown > 0)
    return check(
      'warning',
      `The outcome of ${window.unknown} operations is not known.`,
      'Look at them in the log, and reconcile their deliveries.',
    )
  return check('ok', row.lastSuccessAt ? `It worked last at ${row.lastSuccessAt.toISOString()}.` : 'It is connected.')
}

function webhooksCheck(
  row: IntegrationRow,
  connector: AnyConnector | undefined,
  subscriptions: VendorSubscription[],
  now: number,
): Check {
  if (!connector?.webhook) return check('not_applicable', 'This connector receives no webhooks.')
  if (!isConfigured(row)) return check('unknown', 'No account is connected yet.')
  const failed = subscriptions.find(({ status }) => status === 'failed')
  if (failed)
    return check(
      'failed',
      failed.errorMessage ?? 'The vendor does not call the hub.',
      'Test the integration; that subscribes again.',
    )
  const expired = subscriptions.find(({ expiresAt }) => expiresAt !== null && expiresAt.getTime() < now)
  if (expired)
    return check(
      'failed',
      'The subscription at the vendor ran out and was not renewed.',
      'Test the integration; that subscribes again.',
    )
  if (subscriptions.length > 0) return check('ok', 'The vendor calls the hub when something changes.')
  return connector.webhook.subscribe
    ? check('unknown', 'The vendor has not been asked to call the hub.')
    : check('unknown', 'Webhooks of this connector are set up at the vendor; see its setup guide.')
}

const rateLimitsCheck = (used: number, limited: number): Check => {
  if (limited > 0)
    return check(
      'warning',
      `${limited} operations of the last day met the limit and were put off.`,
      'Send less, or ask the vendor for a higher limit.',
    )
  return used >= 0.9
    ? check('warning', `${Math.round(used * 100)} % of the pace is used; further requests wait for their turn.`)
    : check('ok', `${Math.round(used * 100)} % of the pace is used.`)
}

function credentialsCheck(row: IntegrationRow, now: number): Check {
  if (row.authType === 'none') return check('not_applicable', 'This connector signs in with nothing.')
  if (row.sealedCredentials === null) return check('unknown', 'There are no credentials yet.', nextStepOf(row))
  if (row.status === 'reauth_required') return check('failed', 'The vendor refused the credentials.', nextStepOf(row))
  const expiresAt = row.credentialsExpireAt
  if (!expiresAt) return check('ok', 'The credentials do not run out.')
  return expiresAt.getTime() < now - hour
    ? check(
        'warning',
        `The token ran out at ${expiresAt.toISOString()} and was not renewed yet.`,
        'Test the integration.',
      )
    : check('ok', `The token is renewed before ${expiresAt.toISOString()}.`)
}

type Facts = Omit<Window, 'hours' | 'successRate'> & { limited: number }

/** Inbound entries and tests are no operations. */
async function readWindow(tx: Db, workspaceId: string, id: string, now: number): Promise<Facts> {
  const { rows } = await sql<Facts>`
    select count(*)::integer as operations, count(*) filter (where status = 'failed')::integer as failed,
      count(*) filter (where status = 'unknown')::integer as unknown,
      count(*) filter (where error_code = 'RATE_LIMIT_EXCEEDED')::integer as limited,
      coalesce(sum(calls), 0)::integer as vendor_calls,
      percentile_cont(0.5) within group (order by duration_ms) as "p50Ms",
      percentile_cont(0.95) within group (order by duration_ms) as "p95Ms"
    from integration_sync_logs
    where workspace_id = ${workspaceId} and integration_id = ${id} and id >= ${firstIdAt(now - windowHours * hour)}
      and direction = 'outbound' and operation <> 'connection.test'`.execute(tx)
  return rows[0]!
}

const windowOf = ({ limited: _limited, ...facts }: Facts): Window => ({
  hours: windowHours,
  ...facts,
  successRate: facts.operations === 0 ? null : (facts.operations - facts.failed - facts.unknown) / facts.operations,
})

async function countWaiting(tx: Db, workspaceId: string, lane: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select (select count(*) from ready where workspace_id = ${workspaceId} and lane = ${lane})
      + (select count(*) from scheduled where workspace_id = ${workspaceId} and lane = ${lane}) as count`.execute(tx)
  return Number(rows[0]!.count)
}

const listVendorSubscriptions = (tx: Db, workspaceId: string, integrationId: string): Promise<VendorSubscription[]> =>
  tx
    .selectFrom('vendorSubscriptions')
    .select(['status', 'expiresAt', 'errorMessage'])
    .where('workspaceId', '=', workspaceId)
    .where('integrationId', '=', integrationId)
    .where('status', '<>', 'removed')
    .execute()

/** How empty the shared bucket is, 0 to 1. */
function usedOf(lane: LaneFacts | undefined, limit: { requests: number; perMs: number }, now: number): number {
  if (lane?.tokens === null || lane?.tokens === undefined || lane.refilledAt === null) return 0
  const { ratePerSecond, burst } = bucketOf(limit)
  const tokens = Math.min(burst, lane.tokens + (Math.max(0, now - lane.refilledAt.getTime()) / 1_000) * ratePerSecond)
  return Math.round((1 - tokens / burst) * 1_000) / 1_000
}
