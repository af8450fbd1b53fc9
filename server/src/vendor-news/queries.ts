import type { Db } from '../db/database.ts'

/** Who has been in the workspace longest, plain members before its admins; nobody where it has no members. */
export async function firstMember(db: Db, workspaceId: string): Promise<string | undefined> {
  const rows = await db
    .selectFrom('members')
    .select(['personId', 'role'])
    .where('workspaceId', '=', workspaceId)
    .orderBy('createdAt')
    .limit(200)
    .execute()
  return (rows.find(({ role }) => role === 'member') ?? rows[0])?.personId
}

/** The hosts whose calendar an integration is. */
export async function hostsOfIntegration(db: Db, workspaceId: string, integrationId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('calendarProviders')
    .select('hostId')
    .where('workspaceId', '=', workspaceId)
    .where('integrationId', '=', integrationId)
    .orderBy('id')
    .limit(50)
    .execute()
  return rows.map(({ hostId }) => hostId)
}
