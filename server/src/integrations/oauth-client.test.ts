import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oauth2 } from '../kit/index.ts'
import {
  atServer,
  authorizeUrl,
  challengeOf,
  codeRequest,
  judgeCallback,
  judgeTokenAnswer,
  newCodeVerifier,
  refreshRequest,
  revokeRequest,
  serverOf,
} from './oauth-client.ts'
import { OAuthFailure, type OAuthFailureKind } from './oauth-failure.ts'

const now = Date.UTC(2026, 0, 1)
const client = { clientId: 'the-id', clientSecret: 'a secret:with/signs' }
const auth = oauth2({
  provider: 'acme',
  authorizeUrl: 'https://auth.acme.test/authorize?tenant=1',
  tokenUrl: 'https://auth.acme.test/token',
  scopes: ['read', 'write'],
  clientAuth: 'body',
  pkce: true,
  keep: ['api_domain', 'hub_id'],
})

test('the authorize URL keeps its own query and says what is asked for, with a challenge by S256', () => {
  // The pair of RFC 7636, appendix B.
  const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

  const url = new URL(
    authorizeUrl(
      { ...auth, scopeSeparator: ',', authorizeParameters: { access_type: 'offline' } },
      {
        clientId: 'the-id',
        redirectUri: 'https://hub.test/back',
        state: 'a-state',
        codeVerifier,
      },
    ),
  )

  assert.deepEqual(Object.fromEntries(url.searchParams), {
    tenant: '1',
    response_type: 'code',
    client_id: 'the-id',
    redirect_uri: 'https://hub.test/back',
    scope: 'read,write',
    state: 'a-state',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    access_type: 'offline',
  })
  assert.match(newCodeVerifier(), /^[\w-]{43}$/)
  assert.notEqual(challengeOf(newCodeVerifier()), challengeOf(newCodeVerifier()))
})

test('the client is named in the body or by Basic, and the body is a form or JSON, as the vendor wants it', () => {
  const code = { code: 'a-code', redirectUri: 'https://hub.test/back', codeVerifier: 'v' }

  const inBody = codeRequest(auth, client, code)
  const byBasic = refreshRequest({ ...auth, clientAuth: 'basic' }, client, 'a-refresh-token')
  const asJson = refreshRequest({ ...auth, tokenBody: 'json', tokenParameters: { user_type: 'Location' } }, client, 'r')

  assert.deepEqual(Object.fromEntries(new URLSearchParams(inBody.body)), {
    grant_type: 'authorization_code',
    code: 'a-code',
    redirect_uri: 'https://hub.test/back',
    code_verifier: 'v',
    client_id: 'the-id',
    client_secret: 'a secret:with/signs',
  })
  assert.equal(byBasic.body, 'grant_type=refresh_token&refresh_token=a-refresh-token')
  assert.equal(
    Buffer.from(byBasic.headers.authorization!.slice(6), 'base64').toString(),
    'the-id:a%20secret%3Awith%2Fsigns',
  )
  assert.deepEqual(JSON.parse(asJson.body), {
    grant_type: 'refresh_token',
    refresh_token: 'r',
    user_type: 'Location',
    client_id: 'the-id',
    client_secret: 'a secret:with/signs',
  })
  assert.equal(asJson.headers['content-type'], 'application/json')
  assert.equal(revokeRequest(auth, client, 't'), undefined)
})

test('a token answer gives what is to be kept, and when it ends', () => {
  const body = {
    access_token: 'a',
    refresh_token: 'r',
    expires_in: '3600',
    api_domain: 'https://x.test',
    hub_id: 7,
    other: 1,
  }

  const tokens = judgeTokenAnswer('Acme', auth, ok(body), now)

  assert.deepEqual(tokens, {
    values: { access_token: 'a', refresh_token: 'r', expires_in: '3600', api_domain: 'https://x.test', hub_id: '7' },
    expiresAt: new Date(now + 3_600_000),
  })
})

test('what a refresh does not say again stays, the refresh token above all', () => {
  const before = { access_token: 'old', refresh_token: 'r', api_domain: 'https://x.test' }

  const same = judgeTokenAnswer('Acme', auth, ok({ access_token: 'new', expires_in: 60 }), now, before)
  const rotated = judgeTokenAnswer('Acme', auth, ok({ access_token: 'new', refresh_token: 'r2' }), now, before)
  const assumed = judgeTokenAnswer('Acme', { ...auth, defaultExpiresIn: 7_200 }, ok({ access_token: 'new' }), now)

  assert.equal(same.values.refresh_token, 'r')
  assert.equal(same.values.api_domain, 'https://x.test')
  assert.equal(rotated.values.refresh_token, 'r2')
  assert.equal(rotated.expiresAt, null)
  assert.deepEqual(assumed.expiresAt, new Date(now + 7_200_000))
})

