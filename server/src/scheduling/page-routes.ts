import { Type } from 'typebox'
import type { Routes } from '../api/server.ts'
import type { AppointmentPages } from './pages.ts'

const ByToken = Type.Object({ token: Type.String({ maxLength: 300 }) })
const largestForm = 16_384

/** The pages behind links in mails; at the root only. The sealed token in the path is all that they ask for. */
export const appointmentPageRoutes =
  ({ pages }: { pages: AppointmentPages }): Routes =>
  async (api) => {
    const hidden = { config: { public: true, page: true }, schema: { hide: true, params: ByToken } } as const

    api.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: largestForm },
      (_request, body, done) => done(null, new URLSearchParams(String(body).replaceAll('%00', ''))),
    )

    api.get('/appointments/:token', hidden, async ({ params }, reply) => {
      const { status, text, headers } = await pages.show(params.token)
      return reply.code(status).headers(headers).send(text)
    })

    api.post('/appointments/:token', hidden, async ({ params, body }, reply) => {
      const form = body instanceof URLSearchParams ? body : new URLSearchParams()
      const { status, text, headers } = await pages.submit(params.token, form)
      return reply.code(status).headers(headers).send(text)
    })
  }
