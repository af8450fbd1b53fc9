import { createHash, randomBytes } from 'node:crypto'
import type { Insertable, Selectable } from 'kysely'
import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { OauthStates } from '../db/tables.ts'
import type { Vault } from '../lib/vault.ts'

/** How long a person has to allow access. */
export const stateMs = 600_000
const context = 'oauth-state'

/** A sign-in under way. */
export type StateRow = Omit<Selectable<OauthStates>, 'config'> & { config: Record<string, unknown> }

/*
 * What travels through the browser and the vendor as `state` is sealed: nobody makes one up, and it names its workspace to the hub
 * alone. What is stored is a hash of it, so that the table gives nobody a state.
 */

/** Makes a state of a workspace. */
export function newState(vault: Vault, workspaceId: string): { state: string; id: Buffer } {
  const nonce = randomBytes(24).toString('base64url')
  return { state: vault.seal(`${workspaceId} ${nonce}`, context), id: hashOf(nonce) }
}

/** Reads a state that this hub made; undefined for any other text. */
export function readState(vault: Vault, state: string): { workspaceId: string; id: Buffer } | undefined {
  try {
    const [workspaceId = '', nonce = ''] = vault.open(state, context).split(' ')
    return { workspaceId, id: hashOf(nonce) }
  } catch {
    return undefined
  }
}

/** The secret of a browser as it is stored. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

export const insertState = (db: Db, { config, ...row }: StateRow) =>
  db
    .insertInto('oauthStates')
    .values({ ...row, config: sql<never>`${JSON.stringify(config)}::jsonb` } as Insertable<OauthStates>)
    .execute()

export const findState = (db: Db, workspaceId: string, id: Buffer): Promise<StateRow | undefined> =>
  db
    .selectFrom('oauthStates')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst() as Promise<StateRow | undefined>

/** Binds a state to the first browser that opens it. False where it is bound to another. */
export async function bindState(db: Db, workspaceId: string, id: Buffer, browserHash: Buffer): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('oauthStates')
    .set({ browserHash })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .where((is) => is.or([is('browserHash', 'is', null), is('browserHash', '=', browserHash)]))
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Uses a state up. False where that has happened before: of two at once, one gets it. */
export async function spendState(db: Db, workspaceId: string, id: Buffer, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('oauthStates')
    .set({ usedAt: now })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .where('usedAt', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Forgets sign-ins and connect sessions that ended more than a day ago. */
export async function deleteOldSignIns(db: Db, now: number): Promise<void> {
  const before = new Date(now - 86_400_000)
  await db.deleteFrom('oauthStates').where('expiresAt', '<', before).execute()
  await db.deleteFrom('connectSessions').where('expiresAt', '<', before).execute()
}
