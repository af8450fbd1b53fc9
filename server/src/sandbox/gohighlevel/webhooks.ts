import { createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { Account, Stored, World } from '../emulator.ts'
import { type Event, shownEvent } from './calendars.ts'
import { type Contact, shown } from './contacts.ts'
import { locationIdOf } from './location.ts'
import { type Opportunity, shownOpportunity } from './opportunities.ts'

/** Where an application hears of what happens; automations of the location sign with a secret, too. */
export type Subscription = { url: string; secret?: string | undefined }

// A PKCS #8 key (RFC 8410) of a seed that everybody may know: it proves nothing to anybody but a sandbox's hub.
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
})
/** The key with which the sandbox signs in GoHighLevel's place (SPKI, base64). */
export const sandboxPublicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64')

/** Tells the application of contacts, appointments and opportunities that come, change or go. */
export function watch(world: World): void {
  world.onChange('contact', (account, { action, record }) => {
    const suffix = action === 'created' || action === 'restored' ? 'Create' : action === 'updated' ? 'Update' : 'Delete'
    notify(world, account, `Contact${suffix}`, shown(account, record as Stored<Contact>))
  })
  world.onChange('event', (account, { action, record }) => {
    const { data } = record as Stored<Event>
    if (data.isBlock) return
    const suffix = action === 'created' ? 'Create' : action === 'updated' ? 'Update' : 'Delete'
    notify(world, account, `Appointment${suffix}`, { appointment: shownEvent(account, record as Stored<Event>) })
  })
  world.onChange('opportunity', (account, { action, record, previous }) => {
    const opportunity = shownOpportunity(account, record as Stored<Opportunity>)
    const { createdAt: dateAdded, ...rest } = opportunity
    const isStatus = action === 'updated' && (previous as Opportunity).status !== opportunity.status
    const name =
      action === 'created' ? 'Create' : isStatus ? 'StatusUpdate' : action === 'updated' ? 'Update' : 'Delete'
    notify(world, account, `Opportunity${name}`, { ...rest, dateAdded })
  })
}

/** Sends one webhook, as the marketplace and the location's automations do. */
export function notify(world: World, account: Account, type: string, fields: object): void {
  const { subscription } = account.values as { subscription?: Subscription }
  if (!subscription) return
  const { url, secret } = subscription
  const body = JSON.stringify({
    ...fields,
    type,
    locationId: locationIdOf(account.name),
    timestamp: new Date(world.now()).toISOString(),
    webhookId: `webhook-${world.nextId('webhook')}`,
  })
  world.send({
    account: account.name,
    url,
    retrySeconds: [600, 600, 600],
    // Only an answer of 429 is tried again.
    accepts: (status) => status !== 429,
    build: () => ({ body, headers: signed({ body, secret }) }),
  })
}

/** GoHighLevel's signature over the body, and that of an automation where it has a secret. */
export const signed = ({ body, secret }: { body: string; secret?: string | undefined }): Record<string, string> => ({
  'content-type': 'application/json',
  'x-ghl-signature': sign(null, Buffer.from(body), privateKey).toString('base64'),
  ...(secret === undefined ? {} : { 'x-webhook-signature': createHmac('sha256', secret).update(body).digest('hex') }),
})
