/** What the hub's API answers, as the console reads it. Times are ISO 8601 strings in UTC, durations milliseconds. */

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }

export type Page<T> = { items: T[]; nextCursor: string | null }

export type Role = 'owner' | 'admin' | 'member'
export type Person = { id: string; email: string; name: string; platformAdmin: boolean }
export type WorkspaceOfPerson = { id: string; name: string; role: Role }
export type Session = { person: Person; workspaces: WorkspaceOfPerson[] }

export type Workspace = { id: string; name: string; createdAt: string; updatedAt: string }
export type Member = { personId: string; email: string; name: string; role: Role; createdAt: string }

export type ApiKey = {
  id: string
  name: string
  prefix: string
  scopes: string[]
  createdAt: string
  lastUsedAt: string | null
  expiresAt: string | null
  revokedAt: string | null
}

export type EventType = {
  name: string
  description: string
  schema: JsonObject | null
  example: JsonValue
  builtIn: boolean
  aliases: string[]
}

export type HubEvent = {
  id: string
  type: string
  payload: JsonValue
  occurredAt: string
  createdAt: string
  channels: string[] | null
}

/** The states that a delivery can be replayed from. */
export type EndedStatus = 'delivered' | 'dead' | 'cancelled'
export type DeliveryStatus = 'pending' | 'retrying' | 'delivered' | 'dead' | 'cancelled'
export type Delivery = {
  id: string
  eventId: string
  eventType: string | null
  endpointId: string
  endpointName: string | null
  status: DeliveryStatus
  attempts: number
  nextAttemptAt: string | null
  lastAttemptAt: string | null
  lastStatusCode: number | null
  reason: string | null
}
export type Attempt = {
  attempt: number
  at: string
  durationMs: number
  statusCode: number | null
  outcome: 'delivered' | 'retry' | 'dead'
  error: string | null
  response: string | null
}
export type DeliveryRequest = { method: string; url: string; headers: Record<string, string>; body: string }
export type DeliveryWithAttempts = Delivery & { attemptList: Attempt[] }
export type DeliveryDetail = DeliveryWithAttempts & { request: DeliveryRequest | null }
export type EventTrace = HubEvent & { deliveries: DeliveryWithAttempts[] }

export type EndpointHealth = 'healthy' | 'failing' | 'paused' | 'disabled' | 'unused'
/** `gone`: it answered 410; `failing`: nothing but failures for days. */
export type DisabledReason = 'manual' | 'gone' | 'failing'
export type SignatureAlgorithm = 'hmac-sha256' | 'ed25519'
export type EndpointFields = {
  name: string
  url: string
  events: string[]
  channels: string[] | null
  filter: JsonObject | null
  headers: Record<string, string>
  retryAttempts: number
  retryDelay: number
  retrySchedule: number[] | null
  rateLimit: number | null
  concurrency: number | null
  ordered: boolean
  timeout: number
  signatureAlgorithms: SignatureAlgorithm[]
  isActive: boolean
}
export type Endpoint = EndpointFields & {
  id: string
  signingPublicKey: string | null
  disabledReason: DisabledReason | null
  disabledAt: string | null
  totalCalls: number
  successfulCalls: number
  failedCalls: number
  lastSuccessAt: string | null
  lastFailureAt: string | null
  lastError: string | null
  health: EndpointHealth
  circuit: { state: 'closed' | 'open' | 'half_open'; pausedUntil: string | null }
  createdAt: string
  updatedAt: string
}
export type CreatedEndpoint = Endpoint & { secret: string }
export type RotatedSecret = { secret: string; previousExpiresAt: string | null }
export type TestResult = { eventId: string; delivered: boolean; attempt: Attempt | null }

export type StatisticsWindow = '1h' | '24h' | '7d' | '30d'
export type Statistics = {
  totals: {
    accepted: number | null
    delivered: number
    failed: number
    retried: number
    exhausted: number
    successRate: number | null
    p50Ms: number | null
    p95Ms: number | null
  }
  series: { at: string; delivered: number; failed: number; retried: number | null; accepted: number | null }[]
  endpoints?: { total: number; active: number; disabled: number; failing: number; paused: number }
}

export type ReplayFilter = {
  endpointId?: string
  types?: string[]
  status?: EndedStatus[]
  after?: string
  before?: string
  missed?: boolean
}
export type Replay = {
  id: string
  status: 'running' | 'completed' | 'cancelled' | 'failed'
  total: number | null
  done: number
  skipped: number
  error: string | null
  createdAt: string
  finishedAt: string | null
  filter: ReplayFilter
}
