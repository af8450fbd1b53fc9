import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { manualClock } from '../lib/clock.ts'
import { acme } from '../test/acme.ts'
import { type ReceivedRequest, startReceiver } from '../test/receiver.ts'
import { startSandbox } from '../test/sandbox.ts'
import type { Sandbox } from './sandbox.ts'

const secret = 'a-webhook-secret'

test('a change is told in a webhook that is signed over the bytes it sends', async () => {
  const clock = manualClock()
  await using receiver = await startReceiver()
  await using sandbox = await startSandbox({ emulators: [acme()], clock })
  listen(sandbox, receiver.url)

  const { id } = thingsOf(sandbox).create({ name: 'anvil' })
  const received = await receiver.next()

  assert.deepEqual(JSON.parse(received.text), { action: 'created', id, version: 1 })
  assert.equal(isGenuine(received), true)
  assert.match(String(received.headers['acme-signature']), new RegExp(`^t=${clock.now() / 1_000},`))
})

test('a webhook that is refused comes again, so many times', async () => {
  await using receiver = await startReceiver()
  await using sandbox = await startSandbox({ emulators: [acme()] })
  listen(sandbox, receiver.url)
  receiver.answer(500, 500, 500, 200)

  thingsOf(sandbox).create({ name: 'anvil' })
  await sandbox.idle()

  assert.deepEqual(
    receiver.requests.map(({ headers }) => headers['acme-attempt']),
    ['1', '2', '3'],
  )
  assert.deepEqual(
    sandbox.webhooks.map(({ status, attempt }) => [status, attempt]),
    [
      [500, 1],
      [500, 2],
      [500, 3],
    ],
  )
})

test('webhooks come twice, late, never or tampered with, as it is set', async () => {
  await using receiver = await startReceiver()
  await using sandbox = await startSandbox({ emulators: [acme()] })
  listen(sandbox, receiver.url)
  const things = thingsOf(sandbox)
  const versions = async () => {
    await sandbox.idle()
    return receiver.requests.splice(0).map(({ text }) => (JSON.parse(text) as { version: number }).version)
  }

  sandbox.faults.set({ vendor: 'acme', kind: 'duplicate_webhooks', times: 1 })
  const { id } = things.create({ name: 'anvil' })
  assert.deepEqual(await versions(), [1, 1])

  sandbox.faults.set({ vendor: 'acme', kind: 'out_of_order_webhooks', times: 1 })
  things.update(id, { size: 2 })
  assert.deepEqual(await versions(), [])
  things.update(id, { size: 3 })
  assert.deepEqual(await versions(), [3, 2])

  sandbox.faults.set({ vendor: 'acme', account: 'sandbox', kind: 'lost_webhooks', times: 1 })
  things.update(id, { size: 4 })
  things.update(id, { size: 5 })
  assert.deepEqual(await versions(), [5])

  sandbox.faults.set({ vendor: 'acme', kind: 'tampered_webhooks', times: 1 })
  things.update(id, { size: 6 })
  await sandbox.idle()
  assert.equal(isGenuine(receiver.requests[0]!), false)
})

test('a hub that is not there holds nothing up', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  listen(sandbox, 'http://127.0.0.1:9/hook')

  thingsOf(sandbox).create({ name: 'anvil' })
  await sandbox.idle()

  assert.deepEqual(
    sandbox.webhooks.map(({ status }) => status),
    [undefined, undefined, undefined],
  )
})

function listen(sandbox: Sandbox, hookUrl: string): void {
  Object.assign(sandbox.emulator(acme()).world.account('sandbox').values, { hookUrl, secret })
}

const thingsOf = (sandbox: Sandbox) => sandbox.emulator(acme()).things()

function isGenuine({ text, headers }: ReceivedRequest): boolean {
  const [, timestamp, signature] = /^t=(\d+),v1=(\w+)$/.exec(String(headers['acme-signature'])) ?? []
  return signature === createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex')
}
