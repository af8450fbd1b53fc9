/*
 * The contract of the hub as a library: what is exported here keeps its name and meaning within a major version.
 */
import { LRUCache } from 'lru-cache'
import {
  type CalendarEventChanges,
  type CalendarTrial,
  type Client,
  type ConnectedCalendarEvent,
  type CreatedEndpoint,
  createClient,
  type Email,
  type EmailTrial,
  type NewCalendarEvent,
  type NewEndpoint,
  type NewEvent,
  type Sms,
  type SmsTrial,
  type StorageAccount,
  TenonError,
} from 'tenon-sdk'
import { boot, type Stops, stopAll } from './boot.ts'
import { fetchInside } from './embed/inject.ts'
import { type EmbeddedManager, embedManager } from './embed/manager.ts'
import { configOf, type TenonOptions } from './embed/options.ts'
import { asResult, type Result } from './embed/result.ts'
import { runTransaction, type Transaction } from './embed/transaction.ts'
import type { AcceptedEvent } from './events/schema.ts'
import type { OpenIntegration } from './integrations/open.ts'
import { createLog } from './lib/log.ts'
import type { File, Link } from './storage/schema.ts'
import type { NewFile } from './storage/storage.ts'

export { ConfigError } from './config.ts'
export { DataFolderInUseError } from './db/embedded.ts'
export type { Appointment, OpenIntegration } from './integrations/open.ts'
export type * from './kit/models.ts'
export { type Result, TenonError, type TenonOptions, type Transaction }

/** Times of an event, as a program has them. */
type Timed = { startTime: string | Date; endTime: string | Date }

/** A hub within this process. Everything throws a `TenonError` where the HTTP API answers a failure, unless it says otherwise. */
export type Tenon = AsyncDisposable & {
  /** Where it answers HTTP; undefined when it does not listen. */
  readonly url: string | undefined
  events: {
    /** Publishes an event; once this resolves it is never lost. */
    publish(workspaceId: string, event: NewEvent): Promise<AcceptedEvent>
    /** Publishes up to 1,000 events, all of them or none. */
    publishBatch(workspaceId: string, events: NewEvent[]): Promise<AcceptedEvent[]>
  }
  webhooks: {
    /** Subscribes a URL. The answer, and only this one, holds the secret. */
    registerEndpoint(workspaceId: string, endpoint: NewEndpoint): Promise<CreatedEndpoint>
    /** The same for the only workspace of the hub. */
    registerEndpoint(endpoint: NewEndpoint): Promise<CreatedEndpoint>
    /** Publishes an event and never throws: the flow that it belongs to goes on whatever happens. */
    trigger(workspaceId: string, type: string, payload: unknown): Promise<Result<AcceptedEvent>>
  }
  /** The core flows: lead capture, assessment completion, consultation scheduling, e-mail engagement. */
  integrationManager: EmbeddedManager
  integrations: {
    /**
     * Opens a connected account, whosever vendor it is. What it does answers a result and never throws because of the vendor.
     * Throws where the workspace has no such integration.
     */
    open(workspaceId: string, integrationId: string): Promise<OpenIntegration>
  }
  /**
   * Sends an e-mail over what the workspace connected, or keeps it in its outbox. Once it resolves with a success the mail is queued
   * and never lost. Never throws: the flow that it belongs to goes on whatever happens.
   */
  sendEmail(
    workspaceId: string,
    to: string,
    subject: string,
    html: string,
    text?: string,
  ): Promise<Result<{ id: string; status: Email['status'] }>>
  /**
   * Keeps a file in the storage that the workspace has connected: at a vendor or on the disk. Never throws: without a storage, or when it
   * fails, `gracefulFail` says that the flow may carry on.
   */
  uploadFile(workspaceId: string, file: NewFile, folder?: string): Promise<Result<File>>
  /** Makes a link to a file that works without credentials; an hour unless said, a week at most. */
  getFileUrl(workspaceId: string, key: string, expiresInSeconds?: number): Promise<Result<Link>>
  deleteFile(workspaceId: string, key: string): Promise<Result<null>>
  /** The same for an SMS, which goes to nobody who answered STOP. */
  sendSMS(workspaceId: string, to: string, text: string): Promise<Result<{ id: string; status: Sms['status'] }>>
  /**
   * Makes an event in the calendar that the workspace connected, and answers the `id` by which it is changed and deleted. Never throws:
   * without a calendar, or when it fails, `gracefulFail` says that the booking it belongs to counts all the same.
   */
  createCalendarEvent(
    workspaceId: string,
    event: Omit<NewCalendarEvent, 'startTime' | 'endTime'> & Timed,
  ): Promise<Result<ConnectedCalendarEvent>>
  updateCalendarEvent(
    workspaceId: string,
    id: string,
    changes: Omit<CalendarEventChanges, 'startTime' | 'endTime'> & Partial<Timed>,
  ): Promise<Result<ConnectedCalendarEvent>>
  deleteCalendarEvent(workspaceId: string, id: string, reason?: string): Promise<Result<null>>
  /** Publishes an event to every endpoint that wants it, as `webhooks.trigger` does. Never throws. */
  triggerWebhook(workspaceId: string, type: string, payload: unknown): Promise<Result<AcceptedEvent>>
  /** Tries a SendGrid account without keeping it, and sends a mail where `testTo` is given. Never throws, as none of the tests. */
  testEmailConnection(workspaceId: string, account: EmailTrial): Promise<Result<{ message: string }>>
  /** The same for a Twilio account and an SMS. */
  testSMSConnection(workspaceId: string, account: SmsTrial): Promise<Result<{ message: string }>>
  /** The same for Google Calendar; the access token is used as it is, and the refresh token is not used up. */
  testCalendarConnection(workspaceId: string, account: CalendarTrial): Promise<Result<{ message: string }>>
  /** The same for S3 storage: a file is listed, stored and deleted. */
  testStorageConnection(workspaceId: string, account: StorageAccount): Promise<Result<{ message: string }>>
  /** Sends a test event to an endpoint and waits for its answer. */
  testWebhook(workspaceId: string, webhookId: string): Promise<Result<{ eventId: string }>>
  workspaces: Client['workspaces']
  /** Everything that the SDK does, for one workspace, without a network in between. */
  client(workspaceId: string): Client
  /** Writes rows of the program and publishes events in one transaction. */
  transaction<T>(workspaceId: string, run: (tx: Transaction) => Promise<T>): Promise<T>
  /** Sends a request to the hub's HTTP API without a socket, for tests: `tenon.fetch('http://hub/health')`. */
  fetch: typeof globalThis.fetch
  /** Takes no more events, lets what is in flight end (`TENON_STOP_MS`, 10 s), and closes the database. */
  stop(): Promise<void>
}

