import { defineConnector, encrypted, keys, noAuth, Type } from '../../kit/index.ts'
import { writeMessage } from './message.ts'
import { settings } from './settings.ts'
import { handOver, leave, talk } from './talk.ts'

export const smtp = defineConnector({
  id: 'smtp',
  name: 'SMTP',
  category: 'email',
  description: 'Sends e-mail through any mail server.',
  docs: 'https://www.rfc-editor.org/rfc/rfc5321',
  apiVersion: 'RFC 5321',
  settings,

  auth: [
    keys({
      fields: Type.Object({
        password: encrypted(Type.String({ title: 'Password', minLength: 1, maxLength: 1_000 })),
      }),
      apply: () => ({}),
    }),
    // A relay that knows the hub by its address.
    noAuth(),
  ],

  http: {
    baseUrl: ({ settings: { host, port = 587 } }) => `smtp://${host}:${port}`,
    rateLimit: { requests: 120, perMs: 60_000 },
    concurrency: 4,
  },

  /** Signs in and leaves. */
  async check(context) {
    const { settings } = context
    await context.session({ method: 'CHECK', timeoutMs: 15_000 }, (line) =>
      talk(context, line, async (connection) => {
        await leave(connection)
        return { answer: undefined, status: 250 }
      }),
    )
    return { name: settings.fromEmail }
  },

  capabilities: {
    messaging: {
      async sendEmail(context, email) {
        const message = await writeMessage(context, email)
        const shown = { from: message.from, to: message.to, messageId: message.id, bytes: message.bytes.length }
        return await context.session({ method: 'SEND', shown, timeoutMs: timeoutOf(message.bytes) }, (line) =>
          talk(context, line, async (connection) => {
            const { status, response, rejected } = await handOver(connection, message)
            await leave(connection)
            const answer = { messageId: message.id, ...(rejected.length > 0 ? { rejected } : {}) }
            return { answer, status, shown: response }
          }),
        )
      },
    },
  },
})

/** A minute, and a second for each 100 KiB. */
const timeoutOf = ({ length }: Buffer): number => 60_000 + Math.min(240_000, (length / 102_400) * 1_000)
