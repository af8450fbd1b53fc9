import { sql } from 'kysely'
import type { Role } from '../api/scopes.ts'
import type { Db } from '../db/database.ts'

// Workspaces ------------------------------------------------------------------------------------------------------

export const listWorkspaces = (db: Db, page: { before: string | undefined; limit: number }) =>
  db
    .selectFrom('workspaces')
    .selectAll()
    .$if(page.before !== undefined, (query) => query.where('id', '<', page.before!))
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()

export const findWorkspace = (db: Db, workspaceId: string) =>
  db.selectFrom('workspaces').selectAll().where('id', '=', workspaceId).executeTakeFirst()

export const insertWorkspace = (db: Db, workspace: { id: string; name: string; at: Date }) =>
  db
    .insertInto('workspaces')
    .values({ id: workspace.id, name: workspace.name, createdAt: workspace.at, updatedAt: workspace.at })
    .returningAll()
    .executeTakeFirstOrThrow()

export const renameWorkspace = (db: Db, workspaceId: string, name: string, at: Date) =>
  db
    .updateTable('workspaces')
    .set({ name, updatedAt: at })
    .where('id', '=', workspaceId)
    .returningAll()
    .executeTakeFirst()

export const deleteWorkspace = async (db: Db, workspaceId: string): Promise<boolean> =>
  (await db.deleteFrom('workspaces').where('id', '=', workspaceId).executeTakeFirst()).numDeletedRows > 0n

// People ----------------------------------------------------------------------------------------------------------

export const findPerson = (db: Db, id: string) =>
  db.selectFrom('people').selectAll().where('id', '=', id).executeTakeFirst()

export const findPersonByEmail = (db: Db, email: string) =>
  db.selectFrom('people').selectAll().where(sql`lower(email)`, '=', sql`lower(${email})`).executeTakeFirst()

/** Tells a database that was used from a fresh one. */
export const findAnyone = (db: Db) =>
  db.selectFrom('people').select('id').unionAll(db.selectFrom('workspaces').select('id')).limit(1).executeTakeFirst()

export const findPeople = (db: Db, ids: string[]) =>
  db.selectFrom('people').select(['id', 'email', 'name']).where('id', 'in', ids).execute()

