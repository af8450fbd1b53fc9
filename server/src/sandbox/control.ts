import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type FastifyError, fastify } from 'fastify'
import { Type } from 'typebox'
import type { Log } from '../lib/log.ts'
import { FailureError } from './emulator.ts'
import { FaultSetting, type Faults } from './faults.ts'
import type { RequestLog } from './request-log.ts'
import { closed, compileValidator } from './validation.ts'

/** The sandbox's own small API, for the console and for people: `/__sandbox`. Answers requests of this machine only. */
export function createControl(options: {
  faults: Faults
  requests: RequestLog
  log: Log
  instance: string
  /** Where an emulator is reached. */
  placeOf(emulator: { id: string; scheme?: string }): string
  vendors(): { id: string; hosts: readonly string[]; scheme?: string }[]
}) {
  const { faults, requests, log, instance, placeOf, vendors } = options
  const api = fastify({
    logger: false,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
  }).withTypeProvider<TypeBoxTypeProvider>()
  api.setValidatorCompiler(compileValidator)
  api.addHook('onRoute', ({ schema }) => {
    if (schema?.body) schema.body = closed(schema.body)
    if (schema?.querystring) schema.querystring = closed(schema.querystring)
  })
  api.setErrorHandler((error: FastifyError, _request, reply) => {
    const { failure } = error instanceof FailureError ? error : {}
    if (failure?.kind === 'invalid') return reply.code(400).send({ error: 'invalid', faults: failure.faults })
    if (error.statusCode !== undefined && error.statusCode < 500)
      return reply.code(error.statusCode).send({ error: error.message })
    log.error({ err: error }, 'the control of the sandbox failed')
    return reply.code(500).send({ error: 'The sandbox failed.' })
  })
  api.addHook('onRequest', async (request, reply) => {
    // The host is looked at too, since a page in a browser of this machine can be served under any name (DNS rebinding).
    if (isLoopback(request.raw.socket.remoteAddress) && isLoopback(hostOf(request.headers.host))) return
    await reply.code(403).send({ error: 'The control of the sandbox answers this machine only.' })
  })

  api.get('/__sandbox', async () => ({
    sandbox: true,
    instance,
    vendors: vendors().map((emulator) => ({ id: emulator.id, url: placeOf(emulator), hosts: emulator.hosts })),
  }))
  api.get('/__sandbox/faults', async () => ({ faults: faults.list() }))
  api.put('/__sandbox/faults', { schema: { body: FaultSetting } }, async (request) => ({
    id: faults.set(request.body as Parameters<Faults['set']>[0]),
  }))
  api.delete(
    '/__sandbox/faults',
    {
      schema: {
        querystring: Type.Object({
          id: Type.Optional(Type.String()),
          vendor: Type.Optional(Type.String()),
          account: Type.Optional(Type.String()),
        }),
      },
    },
    async (request, reply) => {
      const { id, vendor, account } = request.query
      if (id !== undefined) faults.clear(id)
      else if (vendor !== undefined) faults.clear({ vendor, ...(account === undefined ? {} : { account }) })
      else faults.clear()
      return await reply.code(204).send()
    },
  )
  api.get(
    '/__sandbox/requests',
    {
      schema: {
        querystring: Type.Object({
          vendor: Type.Optional(Type.String()),
          account: Type.Optional(Type.String()),
          unknown: Type.Optional(Type.Boolean()),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
        }),
      },
    },
    async ({ query: { vendor, account, unknown = false, limit = 100 } }) => {
      const found = (unknown ? requests.unknown : requests.all).filter(
        (entry) =>
          (vendor === undefined || entry.vendor === vendor) && (account === undefined || entry.account === account),
      )
      return { requests: found.slice(-limit).reverse() }
    },
  )

  let ready: PromiseLike<unknown> | undefined
  return {
    handle(request: IncomingMessage, response: ServerResponse): void {
      ready ??= api.ready()
      void ready.then(() => api.routing(request, response))
    },
    close: () => api.close(),
  }
}

export type Control = ReturnType<typeof createControl>

const hostOf = (header = ''): string => header.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')

function isLoopback(host: string | undefined): boolean {
  if (host === undefined) return false
  if (host === 'localhost' || host === '::1') return true
  const address = host.replace(/^::ffff:/, '')
  return isIP(address) === 4 && address.startsWith('127.')
}
