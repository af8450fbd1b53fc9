import { type Static, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { Id, Nullable, Time } from '../api/schemas.ts'

const optional = Type.Optional
const NullableText = Nullable(Type.String())

export const messageStatuses = ['queued', 'sending', 'sent', 'failed', 'unknown'] as const
export type MessageStatus = (typeof messageStatuses)[number]

const Phone = Type.String({
  pattern: '^[+(]?[0-9][0-9 ().-]{2,30}$',
  maxLength: 32,
  'x-expects': 'a phone number, such as +14155550100',
})
const FullPhone = Type.String({
  pattern: '^\\+[1-9][0-9]{6,14}$',
  'x-expects': 'a phone number with its country code, such as +14155550100',
})

export const NewSms = Type.Object({
  to: Phone,
  text: Type.String({ minLength: 1, maxLength: 1_600 }),
  from: optional(
    Type.String({ pattern: '^(\\+[1-9][0-9]{6,14}|[A-Za-z0-9 ]{1,11})$', 'x-expects': 'a number or name of yours' }),
  ),
  mediaUrls: optional(
    Type.Array(
      Type.String({ pattern: '^https://[^\\s]+$', maxLength: 2_048, 'x-expects': 'a URL that starts with https://' }),
      {
        maxItems: 10,
      },
    ),
  ),
  key: optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Your own word for this message: another one with the same key is not made.',
    }),
  ),
})
export type NewSms = Static<typeof NewSms>

export const Sms = Type.Object({
  id: Id,
  status: Type.Enum(messageStatuses, {
    description:
      '`sent`: the vendor took it · `unknown`: the connection broke before anybody said whether it was taken',
  }),
  reported: NullableText,
  to: Type.String(),
  from: NullableText,
  text: Type.String(),
  mediaUrls: Type.Array(Type.String()),
  segments: Nullable(Type.Integer({ description: 'Messages that the text fills.' })),
  key: NullableText,
  attempts: Type.Integer(),
  integrationId: Nullable(Id),
  messageId: NullableText,
  errorCode: NullableText,
  error: NullableText,
  createdAt: Time,
  sentAt: Nullable(Time),
})
export type Sms = Static<typeof Sms>

export const SmsFilter = Type.Object({
  ...Paging.properties,
  status: optional(Type.Enum(messageStatuses)),
  to: optional(Type.String({ maxLength: 32 })),
})
export type SmsFilter = Static<typeof SmsFilter>

export const OptOut = Type.Object({
  phone: Type.String(),
  source: Type.Enum(['message', 'person'], { description: 'Whether a STOP said so, or a person entered it.' }),
  createdAt: Time,
})
export type OptOut = Static<typeof OptOut>
export const OptOutFilter = Type.Object({ ...Paging.properties })
export const OptOutChange = Type.Object({ phone: FullPhone })