export const insertPerson = (
  db: Db,
  person: { id: string; email: string; name: string; passwordHash: string; platformAdmin?: boolean; at: Date },
) => {
  const { at, ...columns } = person
  return db
    .insertInto('people')
    .values({ ...columns, createdAt: at, updatedAt: at })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export const setPassword = (db: Db, personId: string, passwordHash: string, at: Date) =>
  db.updateTable('people').set({ passwordHash, updatedAt: at }).where('id', '=', personId).execute()

// Members ---------------------------------------------------------------------------------------------------------

export const listMembers = (
  db: Db,
  workspaceId: string,
  page: { before: { at: string; personId: string } | undefined; limit: number },
) =>
  db
    .selectFrom('members')
    .select(['personId', 'role', 'createdAt'])
    .where('workspaceId', '=', workspaceId)
    .$if(page.before !== undefined, (query) =>
      query.where(
        sql<boolean>`(created_at, person_id) < (${page.before!.at}::timestamptz, ${page.before!.personId}::uuid)`,
      ),
    )
    .orderBy('createdAt', 'desc')
    .orderBy('personId', 'desc')
    .limit(page.limit + 1)
    .execute()

/** Locks the owners of a workspace, so that two of them cannot leave at the same moment. */
export const lockOwners = (db: Db, workspaceId: string) =>
  db
    .selectFrom('members')
    .select('personId')
    .where('workspaceId', '=', workspaceId)
    .where('role', '=', 'owner')
    .orderBy('personId')
    .forUpdate()
    .execute()

export const findMember = (db: Db, workspaceId: string, personId: string) =>
  db
    .selectFrom('members')
    .select(['personId', 'role', 'createdAt'])
    .where('workspaceId', '=', workspaceId)
    .where('personId', '=', personId)
    .executeTakeFirst()

export const insertMember = (db: Db, workspaceId: string, member: { personId: string; role: Role; at: Date }) =>
  db
    .insertInto('members')
    .values({ workspaceId, personId: member.personId, role: member.role, createdAt: member.at })
    .onConflict((conflict) => conflict.doNothing())
    .returning(['personId', 'role', 'createdAt'])
    .executeTakeFirst()

export const setRole = (db: Db, workspaceId: string, personId: string, role: Role) =>
  db
    .updateTable('members')
    .set({ role })
    .where('workspaceId', '=', workspaceId)
    .where('personId', '=', personId)
    .execute()

export const deleteMember = (db: Db, workspaceId: string, personId: string) =>
  db.deleteFrom('members').where('workspaceId', '=', workspaceId).where('personId', '=', personId).execute()

/** The workspaces that a person is a member of, oldest membership first. */
export const listMemberships = (db: Db, personId: string) =>
  db
    .selectFrom('members')
    .innerJoin('workspaces', 'workspaces.id', 'members.workspaceId')
    .select(['members.workspaceId', 'members.role', 'workspaces.name'])
    .where('members.personId', '=', personId)
    .orderBy('members.createdAt')
    .orderBy('members.workspaceId')
    .execute()

// API keys --------------------------------------------------------------------------------------------------------

const keyColumns = ['id', 'name', 'prefix', 'scopes', 'createdAt', 'lastUsedAt', 'expiresAt', 'revokedAt'] as const

export const listApiKeys = (db: Db, workspaceId: string, page: { before: string | undefined; limit: number }) =>
  db
    .selectFrom('apiKeys')
    .select(keyColumns)
    .where('workspaceId', '=', workspaceId)
    .$if(page.before !== undefined, (query) => query.where('id', '<', page.before!))
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()

export const findApiKey = (db: Db, workspaceId: string, keyId: string) =>
  db
    .selectFrom('apiKeys')
    .select(keyColumns)
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', keyId)
    .executeTakeFirst()

export const insertApiKey = (
  db: Db,
  workspaceId: string | null,
  key: {
    id: string
    name: string
    prefix: string
    hash: Buffer
    scopes: string[]
    createdBy: string | null
    expiresAt: Date | null
    createdAt: Date
  },
) =>
  db
    .insertInto('apiKeys')
    .values({ workspaceId, ...key })
    .returning(keyColumns)
    .executeTakeFirstOrThrow()

export const renameApiKey = (db: Db, workspaceId: string, keyId: string, name: string) =>
  db
    .updateTable('apiKeys')
    .set({ name })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', keyId)
    .returning(keyColumns)
    .executeTakeFirst()

export const revokeApiKey = (db: Db, workspaceId: string, keyId: string, at: Date) =>
  db
    .updateTable('apiKeys')
    .set({ revokedAt: sql`coalesce(revoked_at, ${at})` })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', keyId)
    .returning(keyColumns)
    .executeTakeFirst()

/** The key with this hash, of whichever workspace, unless it was revoked. */
export const findApiKeyByHash = (db: Db, hash: Buffer) =>
  db
    .selectFrom('apiKeys')
    .select(['id', 'workspaceId', 'scopes', 'expiresAt'])
    .where('hash', '=', hash)
    .where('revokedAt', 'is', null)
    .executeTakeFirst()

export const setKeyUsed = (db: Db, keyId: string, at: Date) =>
  db.updateTable('apiKeys').set({ lastUsedAt: at }).where('id', '=', keyId).execute()

// Sessions --------------------------------------------------------------------------------------------------------

export const insertSession = (
  db: Db,
  session: { tokenHash: Buffer; personId: string; at: Date; expiresAt: Date; userAgent: string | null },
) =>
  db
    .insertInto('sessions')
    .values({
      tokenHash: session.tokenHash,
      personId: session.personId,
      createdAt: session.at,
      lastSeenAt: session.at,
      expiresAt: session.expiresAt,
      userAgent: session.userAgent,
    })
    .execute()

export const findSession = (db: Db, tokenHash: Buffer, now: Date) =>
  db
    .selectFrom('sessions')
    .innerJoin('people', 'people.id', 'sessions.personId')
    .select(['people.id', 'people.platformAdmin', 'sessions.lastSeenAt'])
    .where('sessions.tokenHash', '=', tokenHash)
    .where('sessions.expiresAt', '>', now)
    .executeTakeFirst()

export const prolongSession = (db: Db, tokenHash: Buffer, lastSeenAt: Date, expiresAt: Date) =>
  db.updateTable('sessions').set({ lastSeenAt, expiresAt }).where('tokenHash', '=', tokenHash).execute()

export const deleteSession = (db: Db, tokenHash: Buffer) =>
  db.deleteFrom('sessions').where('tokenHash', '=', tokenHash).execute()

export const deleteOtherSessions = (db: Db, personId: string, tokenHash: Buffer) =>
  db.deleteFrom('sessions').where('personId', '=', personId).where('tokenHash', '!=', tokenHash).execute()

export const deleteExpiredSessions = (db: Db, now: Date) =>
  db.deleteFrom('sessions').where('expiresAt', '<', now).execute()

// Between processes -----------------------------------------------------------------------------------------------

/** Wakes the other processes' `listenForChanges` when the transaction commits. */
export const notifyChanged = (db: Db) => sql`select pg_notify('tenon_changed', '')`.execute(db)
