import type { Selectable } from 'kysely'
import type { Db } from '../db/database.ts'
import type { CalendarHolds } from '../db/tables.ts'
import type { Mode } from './several-hosts.ts'

export type HoldRow = Omit<Selectable<CalendarHolds>, 'mode'> & { mode: Mode }

export const findHold = (db: Db, workspaceId: string, id: string): Promise<HoldRow | undefined> =>
  db
    .selectFrom('calendarHolds')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst() as Promise<HoldRow | undefined>

export const lockHold = (db: Db, workspaceId: string, id: string): Promise<HoldRow | undefined> =>
  db
    .selectFrom('calendarHolds')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst() as Promise<HoldRow | undefined>

export const insertHold = (db: Db, row: HoldRow) => db.insertInto('calendarHolds').values(row).execute()

export const deleteHold = (db: Db, workspaceId: string, id: string) =>
  db.deleteFrom('calendarHolds').where('workspaceId', '=', workspaceId).where('id', '=', id).execute()
