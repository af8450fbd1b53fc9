import { type Static, Type } from 'typebox'
import { Id, Time } from '../api/schemas.ts'
import { Consents, CustomFields, Email, personFields, Source, Tags } from '../leads/schema.ts'

const text = (maxLength: number, description?: string) =>
  Type.Optional(Type.String({ maxLength, ...(description ? { description } : {}) }))
const time = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

const around = {
  ...personFields,
  source: Type.Optional(Source),
  tags: Type.Optional(Tags),
  customFields: Type.Optional(CustomFields),
  consent: Type.Optional(Consents),
}

export const LeadCapture = Type.Object({
  ...around,
  message: text(10_000, 'What the person wrote; stands in the timeline.'),
  formName: text(200),
  pageUrl: text(2_048),
  campaign: Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Za-z0-9_]{1,64}$' }), Type.String({ maxLength: 500 }), {
      additionalProperties: false,
      maxProperties: 30,
      description: 'Where the visit came from: utm_source, utm_campaign, gclid …',
    }),
  ),
  timestamp: time('When it happened, where that is not now.'),
})
export type LeadCapture = Static<typeof LeadCapture>

export const AssessmentCompletion = Type.Object({
  ...around,
  email: Email,
  assessmentId: text(200),
  assessmentType: text(200, 'Which assessment it was, such as strategic_readiness.'),
  persona: Type.Optional(Type.String({ maxLength: 200 })),
  readinessScore: Type.Optional(Type.Number({ minimum: -1e9, maximum: 1e9, description: "Becomes the lead's score." })),
  serviceRecommendation: text(200),
  assessmentResults: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { description: 'Answers and scores, any JSON; at most 128 KiB.' }),
  ),
  timestamp: time('When it was completed, where that is not now.'),
})
export type AssessmentCompletion = Static<typeof AssessmentCompletion>

export const ConsultationRequest = Type.Object({
  ...around,
  email: Email,
  service: text(200, 'What the consultation is about.'),
  preferredTimes: Type.Optional(Type.Array(Type.String({ format: 'date-time' }), { maxItems: 20 })),
  message: text(10_000),
  timestamp: time('When it was asked for, where that is not now.'),
})
export type ConsultationRequest = Static<typeof ConsultationRequest>

/** What may happen to a mail. The short names are those that tracking links use. */
const engagements = {
  delivered: 'delivered',
  opened: 'opened',
  open: 'opened',
  clicked: 'clicked',
  click: 'clicked',
  replied: 'replied',
  bounced: 'bounced',
  complained: 'complained',
  unsubscribed: 'unsubscribed',
} as const
type Engagement = keyof typeof engagements
export const canonicalEngagement = (action: Engagement) => engagements[action]

export const EmailEngagement = Type.Object({
  email: Email,
  action: Type.Unsafe<Engagement>({ type: 'string', enum: Object.keys(engagements) }),
  campaignId: text(200),
  stepId: text(200),
  sendId: text(200, 'The e-mail; each of its actions but opening and clicking is kept once.'),
  subscriberId: text(200),
  url: text(2_048, 'What was clicked.'),
  timestamp: time('When it happened, where that is not now.'),
})
export type EmailEngagement = Static<typeof EmailEngagement>

const Queued = Type.Object({
  integrationId: Id,
  name: Type.String(),
  template: Type.String(),
  status: Type.String({ description: 'What waits for an integration that is not active arrives when it is.' }),
  event: Type.String(),
  eventId: Id,
  operations: Type.Array(Type.String()),
})
export type Queued = Static<typeof Queued>

/** What a flow did: what is stored is committed, what is queued will arrive. */
export const FlowAnswer = Type.Object({
  leadId: Id,
  stored: Type.Object({
    created: Type.Boolean({ description: 'Whether the lead is new.' }),
    status: Type.String(),
    activityId: Id,
    events: Type.Array(Type.Object({ id: Id, type: Type.String() })),
  }),
  queued: Type.Array(Queued, { description: 'What each integration is told, as far as one wants to hear it.' }),
  endpoints: Type.Integer({ description: 'How many deliveries to webhook endpoints are queued.' }),
  requestId: Type.Optional(Id),
  occurredAt: Time,
})
export type FlowAnswer = Static<typeof FlowAnswer>
