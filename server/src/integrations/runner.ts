import { LRUCache } from 'lru-cache'
import type { Dispatcher } from 'undici'
import { ApiError, notFound } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { OperationName } from '../kit/capabilities.ts'
import type { Account, AnyConnector, Auth } from '../kit/connector.ts'
import type { Context } from '../kit/context.ts'
import { ConnectorError } from '../kit/errors.ts'
import { createGate, type Gate } from '../kit/gate.ts'
import type { LocalFiles } from '../kit/local-files.ts'
import { openContext } from '../kit/open.ts'
import { operations, repeatOf } from '../kit/operations.ts'
import type { VendorOverrides } from '../kit/overrides.ts'
import { defaultRateLimit } from '../kit/pace.ts'
import type { RecordedCall } from '../kit/record.ts'
import { createRedactor, type Redactor } from '../kit/redact.ts'
import {
  failureOf,
  type OperationFailure,
  type OperationInput,
  type OperationOutput,
  type OperationResult,
  offers,
  runOperation,
} from '../kit/result.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Dial } from '../lib/safe-fetch.ts'
import { type Vault, VaultError } from '../lib/vault.ts'
import type { Templates } from '../templates/templates.ts'
import type { OperationLog } from './operation-log.ts'
import { createPace } from './pace.ts'
import { findIntegration, type IntegrationRow } from './queries.ts'
import { loggable, textsOf } from './redaction.ts'
import { openConfig, openCredentials } from './sealing.ts'
import { changeStatus, meaningOf } from './status.ts'
import { createTurns } from './turns.ts'
import { withDefaults } from './validation.ts'

/** What caused an operation, for the log. */
export type Cause = { eventId?: string | undefined; callId?: string | undefined }
export type RunOptions = Cause & {
  /** Of lists: most items to answer. */
  limit?: number | undefined
  signal?: AbortSignal | undefined
  /** The integration, where the caller has read it this moment. */
  opened?: Opened | undefined
}

/** An integration and its connector. */
export type Opened = { row: IntegrationRow; connector: AnyConnector }

/** How traffic with vendors is led and kept; never a tenant's choice. */
export type Traffic = {
  /** Reaches public addresses only. */
  agent: Dispatcher
  /** Which base stands in for a host, and how that is reached. */
  overrides: VendorOverrides
  overrideAgent: Dispatcher
  /** The same for what does not speak HTTP. */
  dial?: Dial | undefined
  overrideDial?: Dial | undefined
  /** Hears each exchange, redacted. */
  record?: ((call: RecordedCall) => void) | undefined
}

/** Looks at an operation before the vendor is called; what it answers is the operation's result. */
export type Guard<Name extends OperationName> = (
  workspaceId: string,
  input: OperationInput<Name>,
) => Promise<OperationFailure | undefined>

/** Where opened credentials come from. */
export type CredentialSource = {
  /** Those that hold now, renewed where they are about to run out. */
  current(
    workspaceId: string,
    integrationId: string,
    row?: IntegrationRow,
  ): Promise<{ version: number; values: Record<string, string> }>
  /** Newer ones than those of this version, which the vendor refused; undefined where there are none to be had. */
  refreshed(
    workspaceId: string,
    integrationId: string,
    version: number,
  ): Promise<{ values: Record<string, string> } | undefined>
  /** The operator's application at a provider. */
  application(provider: string): Promise<{ clientId: string; clientSecret: string } | undefined>
}

/** A success is noted once in so many milliseconds: it tells that the integration works, not how much. */
const noteSuccessEveryMs = 10_000
const never = new AbortController().signal

export type Runner = ReturnType<typeof createRunner>