const refusals: [number, unknown, OAuthFailureKind][] = [
  [400, { error: 'invalid_grant' }, 'refused'],
  [400, { error: 'unauthorized_client' }, 'refused'],
  [400, { status: 'BAD_REFRESH_TOKEN', message: 'refresh token is invalid' }, 'refused'],
  // Zoho says no with a 200.
  [200, { error: 'invalid_code' }, 'refused'],
  [200, { error: 'invalid_client' }, 'misconfigured'],
  [401, { error: 'invalid_client' }, 'misconfigured'],
  [500, { error: 'invalid_grant' }, 'outage'],
  [503, '<html>', 'outage'],
  [429, undefined, 'outage'],
  [400, { error: 'temporarily_unavailable' }, 'outage'],
  [403, '<html>not today</html>', 'unclear'],
  [200, { hello: 'world' }, 'unclear'],
  [200, { access_token: '' }, 'unclear'],
]
for (const [status, body, kind] of refusals) {
  test(`${status} ${JSON.stringify(body)} from a token endpoint means ${kind}`, () => {
    const answer = { status, headers: { 'retry-after': '7' }, body }

    const failure = failureOf(() => judgeTokenAnswer('Acme', auth, answer, now))

    assert.equal(failure.kind, kind)
    assert.equal(failure.retryAfterMs, 7_000)
  })
}

test('a person who comes back without a code is told why, in words', () => {
  const denied = failureOf(() => judgeCallback('Acme', { error: 'access_denied', error_description: 'no' }))
  const scope = failureOf(() => judgeCallback('Acme', { error: 'invalid_scope' }))
  const own = failureOf(() => judgeCallback('Acme', { error: 'weird', error_description: 'The moon\nis <b>full</b>' }))
  const nothing = failureOf(() => judgeCallback('Acme', {}))

  assert.match(denied.message, /^Acme did not connect: access was not allowed\./)
  assert.match(scope.message, /permission.*operator/)
  assert.equal(own.message, 'Acme did not connect: The moon is <b>full</b>.')
  assert.equal(own.vendorCode, 'weird')
  assert.match(nothing.message, /no code/)
  assert.equal(judgeCallback('Acme', { code: 'c' }), 'c')
})

const ok = (body: unknown) => ({ status: 200, headers: {}, body })

function failureOf(run: () => unknown): OAuthFailure {
  try {
    run()
  } catch (error) {
    if (error instanceof OAuthFailure) return error
    throw error
  }
  throw new Error('nothing failed')
}

const regional = {
  ...auth,
  revokeUrl: 'https://auth.acme.test/revoke',
  server: { hosts: ['auth.acme.eu', '*.my.acme.test'], parameter: 'accounts-server', setting: 'login_host' },
}

test('an account signs in at the server that the callback or its settings name, and the server is kept with its tokens', () => {
  const named = serverOf('Acme', regional, { query: { 'accounts-server': 'https://auth.acme.eu' } })
  const chosen = serverOf('Acme', regional, { settings: { login_host: 'globex.my.acme.test' } })
  const placed = atServer(regional, named)
  const { values } = judgeTokenAnswer('Acme', regional, ok({ access_token: 'a', accounts_server: 'x' }), now, named)
  const again = judgeTokenAnswer('Acme', regional, ok({ access_token: 'b' }), now, values)

  assert.deepEqual(
    [named, chosen],
    [{ accounts_server: 'https://auth.acme.eu' }, { accounts_server: 'https://globex.my.acme.test' }],
  )
  assert.deepEqual(
    [placed.authorizeUrl, refreshRequest(placed, client, 'r').url, revokeRequest(placed, client, 't')?.url],
    ['https://auth.acme.eu/authorize?tenant=1', 'https://auth.acme.eu/token', 'https://auth.acme.eu/revoke'],
  )
  assert.equal(again.values.accounts_server, 'https://auth.acme.eu')
  assert.deepEqual(
    [serverOf('Acme', auth, { query: { 'accounts-server': 'x' } }), atServer(regional, {})],
    [{}, regional],
  )
})

test('the secret of the application goes to no server that is not the vendor’s', () => {
  const odd = [
    'https://evil.test',
    'http://auth.acme.eu',
    'https://auth.acme.eu:8443',
    'https://my.acme.test.evil',
    '//x',
  ]
  for (const server of odd) {
    const failure = failureOf(() => serverOf('Acme', regional, { query: { 'accounts-server': server } }))
    assert.equal(failure.kind, 'refused')
  }
})
