import { type Static, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { ById, Id, Name, Nullable, Time } from '../api/schemas.ts'
import { TypePattern } from '../events/schema.ts'
import { OperationDescription, TemplateId } from '../templates/schema.ts'
import { statuses } from './status.ts'

const Status = Type.Enum(statuses)
const NullableText = Nullable(Type.String())

export const AgentId = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$',
  'x-expects': 'the id of an agent: letters, digits, dots, dashes, colons and underscores',
})
const Capability = Type.String({
  pattern: '^[a-zA-Z]{1,40}$',
  'x-expects': 'the name of a capability, such as contacts',
})
const Config = Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), {
  description: "What the template's configSchema asks for.",
  'x-expects': 'an object of settings',
})
const Credentials = Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 16_384 }), {
  description: "What the template's auth asks for. Sealed at once, and never shown again.",
  'x-expects': 'an object of texts',
})

// Integrations ----------------------------------------------------------------------------------------------------

const CapabilityState = Type.Object({
  capability: Type.String(),
  operations: Type.Array(Type.String()),
  configured: Type.Boolean({ description: 'Its settings and credentials are there.' }),
  tested: Type.Boolean({ description: 'It was seen to work with them.' }),
  healthy: Type.Boolean({ description: 'It can be used now.' }),
  isDefault: Type.Boolean({ description: 'Flows that need this capability choose this integration.' }),
})

const integrationFields = {
  id: Id,
  templateId: Type.String(),
  templateName: Type.String(),
  agentId: NullableText,
  name: Type.String(),
  description: NullableText,
  isActive: Type.Boolean({ description: 'Enabled: a person can switch it off whatever its status is.' }),
  status: Status,
  errorCode: NullableText,
  errorMessage: NullableText,
  nextStep: Nullable(Type.String({ description: 'What a person should do now.' })),
  authType: Type.String(),
  config: Type.Record(Type.String(), Type.Unknown(), { description: 'Without the fields that are sealed.' }),
  sealedFields: Type.Array(Type.String(), { description: 'Sealed settings that are set.' }),
  hasCredentials: Type.Boolean(),
  credentialsExpireAt: Nullable(Time),
  accountName: Nullable(Type.String({ description: 'Whose account it is, as the vendor says.' })),
  defaultFor: Type.Array(Type.String()),
  capabilities: Type.Array(CapabilityState),
  lastTestedAt: Nullable(Time),
  lastSuccessAt: Nullable(Time),
  lastSyncAt: Nullable(Time),
  createdAt: Time,
  updatedAt: Time,
}
export const Integration = Type.Object(integrationFields)
export type Integration = Static<typeof Integration>

export const NewIntegration = Type.Object({
  templateId: TemplateId,
  name: Type.Optional(Name),
  description: Type.Optional(Nullable(Type.String({ maxLength: 2_000 }))),
  agentId: Type.Optional(Nullable(AgentId)),
  authType: Type.Optional(Type.Enum(['oauth2', 'keys', 'none'])),
  config: Type.Optional(Config),
  credentials: Type.Optional(Credentials),
  isActive: Type.Optional(Type.Boolean()),
  defaultFor: Type.Optional(Type.Array(Capability, { maxItems: 20, uniqueItems: true })),
  defaultSubscriptions: Type.Optional(
    Type.Boolean({
      default: true,
      description:
        'Whether it hears of leads, assessments and bookings from the beginning, as far as it can do something about them.',
    }),
  ),
})
export type NewIntegration = Static<typeof NewIntegration>

export const IntegrationChanges = Type.Object({
  name: Type.Optional(Name),
  description: Type.Optional(Nullable(Type.String({ maxLength: 2_000 }))),
  agentId: Type.Optional(Nullable(AgentId)),
  config: Type.Optional(
    Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), {
      description: 'The settings to change; those left out stay, null takes one away.',
      'x-expects': 'an object of settings',
    }),
  ),
  credentials: Type.Optional(Credentials),
  isActive: Type.Optional(Type.Boolean()),
})
export type IntegrationChanges = Static<typeof IntegrationChanges>

export const IntegrationFilter = Type.Object({
  ...Paging.properties,
  templateId: Type.Optional(TemplateId),
  status: Type.Optional(Status),
})
export type IntegrationFilter = Static<typeof IntegrationFilter>

export const TestResult = Type.Object({
  success: Type.Boolean(),
  message: Type.String(),
  errorCode: NullableText,
  accountName: NullableText,
  status: Status,
})
export type TestResult = Static<typeof TestResult>

export const Defaults = Type.Object({
  capabilities: Type.Array(Capability, { maxItems: 20, uniqueItems: true }),
})
export type Defaults = Static<typeof Defaults>

// Health ----------------------------------------------------------------------------------------------------------

