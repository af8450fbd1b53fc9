import { createHmac } from 'node:crypto'
import type { Account, World } from '../emulator.ts'

/** The version of the API that the emulator speaks; another is refused. */
export const apiVersion = '2026-10-28.endive'

/** Where an account's events are sent, and with which secret they are signed. */
export type Endpoint = { url: string; secret: string }

/** Tells the account's endpoint what happened, as Stripe does: signed with a time, and again for days where nobody listens. */
export function tell(world: World, account: Account, type: string, object: unknown): void {
  const { endpoint } = account.values as { endpoint?: Endpoint }
  if (!endpoint) return
  const event = {
    id: `evt_${world.nextId('event')}`,
    object: 'event',
    api_version: apiVersion,
    created: Math.floor(world.now() / 1_000),
    type,
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    data: { object },
  }
  const body = JSON.stringify(event)
  world.send({
    account: account.name,
    url: endpoint.url,
    retrySeconds: [60, 300, 3_600],
    build: () => ({ body, headers: signed({ secret: endpoint.secret, body, at: world.now() }) }),
  })
}

/** `Stripe-Signature` (https://docs.stripe.com/webhooks#verify-manually). */
export function signed({ secret, body, at }: { secret: string; body: string; at: number }): Record<string, string> {
  const timestamp = Math.floor(at / 1_000)
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    'stripe-signature': `t=${timestamp},v1=${signature}`,
  }
}
