import { createHash, randomBytes } from 'node:crypto'
import type { OAuth2 } from '../kit/connector.ts'
import type { VendorAnswer } from '../kit/http-types.ts'
import { retryAfterMs } from '../lib/backoff.ts'
import { OAuthFailure } from './oauth-failure.ts'

/*
 * OAuth 2 (RFC 6749) as pairs of pure functions: what to send, and what the answer means. Nothing here knows a network or a database.
 */

/** How the hub is known to a vendor. */
export type OAuthClient = { clientId: string; clientSecret: string }

/** A request to a vendor's token or revocation endpoint. `secrets` must not be seen in any record of it. */
export type TokenRequest = {
  url: string
  headers: Record<string, string>
  body: string
  /** The fields of the body. */
  fields: Record<string, string>
  secrets: string[]
}

/** What a vendor gave: texts to seal, and when the access token ends; null where nobody said. */
export type Tokens = { values: Record<string, string>; expiresAt: Date | null }

// PKCE (RFC 7636) -------------------------------------------------------------------------------------------------

/** A fresh secret that proves at the token endpoint who began the authorization. */
export const newCodeVerifier = (): string => randomBytes(32).toString('base64url')

/** What the authorize URL says of a verifier, by the method S256. */
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url')

// Authorization ---------------------------------------------------------------------------------------------------

/** The URL at which a person allows access (RFC 6749, section 4.1.1). */
export function authorizeUrl(
  auth: OAuth2,
  given: { clientId: string; redirectUri: string; state: string; codeVerifier?: string | undefined },
): string {
  const { scopes, scopeSeparator = ' ', authorizeParameters = {} } = auth
  const url = new URL(auth.authorizeUrl)
  const { searchParams } = url
  searchParams.set('response_type', 'code')
  searchParams.set('client_id', given.clientId)
  searchParams.set('redirect_uri', given.redirectUri)
  if (scopes.length > 0) searchParams.set('scope', scopes.join(scopeSeparator))
  searchParams.set('state', given.state)
  if (given.codeVerifier !== undefined) {
    searchParams.set('code_challenge', challengeOf(given.codeVerifier))
    searchParams.set('code_challenge_method', 'S256')
  }
  for (const [name, value] of Object.entries(authorizeParameters)) searchParams.set(name, value)
  return url.href
}

/** Why a person came back without a code, in words (RFC 6749, section 4.1.2.1, and what vendors say besides). */
const declined: Record<string, string> = {
  access_denied: 'access was not allowed. Start again and allow it, or ask somebody whose account may.',
  consent_required: 'access was not allowed. Start again and allow it.',
  login_required: 'nobody signed in there. Start again and sign in.',
  interaction_required: 'it asked for more than could be answered. Start again.',
  invalid_scope:
    'it does not know, or does not allow, a permission that was asked for. The operator must add it to the application there.',
  unauthorized_client: 'the application of this hub may not do this there. The operator must correct its settings.',
  invalid_request:
    'it did not understand the request. The operator must check the settings of the application there, its redirect URL first.',
  invalid_client: 'it does not know the application of this hub. The operator must check the client id.',
  redirect_uri_mismatch:
    'the redirect URL of this hub is not registered there. The operator must add it to the application.',
  unsupported_response_type: 'it does not offer this kind of sign-in.',
  server_error: 'it failed. Try again in a while.',
  temporarily_unavailable: 'it cannot do this right now. Try again in a while.',
}

/**
 * Answers the code with which a person came back from the vendor.
 * @throws OAuthFailure when there is none; its message says why, in words
 */
export function judgeCallback(vendor: string, query: Record<string, string | undefined>): string {
  const { code, error } = query
  if (error !== undefined && error !== '') {
    const name = plain(error, 60)
    const known = Object.hasOwn(declined, error) ? declined[error] : undefined
    const said = plain(query.error_description ?? '', 200)
    const why = known ?? (said === '' ? `it answered "${name}".` : sentence(said))
    throw new OAuthFailure('refused', `${vendor} did not connect: ${why}`, { vendorCode: name })
  }
  if (code === undefined || code === '')
    throw new OAuthFailure('unclear', `${vendor} sent nobody's permission back: the answer has no code.`, {})
  return code
}

// Servers -----------------------------------------------------------------------------------------------------------

/**
 * Answers the server that an account signs in at, to be kept with its tokens; nothing where it is the vendor's usual one. The client's
 * secret goes there, so only hosts that the connector names are believed.
 * @throws OAuthFailure for any other
 */
