import { type InboundEvent, schemes, type Webhook } from '../../kit/index.ts'
import type { TwilioContext } from './settings.ts'

/** Twilio posts forms: what people write, and what becomes of what was sent to them. */
export const webhook: Webhook<TwilioContext['settings']> = {
  verify: schemes.twilio(),
  // Also where an API key signs in, webhooks are signed with the account's token.
  secret: { credential: 'authToken' },
  answer: { status: 200, body: '<Response/>', headers: { 'content-type': 'text/xml; charset=utf-8' } },

  parse({ rawBody, receivedAt }): InboundEvent[] {
    const fields = Object.fromEntries(new URLSearchParams(rawBody.toString()))
    const id = fields.MessageSid ?? fields.SmsSid
    if (id === undefined || id === '') return []
    const status = fields.MessageStatus ?? fields.SmsStatus
    const isReceived = status === undefined || status === 'received' || status === 'receiving'
    return [isReceived ? received(id, fields, receivedAt) : changed(id, status, fields, receivedAt)]
  },
}

type Fields = { readonly [name: string]: string }

function received(id: string, fields: Fields, receivedAt: Date): InboundEvent {
  const count = Math.min(10, Number(fields.NumMedia) || 0)
  const attachments = Array.from({ length: count }, (_, index) => ({
    url: fields[`MediaUrl${index}`],
    contentType: fields[`MediaContentType${index}`],
  })).filter(({ url }) => url !== undefined)
  return {
    type: 'message.received',
    eventId: id,
    externalId: id,
    occurredAt: receivedAt,
    data: {
      messageId: id,
      channel: fields.From?.startsWith('whatsapp:') ? 'whatsapp' : 'sms',
      from: fields.From,
      to: fields.To,
      text: fields.Body ?? '',
      ...(attachments.length > 0 ? { attachments } : {}),
      receivedAt: receivedAt.toISOString(),
      // Where Twilio manages opt-outs it says what it took the message for.
      ...(fields.OptOutType ? { optOut: fields.OptOutType.toLowerCase() } : {}),
    },
  }
}

/** Reports come in any order; each says where the message was then. */
function changed(id: string, status: string, fields: Fields, receivedAt: Date): InboundEvent {
  const { To: to, From: from, ErrorCode: errorCode } = fields
  return {
    type: `twilio.message.${status}`,
    eventId: `${id}:${status}`,
    externalId: id,
    occurredAt: receivedAt,
    data: { messageId: id, status, to, from, ...(errorCode ? { errorCode } : {}) },
  }
}
