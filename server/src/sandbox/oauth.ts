import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { AdapterPayload } from 'oidc-provider'
import type { Log } from '../lib/log.ts'
import { consentPage, readDecision } from './consent.ts'
import type { OauthShape } from './oauth-shape.ts'
import { createOauthStore, type OauthClient, type OauthState } from './oauth-store.ts'
import type { Granted } from './world.ts'

/** The authorization server of one vendor: `oidc-provider` with that vendor's rules, loaded when it is first needed. */
export function createOauth(options: {
  vendor: string
  vendorName: string
  shape: OauthShape
  state: OauthState
  /** Where this server answers: `http://127.0.0.1:4010/oauth/hubspot`. */
  url(): string
  /** Where the emulator answers: `http://127.0.0.1:4010/hubspot`. */
  vendorUrl(): string
  now(): number
  nextOrder(): number
  log: Log
  isAutomatic(): boolean
  /** Whether people may be sent back there after they allowed access. */
  allowsRedirect(url: URL): boolean
  deadBefore(account: string | undefined): { expired: number; revoked: number }
}) {
  const { vendor, vendorName, shape, state, url, vendorUrl, log, isAutomatic, allowsRedirect } = options
  const client = { clientId: `sandbox-${vendor}`, clientSecret: `sandbox-${vendor}-secret` }
  const clients = new Map<string, OauthClient>([[client.clientId, client]])
  /** Grants that were asked for without a refresh token. */
  const withoutRefresh = new Set<string>()

  const clientOf = (id: string): AdapterPayload | undefined => {
    const known = clients.get(id)
    return known && metadataOf(known, shape)
  }
  const store = createOauthStore({ ...options, state, clientOf })

  let loading: Promise<Provider> | undefined
  const provider = (): Promise<Provider> => {
    loading ??= load()
    return loading
  }

  async function load(): Promise<Provider> {
    store.tidy()
    const Provider = await importQuietly(log)
    const made = new Provider(url(), {
      adapter: store.adapterFor,
      jwks: { keys: [signingKey()] },
      clientAuthMethods: ['client_secret_post'],
      scopes: [...new Set(['openid', 'offline_access', ...shape.scopes])],
      claims: { openid: ['sub'] },
      responseTypes: ['code'],
      extraParams: [...(shape.extraParameters ?? [])],
      pkce: { required: () => shape.pkce === 'required' },
      cookies: {
        keys: [randomBytes(32).toString('hex')],
        names: { session: `${vendor}_session`, interaction: `${vendor}_interaction`, resume: `${vendor}_resume` },
      },
      features: {
        devInteractions: { enabled: false },
        revocation: { enabled: true, allowedPolicy: (_context, client, token) => token.clientId === client.clientId },
        rpInitiatedLogout: { enabled: false },
        userinfo: { enabled: false },
        resourceIndicators: { enabled: false },
        pushedAuthorizationRequests: { enabled: false },
      },
      findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
      interactions: { url: (_context, interaction) => `${url()}/consent/${interaction.uid}` },
      // Access that was allowed before is no reason not to ask.
      loadExistingGrant: async (context) => {
        const id = context.oidc.result?.consent?.grantId
        return id ? await context.oidc.provider.Grant.find(id) : undefined
      },
      expiresWithSession: () => false,
      issueRefreshToken: (_context, _client, source) => !withoutRefresh.has(source.grantId ?? ''),
      rotateRefreshToken: () => shape.refreshToken === 'rotates',
      ttl: {
        AccessToken: () => shape.accessTokenSeconds,
        RefreshToken: () => refreshTokenSeconds(shape),
        Grant: () => refreshTokenSeconds(shape),
        AuthorizationCode: 60,
        IdToken: 3_600,
        Interaction: 3_600,
        Session: 3_600,
      },
      renderError: (context, { error, error_description: description }) => {
        context.type = 'text/plain'
        context.body = `${vendorName} refuses this authorization: ${error}${description ? ` (${description})` : ''}\n`
      },
    })
    made.Client.prototype.redirectUriAllowed = function redirectUriAllowed(given: string) {
      const { redirectUris } = clients.get(this.clientId) ?? {}
      if (redirectUris) return redirectUris.includes(given)
      return URL.canParse(given) && allowsRedirect(new URL(given))
    }
    made.on('authorization.success', ({ oidc }, answer = {}) => {
      const account = oidc.session?.accountId
      if (shape.callbackParameters && account) Object.assign(answer, shape.callbackParameters({ account }))
    })
    made.on('server_error', (_context, error) => log.error({ err: error, vendor }, 'the sandbox could not authorize'))
    return made
  }

  async function consent(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const oidc = await provider()
    let details: Awaited<ReturnType<Provider['interactionDetails']>>
    try {
      details = await oidc.interactionDetails(request, response)
    } catch {
      response.writeHead(400, { 'content-type': 'text/plain' })
      response.end('This authorization has ended, or was begun in another browser. Start it again.\n')
      return
    }
    const parameters = details.params as Record<string, string | undefined>
    const scopes = (parameters.scope ?? '').split(' ').filter(Boolean)
    const hint = parameters.login_hint || 'sandbox'
    if (request.method !== 'POST' && !isAutomatic()) {
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      })
      response.end(consentPage({ vendorName, application: parameters.client_id ?? '', scopes, account: hint }))
      return
    }
    const decision = request.method === 'POST' ? await readDecision(request, hint) : { allow: true, account: hint }
    if (!decision.allow) {
      await oidc.interactionFinished(request, response, {
        error: 'access_denied',
        error_description: 'The user denied access.',
      })
      return
    }
    const grantId = await saveGrant(oidc, { account: decision.account, scopes, clientId: parameters.client_id ?? '' })
    if (shape.givesRefreshToken && !shape.givesRefreshToken(parameters)) withoutRefresh.add(grantId)
    await oidc.interactionFinished(request, response, { login: { accountId: decision.account }, consent: { grantId } })
  }

  return {
    shape,
    store,
    client,
    registerClient: (other: OauthClient) => void clients.set(other.clientId, other),
    knows: (clientId: string) => clients.has(clientId),
    isClient: (id: string, secret: string) => clients.get(id)?.clientSecret === secret,
    /** Answers below `/oauth/<vendor>`; `path` is what follows. */
    async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
      if (path.startsWith('/consent/')) return await consent(request, response)
      const oidc = await provider()
      // Every authorization begins signed out, so that each can choose its account.
      if (path.startsWith('/auth')) request.headers.cookie = withoutSession(request.headers.cookie ?? '', vendor)
      Object.assign(request, { originalUrl: request.url, url: path })
      await oidc.callback()(request, response)
    },
    /** Gives tokens without a browser. */
    async grant({
      account = 'sandbox',
      scopes = [...shape.scopes],
      clientId = client.clientId,
      seconds = shape.exchange?.seconds ?? shape.accessTokenSeconds,
    }: {
      account?: string
      scopes?: string[]
      clientId?: string
      /** How long the access token lives. */
      seconds?: number
    } = {}): Promise<Granted> {
      const oidc = await provider()
      const owner = await oidc.Client.find(clientId)
      if (!owner) throw new TypeError(`The sandbox knows no client ${clientId}.`)
      const grantId = await saveGrant(oidc, { account, scopes, clientId })
      const about = { client: owner, accountId: account, grantId, scope: scopes.join(' '), gty: 'authorization_code' }
      const accessToken = await new oidc.AccessToken({ ...about, expiresIn: seconds } as never).save()
      const refreshToken = shape.exchange ? accessToken : await new oidc.RefreshToken(about as never).save()
      const answer = {
        access_token: accessToken,
        refresh_token: refreshToken,
        expires_in: seconds,
        token_type: 'Bearer',
        scope: scopes.join(shape.scopeSeparator ?? ' '),
        ...shape.tokenFields?.({ account, scopes, url: vendorUrl(), grantType: 'authorization_code' }),
      }
      return { accessToken, refreshToken, answer }
    },
  }
}

