import { invalid, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Runner } from '../integrations/runner.ts'
import type { OperationName } from '../kit/capabilities.ts'
import { offers } from '../kit/result.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { forgetBusy } from './busy-queries.ts'
import { findHost, touchHosts } from './host-queries.ts'
import {
  deleteProvider,
  findProvider,
  insertProvider,
  listProviders,
  type ProviderRow,
  type ProviderState,
  updateProvider,
} from './provider-queries.ts'
import type { NewProvider, Provider, ProviderChanges, ProviderFilter } from './schema.ts'

/** The connected calendars of hosts. */
export function createProviders(deps: {
  database: Database
  engine: Pick<Engine, 'subscriptionsChanged'>
  runner: Pick<Runner, 'open'>
  clock: Clock
}) {
  const { database, engine, runner, clock } = deps

  async function find(tx: Db, workspaceId: string, id: string): Promise<ProviderState> {
    const row = await findProvider(tx, workspaceId, id)
    if (!row) throw notFound('connected calendar')
    return row
  }

  const answer = async (tx: Db, workspaceId: string, id: string): Promise<Provider> =>
    providerAnswer(await find(tx, workspaceId, id), clock.now())

  /** @throws ApiError where the integration's vendor cannot do what is wanted of it */
  async function checkOffers(
    workspaceId: string,
    integrationId: string,
    wanted: Pick<ProviderRow, 'readsBusy' | 'receivesBookings'>,
  ): Promise<void> {
    const { connector } = await runner.open(workspaceId, integrationId)
    const needs: [keyof typeof wanted, OperationName][] = [
      ['readsBusy', 'calendar.busy'],
      ['receivesBookings', 'calendar.book'],
    ]
    for (const [field, operation] of needs)
      if (wanted[field] && !offers(connector, operation))
        throw invalid(`body.${field}`, `must be false: ${connector.name} does not offer ${operation}`)
  }

  return {
    async list(workspaceId: string, filter: ProviderFilter) {
      const { limit = defaultLimit, hostId } = filter
      const [belowId] = decodeCursor(filter.cursor, [idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        listProviders(tx, workspaceId, { hostId, belowId, limit: limit + 1 }),
      )
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map((row) => providerAnswer(row, clock.now())), nextCursor }
    },

    get: (workspaceId: string, id: string): Promise<Provider> =>
      database.inWorkspace(workspaceId, (tx) => answer(tx, workspaceId, id)),

    async create(workspaceId: string, input: NewProvider): Promise<Provider> {
      const now = new Date(clock.now())
      const row = { ...defaults, ...input, workspaceId, id: newId(clock), createdAt: now, updatedAt: now }
      await database.inWorkspace(workspaceId, async (tx) => {
        if (!(await findHost(tx, workspaceId, input.hostId)))
          throw invalid('body.hostId', 'is not a host of this workspace')
      })
      await checkOffers(workspaceId, input.integrationId, row)
      return await database.inWorkspace(workspaceId, async (tx) => {
        await insertProvider(tx, row)
        await touchHosts(tx, workspaceId, [row.hostId])
        await engine.subscriptionsChanged(tx, workspaceId)
        return await answer(tx, workspaceId, row.id)
      })
    },

    async update(workspaceId: string, id: string, changes: ProviderChanges): Promise<Provider> {
      const present = await database.inWorkspace(workspaceId, (tx) => find(tx, workspaceId, id))
      const { readsBusy, receivesBookings } = { ...present, ...changes }
      await checkOffers(workspaceId, present.integrationId, { readsBusy, receivesBookings })
      return await database.inWorkspace(workspaceId, async (tx) => {
        await updateProvider(tx, workspaceId, id, { ...changes, updatedAt: new Date(clock.now()) })
        if (changes.busyCalendarIds !== undefined) await forgetBusy(tx, workspaceId, id)
        await touchHosts(tx, workspaceId, [present.hostId])
        await engine.subscriptionsChanged(tx, workspaceId)
        return await answer(tx, workspaceId, id)
      })
    },

    /** Forgets a calendar. What was booked in it stays there. */
    remove: (workspaceId: string, id: string): Promise<void> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const { hostId } = await find(tx, workspaceId, id)
        await deleteProvider(tx, workspaceId, id)
        await touchHosts(tx, workspaceId, [hostId])
        await engine.subscriptionsChanged(tx, workspaceId)
      }),
  }
}

const defaults = {
  calendarId: null,
  busyCalendarIds: null,
  readsBusy: true,
  receivesBookings: true,
  onRefusal: 'keep',
  deadlineMs: 2_000,
}

function providerAnswer(row: ProviderState, now: number): Provider {
  const { fetchedAt, failedAt, staleAt } = row
  const status = failedAt ? 'failing' : !fetchedAt ? 'unread' : (staleAt?.getTime() ?? 0) > now ? 'current' : 'stale'
  return {
    id: row.id,
    hostId: row.hostId,
    integrationId: row.integrationId,
    calendarId: row.calendarId,
    busyCalendarIds: row.busyCalendarIds,
    readsBusy: row.readsBusy,
    receivesBookings: row.receivesBookings,
    onRefusal: row.onRefusal as Provider['onRefusal'],
    deadlineMs: row.deadlineMs,
    status,
    fetchedAt: fetchedAt?.toISOString() ?? null,
    failedAt: failedAt?.toISOString() ?? null,
    errorCode: row.errorCode,
    errorMessage: row.errorMessage,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}
