import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { manualClock } from '../lib/clock.ts'
import { acme } from '../test/acme.ts'
import { authorize, startSandbox } from '../test/sandbox.ts'
import type { Sandbox } from './sandbox.ts'

const callback = 'http://127.0.0.1:9/callback'
const verifier = 'a-code-verifier-of-at-least-forty-three-characters'
const challenge = createHash('sha256').update(verifier).digest('base64url')
const client = { client_id: 'sandbox-acme', client_secret: 'sandbox-acme-secret' }

test('a person who allows access comes back with a code, which gives tokens once', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })

  const back = await authorize(authorizeUrl(sandbox), { account: 'globex' })
  const code = back.searchParams.get('code') ?? ''
  const tokens = await exchange(sandbox, code)
  const used = await things(sandbox, tokens.body.access_token)
  const again = await exchange(sandbox, code)

  assert.equal(back.origin + back.pathname, callback)
  assert.equal(back.searchParams.get('state'), 'a-state')
  assert.equal(tokens.status, 200)
  assert.equal(tokens.body.expires_in, 1_800)
  assert.equal(tokens.body.token_type, 'Bearer')
  assert.equal(tokens.body.scope, 'things.read things.write')
  assert.equal(tokens.body.account_name, 'globex')
  assert.equal(tokens.body.api_url, `${sandbox.url}/acme`)
  assert.equal(used, 200)
  assert.deepEqual([again.status, again.body.error], [400, 'invalid_grant'])
  // A code that is used twice was stolen: what it gave is dead too (RFC 6749, section 4.1.2).
  assert.equal(await things(sandbox, tokens.body.access_token), 401)
})

test('a person decides on a page, and may deny', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  sandbox.oauth.automatic = false

  const { page, send } = await openConsent(authorizeUrl(sandbox))
  const back = await send({ decision: 'deny' })

  assert.match(page, /Allow sandbox access/)
  assert.match(page, /things\.write/)
  assert.equal(back.searchParams.get('error'), 'access_denied')
  assert.equal(back.searchParams.get('code'), null)

  const second = await openConsent(authorizeUrl(sandbox))
  const allowed = await second.send({ decision: 'allow', account: 'initech' })
  const tokens = await exchange(sandbox, allowed.searchParams.get('code') ?? '')
  assert.equal(tokens.body.account_name, 'initech')
})

test('every authorization asks, also in a browser that has allowed before', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  sandbox.oauth.automatic = false
  const cookies = new Map<string, string>()

  const first = await openConsent(authorizeUrl(sandbox), cookies)
  await first.send({ decision: 'allow', account: 'globex' })
  const second = await openConsent(authorizeUrl(sandbox), cookies)
  const back = await second.send({ decision: 'allow', account: 'initech' })

  const tokens = await exchange(sandbox, back.searchParams.get('code') ?? '')
  assert.match(second.page, /Allow sandbox access/)
  assert.equal(tokens.body.account_name, 'initech')
})

test('a rotating refresh token works once; used again, it kills the whole grant', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const { refreshToken } = await sandbox.emulator(acme()).world.oauth.grant()

  const first = await refresh(sandbox, refreshToken)
  const second = await refresh(sandbox, first.body.refresh_token)
  assert.notEqual(first.body.refresh_token, refreshToken)
  assert.equal(await things(sandbox, second.body.access_token), 200)

  const reused = await refresh(sandbox, first.body.refresh_token)
  const newest = await refresh(sandbox, second.body.refresh_token)

  assert.deepEqual([reused.status, reused.body.error], [400, 'invalid_grant'])
  assert.deepEqual([newest.status, newest.body.error], [400, 'invalid_grant'])
  assert.equal(await things(sandbox, second.body.access_token), 401)
})

test('of many refreshes at once with a rotating token, one succeeds', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const { refreshToken } = await sandbox.emulator(acme()).world.oauth.grant()

  const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(sandbox, refreshToken)))

  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
})

