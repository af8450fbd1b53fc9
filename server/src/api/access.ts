import type { FastifyRequest, RouteOptions } from 'fastify'
import { isId } from '../lib/ids.ts'
import { ApiError, invalid } from './errors.ts'
import type { Principal } from './principal.ts'
import type { Limit, RateLimits } from './rate-limit.ts'
import { allows } from './scopes.ts'
import type { Guards, Server } from './server.ts'

/** Finds out who makes a request that is about this workspace, if it names one. Throws UNAUTHENTICATED. */
export type Authenticate = (request: FastifyRequest, workspaceId: string | undefined) => Principal | Promise<Principal>

/**
 * Puts a guard in front of each route, by what its `config` says of who may call it (see `principal.ts`).
 * The guard is added to the route itself, so that no request pays for a question its route does not ask.
 */
export function createAccess(options: { authenticate: Authenticate; limits: RateLimits }): Guards {
  const { authenticate, limits } = options
  return {
    guardRoutes: (server: Server) => {
      server.decorateRequest('principal')
      server.decorateRequest('workspace')
      server.addHook('onRoute', (route) => {
        const guard = guardOf(route, authenticate, limits)
        if (guard) route.onRequest = [guard, ...[route.onRequest ?? []].flat()]
      })
    },
  }
}

type Hook = Extract<NonNullable<RouteOptions['onRequest']>, (...args: never[]) => unknown>

function guardOf(route: RouteOptions, authenticate: Authenticate, limits: RateLimits): Hook | undefined {
  const config = route.config ?? {}
  const declared = [config.scope, config.public, config.platform, config.session].filter((one) => one !== undefined)
  if (declared.length !== 1) {
    throw new TypeError(
      `The route ${route.method} ${route.url} must say in its config who may call it: scope, public, platform or session.`,
    )
  }
  if (config.public) {
    if (config.unlimited) return undefined
    return (request, reply, done) => done(refusal(limits.ofAddress(request.ip), reply))
  }
  return (request, reply, done) => {
    const admit = (principal: Principal) => {
      const refused = refusal(limits.ofPrincipal(principal.id), reply) ?? enter(request, principal)
      done(refused)
    }
    try {
      // Known keys are answered from memory, and then nothing here waits.
      const principal = authenticate(request, wantedWorkspace(request))
      if (principal instanceof Promise) principal.then(admit).catch(done)
      else admit(principal)
    } catch (error) {
      done(error as Error)
    }
  }
}

/** The workspace that the path or the header names. */
function wantedWorkspace(request: FastifyRequest): string | undefined {
  if (request.routeOptions.config.workspaceInPath) {
    const { id } = request.params as { id: string }
    if (isId(id)) return id
    throw invalid('params.id', 'must be the id of a workspace, a lower-case UUID')
  }
  const header = request.headers['x-workspace-id']
  if (header === undefined || header === '') return undefined
  if (typeof header === 'string' && isId(header)) return header
  throw invalid('headers.x-workspace-id', 'must be the id of a workspace, a lower-case UUID')
}

function enter(request: FastifyRequest, principal: Principal): ApiError | undefined {
  request.principal = principal
  const { scope, platform, session } = request.routeOptions.config
  if (platform) {
    return principal.kind === 'platform' ? undefined : new ApiError('FORBIDDEN', 'Only the platform admin may do this.')
  }
  if (session) {
    return principal.personId ? undefined : new ApiError('FORBIDDEN', 'Only a person who signed in may do this.')
  }
  if (!allows(principal.scopes, scope!)) {
    return new ApiError('FORBIDDEN', `This needs the scope ${scope}, which ${nameOf(principal)} does not have.`)
  }
  if (!principal.workspaceId) {
    return invalid('headers.x-workspace-id', 'is missing; the platform admin chooses the workspace with it')
  }
  request.workspace = { id: principal.workspaceId }
  return undefined
}

const nameOf = ({ kind }: Principal) =>
  ({ 'api-key': 'this API key', jwt: 'this token', member: 'your role', platform: 'the platform admin' })[kind]

function refusal(limit: Limit, reply: { raw: { setHeader(name: string, value: string | number): unknown } }) {
  reply.raw.setHeader('ratelimit-limit', limit.limit)
  reply.raw.setHeader('ratelimit-remaining', limit.remaining)
  reply.raw.setHeader('ratelimit-reset', limit.resetSeconds)
  if (limit.retryAfterSeconds === undefined) return undefined
  return new ApiError('RATE_LIMIT_EXCEEDED', undefined, {
    headers: { 'retry-after': String(limit.retryAfterSeconds) },
  })
}
