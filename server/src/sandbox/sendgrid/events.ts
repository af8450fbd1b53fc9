import { generateKeyPairSync, sign as signWith } from 'node:crypto'
import type { Account, World } from '../emulator.ts'
import type { Mail } from './sendgrid.ts'

/** Where an account's events are posted, and the private key that signs them. */
export type Listener = { url: string; privateKey: string }

/** What happens to a mail after it was taken. */
export type MailEvent =
  | 'processed'
  | 'delivered'
  | 'open'
  | 'click'
  | 'bounce'
  | 'spamreport'
  | 'unsubscribe'
  | 'dropped'

/** A key pair as SendGrid makes one per webhook: the public half is what it shows. */
export function makeKeys(): { privateKey: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  }
}

/** Posts what happened to the account's event webhook, as one list, signed anew for each attempt. */
export function tell(world: World, account: Account, mail: Mail, events: { event: MailEvent; to: string }[]): void {
  const { listener } = account.values as { listener?: Listener }
  if (!listener) return
  const seconds = Math.floor(world.now() / 1_000)
  const posted = events.map(({ event, to }) => ({
    email: to,
    event,
    timestamp: seconds,
    sg_event_id: Buffer.from(`event-${world.nextId('event')}`).toString('base64url'),
    sg_message_id: `${mail.messageId}.recvd-sandbox-1-0`,
    ...mail.args,
    ...(mail.categories.length > 0 ? { category: mail.categories } : {}),
    ...(event === 'bounce' ? { type: 'bounce', reason: '550 5.1.1 no such mailbox', status: '5.1.1' } : {}),
    ...(event === 'click' ? { url: 'https://example.com/' } : {}),
  }))
  // SendGrid ends its lists with a line break, which is signed as well.
  const body = `${JSON.stringify(posted)}\r\n`
  world.send({
    account: account.name,
    url: listener.url,
    retrySeconds: [60, 600],
    build: () => ({ body, headers: signed({ privateKey: listener.privateKey, body, at: world.now() }) }),
  })
}

/** The two headers of a signed event webhook. */
export function signed({ privateKey, body, at }: { privateKey: string; body: string; at: number }) {
  const timestamp = String(Math.floor(at / 1_000))
  return {
    'content-type': 'application/json;charset=utf-8',
    'user-agent': 'SendGrid Event API',
    'x-twilio-email-event-webhook-timestamp': timestamp,
    'x-twilio-email-event-webhook-signature': signWith('sha256', Buffer.from(timestamp + body), privateKey).toString(
      'base64',
    ),
  }
}
