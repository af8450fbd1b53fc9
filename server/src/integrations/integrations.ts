import { sql } from 'kysely'
import { ApiError, invalid, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import { laneOf } from '../engine/lane.ts'
import type { Engine } from '../engine/types.ts'
import type { AnyConnector } from '../kit/connector.ts'
import { errorCodes } from '../kit/error-codes.ts'
import { type OperationFailure, type OperationInput, runOperation } from '../kit/result.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Vault } from '../lib/vault.ts'
import { capabilitiesOf, type Templates } from '../templates/templates.ts'
import { findAgent } from './agent-queries.ts'
import { integrationAnswer, isConfigured, type LaneFacts } from './answers.ts'
import { awokenBy, defaultSubscriptionsOf } from './default-subscriptions.ts'
import type { Disconnection } from './disconnection.ts'
import { givenOf } from './given-credentials.ts'
import {
  deleteIntegration,
  findIntegration,
  type IntegrationRow,
  insertIntegration,
  listIntegrations,
  lockIntegration,
  takeDefaults,
  updateIntegration,
} from './queries.ts'
import type { Runner } from './runner.ts'
import type { Integration, IntegrationChanges, IntegrationFilter, NewIntegration, TestResult } from './schema.ts'
import { openConfig, sealConfig, sealCredentials } from './sealing.ts'
import { changeStatus, type Status, steerLane } from './status.ts'
import { insertSubscription, switchOn } from './subscription-queries.ts'
import { chooseAuth, faultsOf, faultsOfCredentials, refuseFaults, withDefaults } from './validation.ts'

export type Integrations = ReturnType<typeof createIntegrations>

/** What is done with an account that is tried out. */
type Tried = {
  [Name in 'messaging.sendEmail' | 'messaging.sendSms']: { operation: Name; input: OperationInput<Name> }
}['messaging.sendEmail' | 'messaging.sendSms']

/** The accounts that workspaces connected: set up, tested, changed, switched on and off, disconnected. */
export function createIntegrations(deps: {
  database: Database
  engine: Engine
  vault: Vault
  templates: Templates
  runner: Runner
  disconnection: Disconnection
  clock: Clock
}) {
  const { database, engine, vault, templates, runner, disconnection, clock } = deps

  async function answers(tx: Db, workspaceId: string, rows: IntegrationRow[]): Promise<Integration[]> {
    const lanes = new Map(
      (
        await listLanes(
          tx,
          workspaceId,
          rows.map(({ id }) => id),
        )
      ).map((lane) => [lane.id, lane]),
    )
    return Promise.all(
      rows.map(async (row) =>
        integrationAnswer(row, await templates.find(row.templateId), lanes.get(row.id), clock.now()),
      ),
    )
  }

  async function answer(tx: Db, workspaceId: string, id: string): Promise<Integration> {
    const row = await findIntegration(tx, workspaceId, id)
    if (!row) throw notFound('integration')
    return (await answers(tx, workspaceId, [row]))[0]!
  }

  const get = (workspaceId: string, id: string): Promise<Integration> =>
    database.inWorkspace(workspaceId, (tx) => answer(tx, workspaceId, id))

  async function connectorFor(templateId: string): Promise<AnyConnector> {
    const connector = await templates.find(templateId)
    if (!connector)
      throw invalid(
        'body.templateId',
        'is not a template that this hub has; GET /api/integrations/templates lists them',
      )
    if (!(await templates.isActive(templateId)))
      throw new ApiError('CONFLICT', `The template ${connector.name} was deactivated by the platform admin.`)
    return connector
  }

  async function checkAgent(tx: Db, workspaceId: string, agentId: string | null | undefined): Promise<void> {
    if (typeof agentId === 'string' && !(await findAgent(tx, workspaceId, agentId)))
      throw invalid('body.agentId', 'is not an agent of this workspace; make it with PUT /api/agents/:agentId')
  }

  function checkCapabilities(connector: AnyConnector, wanted: string[], field: string): void {
    const offered = capabilitiesOf(connector)
    for (const [index, name] of wanted.entries()) {
      if (!offered.includes(name))
        throw invalid(`${field}[${index}]`, `is not among the capabilities of ${connector.name}: ${offered.join(', ')}`)
    }
  }

  /** Makes this integration the default of exactly these capabilities, of which each has one in the workspace. */
  async function setDefaults(tx: Db, workspaceId: string, id: string, capabilities: string[]): Promise<void> {
    // Two of these at once would wait for each other's rows.
    await sql`select pg_advisory_xact_lock(hashtext(${`defaults ${workspaceId}`}))`.execute(tx)
    await takeDefaults(tx, workspaceId, id, capabilities)
    await updateIntegration(tx, workspaceId, id, { defaultFor: capabilities })
  }

  /** Subscribes a new integration to what one of its sort usually wants to hear. The caller's transaction. */
  async function subscribe(tx: Db, row: IntegrationRow, connector: AnyConnector) {
    const { workspaceId, id: integrationId, config } = row
    const now = new Date(clock.now())
    const place = { workspaceId, integrationId, createdAt: now, updatedAt: now }
    for (const { filter = null, ...wanted } of defaultSubscriptionsOf(connector, Object(config)))
      await insertSubscription(tx, { ...place, ...wanted, id: newId(clock), filter })
    await engine.subscriptionsChanged(tx, workspaceId)
  }

  /** Makes the row, not connected yet. The caller's transaction. */
  async function insert(tx: Db, row: IntegrationRow): Promise<void> {
    await checkAgent(tx, row.workspaceId, row.agentId)
    await insertIntegration(tx, { ...row, defaultFor: [] })
    if (row.defaultFor.length > 0) await setDefaults(tx, row.workspaceId, row.id, row.defaultFor)
    await steerLane(tx, engine, row)
  }

  async function create(workspaceId: string, input: NewIntegration): Promise<Integration> {
    const connector = await connectorFor(input.templateId)
    const auth = chooseAuth(connector, input.authType, input.credentials)
    const config = withDefaults(connector.settings, input.config ?? {})
    refuseFaults([
      ...faultsOf(connector.settings, config, 'body.config'),
      ...faultsOfCredentials(auth, input.credentials),
    ])
    checkCapabilities(connector, input.defaultFor ?? [], 'body.defaultFor')
    const given = input.credentials && givenOf(auth, input.credentials, clock.now())
    const row = {
      ...newRow(workspaceId, connector, auth.type, { ...input, credentials: given?.values }, config),
      credentialsExpireAt: given?.expiresAt ?? null,
    }
    await database.inWorkspace(workspaceId, async (tx) => {
      await insert(tx, row)
      if (input.defaultSubscriptions ?? true) await subscribe(tx, row, connector)
    })
    if (isConfigured(row)) await test(workspaceId, row.id)
    return get(workspaceId, row.id)
  }

  function newRow(
    workspaceId: string,
    connector: AnyConnector,
    authType: string,
    input: Omit<NewIntegration, 'templateId' | 'config' | 'authType' | 'credentials'> & {
      credentials?: Record<string, string> | undefined
    },
    config: Record<string, unknown>,
  ): IntegrationRow {
    const now = new Date(clock.now())
    const place = { workspaceId, id: newId(clock) }
    return {
      ...place,
      ...sealConfig(vault, place, connector.settings, config),
      templateId: connector.id,
      agentId: input.agentId ?? null,
      name: input.name ?? connector.name,
      description: input.description ?? null,
      isActive: input.isActive ?? true,
      status: 'pending',
      errorCode: null,
      errorMessage: null,
      authType,
      sealedCredentials: input.credentials ? sealCredentials(vault, place, input.credentials) : null,
      credentialsVersion: input.credentials ? 1 : 0,
      credentialsExpireAt: null,
      refreshLeaseUntil: null,
      refreshLeaseBy: null,
      accountName: null,
      routingKey: null,
      defaultFor: input.defaultFor ?? [],
      lastTestedAt: null,
      lastSuccessAt: null,
      lastSyncAt: null,
      createdAt: now,
      updatedAt: now,
    }
  }

  /**
   * Asks the vendor, outside of any transaction, and lets the answer decide the status.
   * @throws ApiError NOT_FOUND, or INTEGRATION_NOT_ACTIVE where no account is connected yet
   */
  async function test(workspaceId: string, id: string): Promise<TestResult> {
    const { row, connector } = await runner.open(workspaceId, id)
    if (!isConfigured(row))
      throw new ApiError('INTEGRATION_NOT_ACTIVE', 'No account is connected yet, so there is nothing to test.')
    const result = await runner.check(row, connector)
    const status = await database.inWorkspace(workspaceId, async (tx) => {
      const present = await lockIntegration(tx, workspaceId, id)
      if (!present) throw notFound('integration')
      // What was tested is not what is there any more: its own test decides.
      if (
        present.sealedCredentials !== row.sealedCredentials &&
        present.credentialsVersion > row.credentialsVersion + 1
      )
        return present.status
      const now = new Date(clock.now())
      if (result.success) {
        const { name, routingKey } = result.data
        await updateIntegration(tx, workspaceId, id, {
          accountName: name ?? present.accountName,
          routingKey: routingKey ?? present.routingKey,
          lastTestedAt: now,
          lastSuccessAt: now,
        })
      } else await updateIntegration(tx, workspaceId, id, { lastTestedAt: now })
      const next = result.success ? 'active' : statusAfter(result, present.status)
      const changed = await changeStatus(
        tx,
        { engine, clock },
        workspaceId,
        id,
        next,
        result.success ? undefined : result,
      )
      await engine.subscriptionsChanged(tx, workspaceId)
      return changed?.status ?? present.status
    })
    return result.success
      ? {
          success: true,
          message: 'Connection successful.',
          errorCode: null,
          accountName: result.data.name ?? null,
          status,
        }
      : { success: false, message: result.error, errorCode: result.errorCode, accountName: null, status }
  }

  /** Runs a change of one integration in a transaction. */
  const change = <T>(workspaceId: string, id: string, run: (tx: Db, row: IntegrationRow) => Promise<T>): Promise<T> =>
    database.inWorkspace(workspaceId, async (tx) => {
      const row = await lockIntegration(tx, workspaceId, id)
      if (!row) throw notFound('integration')
      return run(tx, row)
    })

  async function setActive(workspaceId: string, id: string, isActive: boolean): Promise<Integration> {
    return change(workspaceId, id, async (tx, row) => {
      await updateIntegration(tx, workspaceId, id, { isActive, updatedAt: new Date(clock.now()) })
      await steerLane(tx, engine, { ...row, isActive })
      await engine.subscriptionsChanged(tx, workspaceId)
      return answer(tx, workspaceId, id)
    })
  }

  /** What changes of settings and credentials come to, once they were found valid. */
  async function settingsAfter(
    connector: AnyConnector | undefined,
    row: IntegrationRow,
    { config, credentials }: IntegrationChanges,
  ): Promise<Partial<IntegrationRow>> {
    if (config === undefined && credentials === undefined) return {}
    if (!connector) throw new ApiError('CONFLICT', `This hub has no connector called ${row.templateId} any more.`)
    const changes: Partial<IntegrationRow> = {}
    if (config) {
      const merged = Object.fromEntries(
        Object.entries({ ...openConfig(vault, row, connector.settings), ...config }).filter(
          ([, value]) => value !== null,
        ),
      )
      const settings = withDefaults(connector.settings, merged)
      refuseFaults(faultsOf(connector.settings, settings, 'body.config'))
      const sealed = sealConfig(vault, row, connector.settings, settings)
      // What the hub keeps beside the settings (the secret of inbound webhooks) stays.
      const own = Object.entries(row.sealedConfig).filter(
        ([name]) => !Object.hasOwn(connector.settings.properties, name),
      )
      Object.assign(changes, {
        config: sealed.config,
        sealedConfig: { ...sealed.sealedConfig, ...Object.fromEntries(own) },
      })
    }
    if (credentials) {
      const auth = chooseAuth(connector, undefined, credentials)
      refuseFaults(faultsOfCredentials(auth, credentials))
      const { values, expiresAt } = givenOf(auth, credentials, clock.now())
      Object.assign(changes, {
        authType: auth.type,
        sealedCredentials: sealCredentials(vault, row, values),
        credentialsVersion: row.credentialsVersion + 1,
        credentialsExpireAt: expiresAt,
        refreshLeaseUntil: null,
        refreshLeaseBy: null,
      })
    }
    return changes
  }

  /**
   * Asks the vendor whether an account would work, and does something with it where it is told to. Nothing of the account is kept, and
   * tokens are taken as they are: renewing might end the refresh token that the caller has.
   * @throws ApiError CONFIG_SCHEMA_INVALID naming each field
   */
  async function tryOut(
    workspaceId: string,
    input: NewIntegration & { credentials: Record<string, string> },
    then?: Tried,
  ): Promise<TestResult> {
    const connector = await connectorFor(input.templateId)
    const auth = chooseAuth(connector, input.authType, input.credentials)
    const config = withDefaults(connector.settings, input.config ?? {})
    refuseFaults([
      ...faultsOf(connector.settings, config, 'body.config'),
      ...faultsOfCredentials(auth, input.credentials),
    ])
    // One id for all tries of a template, so that its pace is kept and no lane is left behind.
    const place = { workspaceId, id: laneOf(`trial ${connector.id}`) }
    const row: IntegrationRow = {
      ...newRow(workspaceId, connector, auth.type, {}, config),
      ...place,
      ...sealConfig(vault, place, connector.settings, config),
      sealedCredentials: sealCredentials(vault, place, givenOf(auth, input.credentials, clock.now()).values),
    }
    const result = await runner.lend(
      row,
      connector,
      async (context) => {
        const account = await connector.check(context)
        const done = then && (await runOperation(connector, context, then.operation, then.input as never))
        return done && !done.success ? done : { success: true as const, data: account }
      },
      'kept credentials',
    )
    const outcome = result.success ? result.data : result
    return outcome.success
      ? {
          ...{ success: true, message: 'Connection successful.', errorCode: null },
          accountName: outcome.data.name ?? null,
          status: 'pending',
        }
      : { success: false, message: outcome.error, errorCode: outcome.errorCode, accountName: null, status: 'pending' }
  }

  return {
    tryOut,

    async list(workspaceId: string, filter: IntegrationFilter & { forAgent?: string }) {
      const { limit = defaultLimit, templateId, status, forAgent } = filter
      const [belowId] = decodeCursor(filter.cursor, [idPart]) ?? []
      return database.inWorkspace(workspaceId, async (tx) => {
        const rows = await listIntegrations(tx, workspaceId, {
          templateId,
          status,
          forAgent,
          belowId,
          limit: limit + 1,
        })
        const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
        return { items: await answers(tx, workspaceId, items), nextCursor }
      })
    },

    get,
    create,
    test,

    /** Tests again where settings or credentials changed; the answer shows the status that follows. */
    async update(workspaceId: string, id: string, changes: IntegrationChanges): Promise<Integration> {
      const { name, description, agentId, isActive } = changes
      const before = await database.inWorkspace(workspaceId, (tx) => findIntegration(tx, workspaceId, id))
      if (!before) throw notFound('integration')
      const connector = await templates.find(before.templateId)
      const needsTest = await change(workspaceId, id, async (tx, row) => {
        await checkAgent(tx, workspaceId, agentId)
        const settings = await settingsAfter(connector, row, changes)
        await updateIntegration(tx, workspaceId, id, {
          ...(name === undefined ? {} : { name }),
          ...(description === undefined ? {} : { description }),
          ...(agentId === undefined ? {} : { agentId }),
          ...(isActive === undefined ? {} : { isActive }),
          ...settings,
          updatedAt: new Date(clock.now()),
        })
        const awoken = settings.config ? awokenBy(Object(row.config), Object(settings.config)) : []
        for (const operation of awoken) {
          await switchOn(tx, workspaceId, id, operation)
          await engine.subscriptionsChanged(tx, workspaceId)
        }
        if (isActive !== undefined) {
          await steerLane(tx, engine, { ...row, isActive })
          await engine.subscriptionsChanged(tx, workspaceId)
        }
        return Object.keys(settings).length > 0 && (settings.sealedCredentials !== undefined || isConfigured(row))
      })
      if (needsTest) await test(workspaceId, id)
      return get(workspaceId, id)
    },

    enable: (workspaceId: string, id: string) => setActive(workspaceId, id, true),
    disable: (workspaceId: string, id: string) => setActive(workspaceId, id, false),

    /** Chooses this integration wherever a flow needs one of these capabilities, and for no other. */
    async setDefault(workspaceId: string, id: string, capabilities: string[]): Promise<Integration> {
      return change(workspaceId, id, async (tx, row) => {
        const connector = await templates.find(row.templateId)
        if (connector) checkCapabilities(connector, capabilities, 'body.capabilities')
        await setDefaults(tx, workspaceId, id, capabilities)
        return answer(tx, workspaceId, id)
      })
    },

    /** Forgets the credentials at once; a job takes them back at the vendor. Settings, history and logs stay. */
    disconnect: (workspaceId: string, id: string): Promise<Integration> =>
      change(workspaceId, id, async (tx, row) => {
        if (row.status !== 'disconnected') {
          await disconnection.schedule(tx, row)
          await updateIntegration(tx, workspaceId, id, forgotten(row))
          await changeStatus(tx, { engine, clock }, workspaceId, id, 'disconnected')
          await engine.subscriptionsChanged(tx, workspaceId)
        }
        return answer(tx, workspaceId, id)
      }),

    /** Disconnects and deletes. The operation log keeps what it did; deliveries that wait for it end. */
    remove: (workspaceId: string, id: string): Promise<void> =>
      change(workspaceId, id, async (tx, row) => {
        await disconnection.schedule(tx, row)
        await changeStatus(tx, { engine, clock }, workspaceId, id, 'disconnected')
        // A lane that stands still would keep what it holds for ever; running, it finds that its integration is gone.
        await engine.resume(tx, workspaceId, id)
        await deleteIntegration(tx, workspaceId, id)
        await engine.subscriptionsChanged(tx, workspaceId)
      }),

    /** For what makes integrations by another way than the form: sign-in at the vendor, import. */
    newRow,
    insert,
    subscribe,
    connectorFor,
  }
}

/** What a failed test means. A vendor that is merely away changes nothing for an integration that worked. */
function statusAfter({ errorCode }: OperationFailure, present: Status): Status {
  if (present === 'active' && errorCodes[errorCode].retry) return 'active'
  if (errorCode === 'AUTH_ERROR' && (present === 'active' || present === 'reauth_required')) return 'reauth_required'
  if (present === 'reauth_required' && errorCodes[errorCode].retry) return 'reauth_required'
  return 'error'
}

const forgotten = ({ credentialsVersion }: IntegrationRow): Partial<IntegrationRow> => ({
  sealedCredentials: null,
  credentialsVersion: credentialsVersion + 1,
  credentialsExpireAt: null,
  refreshLeaseUntil: null,
  refreshLeaseBy: null,
})

export const listLanes = async (tx: Db, workspaceId: string, ids: string[]): Promise<LaneFacts[]> =>
  ids.length === 0
    ? []
    : tx
        .selectFrom('lanes')
        .select(['id', 'breaker', 'pausedUntil', 'consecutiveFailures', 'tokens', 'refilledAt'])
        .where('workspaceId', '=', workspaceId)
        .where('id', 'in', ids)
        .execute()