/** Runs operations: everything between "do this with that integration" and the connector's own function. */
export function createRunner(deps: {
  database: Database
  engine: Engine
  vault: Vault
  templates: Templates
  credentials: CredentialSource
  operationLog: OperationLog
  traffic: Traffic
  /** The hub's own disk. */
  localFiles?: LocalFiles | undefined
  clock: Clock
  log: Log
}) {
  const { database, engine, vault, templates, credentials, operationLog, traffic, localFiles, clock, log } = deps
  const pace = createPace(engine)
  const turns = createTurns({ database, log })
  const gates = new LRUCache<string, Gate>({ max: 10_000 })
  const successes = new Map<string, number>()
  const guards = new Map<OperationName, Guard<never>>()

  function gateOf(id: string, { name, http }: AnyConnector): Gate {
    const gate = gates.get(id) ?? createGate({ vendor: name, clock, concurrency: http.concurrency })
    gates.set(id, gate)
    return gate
  }

  /** Opens what the connector needs, lends it to `use`, and keeps what it must not tell. */
  async function withContext<T>(
    row: IntegrationRow,
    connector: AnyConnector,
    signal: AbortSignal,
    what: string | undefined,
    use: (context: Context) => Promise<OperationResult<T>>,
    kept?: 'kept credentials',
  ): Promise<Done<T>> {
    const { workspaceId, id: integrationId } = row
    const secrets: string[] = []
    let calls = 0
    let requestId: string | undefined
    try {
      const auth = connector.auth.find(({ type }) => type === row.authType)
      const current =
        auth === undefined || auth.type === 'none'
          ? { version: 0, values: {} }
          : kept
            ? { version: row.credentialsVersion, values: openCredentials(vault, row, row.sealedCredentials ?? '') }
            : await credentials.current(workspaceId, integrationId, row)
      const application = await applicationOf(auth)
      const settings = withDefaults(connector.settings, openConfig(vault, row, connector.settings))
      secrets.push(...secretsIn(auth, { ...current.values, ...application }), ...sealedTexts(row, settings))
      const context = openContext({
        workspaceId,
        integrationId,
        localFiles,
        turns: turns(row),
        connector,
        ...(auth ? { authType: auth.type } : {}),
        credentials: { ...current.values, ...application },
        settings,
        agent: traffic.agent,
        overrides: traffic.overrides,
        overrideAgent: traffic.overrideAgent,
        dial: traffic.dial,
        overrideDial: traffic.overrideDial,
        gate: gateOf(integrationId, connector),
        pace: pace(workspaceId, integrationId, connector.http.rateLimit ?? defaultRateLimit),
        refresh: async () => {
          if (kept) return undefined
          const renewed = await credentials.refreshed(workspaceId, integrationId, current.version)
          if (renewed) secrets.push(...secretsIn(auth, renewed.values))
          return renewed && { ...renewed.values, ...application }
        },
        ...(traffic.record ? { record: traffic.record } : {}),
        onCall: (call) => {
          calls += 1
          requestId = call.requestId ?? requestId
        },
        log: log.child({ integrationId, connector: connector.id }),
        ...(what === undefined ? {} : { what }),
        clock,
        signal,
      })
      const result = await use(context)
      return { ...clean(result, secrets), calls, requestId }
    } catch (error) {
      return { ...clean(failed<T>(error, row), secrets), calls, requestId }
    }
  }

  /** What proves calls as the operator's application, for vendors that want that. */
  async function applicationOf(auth: Auth | undefined): Promise<Record<string, string>> {
    if (auth?.type !== 'oauth2' || !auth.withApplication) return {}
    const found = await credentials.application(auth.provider)
    return found ? { client_id: found.clientId, client_secret: found.clientSecret } : {}
  }

  function failed<T>(error: unknown, { id }: IntegrationRow): OperationResult<T> {
    if (error instanceof ApiError) return failureOf(new ConnectorError(error.code, error.message))
    if (error instanceof VaultError) {
      log.error({ integrationId: id, err: error }, 'Integrations: the secrets of an integration cannot be opened')
      return failureOf(
        new ConnectorError(
          'CONFIG_SCHEMA_INVALID',
          'The secrets of this integration cannot be opened: their key is missing in TENON_MASTER_KEY',
        ),
      )
    }
    return failureOf(error, { log, operation: 'open' })
  }

  /** What follows from a result for the integration itself. */
  async function learn(row: IntegrationRow, result: OperationResult<unknown>): Promise<void> {
    const { workspaceId, id } = row
    if (result.success) {
      const now = clock.now()
      if (now - (successes.get(id) ?? 0) < noteSuccessEveryMs) return
      if (successes.size > 10_000) successes.clear()
      successes.set(id, now)
      await database.hub
        .updateTable('integrations')
        .set({ lastSuccessAt: new Date(now) })
        .where('workspaceId', '=', workspaceId)
        .where('id', '=', id)
        .execute()
      return
    }
    if (result.errorCode !== 'AUTH_ERROR' || row.status !== 'active') return
    await database.transaction(async (tx) => {
      const now = await findIntegration(tx, workspaceId, id)
      // It was connected again meanwhile: this failure speaks of credentials that are gone.
      if (now?.status !== 'active' || now.credentialsVersion > row.credentialsVersion + 1) return
      await changeStatus(tx, { engine, clock }, workspaceId, id, 'reauth_required', result)
    })
  }

  async function open(workspaceId: string, integrationId: string): Promise<Opened> {
    const row = await findIntegration(database.hub, workspaceId, integrationId)
    if (!row) throw notFound('integration')
    const connector = await templates.find(row.templateId)
    if (!connector) throw new ApiError('INTEGRATION_NOT_ACTIVE', `This hub has no connector called ${row.templateId}.`)
    return { row, connector }
  }

  return {
    /** The integration and its connector. @throws ApiError NOT_FOUND, or INTEGRATION_NOT_ACTIVE where the connector is gone */
    open,

    /** Lets a domain have a say before an operation, whoever asks for it. Before the engine starts. */
    guard<Name extends OperationName>(name: Name, guard: Guard<Name>): void {
      guards.set(name, guard as Guard<never>)
    },

    /**
     * Runs an operation whose input was parsed, and logs it. Whatever the vendor does is a result.
     * @throws ApiError NOT_FOUND where there is no such integration
     */
    async run<Name extends OperationName>(
      workspaceId: string,
      integrationId: string,
      name: Name,
      input: OperationInput<Name>,
      options: RunOptions = {},
    ): Promise<OperationResult<OperationOutput<Name>>> {
      const { row, connector } = options.opened ?? (await open(workspaceId, integrationId))
      const refusal = refusalOf(row) ?? (offers(connector, name) ? undefined : notOffered(connector, name))
      if (refusal) return refusal
      const startedAt = performance.now()
      const at = new Date(clock.now())
      const signal = options.signal ?? never
      const guard = guards.get(name)
      const done = await withContext(
        row,
        connector,
        signal,
        operations[name].what,
        async (context) =>
          (await guard?.(workspaceId, input as never)) ??
          runOperation(connector, context, name, input, options.limit === undefined ? {} : { limit: options.limit }),
      )
      const { result, redactor, calls } = done
      const unknown = !result.success && result.ambiguous === true && repeatOf(connector, name) !== 'safe'
      operationLog.write({
        workspaceId,
        integrationId,
        operation: name,
        status: result.success ? 'success' : unknown ? 'unknown' : 'failed',
        at,
        durationMs: performance.now() - startedAt,
        errorCode: result.success ? null : result.errorCode,
        errorMessage: result.success ? null : result.error,
        vendorRequestId: done.requestId ?? (result.success ? null : (result.vendorRequestId ?? null)),
        request: loggable(input, redactor),
        response: loggable(result.success ? result.data : result.vendorMessage, redactor),
        eventId: options.eventId ?? null,
        callId: options.callId ?? null,
        calls,
      })
      await learn(row, result).catch((error) =>
        log.warn({ err: error, integrationId }, 'Integrations: what an operation told could not be noted'),
      )
      return result
    },

    /** Asks the vendor whether the credentials work, and logs it. Changes nothing of the integration. */
    async check(row: IntegrationRow, connector: AnyConnector): Promise<OperationResult<Account>> {
      const startedAt = performance.now()
      const at = new Date(clock.now())
      const done = await withContext(row, connector, never, 'the account', async (context) => {
        try {
          return { success: true, data: await connector.check(context) }
        } catch (error) {
          return failureOf(error, { log, operation: 'check' })
        }
      })
      const { result, redactor } = done
      operationLog.write({
        workspaceId: row.workspaceId,
        integrationId: row.id,
        operation: 'connection.test',
        status: result.success ? 'success' : 'failed',
        at,
        durationMs: performance.now() - startedAt,
        errorCode: result.success ? null : result.errorCode,
        errorMessage: result.success ? null : result.error,
        vendorRequestId: done.requestId ?? null,
        response: loggable(result.success ? result.data : result.vendorMessage, redactor),
        calls: done.calls,
      })
      return result
    },

    /**
     * Lends the connector's context to code of the hub: for subscribing at the vendor, renewing, revoking. `kept credentials` are those
     * in the row as it was given, of an integration that has forgotten them since.
     */
    async lend<T>(
      row: IntegrationRow,
      connector: AnyConnector,
      use: (context: Context) => Promise<T>,
      kept?: 'kept credentials',
    ): Promise<OperationResult<T>> {
      const lent = async (context: Context): Promise<OperationResult<T>> => {
        try {
          return { success: true, data: await use(context) }
        } catch (error) {
          return failureOf(error, { log, operation: 'lend' })
        }
      }
      const { result } = await withContext<T>(row, connector, never, undefined, lent, kept)
      return result
    },
  }
}

