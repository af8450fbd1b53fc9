import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acme } from '../test/acme.ts'
import { startSandbox } from '../test/sandbox.ts'
import type { Sandbox } from './sandbox.ts'

test('throttles for so many requests, with the wait that is told', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  sandbox.faults.set({ vendor: 'acme', kind: 'rate_limit', retryAfterSeconds: 7, times: 2 })

  const answers = [await list(sandbox), await list(sandbox), await list(sandbox)]

  assert.deepEqual(
    answers.map(({ status }) => status),
    [429, 429, 200],
  )
  assert.equal(answers[0]?.headers.get('retry-after'), '7')
  assert.deepEqual(
    sandbox.requests.map(({ fault }) => fault),
    ['rate_limit', 'rate_limit', undefined],
  )
})

test('fails with the status that is told, after those it spares, until it is cleared', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const id = sandbox.faults.set({ vendor: '*', kind: 'server_error', status: 502, after: 1 })

  const statuses = [(await list(sandbox)).status, (await list(sandbox)).status, (await list(sandbox)).status]
  sandbox.faults.clear(id)

  assert.deepEqual(statuses, [200, 502, 502])
  assert.equal((await list(sandbox)).status, 200)
})

test('meets only the account, the method and the path that are named', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  sandbox.emulator(acme()).world.registerKey('key-of-another', 'another')
  sandbox.faults.set({ vendor: 'acme', account: 'another', kind: 'server_error' })
  sandbox.faults.set({ vendor: 'acme', method: 'POST', path: '/v1/things', kind: 'server_error', status: 500 })
  sandbox.faults.set({ vendor: 'other', kind: 'server_error' })

  assert.equal((await list(sandbox)).status, 200)
  assert.equal((await list(sandbox, 'key-of-another')).status, 503)
  assert.equal((await create(sandbox)).status, 500)
})

test('cuts the connection before the work, or after it', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const things = sandbox.emulator(acme()).things()

  sandbox.faults.set({ vendor: 'acme', kind: 'cut', times: 1 })
  await assert.rejects(create(sandbox), /fetch failed/)
  assert.equal(things.list().length, 0)

  sandbox.faults.set({ vendor: 'acme', kind: 'cut_after_write', times: 1 })
  assert.equal((await list(sandbox)).status, 200)
  await assert.rejects(create(sandbox), /fetch failed/)
  assert.equal(things.list().length, 1)
})

test('hangs until the caller gives up', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  sandbox.faults.set({ vendor: 'acme', kind: 'hang', times: 1 })

  await assert.rejects(list(sandbox, undefined, AbortSignal.timeout(50)), /timeout/)
  assert.equal((await list(sandbox)).status, 200)
})

test('is slow, and answers all the same', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  sandbox.faults.set({ vendor: 'acme', kind: 'latency', ms: 30, times: 1 })

  assert.equal((await list(sandbox)).status, 200)
  assert.equal(sandbox.requests[0]?.fault, 'latency')
})

test('answers what is not JSON', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  sandbox.faults.set({ vendor: 'acme', kind: 'malformed', times: 1 })

  const answer = await list(sandbox)

  assert.equal(answer.status, 200)
  await assert.rejects(answer.json(), SyntaxError)
})

test('lets tokens run out, after which a refresh helps', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const { oauth } = sandbox.emulator(acme()).world
  const { accessToken, refreshToken } = await oauth.grant()
  const other = await oauth.grant({ account: 'another' })

  sandbox.faults.set({ vendor: 'acme', account: 'sandbox', kind: 'expired_token' })

  assert.equal((await list(sandbox, accessToken)).status, 401)
  assert.equal((await list(sandbox, other.accessToken)).status, 200)
  const refreshed = (await (await refresh(sandbox, refreshToken)).json()) as { access_token: string }
  assert.equal((await list(sandbox, refreshed.access_token)).status, 200)
  assert.equal((await list(sandbox)).status, 401)
})

test('revokes, after which a refresh does not help and a new authorization does', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const { oauth } = sandbox.emulator(acme()).world
  const { accessToken, refreshToken } = await oauth.grant()

  sandbox.faults.set({ vendor: 'acme', kind: 'revoked_token' })
  const refused = await refresh(sandbox, refreshToken)
  const anew = await oauth.grant()

  assert.equal((await list(sandbox, accessToken)).status, 401)
  assert.deepEqual([refused.status, ((await refused.json()) as { error: string }).error], [400, 'invalid_grant'])
  assert.equal((await list(sandbox, anew.accessToken)).status, 200)
})

test('an outage of the authorization server is told from a refusal', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const { refreshToken } = await sandbox.emulator(acme()).world.oauth.grant()
  sandbox.faults.set({ vendor: 'acme', path: '/oauth/token', kind: 'server_error', times: 1 })

  assert.equal((await refresh(sandbox, refreshToken)).status, 503)
  assert.equal((await refresh(sandbox, refreshToken)).status, 200)
})

const list = (sandbox: Sandbox, key = 'sandbox-acme-token', signal?: AbortSignal) =>
  fetch(`${sandbox.url}/acme/v1/things`, {
    headers: { authorization: `Bearer ${key}` },
    ...(signal ? { signal } : {}),
  })

const create = (sandbox: Sandbox) =>
  fetch(`${sandbox.url}/acme/v1/things`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer sandbox-acme-token',
      'content-type': 'application/json',
      'acme-version': '2026-09',
    },
    body: '{"name":"anvil"}',
  })

const refresh = (sandbox: Sandbox, refreshToken: string) =>
  fetch(`${sandbox.url}/acme/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: 'sandbox-acme',
      client_secret: 'sandbox-acme-secret',
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    }),
  })
