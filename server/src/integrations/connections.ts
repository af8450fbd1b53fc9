import { notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { EventTypes } from '../events/event-types.ts'
import { timeOf } from '../events/events.ts'
import type { LocalFiles } from '../kit/local-files.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Vault } from '../lib/vault.ts'
import type { Templates } from '../templates/templates.ts'
import { createAgents } from './agents.ts'
import { logAnswer } from './answers.ts'
import { createCarryOut } from './carry-out.ts'
import { createIntegrationDeliveries } from './delivery-kind.ts'
import { createDisconnection, type Revoke } from './disconnection.ts'
import { createHealth } from './health.ts'
import { integrationKind, integrationSubscriptions } from './hearing.ts'
import { createIntegrations } from './integrations.ts'
import { createOpening } from './open.ts'
import { createOperationLog, listEntries } from './operation-log.ts'
import { deleteOldOutcomes } from './outcomes.ts'
import { findIntegration } from './queries.ts'
import { createReadyAccounts } from './ready-accounts.ts'
import { createReconciliations } from './reconciliation.ts'
import { type CredentialSource, createRunner, type Traffic } from './runner.ts'
import type { LogEntry, WorkspaceLogFilter } from './schema.ts'
import { createShortForms } from './short-forms.ts'
import { createSubscriptions } from './subscriptions.ts'
import { createSyncs } from './sync.ts'
import { createTransfer } from './transfer.ts'

export type Connections = ReturnType<typeof createConnections>

const day = 86_400_000

/** Everything about integrations, and what the engine needs to deliver to them. Call before the engine starts; close after it stops. */
export function createConnections(deps: {
  database: Database
  engine: Engine
  eventTypes: EventTypes
  vault: Vault
  templates: Templates
  credentials: CredentialSource
  /** Gives tokens back to vendors that take them back. */
  revoke?: Revoke
  traffic: Traffic
  localFiles?: LocalFiles | undefined
  retentionDays: number
  clock: Clock
  log: Log
}) {
  const { database, engine, eventTypes, vault, templates, credentials, revoke, traffic, localFiles, clock, log } = deps
  const operationLog = createOperationLog({ database, clock, log })
  const runner = createRunner({
    ...{ database, engine, vault, templates, credentials, operationLog, traffic, localFiles, clock, log },
  })
  const disconnection = createDisconnection({ engine, templates, runner, revoke, log })
  const integrations = createIntegrations({ database, engine, vault, templates, runner, disconnection, clock })
  const carryOut = createCarryOut({ database, runner, operationLog, clock })

  engine.define(integrationKind, createIntegrationDeliveries({ database, engine, runner, carryOut }))
  engine.subscribe(integrationSubscriptions)
  engine.define('integrations.housekeeping', {
    delivers: false,
    run: () => deleteOldOutcomes(database.hub, new Date(clock.now() - (deps.retentionDays + 1) * day)),
  })
  engine.every('41 * * * *', 'integrations.housekeeping')

  /** Searches the operation log. @throws ApiError NOT_FOUND for an integration that must exist and does not */
  async function logs(workspaceId: string, filter: WorkspaceLogFilter, integration?: 'must exist') {
    const { limit = defaultLimit, integrationId, operation, status, eventId, callId } = filter
    const [belowId] = decodeCursor(filter.cursor, [idPart]) ?? []
    await operationLog.flush()
    return database.inWorkspace(workspaceId, async (tx) => {
      if (integration && !(await findIntegration(tx, workspaceId, integrationId!))) throw notFound('integration')
      const rows = await listEntries(tx, workspaceId, {
        ...{ integrationId, operation, status, eventId, callId, belowId, limit: limit + 1 },
        fromTime: filter.after === undefined ? undefined : timeOf('query.after', filter.after),
        beforeTime: filter.before === undefined ? undefined : timeOf('query.before', filter.before),
      })
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(logAnswer), nextCursor }
    })
  }

  /** What operations an event caused, oldest first. */
  async function operationsOf(workspaceId: string, eventId: string): Promise<LogEntry[]> {
    const { items } = await logs(workspaceId, { eventId, limit: 200 })
    return items.toReversed()
  }

  /** The same for several events at once, oldest first. */
  async function operationsOfEvents(workspaceId: string, eventIds: string[]): Promise<Map<string, LogEntry[]>> {
    if (eventIds.length === 0) return new Map()
    await operationLog.flush()
    const rows = await database.inWorkspace(workspaceId, (tx) =>
      listEntries(tx, workspaceId, { eventIds, limit: 1_000 }),
    )
    return Map.groupBy(rows.toReversed().map(logAnswer), ({ eventId }) => eventId!)
  }

  const subscriptions = createSubscriptions({ database, engine, eventTypes, runner, clock })

  return {
    runner,
    integrations,
    connectReadyAccounts: createReadyAccounts({ database, templates, integrations, clock }),
    shortForms: createShortForms({ integrations }),
    operationLog,
    logs,
    operationsOf,
    operationsOfEvents,
    health: createHealth({ database, templates, clock }),
    syncs: createSyncs({ database, engine, runner, clock }),
    subscriptions,
    reconcile: createReconciliations({ database, engine, runner, clock }),
    agents: createAgents({ database, integrations, clock }),
    transfer: createTransfer({ database, vault, runner, integrations, clock }),
    open: createOpening({ runner, integrations }),
    close: () => operationLog.flush(),
  }
}
