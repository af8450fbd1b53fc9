import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { CallDeliveries, Calls } from '../db/tables.ts'
import type { CallSteps } from '../kit/call.ts'
import type { CallData } from '../kit/models.ts'
import type { callStatuses, deliveryStatuses } from './schema.ts'

/** What is known of a call besides its ids and times. */
export type CallDetails = Partial<Omit<CallData, 'callId' | 'agentId' | 'startedAt' | 'endedAt'>>

export type CallRow = Omit<Selectable<Calls>, 'details' | 'status'> & {
  details: CallDetails
  status: (typeof callStatuses)[number]
}
export type CallDeliveryRow = Omit<Selectable<CallDeliveries>, 'steps' | 'status'> & {
  steps: CallSteps
  status: (typeof deliveryStatuses)[number]
}

const json = (value: unknown) => sql<never>`${JSON.stringify(value)}::jsonb`

/** The call by its caller's id, locked; made first where it is new. */
export async function putCall(db: Db, row: CallRow): Promise<CallRow> {
  await db
    .insertInto('calls')
    .values({ ...row, details: json(row.details) })
    .onConflict((conflict) => conflict.columns(['workspaceId', 'callId']).doNothing())
    .execute()
  return (await select(db, row.workspaceId)
    .where('callId', '=', row.callId)
    .forUpdate()
    .executeTakeFirstOrThrow()) as CallRow
}

export const findCall = (db: Db, workspaceId: string, id: string): Promise<CallRow | undefined> =>
  select(db, workspaceId).where('id', '=', id).executeTakeFirst() as Promise<CallRow | undefined>

export const findCallByCallId = (db: Db, workspaceId: string, callId: string): Promise<CallRow | undefined> =>
  select(db, workspaceId).where('callId', '=', callId).executeTakeFirst() as Promise<CallRow | undefined>

/** The row, locked until the transaction ends. */
export const lockCall = (db: Db, workspaceId: string, id: string): Promise<CallRow | undefined> =>
  select(db, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst() as Promise<CallRow | undefined>

export const updateCall = (
  db: Db,
  workspaceId: string,
  id: string,
  { details, ...changes }: Partial<Omit<CallRow, 'workspaceId' | 'id'>>,
) =>
  db
    .updateTable('calls')
    .set({ ...changes, ...(details === undefined ? {} : { details: json(details) }) })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .execute()

export function listCalls(
  db: Db,
  workspaceId: string,
  range: { agentId?: string | undefined; status?: string | undefined; belowId?: string | undefined; limit: number },
): Promise<CallRow[]> {
  let query = select(db, workspaceId)
  if (range.agentId !== undefined) query = query.where('agentId', '=', range.agentId)
  if (range.status !== undefined) query = query.where('status', '=', range.status)
  if (range.belowId !== undefined) query = query.where('id', '<', range.belowId)
  return query.orderBy('id', 'desc').limit(range.limit).execute() as Promise<CallRow[]>
}

/** Integrations that take calls by themselves: those of the agent and the workspace, except where their own subscriptions say what to do. */
export const listCallIntegrations = (db: Db, workspaceId: string, agentId: string) =>
  db
    .selectFrom('integrations')
    .select(['id', 'templateId'])
    .where('workspaceId', '=', workspaceId)
    .where('isActive', '=', true)
    .where('status', 'in', ['active', 'error', 'reauth_required'])
    .where((is) => is.or([is('agentId', '=', agentId), is('agentId', 'is', null)]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('integrationSubscriptions as s')
            .select('s.id')
            .whereRef('s.workspaceId', '=', 'integrations.workspaceId')
            .whereRef('s.integrationId', '=', 'integrations.id')
            .where('s.isActive', '=', true)
            .where(sql<boolean>`s.events && array['call.completed', 'call.*', '*']::text[]`),
        ),
      ),
    )
    .orderBy('id')
    .limit(200)
    .execute()

export const insertDeliveries = (db: Db, rows: CallDeliveryRow[]) =>
  db
    .insertInto('callDeliveries')
    .values(rows.map((row) => ({ ...row, steps: json(row.steps) })))
    .onConflict((conflict) => conflict.columns(['workspaceId', 'callId', 'integrationId']).doNothing())
    .execute()

export const listDeliveries = (db: Db, workspaceId: string, callId: string): Promise<CallDeliveryRow[]> =>
  db
    .selectFrom('callDeliveries')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('callId', '=', callId)
    .orderBy('integrationId')
    .execute() as Promise<CallDeliveryRow[]>

const selectDelivery = (db: Db, workspaceId: string, callId: string, integrationId: string) =>
  db
    .selectFrom('callDeliveries')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('callId', '=', callId)
    .where('integrationId', '=', integrationId)

export const findDelivery = (...which: Parameters<typeof selectDelivery>): Promise<CallDeliveryRow | undefined> =>
  selectDelivery(...which).executeTakeFirst() as Promise<CallDeliveryRow | undefined>

/** The row, locked until the transaction ends. */
export const lockDelivery = (...which: Parameters<typeof selectDelivery>): Promise<CallDeliveryRow | undefined> =>
  selectDelivery(...which)
    .forUpdate()
    .executeTakeFirst() as Promise<CallDeliveryRow | undefined>

export const updateDelivery = (
  db: Db,
  { workspaceId, callId, integrationId }: Pick<CallDeliveryRow, 'workspaceId' | 'callId' | 'integrationId'>,
  { steps, ...changes }: Partial<CallDeliveryRow>,
) =>
  db
    .updateTable('callDeliveries')
    .set({ ...changes, ...(steps === undefined ? {} : { steps: json(steps) }) })
    .where('workspaceId', '=', workspaceId)
    .where('callId', '=', callId)
    .where('integrationId', '=', integrationId)
    .execute()

const select = (db: Db, workspaceId: string) =>
  db.selectFrom('calls').selectAll().where('workspaceId', '=', workspaceId)
