import { ApiError, invalidFields, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { hasUpcoming } from './claim-queries.ts'
import { deleteHost, findHost, type HostRow, insertHost, listHosts, lockHosts, updateHost } from './host-queries.ts'
import { faultsOfRules } from './host-rules.ts'
import type { Host, HostChanges, HostFilter, NewHost } from './schema.ts'

/** Who can be booked, and by which rules. */
export function createHosts({ database, clock }: { database: Database; clock: Clock }) {
  async function answer(tx: Db, workspaceId: string, id: string): Promise<Host> {
    const row = await findHost(tx, workspaceId, id)
    if (!row) throw notFound('host')
    return hostAnswer(row)
  }

  function check(given: HostChanges): void {
    const faults = faultsOfRules(given)
    if (faults.length > 0) throw invalidFields(faults)
  }

  return {
    async list(workspaceId: string, filter: HostFilter) {
      const { limit = defaultLimit, agentId, isActive } = filter
      const [belowId] = decodeCursor(filter.cursor, [idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        listHosts(tx, workspaceId, { agentId, isActive, belowId, limit: limit + 1 }),
      )
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(hostAnswer), nextCursor }
    },

    get: (workspaceId: string, id: string): Promise<Host> =>
      database.inWorkspace(workspaceId, (tx) => answer(tx, workspaceId, id)),

    async create(workspaceId: string, input: NewHost): Promise<Host> {
      check(input)
      const now = new Date(clock.now())
      const id = newId(clock)
      const slotMinutes = input.slotMinutes ?? defaults.slotMinutes
      const row: HostRow = {
        ...defaults,
        slotMinutes,
        stepMinutes: slotMinutes,
        ...input,
        ...{ workspaceId, id, turns: 0, lastBookedAt: null, revision: 1, createdAt: now, updatedAt: now },
      }
      return await database.inWorkspace(workspaceId, async (tx) => {
        await insertHost(tx, row)
        return await answer(tx, workspaceId, id)
      })
    },

    async update(workspaceId: string, id: string, changes: HostChanges): Promise<Host> {
      check(changes)
      return await database.inWorkspace(workspaceId, async (tx) => {
        await updateHost(tx, workspaceId, id, { ...changes, updatedAt: new Date(clock.now()) })
        return await answer(tx, workspaceId, id)
      })
    },

    /** Removes a host who has nothing ahead. What was booked stays in the list. */
    remove: (workspaceId: string, id: string): Promise<void> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const [host] = await lockHosts(tx, workspaceId, [id])
        if (host && (await hasUpcoming(tx, workspaceId, id, new Date(clock.now()))))
          throw new ApiError(
            'CONFLICT',
            'This host has bookings ahead; move or cancel them first, or set isActive to false.',
          )
        const { numDeletedRows } = (await deleteHost(tx, workspaceId, id))[0]!
        if (numDeletedRows === 0n) throw notFound('host')
      }),
  }
}

const workday = [{ from: '09:00', to: '17:00' }]
const defaults = {
  email: null,
  agentId: null,
  weekly: { monday: workday, tuesday: workday, wednesday: workday, thursday: workday, friday: workday },
  overrides: [],
  outOfOffice: [],
  slotMinutes: 30,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  minimumNoticeMinutes: 60,
  horizonDays: 60,
  maxPerDay: null,
  maxPerWeek: null,
  reminders: [1_440, 60],
  location: null,
  weight: 1,
  isActive: true,
}

const hostAnswer = (row: HostRow): Host => ({
  id: row.id,
  name: row.name,
  email: row.email,
  agentId: row.agentId,
  timezone: row.timezone,
  weekly: row.weekly as Host['weekly'],
  overrides: row.overrides,
  outOfOffice: row.outOfOffice,
  slotMinutes: row.slotMinutes,
  stepMinutes: row.stepMinutes,
  bufferBeforeMinutes: row.bufferBeforeMinutes,
  bufferAfterMinutes: row.bufferAfterMinutes,
  minimumNoticeMinutes: row.minimumNoticeMinutes,
  horizonDays: row.horizonDays,
  maxPerDay: row.maxPerDay,
  maxPerWeek: row.maxPerWeek,
  reminders: row.reminders,
  location: row.location,
  weight: row.weight,
  isActive: row.isActive,
  lastBookedAt: row.lastBookedAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})
