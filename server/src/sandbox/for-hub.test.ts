import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig } from '../config.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { bringsSandbox, startSandboxForHub } from './for-hub.ts'
import { emulators } from './index.ts'

test('a hub brings the sandbox along in development, unless real vendors are meant', () => {
  const brings = (env: Record<string, string>) => bringsSandbox(readConfig(env))

  assert.equal(brings({}), true)
  assert.equal(brings({ TENON_SANDBOX: 'off' }), false)
  assert.equal(brings({ NODE_ENV: 'production' }), false)
  assert.equal(brings({ NODE_ENV: 'production', TENON_SANDBOX: 'on' }), true)
  assert.equal(brings({ TENON_VENDOR_OVERRIDES: '{"api.acme.test":"http://127.0.0.1:1/acme"}' }), false)
  assert.equal(bringsSandbox({ ...readConfig({}), ...{ ACME_CLIENT_ID: 'an-application' } }), false)
  assert.throws(
    () => readConfig({ TENON_VENDOR_OVERRIDES: '["api.acme.test"]' }),
    /must be a JSON object of host names/,
  )
  assert.throws(() => readConfig({ TENON_VENDOR_OVERRIDES: '{"api.acme.test":"ftp://x"}' }), /must be a JSON object/)
})

test('what a workspace connects with at once works, also after a restart', async () => {
  await using folder = await dataFolder()
  const start = () => startSandboxForHub({ ...deps(folder.path), port: 0 })
  const send = async (url: string, overrides: Record<string, string>) => {
    const { host, pathname } = new URL(url)
    const answer = await fetch(`${overrides[host]}${pathname}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    return (await answer.json()) as { attempt: string }
  }

  const first = await start()
  const account = first.accounts?.find(({ connector }) => connector === 'zapier')
  const url = (await account?.credentials())?.webhookUrl ?? ''
  const { attempt } = await send(url, first.overrides)
  await first.stop()
  const second = await start()
  const again = await send(url, second.overrides)
  await second.stop()

  assert.deepEqual([attempt, again.attempt], ['1001', '1002'])
})

test('processes with one data folder share a sandbox, others have their own', async () => {
  await using ours = await dataFolder()
  await using theirs = await dataFolder()
  const first = await startSandboxForHub({ ...deps(ours.path), port: 0 })
  const port = Number(new URL(first.url).port)

  const second = await startSandboxForHub({ ...deps(ours.path), port })
  const other = await startSandboxForHub({ ...deps(theirs.path), port })

  assert.equal(second.url, first.url)
  assert.deepEqual(second.overrides, first.overrides)
  assert.equal(second.accounts, undefined)
  assert.notEqual(other.url, first.url)
  await Promise.all([first.stop(), second.stop(), other.stop()])
})

test('answers on loopback addresses only, unless HOST says otherwise', async () => {
  await using folder = await dataFolder()
  const sandbox = await startSandboxForHub({ ...deps(folder.path), port: 0 })

  assert.equal(new URL(sandbox.url).hostname, '127.0.0.1')
  await sandbox.stop()
})

test('the list says of each emulator what the emulator says of itself', async () => {
  for (const { id, hosts, load } of emulators) {
    const emulator = await load()
    assert.equal(emulator.id, id)
    assert.deepEqual(emulator.hosts, hosts)
  }
})

const deps = (path: string) => ({
  config: readConfig({ TENON_DATA: path }),
  clock: systemClock,
  log: silentLog,
})

async function dataFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'tenon-sandbox-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
