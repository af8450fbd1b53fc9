import type { CallOptions, Transport } from '../transport.ts'
import type {
  CalendarAccount,
  CalendarEventChanges,
  CalendarTrial,
  EmailAccount,
  EmailTrial,
  NewCalendarEvent,
  NewFile,
  ServiceResultFilter,
  SmsAccount,
  SmsTrial,
  StorageAccount,
} from '../types.ts'

// A vendor may take a while, and the hub waits for it.
const vendorTimeoutMs = 75_000

/**
 * What a program asks for by workspace, whichever vendor does it. Where nothing is connected, or a vendor fails, the `TenonError` has
 * `gracefulFail`: the flow may carry on. Mails and SMS are `emails.send` and `sms.send`; webhooks are triggered by `events.publish`.
 */
export const servicesOf = ({ call, create, upload, list }: Transport) => {
  const slowly = (options?: CallOptions): CallOptions => ({ timeoutMs: vendorTimeoutMs, ...options })
  return {
    /** Makes an event in the calendar that the workspace connected. */
    createCalendarEvent: (event: NewCalendarEvent, options?: CallOptions) =>
      create('POST /api/integrations/calendar/events', { body: event }, slowly(options)),
    /** Changes an event where it was made, by the `id` that its making answered. */
    updateCalendarEvent: (id: string, changes: CalendarEventChanges, options?: CallOptions) =>
      call('PATCH /api/integrations/calendar/events/{id}', { path: { id }, body: changes }, slowly(options)),
    deleteCalendarEvent: (id: string, reason?: string, options?: CallOptions) =>
      call(
        'DELETE /api/integrations/calendar/events/{id}',
        { path: { id }, body: reason === undefined ? null : { reason } },
        slowly(options),
      ),

    /** Keeps a file in the storage that the workspace connected. */
    uploadFile: ({ name, content, contentType }: NewFile, folder?: string, options?: CallOptions) =>
      upload(
        'POST /api/files',
        { query: { name, ...(folder === undefined ? {} : { folder }) } },
        { content, contentType: contentType ?? 'application/octet-stream' },
        slowly(options),
      ),
    /** A link to a file that works without credentials. */
    getFileUrl: (key: string, expiresInSeconds = 3_600, options?: CallOptions) =>
      call('POST /api/files/link', { body: { key, expiresInSeconds } }, options),
    deleteFile: (key: string, options?: CallOptions) => call('DELETE /api/files', { query: { key } }, slowly(options)),

    /** The short way to configure: makes the account, or puts it in place of the one that is there, and tests it. */
    configureEmail: (account: EmailAccount, options?: CallOptions) =>
      call('POST /api/integrations/email', { body: account }, slowly(options)),
    configureSMS: (account: SmsAccount, options?: CallOptions) =>
      call('POST /api/integrations/sms', { body: account }, slowly(options)),
    configureCalendar: (account: CalendarAccount, options?: CallOptions) =>
      call('POST /api/integrations/calendar', { body: account }, slowly(options)),
    configureStorage: (account: StorageAccount, options?: CallOptions) =>
      call('POST /api/integrations/storage', { body: account }, slowly(options)),

    /** Tries an account without keeping it; a mail is sent where `testTo` is given. */
    testEmailConnection: (account: EmailTrial, options?: CallOptions) =>
      call('POST /api/integrations/email/test', { body: account }, slowly(options)),
    testSMSConnection: (account: SmsTrial, options?: CallOptions) =>
      call('POST /api/integrations/sms/test', { body: account }, slowly(options)),
    testCalendarConnection: (account: CalendarTrial, options?: CallOptions) =>
      call('POST /api/integrations/calendar/test', { body: account }, slowly(options)),
    testStorageConnection: (account: StorageAccount, options?: CallOptions) =>
      call('POST /api/integrations/storage/test', { body: account }, slowly(options)),
    /** Sends a test event to an endpoint, and waits for its answer. */
    testWebhook: (webhookId: string, options?: CallOptions) =>
      call('POST /api/integrations/webhooks/{id}/test', { path: { id: webhookId }, body: {} }, slowly(options)),

    /** What became of what was asked for. */
    results: {
      list: (filter?: ServiceResultFilter, options?: CallOptions) =>
        list('GET /api/integrations/results', { query: filter }, options),
      get: (id: string, options?: CallOptions) => call('GET /api/integrations/results/{id}', { path: { id } }, options),
    },
  }
}
