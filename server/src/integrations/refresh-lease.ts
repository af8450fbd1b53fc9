import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { IntegrationRow } from './queries.ts'

/*
 * Who may refresh an integration's credentials. The columns read:
 *   refresh_lease_by set, refresh_lease_until ahead    that process is refreshing
 *   refresh_lease_by null, refresh_lease_until ahead   a refresh failed; nobody tries before then
 * Times are the database's, so that processes with clocks apart agree. The lease only keeps processes from calling the vendor at
 * once; what decides whose tokens are kept is the compare-and-swap on `credentials_version`.
 */

/** Longer than a token endpoint is waited for, so that it never runs out under a process that is alive. */
export const leaseMs = 30_000

export type LeaseState = 'free' | 'held' | 'backing-off'

/** Takes the lease for this version of the credentials; undefined where somebody has it, or the version is gone. */
export const takeLease = (db: Db, row: Place, owner: string): Promise<{ id: string } | undefined> =>
  db
    .updateTable('integrations')
    .set({ refreshLeaseUntil: inMs(leaseMs), refreshLeaseBy: owner })
    .where('workspaceId', '=', row.workspaceId)
    .where('id', '=', row.id)
    .where('credentialsVersion', '=', row.credentialsVersion)
    .where((is) => is.or([is('refreshLeaseUntil', 'is', null), is('refreshLeaseUntil', '<=', sql<Date>`now()`)]))
    .returning('id')
    .executeTakeFirst()

/** Hands the lease back after a failure: nobody tries before so many milliseconds have passed. */
export async function backOff(db: Db, row: Place, owner: string, ms: number): Promise<void> {
  await db
    .updateTable('integrations')
    .set({ refreshLeaseUntil: inMs(ms), refreshLeaseBy: null })
    .where('workspaceId', '=', row.workspaceId)
    .where('id', '=', row.id)
    .where('refreshLeaseBy', '=', owner)
    .execute()
}

/**
 * Puts new credentials in the place of this version, and ends the lease. False where the version is gone: somebody connected again,
 * or refreshed while this process was thought dead. The lease is not asked for: whoever got an answer for this version has tokens
 * that are newer than those stored.
 */
export async function swapCredentials(
  db: Db,
  row: Place,
  sealedCredentials: string,
  expiresAt: Date | null,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('integrations')
    .set({
      sealedCredentials,
      credentialsVersion: row.credentialsVersion + 1,
      credentialsExpireAt: expiresAt,
      refreshLeaseUntil: null,
      refreshLeaseBy: null,
    })
    .where('workspaceId', '=', row.workspaceId)
    .where('id', '=', row.id)
    .where('credentialsVersion', '=', row.credentialsVersion)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** How the lease stands, by the database's time. */
export async function leaseOf(db: Db, { workspaceId, id }: Pick<Place, 'workspaceId' | 'id'>): Promise<LeaseState> {
  const row = await db
    .selectFrom('integrations')
    .select(['refreshLeaseBy', sql<boolean>`coalesce(refresh_lease_until > now(), false)`.as('isAhead')])
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row?.isAhead) return 'free'
  return row.refreshLeaseBy === null ? 'backing-off' : 'held'
}

/** Active integrations whose credentials end before a time, the most urgent first, but for those somebody is at; from `after` on. */
export function listExpiring(
  db: Db,
  range: { before: Date; limit: number; after?: { expiresAt: Date; id: string } | undefined },
): Promise<IntegrationRow[]> {
  let query = db
    .selectFrom('integrations')
    .selectAll()
    .where('status', '=', 'active')
    .where('authType', '=', 'oauth2')
    .where('credentialsExpireAt', '<', range.before)
    .where((is) => is.or([is('refreshLeaseUntil', 'is', null), is('refreshLeaseUntil', '<=', sql<Date>`now()`)]))
  if (range.after) {
    const { expiresAt, id } = range.after
    query = query.where(sql<boolean>`(credentials_expire_at, id) > (${expiresAt}, ${id}::uuid)`)
  }
  return query.orderBy('credentialsExpireAt').orderBy('id').limit(range.limit).execute() as Promise<IntegrationRow[]>
}

type Place = Pick<IntegrationRow, 'workspaceId' | 'id' | 'credentialsVersion'>

const inMs = (ms: number) => sql<Date>`now() + make_interval(secs => ${ms / 1_000})`
