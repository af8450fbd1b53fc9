import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../lib/clock.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import type { Sandbox } from '../sandbox.ts'
import { sandboxHookId, zapier } from './zapier.ts'

test('a catch hook runs its Zap with what is posted', async () => {
  await using sandbox = await startSandbox({ emulators: [zapier] })
  const zaps = sandbox.emulator(zapier)
  const { id, url } = zaps.newHook()

  const { status, body } = await post(sandbox, url, { action: 'call_completed', call: { call_id: 'call_1' } })

  assert.match(url, /^https:\/\/hooks\.zapier\.com\/hooks\/catch\/\d+\/\w+\/$/)
  assert.equal(status, 200)
  assert.equal(body.status, 'success')
  assert.ok(body.attempt && body.id && body.request_id)
  assert.deepEqual(
    zaps.runs(id).map((run) => run.body),
    [{ action: 'call_completed', call: { call_id: 'call_1' } }],
  )
})

test('there is a hook from the start', async () => {
  await using sandbox = await startSandbox({ emulators: [zapier] })

  const { status } = await post(sandbox, `https://hooks.zapier.com/hooks/catch/1234567/${sandboxHookId}/`, {})

  assert.equal(status, 200)
  assert.equal(sandbox.emulator(zapier).runs(sandboxHookId).length, 1)
})

test('a list runs the Zap once for each of its items', async () => {
  await using sandbox = await startSandbox({ emulators: [zapier] })
  const zaps = sandbox.emulator(zapier)
  const { id, url } = zaps.newHook()

  await post(sandbox, url, [{ n: 1 }, { n: 2 }])

  assert.deepEqual(
    zaps.runs(id).map((run) => run.body),
    [{ n: 1 }, { n: 2 }],
  )
})

test('forms, queries and raw bodies are caught as Zapier catches them', async () => {
  await using sandbox = await startSandbox({ emulators: [zapier] })
  const zaps = sandbox.emulator(zapier)
  const { id, url } = zaps.newHook()
  const place = placeOf(sandbox, url)

  await fetch(place, { method: 'POST', body: new URLSearchParams({ 'call[id]': 'call_1' }) })
  await fetch(`${place}?name=Ada`)
  await fetch(`${place}raw/`, { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'a,b' })

  assert.deepEqual(
    zaps.runs(id).map((run) => run.body),
    [{ call: { id: 'call_1' } }, { name: 'Ada' }, { body: 'a,b' }],
  )
})

test('a hook that nobody made is not found, and a Zap that is off is gone', async () => {
  await using sandbox = await startSandbox({ emulators: [zapier] })
  const zaps = sandbox.emulator(zapier)
  const { id, url } = zaps.newHook()
  await zaps.turnOff(id)

  const off = await post(sandbox, url, {})
  const unknown = await post(sandbox, 'https://hooks.zapier.com/hooks/catch/1234567/nobody/', {})
  const retired = await post(sandbox, 'https://hooks.zapier.com/hooks/v1/1234567/', {})

  assert.deepEqual([off.status, unknown.status, retired.status], [410, 404, 404])
  assert.equal(zaps.runs(id).length, 0)
  assert.equal(sandbox.unknownRequests.length, 1)
})

test('what is not JSON is refused', async () => {
  await using sandbox = await startSandbox({ emulators: [zapier] })
  const { url } = sandbox.emulator(zapier).newHook()

  const answer = await fetch(placeOf(sandbox, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  })

  assert.equal(answer.status, 400)
})

test('a hook takes thirty requests a second', async () => {
  const clock = manualClock()
  await using sandbox = await startSandbox({ emulators: [zapier], clock })
  const zaps = sandbox.emulator(zapier)
  const [busy, calm] = [zaps.newHook(), zaps.newHook()]

  const statuses: number[] = []
  for (let count = 0; count < 31; count += 1) statuses.push((await post(sandbox, busy.url, {})).status)
  const other = await post(sandbox, calm.url, {})
  clock.advance(1_000)
  const later = await post(sandbox, busy.url, {})

  assert.equal(statuses.filter((status) => status === 200).length, 30)
  assert.equal(statuses.at(-1), 429)
  assert.deepEqual([other.status, later.status], [200, 200])
})

test('faults meet the account whose hook it is', async () => {
  await using sandbox = await startSandbox({ emulators: [zapier] })
  const zaps = sandbox.emulator(zapier)
  const [sick, well] = [zaps.newHook({ account: 'sick' }), zaps.newHook({ account: 'well' })]
  sandbox.faults.set({ vendor: 'zapier', account: 'sick', kind: 'server_error' })

  assert.equal((await post(sandbox, sick.url, {})).status, 503)
  assert.equal((await post(sandbox, well.url, {})).status, 200)
})

test('a Zap subscribes to the hub when it is turned on, and unsubscribes when it is turned off', async () => {
  await using hub = await startReceiver()
  await using sandbox = await startSandbox({ emulators: [zapier] })
  const zaps = sandbox.emulator(zapier)
  hub.answer({ status: 201, headers: { 'content-type': 'application/json' }, body: '{"data":{"id":"sub_1"}}' }, 204)

  const hook = await zaps.subscribe({
    subscribeUrl: hub.url,
    headers: { authorization: 'Bearer key' },
    body: (hookUrl) => ({ hookUrl, event: 'lead.captured' }),
  })
  const caught = await post(sandbox, hook.url, { id: 1 })
  const status = await zaps.turnOff(hook.id, { authorization: 'Bearer key' })
  const gone = await post(sandbox, hook.url, { id: 2 })

  assert.equal(status, 204)
  assert.deepEqual(
    hub.requests.map(({ method, path, text }) => [method, path, text]),
    [
      ['POST', '/hook', JSON.stringify({ hookUrl: hook.url, event: 'lead.captured' })],
      ['DELETE', '/hook/sub_1', ''],
    ],
  )
  assert.match(hook.url, /^https:\/\/hooks\.zapier\.com\/hooks\/standard\//)
  assert.deepEqual([caught.status, gone.status], [200, 410])
})

test('a Zap whose subscription is refused has no hook', async () => {
  await using hub = await startReceiver()
  await using sandbox = await startSandbox({ emulators: [zapier] })
  hub.answer(401)

  await assert.rejects(
    sandbox.emulator(zapier).subscribe({ subscribeUrl: hub.url, headers: {}, body: (hookUrl) => ({ hookUrl }) }),
    /refused the subscription with 401/,
  )
})

const placeOf = (sandbox: Sandbox, url: string): string =>
  url.replace('https://hooks.zapier.com', sandbox.overrides()['hooks.zapier.com'] ?? '')

async function post(sandbox: Sandbox, url: string, body: unknown) {
  const answer = await fetch(placeOf(sandbox, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}
