import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type FastifyError, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Log } from '../lib/log.ts'
import { type Answer, type Api, type Emulator, type Failure, FailureError, RefusalError } from './emulator.ts'
import type { FaultKind, Faults } from './faults.ts'
import { readForm } from './form.ts'
import { oauthRoutes } from './oauth-routes.ts'
import type { RateLimits } from './rate-limits.ts'
import type { ArrivedRequest, RequestLog } from './request-log.ts'
import { closed, compileValidator, markForm } from './validation.ts'
import type { VendorState } from './vendor.ts'
import type { Caller } from './world.ts'

const largestBody = 30 * 1_048_576
const beforeWork: readonly FaultKind[] = ['latency', 'rate_limit', 'server_error', 'hang', 'cut']

/** One emulator's HTTP side: everything between the socket and its routes. */
export async function serveEmulator(options: {
  emulator: Emulator<unknown>
  vendor: VendorState
  limits: RateLimits
  faults: Faults
  requests: RequestLog
  log: Log
}): Promise<{ handle(request: IncomingMessage, response: ServerResponse): void; close(): Promise<void> }> {
  const { emulator, vendor, limits, faults, requests, log } = options
  const { world, oauth } = vendor
  const api: Api = fastify({
    logger: false,
    bodyLimit: largestBody,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    requestTimeout: 0,
    routerOptions: { maxParamLength: 2_000, ignoreTrailingSlash: true },
  }).withTypeProvider<TypeBoxTypeProvider>()
  const arrived = new WeakMap<FastifyRequest, ArrivedRequest>()

  api.setValidatorCompiler(compileValidator)
  api.addHook('onRoute', ({ schema }) => {
    if (schema?.body) schema.body = closed(schema.body)
    if (schema?.querystring) schema.querystring = closed(schema.querystring)
  })

  api.removeAllContentTypeParsers()
  api.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes, done) => {
    try {
      vendor.bytes.set(request, bytes as Buffer)
      done(null, parse(request, bytes as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })

  function parse(request: FastifyRequest, bytes: Buffer): unknown {
    const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
    const accepted = request.routeOptions.config.sandbox?.bodies ?? emulator.bodies ?? ['json']
    if (bytes.length === 0) return undefined
    try {
      if (accepted.includes('json') && (type === 'application/json' || type.endsWith('+json')))
        return JSON.parse(bytes.toString())
      if (accepted.includes('form') && type === 'application/x-www-form-urlencoded')
        return markForm(readForm(bytes.toString()))
    } catch (error) {
      throw new FailureError({ kind: 'unreadable', message: (error as Error).message })
    }
    if (accepted.includes('bytes')) return bytes
    throw new FailureError({ kind: 'unreadable', message: `the content type ${type || '(none)'} is not supported` })
  }

  api.addHook('onRequest', async (request, reply) => {
    const entry = requests.begin(emulator.id, request)
    arrived.set(request, entry)
    reply.headers(emulator.headers?.(request, world) ?? {})
    const isPublic = request.is404 || request.routeOptions.config.sandbox?.public === true
    const token = emulator.tokenOf ? emulator.tokenOf(request) : bearerOf(request)
    const found = token === undefined ? undefined : vendor.lookUp(token)
    const caller: Caller | undefined = found?.state === 'valid' ? found.caller : undefined
    entry.account =
      caller?.account ?? (token === undefined ? emulator.accountNameOf?.(request, world) : vendor.accountNameOf(token))

    const fault = faults.take({ ...entry, vendor: emulator.id }, beforeWork)
    if (fault) {
      entry.fault = fault.kind
      if (fault.kind === 'hang') return void reply.hijack()
      if (fault.kind === 'cut') {
        reply.hijack()
        request.raw.socket.destroy()
        return
      }
      if (fault.kind === 'latency') await vendor.delay(fault.ms ?? 1_000)
      if (fault.kind === 'rate_limit') {
        throw new FailureError({ kind: 'rate_limited', retryAfterSeconds: fault.retryAfterSeconds ?? 1 })
      }
      if (fault.kind === 'server_error') throw new FailureError({ kind: 'unavailable', status: fault.status ?? 503 })
    }
    if (request.is404) return
    if (isPublic) return void reply.headers(limits.take(entry.account, request))
    if (!found) throw new FailureError({ kind: 'unauthorized', reason: 'missing' })
    if (!caller)
      throw new FailureError({ kind: 'unauthorized', reason: found.state as 'expired' | 'revoked' | 'unknown' })
    vendor.callers.set(request, caller)
    reply.headers(limits.take(caller.account, request))
    const needed = request.routeOptions.config.sandbox?.scopes ?? []
    const { scopes } = caller
    const missing = scopes === 'all' ? [] : needed.filter((scope) => !scopes.includes(scope))
    if (missing.length > 0) throw new FailureError({ kind: 'forbidden', scopes: missing })
  })

  api.addHook('preValidation', async (request) => {
    const entry = arrived.get(request)
    if (entry) requests.body(entry, vendor.bytes.get(request))
  })

  api.addHook('onSend', async (request, reply, payload) => {
    const entry = arrived.get(request)
    if (!entry || reply.statusCode >= 400) return payload
    const fault = faults.take({ ...entry, vendor: emulator.id }, [
      'malformed',
      ...(isWrite(request) ? (['cut_after_write'] as const) : []),
    ])
    if (!fault) return payload
    entry.fault = fault.kind
    if (fault.kind === 'malformed') return '{"this is": "not the answer'
    request.raw.socket.destroy()
    return payload
  })

  api.addHook('onResponse', async (request, reply) => {
    const entry = arrived.get(request)
    if (entry) requests.end(entry, reply.statusCode)
  })

  api.setNotFoundHandler((request, reply) => {
    const entry = arrived.get(request)
    if (entry) requests.unknown.push(entry)
    return answer(
      reply,
      refuse({ kind: 'unknown_path', method: request.method, path: request.url.split('?', 1)[0] ?? '' }),
    )
  })

  api.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof RefusalError) return answer(reply, error.answer)
    if (error instanceof FailureError) return answer(reply, refuse(error.failure), error.headers)
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return answer(reply, refuse({ kind: 'unreadable', message: error.message }))
    }
    const entry = arrived.get(request)
    if (entry) entry.error = error.stack ?? error.message
    log.error({ err: error, vendor: emulator.id, method: request.method, path: request.url }, 'an emulator failed')
    return answer(reply, refuse({ kind: 'unavailable', status: 500 }))
  })

  const refuse = (failure: Failure): Answer => emulator.refuse(failure)

  if (oauth) oauthRoutes(api, { oauth, serverUrl: () => vendor.oauthUrl(), ownUrl: () => world.url })
  emulator.routes(api, world)
  await api.ready()
  return { handle: (request, response) => api.routing(request, response), close: () => api.close() }
}

const isWrite = ({ method }: FastifyRequest): boolean => method !== 'GET' && method !== 'HEAD'

function bearerOf({ headers: { authorization = '' } }: FastifyRequest): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(authorization)?.[1]
}

function answer(reply: FastifyReply, { status, body, headers = {} }: Answer, more: Record<string, string> = {}) {
  reply.code(status).headers({ ...more, ...headers })
  if (body === undefined) return reply.send()
  if (typeof body === 'string' || Buffer.isBuffer(body)) return reply.send(body)
  if (!reply.hasHeader('content-type')) reply.header('content-type', 'application/json; charset=utf-8')
  return reply.send(JSON.stringify(body))
}
