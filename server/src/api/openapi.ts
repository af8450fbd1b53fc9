import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifySwagger from '@fastify/swagger'
import type { FastifySchema, RouteOptions } from 'fastify'
import { Type } from 'typebox'
import { ApiError } from './errors.ts'
import type { Routes, Server } from './server.ts'

/** Collects the routes that are registered after it into OpenAPI 3.1. */
export function describeRoutes(server: Server, { version, url }: { version: string; url: string | undefined }): void {
  void server.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tenon',
        version,
        description:
          'The integration hub. Every answer is an envelope: `{ success: true, data }`, or `{ success: false, error, errorCode, gracefulFail }`.',
      },
      servers: [{ url: url ?? '/' }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or a JWT of the operator.' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'An API key.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'tenon_session',
            description: 'The console; unsafe methods need the header `X-Tenon-Console: 1` too.',
          },
        },
      },
    },
    transform: ({ schema, url, route }) => ({ schema: describe(schema ?? {}, url, route), url }),
  })
}

/** `/api/openapi.json`, and the reference at `/api/docs` with everything it needs from this server. */
export const docsRoutes: Routes = async (api) => {
  api.get(
    '/openapi.json',
    {
      config: { public: true, unlimited: true },
      schema: {
        operationId: 'getOpenApi',
        summary: 'This description, as OpenAPI 3.1',
        tags: ['operation'],
        response: { 200: Type.Unknown() },
      },
    },
    async (_request, reply) =>
      reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send(api.swagger()),
  )

  const open = { config: { public: true, unlimited: true }, schema: { hide: true } } as const
  api.get('/docs', open, async (_request, reply) => sendPage(reply.type('text/html; charset=utf-8'), docsPage))
  api.get(
    '/docs/:file',
    { ...open, schema: { hide: true, params: Type.Object({ file: Type.String({ maxLength: 100 }) }) } },
    async ({ params }, reply) => {
      const file = docsFiles[params.file]
      if (!file) throw new ApiError('NOT_FOUND')
      return sendPage(reply.type(file.type).header('cache-control', 'public, max-age=86400'), file.read())
    },
  )
}

/** Swagger UI sets styles by script; nothing else may come from anywhere but here. */
const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const sendPage = (
  reply: { header(name: string, value: string): { send(body: string | Buffer): unknown } },
  body: string | Buffer,
) => reply.header('content-security-policy', docsPolicy).send(body)

const docsPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tenon API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<link rel="icon" href="data:,">
<div id="reference"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</html>
`

const docsStart = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#reference', deepLinking: true, validatorUrl: null, tryItOutEnabled: true, persistAuthorization: false })
`

const asset = (name: string) => {
  let content: Buffer | undefined
  return () => (content ??= readFileSync(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`))))
}

const docsFiles: Record<string, { type: string; read: () => string | Buffer }> = {
  __proto__: null as never,
  'swagger-ui.css': { type: 'text/css; charset=utf-8', read: asset('swagger-ui.css') },
  'swagger-ui-bundle.js': { type: 'text/javascript; charset=utf-8', read: asset('swagger-ui-bundle.js') },
  'start.js': { type: 'text/javascript; charset=utf-8', read: () => docsStart },
}

/** Adds what the route's `config` says. Routes that are served at the root as well are described once, under `/api`. */
function describe(schema: FastifySchema, url: string, route: RouteOptions): FastifySchema {
  const isOperation = ['/health', '/ready', '/metrics'].includes(url)
  if (schema.hide || !(isOperation || url.startsWith('/api/'))) return { hide: true }
  const { scope, public: isPublic, platform, session, idempotent, workspaceInPath } = route.config ?? {}
  const needs = scope ? `Needs the scope \`${scope}\`.` : platform ? 'For the platform admin.' : ''
  const headers = {
    ...(idempotent
      ? {
          'Idempotency-Key': {
            type: 'string',
            maxLength: 255,
            description: 'Makes a repetition answer the same again.',
          },
        }
      : {}),
    ...(scope && !workspaceInPath
      ? {
          'X-Workspace-Id': {
            type: 'string',
            format: 'uuid',
            description: 'The workspace, where the caller has several.',
          },
        }
      : {}),
  }
  return {
    ...schema,
    operationId: schema.operationId ?? operationIdOf([route.method].flat()[0]!, url),
    tags: schema.tags ?? [url.split('/')[2] ?? 'operation'],
    ...(needs ? { description: [schema.description, needs].filter(Boolean).join('\n\n') } : {}),
    ...(Object.keys(headers).length > 0 ? { headers: { type: 'object', properties: headers } } : {}),
    security: isPublic ? [] : session ? [{ session: [] }] : [{ bearer: [] }, { apiKey: [] }, { session: [] }],
  }
}

/** `GET /api/workspaces/:id/members` becomes `getWorkspacesIdMembers`. */
function operationIdOf(method: string, url: string): string {
  const words = url
    .replace(/^\/api/, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')
}
