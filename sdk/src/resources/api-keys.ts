import type { CallOptions, Transport } from '../transport.ts'
import type { NewApiKey, PageQuery } from '../types.ts'

/** A workspace's API keys. */
export const apiKeysOf = ({ call, create, list }: Transport) => ({
  list: (workspaceId: string, query?: PageQuery, options?: CallOptions) =>
    list('GET /api/workspaces/{id}/api-keys', { path: { id: workspaceId }, query }, options),
  /** Makes a key. The answer, and only this one, holds the key itself. */
  create: (workspaceId: string, apiKey: NewApiKey, options?: CallOptions) =>
    create('POST /api/workspaces/{id}/api-keys', { path: { id: workspaceId }, body: apiKey }, options),
  get: (workspaceId: string, keyId: string, options?: CallOptions) =>
    call('GET /api/workspaces/{id}/api-keys/{keyId}', { path: { id: workspaceId, keyId } }, options),
  rename: (workspaceId: string, keyId: string, name: string, options?: CallOptions) =>
    call('PATCH /api/workspaces/{id}/api-keys/{keyId}', { path: { id: workspaceId, keyId }, body: { name } }, options),
  revoke: (workspaceId: string, keyId: string, options?: CallOptions) =>
    call('DELETE /api/workspaces/{id}/api-keys/{keyId}', { path: { id: workspaceId, keyId } }, options),
})