test('vendors that keep their refresh token answer it again, or leave it out', async () => {
  for (const refreshToken of ['same', 'omitted'] as const) {
    const vendor = acme({ refreshToken })
    await using sandbox = await startSandbox({ emulators: [vendor] })
    const granted = await sandbox.emulator(vendor).world.oauth.grant()

    const first = await refresh(sandbox, granted.refreshToken)
    const second = await refresh(sandbox, granted.refreshToken)

    assert.equal(first.body.refresh_token, refreshToken === 'same' ? granted.refreshToken : undefined)
    assert.equal(second.status, 200)
  }
})

test('tokens run out by the clock of the sandbox', async () => {
  const clock = manualClock()
  await using sandbox = await startSandbox({ emulators: [acme({ refreshTokenSeconds: 86_400 })], clock })
  const { accessToken, refreshToken } = await sandbox.emulator(acme()).world.oauth.grant()

  assert.equal(await things(sandbox, accessToken), 200)
  clock.advance(1_799_000)
  assert.equal(await things(sandbox, accessToken), 200)
  clock.advance(2_000)
  assert.equal(await things(sandbox, accessToken), 401)

  const refreshed = await refresh(sandbox, refreshToken)
  assert.equal(await things(sandbox, refreshed.body.access_token), 200)
  clock.advance(86_401_000)
  const late = await refresh(sandbox, refreshed.body.refresh_token)
  assert.deepEqual([late.status, late.body.error], [400, 'invalid_grant'])
})

test('a revoked token is dead, and so is everything of an account that removed the application', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const { oauth } = sandbox.emulator(acme()).world
  const [one, two, other] = [await oauth.grant(), await oauth.grant(), await oauth.grant({ account: 'another' })]

  const revoked = await post(sandbox, '/oauth/revoke', { ...client, token: one.refreshToken })
  assert.equal(revoked.status, 200)
  assert.equal((await refresh(sandbox, one.refreshToken)).body.error, 'invalid_grant')

  oauth.revoke('sandbox')
  assert.equal(await things(sandbox, two.accessToken), 401)
  assert.equal((await refresh(sandbox, two.refreshToken)).body.error, 'invalid_grant')
  assert.equal(await things(sandbox, other.accessToken), 200)
  const anew = await oauth.grant()
  assert.equal(await things(sandbox, anew.accessToken), 200)
})

test('a token without the scope is refused', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const { accessToken } = await sandbox.emulator(acme()).world.oauth.grant({ scopes: ['things.read'] })

  const answer = await fetch(`${sandbox.url}/acme/v1/things`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json', 'acme-version': '2026-09' },
    body: '{"name":"anvil"}',
  })

  assert.deepEqual([answer.status, await answer.json()], [403, { message: 'needs things.write' }])
})

test('PKCE is verified, and required where the vendor requires it', async () => {
  const vendor = acme({ pkce: 'required' })
  await using sandbox = await startSandbox({ emulators: [vendor] })
  const withPkce = `${authorizeUrl(sandbox)}&code_challenge=${challenge}&code_challenge_method=S256`

  const without = await authorize(authorizeUrl(sandbox))
  const wrong = await authorize(withPkce)
  const right = await authorize(withPkce)
  const code = (url: URL) => url.searchParams.get('code') ?? ''

  assert.equal(without.searchParams.get('error'), 'invalid_request')
  assert.equal((await exchange(sandbox, code(wrong), { code_verifier: `${verifier}x` })).body.error, 'invalid_grant')
  assert.equal((await exchange(sandbox, code(right), { code_verifier: verifier })).status, 200)
})

test('a client authenticates the way its vendor wants, and with the right secret', async () => {
  const basic = acme({ clientAuth: 'basic' })
  await using inBody = await startSandbox({ emulators: [acme()] })
  await using asBasic = await startSandbox({ emulators: [basic] })
  const { refreshToken } = await asBasic.emulator(basic).world.oauth.grant()
  const fields = { grant_type: 'refresh_token', refresh_token: refreshToken }
  const authorization = `Basic ${Buffer.from('sandbox-acme:sandbox-acme-secret').toString('base64')}`

  assert.equal((await post(asBasic, '/oauth/token', { ...client, ...fields })).body.error, 'invalid_client')
  assert.equal((await post(inBody, '/oauth/token', fields, { authorization })).body.error, 'invalid_client')
  assert.equal((await post(inBody, '/oauth/token', { ...client, client_secret: 'x', ...fields })).status, 401)
  assert.equal((await post(asBasic, '/oauth/token', fields, { authorization })).status, 200)
})

