import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { DeliveryStatus, Replay } from './schema.ts'

/** What a replay was asked for, with its range made definite when it was made. */
export type StoredFilter = {
  endpointId?: string
  /** Names and patterns as they were given. */
  types?: string[]
  status?: DeliveryStatus[]
  after?: string
  before: string
  missed?: boolean
}

export type ReplayRow = {
  id: string
  status: Replay['status']
  filter: StoredFilter
  total: number | null
  done: number
  skipped: number
  /** The place that the last step ended with; null before the first. */
  cursor: string | null
  error: string | null
  createdAt: Date
  finishedAt: Date | null
}

export const insertReplay = (db: Db, workspaceId: string, row: { id: string; filter: StoredFilter; createdAt: Date }) =>
  db
    .insertInto('replays')
    .values({
      workspaceId,
      id: row.id,
      filter: sql<never>`${JSON.stringify(row.filter)}::jsonb`,
      status: 'running',
      createdAt: row.createdAt,
    })
    .execute()

const columns = [
  'id',
  'status',
  'filter',
  'total',
  'done',
  'skipped',
  'cursor',
  'error',
  'createdAt',
  'finishedAt',
] as const

export const findReplay = (db: Db, workspaceId: string, id: string): Promise<ReplayRow | undefined> =>
  db
    .selectFrom('replays')
    .select(columns)
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst() as Promise<ReplayRow | undefined>

/** The row, locked until the transaction ends: a step and a cancellation follow one another. */
export const lockReplay = (db: Db, workspaceId: string, id: string): Promise<ReplayRow | undefined> =>
  db
    .selectFrom('replays')
    .select(columns)
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst() as Promise<ReplayRow | undefined>

/** Replays, newest first. */
export function listReplays(
  db: Db,
  workspaceId: string,
  belowId: string | undefined,
  limit: number,
): Promise<ReplayRow[]> {
  let query = db.selectFrom('replays').select(columns).where('workspaceId', '=', workspaceId)
  if (belowId) query = query.where('id', '<', belowId)
  return query.orderBy('id', 'desc').limit(limit).execute() as Promise<ReplayRow[]>
}

export const updateReplay = (
  db: Db,
  workspaceId: string,
  id: string,
  changes: Partial<Pick<ReplayRow, 'status' | 'total' | 'done' | 'skipped' | 'cursor' | 'error' | 'finishedAt'>>,
) => db.updateTable('replays').set(changes).where('workspaceId', '=', workspaceId).where('id', '=', id).execute()

export type ReplayedEvent = { id: string; type: string; payload: string; channels: string[] | null }

/** Events of a range, oldest first. */
export async function listEventsForward(
  db: Db,
  workspaceId: string,
  range: {
    types?: string[] | undefined
    fromId?: string | undefined
    afterId?: string | undefined
    belowId: string
    limit: number
  },
): Promise<ReplayedEvent[]> {
  const { types, fromId, afterId, belowId, limit } = range
  let query = db
    .selectFrom('events')
    .select(['id', 'type', 'payload', 'channels'])
    .where('workspaceId', '=', workspaceId)
    .where('id', '<', belowId)
  if (fromId) query = query.where('id', '>=', fromId)
  if (afterId) query = query.where('id', '>', afterId)
  if (types) query = query.where(sql<boolean>`type = any(${types})`)
  return query.orderBy('id').limit(limit).execute()
}

/** How many events of each type a range has. */
export async function countEventsByType(
  db: Db,
  workspaceId: string,
  range: { types?: string[] | undefined; fromId?: string | undefined; belowId: string },
): Promise<{ type: string; count: number }[]> {
  let query = db
    .selectFrom('events')
    .select(({ fn }) => ['type', fn.countAll<number>().as('count')])
    .where('workspaceId', '=', workspaceId)
    .where('id', '<', range.belowId)
  if (range.fromId) query = query.where('id', '>=', range.fromId)
  if (range.types) query = query.where(sql<boolean>`type = any(${range.types})`)
  return query.groupBy('type').execute()
}

/** Endpoints that missed events can be delivered to: the one named, even while it is disabled, or all active ones. */
export function listTargets(db: Db, workspaceId: string, endpointId: string | undefined) {
  const query = db
    .selectFrom('webhookEndpoints')
    .select(['id', 'events', 'channels', 'filter'])
    .where('workspaceId', '=', workspaceId)
  return (endpointId ? query.where('id', '=', endpointId) : query.where('isActive', '=', true)).execute()
}
