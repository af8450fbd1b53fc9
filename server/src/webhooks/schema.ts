import { type Static, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { Id, Name, Nullable, Time } from '../api/schemas.ts'
import { Channel, Event, TypeName, TypePattern } from '../events/schema.ts'
import { LogEntry } from '../integrations/schema.ts'

const second = 1_000
const day = 86_400 * second

const Filter = Type.Record(Type.String(), Type.Unknown(), {
  description:
    'Payload paths with a value or an object of $eq, $ne, $in, $nin, $gt, $gte, $lt, $lte, $exists, $startsWith; $and, $or, $not combine filters.',
  'x-expects': 'a filter, an object of payload paths and conditions',
})
const Secret = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'whsec_ and base64, or 12 to 128 printable characters. One is made where none is given.',
})
const SignatureAlgorithms = Type.Array(Type.Enum(['hmac-sha256', 'ed25519']), {
  minItems: 1,
  uniqueItems: true,
  contains: Type.Literal('hmac-sha256'),
  'x-expects': '["hmac-sha256"] or ["hmac-sha256", "ed25519"]',
  description: 'hmac-sha256 always signs; ed25519 can sign as well.',
})

const settings = {
  name: Name,
  url: Type.String({ minLength: 1, maxLength: 2_048, 'x-expects': 'a URL such as https://example.com/hooks' }),
  events: Type.Array(TypePattern, {
    minItems: 1,
    maxItems: 200,
    description: 'Event types: exact, a family such as booking.*, or * for all.',
  }),
  channels: Nullable(
    Type.Array(Channel, {
      minItems: 1,
      maxItems: 50,
      description: 'Hears only events that share one of these channels.',
    }),
  ),
  filter: Nullable(Filter),
  headers: Type.Record(Type.String(), Type.String(), {
    description: 'Sent with every delivery. Values that look like credentials are not shown again.',
    'x-expects': 'an object of header names and values',
  }),
  retryAttempts: Type.Integer({ minimum: 0, maximum: 50, description: 'How often a failed delivery is tried again.' }),
  retryDelay: Type.Integer({
    minimum: 100,
    maximum: day,
    description: 'Milliseconds before the first retry; each further wait is twice as long, up to 12 hours.',
  }),
  retrySchedule: Nullable(
    Type.Array(Type.Integer({ minimum: 100, maximum: 7 * day }), {
      minItems: 1,
      maxItems: 50,
      description: 'Milliseconds before each retry, in place of retryDelay.',
    }),
  ),
  rateLimit: Nullable(Type.Integer({ minimum: 1, maximum: 100_000, description: 'Most requests a second.' })),
  concurrency: Nullable(Type.Integer({ minimum: 1, maximum: 1_000, description: 'Most requests at a time.' })),
  ordered: Type.Boolean({
    description: 'One at a time in order of acceptance; a failed delivery holds up those behind it.',
  }),
  timeout: Type.Integer({ minimum: second, maximum: 60 * second, description: 'Milliseconds to wait for an answer.' }),
  signatureAlgorithms: SignatureAlgorithms,
  isActive: Type.Boolean(),
}

const { name, url, events, ...optional } = settings
const optionalSettings = Object.fromEntries(
  Object.entries(optional).map(([key, schema]) => [key, Type.Optional(schema)]),
) as { [Key in keyof typeof optional]: ReturnType<typeof Type.Optional<(typeof optional)[Key]>> }

export const NewEndpoint = Type.Object({ name, url, events, ...optionalSettings, secret: Type.Optional(Secret) })
export type NewEndpoint = Static<typeof NewEndpoint>

export const EndpointChanges = Type.Partial(Type.Object(settings))
export type EndpointChanges = Static<typeof EndpointChanges>

const healths = ['healthy', 'failing', 'paused', 'disabled', 'unused'] as const
const Health = Type.Enum(healths, {
  description: 'paused: failed so often that it is left alone for a while; failing: the last try failed.',
})

