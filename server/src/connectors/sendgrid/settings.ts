import { type Context, type Static, Type } from '../../kit/index.ts'

export const settings = Type.Object({
  fromEmail: Type.String({
    title: 'From',
    description: 'An address that SendGrid has verified: a single sender, or any of an authenticated domain.',
    format: 'email',
    maxLength: 320,
  }),
  fromName: Type.Optional(Type.String({ title: 'Name of the sender', maxLength: 200 })),
  region: Type.Optional(
    Type.Union([Type.Literal('global'), Type.Literal('eu')], {
      title: 'Region',
      description: '`eu` for subusers in the European Union; contacts are kept by the global region only.',
      default: 'global',
    }),
  ),
  listIds: Type.Optional(
    Type.Array(Type.String({ format: 'uuid' }), {
      title: 'Lists',
      description: 'Ids of the marketing lists that contacts are added to.',
      maxItems: 50,
    }),
  ),
  sandboxMode: Type.Optional(
    Type.Boolean({ title: 'Only try', description: 'SendGrid checks each mail and sends none.', default: false }),
  ),
  // A public key: nothing to seal, and it fills a whole line.
  webhookPublicKey: Type.Optional(
    Type.String({
      title: 'Verification key of the event webhook',
      description: 'SendGrid shows it with the signed event webhook.',
      pattern: '^[A-Za-z0-9+/=]{60,400}$',
      maxLength: 400,
    }),
  ),
})

export type SendGridContext = Context<Static<typeof settings>>
