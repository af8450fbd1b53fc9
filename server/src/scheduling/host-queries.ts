import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { CalendarHosts } from '../db/tables.ts'
import type { OutOfOffice, Overrides, Weekly } from './schema.ts'

/** A row of `calendar_hosts`, its JSON columns as we write them. */
export type HostRow = Omit<Selectable<CalendarHosts>, 'weekly' | 'overrides' | 'outOfOffice'> & {
  weekly: Weekly
  overrides: Overrides
  outOfOffice: OutOfOffice
}

export const findHost = (db: Db, workspaceId: string, id: string): Promise<HostRow | undefined> =>
  db
    .selectFrom('calendarHosts')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst() as Promise<HostRow | undefined>

/** Hosts, newest first. */
export function listHosts(
  db: Db,
  workspaceId: string,
  range: {
    agentId?: string | undefined
    isActive?: boolean | undefined
    belowId?: string | undefined
    limit: number
  },
): Promise<HostRow[]> {
  let query = db.selectFrom('calendarHosts').selectAll().where('workspaceId', '=', workspaceId)
  if (range.agentId !== undefined) query = query.where('agentId', '=', range.agentId)
  if (range.isActive !== undefined) query = query.where('isActive', '=', range.isActive)
  if (range.belowId !== undefined) query = query.where('id', '<', range.belowId)
  return query.orderBy('id', 'desc').limit(range.limit).execute() as Promise<HostRow[]>
}

/** The hosts of these ids in their order: of several who are booked together, the first speaks for all. */
export async function listHostsById(db: Db, workspaceId: string, ids: readonly string[]): Promise<HostRow[]> {
  const rows = await db
    .selectFrom('calendarHosts')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', 'in', [...ids])
    .execute()
  return (rows as HostRow[]).toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id))
}

/** Locks hosts against other bookings until the transaction ends, in an order that all who lock follow. */
export const lockHosts = (db: Db, workspaceId: string, ids: readonly string[]): Promise<HostRow[]> =>
  db
    .selectFrom('calendarHosts')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', 'in', [...ids])
    .orderBy('id')
    .forNoKeyUpdate()
    .execute() as Promise<HostRow[]>

export const insertHost = (db: Db, { weekly, overrides, outOfOffice, ...row }: HostRow) =>
  db
    .insertInto('calendarHosts')
    .values({ ...row, ...written({ weekly, overrides, outOfOffice }) })
    .execute()

/** Changes a host, whose times are then worked out anew. */
export const updateHost = (db: Db, workspaceId: string, id: string, changes: Partial<HostRow>) =>
  db
    .updateTable('calendarHosts')
    .set({ ...changes, ...written(changes), revision: sql`revision + 1` })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .execute()

const written = ({ weekly, overrides, outOfOffice }: Partial<HostRow>) => ({
  ...(weekly ? { weekly: JSON.stringify(weekly) } : {}),
  ...(overrides ? { overrides: JSON.stringify(overrides) } : {}),
  ...(outOfOffice ? { outOfOffice: JSON.stringify(outOfOffice) } : {}),
})

export const deleteHost = (db: Db, workspaceId: string, id: string) =>
  db.deleteFrom('calendarHosts').where('workspaceId', '=', workspaceId).where('id', '=', id).execute()

/** Notes that something of these hosts' time has changed. Takes them in the order in which all who lock do, or two would wait for each other. */
export const touchHosts = (db: Db, workspaceId: string, ids: readonly string[]) =>
  db
    .updateTable('calendarHosts')
    .set({ revision: sql`revision + 1` })
    .where('workspaceId', '=', workspaceId)
    .where(
      sql<boolean>`id = any(array(select id from calendar_hosts
        where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) order by id for no key update))`,
    )
    .execute()

/** Notes that hosts were booked by their turn. */
export const noteTurn = (db: Db, workspaceId: string, ids: readonly string[], at: Date) =>
  db
    .updateTable('calendarHosts')
    .set({ lastBookedAt: at, turns: sql`turns + 1` })
    .where('workspaceId', '=', workspaceId)
    .where('id', 'in', [...ids])
    .execute()
