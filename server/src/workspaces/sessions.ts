import { ApiError, invalid } from '../api/errors.ts'
import type { RateLimits } from '../api/rate-limit.ts'
import type { Role } from '../api/scopes.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { hashPassword, needsRehash, verifyPassword } from '../lib/passwords.ts'
import { generateSessionToken, hashSessionToken } from '../lib/tokens.ts'
import * as queries from './queries.ts'
import type { Session } from './schema.ts'

/** A session ends when it was not used for so long. */
export const sessionMs = 30 * 24 * 3_600_000

export type Sessions = ReturnType<typeof createSessions>

/** Creates the console's sessions: a person signs in by password and is known by a cookie from then on. */
export function createSessions(options: { database: Database; clock: Clock; limits: RateLimits }) {
  const { database, clock, limits } = options

  async function describe(personId: string): Promise<Session> {
    const person = await queries.findPerson(database.hub, personId)
    if (!person) throw new ApiError('UNAUTHENTICATED')
    const memberships = await queries.listMemberships(database.hub, personId)
    return {
      person: { id: person.id, email: person.email, name: person.name, platformAdmin: person.platformAdmin },
      workspaces: memberships.map(({ workspaceId, name, role }) => ({ id: workspaceId, name, role: role as Role })),
    }
  }

  return {
    describe,

    /** @throws ApiError UNAUTHENTICATED, the same for a wrong address and a wrong password */
    async signIn(credentials: { email: string; password: string }, userAgent: string | undefined) {
      const { email, password } = credentials
      limits.checkSignIn(email)
      const person = await queries.findPersonByEmail(database.hub, email)
      if (!(await verifyPassword(password, person?.passwordHash)) || !person) {
        limits.signInFailed(email)
        throw new ApiError('UNAUTHENTICATED', 'The e-mail address or the password is wrong.')
      }
      const at = new Date(clock.now())
      if (needsRehash(person.passwordHash)) {
        await queries.setPassword(database.hub, person.id, await hashPassword(password), at)
      }
      const { token, hash } = generateSessionToken()
      await queries.insertSession(database.hub, {
        tokenHash: Buffer.from(hash, 'hex'),
        personId: person.id,
        at,
        expiresAt: new Date(at.getTime() + sessionMs),
        userAgent: userAgent?.slice(0, 300) ?? null,
      })
      return { token, session: await describe(person.id) }
    },

    async signOut(token: string): Promise<void> {
      await queries.deleteSession(database.hub, hashOf(token))
    },

    /** Changes the password and ends the person's other sessions. */
    async changePassword(personId: string, token: string, change: { currentPassword: string; newPassword: string }) {
      const person = await queries.findPerson(database.hub, personId)
      if (!person) throw new ApiError('UNAUTHENTICATED')
      limits.checkSignIn(person.email)
      if (!(await verifyPassword(change.currentPassword, person.passwordHash))) {
        limits.signInFailed(person.email)
        throw invalid('body.currentPassword', 'is not your password')
      }
      const passwordHash = await hashPassword(change.newPassword)
      await database.transaction(async (tx) => {
        await queries.setPassword(tx, personId, passwordHash, new Date(clock.now()))
        await queries.deleteOtherSessions(tx, personId, hashOf(token))
      })
    },
  }
}

const hashOf = (token: string) => Buffer.from(hashSessionToken(token), 'hex')
