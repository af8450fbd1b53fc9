import { encrypted, Type } from '../../kit/index.ts'

export const settings = Type.Object({
  days_until_due: Type.Optional(
    Type.Integer({
      title: 'Days to pay an invoice',
      description: 'Where an invoice is given no date.',
      minimum: 0,
      maximum: 365,
      default: 30,
    }),
  ),
  webhook_secret: Type.Optional(
    encrypted(
      Type.String({
        title: 'Signing secret of the webhook',
        description: 'Stripe shows it with the endpoint; it begins with whsec_.',
        pattern: '^whsec_\\S+$',
        maxLength: 200,
      }),
    ),
  ),
})
