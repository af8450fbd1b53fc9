import { Type } from 'typebox'
import { listReplies, noReply, ok, page, replies } from '../api/envelope.ts'
import { Paging } from '../api/paging.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import { type BrowserCookie, readBrowser } from './browser-cookie.ts'
import type { ConnectPage } from './connect.ts'
import type { ConnectSessions } from './connect-sessions.ts'
import { ConnectSession, CreatedConnectSession, NewConnectSession } from './oauth-schema.ts'
import type { Places } from './places.ts'

/** Links to the page on which a tenant's person connects an account. */
export const connectSessionRoutes =
  ({ sessions, places }: { sessions: ConnectSessions; places: Places }): Routes =>
  async (api) => {
    api.post(
      '/connect-sessions',
      {
        config: { scope: 'integrations:write', idempotent: true },
        schema: {
          operationId: 'createConnectSession',
          summary: 'Make a short-lived link with which a person connects an account without signing in',
          tags: ['connect'],
          body: NewConnectSession,
          response: replies(CreatedConnectSession, 201),
        },
      },
      async (request, reply) => {
        const publicUrl = places.publicUrl(request)
        const options = { publicUrl, allowed: places.returnUrls(request) }
        return reply.code(201).send(ok(await sessions.create(request.workspace.id, request.body, options)))
      },
    )

    api.get(
      '/connect-sessions/:id',
      {
        config: { scope: 'integrations:read' },
        schema: {
          operationId: 'getConnectSession',
          summary: 'Whether a link was used, and what it connected',
          tags: ['connect'],
          params: ById,
          response: replies(ConnectSession),
        },
      },
      async ({ workspace, params }) => ok(await sessions.get(workspace.id, params.id)),
    )

    api.get(
      '/connect-sessions',
      {
        config: { scope: 'integrations:read' },
        schema: {
          operationId: 'listConnectSessions',
          summary: 'List the links that still let somebody in; the links themselves are shown only when they are made',
          tags: ['connect'],
          querystring: Paging,
          response: listReplies(ConnectSession),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await sessions.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.delete(
      '/connect-sessions/:id',
      {
        config: { scope: 'integrations:write' },
        schema: {
          operationId: 'revokeConnectSession',
          summary: 'Revoke a link: it lets nobody in any more',
          tags: ['connect'],
          params: ById,
          response: noReply(),
        },
      },
      async ({ workspace, params }, reply) => {
        await sessions.revoke(workspace.id, params.id)
        return reply.code(204).send(null)
      },
    )
  }

const ByToken = Type.Object({ token: Type.String({ maxLength: 100 }) })
const Wanted = Type.Object(
  { template: Type.Optional(Type.String({ maxLength: 100 })), auth: Type.Optional(Type.String({ maxLength: 20 })) },
  { additionalProperties: true },
)
const largestForm = 262_144

/** The page itself; at the root only. The token in its path is all that it asks for. */
export const connectPageRoutes =
  ({ page: connectPage, places, cookie }: { page: ConnectPage; places: Places; cookie: BrowserCookie }): Routes =>
  async (api) => {
    const hidden = { config: { public: true, page: true }, schema: { hide: true, params: ByToken } } as const

    api.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: largestForm },
      (_request, body, done) => done(null, new URLSearchParams(String(body).replaceAll('%00', ''))),
    )

    api.get(
      '/connect/:token',
      { ...hidden, schema: { ...hidden.schema, querystring: Wanted } },
      async (request, reply) => {
        const { token } = request.params
        const around = { ...places.around(request), browser: () => cookie.set(reply, readBrowser(request)) }
        const { status, text, headers } = await connectPage.show(token, request.query, around)
        return reply.code(status).headers(headers).send(text)
      },
    )

    api.post('/connect/:token', hidden, async (request, reply) => {
      const { token } = request.params
      const entries = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
      const around = { ...places.around(request), browser: () => cookie.set(reply, readBrowser(request)) }
      const { status, text, headers } = await connectPage.submit(token, entries, around)
      return reply.code(status).headers(headers).send(text)
    })
  }
