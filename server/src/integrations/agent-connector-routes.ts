import { Type } from 'typebox'
import { ok, replies } from '../api/envelope.ts'
import { ApiError } from '../api/errors.ts'
import type { Routes } from '../api/server.ts'
import type { OperationName } from '../kit/capabilities.ts'
import type { OperationInput } from '../kit/result.ts'
import type { Connections } from './connections.ts'
import { sendFailure } from './failure-reply.ts'
import { ByAgentId, TestResult } from './schema.ts'

const base = '/agents/:agentId/integrations/:connector'
const ByConnector = Type.Object({
  ...ByAgentId.properties,
  connector: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$', description: 'Such as `gohighlevel`.' }),
})
const ByPipeline = Type.Object({ ...ByConnector.properties, pipelineId: Type.String({ minLength: 1, maxLength: 500 }) })
const Named = Type.Object({ id: Type.String(), name: Type.String() })
const Calendar = Type.Object({
  ...Named.properties,
  timezone: Type.Optional(Type.String()),
  primary: Type.Optional(Type.Boolean()),
  writable: Type.Optional(Type.Boolean()),
})
const Pipeline = Type.Object({ ...Named.properties, stages: Type.Array(Named) })

const tags = ['agents']
const read = { scope: 'integrations:read' } as const

/** What an agent can choose from at a vendor, by the vendor's name: of its own integration, or else of the workspace's. */
export const agentConnectorRoutes =
  ({ agents, runner, integrations }: Connections): Routes =>
  async (api) => {
    type Place = { agentId: string; connector: string }

    /** Lists what an operation without input answers. */
    async function ask<Name extends 'calendar.calendars' | 'deals.pipelines' | 'workflows.list'>(
      workspaceId: string,
      { agentId, connector }: Place,
      name: Name,
    ) {
      const { id } = await agents.integrationWith(workspaceId, agentId, connector)
      return runner.run(workspaceId, id, name as OperationName & Name, {} as OperationInput<Name>)
    }

    api.get(
      `${base}/calendars`,
      {
        config: read,
        schema: {
          summary: 'List the calendars that an agent can book in',
          tags,
          params: ByConnector,
          response: replies(Type.Array(Calendar)),
        },
      },
      async ({ workspace, params, id: requestId }, reply) => {
        const result = await ask(workspace.id, params, 'calendar.calendars')
        return result.success ? ok(result.data) : sendFailure(reply, result, requestId)
      },
    )

    api.get(
      `${base}/pipelines`,
      {
        config: read,
        schema: {
          summary: 'List the pipelines of deals',
          tags,
          params: ByConnector,
          response: replies(Type.Array(Pipeline)),
        },
      },
      async ({ workspace, params, id: requestId }, reply) => {
        const result = await ask(workspace.id, params, 'deals.pipelines')
        return result.success ? ok(result.data) : sendFailure(reply, result, requestId)
      },
    )

    api.get(
      `${base}/pipelines/:pipelineId`,
      {
        config: read,
        schema: { summary: 'One pipeline with its stages', tags, params: ByPipeline, response: replies(Pipeline) },
      },
      async ({ workspace, params, id: requestId }, reply) => {
        const result = await ask(workspace.id, params, 'deals.pipelines')
        if (!result.success) return sendFailure(reply, result, requestId)
        const pipeline = result.data.find(({ id }) => id === params.pipelineId)
        if (!pipeline) throw new ApiError('NOT_FOUND', 'The vendor has no such pipeline.')
        return ok(pipeline)
      },
    )

    api.get(
      `${base}/workflows`,
      {
        config: read,
        schema: {
          summary: 'List the workflows that a contact can be put into',
          tags,
          params: ByConnector,
          response: replies(Type.Array(Named)),
        },
      },
      async ({ workspace, params, id: requestId }, reply) => {
        const result = await ask(workspace.id, params, 'workflows.list')
        return result.success ? ok(result.data) : sendFailure(reply, result, requestId)
      },
    )

    api.post(
      `${base}/test`,
      {
        config: { scope: 'integrations:write' },
        schema: {
          summary: 'Ask the vendor whether the connection of an agent works',
          tags,
          params: ByConnector,
          response: replies(TestResult),
        },
      },
      async ({ workspace, params }) => {
        const { id } = await agents.integrationWith(workspace.id, params.agentId, params.connector)
        return ok(await integrations.test(workspace.id, id))
      },
    )
  }
