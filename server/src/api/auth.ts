import { timingSafeEqual } from 'node:crypto'
import { parseCookie } from 'cookie'
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Config } from '../config.ts'
import type { Clock } from '../lib/clock.ts'
import { lazily } from '../lib/lazily.ts'
import type { Log } from '../lib/log.ts'
import { hashApiKey, hashSessionToken } from '../lib/tokens.ts'
import type { Authenticate } from './access.ts'
import { ApiError } from './errors.ts'
import type { Principal } from './principal.ts'
import { type Role, scopesOfRole } from './scopes.ts'

/** Where keys, sessions and workspaces are looked up. */
export type Directory = {
  /** The key with this hash, unless it was revoked. */
  findApiKey(hash: string): Promise<KeyRecord | undefined>
  /** Notes that a key was used, in the background. */
  markKeyUsed(id: string): void
  /** The session with this hash, unless it has expired; using it puts its expiry off. */
  findSession(hash: string): Promise<SessionRecord | undefined>
  hasWorkspace(id: string): Promise<boolean>
}
export type KeyRecord = { id: string; workspaceId: string | null; scopes: string[]; expiresAt: Date | null }
export type SessionRecord = {
  person: { id: string; platformAdmin: boolean }
  /** Oldest first. */
  memberships: { workspaceId: string; role: Role }[]
}

export const sessionCookie = 'tenon_session'

/** How long a key or token is believed without being looked up again. */
const cacheMs = 5_000

/** Creates what finds out who makes a request: by API key, bearer token, or the console's cookie. */
export function createAuth(options: { config: Config; directory: Directory; clock: Clock; log: Log }): {
  authenticate: Authenticate
  /** Forgets what was looked up, at once: a key was revoked, a workspace deleted. */
  forget(): void
} {
  const { config, directory, clock, log } = options
  const admin =
    config.TENON_ADMIN_KEY === undefined ? undefined : Buffer.from(hashApiKey(config.TENON_ADMIN_KEY), 'hex')
  const tokens = lazily(async () => (await import('./jwt.ts')).createTokenVerifier({ config, clock, log }))
  const known = new LRUCache<string, { principal: Principal; until: number; expiresAt: number }>({ max: 10_000 })
  const asked = new Map<string, Promise<Principal>>()
  const workspaces = new LRUCache<string, number>({ max: 10_000 })
  let generation = 0

  function authenticateCredential(credential: string, wanted: string | undefined): Principal | Promise<Principal> {
    const hash = hashApiKey(credential)
    if (admin && timingSafeEqual(admin, Buffer.from(hash, 'hex'))) return choose(platformAdmin, wanted)
    const now = clock.now()
    const found = known.get(hash)
    if (found && found.expiresAt <= now) throw refused()
    if (found && found.until > now) {
      if (found.principal.kind === 'api-key') directory.markKeyUsed(found.principal.id)
      return choose(found.principal, wanted)
    }
    // Requests that arrive together wait for one look-up.
    let looking = asked.get(hash)
    if (!looking) {
      looking = lookUp(credential, hash).finally(() => asked.delete(hash))
      asked.set(hash, looking)
    }
    return looking.then((principal) => choose(principal, wanted))
  }

  async function lookUp(credential: string, hash: string): Promise<Principal> {
    const startedIn = generation
    const { principal, expiresAt } = credential.startsWith('tnn_')
      ? await findKey(hash)
      : await (await tokens())(credential)
    if (principal.workspaceId) await mustExist(principal.workspaceId)
    if (startedIn === generation) known.set(hash, { principal, until: clock.now() + cacheMs, expiresAt })
    return principal
  }

  async function findKey(hash: string) {
    const key = await directory.findApiKey(hash)
    const expiresAt = key?.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY
    if (!key || expiresAt <= clock.now()) throw refused()
    directory.markKeyUsed(key.id)
    const principal: Principal = {
      kind: key.workspaceId === null ? 'platform' : 'api-key',
      id: key.id,
      workspaceId: key.workspaceId ?? undefined,
      scopes: new Set(key.scopes),
    }
    return { principal, expiresAt }
  }

  /** The principal in the workspace that the request is about. */
  function choose(principal: Principal, wanted: string | undefined): Principal | Promise<Principal> {
    if (wanted === undefined || wanted === principal.workspaceId) return principal
    // What belongs to one workspace cannot tell whether another exists.
    if (principal.kind !== 'platform') throw noWorkspace()
    const chosen = { ...principal, workspaceId: wanted }
    if ((workspaces.get(wanted) ?? 0) > clock.now()) return chosen
    return mustExist(wanted).then(() => chosen)
  }

  async function mustExist(workspaceId: string): Promise<void> {
    if ((workspaces.get(workspaceId) ?? 0) > clock.now()) return
    const startedIn = generation
    if (!(await directory.hasWorkspace(workspaceId))) throw noWorkspace()
    if (startedIn === generation) workspaces.set(workspaceId, clock.now() + cacheMs)
  }

  async function authenticateSession(token: string, wanted: string | undefined): Promise<Principal> {
    const session = await directory.findSession(hashSessionToken(token))
    if (!session) throw new ApiError('UNAUTHENTICATED', 'The session has ended; sign in again.')
    const { person, memberships } = session
    const membership = wanted ? memberships.find(({ workspaceId }) => workspaceId === wanted) : memberships[0]
    if (person.platformAdmin) {
      return await choose(
        { ...platformAdmin, id: person.id, personId: person.id, workspaceId: membership?.workspaceId },
        wanted,
      )
    }
    if (wanted && !membership) throw noWorkspace()
    return {
      kind: 'member',
      id: person.id,
      personId: person.id,
      workspaceId: membership?.workspaceId,
      scopes: membership ? scopesOfRole[membership.role] : new Set(),
      role: membership?.role,
    }
  }

  return {
    authenticate: (request, wanted) => {
      const credential = credentialOf(request)
      if (credential) return authenticateCredential(credential, wanted)
      const token = sessionTokenOf(request)
      if (!token) throw new ApiError('UNAUTHENTICATED', undefined, { headers: { 'www-authenticate': 'Bearer' } })
      mustComeFromConsole(request)
      return authenticateSession(token, wanted)
    },
    forget: () => {
      generation += 1
      known.clear()
      workspaces.clear()
    },
  }
}

