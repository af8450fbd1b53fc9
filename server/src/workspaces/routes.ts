import { listReplies, noReply, ok, page, replies } from '../api/envelope.ts'
import { Paging } from '../api/paging.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import { CreatedWorkspace, NewWorkspace, Workspace, WorkspaceChanges } from './schema.ts'
import type { Workspaces } from './workspaces.ts'

const tags = ['workspaces']

export const workspaceRoutes =
  ({ workspaces }: { workspaces: Workspaces }): Routes =>
  async (api) => {
    api.get(
      '/workspaces',
      {
        config: { platform: true },
        schema: {
          operationId: 'listWorkspaces',
          summary: 'List all workspaces',
          tags,
          querystring: Paging,
          response: listReplies(Workspace),
        },
      },
      async ({ query }) => {
        const { items, nextCursor } = await workspaces.list(query)
        return page(items, nextCursor)
      },
    )

    api.post(
      '/workspaces',
      {
        config: { platform: true, idempotent: true },
        schema: {
          operationId: 'createWorkspace',
          summary: 'Create a workspace, with its owner and a first API key where wanted',
          tags,
          body: NewWorkspace,
          response: replies(CreatedWorkspace, 201),
        },
      },
      async ({ body }, reply) => {
        const created = await workspaces.create(body)
        reply.code(201)
        return ok(created)
      },
    )

    api.get(
      '/workspaces/:id',
      {
        config: { scope: 'workspace:read', workspaceInPath: true },
        schema: {
          operationId: 'getWorkspace',
          summary: 'Show a workspace',
          tags,
          params: ById,
          response: replies(Workspace),
        },
      },
      async ({ workspace }) => ok(await workspaces.find(workspace.id)),
    )

    api.patch(
      '/workspaces/:id',
      {
        config: { scope: 'workspace:write', workspaceInPath: true },
        schema: {
          operationId: 'updateWorkspace',
          summary: 'Rename a workspace',
          tags,
          params: ById,
          body: WorkspaceChanges,
          response: replies(Workspace),
        },
      },
      async ({ workspace, body }) => ok(await workspaces.rename(workspace.id, body.name)),
    )

    api.delete(
      '/workspaces/:id',
      {
        config: { scope: 'workspace:write', workspaceInPath: true },
        schema: {
          operationId: 'deleteWorkspace',
          summary: 'Delete a workspace and everything in it (owners and the platform admin)',
          tags,
          params: ById,
          response: noReply(),
        },
      },
      async ({ workspace, principal }, reply) => {
        await workspaces.remove(principal, workspace.id)
        return reply.code(204).send(null)
      },
    )
  }
