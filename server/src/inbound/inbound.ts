import { ApiError, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { EventTypes } from '../events/event-types.ts'
import { timeOf } from '../events/events.ts'
import type { Connections } from '../integrations/connections.ts'
import { findIntegration, type IntegrationRow, lockIntegration } from '../integrations/queries.ts'
import { createRedactor } from '../kit/redact.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Vault } from '../lib/vault.ts'
import type { Templates } from '../templates/templates.ts'
import { createProcessing, isOff, type Reaction } from './processing.ts'
import {
  assignInbound,
  deleteOldInbound,
  findInbound,
  type InboundRow,
  type ListedInbound,
  listInbound,
  lockInbound,
  lockUnmatched,
  updateInbound,
} from './queries.ts'
import { createReceiving } from './receiving.ts'
import type { InboundFilter, InboundWebhook, InboundWebhookDetail, NewSecret, WebhookSettings } from './schema.ts'
import { type Applications, createSecrets } from './secrets.ts'
import { requestOf, shownHeaders } from './stored-request.ts'
import { createVendorSubscriptions } from './subscriptions.ts'

const housekeepingKind = 'inbound.housekeeping'
const claimedAtOnce = 100

export type Inbound = ReturnType<typeof createInbound>

/** What vendors send to the hub: taken in, processed, seen, replayed; and the subscriptions that make them send it. */
export function createInbound(deps: {
  database: Database
  engine: Engine
  eventTypes: EventTypes
  templates: Templates
  connections: Pick<Connections, 'runner' | 'operationLog'>
  applications: Applications
  /** Secrets of the operator's that vendors sign with, by the connector's id. */
  sharedSecrets?: ReadonlyMap<string, string>
  vault: Vault
  /** Told of the events of vendors in the transaction that publishes them. */
  hear?: Parameters<typeof createProcessing>[0]['hear']
  /** Under which vendors reach the hub. */
  publicUrl(): string
  clock: Clock
  log: Log
}) {
  const { database, engine, eventTypes, templates, applications, vault, publicUrl, clock, log } = deps
  const { runner, operationLog } = deps.connections
  const urlOf = ({ id, templateId }: Pick<IntegrationRow, 'id' | 'templateId'>) =>
    `${publicUrl()}/webhooks/${templateId}/i/${id}`

  const secrets = createSecrets({ vault, applications, shared: deps.sharedSecrets })
  const reactions = new Map<string, Reaction>()
  const processing = createProcessing({
    ...{ database, engine, templates, runner, operationLog, eventTypes, reactions, vault, clock, log },
    resubscribe: (tx, integration) => subscriptions.resubscribe(tx, integration),
    hear: deps.hear,
  })
  const receiving = createReceiving({ database, templates, secrets, processing, vault, clock, log })
  const subscriptions = createVendorSubscriptions({
    ...{ database, engine, templates, runner, secrets, urlOf, clock, log },
    onConnected: claim,
  })
  engine.define(housekeepingKind, { delivers: false, run: () => deleteOldInbound(database.hub, clock.now()) })
  engine.every('23 * * * *', housekeepingKind)

  /** Gives an integration what came for its account before it was connected, in the order in which it came. */
  async function claim(integration: IntegrationRow): Promise<void> {
    const { templateId, routingKey } = integration
    if (routingKey === null) return
    for (let lastId: string | undefined; ; ) {
      const count = await database.transaction(async (tx) => {
        const rows = await lockUnmatched(tx, { templateId, routingKey }, lastId, claimedAtOnce)
        for (const row of rows) {
          lastId = row.id
          if (!row.isVerified && !(await isProven(integration, row))) continue
          await assignInbound(tx, row.id, integration)
          await processing.enqueue(tx, integration, { inboundId: row.id })
        }
        return rows.length
      })
      if (count < claimedAtOnce) return
    }
  }

  async function isProven(integration: IntegrationRow, row: InboundRow): Promise<boolean> {
    try {
      return await receiving.isProven(integration, requestOf(row, vault))
    } catch (error) {
      log.warn({ err: error, inboundId: row.id }, 'Webhook: a stored webhook cannot be verified')
      return false
    }
  }

  async function list(workspaceId: string | null, filter: InboundFilter, statuses: string[] | undefined) {
    const { limit = defaultLimit, connector, integrationId } = filter
    const [belowId] = decodeCursor(filter.cursor, [idPart]) ?? []
    const range = {
      ...{ connector, integrationId, statuses, belowId, limit: limit + 1 },
      fromTime: filter.after === undefined ? undefined : timeOf('query.after', filter.after),
      beforeTime: filter.before === undefined ? undefined : timeOf('query.before', filter.before),
    }
    const rows =
      workspaceId === null
        ? await listInbound(database.hub, null, range)
        : await database.inWorkspace(workspaceId, (tx) => listInbound(tx, workspaceId, range))
    const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
    return { items: items.map(answer), nextCursor }
  }

  async function required(workspaceId: string, id: string): Promise<IntegrationRow> {
    const row = await findIntegration(database.hub, workspaceId, id)
    if (!row) throw notFound('integration')
    return row
  }

  async function webhookOf(row: IntegrationRow) {
    const connector = await templates.find(row.templateId)
    if (!connector?.webhook)
      throw new ApiError('NOT_SUPPORTED', `${connector?.name ?? row.templateId} sends no webhooks.`)
    return { connector, webhook: connector.webhook }
  }

  return {
    receive: receiving.receive,

    /** Says what the hub makes of what a vendor sends. Before the engine starts. */
    react: (connectorId: string, reaction: Reaction) => void reactions.set(connectorId, reaction),

    list: (workspaceId: string, filter: InboundFilter) =>
      list(workspaceId, filter, filter.status === undefined ? undefined : [filter.status]),

    async get(workspaceId: string, id: string): Promise<InboundWebhookDetail> {
      const row = await database.inWorkspace(workspaceId, (tx) => findInbound(tx, workspaceId, id))
      if (!row) throw notFound('inbound webhook')
      return detail(row)
    },

    /** What names no account of this hub, or was refused; for the platform admin. */
    listUnmatched: (filter: InboundFilter) =>
      list(null, filter, filter.status === undefined ? ['unmatched', 'refused'] : [filter.status]),

    async getUnmatched(id: string): Promise<InboundWebhookDetail> {
      const row = await findInbound(database.hub, null, id)
      if (!row) throw notFound('inbound webhook')
      return detail(row)
    },

    /**
     * Processes a webhook again as if it came now. One that was refused is verified again, at the time at which it came; the events of one
     * that was processed are published anew, with ids of their own.
     * @throws ApiError CONFLICT where it waits already, its integration is off, or it is still not proven
     */
    async replay(workspaceId: string, id: string): Promise<InboundWebhook> {
      const found = await database.inWorkspace(workspaceId, (tx) => findInbound(tx, workspaceId, id))
      if (!found) throw notFound('inbound webhook')
      const integration =
        found.integrationId === null ? undefined : await findIntegration(database.hub, workspaceId, found.integrationId)
      if (!integration) throw new ApiError('CONFLICT', 'Its integration was deleted.')
      if (isOff(integration)) throw new ApiError('CONFLICT', 'Its integration is switched off or disconnected.')
      if (!found.isVerified && !(await isProven(integration, found)))
        throw new ApiError('CONFLICT', 'Its signature is still not good; correct the secret first.')
      return database.inWorkspace(workspaceId, async (tx) => {
        const row = await lockInbound(tx, workspaceId, id)
        if (!row) throw notFound('inbound webhook')
        if (row.status === 'received') throw new ApiError('CONFLICT', 'It waits to be processed already.')
        const changes = { status: 'received' as const, reason: null, isVerified: true }
        await updateInbound(tx, workspaceId, id, changes)
        const again = row.status === 'processed' || row.status === 'duplicate'
        await processing.enqueue(tx, integration, { inboundId: id, again })
        return answer({ ...row, ...changes, bytes: row.body.length })
      })
    },

    /** Where a vendor is to send webhooks, and whether it does. */
    async settings(workspaceId: string, integrationId: string): Promise<WebhookSettings> {
      const row = await required(workspaceId, integrationId)
      const { connector, webhook } = await webhookOf(row)
      const known = await secrets.all(row, connector)
      const subscription = await subscriptions.find(database.hub, workspaceId, integrationId)
      return {
        url: urlOf(row),
        secretSource:
          typeof webhook.secret === 'string' ? webhook.secret : 'setting' in webhook.secret ? 'setting' : 'credential',
        hasSecret: known.length > 0,
        subscription: subscription
          ? {
              status: subscription.status === 'active' ? 'active' : 'failed',
              expiresAt: subscription.expiresAt?.toISOString() ?? null,
              errorMessage: subscription.errorMessage,
            }
          : null,
      }
    },

    /**
     * Makes a new secret and shows it once; the one before is accepted until the next change. Where the hub subscribes by itself it does so anew.
     * @throws ApiError NOT_SUPPORTED where the secret is not the hub's to make
     */
    async rotateSecret(workspaceId: string, integrationId: string): Promise<NewSecret> {
      const { connector, webhook } = await webhookOf(await required(workspaceId, integrationId))
      if (webhook.secret !== 'generated')
        throw new ApiError('NOT_SUPPORTED', `The secret of ${connector.name}'s webhooks is not made by this hub.`)
      return database.inWorkspace(workspaceId, async (tx) => {
        const row = await lockIntegration(tx, workspaceId, integrationId)
        if (!row) throw notFound('integration')
        const secret = await secrets.rotate(tx, row)
        if (webhook.subscribe && row.status === 'active') await subscriptions.resubscribe(tx, row)
        return { url: urlOf(row), secret }
      })
    },
  }
}

const redactor = createRedactor([])

const answer = (row: ListedInbound): InboundWebhook => ({
  id: row.id,
  connector: row.connector,
  integrationId: row.integrationId,
  method: row.method,
  path: row.path,
  status: row.status,
  reason: row.reason,
  isVerified: row.isVerified,
  routingKey: row.routingKey,
  bytes: row.bytes,
  eventIds: row.eventIds,
  receivedAt: row.receivedAt.toISOString(),
  processedAt: row.processedAt?.toISOString() ?? null,
})

function detail(row: InboundRow): InboundWebhookDetail {
  const text = row.body.toString('utf8')
  const isText = Buffer.from(text).equals(row.body)
  return {
    ...answer({ ...row, bytes: row.body.length }),
    url: redactor.url(row.url),
    headers: redactor.headers(shownHeaders(row.headers)),
    body: isText ? text : row.body.toString('base64'),
    bodyEncoding: isText ? 'text' : 'base64',
  }
}
