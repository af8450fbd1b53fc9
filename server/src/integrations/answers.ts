import type { AnyConnector } from '../kit/connector.ts'
import { offeredOperations } from '../kit/result.ts'
import type { LogRow } from './operation-log.ts'
import type { IntegrationRow } from './queries.ts'
import type { Integration, LogEntry } from './schema.ts'
import { meaningOf } from './status.ts'

/** How the engine stands with an integration's lane; undefined while it was never used. */
export type LaneFacts = {
  id: string
  breaker: string
  pausedUntil: Date | null
  consecutiveFailures: number
  tokens: number | null
  refilledAt: Date | null
}

/** Pauses without an end are kept as a time thousands of years away. */
const farAway = Date.UTC(9000, 0)

/** The time until which failures in a row keep a lane still. */
export const breakerUntil = (lane: LaneFacts | undefined, now: number): Date | null =>
  lane?.breaker === 'open' &&
  lane.pausedUntil &&
  lane.pausedUntil.getTime() > now &&
  lane.pausedUntil.getTime() < farAway
    ? lane.pausedUntil
    : null

/** An integration as the API shows it. `connector` is undefined where the hub does not have it any more. */
export function integrationAnswer(
  row: IntegrationRow,
  connector: AnyConnector | undefined,
  lane: LaneFacts | undefined,
  now: number,
): Integration {
  return {
    id: row.id,
    templateId: row.templateId,
    templateName: connector?.name ?? row.templateId,
    agentId: row.agentId,
    name: row.name,
    description: row.description,
    isActive: row.isActive,
    status: row.status,
    errorCode: row.errorCode,
    errorMessage: row.errorMessage,
    nextStep: nextStepOf(row),
    authType: row.authType,
    config: row.config,
    sealedFields: Object.keys(row.sealedConfig),
    hasCredentials: row.sealedCredentials !== null,
    credentialsExpireAt: row.credentialsExpireAt?.toISOString() ?? null,
    accountName: row.accountName,
    defaultFor: row.defaultFor,
    capabilities: connector ? capabilityStates(row, connector, lane, now) : [],
    lastTestedAt: row.lastTestedAt?.toISOString() ?? null,
    lastSuccessAt: row.lastSuccessAt?.toISOString() ?? null,
    lastSyncAt: row.lastSyncAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}

export function nextStepOf(row: Pick<IntegrationRow, 'status' | 'isActive'>): string | null {
  const { next } = meaningOf[row.status]
  return next ?? (row.isActive ? null : 'It is switched off; enable it to use it.')
}

/** Whether the account is there: credentials, or nothing to sign in with. */
export const isConfigured = (row: Pick<IntegrationRow, 'sealedCredentials' | 'authType'>): boolean =>
  row.authType === 'none' || row.sealedCredentials !== null

function capabilityStates(
  row: IntegrationRow,
  connector: AnyConnector,
  lane: LaneFacts | undefined,
  now: number,
): Integration['capabilities'] {
  const configured = isConfigured(row) && row.status !== 'disconnected'
  const tested = configured && (row.status === 'active' || row.lastSuccessAt !== null)
  const healthy = row.status === 'active' && row.isActive && breakerUntil(lane, now) === null
  const operations = Map.groupBy(offeredOperations(connector), (name) => name.split('.')[0]!)
  return [...operations].map(([capability, names]) => ({
    capability,
    operations: names,
    configured,
    tested,
    healthy,
    isDefault: row.defaultFor.includes(capability),
  }))
}

export const logAnswer = (row: LogRow): LogEntry => ({
  ...row,
  direction: row.direction === 'inbound' ? 'inbound' : 'outbound',
  status: row.status === 'success' || row.status === 'unknown' ? row.status : 'failed',
  at: row.at.toISOString(),
})