export function serverOf(
  vendor: string,
  { server }: OAuth2,
  given: { query?: Record<string, unknown>; settings?: Record<string, unknown> },
): Record<string, string> {
  const { parameter = '', setting = '', hosts = [] } = server ?? {}
  const named = given.query?.[parameter] ?? given.settings?.[setting]
  if (typeof named !== 'string' || named === '') return {}
  const url = URL.parse(named.includes('://') ? named : `https://${named}`)
  const isKnown = url?.protocol === 'https:' && url.port === '' && hosts.some((host) => fits(url.hostname, host))
  if (!url || !isKnown)
    throw new OAuthFailure(
      'refused',
      `${vendor} does not sign in at "${plain(named, 100)}". Correct the address there.`,
    )
  return { accounts_server: url.origin }
}

/** The same sign-in at the server that is kept with an account. */
export function atServer(auth: OAuth2, { accounts_server: server }: Record<string, string>): OAuth2 {
  if (server === undefined || !auth.server) return auth
  const moved = (url: string): string => {
    const { pathname, search } = new URL(url)
    return server + pathname + search
  }
  const { authorizeUrl, tokenUrl, revokeUrl } = auth
  return {
    ...auth,
    authorizeUrl: moved(authorizeUrl),
    tokenUrl: moved(tokenUrl),
    ...(revokeUrl === undefined ? {} : { revokeUrl: moved(revokeUrl) }),
  }
}

const fits = (hostname: string, pattern: string): boolean =>
  pattern.startsWith('*.') ? hostname.endsWith(pattern.slice(1)) : hostname === pattern

// Tokens ----------------------------------------------------------------------------------------------------------

/** Changes the code for tokens (RFC 6749, section 4.1.3). */
export const codeRequest = (
  auth: OAuth2,
  client: OAuthClient,
  given: { code: string; redirectUri: string; codeVerifier?: string | undefined },
): TokenRequest =>
  requestOf(
    auth,
    client,
    auth.tokenUrl,
    {
      grant_type: 'authorization_code',
      code: given.code,
      redirect_uri: given.redirectUri,
      ...(given.codeVerifier === undefined ? {} : { code_verifier: given.codeVerifier }),
      ...auth.tokenParameters,
    },
    [given.code, given.codeVerifier ?? ''],
  )

/** Asks for a new access token (RFC 6749, section 6); changes a token for one that lives longer where the vendor has that instead. */
export const refreshRequest = (auth: OAuth2, client: OAuthClient, refreshToken: string): TokenRequest =>
  requestOf(
    auth,
    client,
    auth.tokenUrl,
    {
      ...(auth.exchange
        ? { grant_type: auth.exchange.grantType, [auth.exchange.parameter]: refreshToken }
        : { grant_type: 'refresh_token', refresh_token: refreshToken }),
      ...auth.tokenParameters,
    },
    [refreshToken],
  )

/** Gives a token back (RFC 7009); undefined where the vendor takes none. */
export const revokeRequest = (auth: OAuth2, client: OAuthClient, token: string): TokenRequest | undefined =>
  auth.revokeUrl === undefined ? undefined : requestOf(auth, client, auth.revokeUrl, { token }, [token])

function requestOf(
  auth: OAuth2,
  { clientId, clientSecret }: OAuthClient,
  url: string,
  grant: Record<string, string>,
  secrets: string[],
): TokenRequest {
  const isBasic = auth.clientAuth === 'basic'
  const fields = isBasic ? grant : { ...grant, client_id: clientId, client_secret: clientSecret }
  const isJson = auth.tokenBody === 'json'
  return {
    url,
    headers: {
      accept: 'application/json',
      'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
      ...(isBasic ? { authorization: basicOf(clientId, clientSecret) } : {}),
    },
    body: isJson ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
    fields,
    secrets: [clientSecret, ...secrets].filter((secret) => secret !== ''),
  }
}

