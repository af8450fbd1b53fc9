import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { startHub } from '../test/hub.ts'
import { offsetClock } from '../test/offset-clock.ts'

const secret = 'a shared secret of enough characters'
const keys = {
  RS256: await generateKeyPair('RS256'),
  ES256: await generateKeyPair('ES256'),
  EdDSA: await generateKeyPair('EdDSA'),
}
const published = await Promise.all(
  Object.entries(keys).map(async ([alg, { publicKey }]) => ({
    ...(await exportJWK(publicKey)),
    alg,
    kid: alg,
    use: 'sig',
  })),
)
let isJwksUp = true
const jwks = createServer((_request, reply) => {
  if (!isJwksUp) return void reply.writeHead(500).end()
  reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: published }))
})
await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve))
const jwksUrl = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks.json`

const clock = offsetClock()
const hub = await startHub({
  clock,
  env: {
    TENON_JWT_SECRET: secret,
    TENON_JWKS_URL: jwksUrl,
    TENON_JWT_ISSUER: 'https://issuer.example',
    TENON_JWT_AUDIENCE: 'tenon',
  },
})
const other = await hub.addWorkspace('Other')
const own = `/api/workspaces/${hub.workspace.id}`
after(async () => {
  await hub[Symbol.asyncDispose]()
  jwks.close()
})

test('asks for a key where there is none, and says how to send it', async () => {
  const { status, body, headers } = await hub.request('GET', '/api/events', { key: null })

  assert.equal(status, 401)
  assert.equal(body.errorCode, 'UNAUTHENTICATED')
  assert.equal(headers.get('www-authenticate'), 'Bearer')
})

for (const key of ['tnn_00000000_0000000000000000000000000000000000000000', 'nonsense', 'a.b.c']) {
  test(`refuses the key ${key.slice(0, 12)}`, async () => {
    assert.equal((await hub.request('GET', '/api/events', { key })).status, 401)
  })
}

test('takes an API key as a bearer token and in X-Api-Key', async () => {
  const bearer = await hub.request('GET', own)
  const header = await hub.request('GET', own, { key: null, headers: { 'x-api-key': hub.apiKey } })

  assert.equal(bearer.status, 200)
  assert.equal(header.status, 200)
})

test('lets a key do what its scopes say, and nothing else', async () => {
  const { key } = await makeKey(['events:read'])

  assert.equal((await hub.request('GET', '/api/events', { key })).status, 200)
  const refused = await hub.request('POST', '/api/events', { key, body: { type: 'lead.captured', payload: {} } })
  assert.equal(refused.status, 403)
  assert.match(refused.body.error, /events:write/)
})

test('a revoked key stops working with the next request', async () => {
  const { id, key } = await makeKey(['*'])
  assert.equal((await hub.request('GET', own, { key })).status, 200)

  await hub.request('DELETE', `${own}/api-keys/${id}`)

  assert.equal((await hub.request('GET', own, { key })).status, 401)
})

test('a key stops working when its time has come', async () => {
  const { key } = await makeKey(['*'], new Date(clock.now() + 60_000))
  assert.equal((await hub.request('GET', own, { key })).status, 200)

  clock.advance(61_000)

  assert.equal((await hub.request('GET', own, { key })).status, 401)
})

test("a key cannot choose another's workspace", async () => {
  const headers = { 'x-workspace-id': other.id }

  assert.equal((await hub.request('GET', '/api/events', { headers })).status, 404)
  assert.equal((await hub.request('GET', `/api/workspaces/${other.id}`)).status, 404)
})

test('the platform admin chooses the workspace by header, and must', async () => {
  const chosen = await hub.request('GET', '/api/events', { key: hub.adminKey, headers: { 'x-workspace-id': other.id } })
  const none = await hub.request('GET', '/api/events', { key: hub.adminKey })
  const unknown = await hub.request('GET', '/api/events', {
    key: hub.adminKey,
    headers: { 'x-workspace-id': '01890000-0000-7000-8000-000000000000' },
  })
  const malformed = await hub.request('GET', '/api/events', { key: hub.adminKey, headers: { 'x-workspace-id': 'x' } })

  assert.equal(chosen.status, 200)
  assert.equal(none.body.details![0]!.field, 'headers.x-workspace-id')
  assert.equal(unknown.status, 404)
  assert.equal(malformed.status, 400)
})

for (const algorithm of ['RS256', 'ES256', 'EdDSA'] as const) {
  test(`takes ${algorithm} tokens that the operator's keys signed`, async () => {
    const key = await token(keys[algorithm].privateKey, algorithm, {})

    assert.equal((await hub.request('GET', own, { key })).status, 200)
  })
}

