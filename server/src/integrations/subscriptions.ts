import { ApiError, invalid, invalidFields, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart, type Paging } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { canonicalType } from '../events/catalogue.ts'
import { checkPatterns } from '../events/event-patterns.ts'
import type { EventTypes } from '../events/event-types.ts'
import { compileFilter, FilterError } from '../events/filter.ts'
import type { OperationName } from '../kit/capabilities.ts'
import type { AnyConnector } from '../kit/connector.ts'
import { parseOperationInput } from '../kit/operation-input.ts'
import { offeredOperations } from '../kit/result.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { compileMapping } from './mapping.ts'
import { faultsOfMapping } from './mapping-check.ts'
import type { Runner } from './runner.ts'
import type { NewSubscription, Preview, PreviewResult, Subscription, SubscriptionChanges } from './schema.ts'
import {
  deleteSubscription,
  findSubscription,
  insertSubscription,
  listSubscriptions,
  type SubscriptionRow,
  updateSubscription,
} from './subscription-queries.ts'

const mostSubscriptions = 100

/** Which events become which operations of an integration, and by which mapping. */
export function createSubscriptions(deps: {
  database: Database
  engine: Engine
  eventTypes: EventTypes
  runner: Runner
  clock: Clock
}) {
  const { database, engine, eventTypes, runner, clock } = deps

  async function check(workspaceId: string, connector: AnyConnector, input: SubscriptionChanges): Promise<void> {
    if (input.events) checkPatterns(input.events, await eventTypes.names(workspaceId))
    if (input.filter) checkFilter(input.filter)
    if (input.operation) checkOperation(connector, input.operation)
    if (input.mapping) compileMapping(input.mapping)
    if (input.mapping && input.operation) {
      const faults = faultsOfMapping(input.operation as OperationName, input.mapping)
      if (faults.length > 0) throw invalidFields(faults)
    }
  }

  const changed = (tx: Db, workspaceId: string) => engine.subscriptionsChanged(tx, workspaceId)

  async function example(workspaceId: string, type: string): Promise<unknown> {
    const names = await eventTypes.names(workspaceId)
    if (!names.includes(canonicalType(type)))
      throw invalid('body.type', 'is not a known event type; GET /api/event-types lists them')
    return (await eventTypes.get(workspaceId, canonicalType(type))).example ?? {}
  }

  return {
    async list(workspaceId: string, integrationId: string, { limit = defaultLimit, cursor }: Paging) {
      await runner.open(workspaceId, integrationId)
      const [belowId] = decodeCursor(cursor, [idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        listSubscriptions(tx, workspaceId, integrationId, { belowId, limit: limit + 1 }),
      )
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(subscriptionAnswer), nextCursor }
    },

    async get(workspaceId: string, integrationId: string, id: string): Promise<Subscription> {
      const row = await database.inWorkspace(workspaceId, (tx) => findSubscription(tx, workspaceId, integrationId, id))
      if (!row) throw notFound('subscription')
      return subscriptionAnswer(row)
    },

    /** @throws ApiError VALIDATION_FAILED naming what is wrong with events, filter, operation or mapping */
    async create(workspaceId: string, integrationId: string, input: NewSubscription): Promise<Subscription> {
      const { connector } = await runner.open(workspaceId, integrationId)
      await check(workspaceId, connector, input)
      const now = new Date(clock.now())
      const row: SubscriptionRow = {
        workspaceId,
        id: newId(clock),
        integrationId,
        events: input.events,
        operation: input.operation,
        mapping: input.mapping,
        filter: input.filter ?? null,
        isActive: input.isActive ?? true,
        createdAt: now,
        updatedAt: now,
      }
      await database.inWorkspace(workspaceId, async (tx) => {
        const present = await listSubscriptions(tx, workspaceId, integrationId, { limit: mostSubscriptions })
        if (present.length >= mostSubscriptions)
          throw new ApiError('CONFLICT', `An integration can have ${mostSubscriptions} subscriptions.`)
        await insertSubscription(tx, row)
        await changed(tx, workspaceId)
      })
      return subscriptionAnswer(row)
    },

    async update(
      workspaceId: string,
      integrationId: string,
      id: string,
      changes: SubscriptionChanges,
    ): Promise<Subscription> {
      const { connector } = await runner.open(workspaceId, integrationId)
      return database.inWorkspace(workspaceId, async (tx) => {
        const present = await findSubscription(tx, workspaceId, integrationId, id)
        if (!present) throw notFound('subscription')
        const row: SubscriptionRow = { ...present, ...changes, updatedAt: new Date(clock.now()) }
        // An operation and its mapping are judged together, whichever of them changes.
        const together = changes.mapping || changes.operation ? { operation: row.operation, mapping: row.mapping } : {}
        await check(workspaceId, connector, { ...changes, ...together })
        await updateSubscription(tx, row)
        await changed(tx, workspaceId)
        return subscriptionAnswer(row)
      })
    },

    async remove(workspaceId: string, integrationId: string, id: string): Promise<void> {
      await database.inWorkspace(workspaceId, async (tx) => {
        if (!(await deleteSubscription(tx, workspaceId, integrationId, id))) throw notFound('subscription')
        await changed(tx, workspaceId)
      })
    },

    /** Shows what a mapping would make of an event, and whether the operation would take it. Calls no vendor. */
    async preview(workspaceId: string, integrationId: string, input: Preview): Promise<PreviewResult> {
      const { connector } = await runner.open(workspaceId, integrationId)
      checkOperation(connector, input.operation)
      const map = compileMapping(input.mapping)
      const type = input.type ?? 'lead.captured'
      const payload = input.payload === undefined ? await example(workspaceId, type) : input.payload
      const made = map({ id: newId(clock), type, occurredAt: new Date(clock.now()).toISOString(), payload })
      const read = parseOperationInput(input.operation as OperationName, made)
      return { input: made, valid: read.ok, details: read.ok ? [] : read.details }
    },
  }
}

function checkOperation(connector: AnyConnector, operation: string): void {
  const offered: string[] = offeredOperations(connector)
  if (!offered.includes(operation))
    throw invalid('body.operation', `is not among what ${connector.name} offers: ${offered.join(', ')}`)
}

function checkFilter(filter: Record<string, unknown>): void {
  try {
    compileFilter(filter)
  } catch (error) {
    if (error instanceof FilterError) throw invalid(`body.filter${error.path}`, error.message)
    throw error
  }
}

const subscriptionAnswer = (row: SubscriptionRow): Subscription => ({
  id: row.id,
  integrationId: row.integrationId,
  events: row.events,
  operation: row.operation,
  mapping: row.mapping,
  filter: row.filter,
  isActive: row.isActive,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})
