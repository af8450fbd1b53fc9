import { listReplies, noReply, ok, page, replies } from '../api/envelope.ts'
import { Paging } from '../api/paging.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import type { Members } from './members.ts'
import { Member, MemberChanges, MemberPath, NewMember } from './schema.ts'

const tags = ['members']

export const memberRoutes =
  ({ members }: { members: Members }): Routes =>
  async (api) => {
    api.get(
      '/workspaces/:id/members',
      {
        config: { scope: 'members:read', workspaceInPath: true },
        schema: {
          operationId: 'listMembers',
          summary: 'List the members of a workspace',
          tags,
          params: ById,
          querystring: Paging,
          response: listReplies(Member),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await members.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      '/workspaces/:id/members',
      {
        config: { scope: 'members:write', workspaceInPath: true, idempotent: true },
        schema: {
          operationId: 'addMember',
          summary: 'Add a person, with a first password where the address has no account yet',
          tags,
          params: ById,
          body: NewMember,
          response: replies(Member, 201),
        },
      },
      async ({ workspace, principal, body }, reply) => {
        const added = await members.add(principal, workspace.id, body)
        reply.code(201)
        return ok(added)
      },
    )

    api.patch(
      '/workspaces/:id/members/:personId',
      {
        config: { scope: 'members:write', workspaceInPath: true },
        schema: {
          operationId: 'updateMember',
          summary: 'Change the role of a member',
          tags,
          params: MemberPath,
          body: MemberChanges,
          response: replies(Member),
        },
      },
      async ({ workspace, principal, params, body }) =>
        ok(await members.changeRole(principal, workspace.id, params.personId, body.role)),
    )

    api.delete(
      '/workspaces/:id/members/:personId',
      {
        config: { scope: 'members:write', workspaceInPath: true },
        schema: {
          operationId: 'removeMember',
          summary: 'Remove a member; the last owner stays',
          tags,
          params: MemberPath,
          response: noReply(),
        },
      },
      async ({ workspace, principal, params }, reply) => {
        await members.remove(principal, workspace.id, params.personId)
        return reply.code(204).send(null)
      },
    )
  }