const platformAdmin: Principal = { kind: 'platform', id: 'platform', workspaceId: undefined, scopes: new Set(['*']) }

const refused = () =>
  new ApiError('UNAUTHENTICATED', 'This API key or token is not valid (any more).', {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  })

const noWorkspace = () => new ApiError('NOT_FOUND', 'There is no such workspace.')

function credentialOf({ headers }: FastifyRequest): string | undefined {
  const { authorization, 'x-api-key': key } = headers
  if (authorization !== undefined) {
    const bearer = /^Bearer +([\x21-\x7e]{1,8192})$/i.exec(authorization)?.[1]
    if (bearer) return bearer
    throw new ApiError('UNAUTHENTICATED', 'The Authorization header must read "Bearer <API key or token>".')
  }
  return typeof key === 'string' && key !== '' ? key : undefined
}

/** The session token of the console's cookie. */
export function sessionTokenOf({ headers }: FastifyRequest): string | undefined {
  return headers.cookie?.includes(sessionCookie) ? parseCookie(headers.cookie)[sessionCookie] : undefined
}

/**
 * Another site can make a browser send the cookie, but not this header, since the hub answers no CORS preflight.
 * @throws ApiError FORBIDDEN for an unsafe method without it
 */
export function mustComeFromConsole({ method, headers }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD' || headers['x-tenon-console'] === '1') return
  throw new ApiError('FORBIDDEN', 'With the session cookie, send the header "X-Tenon-Console: 1" too.')
}
