import { createHmac } from 'node:crypto'
import {
  automationBody,
  ConnectorError,
  type Context,
  defineConnector,
  encrypted,
  keys,
  sampleBody,
  Type,
} from '../../kit/index.ts'
import { readHeaders } from './headers.ts'

export const webhook = defineConnector({
  id: 'webhook',
  name: 'Webhook',
  category: 'automation',
  description: 'Posts finished calls and any other data as JSON to a URL of yours, signed if you like.',
  docs: 'https://www.rfc-editor.org/rfc/rfc2104',
  apiVersion: '1',
  settings: Type.Object({}),

  auth: [
    keys({
      fields: Type.Object({
        webhookUrl: encrypted(
          Type.String({
            title: 'URL',
            description: 'Where to post to. It is kept sealed, since many such URLs are secrets themselves.',
            pattern: '^https://[^\\s/?#@\\\\]+([/?][^\\s#]*)?$',
            maxLength: 2_048,
          }),
        ),
        secret: Type.Optional(
          encrypted(
            Type.String({
              title: 'Signing secret',
              description: 'If given, each request bears X-Webhook-Signature.',
              minLength: 12,
              maxLength: 128,
              pattern: '^[\\x21-\\x7e]+$',
            }),
          ),
        ),
        headers: Type.Optional(
          encrypted(
            Type.String({
              title: 'Headers',
              description: 'Sent along, one a line: "Authorization: Bearer …".',
              maxLength: 8_192,
            }),
          ),
        ),
      }),
      apply: ({ headers = '' }) => ({ headers: readHeaders(headers) }),
    }),
  ],

  http: {
    baseUrl: ({ credentials }) => urlOf(credentials).origin,
    rateLimit: { requests: 30, perMs: 1_000 },
    readError: ({ status }) => (status === 410 ? { message: 'it is gone for good' } : undefined),
  },

  /** Looks at what was pasted alone: a request of any kind may set something off. `sendTest` is what tries it. */
  async check({ credentials }) {
    readHeaders(credentials.headers ?? '')
    return { name: urlOf(credentials).host }
  },

  capabilities: {
    automation: {
      send: async (context, { action, payload, idempotencyKey }) =>
        await post(context, action, automationBody(action, payload, context.now()), { idempotencyKey }),
      sendTest: async (context) => await post(context, 'test', sampleBody(context.now()), { repeatable: true }),
    },
  },
})

async function post(
  { http, credentials, now }: Context<unknown>,
  action: string,
  body: unknown,
  options: { idempotencyKey?: string | undefined; repeatable?: boolean },
): Promise<{ status: string }> {
  const headers = {
    ...(isHeaderText(action) ? { 'x-webhook-event': action } : {}),
    ...signed(body, credentials.secret, now()),
  }
  const { status } = await http.request('POST', urlOf(credentials).href, { body, headers, ...options })
  return { status: String(status) }
}

/** As the hub's own webhooks are signed: HMAC-SHA256 in hex over the time in seconds, a dot, and the body as it is sent. */
function signed(body: unknown, secret: string | undefined, now: Date): Record<string, string> {
  if (!secret) return {}
  const timestamp = String(Math.floor(now.getTime() / 1_000))
  const signature = createHmac('sha256', secret)
    .update(`${timestamp}.${JSON.stringify(body)}`)
    .digest('hex')
  return { 'x-webhook-signature': signature, 'x-webhook-timestamp': timestamp }
}

const isHeaderText = (text: string): boolean => /^[\x21-\x7e]+$/.test(text)

/** @throws ConnectorError CONFIG_SCHEMA_INVALID where it is none that may be called */
function urlOf({ webhookUrl = '' }: Record<string, string>): URL {
  const url = URL.parse(webhookUrl)
  if (url?.protocol === 'https:' && url.username === '' && url.password === '') return url
  const why = 'the URL must begin with https:// and hold no user or password'
  throw new ConnectorError('CONFIG_SCHEMA_INVALID', `Webhook: ${why} (CONFIG_SCHEMA_INVALID)`)
}