test('people are sent back to loopback addresses and registered places only', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  sandbox.emulator(acme()).world.oauth.registerClient({
    clientId: 'strict',
    clientSecret: 'a-secret',
    redirectUris: ['https://hub.example.com/callback'],
  })

  await assert.rejects(authorize(authorizeUrl(sandbox, { redirect_uri: 'https://evil.example.com/' })), /redirect_uri/)
  await assert.rejects(authorize(authorizeUrl(sandbox, { client_id: 'strict' })), /redirect_uri/)
  await assert.rejects(authorize(authorizeUrl(sandbox, { client_id: 'nobody' })), /invalid_client/)
  const back = await authorize(
    authorizeUrl(sandbox, { client_id: 'strict', redirect_uri: 'https://hub.example.com/callback' }),
  )
  assert.equal(back.hostname, 'hub.example.com')
})

test('an authorization gets a refresh token only where it asks as the vendor wants it', async () => {
  const vendor = acme({
    extraParameters: ['access_type'],
    givesRefreshToken: ({ access_type: type }) => type === 'offline',
  })
  await using sandbox = await startSandbox({ emulators: [vendor] })
  const tokensOf = async (url: string) =>
    (await exchange(sandbox, (await authorize(url)).searchParams.get('code') ?? '')).body

  const online = await tokensOf(authorizeUrl(sandbox))
  const offline = await tokensOf(authorizeUrl(sandbox, { access_type: 'offline', prompt: 'consent' }))

  assert.equal(online.refresh_token, undefined)
  assert.equal(typeof offline.refresh_token, 'string')
})

function authorizeUrl(sandbox: Sandbox, changes: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: 'sandbox-acme',
    redirect_uri: callback,
    response_type: 'code',
    scope: 'things.read things.write',
    state: 'a-state',
    ...changes,
  })
  return `${sandbox.url}/acme/oauth/authorize?${query}`
}

async function post(sandbox: Sandbox, path: string, fields: Record<string, string>, headers = {}) {
  const answer = await fetch(`${sandbox.url}/acme${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields),
  })
  return {
    status: answer.status,
    body: (await answer.json()) as Record<string, string> & { access_token: string; refresh_token: string } & {
      expires_in: number
    },
  }
}

const exchange = (sandbox: Sandbox, code: string, more: Record<string, string> = {}) =>
  post(sandbox, '/oauth/token', { ...client, grant_type: 'authorization_code', code, redirect_uri: callback, ...more })

const refresh = (sandbox: Sandbox, refreshToken: string) =>
  post(sandbox, '/oauth/token', { ...client, grant_type: 'refresh_token', refresh_token: refreshToken })

async function things(sandbox: Sandbox, token: string): Promise<number> {
  const answer = await fetch(`${sandbox.url}/acme/v1/things`, { headers: { authorization: `Bearer ${token}` } })
  await answer.arrayBuffer()
  return answer.status
}

/** Opens the consent page in a browser of these cookies; `send` presses a button and follows until the hub. */
async function openConsent(url: string, cookies = new Map<string, string>()) {
  const origin = new URL(url).origin
  async function go(next: URL, init: RequestInit = {}): Promise<{ at: URL; text: string }> {
    if (next.origin !== origin) return { at: next, text: '' }
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(next, { ...init, redirect: 'manual', headers: { cookie } })
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const location = answer.headers.get('location')
    const text = await answer.text()
    return location ? await go(new URL(location, next)) : { at: next, text }
  }
  const { at, text } = await go(new URL(url))
  return {
    page: text,
    send: async (fields: Record<string, string>): Promise<URL> =>
      (await go(at, { method: 'POST', body: new URLSearchParams(fields) })).at,
  }
}
