import { basename } from 'node:path'
import fastifyMultipart from '@fastify/multipart'
import fastifyStatic from '@fastify/static'
import type { FastifyRequest } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { listReplies, ok, page, replies } from '../api/envelope.ts'
import { ApiError, notFound } from '../api/errors.ts'
import { ById, orNone } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import { errorCodes } from '../kit/error-codes.ts'
import type { OperationResult } from '../kit/result.ts'
import type { Clock } from '../lib/clock.ts'
import type { Linked } from './local-files.ts'
import { File, FileFilter, KeyLink, KeyQuery, Link, LinkOptions, Upload } from './schema.ts'
import type { NewFile, Storage } from './storage.ts'

/** Files of a workspace, in the storage that it has connected. */
export const fileRoutes =
  ({ storage, limit }: { storage: Storage; limit: number }): Routes =>
  async (api) => {
    const tags = ['files']
    const read = { config: { scope: 'files:read' } as const }
    const write = { config: { scope: 'files:write' } as const }
    const linked = { ...replies(Link) }

    api.get(
      '/files',
      { ...read, schema: { summary: 'List files', tags, querystring: FileFilter, response: listReplies(File) } },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await storage.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      '/files/link',
      { ...read, schema: { summary: 'Make a link to a file by its key', tags, body: KeyLink, response: linked } },
      async ({ workspace, body: { key, ...options } }) =>
        ok(dataOf(await storage.link(workspace.id, { key }, options))),
    )

    api.get(
      '/files/:id',
      { ...read, schema: { summary: 'Get a file', tags, params: ById, response: replies(File) } },
      async ({ workspace, params }) => ok(await storage.get(workspace.id, params.id)),
    )

    api.post(
      '/files/:id/link',
      {
        ...read,
        schema: { summary: 'Make a link to a file', tags, params: ById, body: orNone(LinkOptions), response: linked },
      },
      async ({ workspace, params, body }) => ok(dataOf(await storage.link(workspace.id, params, body ?? {}))),
    )

    const deleted = replies(Type.Null())
    api.delete(
      '/files',
      { ...write, schema: { summary: 'Delete a file by its key', tags, querystring: KeyQuery, response: deleted } },
      async ({ workspace, query }) => ok(dataOf(await storage.remove(workspace.id, query))),
    )
    api.delete(
      '/files/:id',
      { ...write, schema: { summary: 'Delete a file', tags, params: ById, response: deleted } },
      async ({ workspace, params }) => ok(dataOf(await storage.remove(workspace.id, params))),
    )

    await api.register(async (uploads: typeof api) => {
      // Whatever comes is a file: nothing is read as JSON, and nothing is held in memory as a whole.
      uploads.removeAllContentTypeParsers()
      await uploads.register(fastifyMultipart, {
        limits: { files: 1, fileSize: limit, fields: 10, fieldSize: 1_000, parts: 11, headerPairs: 50 },
      })
      uploads.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
      uploads.post(
        '/files',
        {
          ...write,
          bodyLimit: limit,
          schema: {
            summary: 'Store a file',
            description:
              'As `multipart/form-data` with one file, or as the whole body with its Content-Type, and its name in the query.',
            tags,
            querystring: Upload,
            response: replies(File, 201),
          },
        },
        async (request, reply) => {
          const { query, workspace } = request
          const file = request.isMultipart() ? await fileOfForm(request) : fileOfBody(request, query.name)
          const stored = dataOf(await storage.upload(workspace.id, file, query.folder))
          reply.code(201)
          return ok(stored)
        },
      )
    })
  }

/** Where links to files on the hub's own disk lead: public, since the link is the permission. */
export const fileLinkRoutes =
  ({ follow, clock }: { follow(token: string, now: Date): Promise<Linked | undefined>; clock: Clock }): Routes =>
  async (api) => {
    await api.register(fastifyStatic, { root: '/', serve: false })
    const params = Type.Object({ token: Type.String({ maxLength: 4_000 }) })
    api.get(
      '/files/:token',
      {
        config: { public: true, unlimited: true },
        schema: {
          summary: 'Read a file by its link',
          tags: ['files'],
          params,
          response: { 200: Type.Unknown() as TSchema },
        },
      },
      async ({ params }, reply) => {
        const found = await follow(params.token, new Date(clock.now()))
        if (!found) throw notFound('file; the link may have expired')
        // What a tenant stored may be a page or a script: it runs nowhere, and of the hub's own origin it sees nothing.
        const isShown = found.downloadName === undefined && shown.test(found.name)
        const name = encodeURIComponent(found.downloadName ?? found.name).replace(/['()*]/g, escaped)
        reply.headers({
          'content-security-policy': "default-src 'none'; sandbox",
          'x-content-type-options': 'nosniff',
          'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
          'cache-control': 'private, max-age=60',
        })
        return reply.sendFile(basename(found.path), found.path.slice(0, -basename(found.path).length), {
          cacheControl: false,
          dotfiles: 'allow',
        })
      },
    )
  }

/** What browsers show without running anything. */
const shown = /\.(png|jpe?g|gif|webp|avif|mp3|m4a|wav|ogg|oga|mp4|webm|mov|pdf|txt)$/i

async function fileOfForm(request: FastifyRequest): Promise<NewFile> {
  const part = await request.file()
  if (!part) throw new ApiError('VALIDATION_FAILED', 'The form has no file; add one as a part with a file name.')
  const { filename, mimetype, file } = part
  return { name: filename || 'file', contentType: mimetype, content: file, wasCut: () => file.truncated }
}

function fileOfBody(request: FastifyRequest, name: string | undefined): NewFile {
  const content = request.body as AsyncIterable<Uint8Array> | undefined
  if (content === undefined || content === null)
    throw new ApiError(
      'VALIDATION_FAILED',
      'The request has no body; send the file as multipart/form-data or as the body.',
    )
  return { name: name ?? 'file', contentType: request.headers['content-type'], content }
}

/** @throws ApiError with the code of the failure */
function dataOf<T>(result: OperationResult<T>): T {
  if (result.success) return result.data
  throw new ApiError(result.errorCode, result.error ?? errorCodes[result.errorCode].message)
}

const escaped = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
