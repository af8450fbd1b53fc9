import { showHeaders } from './custom-headers.ts'
import type { EndpointWithFacts } from './queries.ts'
import type { Endpoint, EndpointHealth } from './schema.ts'

/** A pause that only a person ends is kept as a time thousands of years away. */
const farAway = Date.UTC(9000, 0)

/** An endpoint as the API shows it. */
export function endpointAnswer(row: EndpointWithFacts, now: number): Endpoint {
  const delivered = row.delivered ?? 0
  const failed = row.failed ?? 0
  const pausedUntil =
    row.pausedUntil && row.pausedUntil.getTime() > now && row.pausedUntil.getTime() < farAway ? row.pausedUntil : null
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    events: row.events,
    channels: row.channels,
    filter: row.filter,
    headers: showHeaders(row.headers),
    retryAttempts: row.retryAttempts,
    retryDelay: row.retryDelayMs,
    retrySchedule: row.retryScheduleMs,
    rateLimit: row.rateLimit,
    concurrency: row.concurrency,
    ordered: row.ordered,
    timeout: row.timeoutMs,
    signatureAlgorithms: row.signingKey === null ? ['hmac-sha256'] : ['hmac-sha256', 'ed25519'],
    signingPublicKey: row.signingPublicKey,
    isActive: row.isActive,
    disabledReason: row.disabledReason,
    disabledAt: row.disabledAt?.toISOString() ?? null,
    totalCalls: delivered + failed,
    successfulCalls: delivered,
    failedCalls: failed,
    lastSuccessAt: row.lastSuccessAt?.toISOString() ?? null,
    lastFailureAt: row.lastFailureAt?.toISOString() ?? null,
    lastError: row.lastError,
    health: healthOf(row, now),
    circuit: { state: circuitOf(row, now), pausedUntil: pausedUntil?.toISOString() ?? null },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}

function healthOf(row: EndpointWithFacts, now: number): EndpointHealth {
  if (!row.isActive) return 'disabled'
  if (circuitOf(row, now) === 'open') return 'paused'
  if ((row.consecutiveFailures ?? 0) > 0) return 'failing'
  return (row.delivered ?? 0) > 0 ? 'healthy' : 'unused'
}

/** Once its pause is over, an open circuit lets one delivery through to see. */
function circuitOf({ breaker, pausedUntil }: EndpointWithFacts, now: number): Endpoint['circuit']['state'] {
  if (breaker === null || breaker === 'closed') return 'closed'
  return breaker === 'open' && pausedUntil !== null && pausedUntil.getTime() > now ? 'open' : 'half_open'
}
