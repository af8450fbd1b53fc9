import type { CallOptions, Transport } from '../transport.ts'
import type { NewWorkspace, PageQuery, WorkspaceChanges } from '../types.ts'

/** Tenants. Listing, creating and deleting them is the platform admin's. */
export const workspacesOf = ({ call, create, list }: Transport) => ({
  list: (query?: PageQuery, options?: CallOptions) => list('GET /api/workspaces', { query }, options),
  create: (workspace: NewWorkspace, options?: CallOptions) =>
    create('POST /api/workspaces', { body: workspace }, options),
  get: (id: string, options?: CallOptions) => call('GET /api/workspaces/{id}', { path: { id } }, options),
  update: (id: string, changes: WorkspaceChanges, options?: CallOptions) =>
    call('PATCH /api/workspaces/{id}', { path: { id }, body: changes }, options),
  /** Deletes the workspace with everything in it. */
  delete: (id: string, options?: CallOptions) => call('DELETE /api/workspaces/{id}', { path: { id } }, options),
})