/** RFC 6749, section 2.3.1, wants both form-encoded before they are joined. */
const basicOf = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`

/** Errors that mean: this grant is dead, ask the person again. Zoho and HubSpot have words of their own for it. */
const deadGrant = new Set([
  'invalid_grant',
  'unauthorized_client',
  'access_denied',
  'invalid_code',
  'invalid_refresh_token',
  'BAD_REFRESH_TOKEN',
  'BAD_AUTH_CODE',
])
/** Errors that mean: the operator's application is set up wrongly. Connecting again would not help. */
const wrongClient = new Set([
  'invalid_client',
  'invalid_client_secret',
  'invalid_redirect_uri',
  'redirect_uri_mismatch',
  'unsupported_grant_type',
  'invalid_scope',
  'BAD_CLIENT_ID',
  'BAD_CLIENT_SECRET',
])
/** Errors that pass by themselves, whatever their status. */
const passing = new Set(['server_error', 'temporarily_unavailable', 'slow_down', 'rate_limit_exceeded'])

/**
 * Answers the tokens in a token endpoint's answer. `previous` are the values before a refresh: what the vendor does not say again
 * stays, the refresh token above all (RFC 6749, section 6).
 * @throws OAuthFailure
 */
export function judgeTokenAnswer(
  vendor: string,
  auth: OAuth2,
  answer: VendorAnswer<unknown>,
  now: number,
  previous: Record<string, string> = {},
): Tokens {
  const body = objectOf(answer.body)
  const { access_token: accessToken, refresh_token: refreshToken } = body
  const isFine = answer.status >= 200 && answer.status < 300
  // Zoho answers 200 to what it refuses, with `error` in the body.
  if (!isFine || typeof accessToken !== 'string' || accessToken === '') throw failureIn(vendor, answer, body, now)
  const kept = (auth.keep ?? []).flatMap((name) => {
    const value = body[name] ?? previous[name]
    return value === undefined || value === null ? [] : [[name, textOf(value)] as const]
  })
  const { accounts_server: server } = previous
  const seconds = secondsOf(body.expires_in) ?? auth.defaultExpiresIn
  const given = typeof refreshToken === 'string' && refreshToken !== '' ? refreshToken : previous.refresh_token
  // What never ends needs no renewal.
  const known = auth.exchange ? (seconds === undefined ? undefined : accessToken) : given
  return {
    values: {
      ...Object.fromEntries(kept),
      ...(server === undefined ? {} : { accounts_server: server }),
      access_token: accessToken,
      ...(known === undefined ? {} : { refresh_token: known }),
      ...(seconds === undefined ? {} : { expires_in: String(seconds) }),
    },
    expiresAt: seconds === undefined ? null : new Date(now + (auth.exchange ? aheadOf(seconds) : seconds) * 1_000),
  }
}

/** Only a token that still lives can be changed for another: its end is told a week early, or after half of its life. */
const aheadOf = (seconds: number): number => seconds - Math.min(seconds / 2, 7 * 86_400)

/**
 * Judges the answer to a revocation. A token that the vendor does not know (any more) is as good as given back.
 * @throws OAuthFailure `outage` where it is worth another try
 */
export function judgeRevocation(vendor: string, answer: VendorAnswer<unknown>, now: number): void {
  if (isOutage(answer.status)) throw failureIn(vendor, answer, objectOf(answer.body), now)
}

function failureIn(
  vendor: string,
  answer: VendorAnswer<unknown>,
  body: Record<string, unknown>,
  now: number,
): OAuthFailure {
  // Meta: `{ error: { type, code, message } }`.
  const code = [body.error, objectOf(body.error).type, body.status, body.code, body.errorCode].find(
    (one): one is string => typeof one === 'string' && one !== '',
  )
  const name = code === undefined ? String(answer.status) : plain(code, 60)
  const facts = { vendorCode: name, retryAfterMs: retryAfterMs(answer.headers['retry-after'], now) }
  if (isOutage(answer.status) || (code !== undefined && passing.has(code)))
    return new OAuthFailure('outage', `${vendor} could not give a token right now (${name})`, facts)
  if (code !== undefined && deadGrant.has(code))
    return new OAuthFailure('refused', `${vendor} does not accept this sign-in any more (${name})`, facts)
  if (code !== undefined && wrongClient.has(code))
    return new OAuthFailure(
      'misconfigured',
      `${vendor} does not accept the application of this hub (${name}); the operator must correct its client id, secret or settings`,
      facts,
    )
  return new OAuthFailure('unclear', `${vendor} gave no token, and no reason that is known (${name})`, facts)
}

const isOutage = (status: number): boolean => status >= 500 || status === 429 || status === 408 || status === 425

const objectOf = (body: unknown): Record<string, unknown> => {
  if (typeof body === 'string') return Object.fromEntries(new URLSearchParams(body))
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : {}
}

const tenYears = 10 * 365 * 86_400

/** Some vendors write the number as text. */
function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return undefined
  return Math.min(Math.floor(seconds), tenYears)
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** A vendor's words as one bounded line. */
const plain = (text: string, length: number): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, length)
    .toWellFormed()

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
