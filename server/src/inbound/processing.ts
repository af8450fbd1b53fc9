import { ApiError } from '../api/errors.ts'
import { fromPostgres } from '../api/postgres-errors.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine, NewEvent, StoredEvent } from '../engine/types.ts'
import type { EventTypes } from '../events/event-types.ts'
import type { OperationLog } from '../integrations/operation-log.ts'
import { findIntegration, type IntegrationRow } from '../integrations/queries.ts'
import type { Runner } from '../integrations/runner.ts'
import type { AnyConnector } from '../kit/connector.ts'
import type { Contact } from '../kit/models.ts'
import { offers } from '../kit/result.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Vault } from '../lib/vault.ts'
import type { Templates } from '../templates/templates.ts'
import { eventOf, isOfContact, type News, newsOf } from './news.ts'
import { findInbound, type InboundRow, knownEventIds, lockInbound, takeEventId, updateInbound } from './queries.ts'
import { requestOf } from './stored-request.ts'

const kind = 'inbound'
/** Failures of the hub itself, such as a database that is away: 1 s, 2 s … 5 min, about an hour in all. */
const tries = 20
/** So often a vendor that does not answer holds up the news of its integration; then they go out as the webhook told them. */
const readTries = 3
/** A body that its connector cannot read is tried again so much later, out of the way of those behind it. */
const laterMs = [60_000, 3_600_000]

export type InboundJob = {
  inboundId: string
  /** It was processed before: its events are published again, whatever ids they bear. */
  again?: boolean
  /** How often its body could not be read. */
  unread?: number
}

/** What the hub itself makes of news of one vendor, in the transaction that publishes them: all of it is there, or nothing. */
export type Reaction = (
  tx: Db,
  given: { integration: IntegrationRow; news: News; event: StoredEvent; contact: Contact | undefined },
) => Promise<void>

export type Processing = ReturnType<typeof createProcessing>

/** An event to publish, and the contact that it is about, read again. */
type Made = { event: NewEvent; contact: Contact | undefined }

