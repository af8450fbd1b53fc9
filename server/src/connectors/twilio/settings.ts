import { type Context, type Static, Type } from '../../kit/index.ts'

export const settings = Type.Object({
  fromNumber: Type.Optional(
    Type.String({
      title: 'From',
      description: 'A number of yours at Twilio, such as +14155550100, or a sender name where the country allows one.',
      pattern: '^(\\+[1-9]\\d{6,14}|[A-Za-z0-9 ]{1,11})$',
      maxLength: 20,
    }),
  ),
  messagingServiceSid: Type.Optional(
    Type.String({
      title: 'Messaging service',
      description: 'Chooses the sender from its pool; counts before the number.',
      pattern: '^MG[0-9a-fA-F]{32}$',
      maxLength: 34,
    }),
  ),
  statusCallbackUrl: Type.Optional(
    Type.String({
      title: 'URL for what becomes of messages',
      description: 'The webhook URL that this integration shows.',
      pattern: '^https?://[^\\s]+$',
      maxLength: 2_048,
    }),
  ),
  country: Type.Optional(
    Type.String({
      title: 'Country of numbers without a code',
      description: 'Two letters, such as US.',
      pattern: '^[A-Z]{2}$',
      maxLength: 2,
    }),
  ),
})

export type TwilioContext = Context<Static<typeof settings>>