test('takes HS256 tokens of the shared secret, with scopes as a list or a text', async () => {
  const list = await hmac({ scopes: ['workspace:read'] })
  const text = await hmac({ scopes: 'events:read workspace:read' })
  const none = await hmac({ scopes: [] })

  assert.equal((await hub.request('GET', own, { key: list })).status, 200)
  assert.equal((await hub.request('GET', own, { key: text })).status, 200)
  assert.equal((await hub.request('GET', own, { key: none })).status, 403)
})

for (const [what, claims] of [
  ['without an expiry', { exp: undefined }],
  ['that has expired', { exp: 1 }],
  ['of another issuer', { iss: 'https://elsewhere.example' }],
  ['for another audience', { aud: 'else' }],
  ['without a workspace', { workspace: undefined }],
  ['whose workspace is no id', { workspace: '../x' }],
  ['that is not valid yet', { nbf: 9_999_999_999 }],
] as const) {
  test(`refuses a token ${what}`, async () => {
    assert.equal((await hub.request('GET', own, { key: await hmac(claims) })).status, 401)
  })
}

test('refuses a token whose workspace does not exist', async () => {
  const key = await hmac({ workspace: '01890000-0000-7000-8000-000000000000' })

  assert.equal((await hub.request('GET', '/api/events', { key })).status, 404)
})

test('refuses a token signed with the public key as if it were the shared secret', async () => {
  const asSecret = new TextEncoder().encode(JSON.stringify(published[0]))
  const key = await token(asSecret, 'HS256', {})

  assert.equal((await hub.request('GET', own, { key })).status, 401)
})

test('refuses a token that is not signed', async () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { workspace: hub.workspace.id, scopes: ['*'], exp: Math.floor(clock.now() / 1_000) + 60 }

  assert.equal((await hub.request('GET', own, { key: `${encode({ alg: 'none' })}.${encode(claims)}.` })).status, 401)
})

test('a token stops working when it expires, remembered or not', async () => {
  const key = await hmac({ exp: Math.floor(clock.now() / 1_000) + 2 })
  assert.equal((await hub.request('GET', own, { key })).status, 200)

  clock.advance(8_000)

  assert.equal((await hub.request('GET', own, { key })).status, 401)
})

test('says that it is unavailable, not that the token is wrong, while the keys cannot be fetched', async () => {
  isJwksUp = false
  await using lonely = await startHub({ env: { TENON_JWKS_URL: jwksUrl } })
  const key = await token(keys.RS256.privateKey, 'RS256', { workspace: lonely.workspace.id })

  const answer = await lonely.request('GET', '/api/events', { key })

  assert.equal(answer.status, 503)
  assert.equal(answer.body.errorCode, 'UNAVAILABLE')
})

async function makeKey(scopes: string[], expiresAt?: Date): Promise<{ id: string; key: string }> {
  const { body } = await hub.request<{ id: string; key: string }>('POST', `${own}/api-keys`, {
    body: { name: 'A key', scopes, ...(expiresAt ? { expiresAt: expiresAt.toISOString() } : {}) },
  })
  return body.data
}

const hmac = (claims: JWTPayload) => token(new TextEncoder().encode(secret), 'HS256', claims)

function token(key: CryptoKey | Uint8Array, alg: string, claims: JWTPayload): Promise<string> {
  const standard = {
    iss: 'https://issuer.example',
    aud: 'tenon',
    sub: 'a backend',
    exp: Math.floor(clock.now() / 1_000) + 300,
    workspace: hub.workspace.id,
    scopes: ['*'],
  }
  return new SignJWT({ ...standard, ...claims }).setProtectedHeader({ alg, kid: alg }).sign(key)
}
