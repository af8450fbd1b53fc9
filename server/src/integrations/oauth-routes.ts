import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { noReply, ok, replies } from '../api/envelope.ts'
import type { Routes } from '../api/server.ts'
import { type BrowserCookie, readBrowser } from './browser-cookie.ts'
import { type ConnectPage, messageOf } from './connect.ts'
import { outcomePage } from './connect-pages.ts'
import type { OAuthApplications } from './oauth-applications.ts'
import { OAuthFailure } from './oauth-failure.ts'
import {
  Application,
  ApplicationFields,
  Authorization,
  AuthorizeQuery,
  ByProvider,
  ByState,
  CallbackQuery,
} from './oauth-schema.ts'
import type { Finished, SignIns } from './oauth-sign-ins.ts'
import type { Places } from './places.ts'
import { checkReturnUrl, withParameters } from './return-urls.ts'

const base = '/integrations/oauth'

/** Signing in at vendors: there, and back again. */
export const oauthRoutes =
  (deps: { signIns: SignIns; page: ConnectPage; places: Places; cookie: BrowserCookie }): Routes =>
  async (api) => {
    const { signIns, page, places, cookie } = deps

    api.get(
      `${base}/:provider/authorize`,
      {
        config: { scope: 'integrations:write' },
        schema: {
          summary: 'Begin to connect an account by signing in at the vendor',
          description:
            'Sends a browser on to the vendor; with `Accept: application/json` answers the URL to open in the browser of the person who connects.',
          tags: ['connect'],
          params: ByProvider,
          querystring: AuthorizeQuery,
          response: { ...replies(Authorization), 302: Type.Null({ description: 'On to the vendor.' }) },
        },
      },
      async (request, reply) => {
        const { provider } = request.params
        const { template, returnUrl, integrationId, name, agentId } = request.query
        checkReturnUrl(returnUrl, places.returnUrls(request), 'query.returnUrl')
        // A program's own cookie jar is not the browser of the person who will go on.
        const wantsUrl = /application\/json/i.test(request.headers.accept ?? '')
        const isBrowser = request.principal.personId !== undefined || !wantsUrl
        const browser = isBrowser ? cookie.set(reply, readBrowser(request)) : undefined
        const { state, url, expiresAt } = await signIns.begin(request.workspace.id, {
          ...{ provider, templateId: template, integrationId, returnUrl, name, agentId, browser },
          createdBy: request.principal.id,
          redirectUri: places.redirectUriOf(request)(provider),
        })
        if (!wantsUrl) return reply.redirect(url, 302)
        const start = `${places.publicUrl(request)}/api${base}/start/${state}`
        return ok({ url: isBrowser ? url : start, expiresAt: expiresAt.toISOString() })
      },
    )

    api.get(
      `${base}/start/:state`,
      { config: { public: true, page: true }, schema: { hide: true, params: ByState } },
      async (request, reply) => {
        try {
          return reply.redirect(await signIns.start(request.params.state, cookie.set(reply, readBrowser(request))), 302)
        } catch (error) {
          return refuse(reply, error)
        }
      },
    )

    for (const path of [`${base}/:provider/callback`, '/integrations/:provider/callback']) {
      api.get(
        path,
        {
          config: { public: true, page: true },
          schema: { hide: true, params: ByProvider, querystring: CallbackQuery },
        },
        async (request, reply) => {
          try {
            const { provider } = request.params
            const finished = await signIns.finish(provider, request.query, readBrowser(request))
            return await tell(request, reply, finished)
          } catch (error) {
            return refuse(reply, error)
          }
        },
      )
    }

    async function tell(request: FastifyRequest, reply: FastifyReply, finished: Finished): Promise<FastifyReply> {
      const { connectSessionId, returnUrl, status, vendor } = finished
      const publicUrl = places.publicUrl(request)
      if (connectSessionId !== undefined) {
        const { status, text, headers } = await page.finished({ ...finished, connectSessionId }, publicUrl)
        return reply.code(status).headers(headers).send(text)
      }
      const { integrationId } = finished
      const outcome =
        finished.status === 'failed'
          ? { status, integrationId, errorCode: finished.errorCode, error: finished.error }
          : { status, integrationId, warning: finished.warning }
      if (returnUrl !== undefined) return reply.redirect(withParameters(returnUrl, outcome), 302)
      const message = messageOf(finished)
      const { text, headers } = outcomePage({ vendor, outcome, message, listeners: [new URL(publicUrl).origin] })
      return reply.code(200).headers(headers).send(text)
    }
  }

/** A sign-in that nobody can go on with ends on a page: there is no place that is known to be safe to go to. */
function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof OAuthFailure)) throw error
  const { message } = error
  const { text, headers } = outcomePage({ vendor: undefined, outcome: { status: 'failed' }, message, listeners: [] })
  return reply.code(400).headers(headers).send(text)
}

/** The operator's applications at vendors. */
export const applicationRoutes =
  ({ applications, places }: { applications: OAuthApplications; places: Places }): Routes =>
  async (api) => {
    const path = `${base}/applications/:provider`
    const config = { platform: true } as const

    api.get(
      `${base}/applications`,
      {
        config,
        schema: {
          operationId: 'listOAuthApplications',
          summary: 'List the applications with which this hub is known to vendors',
          tags: ['connect'],
          response: replies(Type.Array(Application)),
        },
      },
      async (request) => ok(await applications.list(places.redirectUriOf(request))),
    )

    api.get(
      path,
      {
        config,
        schema: {
          operationId: 'getOAuthApplication',
          summary: 'One application; its secrets never come back',
          tags: ['connect'],
          params: ByProvider,
          response: replies(Application),
        },
      },
      async (request) => {
        const { provider } = request.params
        return ok(await applications.get(provider, places.redirectUriOf(request)(provider)))
      },
    )

    api.put(
      path,
      {
        config,
        schema: {
          operationId: 'putOAuthApplication',
          summary: 'Enter the client id and secret that a vendor gave the operator',
          tags: ['connect'],
          params: ByProvider,
          body: ApplicationFields,
          response: replies(Application),
        },
      },
      async (request) => {
        const { provider } = request.params
        return ok(await applications.put(provider, request.body, places.redirectUriOf(request)(provider)))
      },
    )

    api.delete(
      path,
      {
        config,
        schema: {
          operationId: 'deleteOAuthApplication',
          summary: 'Forget what was entered; the environment counts again',
          tags: ['connect'],
          params: ByProvider,
          response: noReply(),
        },
      },
      async ({ params }, reply) => {
        await applications.remove(params.provider)
        return reply.code(204).send(null)
      },
    )
  }
