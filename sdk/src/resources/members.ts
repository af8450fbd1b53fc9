import type { CallOptions, Transport } from '../transport.ts'
import type { NewMember, PageQuery, Role } from '../types.ts'

/** The people of a workspace. */
export const membersOf = ({ call, create, list }: Transport) => ({
  list: (workspaceId: string, query?: PageQuery, options?: CallOptions) =>
    list('GET /api/workspaces/{id}/members', { path: { id: workspaceId }, query }, options),
  add: (workspaceId: string, member: NewMember, options?: CallOptions) =>
    create('POST /api/workspaces/{id}/members', { path: { id: workspaceId }, body: member }, options),
  changeRole: (workspaceId: string, personId: string, role: Role, options?: CallOptions) =>
    call(
      'PATCH /api/workspaces/{id}/members/{personId}',
      { path: { id: workspaceId, personId }, body: { role } },
      options,
    ),
  remove: (workspaceId: string, personId: string, options?: CallOptions) =>
    call('DELETE /api/workspaces/{id}/members/{personId}', { path: { id: workspaceId, personId } }, options),
})