/**
 * Starts a hub in this process; resolves when it accepts events and delivers.
 * @throws ConfigError that lists all that is wrong with the options
 * @throws DataFolderInUseError when another process has the data folder
 */
export async function createTenon(options: TenonOptions = {}): Promise<Tenon> {
  const config = configOf(options)
  const log = typeof options.log === 'object' ? options.log : createLog({ level: options.log ?? 'warn', pretty: false })
  const stops: Stops = []
  try {
    const { app, database } = await boot(config, log, stops)
    const url = options.listen ? await app.start() : await app.run()
    const fetch = fetchInside(app.server)
    // Within a process nothing gets lost on the way, so nothing is worth trying again.
    const inside = { url: 'http://hub', apiKey: config.TENON_ADMIN_KEY, fetch, retries: 0, timeoutMs: 120_000 }
    const platform = createClient(inside)
    const clients = new LRUCache<string, Client>({
      max: 1_000,
      memoMethod: (workspaceId) => createClient({ ...inside, workspaceId }),
    })
    const clientOf = (workspaceId: string) => clients.memo(workspaceId)
    const services = (workspaceId: string) => clientOf(workspaceId).services
    const trigger = (workspaceId: string, type: string, payload: unknown) =>
      resultOf(() => clientOf(workspaceId).events.publish({ type, payload }, once))
    let stopping: Promise<void> | undefined
    const stop = () => {
      stopping ??= stopAll(stops, log, config)
      return stopping
    }

    return {
      url: url ?? undefined,
      events: {
        publish: (workspaceId, event) => clientOf(workspaceId).events.publish(event, once),
        publishBatch: (workspaceId, events) => clientOf(workspaceId).events.publishBatch(events, once),
      },
      webhooks: {
        registerEndpoint: async (first: string | NewEndpoint, second?: NewEndpoint) => {
          if (typeof first !== 'string') return await clientOf(await onlyWorkspace(platform)).endpoints.create(first)
          return await clientOf(first).endpoints.create(second!)
        },
        trigger,
      },
      integrationManager: embedManager(app.manager, () => onlyWorkspace(platform)),
      integrations: { open: (workspaceId, integrationId) => app.open(workspaceId, integrationId) },
      sendEmail: (workspaceId, to, subject, html, text) =>
        resultOf(async () => {
          const mail = { to, subject, html, ...(text === undefined ? {} : { text }) }
          const { id, status } = await clientOf(workspaceId).emails.send(mail, once)
          return { id, status }
        }),
      uploadFile: (workspaceId, file, folder) => asResult(() => app.storage.upload(workspaceId, file, folder)),
      getFileUrl: (workspaceId, key, expiresInSeconds) =>
        asResult(() => app.storage.link(workspaceId, { key }, { expiresInSeconds })),
      deleteFile: (workspaceId, key) => asResult(() => app.storage.remove(workspaceId, { key })),
      sendSMS: (workspaceId, to, text) =>
        resultOf(async () => {
          const { id, status } = await clientOf(workspaceId).sms.send({ to, text }, once)
          return { id, status }
        }),
      createCalendarEvent: (workspaceId, event) =>
        resultOf(() => services(workspaceId).createCalendarEvent(timed(event), once)),
      updateCalendarEvent: (workspaceId, id, changes) =>
        resultOf(() => services(workspaceId).updateCalendarEvent(id, timed(changes))),
      deleteCalendarEvent: (workspaceId, id, reason) =>
        resultOf(() => services(workspaceId).deleteCalendarEvent(id, reason)),
      triggerWebhook: trigger,
      testEmailConnection: (workspaceId, account) => triedOut(() => services(workspaceId).testEmailConnection(account)),
      testSMSConnection: (workspaceId, account) => triedOut(() => services(workspaceId).testSMSConnection(account)),
      testCalendarConnection: (workspaceId, account) =>
        triedOut(() => services(workspaceId).testCalendarConnection(account)),
      testStorageConnection: (workspaceId, account) =>
        triedOut(() => services(workspaceId).testStorageConnection(account)),
      testWebhook: async (workspaceId, webhookId) => {
        const result = await resultOf(() => services(workspaceId).testWebhook(webhookId))
        if (!result.success) return result
        const { delivered, eventId, attempt } = result.data
        if (delivered) return { success: true, data: { eventId } }
        const error = attempt?.error ?? 'The endpoint was not reached in time.'
        return { success: false, error, errorCode: 'WEBHOOK_ERROR', gracefulFail: true }
      },
      workspaces: platform.workspaces,
      client: clientOf,
      transaction: (workspaceId, run) => runTransaction({ database, events: app.events }, workspaceId, run),
      fetch,
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stopAll(stops, log, config)
    throw error
  }
}

/** The same with its times as texts. */
const timed = <Event extends Partial<Timed>>(event: Event) =>
  JSON.parse(JSON.stringify(event)) as Omit<Event, keyof Timed> & { [Field in keyof Timed]: string }

// A call of the process itself is not sent twice, so it needs no key to be told by.
const once = { idempotencyKey: false } as const

async function onlyWorkspace({ workspaces }: Client): Promise<string> {
  const { data } = await workspaces.list({ limit: 2 })
  const [only] = data
  if (only && data.length === 1) return only.id
  throw new TypeError(
    only
      ? 'The hub has several workspaces: say which, by its id as the first argument.'
      : 'The hub has no workspace yet: make one with tenon.workspaces.create({ name }).',
  )
}

async function resultOf<T>(run: () => Promise<T>): Promise<Result<T>> {
  try {
    return { success: true, data: await run() }
  } catch (error) {
    if (!(error instanceof TenonError))
      return { success: false, error: String(error), errorCode: 'INTERNAL', gracefulFail: true }
    const { message, errorCode, gracefulFail } = error
    return { success: false, error: message, errorCode, gracefulFail }
  }
}

/** A test that failed is a failure, too. */
async function triedOut(
  run: () => Promise<{ success: boolean; message: string; errorCode: string | null }>,
): Promise<Result<{ message: string }>> {
  const result = await resultOf(run)
  if (!result.success) return result
  const { success, message, errorCode } = result.data
  if (success) return { success: true, data: { message } }
  return { success: false, error: message, errorCode: errorCode ?? 'PROCESSING_ERROR', gracefulFail: true }
}
