import { type Static, Type } from 'typebox'
import { Id, Name, Nullable, Time } from '../api/schemas.ts'
import { TemplateId } from '../templates/schema.ts'
import { AgentId } from './schema.ts'

export const Provider = Type.String({
  pattern: '^[a-z0-9][a-z0-9_-]{0,63}$',
  'x-expects': 'the name of a provider, such as google',
})
export const ByProvider = Type.Object({ provider: Provider })

export const ReturnUrl = Type.String({
  maxLength: 2_000,
  pattern: '^https?://\\S+$',
  'x-expects': 'a URL that starts with https:// or http://',
  description: 'Where the browser goes afterwards: below the public URL of the hub, or one of TENON_RETURN_URLS.',
})

/** The query of `/integrations/oauth/:provider/authorize`. */
export const AuthorizeQuery = Type.Object({
  template: Type.Optional(TemplateId),
  integrationId: Type.Optional(Id),
  returnUrl: Type.Optional(ReturnUrl),
  name: Type.Optional(Name),
  agentId: Type.Optional(AgentId),
})
export type AuthorizeQuery = Static<typeof AuthorizeQuery>

export const Authorization = Type.Object({
  url: Type.String({ description: 'To be opened in the browser of the person who connects, within ten minutes.' }),
  expiresAt: Time,
})

/** What a vendor may send along with a person; more than this is ignored. */
export const CallbackQuery = Type.Object(
  {
    state: Type.Optional(Type.String({ maxLength: 2_000 })),
    code: Type.Optional(Type.String({ maxLength: 8_000 })),
    error: Type.Optional(Type.String({ maxLength: 2_000 })),
    error_description: Type.Optional(Type.String({ maxLength: 8_000 })),
  },
  { additionalProperties: true },
)

export const ByState = Type.Object({ state: Type.String({ minLength: 1, maxLength: 300 }) })

const Secret = Type.String({
  minLength: 1,
  maxLength: 2_000,
  pattern: '^\\S+$',
  'x-expects': 'a secret without spaces',
})

/** The operator's application at a vendor. Its secrets never come back. */
export const Application = Type.Object({
  provider: Type.String(),
  templates: Type.Array(Type.String(), { description: 'What it signs in for.' }),
  source: Type.Enum(['console', 'environment', 'sandbox', 'none'], { description: 'Where the client id comes from.' }),
  clientId: Nullable(Type.String()),
  hasClientSecret: Type.Boolean(),
  hasWebhookSecret: Type.Boolean(),
  redirectUri: Type.String({ description: 'To be registered with the vendor.' }),
  variables: Type.Array(Type.String(), { description: 'The environment variables that give it as well.' }),
  updatedAt: Nullable(Time),
})
export type Application = Static<typeof Application>

export const ApplicationFields = Type.Object({
  clientId: Type.String({ minLength: 1, maxLength: 500, pattern: '^\\S+$', 'x-expects': 'a client id without spaces' }),
  clientSecret: Type.Optional(Secret),
  webhookSecret: Type.Optional(Nullable(Secret)),
})
export type ApplicationFields = Static<typeof ApplicationFields>

// Connect sessions --------------------------------------------------------------------------------------------------

export const NewConnectSession = Type.Object({
  templates: Type.Optional(
    Type.Array(TemplateId, {
      minItems: 1,
      maxItems: 50,
      uniqueItems: true,
      description: 'What the person may choose from. Default: every active template.',
    }),
  ),
  integrationId: Type.Optional(Id),
  agentId: Type.Optional(AgentId),
  returnUrl: Type.Optional(ReturnUrl),
  expiresInSeconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 3_600, default: 1_800 })),
})
export type NewConnectSession = Static<typeof NewConnectSession>

const sessionFields = {
  id: Id,
  status: Type.Enum(['open', 'connected', 'expired']),
  templates: Nullable(Type.Array(Type.String())),
  agentId: Nullable(Type.String()),
  integrationId: Nullable(
    Type.String({ description: 'The integration that was connected, or is to be connected again.' }),
  ),
  returnUrl: Nullable(Type.String()),
  createdAt: Time,
  expiresAt: Time,
}
export const ConnectSession = Type.Object(sessionFields)
export type ConnectSession = Static<typeof ConnectSession>
export const CreatedConnectSession = Type.Object({
  ...sessionFields,
  url: Type.String({ description: 'Shown once. Whoever has it can connect an account until it expires.' }),
})
export type CreatedConnectSession = Static<typeof CreatedConnectSession>