export type Oauth = ReturnType<typeof createOauth>

const refreshTokenSeconds = ({ refreshTokenSeconds = 365 * 86_400 }: OauthShape): number => refreshTokenSeconds

const withoutSession = (cookies: string, vendor: string): string =>
  cookies
    .split(';')
    .filter((cookie) => !cookie.trim().startsWith(`${vendor}_session`))
    .join(';')

async function saveGrant(
  oidc: Provider,
  { account, scopes, clientId }: { account: string; scopes: string[]; clientId: string },
): Promise<string> {
  const grant = new oidc.Grant({ accountId: account, clientId })
  if (scopes.length > 0) grant.addOIDCScope(scopes.join(' '))
  return await grant.save()
}

const metadataOf = ({ clientId, clientSecret, redirectUris }: OauthClient, shape: OauthShape): AdapterPayload => ({
  client_id: clientId,
  client_secret: clientSecret,
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: redirectUris ?? ['http://127.0.0.1/callback'],
  token_endpoint_auth_method: 'client_secret_post',
  id_token_signed_response_alg: 'ES256',
  scope: [...new Set(['openid', 'offline_access', ...shape.scopes])].join(' '),
})

const signingKey = () => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  alg: 'ES256',
})

/** The package greets on the console, for operators of real servers. */
async function importQuietly(log: Log): Promise<typeof Provider> {
  const { warn, info } = console
  const quiet = (message: unknown) => log.trace({ message: String(message) }, 'oidc-provider')
  console.warn = console.info = quiet
  try {
    return (await import('oidc-provider')).default
  } finally {
    console.warn = warn
    console.info = info
  }
}
