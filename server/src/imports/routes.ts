import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { actorOf } from '../api/actor.ts'
import { listReplies, ok, page, replies } from '../api/envelope.ts'
import { ApiError } from '../api/errors.ts'
import { Paging } from '../api/paging.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import type { Exports } from './exports.ts'
import type { Imports } from './imports.ts'
import { previewOf } from './preview.ts'
import { Export, Import, ImportQuery, NewExport, Preview, PreviewQuery } from './schema.ts'

const base = '/integrations/crm'
const tags = ['imports and exports']
const read = { scope: 'leads:read' } as const
const write = { scope: 'leads:write' } as const
const bodyLimit = 64 * 1_048_576
const file = { ...replies(Type.Unknown()), 200: Type.Unknown({ description: 'The file, as text/csv.' }) }

/** Files of leads, in and out. Reached at the root as well as under `/api`. */
export const importRoutes =
  ({ imports, exports }: { imports: Imports; exports: Exports }): Routes =>
  async (api) => {
    api.addContentTypeParser(
      ['text/csv', 'text/plain', 'application/csv', 'application/octet-stream'],
      { parseAs: 'buffer', bodyLimit },
      (request, bytes: Buffer, done) => {
        if (request.routeOptions.config.idempotent) request.bodyBytes = bytes
        done(null, bytes)
      },
    )

    api.post(
      `${base}/imports`,
      {
        bodyLimit,
        config: { ...write, idempotent: true },
        schema: {
          summary: 'Take in a file of leads; the body is the file, as text/csv',
          tags,
          querystring: ImportQuery,
          response: replies(Import, 201),
        },
      },
      async ({ workspace, body, query, principal }, reply) => {
        const begun = await imports.begin(workspace.id, fileOf(body), query, actorOf(principal))
        reply.code(201)
        return ok(begun)
      },
    )

    api.post(
      `${base}/imports/preview`,
      {
        bodyLimit,
        config: write,
        schema: {
          summary: 'See how a file of leads would be read, and change nothing; its beginning, whole lines, is enough',
          tags,
          querystring: PreviewQuery,
          response: replies(Preview),
        },
      },
      async ({ body, query }) => ok(await previewOf(fileOf(body), query)),
    )

    api.get(
      `${base}/imports`,
      { config: read, schema: { summary: 'List imports', tags, querystring: Paging, response: listReplies(Import) } },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await imports.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.get(
      `${base}/imports/:id`,
      { config: read, schema: { summary: 'See how far an import is', tags, params: ById, response: replies(Import) } },
      async ({ workspace, params }) => ok(await imports.get(workspace.id, params.id)),
    )

    api.post(
      `${base}/imports/:id/cancel`,
      {
        config: write,
        schema: { summary: 'Stop an import; what was taken in stays', tags, params: ById, response: replies(Import) },
      },
      async ({ workspace, params }) => ok(await imports.cancel(workspace.id, params.id)),
    )

    api.get(
      `${base}/imports/:id/errors`,
      {
        config: read,
        schema: { summary: 'Download the rows that were not taken in, with why', tags, params: ById, response: file },
      },
      async ({ workspace, params }, reply) =>
        sendFile(reply, 'errors.csv', await imports.errors(workspace.id, params.id)),
    )

    api.post(
      `${base}/exports`,
      {
        config: { ...write, idempotent: true },
        schema: { summary: 'Write leads to a file', tags, body: NewExport, response: replies(Export, 201) },
      },
      async ({ workspace, body, principal }, reply) => {
        const begun = await exports.begin(workspace.id, body, actorOf(principal))
        reply.code(201)
        return ok(begun)
      },
    )

    api.get(
      `${base}/exports`,
      { config: read, schema: { summary: 'List exports', tags, querystring: Paging, response: listReplies(Export) } },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await exports.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.get(
      `${base}/exports/:id`,
      { config: read, schema: { summary: 'See how far an export is', tags, params: ById, response: replies(Export) } },
      async ({ workspace, params }) => ok(await exports.get(workspace.id, params.id)),
    )

    api.get(
      `${base}/exports/:id/file`,
      { config: read, schema: { summary: 'Download the file of an export', tags, params: ById, response: file } },
      async ({ workspace, params }, reply) => sendFile(reply, 'leads.csv', await exports.file(workspace.id, params.id)),
    )
  }

function fileOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  throw new ApiError(
    'UNSUPPORTED_MEDIA_TYPE',
    'Send the file itself as body, with the header "Content-Type: text/csv".',
  )
}

const sendFile = (reply: FastifyReply, name: string, text: AsyncIterable<string>) =>
  reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .serializer(String)
    .send(Readable.from(text))
