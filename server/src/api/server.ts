import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyPluginAsyncTypebox, TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  fastify,
  LogController,
  type RawServerDefault,
  type RouteOptions,
} from 'fastify'
import type { Config } from '../config.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import { handleError } from './error-handler.ts'
import { ApiError, failureOf } from './errors.ts'
import { readJsonBodies } from './json-body.ts'
import { compileSerializer } from './serialization.ts'
import { answerUnknownRoutes } from './unknown-routes.ts'
import { closed, compileValidator } from './validation.ts'

/** The HTTP server that routes are registered on. */
export type Server = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** A module of routes, mounted under `/api`. */
export type Routes = FastifyPluginAsyncTypebox

/** What stands in front of routes; see `access.ts` and `idempotency.ts`. */
export type Guards = {
  /** Puts itself in front of the routes that are registered from now on. */
  guardRoutes(server: Server): void
}

/**
 * Creates the HTTP server with everything that all routes share: the envelope, validation, request ids, headers, limits.
 * Requests are not logged one by one below the level `debug`.
 */
export function createServer(options: { config: Config; log: Log; clock: Clock; guards: Guards[] }): Server {
  const { config, log, clock, guards } = options
  const server: Server = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    // A child logger reads all redaction paths anew, 6 % of a small request; the few lines about requests name their id themselves.
    childLoggerFactory: (logger) => logger,
    bodyLimit: config.TENON_BODY_LIMIT,
    trustProxy: config.TENON_TRUST_PROXY,
    requestIdHeader: false,
    genReqId: (request) => requestIdOf(request) ?? newId(clock),
    requestTimeout: 120_000,
    keepAliveTimeout: 72_000,
    // Connections that are kept alive between requests must not hold up a stop.
    forceCloseConnections: 'idle',
    // Until the stop's deadline requests are served as before, and their connections closed.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: true },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, newId(clock)),
    frameworkErrors: handleError,
  }).withTypeProvider<TypeBoxTypeProvider>()

  server.setErrorHandler(handleError)
  server.setValidatorCompiler(compileValidator)
  server.setSerializerCompiler(compileSerializer)
  readJsonBodies(server, (request, bytes) => {
    const { idempotent, keepsBytes } = request.routeOptions.config
    if (idempotent || keepsBytes) request.bodyBytes = bytes
  })
  server.decorateRequest('bodyBytes')

  const headers = headersOf(config)
  server.addHook('onRequest', (request, reply, done) => {
    reply.raw.setHeader('x-request-id', request.id)
    for (const [name, value] of headers) reply.raw.setHeader(name, value)
    done()
  })
  if (log.isLevelEnabled('debug')) {
    server.addHook('onResponse', (request, reply, done) => {
      const { method, url, routeOptions } = request
      // Query strings of public routes may bear tokens, and so may paths that are links of their own.
      const path = /\/:(token|state)$/.test(routeOptions.url ?? '') ? routeOptions.url : url.split('?', 1)[0]
      request.log.debug(
        {
          requestId: request.id,
          method,
          path,
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime),
        },
        'request answered',
      )
      done()
    })
  }

  server.decorate('routeTable', [])
  server.addHook('onRoute', (route) => {
    const { schema } = route
    server.routeTable.push(route)
    if (route.url.includes(':') && !schema?.params) {
      throw new TypeError(`The route ${route.method} ${route.url} has path parameters but no schema for them.`)
    }
    if (schema?.body) schema.body = closed(schema.body)
    if (schema?.querystring) schema.querystring = closed(schema.querystring)
  })
  for (const { guardRoutes } of guards) guardRoutes(server)
  answerUnknownRoutes(server)
  return server
}

/** Takes no more connections and answers what has begun; what is not answered by the deadline is cut off. */
export async function closeServer(server: Server, deadlineMs: number): Promise<void> {
  const { promise: deadline, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, deadlineMs)
  // A connection whose last answer went out after the closing began would otherwise be kept alive.
  const sweep = setInterval(() => server.server.closeIdleConnections(), 50)
  try {
    await Promise.race([server.close(), deadline])
  } finally {
    clearTimeout(timer)
    clearInterval(sweep)
    server.server.closeAllConnections()
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route that was registered, for what must hold of all of them. */
    routeTable: RouteOptions[]
  }
  interface FastifyRequest {
    /** The body as it came, on idempotent routes only. */
    bodyBytes?: Buffer | undefined
  }
}

/** A caller may name its request, so that its log and ours can be read together. */
function requestIdOf(request: { headers: IncomingMessage['headers'] }): string | undefined {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : undefined
}

/** For JSON: nothing may be run, framed, cached or guessed. Pages set their own policy. */
function headersOf({ TENON_PUBLIC_URL }: Config): [string, string][] {
  return [
    ['x-content-type-options', 'nosniff'],
    ['cache-control', 'no-store'],
    ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
    ['referrer-policy', 'no-referrer'],
    ['cross-origin-resource-policy', 'same-origin'],
    ...(TENON_PUBLIC_URL?.startsWith('https:')
      ? [['strict-transport-security', 'max-age=31536000'] as [string, string]]
      : []),
  ]
}

/** What is not HTTP never becomes a request, and is answered on the socket itself. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const failure =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new ApiError('PAYLOAD_TOO_LARGE', 'The headers are larger than 16 KiB.')
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new ApiError('VALIDATION_FAILED', 'The request took too long to arrive.')
        : new ApiError('VALIDATION_FAILED', 'This is not an HTTP request that can be read.')
  const [status, reason] =
    failure.code === 'PAYLOAD_TOO_LARGE' ? [431, 'Request Header Fields Too Large'] : [400, 'Bad Request']
  const body = JSON.stringify(failureOf(failure, requestId))
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
