import { ok, replies } from '../api/envelope.ts'
import type { Routes } from '../api/server.ts'
import type { Connections } from './connections.ts'
import { EmailAccount, EmailTrial, Integration, SmsAccount, SmsTrial, TestResult } from './schema.ts'

const tags = ['integrations']
const write = { scope: 'integrations:write' } as const

/** The short way to configure e-mail and SMS. */
export const shortFormRoutes =
  ({ shortForms }: Pick<Connections, 'shortForms'>): Routes =>
  async (api) => {
    api.post(
      '/integrations/email',
      {
        config: write,
        schema: {
          summary:
            'Configure e-mail over SendGrid: the account is made, or put in place of the one that is there, and tested',
          tags,
          body: EmailAccount,
          response: replies(Integration),
        },
      },
      async ({ workspace, body }) => ok(await shortForms.configureEmail(workspace.id, body)),
    )

    api.post(
      '/integrations/email/test',
      {
        config: write,
        schema: {
          summary: 'Try an e-mail account without keeping it; a mail is sent where an address is given',
          tags,
          body: EmailTrial,
          response: replies(TestResult),
        },
      },
      async ({ workspace, body }) => ok(await shortForms.testEmail(workspace.id, body)),
    )

    api.post(
      '/integrations/sms',
      {
        config: write,
        schema: {
          summary:
            'Configure SMS over Twilio: the account is made, or put in place of the one that is there, and tested',
          tags,
          body: SmsAccount,
          response: replies(Integration),
        },
      },
      async ({ workspace, body }) => ok(await shortForms.configureSms(workspace.id, body)),
    )

    api.post(
      '/integrations/sms/test',
      {
        config: write,
        schema: {
          summary: 'Try an SMS account without keeping it; an SMS is sent where a number is given',
          tags,
          body: SmsTrial,
          response: replies(TestResult),
        },
      },
      async ({ workspace, body }) => ok(await shortForms.testSms(workspace.id, body)),
    )
  }
