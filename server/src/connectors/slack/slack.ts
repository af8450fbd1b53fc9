import {
  ConnectorError,
  type Context,
  defineConnector,
  type ErrorReading,
  encrypted,
  keys,
  Type,
} from '../../kit/index.ts'
import { messageOf } from './message.ts'

/** The URL of an incoming webhook; those of governments have a host of their own. */
const hookUrl = '^https://hooks\\.slack(-gov)?\\.com/services/[A-Z0-9]+/[A-Z0-9]+/[A-Za-z0-9]+$'

export const slack = defineConnector({
  id: 'slack',
  name: 'Slack',
  category: 'automation',
  description: 'Posts messages into a channel of Slack.',
  docs: 'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks',
  apiVersion: 'incoming webhooks',
  settings: Type.Object({}),

  auth: [
    keys({
      fields: Type.Object({
        webhookUrl: encrypted(
          Type.String({
            title: 'Webhook URL',
            description: 'From "Incoming Webhooks" of a Slack app; it names the channel.',
            pattern: hookUrl,
            maxLength: 300,
          }),
        ),
      }),
      // The URL is the only secret.
      apply: () => ({}),
    }),
  ],

  http: {
    baseUrl: ({ credentials: { webhookUrl = '' } }) =>
      webhookUrl.startsWith('https://hooks.slack-gov.com/') ? 'https://hooks.slack-gov.com' : 'https://hooks.slack.com',
    // One message a second, with short bursts.
    rateLimit: { requests: 10, perMs: 10_000 },
    readError,
  },

  /** Posts nothing: Slack says that the text is missing, where the URL is one of its webhooks. */
  async check(context) {
    const { body } = await context.http.request('POST', urlOf(context), { body: {}, accept: [400], repeatable: true })
    if (body !== 'no_text' && body !== 'invalid_payload' && body !== 'ok')
      throw new ConnectorError('PROCESSING_ERROR', 'Slack answers in a way that no webhook does (PROCESSING_ERROR)')
    const [, , team] = new URL(urlOf(context)).pathname.split('/')
    return { name: `Slack webhook of ${team === undefined ? 'a workspace' : team.slice(0, 4)}…` }
  },

  // Slack posts a message as often as it is told to.
  repeat: { 'automation.send': 'never' },

  capabilities: {
    automation: {
      send: async (context, { action, payload }) => await post(context, messageOf(action, payload), false),
      sendTest: async (context) =>
        await post(context, messageOf('test', { text: 'This is a test of your webhook.' }), true),
    },
  },
})

async function post(context: Context<unknown>, message: object, repeatable: boolean): Promise<{ status: string }> {
  await context.http.request('POST', urlOf(context), { body: message, repeatable })
  return { status: 'posted' }
}

/** @throws ConnectorError AUTH_ERROR where it is no URL of a webhook, which would be called with people's data */
function urlOf({ credentials }: Context<unknown>): string {
  const { webhookUrl = '' } = credentials
  if (new RegExp(hookUrl).test(webhookUrl)) return webhookUrl
  throw new ConnectorError('AUTH_ERROR', 'The webhook URL is none of Slack; paste it again (AUTH_ERROR)')
}

/** Slack says in one word what is wrong. A webhook or channel that is gone stays so until a person gives another URL. */
function readError({ status, body }: Parameters<ErrorReading>[0]): ReturnType<ErrorReading> {
  const word = typeof body === 'string' && /^[a-z_]{1,60}$/.test(body) ? body : undefined
  const said = word === undefined ? {} : { vendorCode: word, message: word.replaceAll('_', ' ') }
  if (status === 404) return { ...said, code: 'AUTH_ERROR', message: said.message ?? 'there is no such webhook' }
  if (status === 410) return { ...said, code: 'AUTH_ERROR', message: said.message ?? 'the channel is archived' }
  return said
}
