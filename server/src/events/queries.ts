import { type SqlBool, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { JsonSchema } from './types/payload.ts'

export type EventRow = {
  id: string
  type: string
  payload: string
  occurredAt: Date
  channels: string[] | null
}

export type EventRange = {
  /** All types when undefined. */
  types?: string[] | undefined
  channel?: string | undefined
  /** The smallest id wanted. */
  fromId?: string | undefined
  /** The id that all wanted ones are below. */
  belowId?: string | undefined
  limit: number
}

/**
 * Events of a range, newest first. Each type is read from its own end of the index and cut to the limit before they are
 * merged, so that a rare type costs no scan of all others.
 */
export async function listEvents(db: Db, workspaceId: string, range: EventRange): Promise<EventRow[]> {
  const { types, channel, fromId, belowId, limit } = range
  const conditions = [sql<SqlBool>`workspace_id = ${workspaceId}`]
  if (fromId) conditions.push(sql`id >= ${fromId}`)
  if (belowId) conditions.push(sql`id < ${belowId}`)
  if (channel) conditions.push(sql`channels @> array[${channel}]::text[]`)
  const columns = sql`id, type, payload, occurred_at, channels`
  if (!types) {
    const query = sql<EventRow>`select ${columns} from events where ${sql.join(conditions, sql` and `)} order by id desc limit ${limit}`
    return (await query.execute(db)).rows
  }
  const query = sql<EventRow>`
    select found.* from unnest(${types}::text[]) wanted(name) cross join lateral (
      select ${columns} from events where ${sql.join(conditions, sql` and `)} and type = wanted.name order by id desc limit ${limit}
    ) found
    order by id desc limit ${limit}`
  return (await query.execute(db)).rows
}

export const findEvent = (db: Db, workspaceId: string, id: string): Promise<EventRow | undefined> =>
  db
    .selectFrom('events')
    .select(['id', 'type', 'payload', 'occurredAt', 'channels'])
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()

export type EventTypeRow = { name: string; description: string; schema: JsonSchema | null; example: unknown }

export const listEventTypes = (db: Db, workspaceId: string): Promise<EventTypeRow[]> =>
  selectEventTypes(db, workspaceId).orderBy('name').execute() as Promise<EventTypeRow[]>

export const findEventType = (db: Db, workspaceId: string, name: string): Promise<EventTypeRow | undefined> =>
  selectEventTypes(db, workspaceId).where('name', '=', name).executeTakeFirst() as Promise<EventTypeRow | undefined>

const selectEventTypes = (db: Db, workspaceId: string) =>
  db
    .selectFrom('eventTypes')
    .select(['name', 'description', 'schema', 'example'])
    .where('workspaceId', '=', workspaceId)

/** Answers false where the workspace has a type of this name already. */
export async function insertEventType(db: Db, workspaceId: string, type: EventTypeRow, now: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('eventTypes')
    .values({
      workspaceId,
      name: type.name,
      description: type.description,
      schema: json(type.schema),
      example: json(type.example),
      createdAt: now,
      updatedAt: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

export const updateEventType = (db: Db, workspaceId: string, type: EventTypeRow, now: Date) =>
  db
    .updateTable('eventTypes')
    .set({ description: type.description, schema: json(type.schema), example: json(type.example), updatedAt: now })
    .where('workspaceId', '=', workspaceId)
    .where('name', '=', type.name)
    .execute()

export async function deleteEventType(db: Db, workspaceId: string, name: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('eventTypes')
    .where('workspaceId', '=', workspaceId)
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}

export async function countEventTypes(db: Db, workspaceId: string): Promise<number> {
  const { count } = await db
    .selectFrom('eventTypes')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('workspaceId', '=', workspaceId)
    .executeTakeFirstOrThrow()
  return count
}

/** A JavaScript null is SQL's null, so that "no schema" reads the same as it is written. */
const json = (value: unknown) =>
  value === null || value === undefined ? null : sql<never>`${JSON.stringify(value)}::jsonb`
