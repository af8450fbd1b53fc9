import { listReplies, ok, page, replies } from '../api/envelope.ts'
import { Paging } from '../api/paging.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import type { ApiKeys } from './api-keys.ts'
import { ApiKey, ApiKeyChanges, ApiKeyPath, CreatedApiKey, NewApiKey } from './schema.ts'

const tags = ['API keys']

export const apiKeyRoutes =
  ({ apiKeys }: { apiKeys: ApiKeys }): Routes =>
  async (api) => {
    api.get(
      '/workspaces/:id/api-keys',
      {
        config: { scope: 'keys:read', workspaceInPath: true },
        schema: {
          operationId: 'listApiKeys',
          summary: 'List the API keys of a workspace',
          tags,
          params: ById,
          querystring: Paging,
          response: listReplies(ApiKey),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await apiKeys.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      '/workspaces/:id/api-keys',
      {
        config: { scope: 'keys:write', workspaceInPath: true, idempotent: true },
        schema: {
          operationId: 'createApiKey',
          summary: 'Create an API key; it is shown in this answer only',
          tags,
          params: ById,
          body: NewApiKey,
          response: replies(CreatedApiKey, 201),
        },
      },
      async ({ workspace, principal, body }, reply) => {
        const created = await apiKeys.create(principal, workspace.id, body)
        reply.code(201)
        return ok(created)
      },
    )

    api.get(
      '/workspaces/:id/api-keys/:keyId',
      {
        config: { scope: 'keys:read', workspaceInPath: true },
        schema: {
          operationId: 'getApiKey',
          summary: 'Show an API key, without the key itself',
          tags,
          params: ApiKeyPath,
          response: replies(ApiKey),
        },
      },
      async ({ workspace, params }) => ok(await apiKeys.find(workspace.id, params.keyId)),
    )

    api.patch(
      '/workspaces/:id/api-keys/:keyId',
      {
        config: { scope: 'keys:write', workspaceInPath: true },
        schema: {
          operationId: 'updateApiKey',
          summary: 'Rename an API key',
          tags,
          params: ApiKeyPath,
          body: ApiKeyChanges,
          response: replies(ApiKey),
        },
      },
      async ({ workspace, params, body }) => ok(await apiKeys.rename(workspace.id, params.keyId, body.name)),
    )

    api.delete(
      '/workspaces/:id/api-keys/:keyId',
      {
        config: { scope: 'keys:write', workspaceInPath: true },
        schema: {
          operationId: 'revokeApiKey',
          summary: 'Revoke an API key; it stays in the list, and works no more',
          tags,
          params: ApiKeyPath,
          response: replies(ApiKey),
        },
      },
      async ({ workspace, params }) => ok(await apiKeys.revoke(workspace.id, params.keyId)),
    )
  }
