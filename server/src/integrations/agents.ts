import { notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, type Paging } from '../api/paging.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { type AgentRow, findAgent, listAgents, putAgent } from './agent-queries.ts'
import type { Integrations } from './integrations.ts'
import type { Agent } from './schema.ts'

const agentIdPart = /^[A-Za-z0-9._:-]{1,100}$/

/** The voice and AI agents of a workspace, by the operator's own ids. */
export function createAgents({
  database,
  integrations,
  clock,
}: {
  database: Database
  integrations: Integrations
  clock: Clock
}) {
  return {
    async list(workspaceId: string, { limit = defaultLimit, cursor }: Paging) {
      const [afterId] = decodeCursor(cursor, [agentIdPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        listAgents(tx, workspaceId, { afterId, limit: limit + 1 }),
      )
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(agentAnswer), nextCursor }
    },

    put: async (workspaceId: string, id: string, name: string): Promise<Agent> =>
      agentAnswer(
        await database.inWorkspace(workspaceId, (tx) => putAgent(tx, workspaceId, id, name, new Date(clock.now()))),
      ),

    /** What an agent can use: its own integrations, and those of the whole workspace. */
    async integrationsOf(workspaceId: string, id: string, paging: Paging) {
      const agent = await database.inWorkspace(workspaceId, (tx) => findAgent(tx, workspaceId, id))
      if (!agent) throw notFound('agent')
      return integrations.list(workspaceId, { ...paging, forAgent: id })
    },
  }
}

const agentAnswer = (row: AgentRow): Agent => ({
  id: row.id,
  name: row.name,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})
