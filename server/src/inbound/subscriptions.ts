import { type Selectable, sql } from 'kysely'
import type { Database, Db } from '../db/database.ts'
import type { VendorSubscriptions } from '../db/tables.ts'
import type { Engine } from '../engine/types.ts'
import { findIntegration, type IntegrationRow } from '../integrations/queries.ts'
import type { Runner } from '../integrations/runner.ts'
import { connectedKind, connectedLane } from '../integrations/status.ts'
import type { AnyConnector } from '../kit/connector.ts'
import type { OperationResult } from '../kit/result.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import type { Templates } from '../templates/templates.ts'
import type { Secrets } from './secrets.ts'

const renewalKind = 'inbound.renewals'
const tries = 8
/** Subscriptions are renewed a day before they end, short ones after half of their life. */
const dueForRenewal = sql`expires_at - least(interval '24 hours', (expires_at - updated_at) / 2)`
const mostRenewals = 500

export type SubscriptionRow = Omit<Selectable<VendorSubscriptions>, 'data' | 'status'> & {
  data: Record<string, string>
  status: 'active' | 'failed' | 'removed'
}
type Made = { id: string; expiresAt?: Date; data?: Record<string, string> }

/** Makes vendors call the hub, and goes on making them: subscribes when an account is connected, renews, subscribes anew. */
export function createVendorSubscriptions(deps: {
  database: Database
  engine: Engine
  templates: Templates
  runner: Runner
  secrets: Secrets
  urlOf(integration: Pick<IntegrationRow, 'id' | 'templateId'>): string
  /** Called when an account is connected, before its vendor is asked for anything. */
  onConnected(integration: IntegrationRow): Promise<void>
  clock: Clock
  log: Log
}) {
  const { database, engine, templates, runner, secrets, urlOf, onConnected, clock, log } = deps

  async function secretFor({ workspaceId, id }: IntegrationRow, connector: AnyConnector): Promise<string> {
    if (connector.webhook?.secret === 'generated')
      return (await database.transaction((tx) => secrets.ensure(tx, workspaceId, id))) ?? ''
    const row = await findIntegration(database.hub, workspaceId, id)
    return row ? ((await secrets.all(row, connector))[0] ?? '') : ''
  }

  async function subscribe(row: IntegrationRow, connector: AnyConnector, force: boolean): Promise<void> {
    const { webhook } = connector
    if (!webhook?.subscribe) return
    const present = await findActive(database.hub, row)
    const about = webhook.about?.(Object(row.config))
    if (webhook.about && about === undefined) return present && (await end(row, connector, present))
    const isOther = about !== undefined && present !== undefined && present.data.about !== about
    if (present && !force && !isOther && !isDue(present, clock.now())) return
    const options = { url: urlOf(row), secret: await secretFor(row, connector) }
    const { subscribe: begin, renew } = webhook

    if (present && !force && !isOther && renew) {
      const given = { id: present.vendorId ?? present.id, data: present.data }
      const result = await runner.lend(row, connector, (context) =>
        renew(context, given, { ...options, channelId: present.id }),
      )
      if (result.success) return await keep(row, present.id, result.data)
      // What the vendor forgot is made anew; what it cannot do now is tried again while the old one lasts.
      if (result.retry) return await failed(row, present, result)
    }

    const channelId = newId(clock)
    const result = await runner.lend(row, connector, (context) => begin(context, { ...options, channelId }))
    if (!result.success) return await failed(row, present, result)
    const { data } = result
    await keep(row, channelId, about === undefined ? data : { ...data, data: { ...data.data, about } })
    // What the vendor knows by the same id is the same.
    if (present) await end(row, connector, present, present.vendorId === data.id ? 'keep at the vendor' : undefined)
  }

  /** Writes down what the vendor promised. Rows of tries that failed before go. */
  async function keep({ workspaceId, id: integrationId }: IntegrationRow, id: string, made: Made): Promise<void> {
    const now = new Date(clock.now())
    const facts = {
      vendorId: made.id,
      data: JSON.stringify(made.data ?? {}),
      expiresAt: made.expiresAt ?? null,
      status: 'active',
      errorMessage: null,
      updatedAt: now,
    }
    await database.transaction(async (tx) => {
      await tx
        .insertInto('vendorSubscriptions')
        .values({ workspaceId, id, integrationId, ...facts, createdAt: now })
        .onConflict((conflict) => conflict.columns(['workspaceId', 'id']).doUpdateSet(facts))
        .execute()
      await tx
        .deleteFrom('vendorSubscriptions')
        .where('workspaceId', '=', workspaceId)
        .where('integrationId', '=', integrationId)
        .where('status', '=', 'failed')
        .execute()
    })
  }

  /** Makes the failure seen in the integration's health. @throws Error where it is worth another try */
  async function failed(
    { workspaceId, id: integrationId }: IntegrationRow,
    present: SubscriptionRow | undefined,
    result: OperationResult<unknown> & { success: false },
  ): Promise<void> {
    const now = new Date(clock.now())
    const errorMessage = `The vendor could not be made to call the hub: ${result.error}`
    await database.transaction(async (tx) => {
      const rows = tx
        .updateTable('vendorSubscriptions')
        .where('workspaceId', '=', workspaceId)
        .where('integrationId', '=', integrationId)
      if (present) return await rows.set({ errorMessage }).where('id', '=', present.id).execute()
      const { numUpdatedRows } = await rows
        .set({ errorMessage, updatedAt: now })
        .where('status', '=', 'failed')
        .executeTakeFirstOrThrow()
      if (numUpdatedRows > 0n) return
      await tx
        .insertInto('vendorSubscriptions')
        .values({
          ...{ workspaceId, id: newId(clock), integrationId, status: 'failed', errorMessage },
          ...{ vendorId: null, expiresAt: null, createdAt: now, updatedAt: now },
        })
        .execute()
    })
    if (result.retry) throw new Error(errorMessage)
    log.warn({ integrationId, errorCode: result.errorCode }, 'Webhook: a vendor refuses to call the hub')
  }

  /** Takes back a subscription that another has replaced. One that stays at the vendor does no harm: its news are known by then. */
  async function end(
    row: IntegrationRow,
    connector: AnyConnector,
    old: SubscriptionRow,
    keep?: 'keep at the vendor',
  ): Promise<void> {
    await database.hub
      .updateTable('vendorSubscriptions')
      .set({ status: 'removed', updatedAt: new Date(clock.now()) })
      .where('workspaceId', '=', row.workspaceId)
      .where('id', '=', old.id)
      .execute()
    const { unsubscribe } = connector.webhook ?? {}
    if (!unsubscribe || keep) return
    const given = { id: old.vendorId ?? old.id, data: old.data }
    const result = await runner.lend(row, connector, (context) => unsubscribe(context, given))
    if (!result.success)
      log.warn(
        { integrationId: row.id, errorCode: result.errorCode },
        'Webhook: an old subscription stays at the vendor until it ends',
      )
  }

  engine.define(connectedKind, {
    delivers: false,
    policy: { concurrency: 1, breaker: false },
    retry: (attempt) => (attempt < tries ? exponentialDelay(attempt, 2_000, 900_000) : undefined),
    run: async ({ workspaceId, payload }) => {
      const { integrationId, force = false } = payload as { integrationId: string; force?: boolean }
      const row = await findIntegration(database.hub, workspaceId, integrationId)
      if (row?.status !== 'active' || !row.isActive) return
      await onConnected(row)
      const connector = await templates.find(row.templateId)
      if (connector) await subscribe(row, connector, force)
    },
  })

  engine.define(renewalKind, {
    delivers: false,
    run: () =>
      database.transaction(async (tx) => {
        for (const { workspaceId, integrationId } of await listDue(tx, new Date(clock.now())))
          await schedule(tx, workspaceId, integrationId)
      }),
  })
  engine.every('*/5 * * * *', renewalKind)

  const schedule = (tx: Db, workspaceId: string, integrationId: string, force = false) => {
    const lane = connectedLane(integrationId)
    const job = { workspaceId, kind: connectedKind, payload: { integrationId, force }, lane }
    return engine.enqueue(tx, [{ ...job, ...(force ? {} : { key: lane }) }])
  }

  return {
    /** Subscribes anew, whatever stands: the secret has changed. */
    resubscribe: (tx: Db, { workspaceId, id }: IntegrationRow) => schedule(tx, workspaceId, id, true),
    /** The one that works, else the one that failed. */
    async find(db: Db, workspaceId: string, integrationId: string): Promise<SubscriptionRow | undefined> {
      const row = await select(db, { workspaceId, id: integrationId })
        .where('status', '<>', 'removed')
        .orderBy('status')
        .limit(1)
        .executeTakeFirst()
      return row as SubscriptionRow | undefined
    },
  }
}

function isDue({ expiresAt, updatedAt }: SubscriptionRow, now: number): boolean {
  if (expiresAt === null) return false
  const life = expiresAt.getTime() - updatedAt.getTime()
  return now >= expiresAt.getTime() - Math.min(86_400_000, life / 2)
}

const select = (db: Db, { workspaceId, id }: Pick<IntegrationRow, 'workspaceId' | 'id'>) =>
  db
    .selectFrom('vendorSubscriptions')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('integrationId', '=', id)

const findActive = (db: Db, row: Pick<IntegrationRow, 'workspaceId' | 'id'>) =>
  select(db, row).where('status', '=', 'active').orderBy('createdAt', 'desc').limit(1).executeTakeFirst() as Promise<
    SubscriptionRow | undefined
  >

const listDue = (db: Db, now: Date) =>
  db
    .selectFrom('vendorSubscriptions')
    .select(['workspaceId', 'integrationId'])
    .where('status', '=', 'active')
    .where('expiresAt', 'is not', null)
    .where(dueForRenewal, '<=', now)
    .orderBy('expiresAt')
    .limit(mostRenewals)
    .execute()