const endpointFields = {
  id: Id,
  name: Type.String(),
  url: Type.String(),
  events: Type.Array(Type.String()),
  channels: Nullable(Type.Array(Type.String())),
  filter: Nullable(Type.Record(Type.String(), Type.Unknown())),
  headers: Type.Record(Type.String(), Type.String()),
  retryAttempts: Type.Integer(),
  retryDelay: Type.Integer(),
  retrySchedule: Nullable(Type.Array(Type.Integer())),
  rateLimit: Nullable(Type.Integer()),
  concurrency: Nullable(Type.Integer()),
  ordered: Type.Boolean(),
  timeout: Type.Integer(),
  signatureAlgorithms: Type.Array(Type.String()),
  signingPublicKey: Nullable(Type.String({ description: 'whpk_ key that verifies v1a signatures.' })),
  isActive: Type.Boolean(),
  disabledReason: Nullable(Type.String({ description: 'manual, gone (it answered 410) or failing (for days).' })),
  disabledAt: Nullable(Time),
  totalCalls: Type.Integer(),
  successfulCalls: Type.Integer(),
  failedCalls: Type.Integer(),
  lastSuccessAt: Nullable(Time),
  lastFailureAt: Nullable(Time),
  lastError: Nullable(Type.String()),
  health: Health,
  circuit: Type.Object({
    state: Type.Enum(['closed', 'open', 'half_open']),
    pausedUntil: Nullable(Time),
  }),
  createdAt: Time,
  updatedAt: Time,
}
export const Endpoint = Type.Object(endpointFields)
export type Endpoint = Static<typeof Endpoint>
export type EndpointHealth = Static<typeof Health>

export const CreatedEndpoint = Type.Object({
  ...endpointFields,
  secret: Type.String({ description: 'Shown this once.' }),
})
export type CreatedEndpoint = Static<typeof CreatedEndpoint>

export const EndpointFilter = Type.Object({ ...Paging.properties, isActive: Type.Optional(Type.Boolean()) })
export type EndpointFilter = Static<typeof EndpointFilter>

export const Rotation = Type.Object({
  secret: Type.Optional(Secret),
  overlapSeconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 30 * 86_400,
      default: 86_400,
      description: 'How long the secret before goes on signing, too.',
    }),
  ),
})
export type Rotation = Static<typeof Rotation>
export const Rotated = Type.Object({
  secret: Type.String(),
  previousExpiresAt: Nullable(Time),
  signingPublicKey: Nullable(Type.String()),
})

export const Trial = Type.Object({ type: Type.Optional(TypeName), payload: Type.Optional(Type.Unknown()) })
export type Trial = Static<typeof Trial>

// Deliveries ------------------------------------------------------------------------------------------------------

export const statuses = ['pending', 'retrying', 'delivered', 'dead', 'cancelled'] as const
export type DeliveryStatus = (typeof statuses)[number]
const Status = Type.Enum(statuses)

export const Attempt = Type.Object({
  attempt: Type.Integer({ description: '1 is the first; a replay counts from 1 again.' }),
  at: Time,
  durationMs: Type.Integer(),
  statusCode: Nullable(Type.Integer()),
  outcome: Type.Enum(['delivered', 'retry', 'dead']),
  error: Nullable(Type.String()),
  response: Nullable(Type.String({ description: 'The first 1 KiB of the answer.' })),
})
export type Attempt = Static<typeof Attempt>

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
export const DeliveryId = Type.String({
  pattern: `^${uuid}\\.${uuid}$`,
  'x-expects': 'the id of a delivery, <event id>.<endpoint id>',
})

const Kind = Type.Enum(['webhook', 'integration'], {
  description: 'Whether the event goes to an endpoint, or becomes operations of an integration.',
})
const deliveryFields = {
  id: DeliveryId,
  kind: Kind,
  eventId: Id,
  eventType: Nullable(Type.String({ description: 'Null when the event is older than what is kept.' })),
  endpointId: Type.String({ ...Id, description: 'The endpoint, or the integration.' }),
  endpointName: Nullable(Type.String({ description: 'Its name; null when it was deleted.' })),
  status: Status,
  attempts: Type.Integer(),
  nextAttemptAt: Nullable(Time),
  lastAttemptAt: Nullable(Time),
  lastStatusCode: Nullable(Type.Integer()),
  reason: Nullable(
    Type.String({ description: 'Of a dead delivery: exhausted, rejected or expired, and its last error.' }),
  ),
}
export const Delivery = Type.Object(deliveryFields)
export type Delivery = Static<typeof Delivery>

const tracedFields = {
  ...deliveryFields,
  attemptList: Type.Array(Attempt, { description: 'Oldest first.' }),
  operations: Type.Array(LogEntry, { description: 'What an integration did because of it, oldest first.' }),
}
export const TracedDelivery = Type.Object(tracedFields)
export type TracedDelivery = Static<typeof TracedDelivery>

export const SentRequest = Type.Object({
  method: Type.Literal('POST'),
  url: Type.String(),
  headers: Type.Record(Type.String(), Type.String(), {
    description: 'As sent; signatures are of each attempt and shown as a description, credentials are hidden.',
  }),
  body: Type.String(),
})
export type SentRequest = Static<typeof SentRequest>

