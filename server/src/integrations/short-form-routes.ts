import { ok, replies } from '../api/envelope.ts'
import type { Routes } from '../api/server.ts'
import type { Connections } from './connections.ts'
import {
  CalendarAccount,
  CalendarTrial,
  EmailAccount,
  EmailTrial,
  Integration,
  SmsAccount,
  SmsTrial,
  StorageAccount,
  TestResult,
} from './schema.ts'

const tags = ['integrations']
const write = { scope: 'integrations:write' } as const

/** The short way to configure e-mail, SMS, calendar and storage. */
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

    api.post(
      '/integrations/calendar',
      {
        config: write,
        schema: {
          summary:
            'Configure Google Calendar with tokens that are there already: made, or put in place of the account that is there, and tested',
          description:
            'The refresh token must belong to the application of this hub (`GOOGLE_CLIENT_ID`). A person without tokens signs in: `GET /api/integrations/oauth/google/authorize`.',
          tags,
          body: CalendarAccount,
          response: replies(Integration),
        },
      },
      async ({ workspace, body }) => ok(await shortForms.configureCalendar(workspace.id, body)),
    )

    api.post(
      '/integrations/calendar/test',
      {
        config: write,
        schema: {
          summary: 'Try an account of Google Calendar without keeping it',
          tags,
          body: CalendarTrial,
          response: replies(TestResult),
        },
      },
      async ({ workspace, body }) => ok(await shortForms.testCalendar(workspace.id, body)),
    )

    api.post(
      '/integrations/storage',
      {
        config: write,
        schema: {
          summary: 'Configure S3 storage: the account is made, or put in place of the one that is there, and tested',
          tags,
          body: StorageAccount,
          response: replies(Integration),
        },
      },
      async ({ workspace, body }) => ok(await shortForms.configureStorage(workspace.id, body)),
    )

    api.post(
      '/integrations/storage/test',
      {
        config: write,
        schema: {
          summary: 'Try a storage without keeping it: a file is listed, stored and deleted',
          tags,
          body: StorageAccount,
          response: replies(TestResult),
        },
      },
      async ({ workspace, body }) => ok(await shortForms.testStorage(workspace.id, body)),
    )
  }