const Check = Type.Object({
  state: Type.Enum(['ok', 'warning', 'failed', 'unknown', 'not_applicable']),
  message: Type.String(),
  nextStep: NullableText,
})
export const Health = Type.Object({
  id: Id,
  name: Type.String(),
  type: Type.String(),
  status: Status,
  isActive: Type.Boolean(),
  state: Type.Enum(['healthy', 'degraded', 'failing', 'waiting', 'off']),
  nextStep: NullableText,
  lastSync: Nullable(Time),
  lastSuccessAt: Nullable(Time),
  lastTestedAt: Nullable(Time),
  errorCode: NullableText,
  errorMessage: NullableText,
  checks: Type.Object({ connection: Check, webhooks: Check, rateLimits: Check, credentials: Check }),
  window: Type.Object({
    hours: Type.Integer(),
    operations: Type.Integer(),
    failed: Type.Integer(),
    unknown: Type.Integer(),
    successRate: Nullable(Type.Number({ description: '0 to 1; null where there were no operations.' })),
    p50Ms: Nullable(Type.Number()),
    p95Ms: Nullable(Type.Number()),
    vendorCalls: Type.Integer(),
  }),
  deliveries: Type.Object({
    waiting: Type.Integer(),
    pausedUntil: Nullable(Time),
    consecutiveFailures: Type.Integer(),
  }),
  pace: Type.Object({
    requests: Type.Integer(),
    perMs: Type.Integer(),
    used: Type.Number({ description: 'Share of what may be sent at once that is used up, 0 to 1.' }),
  }),
  tokenExpiresAt: Nullable(Time),
})
export type Health = Static<typeof Health>

// The operation log -----------------------------------------------------------------------------------------------

export const LogEntry = Type.Object({
  id: Id,
  integrationId: Id,
  integrationName: Nullable(Type.String({ description: 'Null when the integration was deleted.' })),
  operation: Type.String(),
  direction: Type.Enum(['inbound', 'outbound']),
  status: Type.Enum(['success', 'failed', 'unknown']),
  at: Time,
  durationMs: Type.Integer(),
  errorCode: NullableText,
  errorMessage: NullableText,
  vendorRequestId: NullableText,
  request: Nullable(Type.String({ description: 'The input, redacted, its first 4,096 characters.' })),
  response: Nullable(Type.String({ description: 'The answer, redacted, its first 4,096 characters.' })),
  eventId: Nullable(Id),
  callId: NullableText,
  calls: Type.Integer({ description: 'Requests to the vendor that it took.' }),
})
export type LogEntry = Static<typeof LogEntry>

const logFilters = {
  ...Paging.properties,
  operation: Type.Optional(
    Type.String({
      pattern: '^[a-zA-Z]{1,40}(\\.[a-zA-Z]{1,40})?$',
      'x-expects': 'an operation such as contacts.create, or a capability such as contacts',
    }),
  ),
  status: Type.Optional(Type.Enum(['success', 'failed', 'unknown'])),
  eventId: Type.Optional(Id),
  callId: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  after: Type.Optional(Type.String({ format: 'date-time' })),
  before: Type.Optional(Type.String({ format: 'date-time' })),
}
export const LogFilter = Type.Object(logFilters)
export const WorkspaceLogFilter = Type.Object({ ...logFilters, integrationId: Type.Optional(Id) })
export type WorkspaceLogFilter = Static<typeof WorkspaceLogFilter>

// Operations ------------------------------------------------------------------------------------------------------

export const ByOperation = Type.Object({
  ...ById.properties,
  operation: Type.String({
    pattern: '^[a-zA-Z]{1,40}\\.[a-zA-Z]{1,40}$',
    'x-expects': 'the name of an operation, such as contacts.create',
  }),
})
export const OperationQuery = Type.Object({
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'Of lists: most items to answer.' }),
  ),
  callId: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'The call that causes it, for the log.' }),
  ),
})
export const OperationState = Type.Object({
  ...OperationDescription.properties,
  available: Type.Boolean({ description: 'Whether it can be called now.' }),
})

// Agents ----------------------------------------------------------------------------------------------------------

export const ByAgentId = Type.Object({ agentId: AgentId })
export const AgentFields = Type.Object({ name: Name })
export const Agent = Type.Object({ id: AgentId, name: Type.String(), createdAt: Time, updatedAt: Time })
export type Agent = Static<typeof Agent>

// Subscriptions ---------------------------------------------------------------------------------------------------

const Operation = ByOperation.properties.operation
const Mapping = Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), {
  description:
    'The input of the operation: texts that start with $. are paths in { id, type, occurredAt, payload }, { "$value": … } is a constant, { "$path": "…", "$default": … } a path with a default; everything else is as it stands.',
  'x-expects': 'an object of input fields',
})
const Filter = Type.Record(Type.String(), Type.Unknown(), { 'x-expects': 'a filter on the payload' })

export const NewSubscription = Type.Object({
  events: Type.Array(TypePattern, { minItems: 1, maxItems: 50 }),
  operation: Operation,
  mapping: Mapping,
  filter: Type.Optional(Nullable(Filter)),
  isActive: Type.Optional(Type.Boolean()),
})
export type NewSubscription = Static<typeof NewSubscription>
export const SubscriptionChanges = Type.Partial(NewSubscription)
export type SubscriptionChanges = Static<typeof SubscriptionChanges>
export const Subscription = Type.Object({
  id: Id,
  integrationId: Id,
  events: Type.Array(Type.String()),
  operation: Type.String(),
  mapping: Type.Record(Type.String(), Type.Unknown()),
  filter: Nullable(Type.Record(Type.String(), Type.Unknown())),
  isActive: Type.Boolean(),
  createdAt: Time,
  updatedAt: Time,
})
export type Subscription = Static<typeof Subscription>
export const BySubscription = Type.Object({ ...ById.properties, subscriptionId: Id })

