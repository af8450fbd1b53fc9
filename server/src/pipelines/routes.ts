import { Type } from 'typebox'
import { noReply, ok, replies } from '../api/envelope.ts'
import type { Routes } from '../api/server.ts'
import type { Pipelines } from './pipelines.ts'
import { ByPipelineId, NewPipeline, Pipeline, PipelineChanges } from './schema.ts'
import type { createPipelineStatistics } from './statistics.ts'
import { PipelineStatistics, StatisticsQuery } from './statistics-schema.ts'

const base = '/integrations/crm/pipelines'
const tags = ['pipelines']

/** Pipelines and their stages. Reached at the root as well as under `/api`. */
export const pipelineRoutes =
  ({
    pipelines,
    statistics,
  }: {
    pipelines: Pipelines
    statistics: ReturnType<typeof createPipelineStatistics>
  }): Routes =>
  async (api) => {
    api.get(
      '/integrations/crm/pipeline/stats',
      {
        config: { scope: 'leads:read' },
        schema: {
          summary: 'What a pipeline holds and what became of its leads',
          tags,
          querystring: StatisticsQuery,
          response: replies(PipelineStatistics),
        },
      },
      async ({ workspace, query }) => ok(await statistics(workspace.id, query)),
    )

    api.get(
      base,
      {
        config: { scope: 'leads:read' },
        schema: { summary: 'List pipelines with their stages', tags, response: replies(Type.Array(Pipeline)) },
      },
      async ({ workspace }) => ok(await pipelines.list(workspace.id)),
    )

    api.post(
      base,
      {
        config: { scope: 'leads:write', idempotent: true },
        schema: { summary: 'Make a pipeline', tags, body: NewPipeline, response: replies(Pipeline, 201) },
      },
      async ({ workspace, body }, reply) => {
        const made = await pipelines.create(workspace.id, body)
        reply.code(201)
        return ok(made)
      },
    )

    api.get(
      `${base}/:id`,
      {
        config: { scope: 'leads:read' },
        schema: { summary: 'Get a pipeline', tags, params: ByPipelineId, response: replies(Pipeline) },
      },
      async ({ workspace, params }) => ok(await pipelines.get(workspace.id, params.id)),
    )

    api.patch(
      `${base}/:id`,
      {
        config: { scope: 'leads:write' },
        schema: {
          summary: 'Change a pipeline; stages that are given replace all that are there',
          tags,
          params: ByPipelineId,
          body: PipelineChanges,
          response: replies(Pipeline),
        },
      },
      async ({ workspace, params, body }) => ok(await pipelines.update(workspace.id, params.id, body)),
    )

    api.delete(
      `${base}/:id`,
      {
        config: { scope: 'leads:write' },
        schema: { summary: 'Delete a pipeline without leads', tags, params: ByPipelineId, response: noReply() },
      },
      async ({ workspace, params }, reply) => {
        await pipelines.remove(workspace.id, params.id)
        return reply.code(204).send(null)
      },
    )
  }
