import { invalid, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import { type Database, type Db, onCommit } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { checkPatterns } from '../events/event-patterns.ts'
import type { EventTypes } from '../events/event-types.ts'
import { compileFilter, FilterError } from '../events/filter.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { type CheckUrlOptions, checkUrl } from '../lib/safe-fetch.ts'
import { problemOfSecret } from '../lib/signatures.ts'
import type { Vault } from '../lib/vault.ts'
import { checkHeaders, storeHeaders } from './custom-headers.ts'
import { endpointAnswer } from './endpoint-answer.ts'
import {
  deleteEndpoint,
  type EndpointRow,
  findEndpoint,
  insertEndpoint,
  listEndpoints,
  lockEndpoint,
  lockLane,
  updateEndpoint,
} from './queries.ts'
import type { CreatedEndpoint, Endpoint, EndpointChanges, EndpointFilter, NewEndpoint, Rotation } from './schema.ts'
import { newSecret, newSigningKey, rotate, vaultContext } from './secrets.ts'

export type Endpoints = ReturnType<typeof createEndpoints>

/** Endpoints of a workspace: what they subscribe to, how they are called, and with which secrets. */
export function createEndpoints(deps: {
  database: Database
  engine: Engine
  eventTypes: EventTypes
  vault: Vault
  clock: Clock
  /** Which addresses endpoints may have. */
  urls: CheckUrlOptions
  /** Called when an endpoint has changed, after the commit. */
  onChanged(workspaceId: string, endpointId: string): void
}) {
  const { database, engine, eventTypes, vault, clock, urls } = deps

  /** Everything that can be wrong with settings, before a transaction is opened. Answers the URL in its normal spelling. */
  async function check(workspaceId: string, input: EndpointChanges & { secret?: string }): Promise<string | undefined> {
    const { filter, events, secret } = input
    if (secret !== undefined) {
      const problem = problemOfSecret(secret)
      if (problem) throw invalid('body.secret', lowerFirst(problem))
    }
    if (filter) {
      try {
        compileFilter(filter)
      } catch (error) {
        if (error instanceof FilterError) throw invalid(`body.filter${error.path}`, error.message)
        throw error
      }
    }
    if (events) checkPatterns(events, await eventTypes.names(workspaceId))
    if (input.url === undefined) return undefined
    const checked = await checkUrl(input.url, urls)
    if (!checked.ok) throw invalid('body.url', `is refused: ${lowerFirst(checked.error)}`)
    return checked.url
  }

  /** Runs a change of one endpoint in a transaction, after which everybody who cached it knows. */
  async function change<T>(workspaceId: string, id: string, run: (tx: Db, row: EndpointRow) => Promise<T>): Promise<T> {
    return database.inWorkspace(workspaceId, async (tx) => {
      if (!(await findEndpoint(tx, workspaceId, id))) throw notFound('endpoint')
      await lockLane(tx, workspaceId, id)
      const row = await lockEndpoint(tx, workspaceId, id)
      if (!row) throw notFound('endpoint')
      const result = await run(tx, row)
      await engine.subscriptionsChanged(tx, workspaceId)
      onCommit(tx, () => deps.onChanged(workspaceId, id))
      return result
    })
  }

  async function answer(tx: Db, workspaceId: string, id: string): Promise<Endpoint> {
    const row = await findEndpoint(tx, workspaceId, id)
    if (!row) throw notFound('endpoint')
    return endpointAnswer(row, clock.now())
  }

  return {
    async list(workspaceId: string, filter: EndpointFilter) {
      const { limit = defaultLimit, isActive } = filter
      const [belowId] = decodeCursor(filter.cursor, [idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        listEndpoints(tx, workspaceId, { isActive, belowId, limit: limit + 1 }),
      )
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map((row) => endpointAnswer(row, clock.now())), nextCursor }
    },

    get: (workspaceId: string, id: string): Promise<Endpoint> =>
      database.inWorkspace(workspaceId, (tx) => answer(tx, workspaceId, id)),

    /** Registers an endpoint; the answer is the only one that shows its secret. */
    async create(workspaceId: string, input: NewEndpoint): Promise<CreatedEndpoint> {
      const url = await check(workspaceId, input)
      checkHeaders(input.headers ?? {})
      const now = clock.now()
      const id = newId(clock)
      const context = vaultContext(workspaceId, id)
      const { secret, stored } = newSecret(vault, context, now, input.secret)
      const isActive = input.isActive ?? true
      const row: EndpointRow = {
        workspaceId,
        id,
        ...settingsOf({ name: input.name, url: url!, events: input.events }, input),
        headers: storeHeaders(input.headers ?? {}, {}, vault, context),
        secrets: [stored],
        ...(input.signatureAlgorithms?.includes('ed25519') ? newSigningKey(vault, context) : noSigningKey),
        isActive,
        disabledReason: isActive ? null : 'manual',
        disabledAt: isActive ? null : new Date(now),
        createdAt: new Date(now),
        updatedAt: new Date(now),
      }
      return database.inWorkspace(workspaceId, async (tx) => {
        await insertEndpoint(tx, row)
        if (!isActive) await engine.pause(tx, workspaceId, id, 'resumed')
        await engine.subscriptionsChanged(tx, workspaceId)
        onCommit(tx, () => deps.onChanged(workspaceId, id))
        return { ...(await answer(tx, workspaceId, id)), secret }
      })
    },

    async update(workspaceId: string, id: string, changes: EndpointChanges): Promise<Endpoint> {
      const url = await check(workspaceId, changes)
      return change(workspaceId, id, async (tx, present) => {
        if (changes.headers) checkHeaders(changes.headers, present.headers)
        const context = vaultContext(workspaceId, id)
        const row: EndpointRow = {
          ...present,
          ...settingsOf(
            { name: changes.name ?? present.name, url: url ?? present.url, events: changes.events ?? present.events },
            changes,
            present,
          ),
          headers: changes.headers ? storeHeaders(changes.headers, present.headers, vault, context) : present.headers,
          ...signingKeyOf(changes.signatureAlgorithms, present, () => newSigningKey(vault, context)),
          updatedAt: new Date(clock.now()),
        }
        if (changes.isActive === true && !present.isActive) {
          Object.assign(row, { isActive: true, disabledReason: null, disabledAt: null })
          await engine.resume(tx, workspaceId, id)
        } else if (changes.isActive === false && present.isActive) {
          Object.assign(row, { isActive: false, disabledReason: 'manual', disabledAt: new Date(clock.now()) })
          await engine.pause(tx, workspaceId, id, 'resumed')
        }
        await updateEndpoint(tx, row)
        return answer(tx, workspaceId, id)
      })
    },

    /** Enables an endpoint that was disabled, because it was seen to work. */
    async enable(workspaceId: string, id: string): Promise<void> {
      await change(workspaceId, id, async (tx, present) => {
        if (present.isActive) return
        await updateEndpoint(tx, {
          ...present,
          isActive: true,
          disabledReason: null,
          disabledAt: null,
          updatedAt: new Date(clock.now()),
        })
        await engine.resume(tx, workspaceId, id)
      })
    },

    async remove(workspaceId: string, id: string): Promise<void> {
      await change(workspaceId, id, async (tx) => {
        // A lane that stands still would keep what it holds for ever; running, it finds that its endpoint is gone.
        await engine.resume(tx, workspaceId, id)
        await deleteEndpoint(tx, workspaceId, id)
      })
    },

    /** Puts a new secret in front; the one before goes on signing for a while. */
    async rotateSecret(workspaceId: string, id: string, { secret: given, overlapSeconds = 86_400 }: Rotation) {
      await check(workspaceId, { ...(given === undefined ? {} : { secret: given }) })
      return change(workspaceId, id, async (tx, present) => {
        const now = clock.now()
        const { secret, stored } = newSecret(vault, vaultContext(workspaceId, id), now, given)
        const secrets = rotate(present.secrets, stored, now, overlapSeconds * 1_000)
        await updateEndpoint(tx, { ...present, secrets, updatedAt: new Date(now) })
        return { secret, previousExpiresAt: secrets[1]?.expiresAt ?? null, signingPublicKey: present.signingPublicKey }
      })
    },
  }
}

const noSigningKey = { signingKey: null, signingPublicKey: null }

/** The plain settings: as given, else as they were, else the default. */
function settingsOf(
  { name, url, events }: { name: string; url: string; events: string[] },
  input: Omit<EndpointChanges, 'name' | 'url' | 'events'>,
  present?: EndpointRow,
) {
  const retryScheduleMs = input.retrySchedule === undefined ? (present?.retryScheduleMs ?? null) : input.retrySchedule
  return {
    name,
    url,
    events,
    channels: input.channels === undefined ? (present?.channels ?? null) : input.channels,
    filter: input.filter === undefined ? (present?.filter ?? null) : input.filter,
    // A schedule says by its length how often to retry, unless that is said as well.
    retryAttempts:
      input.retryAttempts ?? (input.retrySchedule ? input.retrySchedule.length : (present?.retryAttempts ?? 8)),
    retryDelayMs: input.retryDelay ?? present?.retryDelayMs ?? 5_000,
    retryScheduleMs,
    rateLimit: input.rateLimit === undefined ? (present?.rateLimit ?? null) : input.rateLimit,
    concurrency: input.concurrency === undefined ? (present?.concurrency ?? null) : input.concurrency,
    ordered: input.ordered ?? present?.ordered ?? false,
    timeoutMs: input.timeout ?? present?.timeoutMs ?? 15_000,
  }
}

function signingKeyOf(
  wanted: EndpointChanges['signatureAlgorithms'],
  present: EndpointRow,
  make: () => { signingKey: string; signingPublicKey: string },
) {
  if (wanted === undefined) return {}
  if (!wanted.includes('ed25519')) return noSigningKey
  return present.signingKey === null ? make() : {}
}

const lowerFirst = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '')
