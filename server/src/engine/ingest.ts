import { CompiledQuery } from 'kysely'
import type pg from 'pg'
import type { Db } from '../db/database.ts'
import { plainArray, textArray, textLiteral, timeArray } from './array-parameters.ts'
import type { StoredEvent } from './types.ts'

/** A row of `ready` to be: `owned` work is the inserting process's own from the start. */
export type NewDelivery = { workspaceId: string; id: string; lane: string; kind: string; owned: boolean }

export type Insertion = { events: StoredEvent[]; deliveries: NewDelivery[]; versions: Map<string, number> }

/*
 * One statement, so one round trip and one commit: events and their fan-out, or nothing where a workspace's
 * subscriptions have moved on since the fan-out was computed; then the workspaces to load afresh come back.
 * Sent again after the connection broke before the answer, what stands there already is passed over; the first time nothing can,
 * and inserting without that care is a quarter cheaper.
 */
const insertSql = (again: boolean) => `
with stale as (
  select u.workspace_id from unnest($1::uuid[], $2::bigint[]) u(workspace_id, version)
  where u.version <> coalesce((select v.version from subscription_versions v where v.workspace_id = u.workspace_id), 0)
), accepted as (
  insert into events (workspace_id, id, type, payload, occurred_at, channels, trace_parent)
  select u.workspace_id, u.id, u.type, u.payload, u.occurred_at, u.channels::text[], u.trace_parent
  from unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $15::text[])
    u(workspace_id, id, type, payload, occurred_at, channels, trace_parent)
  where not exists (select from stale)
  ${again ? 'on conflict do nothing' : ''}
), fanned as (
  insert into ready (workspace_id, id, lane, kind, owner)
  select u.workspace_id, u.id, u.lane, u.kind, case when u.owned then $14::bigint end
  from unnest($9::uuid[], $10::uuid[], $11::uuid[], $12::text[], $13::boolean[]) u(workspace_id, id, lane, kind, owned)
  where not exists (select from stale)
  ${again ? 'on conflict do nothing' : ''}
)
select workspace_id from stale`

function parametersOf({ events, deliveries, versions }: Insertion, owner: number | null): unknown[] {
  return [
    plainArray([...versions.keys()]),
    plainArray([...versions.values()]),
    plainArray(events.map((event) => event.workspaceId)),
    plainArray(events.map((event) => event.id)),
    textArray(events.map((event) => event.type)),
    textArray(events.map((event) => event.payload)),
    timeArray(events.map((event) => event.occurredAt.getTime())),
    textArray(events.map((event) => (event.channels === null ? null : textLiteral(event.channels)))),
    plainArray(deliveries.map((delivery) => delivery.workspaceId)),
    plainArray(deliveries.map((delivery) => delivery.id)),
    plainArray(deliveries.map((delivery) => delivery.lane)),
    textArray(deliveries.map((delivery) => delivery.kind)),
    plainArray(deliveries.map((delivery) => delivery.owned)),
    owner,
    textArray(events.map((event) => event.traceParent)),
  ]
}

const [insertFirst, insertAgain] = [insertSql(false), insertSql(true)]

/**
 * Inserts in a transaction of its own, once more where an earlier try was not answered (`again`). Answers the workspaces whose
 * fan-out was stale: then nothing was inserted.
 */
export async function insertAlone(
  pool: pg.Pool,
  insertion: Insertion,
  owner: number | null,
  again: boolean,
): Promise<string[]> {
  const statement = again
    ? { name: 'tenon ingest again', text: insertAgain }
    : { name: 'tenon ingest', text: insertFirst }
  const { rows } = await pool.query({ ...statement, values: parametersOf(insertion, owner) })
  return rows.map((row: { workspace_id: string }) => row.workspace_id)
}

/** Inserts in the caller's transaction; its own deliveries are the process's to hand on after the commit. */
export async function insertWithin(tx: Db, insertion: Insertion, owner: number | null): Promise<string[]> {
  const { rows } = await tx.executeQuery<{ workspaceId: string }>(
    CompiledQuery.raw(insertFirst, parametersOf(insertion, owner)),
  )
  return rows.map(({ workspaceId }) => workspaceId)
}
