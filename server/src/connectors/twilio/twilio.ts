import {
  basic,
  ConnectorError,
  defineConnector,
  type ErrorReading,
  encrypted,
  keys,
  settingMissing,
  Type,
} from '../../kit/index.ts'
import { phoneNumber } from './numbers.ts'
import { segmentsOf } from './segments.ts'
import { settings, type TwilioContext } from './settings.ts'
import type { TwilioAccount, TwilioError, TwilioMessage } from './types.ts'
import { webhook } from './webhook.ts'

const accountPath = (sid = '') => `/2010-04-01/Accounts/${encodeURIComponent(sid)}`

export const twilio = defineConnector({
  id: 'twilio',
  name: 'Twilio',
  category: 'sms',
  description: 'Sends SMS and MMS, tells what becomes of them, and takes in what people write back.',
  docs: 'https://www.twilio.com/docs/messaging/api',
  apiVersion: '2010-04-01',
  settings,

  auth: [
    keys({
      fields: Type.Object({
        accountSid: encrypted(Type.String({ title: 'Account SID', pattern: '^AC[0-9a-fA-F]{32}$', maxLength: 34 })),
        authToken: encrypted(
          Type.String({
            title: 'Auth token',
            description: 'Signs in, unless there is an API key, and proves webhooks.',
            pattern: '^[0-9a-zA-Z]{32}$',
            maxLength: 32,
          }),
        ),
        apiKeySid: Type.Optional(
          encrypted(
            Type.String({
              title: 'API key',
              description: 'Signs in instead of the token.',
              pattern: '^SK[0-9a-fA-F]{32}$',
              maxLength: 34,
            }),
          ),
        ),
        apiKeySecret: Type.Optional(
          encrypted(Type.String({ title: 'Secret of the API key', minLength: 16, maxLength: 64 })),
        ),
      }),
      apply: ({ accountSid, authToken, apiKeySid, apiKeySecret }) =>
        apiKeySid && apiKeySecret ? basic(apiKeySid, apiKeySecret) : basic(accountSid, authToken),
    }),
  ],

  http: {
    baseUrl: 'https://api.twilio.com',
    rateLimit: { requests: 50, perMs: 1_000 },
    readError,
  },

  async check({ http, credentials }) {
    const {
      sid,
      friendly_name: name,
      status,
    } = await http.get<TwilioAccount>(`${accountPath(credentials.accountSid)}.json`)
    if (status !== undefined && status !== 'active')
      throw new ConnectorError('PERMISSION_DENIED', `Twilio: the account is ${status} (PERMISSION_DENIED)`)
    return { name: name || sid, routingKey: sid }
  },

  webhook,

  capabilities: { messaging: { sendSms } },
})

/** Twilio knows no idempotency keys, so nothing is tried again where it may have been heard. */
async function sendSms(
  { http, settings, credentials }: TwilioContext,
  {
    to,
    text,
    from,
    mediaUrls = [],
  }: { to: string; text: string; from?: string | undefined; mediaUrls?: string[] | undefined },
) {
  const { fromNumber, messagingServiceSid, statusCallbackUrl, country } = settings
  const sender = senderOf(from, messagingServiceSid, fromNumber)
  const fields = [
    ['To', phoneNumber(to, country)],
    ...sender,
    ['Body', text],
    ...mediaUrls.map((url) => ['MediaUrl', url]),
    ...(statusCallbackUrl ? [['StatusCallback', statusCallbackUrl]] : []),
  ] as [string, string][]
  const path = `${accountPath(credentials.accountSid)}/Messages.json`
  const message = await http.form<TwilioMessage>(path, fields, { repeatable: false })
  return { messageId: message.sid, status: message.status, ...segmentsOf(text) }
}

/** The one that was asked for, else the pool, which knows best who should send, else the number. */
function senderOf(from: string | undefined, pool: string | undefined, number: string | undefined): [string, string][] {
  if (from !== undefined) return [['From', from]]
  if (pool) return [['MessagingServiceSid', pool]]
  if (number) return [['From', number]]
  throw settingMissing('fromNumber', 'Twilio needs a number or a messaging service to send from')
}

/** What Twilio's numbers of errors mean, where the status does not say (https://www.twilio.com/docs/api/errors). */
function readError({ status, body }: Parameters<ErrorReading>[0]): ReturnType<ErrorReading> {
  const { code, message } = (body ?? {}) as TwilioError
  const said = { ...(message ? { message } : {}), ...(code === undefined ? {} : { vendorCode: String(code) }) }
  if (code === 20_429) return { ...said, code: 'RATE_LIMIT_EXCEEDED' }
  if (code === 21_610) return { ...said, message: 'this person has opted out', code: 'VENDOR_REJECTED' }
  return status === 400 ? { ...said, code: 'VENDOR_REJECTED' } : said
}
