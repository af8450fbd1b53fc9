import { type Static, Type } from 'typebox'
import { Name, Nullable } from '../api/schemas.ts'

export const categories = [
  'crm',
  'calendar',
  'email',
  'sms',
  'payments',
  'automation',
  'storage',
  'advertising',
  'analytics',
  'voice',
  'field_service',
] as const

export const TemplateId = Type.String({
  pattern: '^[a-z0-9][a-z0-9_-]{0,63}$',
  'x-expects': 'the id of a template, such as hubspot',
})
export const ByTemplateId = Type.Object({ id: TemplateId })

const JsonSchema = Type.Record(Type.String(), Type.Unknown(), {
  description: 'A JSON Schema (2020-12). Fields with `encrypted: true` are sealed and never come back.',
})

const fields = {
  id: TemplateId,
  name: Type.String(),
  category: Type.Enum(categories),
  description: Type.String(),
  icon: Nullable(Type.String({ description: 'A URL, often a data URL.' })),
  apiVersion: Type.String(),
  isActive: Type.Boolean({ description: 'Whether new integrations of it can be made.' }),
  authTypes: Type.Array(Type.Enum(['oauth2', 'keys', 'none'])),
  capabilities: Type.Array(Type.String(), { description: 'Families of operations that it offers.' }),
}
export const Template = Type.Object(fields)
export type Template = Static<typeof Template>

export const OperationDescription = Type.Object({
  name: Type.String({ description: 'Such as contacts.create.' }),
  title: Type.String({ description: 'What it does, as a button says it.' }),
  writes: Type.Boolean({ description: 'Whether something changes at the vendor.' }),
  lists: Type.Boolean({ description: 'Whether it answers many items.' }),
  repeat: Type.Enum(['safe', 'key', 'lookup', 'never'], {
    description:
      'What may be done after a call whose outcome nobody knows: repeat it, repeat it with the same key, look first, or nothing.',
  }),
  input: JsonSchema,
})
export type OperationDescription = Static<typeof OperationDescription>

export const TemplateDetail = Type.Object({
  ...fields,
  docs: Type.String({ description: "The vendor's own documentation." }),
  setupInstructions: Nullable(Type.String({ description: 'Markdown.' })),
  configSchema: JsonSchema,
  auth: Type.Array(
    Type.Object({
      type: Type.Enum(['oauth2', 'keys', 'none']),
      provider: Nullable(Type.String({ description: 'Of oauth2: the name in /api/integrations/oauth/:provider/….' })),
      scopes: Type.Array(Type.String()),
      fields: Nullable(JsonSchema),
    }),
    { description: 'The ways to sign in, the first offered first.' },
  ),
  operations: Type.Array(OperationDescription),
  limits: Type.Object({
    requests: Type.Integer(),
    perMs: Type.Integer({ description: 'So many requests in so many milliseconds.' }),
    concurrency: Type.Integer({ description: 'Calls under way at a time.' }),
  }),
  webhooks: Nullable(
    Type.Object({
      secret: Type.Enum(['generated', 'application', 'setting', 'credential'], {
        description:
          'Whether the hub makes the secret, the operator has it, or it is a setting or one of the credentials.',
      }),
      setting: Nullable(Type.String()),
      subscribes: Type.Boolean({ description: 'Whether the hub makes the vendor call it, or a person does.' }),
    }),
  ),
})
export type TemplateDetail = Static<typeof TemplateDetail>

export const TemplateFilter = Type.Object({
  category: Type.Optional(Type.Enum(categories)),
  active: Type.Optional(Type.Boolean()),
})
export type TemplateFilter = Static<typeof TemplateFilter>

export const TemplateChanges = Type.Object(
  {
    displayName: Type.Optional(Nullable(Name)),
    description: Type.Optional(Nullable(Type.String({ maxLength: 2_000 }))),
    icon: Type.Optional(
      Nullable(
        Type.String({
          maxLength: 65_536,
          pattern: '^(https://\\S+|data:image/(png|svg\\+xml|jpeg|webp);base64,[A-Za-z0-9+/=]+)$',
          'x-expects': 'a URL that starts with https://, or a data URL of an image',
        }),
      ),
    ),
    setupInstructions: Type.Optional(Nullable(Type.String({ maxLength: 65_536, description: 'Markdown.' }))),
    isActive: Type.Optional(Type.Boolean()),
  },
  { description: 'Null takes back what was decided: the connector speaks for itself again.' },
)
export type TemplateChanges = Static<typeof TemplateChanges>