export const DeliveryTrace = Type.Object({
  ...tracedFields,
  request: Nullable(SentRequest),
})
export type DeliveryTrace = Static<typeof DeliveryTrace>

export const EventTrace = Type.Object({ ...Event.properties, deliveries: Type.Array(TracedDelivery) })

export const DeliveryFilter = Type.Object({
  ...Paging.properties,
  kind: Type.Optional(Kind),
  endpointId: Type.Optional(Id),
  eventId: Type.Optional(Id),
  status: Type.Optional(
    Type.String({
      pattern: `^(${statuses.join('|')})(,(${statuses.join('|')}))*$`,
      maxLength: 200,
      'x-expects': `one or several of ${statuses.join(', ')}, joined by commas`,
    }),
  ),
  type: Type.Optional(TypePattern),
  after: Type.Optional(
    Type.String({ format: 'date-time', description: 'The event was accepted at this time or later.' }),
  ),
  before: Type.Optional(Type.String({ format: 'date-time', description: 'The event was accepted before this time.' })),
})
export type DeliveryFilter = Static<typeof DeliveryFilter>

export const TrialResult = Type.Object({ eventId: Id, delivered: Type.Boolean(), attempt: Nullable(Attempt) })
export type TrialResult = Static<typeof TrialResult>

// Replays ---------------------------------------------------------------------------------------------------------

export const endedStatuses = ['delivered', 'dead', 'cancelled'] as const
export const NewReplay = Type.Object({
  endpointId: Type.Optional(Id),
  types: Type.Optional(Type.Array(TypePattern, { minItems: 1, maxItems: 50 })),
  status: Type.Optional(
    Type.Array(Type.Enum(endedStatuses), {
      minItems: 1,
      uniqueItems: true,
      description: 'Which deliveries to send again. Default: dead.',
    }),
  ),
  after: Type.Optional(Type.String({ format: 'date-time', description: 'Of events accepted at this time or later.' })),
  before: Type.Optional(
    Type.String({ format: 'date-time', description: 'Of events accepted before this time. Default: now.' }),
  ),
  missed: Type.Optional(
    Type.Boolean({
      description:
        'Also delivers events that match but were never queued, since the endpoint was disabled or not there yet.',
    }),
  ),
})
export type NewReplay = Static<typeof NewReplay>

export const Replay = Type.Object({
  id: Id,
  status: Type.Enum(['running', 'completed', 'cancelled', 'failed']),
  total: Nullable(
    Type.Integer({ description: 'How many there are to look at; an estimate until the end, null before it is made.' }),
  ),
  done: Type.Integer({ description: 'Put back in their lanes.' }),
  skipped: Type.Integer({
    description: 'Left alone, since they still wait or are not to be sent again, or their event or endpoint is gone.',
  }),
  error: Nullable(Type.String()),
  createdAt: Time,
  finishedAt: Nullable(Time),
  filter: NewReplay,
})
export type Replay = Static<typeof Replay>

// Statistics ------------------------------------------------------------------------------------------------------

export const windows = ['1h', '24h', '7d', '30d'] as const
export type Window = (typeof windows)[number]
export const StatisticsQuery = Type.Object({
  window: Type.Optional(Type.Enum(windows, { default: '24h' })),
})

const NullableNumber = Nullable(Type.Number())
export const Statistics = Type.Object({
  totals: Type.Object({
    accepted: Type.Integer({ description: 'Events accepted in the workspace; of one endpoint, deliveries begun.' }),
    delivered: Type.Integer(),
    failed: Type.Integer({ description: 'Attempts that failed.' }),
    retried: Type.Integer({ description: 'Attempts that were retries.' }),
    exhausted: Type.Integer({ description: 'Deliveries that failed for good.' }),
    successRate: Nullable(
      Type.Number({ description: 'Share of attempts that succeeded, 0 to 1; null where there were none.' }),
    ),
    p50Ms: NullableNumber,
    p95Ms: NullableNumber,
  }),
  series: Type.Array(
    Type.Object({
      at: Time,
      delivered: Type.Integer(),
      failed: Type.Integer(),
      retried: Nullable(
        Type.Integer({ description: 'Null in the minutes of a whole workspace, where it is not counted.' }),
      ),
      accepted: Type.Integer(),
    }),
    { description: 'Oldest first, without gaps.' },
  ),
  endpoints: Type.Optional(
    Type.Object({
      total: Type.Integer(),
      active: Type.Integer(),
      disabled: Type.Integer(),
      failing: Type.Integer(),
      paused: Type.Integer(),
    }),
  ),
})
export type Statistics = Static<typeof Statistics>
