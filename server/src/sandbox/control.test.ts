import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { acme } from '../test/acme.ts'
import { startSandbox } from '../test/sandbox.ts'

test('faults are set, listed and cleared over HTTP', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const faults = `${sandbox.url}/__sandbox/faults`
  const set = await put(faults, { vendor: 'acme', kind: 'server_error', status: 500 })
  const { id } = (await set.json()) as { id: string }

  const listed = (await (await fetch(faults)).json()) as { faults: { id: string }[] }
  const failed = await fetch(`${sandbox.url}/acme/v1/things`)
  await fetch(`${faults}?id=${id}`, { method: 'DELETE' })
  const after = await fetch(`${sandbox.url}/acme/v1/things`)

  assert.deepEqual(
    listed.faults.map((fault) => fault.id),
    [id],
  )
  assert.deepEqual([failed.status, after.status], [500, 401])
})

test('what arrived is listed, newest first, and what nobody knows by itself', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  await fetch(`${sandbox.url}/acme/v1/things`)
  await fetch(`${sandbox.url}/acme/v9/things`)
  const pathsOf = async (query: string) => {
    const answer = await fetch(`${sandbox.url}/__sandbox/requests${query}`)
    return ((await answer.json()) as { requests: { path: string }[] }).requests.map(({ path }) => path)
  }

  assert.deepEqual(await pathsOf(''), ['/v9/things', '/v1/things'])
  assert.deepEqual(await pathsOf('?unknown=true'), ['/v9/things'])
  assert.deepEqual(await pathsOf('?vendor=other'), [])
  assert.deepEqual(await pathsOf('?limit=1'), ['/v9/things'])
})

test('a fault that does not exist is refused, and changes nothing', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const faults = `${sandbox.url}/__sandbox/faults`

  for (const fault of [
    { vendor: 'acme', kind: 'earthquake' },
    { kind: 'hang' },
    { vendor: 'acme', kind: 'hang', x: 1 },
  ]) {
    assert.equal((await put(faults, fault)).status, 400)
  }
  assert.deepEqual(sandbox.faults.list(), [])
})

test('a page that a browser reached by another name may not control the sandbox', async () => {
  await using sandbox = await startSandbox({ emulators: [acme()] })
  const { promise, resolve } = Promise.withResolvers<number | undefined>()

  request(`${sandbox.url}/__sandbox/requests`, { headers: { host: 'evil.example.com' } }, (answer) => {
    answer.resume()
    resolve(answer.statusCode)
  }).end()

  assert.equal(await promise, 403)
})

const put = (url: string, body: unknown) =>
  fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
