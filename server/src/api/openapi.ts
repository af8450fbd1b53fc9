import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type FastifySchema, fastify, type RouteOptions } from 'fastify'
import { Type } from 'typebox'
import { ApiError } from './errors.ts'
import type { Routes, Server } from './server.ts'

/**
 * Describes the routes of a server in OpenAPI 3.1. Few processes are ever asked for it, so it is written when it is first wanted: by a
 * second server, with the same routes and nothing behind them.
 */
async function openApiOf(server: Server, { version, url }: Described): Promise<OpenApiDocument> {
  const { default: fastifySwagger } = await import('@fastify/swagger')
  const described = fastify({ exposeHeadRoutes: false })
  described.setValidatorCompiler(() => () => true)
  described.setSerializerCompiler(() => () => '')
  await described.register(fastifySwagger, {
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
  for (const { method, url, schema, config } of server.routeTable) {
    if (isDescribed(schema ?? {}, url)) described.route({ method, url, schema, config, handler: () => {} })
  }
  await described.ready()
  return described.swagger() as OpenApiDocument
}

type Described = { version: string; url: string | undefined }
type OpenApiDocument = Record<string, unknown> & { info: { version: string } }

/** Lets a server describe its routes; see `openApi`. */
export function describeRoutes(server: Server, as: Described): void {
  let document: Promise<OpenApiDocument> | undefined
  server.decorate('openApi', () => (document ??= openApiOf(server, as)))
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The routes of this server in OpenAPI 3.1. */
    openApi(): Promise<OpenApiDocument>
  }
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
      reply
        .type('application/json; charset=utf-8')
        .serializer(JSON.stringify)
        .send(await api.openApi()),
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

/** Routes that are served at the root as well are described once, under `/api`. */
const isDescribed = (schema: FastifySchema, url: string): boolean =>
  !schema.hide && (['/health', '/ready', '/metrics'].includes(url) || url.startsWith('/api/'))

/** Adds what the route's `config` says. */
function describe(schema: FastifySchema, url: string, route: RouteOptions): FastifySchema {
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
