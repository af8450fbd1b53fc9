import { Type } from 'typebox'
import { listReplies, ok, page, replies } from '../api/envelope.ts'
import { Id } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import { withCamelNames } from './call-data.ts'
import type { CallFlow } from './calls.ts'
import { Call, CallDetail, CallFilter, CallRetry, NewCall } from './schema.ts'

const tags = ['calls']
const ByCall = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 200, description: "The call's id, or the caller's own." }),
})
const ByCallIntegration = Type.Object({ ...ByCall.properties, integrationId: Id })

/** The calls of a workspace's voice agents. */
export const callRoutes =
  ({ calls }: { calls: CallFlow }): Routes =>
  async (api) => {
    api.post(
      '/calls',
      {
        config: { scope: 'events:write', idempotent: true },
        // Automations write call_id, the API callId; both are one before they are checked.
        preValidation: async (request) => {
          request.body = withCamelNames(request.body) as typeof request.body
        },
        schema: {
          summary: 'Take a finished call to everything that is connected',
          description:
            'Fields may be written in snake case as well. The same call again answers the first, adds what was not known yet, and does nothing twice.',
          tags,
          body: NewCall,
          response: replies(Call, 201),
        },
      },
      async ({ workspace, body }, reply) => {
        const { call, created } = await calls.create(workspace.id, body)
        reply.code(created ? 201 : (200 as 201))
        return ok(call)
      },
    )

    api.get(
      '/calls',
      {
        config: { scope: 'events:read' },
        schema: { summary: 'List calls', tags, querystring: CallFilter, response: listReplies(Call) },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await calls.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.get(
      '/calls/:id',
      {
        config: { scope: 'events:read' },
        schema: {
          summary: 'One call, with what became of it at each integration',
          tags,
          params: ByCall,
          response: replies(CallDetail),
        },
      },
      async ({ workspace, params }) => ok(await calls.get(workspace.id, params.id)),
    )

    api.post(
      '/calls/:id/integrations/:integrationId/retry',
      {
        config: { scope: 'events:write' },
        // Most say nothing but that it is to be tried.
        preValidation: async (request) => {
          request.body ??= {}
        },
        schema: {
          summary: 'Take a call again to an integration that it did not reach',
          description: 'What is there of it already is not done twice.',
          tags,
          params: ByCallIntegration,
          body: CallRetry,
          response: replies(CallDetail),
        },
      },
      async ({ workspace, params, body }) =>
        ok(await calls.retry(workspace.id, params.id, params.integrationId, body.outcome)),
    )
  }
