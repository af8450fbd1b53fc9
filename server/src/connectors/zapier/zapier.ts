import {
  automationBody,
  ConnectorError,
  type Context,
  defineConnector,
  type ErrorReading,
  encrypted,
  keys,
  sampleBody,
  Type,
} from '../../kit/index.ts'
import type { ZapierAnswer, ZapierError } from './types.ts'

/** The URL of a "Catch Hook", or the target of a REST hook. */
const hookUrl = '^https://hooks\\.zapier\\.com/hooks/(catch|standard)/[0-9]+/[A-Za-z0-9_-]+/?$'

/** Zapier takes no larger body. */
const largestBody = 10 * 1024 * 1024

export const zapier = defineConnector({
  id: 'zapier',
  name: 'Zapier',
  category: 'automation',
  description: 'Starts Zaps with finished calls and any other data, for thousands of applications.',
  docs: 'https://help.zapier.com/hc/en-us/articles/8496288690317-Trigger-Zap-workflows-from-webhooks',
  apiVersion: 'catch hooks',
  settings: Type.Object({}),

  auth: [
    keys({
      fields: Type.Object({
        webhookUrl: encrypted(
          Type.String({
            title: 'Webhook URL',
            description: 'From the trigger "Webhooks by Zapier", event "Catch Hook".',
            pattern: hookUrl,
            maxLength: 500,
          }),
        ),
      }),
      // The URL is the only secret.
      apply: () => ({}),
    }),
  ],

  http: {
    baseUrl: 'https://hooks.zapier.com',
    rateLimit: { requests: 30, perMs: 1_000 },
    readError,
  },

  /** Looks at the URL alone: whatever is sent to a hook runs the Zap. `sendTest` is what tries it. */
  async check(context) {
    const [, , , account] = new URL(urlOf(context)).pathname.split('/')
    return { name: `Zapier account ${account}` }
  },

  // Zapier runs a Zap as often as it is told to.
  repeat: { 'automation.send': 'never' },

  capabilities: {
    automation: {
      send: async (context, { action, payload }) =>
        await post(context, automationBody(action, payload, context.now()), { repeatable: false }),
      sendTest: async (context) => await post(context, sampleBody(context.now()), { repeatable: true }),
    },
  },
})

async function post(context: Context<unknown>, body: unknown, options: { repeatable: boolean }) {
  if (Buffer.byteLength(JSON.stringify(body)) > largestBody) {
    throw new ConnectorError('VALIDATION_FAILED', 'Zapier takes no more than 10 MiB at a time (VALIDATION_FAILED)')
  }
  const { status = 'success' } = await context.http.post<ZapierAnswer>(urlOf(context), body, options)
  return { status }
}

/** @throws ConnectorError AUTH_ERROR where it is no URL of a hook, which would be called with people's data */
function urlOf({ credentials }: Context<unknown>): string {
  const { webhookUrl = '' } = credentials
  if (new RegExp(hookUrl).test(webhookUrl)) return webhookUrl
  throw new ConnectorError('AUTH_ERROR', 'The webhook URL is none of a Zapier hook; paste it again (AUTH_ERROR)')
}

/** A hook that is gone stays so until a person turns the Zap on or pastes another URL. */
function readError({ status, body }: Parameters<ErrorReading>[0]): ReturnType<ErrorReading> {
  const { message } = (body ?? {}) as ZapierError
  if (status === 404) return { code: 'AUTH_ERROR', message: 'there is no Zap with this webhook URL' }
  if (status === 410) return { code: 'AUTH_ERROR', message: 'the Zap is off or has been deleted' }
  return typeof message === 'string' ? { message } : undefined
}
