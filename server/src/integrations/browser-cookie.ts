import { randomBytes } from 'node:crypto'
import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'

const name = 'tenon_sign_in'
const seconds = 3_600
const form = /^[\w-]{43}$/

export type BrowserCookie = ReturnType<typeof createBrowserCookie>

/** The secret by which the browser that began a sign-in is known again when the vendor sends it back. */
export function createBrowserCookie({ secure }: { secure: boolean }) {
  return {
    /** Gives the browser its secret, the one it has or a new one, and answers it. */
    set(reply: FastifyReply, present: string | undefined): string {
      const value = present ?? randomBytes(32).toString('base64url')
      // Lax: the vendor sends the browser back from another site.
      const cookie = { name, value, path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: seconds } as const
      reply.header('set-cookie', stringifySetCookie(cookie))
      return value
    },
  }
}

/** The secret that the browser bears; undefined where it has none. */
export function readBrowser({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const value = headers.cookie?.includes(name) ? parseCookie(headers.cookie)[name] : undefined
  return value !== undefined && form.test(value) ? value : undefined
}
