import { type Static, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { Id, Nullable, Time } from '../api/schemas.ts'

const optional = Type.Optional
const NullableText = Nullable(Type.String())

export const sendStatuses = ['queued', 'sending', 'sent', 'kept', 'failed', 'unknown'] as const
export type SendStatus = (typeof sendStatuses)[number]
const Status = Type.Enum(sendStatuses, {
  description:
    '`queued`: waits for its turn or its next try · `sending` · `sent`: handed over · `kept`: in the outbox, since nothing is connected to send with · `failed` · `unknown`: the connection broke before anybody said whether it was taken',
})

export const TemplateName = Type.String({
  pattern: '^[A-Za-z][A-Za-z0-9._-]{0,99}$',
  'x-expects': 'the name of a template: letters, digits, dots, dashes and underscores',
})
const oneLine = (maxLength: number) =>
  Type.String({ maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$', 'x-expects': 'one line of text' })
const Email = Type.String({ format: 'email', maxLength: 320, 'x-expects': 'an e-mail address' })
const Person = Type.Object({ email: Email, name: optional(oneLine(200)) })
const Body = (what: string) => Type.String({ maxLength: 1_000_000, description: what })
const Data = Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), {
  description: 'What the template speaks of, by name.',
  'x-expects': 'an object',
})

// Sends -----------------------------------------------------------------------------------------------------------

const content = {
  template: optional(TemplateName),
  data: optional(Data),
  subject: optional(
    Type.String({ minLength: 1, maxLength: 500, pattern: '^[^\\r\\n]+$', 'x-expects': 'one line of text' }),
  ),
  html: optional(Body('Sent as it is.')),
  text: optional(Body('The plain text part; made from the HTML where it is left out.')),
}

export const NewSend = Type.Object({
  to: Type.Union([Email, Person], { 'x-expects': 'an e-mail address, or an object with email and name' }),
  ...content,
  from: optional(Person),
  replyTo: optional(Person),
  headers: optional(
    Type.Record(Type.String({ pattern: '^[!-9;-~]{1,70}$' }), oneLine(900), {
      'x-expects': 'an object of one-line texts',
    }),
  ),
  categories: optional(Type.Array(Type.String({ pattern: '^[ -~]{1,255}$' }), { maxItems: 10 })),
  attachments: optional(
    Type.Array(
      Type.Object({
        name: oneLine(255),
        type: Type.String({ pattern: '^[\\w.+-]+/[\\w.+-]+([; ].*)?$', maxLength: 255, 'x-expects': 'a media type' }),
        base64: Type.String({
          minLength: 1,
          maxLength: 2_000_000,
          pattern: '^[A-Za-z0-9+/]+=*$',
          'x-expects': 'base64',
        }),
      }),
      { maxItems: 10 },
    ),
  ),
  key: optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Your own word for this mail: another one with the same key is not made.',
    }),
  ),
})
export type NewSend = Static<typeof NewSend>

export const Engagements = Type.Record(Type.String(), Type.Object({ first: Time, last: Time, count: Type.Integer() }), {
  description:
    'What was reported of it: `delivered`, `opened`, `clicked`, `replied`, `bounced`, `complained`, `unsubscribed`, each with its first and last time.',
})
export type Engagements = Static<typeof Engagements>

export const SendSummary = Type.Object({
  id: Id,
  status: Status,
  to: Type.Object({ email: Type.String(), name: NullableText }),
  subject: Type.String(),
  template: NullableText,
  key: NullableText,
  attempts: Type.Integer(),
  integrationId: Nullable(Id),
  messageId: Nullable(Type.String({ description: 'As the vendor knows it.' })),
  errorCode: NullableText,
  error: NullableText,
  createdAt: Time,
  sentAt: Nullable(Time),
  engagement: Engagements,
})
export type SendSummary = Static<typeof SendSummary>

export const Send = Type.Object({
  ...SendSummary.properties,
  html: Nullable(Type.String({ description: 'Forgotten some time after the mail was sent.' })),
  text: NullableText,
})
export type Send = Static<typeof Send>

export const SendFilter = Type.Object({
  ...Paging.properties,
  status: optional(Type.Enum(sendStatuses)),
  to: optional(Type.String({ maxLength: 320 })),
  key: optional(Type.String({ maxLength: 200 })),
})
export type SendFilter = Static<typeof SendFilter>

// Templates -------------------------------------------------------------------------------------------------------

const templateContent = {
  subject: Type.String({ maxLength: 500, pattern: '^[^\\r\\n]*$', 'x-expects': 'one line of Liquid' }),
  html: optional(Nullable(Body('Liquid; what is put out is escaped.'))),
  text: optional(Nullable(Body('Liquid of the plain text part; made from the HTML where it is left out.'))),
  description: optional(Nullable(oneLine(500))),
  usesLayout: optional(Type.Boolean({ description: 'Whether it stands within the template `layout`. Default: true.' })),
}
export const TemplateInput = Type.Object(templateContent)
export type TemplateInput = Static<typeof TemplateInput>

export const EmailTemplate = Type.Object({
  name: TemplateName,
  description: NullableText,
  subject: Type.String(),
  html: NullableText,
  text: NullableText,
  usesLayout: Type.Boolean(),
  isBuiltIn: Type.Boolean({ description: 'The hub brings a template of this name along.' }),
  isCustom: Type.Boolean({ description: 'This is what the workspace wrote.' }),
  updatedAt: Nullable(Time),
})
export type EmailTemplate = Static<typeof EmailTemplate>

export const ByName = Type.Object({ templateName: TemplateName })

export const Preview = Type.Object({
  template: optional(TemplateName),
  data: optional(Data),
  draft: optional(TemplateInput),
})
export type Preview = Static<typeof Preview>
export const Rendered = Type.Object({ subject: Type.String(), html: NullableText, text: NullableText })
export type Rendered = Static<typeof Rendered>
