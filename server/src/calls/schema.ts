import { type Static, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { Id, Nullable, Time } from '../api/schemas.ts'
import { LogEntry } from '../integrations/schema.ts'

const line = (maxLength: number) => Type.String({ maxLength, pattern: '^[^\\u0000]*$' })
const maybe = (maxLength: number) => Type.Optional(Nullable(line(maxLength)))
const CallId = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f]+$' })

const Appointment = Type.Object({
  title: line(500),
  date: Type.String({ maxLength: 10, description: 'Such as `2026-02-20`.' }),
  time: Type.String({ maxLength: 8, description: 'Such as `14:00`.' }),
  timezone: Type.String({ maxLength: 100, description: 'An IANA time zone.' }),
  durationMinutes: Type.Integer({ minimum: 1, maximum: 1_440 }),
  notes: maybe(5_000),
})

/** A finished call; each field may be written in snake case as well, as automations know it. */
export const NewCall = Type.Object({
  callId: CallId,
  agentId: CallId,
  customerName: maybe(400),
  customerPhone: maybe(60),
  customerEmail: Type.Optional(Nullable(Type.String({ format: 'email', maxLength: 320 }))),
  callOutcome: line(200),
  callSummary: maybe(20_000),
  callSentiment: maybe(100),
  transcript: maybe(500_000),
  recordingUrl: Type.Optional(Nullable(Type.String({ maxLength: 2_048, pattern: '^https?://', 'x-expects': 'a URL' }))),
  startedAt: Time,
  endedAt: Time,
  durationSeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 604_800 })),
  appointmentBooked: Type.Optional(Nullable(Appointment)),
})
export type NewCall = Static<typeof NewCall>

export const callStatuses = ['started', 'ended', 'completed'] as const
export const CallStatus = Type.Enum(callStatuses)
export const deliveryStatuses = ['pending', 'retrying', 'delivered', 'failed', 'unknown'] as const

export const Call = Type.Object({
  id: Id,
  callId: Type.String(),
  agentId: Type.String(),
  source: Type.String({ description: 'api, or the connector whose webhooks told of it.' }),
  status: CallStatus,
  customerName: Nullable(Type.String()),
  customerPhone: Nullable(Type.String()),
  customerEmail: Nullable(Type.String()),
  callOutcome: Nullable(Type.String()),
  callSummary: Nullable(Type.String()),
  callSentiment: Nullable(Type.String()),
  recordingUrl: Nullable(Type.String()),
  startedAt: Time,
  endedAt: Nullable(Time),
  durationSeconds: Nullable(Type.Number()),
  appointmentBooked: Nullable(Type.Object({}, { additionalProperties: true })),
  leadId: Nullable(Id),
  eventId: Nullable(Id),
  createdAt: Time,
  updatedAt: Time,
})
export type Call = Static<typeof Call>

const CallDelivery = Type.Object({
  integrationId: Id,
  status: Type.Enum(deliveryStatuses),
  steps: Type.Object({}, { additionalProperties: true, description: 'What is there of the call at this integration.' }),
  attempts: Type.Integer(),
  errorCode: Nullable(Type.String()),
  error: Nullable(Type.String()),
  updatedAt: Time,
})
export const CallDetail = Type.Object({
  ...Call.properties,
  transcript: Nullable(Type.String()),
  deliveries: Type.Array(CallDelivery),
  operations: Type.Array(LogEntry, { description: 'What was called at vendors because of it, latest first.' }),
})
export type CallDetail = Static<typeof CallDetail>

const retriedOutcomes = ['done', 'not_done'] as const
export type RetriedOutcome = (typeof retriedOutcomes)[number]
export const CallRetry = Type.Object({
  outcome: Type.Optional(
    Type.Unsafe<RetriedOutcome>({
      type: 'string',
      enum: [...retriedOutcomes],
      description:
        'Whether the steps whose outcome nobody knows were done, as a look at the vendor showed. Without it the hub looks where it can.',
    }),
  ),
})

export const CallFilter = Type.Object({
  ...Paging.properties,
  agentId: Type.Optional(CallId),
  status: Type.Optional(CallStatus),
})
export type CallFilter = Static<typeof CallFilter>
