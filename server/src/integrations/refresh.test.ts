import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { createVault, vaultKey } from '../lib/vault.ts'
import type { OauthShape } from '../sandbox/emulator.ts'
import { acme } from '../test/acme.ts'
import { acmeEntry, acmeEnv, connectAcme, registerAcme } from '../test/acme-crm.ts'
import { startHub } from '../test/hub.ts'
import { offsetClock } from '../test/offset-clock.ts'
import { startSandbox } from '../test/sandbox.ts'
import { until } from '../test/until.ts'
import { refreshMarginMs } from './credentials.ts'

const minute = 60_000

async function start(shape: Partial<OauthShape> = {}) {
  const clock = offsetClock()
  const keyBytes = randomBytes(32)
  const key = vaultKey(keyBytes)
  const sandbox = await startSandbox({ emulators: [acme(shape)], clock })
  const hub = await startHub({
    clock,
    connectors: [acmeEntry()],
    env: acmeEnv(sandbox),
    vault: createVault({ keys: [key], current: key.id }),
  })
  await registerAcme(hub)
  const id = await connectAcme(hub)
  const integration = await hub.app.open(hub.workspace.id, id)
  const exchanges = () => sandbox.requests.filter(({ path }) => path === '/oauth/token').length
  const before = exchanges()
  /** Calls of the token endpoint since the account was connected. */
  const refreshes = () => exchanges() - before
  return {
    ...{ hub, sandbox, clock, id, keyHex: keyBytes.toString('hex'), refreshes },
    find: () => integration.operation('contacts.find', { email: 'ada@example.com' }),
    row: async () => {
      const { rows } = await hub.database.pool.query('select * from integrations where id = $1', [id])
      return rows[0] as {
        status: string
        error_message: string
        credentials_version: number
        refresh_lease_until: Date | null
      }
    },
    /** Ends what a failed refresh waits for. */
    stopWaiting: () =>
      hub.database.pool.query('update integrations set refresh_lease_until = null, refresh_lease_by = null'),
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

test('100 operations at once in four processes on an expired token that rotates refresh it exactly once', async () => {
  await using world = await start()
  const { hub, sandbox, id, keyHex } = world
  const processes = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = fork(join(import.meta.dirname, '../test/refreshing-process.ts'), {
        env: {
          ...process.env,
          DATABASE_URL_OF_HUB: hub.databaseUrl,
          VAULT_KEY: keyHex,
          OVERRIDES: JSON.stringify(sandbox.overrides()),
        },
      })
      await once(child, 'message')
      return child
    }),
  )
  // Expired for the hub and for the vendor.
  sandbox.faults.set({ vendor: 'acme', kind: 'expired_token' })
  await hub.database.pool.query('update integrations set credentials_expire_at = now() - make_interval(mins => 1)')

  const results = await Promise.all(
    processes.map(async (child) => {
      const told = once(child, 'message')
      child.send({ workspaceId: hub.workspace.id, integrationId: id, count: 25 })
      return ((await told) as [string[]])[0]
    }),
  )
  await Promise.all(
    processes.map(async (child) => {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    }),
  )

  assert.deepEqual(results.flat(), Array(100).fill('done'))
  assert.equal(world.refreshes(), 1)
  const { status, credentials_version: version } = await world.row()
  assert.deepEqual([status, version], ['active', 2])
})

test('a token that the vendor calls expired before its time is refreshed once by all who meet it', async () => {
  await using world = await start()
  world.sandbox.faults.set({ vendor: 'acme', kind: 'expired_token' })

  const results = await Promise.all(Array.from({ length: 20 }, world.find))

  assert.ok(results.every(({ success }) => success))
  assert.equal(world.refreshes(), 1)
})

test('a token that ends soon is refreshed ahead of time, while operations go on with the old one', async () => {
  await using world = await start()
  world.clock.advance(26 * minute)

  const result = await world.find()
  await until('the refresh', async () => (await world.row()).credentials_version === 2)
  const after = await world.find()

  assert.ok(result.success && after.success)
  assert.equal(world.refreshes(), 1)
})

test('every minute the hub refreshes what ends soon, without being asked', async () => {
  await using world = await start()
  world.clock.advance(26 * minute)
  world.hub.app.engine.wake()

  await until('the refresh', async () => (await world.row()).credentials_version === 2)

  assert.equal(world.refreshes(), 1)
})

