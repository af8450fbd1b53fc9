import { ApiError, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, type Paging } from '../api/paging.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { type AgentRow, findAgent, listAgents, putAgent } from './agent-queries.ts'
import type { Integrations } from './integrations.ts'
import { type IntegrationRow, listIntegrations } from './queries.ts'
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

    /**
     * The integration with a vendor that an agent uses: its own before the workspace's, one that is on before one that is off.
     * @throws ApiError NOT_FOUND
     */
    async integrationWith(workspaceId: string, id: string, templateId: string): Promise<IntegrationRow> {
      const rows = await database.inWorkspace(workspaceId, async (tx) => {
        if (!(await findAgent(tx, workspaceId, id))) throw notFound('agent')
        return listIntegrations(tx, workspaceId, { templateId, forAgent: id, limit: 100 })
      })
      const rank = ({ isActive, agentId }: IntegrationRow) => (isActive ? 2 : 0) + (agentId === id ? 1 : 0)
      const [first] = rows.toSorted((one, other) => rank(other) - rank(one))
      if (!first) throw new ApiError('NOT_FOUND', `This agent has no integration with ${templateId}.`)
      return first
    },
  }
}

const agentAnswer = (row: AgentRow): Agent => ({
  id: row.id,
  name: row.name,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})