/** Makes events of stored webhooks, in the order in which they came to an integration. */
export function createProcessing(deps: {
  database: Database
  engine: Engine
  templates: Templates
  runner: Runner
  operationLog: OperationLog
  eventTypes: EventTypes
  /** By the connector's id. */
  reactions: ReadonlyMap<string, Reaction>
  vault: Vault
  clock: Clock
  log: Log
  /** Makes a vendor call the hub anew, once the transaction has committed. */
  resubscribe(tx: Db, integration: IntegrationRow): Promise<unknown>
  /** Told of the events in the transaction that publishes them. */
  hear?: ((tx: Db, workspaceId: string, events: NewEvent[]) => Promise<void>) | undefined
}) {
  const { database, engine, templates, runner, operationLog, eventTypes, reactions, resubscribe, vault, clock, log } =
    deps

  const enqueueAll = (tx: Db, jobs: { integration: IntegrationRow; job: InboundJob; dueAt?: Date | undefined }[]) =>
    engine.enqueue(
      tx,
      jobs.map(({ integration: { workspaceId, id }, job, dueAt }) => ({
        ...{ workspaceId, kind, payload: job, dueAt },
        // What waits for another day has a lane of its own, since a lane keeps its order.
        lane: dueAt ? `inbound later ${id}` : `inbound ${id}`,
      })),
    )

  const enqueue = (tx: Db, integration: IntegrationRow, job: InboundJob, dueAt?: Date) =>
    enqueueAll(tx, [{ integration, job, dueAt }])

  /** The contacts that the news are about, as they are now. @throws Error while the vendor should be asked again */
  async function readContacts(
    integration: IntegrationRow,
    connector: AnyConnector,
    news: News[],
    mayWait: boolean,
  ): Promise<Map<string, Contact>> {
    const found = new Map<string, Contact>()
    if (!offers(connector, 'contacts.get')) return found
    const ids = new Set(news.flatMap((one) => (isOfContact(one) ? [one.externalId] : [])))
    for (const externalId of ids) {
      const result = await runner.run(integration.workspaceId, integration.id, 'contacts.get', { externalId })
      if (result.success) found.set(externalId, result.data)
      else if (result.retry && mayWait) throw new Error(`The contact could not be read again: ${result.error}`)
    }
    return found
  }

  async function publish(tx: Db, integration: IntegrationRow, connector: AnyConnector, events: NewEvent[]) {
    await eventTypes.learn(
      tx,
      integration.workspaceId,
      events.map(({ type }) => type),
      `Sent by ${connector.name}.`,
    )
    await deps.hear?.(tx, integration.workspaceId, events)
    return engine.publish(tx, integration.workspaceId, events)
  }

  async function makeEvents(
    integration: IntegrationRow,
    connector: AnyConnector,
    row: InboundRow,
    news: News[],
    mayWait: boolean,
  ): Promise<Map<News, Made>> {
    const contacts = await readContacts(integration, connector, news, mayWait)
    const given = { row: integration, connector, inboundId: row.id, eventTypes }
    const events = new Map<News, Made>()
    for (const one of news) {
      const contact = isOfContact(one) ? contacts.get(one.externalId) : undefined
      events.set(one, { event: await eventOf(one, contact, given), contact })
    }
    return events
  }

  /** Writes to the operation log that a webhook was processed, or was not. */
  function note(row: InboundRow, startedAt: number, outcome: { eventIds: string[]; types: string[] } | Error): void {
    const failed = outcome instanceof Error
    operationLog.write({
      workspaceId: row.workspaceId!,
      integrationId: row.integrationId!,
      operation: 'webhook.received',
      direction: 'inbound',
      status: failed ? 'failed' : 'success',
      at: new Date(clock.now()),
      durationMs: performance.now() - startedAt,
      errorCode: failed ? 'WEBHOOK_ERROR' : null,
      errorMessage: failed ? outcome.message : null,
      request: JSON.stringify({ inboundWebhookId: row.id, path: row.path, bytes: row.body.length }),
      response: failed ? null : JSON.stringify({ events: outcome.types.slice(0, 50) }),
      eventId: failed ? null : (outcome.eventIds[0] ?? null),
    })
  }

  engine.define(kind, {
    delivers: false,
    policy: { ordered: true, breaker: false },
    retry: (attempt) => (attempt < tries ? exponentialDelay(attempt, 1_000, 300_000) : undefined),
    async run({ workspaceId, payload, attempt }, control) {
      const startedAt = performance.now()
      const { inboundId, again = false, unread = 0 } = payload as InboundJob
      const row = await findInbound(database.hub, workspaceId, inboundId)
      if (row?.integrationId == null || (row.status !== 'received' && row.status !== 'failed')) return
      const integration = await findIntegration(database.hub, workspaceId, row.integrationId)
      const connector = await templates.find(row.connector)

      const fail = (reason: string) =>
        control.complete(async (tx) => {
          const failed = {
            status: 'failed' as const,
            reason: reason.slice(0, 1_000),
            processedAt: new Date(clock.now()),
          }
          await updateInbound(tx, workspaceId, inboundId, failed)
        })
      if (!integration || !connector?.webhook) return await fail('The integration is gone.')
      if (isOff(integration)) return await fail(offReason)

      let news: News[]
      try {
        news = newsOf(connector.webhook.parse(requestOf(row, vault), integration.routingKey ?? undefined), row)
      } catch (error) {
        const reason = `${connector.name} sent what could not be read: ${error instanceof Error ? error.message : String(error)}`
        await control.complete(async (tx) => {
          const failed = {
            status: 'failed' as const,
            reason: reason.slice(0, 1_000),
            processedAt: new Date(clock.now()),
          }
          await updateInbound(tx, workspaceId, inboundId, failed)
          const wait = laterMs[unread]
          if (wait !== undefined)
            await enqueue(tx, integration, { inboundId, again, unread: unread + 1 }, new Date(clock.now() + wait))
        })
        log.warn({ inboundId, integrationId: integration.id, err: error }, 'Webhook: an inbound webhook cannot be read')
        return note(row, startedAt, new Error(reason))
      }

      try {
        const known = again
          ? new Set<string>()
          : await knownEventIds(
              database.hub,
              integration,
              news.map(({ eventId }) => eventId),
            )
        const fresh = news.filter(({ eventId }) => !known.has(eventId))
        const events = await makeEvents(integration, connector, row, fresh, attempt < readTries)
        const done = { eventIds: [] as string[], types: [] as string[] }
        await control.complete(async (tx) => {
          // A replay may have been asked for meanwhile; both would publish.
          if ((await lockInbound(tx, workspaceId, inboundId))?.status === 'processed') return
          const wanted: { news: News; made: Made }[] = []
          for (const [one, made] of events) {
            // Another webhook may have brought the same news since they were looked up.
            if ((await takeEventId(tx, integration, one.eventId, row.receivedAt)) || again)
              wanted.push({ news: one, made })
          }
          const fresh = wanted.map(({ made }) => made.event)
          const published = fresh.length > 0 ? await publish(tx, integration, connector, fresh) : []
          const react = reactions.get(connector.id)
          for (const [index, { news: one, made }] of react ? wanted.entries() : [])
            await react?.(tx, { integration, news: one, event: published[index]!, contact: made.contact })
          if (wanted.some(({ news: one }) => one.endsSubscription)) await resubscribe(tx, integration)
          done.eventIds = published.map(({ id }) => id)
          done.types = published.map(({ type }) => type)
          await updateInbound(tx, workspaceId, inboundId, {
            status: news.length > 0 && published.length === 0 ? 'duplicate' : 'processed',
            reason: null,
            eventIds: done.eventIds,
            processedAt: new Date(clock.now()),
          })
        })
        note(row, startedAt, done)
      } catch (error) {
        if ((attempt + 1 < tries && !isHopeless(error)) || control.signal.aborted) throw error
        log.error({ err: error, inboundId }, 'Webhook: an inbound webhook could not be processed')
        await fail('The hub could not process it; its log tells more. Replay it.')
        note(row, startedAt, error as Error)
      }
    },
  })

  return { enqueue, enqueueAll }
}

/** What cannot be stored now cannot be later; those behind it in the lane are not to wait for it. */
const isHopeless = (error: unknown): boolean =>
  (error instanceof ApiError ? error : fromPostgres(Object(error)))?.code === 'VALIDATION_FAILED'

/** Nobody wants to hear of an account that was switched off or disconnected; one that must sign in again is still heard. */
export const isOff = ({ isActive, status }: Pick<IntegrationRow, 'isActive' | 'status'>): boolean =>
  !isActive || status === 'disconnected'

export const offReason = 'The integration was switched off or disconnected when this came; replay it once it is on.'
