import { stringifySetCookie } from 'cookie'
import type { FastifyReply } from 'fastify'
import { sessionCookie, sessionTokenOf } from '../api/auth.ts'
import { noReply, ok, replies } from '../api/envelope.ts'
import type { Routes } from '../api/server.ts'
import { PasswordChange, Session, SignIn } from './schema.ts'
import { type Sessions, sessionMs } from './sessions.ts'

/** Signing in to the console and out of it. `secure` keeps the cookie to HTTPS. */
export const sessionRoutes =
  ({ sessions, secure }: { sessions: Sessions; secure: boolean }): Routes =>
  async (api) => {
    const setCookie = (reply: FastifyReply, value: string, maxAge: number) =>
      reply.header(
        'set-cookie',
        stringifySetCookie({ name: sessionCookie, value, path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge }),
      )

    api.post(
      '/session',
      {
        config: { public: true },
        schema: {
          operationId: 'signIn',
          summary: 'Sign in by password',
          tags: ['session'],
          body: SignIn,
          response: replies(Session),
        },
      },
      async ({ body, headers }, reply) => {
        const { token, session } = await sessions.signIn(body, headers['user-agent'])
        setCookie(reply, token, sessionMs / 1_000)
        return ok(session)
      },
    )

    api.get(
      '/session',
      {
        config: { session: true },
        schema: {
          operationId: 'getSession',
          summary: 'Who is signed in',
          tags: ['session'],
          response: replies(Session),
        },
      },
      async (request, reply) => {
        // The browser's copy slides with the session's own expiry.
        setCookie(reply, sessionTokenOf(request)!, sessionMs / 1_000)
        return ok(await sessions.describe(request.principal.personId!))
      },
    )

    api.delete(
      '/session',
      {
        config: { session: true },
        schema: { operationId: 'signOut', summary: 'Sign out', tags: ['session'], response: noReply() },
      },
      async (request, reply) => {
        await sessions.signOut(sessionTokenOf(request)!)
        return setCookie(reply, '', 0).code(204).send(null)
      },
    )

    api.patch(
      '/session/password',
      {
        config: { session: true },
        schema: {
          operationId: 'changePassword',
          summary: 'Change the password, and end the other sessions',
          tags: ['session'],
          body: PasswordChange,
          response: noReply(),
        },
      },
      async (request, reply) => {
        await sessions.changePassword(request.principal.personId!, sessionTokenOf(request)!, request.body)
        return reply.code(204).send(null)
      },
    )
  }
