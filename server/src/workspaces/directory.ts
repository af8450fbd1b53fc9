import type { Directory } from '../api/auth.ts'
import type { Role } from '../api/scopes.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import * as queries from './queries.ts'
import { sessionMs } from './sessions.ts'

/** How exact `lastUsedAt` and `lastSeenAt` are: writing them with each request would cost more than the request. */
const keyUseMs = 60_000
const sessionUseMs = 3_600_000

/** Creates the look-up of keys and sessions that authentication asks. It runs as the hub, since the workspace is not known yet. */
export function createDirectory(options: { database: Database; clock: Clock; log: Log }): Directory {
  const { database, clock, log } = options
  const usedAt = new Map<string, number>()

  return {
    findApiKey: (hash) => queries.findApiKeyByHash(database.hub, Buffer.from(hash, 'hex')),

    markKeyUsed: (id) => {
      const now = clock.now()
      if (now - (usedAt.get(id) ?? 0) < keyUseMs) return
      usedAt.set(id, now)
      queries.setKeyUsed(database.hub, id, new Date(now)).catch((error: unknown) => {
        log.debug({ err: error, keyId: id }, 'the use of an API key could not be noted')
      })
    },

    findSession: async (hash) => {
      const tokenHash = Buffer.from(hash, 'hex')
      const now = clock.now()
      const found = await queries.findSession(database.hub, tokenHash, new Date(now))
      if (!found) return undefined
      if (now - found.lastSeenAt.getTime() > sessionUseMs) {
        await queries.prolongSession(database.hub, tokenHash, new Date(now), new Date(now + sessionMs))
      }
      const memberships = await queries.listMemberships(database.hub, found.id)
      return {
        person: { id: found.id, platformAdmin: found.platformAdmin },
        memberships: memberships.map(({ workspaceId, role }) => ({ workspaceId, role: role as Role })),
      }
    },

    hasWorkspace: async (id) => (await queries.findWorkspace(database.hub, id)) !== undefined,
  }
}
