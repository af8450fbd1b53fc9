import type { Selectable } from 'kysely'
import type { Db } from '../db/database.ts'
import type { CalendarProviders } from '../db/tables.ts'

export type ProviderRow = Selectable<CalendarProviders>
/** A connected calendar with how well its busy time is known; all null while it was never read. */
export type ProviderState = ProviderRow & {
  coversFrom: Date | null
  coversTo: Date | null
  fetchedAt: Date | null
  staleAt: Date | null
  failedAt: Date | null
  errorCode: string | null
  errorMessage: string | null
}

const select = (db: Db, workspaceId: string) =>
  db
    .selectFrom('calendarProviders as provider')
    .leftJoin('calendarBusy as busy', (join) =>
      join.onRef('busy.workspaceId', '=', 'provider.workspaceId').onRef('busy.providerId', '=', 'provider.id'),
    )
    .selectAll('provider')
    .select([
      'busy.coversFrom',
      'busy.coversTo',
      'busy.fetchedAt',
      'busy.staleAt',
      'busy.failedAt',
      'busy.errorCode',
      'busy.errorMessage',
    ])
    .where('provider.workspaceId', '=', workspaceId)

export const findProvider = (db: Db, workspaceId: string, id: string): Promise<ProviderState | undefined> =>
  select(db, workspaceId).where('provider.id', '=', id).executeTakeFirst()

/** Connected calendars, newest first. */
export function listProviders(
  db: Db,
  workspaceId: string,
  range: { hostId?: string | undefined; belowId?: string | undefined; limit: number },
): Promise<ProviderState[]> {
  let query = select(db, workspaceId)
  if (range.hostId !== undefined) query = query.where('provider.hostId', '=', range.hostId)
  if (range.belowId !== undefined) query = query.where('provider.id', '<', range.belowId)
  return query.orderBy('provider.id', 'desc').limit(range.limit).execute()
}

/** The calendars that tell when these hosts are busy. */
export const listReaders = (db: Db, workspaceId: string, hostIds: readonly string[]): Promise<ProviderState[]> =>
  select(db, workspaceId)
    .where('provider.hostId', 'in', [...hostIds])
    .where('provider.readsBusy', '=', true)
    .orderBy('provider.id')
    .execute()

/** The calendars in which bookings of these hosts are written. */
export const listReceivers = (db: Db, workspaceId: string, hostIds: readonly string[]): Promise<ProviderRow[]> =>
  db
    .selectFrom('calendarProviders')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('hostId', 'in', [...hostIds])
    .where('receivesBookings', '=', true)
    .orderBy('id')
    .execute()

export const insertProvider = (db: Db, row: ProviderRow) => db.insertInto('calendarProviders').values(row).execute()

export const updateProvider = (db: Db, workspaceId: string, id: string, changes: Partial<ProviderRow>) =>
  db.updateTable('calendarProviders').set(changes).where('workspaceId', '=', workspaceId).where('id', '=', id).execute()

export const deleteProvider = (db: Db, workspaceId: string, id: string) =>
  db.deleteFrom('calendarProviders').where('workspaceId', '=', workspaceId).where('id', '=', id).execute()

/** The calendars of these workspaces that are read, with whose they are. */
export const listNewsReaders = (
  db: Db,
  workspaceIds: readonly string[],
): Promise<{ workspaceId: string; id: string; integrationId: string; templateId: string }[]> =>
  db
    .selectFrom('calendarProviders as provider')
    .innerJoin('integrations as integration', (join) =>
      join
        .onRef('integration.workspaceId', '=', 'provider.workspaceId')
        .onRef('integration.id', '=', 'provider.integrationId'),
    )
    .select(['provider.workspaceId', 'provider.id', 'provider.integrationId', 'integration.templateId'])
    .where('provider.workspaceId', 'in', [...workspaceIds])
    .where('provider.readsBusy', '=', true)
    .execute()