type Done<T> = { result: OperationResult<T>; redactor: Redactor; calls: number; requestId: string | undefined }

/** Why an integration cannot be called now. */
export function refusalOf(row: Pick<IntegrationRow, 'name' | 'status' | 'isActive'>): OperationFailure | undefined {
  if (row.status === 'active' && row.isActive) return undefined
  const why =
    row.status === 'active'
      ? 'It is switched off; enable it.'
      : `${meaningOf[row.status].meaning} ${meaningOf[row.status].next}`
  return failureOf(new ConnectorError('INTEGRATION_NOT_ACTIVE', `${row.name} cannot be used now. ${why}`))
}

const notOffered = (connector: AnyConnector, name: string): OperationFailure =>
  failureOf(new ConnectorError('NOT_SUPPORTED', `${connector.name} does not offer ${name} (NOT_SUPPORTED)`))

/** Vendors like to say back what they were sent. */
function clean<T>(result: OperationResult<T>, secrets: readonly string[]) {
  const redactor = createRedactor(secrets)
  if (result.success) return { result, redactor }
  const { error, vendorMessage } = result
  const said = vendorMessage === undefined ? {} : { vendorMessage: redactor.text(vendorMessage) }
  return { result: { ...result, error: redactor.text(error), ...said }, redactor }
}

/** What a token answer tells besides tokens is public: a domain, an account's id. */
const secretsIn = (auth: Auth | undefined, values: Record<string, string>): string[] => {
  const kept = auth?.type === 'oauth2' ? (auth.keep ?? []) : []
  return Object.entries(values).flatMap(([name, value]) => (kept.includes(name) ? [] : textsOf(value)))
}

const sealedTexts = ({ sealedConfig }: IntegrationRow, settings: Record<string, unknown>): string[] =>
  Object.keys(sealedConfig).flatMap((name) => textsOf(settings[name]))
