import type { Attendee, Email } from '../../kit/index.ts'
import type { SendGridContext } from './settings.ts'
import type { SendGridPerson } from './types.ts'

/** The custom argument that SendGrid shows back in every event about the mail. */
export const referenceArgument = 'tenon_reference'

/**
 * Hands a mail to SendGrid, which answers 202 and sends it by itself. It knows no idempotency keys, so nothing is tried again where it
 * may have been heard.
 */
export async function sendEmail({ http, settings }: SendGridContext, email: Email): Promise<{ messageId: string }> {
  const { headers } = await http.request('POST', '/v3/mail/send', { body: mailOf(email, settings), repeatable: false })
  return { messageId: headers['x-message-id'] ?? '' }
}

function mailOf(email: Email, settings: SendGridContext['settings']) {
  const { subject, html, text, headers, reference, attachments, categories, replyTo } = email
  const content = [
    // Plain text must come first.
    ...(text === undefined ? [] : [{ type: 'text/plain', value: text }]),
    ...(html === undefined ? [] : [{ type: 'text/html', value: html }]),
  ]
  return {
    personalizations: [
      {
        ...recipientsOf(email),
        ...(reference === undefined ? {} : { custom_args: { [referenceArgument]: reference } }),
      },
    ],
    from: email.from ? personOf(email.from) : senderOf(settings),
    ...(replyTo ? { reply_to: personOf(replyTo) } : {}),
    subject,
    content,
    ...(headers && Object.keys(headers).length > 0 ? { headers } : {}),
    ...(categories && categories.length > 0 ? { categories: [...new Set(categories)] } : {}),
    ...(attachments && attachments.length > 0 ? { attachments: attachments.map(attachmentOf) } : {}),
    ...(settings.sandboxMode ? { mail_settings: { sandbox_mode: { enable: true } } } : {}),
  }
}

const senderOf = ({ fromEmail, fromName }: SendGridContext['settings']): SendGridPerson => ({
  email: fromEmail,
  ...(fromName ? { name: fromName } : {}),
})

const personOf = ({ email, name }: Attendee): SendGridPerson => ({ email, ...(name ? { name } : {}) })

const attachmentOf = ({ name, type, base64 }: NonNullable<Email['attachments']>[number]) => ({
  filename: name,
  type,
  content: base64,
  disposition: 'attachment',
})

/** SendGrid refuses a mail in which an address stands twice among its recipients; the first place counts. */
function recipientsOf({ to, cc = [], bcc = [] }: Email) {
  const known = new Set<string>()
  const once = (people: readonly Attendee[]): SendGridPerson[] =>
    people.flatMap((person) => {
      const address = person.email.toLowerCase()
      if (known.has(address)) return []
      known.add(address)
      return [personOf(person)]
    })
  const [first, second, third] = [once(to), once(cc), once(bcc)]
  return { to: first, ...(second.length > 0 ? { cc: second } : {}), ...(third.length > 0 ? { bcc: third } : {}) }
}