export const Preview = Type.Object({
  operation: Operation,
  mapping: Mapping,
  type: Type.Optional(TypePattern),
  payload: Type.Optional(Type.Unknown({ description: "Default: the example of the type's catalogue entry." })),
})
export type Preview = Static<typeof Preview>
export const PreviewResult = Type.Object({
  input: Type.Unknown(),
  valid: Type.Boolean(),
  details: Type.Array(Type.Object({ field: Type.String(), message: Type.String() })),
})
export type PreviewResult = Static<typeof PreviewResult>

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
export const ByDeliveryId = Type.Object({
  deliveryId: Type.String({
    pattern: `^${uuid}\\.${uuid}$`,
    'x-expects': 'the id of a delivery, <event id>.<integration id>',
  }),
})
export const Reconciliation = Type.Object({
  outcome: Type.Optional(
    Type.Enum(['done', 'not_done'], {
      description:
        'What a person found out at the vendor. Without it the hub looks, where the operation can be looked up.',
    }),
  ),
})
export type Reconciliation = Static<typeof Reconciliation>
export const ReconciledOutcome = Type.Object({
  subscriptionId: Id,
  operation: Type.String(),
  status: Type.Enum(['done', 'not_done', 'unknown']),
  message: Type.String(),
})
export type ReconciledOutcome = Static<typeof ReconciledOutcome>

// Sync ------------------------------------------------------------------------------------------------------------

export const Sync = Type.Object({
  id: Id,
  integrationId: Id,
  status: Type.Enum(['running', 'completed', 'failed']),
  operation: Type.String(),
  pages: Type.Integer(),
  changed: Type.Integer(),
  deleted: Type.Integer(),
  errorCode: NullableText,
  errorMessage: NullableText,
  startedAt: Time,
  finishedAt: Nullable(Time),
})
export type Sync = Static<typeof Sync>

// Moving an integration -------------------------------------------------------------------------------------------

const Passphrase = Type.String({ minLength: 12, maxLength: 500, 'x-expects': 'text of at least 12 characters' })
export const Export = Type.Object({ passphrase: Passphrase })
export const SealedFile = Type.Object({
  format: Type.Literal('tenon-integration-1'),
  templateId: Type.String(),
  name: Type.String(),
  exportedAt: Time,
  salt: Type.String({ maxLength: 100 }),
  iv: Type.String({ maxLength: 100 }),
  sealed: Type.String({
    maxLength: 1_000_000,
    description: 'AES-256-GCM under a key that scrypt makes of the passphrase.',
  }),
})
export type SealedFile = Static<typeof SealedFile>
export const Import = Type.Object({ passphrase: Passphrase, file: SealedFile, name: Type.Optional(Name) })
export type Import = Static<typeof Import>

// The short way to configure --------------------------------------------------------------------------------------

const shortText = (maxLength: number) => Type.String({ minLength: 1, maxLength })

export const EmailAccount = Type.Object({
  apiKey: shortText(200),
  fromEmail: shortText(320),
  fromName: Type.Optional(shortText(200)),
})
export type EmailAccount = Static<typeof EmailAccount>
export const EmailTrial = Type.Object({
  ...EmailAccount.properties,
  testTo: Type.Optional(Type.String({ format: 'email', maxLength: 320, description: 'Where to send a mail to.' })),
})

export const SmsAccount = Type.Object({
  accountSid: shortText(34),
  authToken: shortText(64),
  fromNumber: shortText(20),
})
export type SmsAccount = Static<typeof SmsAccount>
export const SmsTrial = Type.Object({
  ...SmsAccount.properties,
  testTo: Type.Optional(Type.String({ minLength: 3, maxLength: 32, description: 'Whom to send an SMS to.' })),
})

const token = (description: string) => Type.String({ minLength: 1, maxLength: 8_192, description })
const calendarFields = {
  refreshToken: token('With which the hub renews the access token; it must come from the application of this hub.'),
  calendarId: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024, default: 'primary' })),
}
export const CalendarAccount = Type.Object({
  accessToken: Type.Optional(token('Renewed at once, and again before it ends.')),
  ...calendarFields,
})
export type CalendarAccount = Static<typeof CalendarAccount>
export const CalendarTrial = Type.Object({
  accessToken: token('Used as it is: one that has ended is told of as any that is refused.'),
  ...calendarFields,
})

/** A bucket of Amazon S3, or of a storage that speaks like it. */
export const StorageAccount = Type.Object({
  accessKeyId: shortText(128),
  secretAccessKey: shortText(256),
  bucketName: shortText(63),
  region: Type.Optional(shortText(40)),
  endpoint: Type.Optional(shortText(300)),
})
export type StorageAccount = Static<typeof StorageAccount>
