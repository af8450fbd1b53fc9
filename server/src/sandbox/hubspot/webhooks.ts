import { createHmac } from 'node:crypto'
import type { Account, World } from '../emulator.ts'
import { type Data, portalIdOf } from './records.ts'

/** Where an application hears of changes, and with which secret they are signed. */
export type Subscription = { url: string; secret: string }
type WebhookEvent = { subscriptionType: string; subscriptionId: number; objectId: string; more?: object }

const singular = { contacts: 'contact', deals: 'deal' } as const
const subscriptionIds = { creation: 101, propertyChange: 102, deletion: 103, restore: 104 } as const

/** Tells the application of every contact and deal that comes, changes or goes, in arrays as HubSpot does. */
export function watch(world: World): void {
  for (const type of ['contacts', 'deals'] as const) {
    world.onChange(type, (account, { action, record, previous }) => {
      const objectId = record.id
      const event = (name: keyof typeof subscriptionIds, more: object = {}): WebhookEvent => ({
        subscriptionType: `${singular[type]}.${name}`,
        subscriptionId: subscriptionIds[name],
        objectId,
        more,
      })
      if (action === 'created') notify(world, account, [event('creation', { changeFlag: 'CREATED' })])
      if (action === 'deleted') notify(world, account, [event('deletion', { changeFlag: 'DELETED' })])
      if (action === 'restored') notify(world, account, [event('restore', { changeFlag: 'RESTORED' })])
      if (action === 'updated') {
        const before = (previous as Data).properties
        const changed = Object.entries((record.data as Data).properties).filter(
          ([name, value]) => before[name] !== value,
        )
        const events = changed.map(([propertyName, propertyValue]) =>
          event('propertyChange', { propertyName, propertyValue }),
        )
        if (events.length > 0) notify(world, account, events)
      }
    })
  }
}

function notify(world: World, account: Account, events: WebhookEvent[]): void {
  const { subscription } = account.values as { subscription?: Subscription }
  if (!subscription) return
  const { url, secret } = subscription
  const occurredAt = world.now()
  const told = events.map(({ objectId, more, ...rest }) => ({
    ...rest,
    ...more,
    eventId: Number(world.nextId('event')),
    portalId: portalIdOf(account.name),
    appId: 3001,
    occurredAt,
    objectId: Number(objectId),
    changeSource: 'CRM_UI',
  }))
  world.send({
    account: account.name,
    url,
    retrySeconds: [60, 300, 1_800],
    build: (attempt) => {
      const body = JSON.stringify(told.map((one) => ({ ...one, attemptNumber: attempt - 1 })))
      return { body, headers: signed({ url, secret, body, at: world.now() }) }
    },
  })
}

/** The third version of HubSpot's signature: method, URL, body and time, by the application's secret. */
export function signed(given: { url: string; secret: string; body: string; at: number }): Record<string, string> {
  const { url, secret, body, at } = given
  const signature = createHmac('sha256', secret).update(`POST${url}${body}${at}`).digest('base64')
  return {
    'content-type': 'application/json',
    'user-agent': 'HubSpot Connect 2.0 (http://dev.hubspot.com/) - Webhooks',
    'x-hubspot-signature-v3': signature,
    'x-hubspot-request-timestamp': String(at),
  }
}
