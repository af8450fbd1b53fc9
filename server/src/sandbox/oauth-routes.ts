import type { FastifyRequest } from 'fastify'
import { request as send } from 'undici'
import { type Answer, type Api, RefusalError } from './emulator.ts'
import type { Oauth } from './oauth.ts'

type Fields = Record<string, string>

/** Puts a vendor's own OAuth endpoints in front of the authorization server. */
export function oauthRoutes(
  api: Api,
  { oauth, serverUrl, ownUrl }: { oauth: Oauth; serverUrl(): string; ownUrl(): string },
): void {
  const { shape } = oauth
  const isPublic = { public: true, bodies: [shape.tokenBody ?? 'form'] } as const

  api.get(shape.authorizePath, { config: { sandbox: isPublic } }, async (request, reply) => {
    const query = new URLSearchParams(request.query as Fields)
    // Every authorization asks a person anyway; other values of it are the vendor's own.
    query.delete('prompt')
    const scopes = query.get('scope')
    if (scopes && shape.scopeSeparator === ',') query.set('scope', scopes.split(/[,\s]+/).join(' '))
    return await reply.redirect(`${serverUrl()}/auth?${query}`, 302)
  })

  api.post(shape.tokenPath, { config: { sandbox: isPublic } }, async (request, reply) => {
    const fields = clientOf(request, fieldsOf(request.body))
    if (shape.exchange && fields.grant_type === shape.exchange.grantType)
      return await reply.send(await exchanged(fields))
    const answered = await oneByOne(() => call('/token', fields))
    if (answered.status !== 200) throw new RefusalError(refused(answered.status, answered.body))
    const { id_token: _, ...answer } = answered.body as Record<string, unknown>
    const token = String(answer.access_token)
    const found = oauth.store.lookUp(token)
    const scopes = found.state === 'valid' ? found.scopes : []
    if (shape.exchange || (shape.refreshToken === 'omitted' && fields.grant_type === 'refresh_token'))
      delete answer.refresh_token
    if (shape.scopeSeparator === ',' && typeof answer.scope === 'string')
      answer.scope = answer.scope.replaceAll(' ', ',')
    const account = oauth.store.accountOf(token) ?? ''
    const grantType = fields.grant_type ?? ''
    return await reply.send({ ...answer, ...shape.tokenFields?.({ account, scopes, url: ownUrl(), grantType }) })
  })

  if (shape.revokePath) {
    api.post(shape.revokePath, { config: { sandbox: isPublic } }, async (request, reply) => {
      const { status, body } = await call('/token/revocation', clientOf(request, fieldsOf(request.body)))
      if (status !== 200) throw new RefusalError(refused(status, body))
      return await reply.send({})
    })
  }

  /** Changes a token for one that lives longer. */
  async function exchanged(fields: Fields): Promise<Record<string, unknown>> {
    if (!oauth.isClient(fields.client_id ?? '', fields.client_secret ?? ''))
      throw invalidClient('the client is not known, or its secret is another')
    const { parameter, seconds } = shape.exchange!
    const found = oauth.store.lookUp(fields[parameter] ?? '')
    if (found.state !== 'valid' || found.clientId !== fields.client_id)
      throw new RefusalError(refused(400, { error: 'invalid_grant', error_description: 'the token is not valid' }))
    const { answer } = await oauth.grant({ ...found, seconds })
    const { refresh_token: _, scope: __, ...shown } = answer
    return shown
  }

  let last: Promise<unknown> = Promise.resolve()
  /** Between finding a token and marking it as used the server waits, so two at once could both succeed. */
  async function oneByOne<T>(run: () => Promise<T>): Promise<T> {
    const mine = last.then(run, run)
    last = mine.catch(() => {})
    return await mine
  }

  /** Moves the client's credentials to where the authorization server looks, after a check that they came as this vendor wants them. */
  function clientOf(request: FastifyRequest, fields: Fields): Fields {
    const basic = basicOf(request.headers.authorization)
    if (basic && shape.clientAuth === 'body') throw invalidClient('send client_id and client_secret in the body')
    if (!basic && shape.clientAuth === 'basic')
      throw invalidClient('send client_id and client_secret as Basic credentials')
    return basic ? { ...fields, client_id: basic.user, client_secret: basic.password } : fields
  }

  const invalidClient = (description: string) =>
    new RefusalError(refused(401, { error: 'invalid_client', error_description: description }))

  function refused(status: number, body: unknown): Answer {
    const { error = 'server_error', error_description: description = '' } = (body ?? {}) as Fields
    return (
      shape.tokenError?.({ status, error, description }) ?? { status, body: { error, error_description: description } }
    )
  }

  async function call(path: string, fields: Fields): Promise<{ status: number; body: unknown }> {
    const { statusCode, body } = await send(`${serverUrl()}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    })
    const text = await body.text()
    return { status: statusCode, body: text === '' ? undefined : JSON.parse(text) }
  }
}

const fieldsOf = (body: unknown): Fields =>
  Object.fromEntries(
    Object.entries(body ?? {}).filter((field): field is [string, string] => typeof field[1] === 'string'),
  )

/** Reads Basic credentials. */
export function basicOf(header: string | undefined): { user: string; password: string } | undefined {
  const [, encoded] = /^Basic\s+(.+)$/i.exec(header ?? '') ?? []
  if (!encoded) return undefined
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':')
  return { user: unescaped(user), password: unescaped(rest.join(':')) }
}

// RFC 6749 section 2.3.1 wants both form-encoded; many clients do not.
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