test('a rotated refresh token replaces the old one, so that refreshing goes on and on', async () => {
  await using world = await start()

  for (let time = 1; time <= 3; time++) {
    world.clock.advance(40 * minute)
    assert.ok((await world.find()).success)
  }

  assert.equal((await world.row()).status, 'active')
  assert.ok(world.refreshes() >= 3)
})

test('the old refresh token is kept where none comes back', async () => {
  await using world = await start({ refreshToken: 'omitted' })

  for (let time = 1; time <= 3; time++) {
    world.clock.advance(40 * minute)
    assert.ok((await world.find()).success)
  }

  assert.equal((await world.row()).status, 'active')
})

test('a grant that the vendor ended asks for a person, once, and is not hammered', async () => {
  await using world = await start()
  world.sandbox.faults.set({ vendor: 'acme', kind: 'revoked_token' })
  world.clock.advance(40 * minute)

  const results = await Promise.all(Array.from({ length: 10 }, world.find))

  assert.ok(results.every((result) => !result.success && result.gracefulFail))
  const first = results.find((result) => !result.success && result.errorCode === 'AUTH_ERROR')
  assert.ok(first, JSON.stringify(results))
  assert.equal(world.refreshes(), 1)
  const { status, error_message: message } = await world.row()
  assert.equal(status, 'reauth_required')
  assert.match(message, /invalid_grant.*Connect the account again/)
  const events = await world.hub.request('GET', '/api/events?type=integration.status_changed')
  assert.match(events.text, /"status":"reauth_required"/)

  world.sandbox.faults.clear()
  assert.equal(await connectAcme(world.hub, { query: `?integrationId=${world.id}` }), world.id)
  assert.equal((await world.row()).status, 'active')
  assert.ok((await world.find()).success)
})

test('an outage of the token endpoint never asks for a person; the old token is used while it is good', async () => {
  await using world = await start()
  const outage = world.sandbox.faults.set({ vendor: 'acme', kind: 'server_error', path: '/oauth/token' })
  world.clock.advance(26 * minute)

  const stillGood = await world.find()
  await until('the failed refresh', () => world.refreshes() === 1)
  world.clock.advance(20 * minute)
  await world.stopWaiting()
  const expired = await world.find()
  const again = await world.find()

  assert.ok(stillGood.success)
  assert.ok(!expired.success)
  assert.equal(expired.errorCode, 'CONNECTION_FAILED')
  assert.ok(!again.success && again.errorCode === 'CONNECTION_FAILED')
  assert.equal(world.refreshes(), 2)
  assert.equal((await world.row()).status, 'active')

  world.sandbox.faults.clear(outage)
  await world.stopWaiting()
  assert.ok((await world.find()).success)
})

test('a process that died while it refreshed is waited for until its lease ends', async () => {
  await using world = await start()
  world.clock.advance(40 * minute)
  await world.hub.database.pool.query(
    "update integrations set refresh_lease_until = now() + interval '600 ms', refresh_lease_by = 'a dead process'",
  )

  const result = await world.find()

  assert.ok(result.success)
  assert.equal(world.refreshes(), 1)
})

test('a person who connects again while a refresh is under way keeps the newer credentials', async () => {
  await using world = await start()
  world.sandbox.faults.set({ vendor: 'acme', kind: 'latency', path: '/oauth/token', ms: 400, times: 1 })
  world.clock.advance(40 * minute)

  const finding = world.find()
  await until('the lease', async () => (await world.row()).refresh_lease_until)
  await connectAcme(world.hub, { query: `?integrationId=${world.id}` })
  const result = await finding

  assert.ok(result.success)
  const { status, credentials_version: version } = await world.row()
  assert.deepEqual([status, version], ['active', 2])
})

test('the margin is a fifth of the life, ten minutes at most, and differs between integrations', () => {
  const ids = Array.from({ length: 50 }, (_, at) => `integration-${at}`)

  const margins = ids.map((id) => refreshMarginMs(id, 1_800))

  assert.ok(margins.every((margin) => margin <= 360_000 && margin >= 270_000))
  assert.ok(new Set(margins).size > 40)
  assert.ok(ids.every((id) => refreshMarginMs(id, 86_400) <= 600_000))
})
