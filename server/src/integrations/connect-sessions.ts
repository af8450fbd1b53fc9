import { createHash, randomBytes } from 'node:crypto'
import type { Selectable } from 'kysely'
import { invalid, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart, type Paging } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import type { ConnectSessions as Table } from '../db/tables.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Templates } from '../templates/templates.ts'
import { findAgent } from './agent-queries.ts'
import type { ConnectSession, CreatedConnectSession, NewConnectSession } from './oauth-schema.ts'
import { findIntegration } from './queries.ts'
import { checkReturnUrl } from './return-urls.ts'

export type SessionRow = Selectable<Table>

const defaultSeconds = 1_800

export type ConnectSessions = ReturnType<typeof createConnectSessions>

/** Short-lived links with which a tenant's person connects an account without signing in to the console. */
export function createConnectSessions(deps: { database: Database; templates: Templates; clock: Clock }) {
  const { database, templates, clock } = deps

  async function checkTemplates(ids: readonly string[]): Promise<void> {
    for (const [index, id] of ids.entries()) {
      if (!(await templates.find(id)) || !(await templates.isActive(id)))
        throw invalid(`body.templates[${index}]`, 'is not an active template of this hub')
    }
  }

  return {
    /**
     * Makes a link. `publicUrl` is where the hub is reached; `allowed` are the URLs that people may be sent back to.
     * @throws ApiError
     */
    async create(
      workspaceId: string,
      given: NewConnectSession,
      { publicUrl, allowed }: { publicUrl: string; allowed: readonly string[] },
    ): Promise<CreatedConnectSession> {
      const { integrationId, agentId, returnUrl, expiresInSeconds = defaultSeconds } = given
      checkReturnUrl(returnUrl, allowed, 'body.returnUrl')
      const token = randomBytes(32).toString('base64url')
      const now = clock.now()
      await checkTemplates(given.templates ?? [])
      const row = await database.inWorkspace(workspaceId, async (tx) => {
        const integration =
          integrationId === undefined ? undefined : await findIntegration(tx, workspaceId, integrationId)
        if (integrationId !== undefined && !integration)
          throw invalid('body.integrationId', 'is not an integration of this workspace')
        if (agentId !== undefined && !(await findAgent(tx, workspaceId, agentId)))
          throw invalid('body.agentId', 'is not an agent of this workspace; make it with PUT /api/agents/:agentId')
        const made: SessionRow = {
          workspaceId,
          id: newId(clock),
          tokenHash: hashOf(token),
          templates: integration ? [integration.templateId] : (given.templates ?? null),
          integrationId: integrationId ?? null,
          agentId: agentId ?? null,
          returnUrl: returnUrl ?? null,
          createdAt: new Date(now),
          expiresAt: new Date(now + expiresInSeconds * 1_000),
          connectedIntegrationId: null,
        }
        await tx.insertInto('connectSessions').values(made).execute()
        return made
      })
      return { ...answer(row, now), url: `${publicUrl}/connect/${token}` }
    },

    /** @throws ApiError NOT_FOUND */
    async get(workspaceId: string, id: string): Promise<ConnectSession> {
      const row = await database.inWorkspace(workspaceId, (tx) => findSession(tx, workspaceId, id))
      if (!row) throw notFound('connect session')
      return answer(row, clock.now())
    },

    /** The links that still let somebody in, newest first. */
    async list(workspaceId: string, { limit = defaultLimit, cursor }: Paging) {
      const [belowId] = decodeCursor(cursor, [idPart]) ?? []
      const now = clock.now()
      const rows = await database.inWorkspace(workspaceId, (tx) => {
        let query = tx
          .selectFrom('connectSessions')
          .selectAll()
          .where('workspaceId', '=', workspaceId)
          .where('expiresAt', '>', new Date(now))
          .where('connectedIntegrationId', 'is', null)
        if (belowId !== undefined) query = query.where('id', '<', belowId)
        return query
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute()
      })
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map((row) => answer(row, now)), nextCursor }
    },

    /** Ends a link at once, and sign-ins at vendors that were begun by it. @throws ApiError NOT_FOUND */
    revoke: (workspaceId: string, id: string): Promise<void> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const row = await findSession(tx, workspaceId, id)
        if (!row) throw notFound('connect session')
        const now = new Date(clock.now())
        if (row.expiresAt <= now) return
        await tx
          .updateTable('connectSessions')
          .set({ expiresAt: now })
          .where('workspaceId', '=', workspaceId)
          .where('id', '=', id)
          .execute()
        await tx
          .deleteFrom('oauthStates')
          .where('workspaceId', '=', workspaceId)
          .where('connectSessionId', '=', id)
          .where('usedAt', 'is', null)
          .execute()
      }),

    /** The session of a link, and its workspace's name; undefined for a token that is unknown or has expired. */
    async open(token: string): Promise<(SessionRow & { workspaceName: string }) | undefined> {
      const row = await database.hub
        .selectFrom('connectSessions')
        .innerJoin('workspaces', 'workspaces.id', 'connectSessions.workspaceId')
        .selectAll('connectSessions')
        .select('workspaces.name as workspaceName')
        .where('tokenHash', '=', hashOf(token))
        .executeTakeFirst()
      return row && row.expiresAt.getTime() > clock.now() ? row : undefined
    },

    find: (workspaceId: string, id: string): Promise<SessionRow | undefined> =>
      findSession(database.hub, workspaceId, id),

    /** Remembers what was made or connected, so that another try goes on with it. */
    async note(workspaceId: string, id: string, made: { integrationId: string; isConnected: boolean }): Promise<void> {
      const { integrationId, isConnected } = made
      await database.hub
        .updateTable('connectSessions')
        .set({ integrationId, ...(isConnected ? { connectedIntegrationId: integrationId } : {}) })
        .where('workspaceId', '=', workspaceId)
        .where('id', '=', id)
        .execute()
    },
  }
}

const findSession = (db: Db, workspaceId: string, id: string): Promise<SessionRow | undefined> =>
  db
    .selectFrom('connectSessions')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()

const answer = (row: SessionRow, now: number): ConnectSession => ({
  id: row.id,
  status: row.connectedIntegrationId ? 'connected' : row.expiresAt.getTime() > now ? 'open' : 'expired',
  templates: row.templates,
  agentId: row.agentId,
  integrationId: row.connectedIntegrationId ?? row.integrationId,
  returnUrl: row.returnUrl,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
})

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()
