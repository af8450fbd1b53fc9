import { type Static, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { Id, Nullable, Time } from '../api/schemas.ts'
import { TemplateId } from '../templates/schema.ts'
import { inboundStatuses } from './queries.ts'

const NullableText = Nullable(Type.String())
const Status = Type.Enum(inboundStatuses, {
  description:
    'received: waits to be processed; processed: its events were published; duplicate: all of them were known; failed: see the reason; refused: its signature was not good; unmatched: it names no account of this hub.',
})

const fields = {
  id: Id,
  connector: Type.String(),
  integrationId: Nullable(Id),
  method: Type.String(),
  path: Type.String(),
  status: Status,
  reason: NullableText,
  isVerified: Type.Boolean({ description: 'Its signature was found good.' }),
  routingKey: Nullable(Type.String({ description: 'What it names the account at the vendor by.' })),
  bytes: Type.Integer(),
  eventIds: Nullable(Type.Array(Id)),
  receivedAt: Time,
  processedAt: Nullable(Time),
}

export const InboundWebhook = Type.Object(fields, { title: 'InboundWebhook' })
export type InboundWebhook = Static<typeof InboundWebhook>

export const InboundWebhookDetail = Type.Object({
  ...fields,
  url: Type.String(),
  headers: Type.Record(Type.String(), Type.String(), { description: 'Secrets and signatures are left out.' }),
  body: Type.String(),
  bodyEncoding: Type.Enum(['text', 'base64'], { description: 'base64 where the body is not UTF-8.' }),
})
export type InboundWebhookDetail = Static<typeof InboundWebhookDetail>

const range = {
  ...Paging.properties,
  connector: Type.Optional(TemplateId),
  after: Type.Optional(Time),
  before: Type.Optional(Time),
}
export const InboundFilter = Type.Object({
  ...range,
  integrationId: Type.Optional(Id),
  status: Type.Optional(Type.Enum(inboundStatuses)),
})
export type InboundFilter = Static<typeof InboundFilter>

export const UnmatchedFilter = Type.Object({ ...range, status: Type.Optional(Type.Enum(['unmatched', 'refused'])) })
export type UnmatchedFilter = Static<typeof UnmatchedFilter>

export const WebhookSettings = Type.Object({
  url: Type.String({ description: 'Where the vendor is to send webhooks of this integration.' }),
  secretSource: Type.Enum(['generated', 'application', 'setting', 'credential']),
  hasSecret: Type.Boolean({ description: 'There is something to verify webhooks with.' }),
  subscription: Nullable(
    Type.Object({ status: Type.Enum(['active', 'failed']), expiresAt: Nullable(Time), errorMessage: NullableText }),
  ),
})
export type WebhookSettings = Static<typeof WebhookSettings>

export const NewSecret = Type.Object({
  url: Type.String(),
  secret: Type.String({ description: 'Shown this once.' }),
})
export type NewSecret = Static<typeof NewSecret>
