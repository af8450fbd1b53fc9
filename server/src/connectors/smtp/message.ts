import { createHash } from 'node:crypto'
import type { Attendee, Email } from '../../kit/index.ts'
import type { SmtpContext } from './settings.ts'

/** A message as it goes over the line, with whom it is from and for. */
export type Message = { id: string; from: string; to: string[]; bytes: Buffer }

type Given = Email & { idempotencyKey?: string | undefined }

/** Writes a mail as an internet message (RFC 5322). Whoever is in `bcc` stands in the envelope only. */
export async function writeMessage(context: SmtpContext, email: Given): Promise<Message> {
  const { settings } = context
  const from = email.from ?? { email: settings.fromEmail, name: settings.fromName }
  const id = messageId(context, from.email, email.idempotencyKey)
  const { to, cc = [], bcc = [], replyTo, subject, html, text, headers = {}, reference, attachments = [] } = email
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const composer = new MailComposer({
    messageId: id,
    date: context.now(),
    from: addressOf(from),
    to: to.map(addressOf),
    cc: cc.map(addressOf),
    ...(replyTo ? { replyTo: addressOf(replyTo) } : {}),
    subject,
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    headers: { ...headers, ...(reference === undefined ? {} : { 'X-Reference': reference }) },
    attachments: attachments.map(({ name, type, base64 }) => ({
      filename: name,
      contentType: type,
      content: Buffer.from(base64, 'base64'),
    })),
    // A mail holds what it was given, and nothing of this machine.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const recipients = [...to, ...cc, ...bcc].map(({ email }) => email)
  return { id, from: from.email, to: [...new Set(recipients)], bytes: await composer.compile().build() }
}

const addressOf = ({ email, name }: Attendee) => ({ address: email, name: name ?? '' })

/** The same for every repetition of one mail, so that a server or a mailbox can tell that it has it. */
function messageId({ integrationId, now }: SmtpContext, from: string, key: string | undefined): string {
  const domain = from.split('@').at(-1)
  const unique = key ?? `${now().getTime()} ${Math.random()}`
  return `<${createHash('sha256').update(`${integrationId} ${unique}`).digest('hex').slice(0, 32)}@${domain}>`
}
