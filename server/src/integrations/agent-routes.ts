import { listReplies, ok, page, replies } from '../api/envelope.ts'
import { Paging } from '../api/paging.ts'
import type { Routes } from '../api/server.ts'
import type { Connections } from './connections.ts'
import { Agent, AgentFields, ByAgentId, Integration } from './schema.ts'

/** The agents of a workspace, and what each can use. */
export const agentRoutes =
  ({ agents }: Connections): Routes =>
  async (api) => {
    api.get(
      '/agents',
      {
        config: { scope: 'integrations:read' },
        schema: { summary: 'List the agents', tags: ['agents'], querystring: Paging, response: listReplies(Agent) },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await agents.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.put(
      '/agents/:agentId',
      {
        config: { scope: 'integrations:write' },
        schema: {
          summary: 'Make an agent, or give it another name',
          tags: ['agents'],
          params: ByAgentId,
          body: AgentFields,
          response: replies(Agent),
        },
      },
      async ({ workspace, params, body }) => ok(await agents.put(workspace.id, params.agentId, body.name)),
    )

    api.get(
      '/agents/:agentId/integrations',
      {
        config: { scope: 'integrations:read' },
        schema: {
          summary: 'What an agent can use: its own integrations, and those of the whole workspace',
          tags: ['agents'],
          params: ByAgentId,
          querystring: Paging,
          response: listReplies(Integration),
        },
      },
      async ({ workspace, params, query }) => {
        const { items, nextCursor } = await agents.integrationsOf(workspace.id, params.agentId, query)
        return page(items, nextCursor)
      },
    )
  }
