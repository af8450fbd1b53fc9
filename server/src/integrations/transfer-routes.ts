import type { FastifyRequest } from 'fastify'
import { ok, replies } from '../api/envelope.ts'
import { invalid } from '../api/errors.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import type { Connections } from './connections.ts'
import { Export, Import, Integration, SealedFile } from './schema.ts'

/** Carrying an integration with its secrets to another workspace, which only the platform admin may. */
export const transferRoutes =
  ({ transfer }: Connections): Routes =>
  async (api) => {
    api.post(
      '/integrations/:id/export',
      {
        config: { platform: true },
        schema: {
          summary: 'Write an integration with its secrets into a file that a passphrase seals',
          tags: ['integrations'],
          params: ById,
          body: Export,
          response: replies(SealedFile),
        },
      },
      async (request) => {
        const { params, body } = request
        return ok(await transfer.export(workspaceOf(request), params.id, body.passphrase))
      },
    )

    api.post(
      '/integrations/import',
      {
        config: { platform: true },
        schema: {
          summary: 'Make an integration from such a file, and test it',
          tags: ['integrations'],
          body: Import,
          response: replies(Integration, 201),
        },
      },
      async (request, reply) => {
        const imported = await transfer.import(workspaceOf(request), request.body)
        reply.code(201)
        return ok(imported)
      },
    )
  }

function workspaceOf({ principal }: Pick<FastifyRequest, 'principal'>): string {
  if (principal.workspaceId) return principal.workspaceId
  throw invalid('headers.x-workspace-id', 'is missing; the platform admin chooses the workspace with it')
}
