import { type InboundEvent, type Static, schemes, type Webhook } from '../../kit/index.ts'
import type { settings } from './settings.ts'
import type { StripeEvent } from './types.ts'

/** What the hub calls Stripe's events; all others keep their name behind `stripe.`. */
const types: { readonly [type: string]: string } = {
  'customer.created': 'contact.created',
  'customer.updated': 'contact.updated',
  'customer.deleted': 'contact.deleted',
}

/** Events of an endpoint that a person made in Stripe, with the secret that it shows. */
export const webhook: Webhook<Static<typeof settings>> = {
  verify: schemes.stripe(),
  secret: { setting: 'webhook_secret' },

  parse({ rawBody, receivedAt }): InboundEvent[] {
    const event = JSON.parse(rawBody.toString()) as StripeEvent | null
    if (typeof event?.type !== 'string' || typeof event.id !== 'string') return []
    const { id, type, created, data } = event
    const externalId = data?.object?.id
    return [
      {
        type: Object.hasOwn(types, type) ? types[type]! : `stripe.${type}`,
        eventId: id,
        ...(typeof externalId === 'string' ? { externalId } : {}),
        occurredAt: typeof created === 'number' ? new Date(created * 1_000) : receivedAt,
        data: data?.object ?? {},
      },
    ]
  },
}
