import { bearer, ConnectorError, defineConnector, type ErrorReading, encrypted, keys, Type } from '../../kit/index.ts'
import { batchUpsert, deleteContact, findContact, getContact, listFields, upsertContact } from './contacts.ts'
import { sendEmail } from './mail.ts'
import { settings } from './settings.ts'
import type { SendGridError } from './types.ts'
import { webhook } from './webhook.ts'

export const sendgrid = defineConnector({
  id: 'sendgrid',
  name: 'SendGrid',
  category: 'email',
  description: 'Sends e-mail and tells what becomes of it; keeps marketing contacts.',
  docs: 'https://www.twilio.com/docs/sendgrid/api-reference',
  apiVersion: 'v3',
  settings,

  auth: [
    keys({
      fields: Type.Object({
        apiKey: encrypted(
          Type.String({
            title: 'API key',
            description: 'With access to "Mail Send" and, for contacts, "Marketing".',
            pattern: '^SG\\.[A-Za-z0-9._-]+$',
            maxLength: 200,
          }),
        ),
      }),
      apply: ({ apiKey }) => bearer(apiKey),
    }),
  ],

  http: {
    baseUrl: ({ settings: { region } }) =>
      region === 'eu' ? 'https://api.eu.sendgrid.com' : 'https://api.sendgrid.com',
    rateLimit: { requests: 600, perMs: 60_000 },
    readError,
    // Seconds since 1970 at which a used-up limit is full again.
    retryHeaders: ({ 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset }, now) => {
      const waitMs = Number(reset) * 1_000 - now.getTime()
      return remaining === '0' && waitMs > 0 ? Math.min(waitMs, 3_600_000) : undefined
    },
  },

  /** Which permissions the key has; one that may not send is of no use here. */
  async check({ http, settings: { fromEmail } }) {
    const { scopes } = await http.get<{ scopes: string[] }>('/v3/scopes')
    if (!scopes.includes('mail.send'))
      throw new ConnectorError(
        'PERMISSION_DENIED',
        'SendGrid does not let this API key send mail; give it "Mail Send" (PERMISSION_DENIED)',
      )
    return { name: fromEmail }
  },

  webhook,

  capabilities: {
    messaging: { sendEmail },
    contacts: {
      get: async (context, { externalId }) => await getContact(context, externalId),
      find: findContact,
      upsert: upsertContact,
      batchUpsert: async (context, { contacts }) => await batchUpsert(context, contacts),
      delete: async (context, { externalId }) => await deleteContact(context, externalId),
    },
    customFields: { list: async (context, { object }) => (object === 'contact' ? await listFields(context) : []) },
  },
})

/** `{ errors: [{ message, field }] }`; the key's own problems are told with 403 as well as those of the sender. */
function readError({ body }: Parameters<ErrorReading>[0]): ReturnType<ErrorReading> {
  const { errors = [] } = (body ?? {}) as SendGridError
  const said = errors.flatMap(({ message, field }) => (message ? [field ? `${field}: ${message}` : message] : []))
  return said.length > 0 ? { message: said.slice(0, 3).join('; ') } : undefined
}
