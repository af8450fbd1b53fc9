import type { Integrations } from './integrations.ts'
import type { CalendarAccount, EmailAccount, Integration, SmsAccount, StorageAccount, TestResult } from './schema.ts'

/** What a short form says, as the template has it. */
type Account = { templateId: string; credentials: Record<string, string>; config: Record<string, unknown> }

/** The short way to configure what most workspaces need: one account each for e-mail, SMS, calendar and files, without knowing of templates. */
export function createShortForms({ integrations }: { integrations: Integrations }) {
  /** Puts the account in place of the workspace's one of this vendor, or makes it, and tests it. */
  async function configure(workspaceId: string, account: Account): Promise<Integration> {
    const { templateId, credentials, config } = account
    const { items } = await integrations.list(workspaceId, { templateId, limit: 200 })
    const present = items.findLast(({ agentId }) => agentId === null)
    if (!present) return await integrations.create(workspaceId, account)
    return await integrations.update(workspaceId, present.id, { credentials, config, isActive: true })
  }

  return {
    configureEmail: (workspaceId: string, account: EmailAccount) => configure(workspaceId, emailAccount(account)),
    configureSms: (workspaceId: string, account: SmsAccount) => configure(workspaceId, smsAccount(account)),
    configureCalendar: (workspaceId: string, account: CalendarAccount) =>
      configure(workspaceId, calendarAccount(account)),
    configureStorage: (workspaceId: string, account: StorageAccount) => configure(workspaceId, storageAccount(account)),

    /** Whether mail could be sent so; sends one where an address is given. Nothing is kept. */
    testEmail: (workspaceId: string, account: EmailAccount & { testTo?: string | undefined }): Promise<TestResult> => {
      const { testTo } = account
      return integrations.tryOut(
        workspaceId,
        emailAccount(account),
        testTo === undefined
          ? undefined
          : {
              operation: 'messaging.sendEmail',
              input: {
                to: [{ email: testTo }],
                subject: 'This is a test',
                text: 'This mail shows that your e-mail integration works.',
              },
            },
      )
    },

    /** The same for SMS. */
    testSms: (workspaceId: string, account: SmsAccount & { testTo?: string | undefined }): Promise<TestResult> => {
      const { testTo } = account
      return integrations.tryOut(
        workspaceId,
        smsAccount(account),
        testTo === undefined
          ? undefined
          : {
              operation: 'messaging.sendSms',
              input: { to: testTo, text: 'This message shows that your SMS integration works.' },
            },
      )
    },

    /** Whether the calendar can be read with this access token; the refresh token is left as it is. */
    testCalendar: (workspaceId: string, account: CalendarAccount & { accessToken: string }): Promise<TestResult> =>
      integrations.tryOut(workspaceId, calendarAccount(account)),

    /** Whether a file can be listed, stored and deleted there. */
    testStorage: (workspaceId: string, account: StorageAccount): Promise<TestResult> =>
      integrations.tryOut(workspaceId, storageAccount(account)),
  }
}

const emailAccount = ({ apiKey, fromEmail, fromName }: EmailAccount): Account => ({
  templateId: 'sendgrid',
  credentials: { apiKey },
  config: { fromEmail, ...(fromName === undefined ? {} : { fromName }) },
})

const smsAccount = ({ accountSid, authToken, fromNumber }: SmsAccount): Account => ({
  templateId: 'twilio',
  credentials: { accountSid, authToken },
  config: { fromNumber },
})

const calendarAccount = ({ accessToken, refreshToken, calendarId }: CalendarAccount): Account => ({
  templateId: 'google-calendar',
  credentials: { refreshToken, ...(accessToken === undefined ? {} : { accessToken }) },
  config: calendarId === undefined ? {} : { calendar_id: calendarId },
})

const storageAccount = ({ accessKeyId, secretAccessKey, ...config }: StorageAccount): Account => ({
  templateId: 's3',
  credentials: { accessKeyId, secretAccessKey },
  config,
})
