import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import S3rver from 's3rver'
import { manualClock } from '../lib/clock.ts'
import { type Hub, startHub } from '../test/hub.ts'
import type { File, Link } from './schema.ts'

const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
  Buffer.alloc(100),
])

test('a file that is sent as a form is stored, listed, linked to and deleted', async () => {
  await using place = await startStorage()
  const { hub } = place

  const stored = await upload(hub, png, { name: "../Ada's plän.png", type: 'image/png', folder: 'forms' })
  const list = await hub.request<File[]>('GET', '/api/files?folder=forms')
  const link = await hub.request<Link>('POST', `/api/files/${stored.body.data.id}/link`, {
    body: { expiresInSeconds: 60 },
  })
  const answer = await fetch(link.body.data.url)
  const part = await fetch(link.body.data.url, { headers: { range: 'bytes=1-3' } })
  const deleted = await hub.request('DELETE', `/api/files/${stored.body.data.id}`)

  assert.equal(stored.status, 201, stored.text)
  const { name, key, size, sha256, contentType } = stored.body.data
  assert.deepEqual([name, size, contentType], ["Ada's plän.png", png.length, 'image/png'])
  assert.match(key, /^forms\/\d{4}-\d\d\/[0-9a-f-]{36}-Ada-s-pla-n\.png$/)
  assert.equal(sha256, createHash('sha256').update(png).digest('hex'))
  assert.deepEqual(
    list.body.data.map(({ id }) => id),
    [stored.body.data.id],
  )
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), png)
  assert.match(answer.headers.get('content-disposition') ?? '', /^inline/)
  assert.match(answer.headers.get('content-security-policy') ?? '', /sandbox/)
  assert.deepEqual([part.status, Buffer.from(await part.arrayBuffer()).toString()], [206, 'PNG'])
  assert.equal(deleted.status, 200)
  assert.equal((await fetch(link.body.data.url)).status, 404)
  assert.equal((await hub.request('GET', `/api/files/${stored.body.data.id}`)).status, 404)
})

test('a file that is the whole body is stored, and its link ends in time', async () => {
  const clock = manualClock()
  await using place = await startStorage({ clock })
  const { hub } = place

  const stored = await sendBody(hub, '{"not":"read as JSON"', { type: 'application/json', query: '?name=notes.json' })
  const link = await hub.request<Link>('POST', '/api/files/link', {
    body: { key: stored.body.data.key, expiresInSeconds: 60 },
  })

  assert.equal(stored.status, 201, stored.text)
  assert.equal(await (await fetch(link.body.data.url)).text(), '{"not":"read as JSON"')
  assert.match((await fetch(link.body.data.url)).headers.get('content-disposition') ?? '', /^attachment/)
  clock.advance(61_000)
  assert.equal((await fetch(link.body.data.url)).status, 404)
  assert.equal((await fetch(`${hub.url}/files/nonsense`)).status, 404)
})

test('what a file says it is does not count against what it is', async () => {
  await using place = await startStorage()
  const { hub } = place
  const program = Buffer.concat([Buffer.from('7f454c4602010100', 'hex'), Buffer.alloc(100)])

  const disguised = await sendBody(hub, png, { type: 'application/pdf' })
  const refused = await sendBody(hub, program, { type: 'image/png' })
  const page = await sendBody(hub, '<script>alert(1)</script>', { type: 'text/html' })

  assert.equal(disguised.body.data.contentType, 'image/png')
  for (const answer of [refused, page]) {
    assert.equal(answer.status, 415)
    assert.equal(answer.body.errorCode, 'UNSUPPORTED_MEDIA_TYPE')
  }
  assert.deepEqual((await hub.request<File[]>('GET', '/api/files')).body.data.length, 1)
})

test('a file that is too large, a form without one, and no body at all are refused', async () => {
  await using place = await startStorage({ env: { TENON_FILE_LIMIT: '2000' } })
  const { hub } = place

  const large = await sendBody(hub, 'a'.repeat(2_001), { type: 'text/plain' })
  const largeForm = await upload(hub, Buffer.from('a'.repeat(2_001)), { name: 'a.txt', type: 'text/plain' })
  const form = new FormData()
  form.set('only', 'text')
  const empty = await send(hub, '', { method: 'POST', body: form })
  const none = await send(hub, '', { method: 'POST' })

  assert.deepEqual([large.status, largeForm.status, empty.status, none.status], [413, 413, 400, 400])
  assert.deepEqual((await hub.request<File[]>('GET', '/api/files')).body.data, [])
})

test('without a storage the flow may carry on', async () => {
  await using hub = await startHub()

  const answer = await sendBody(hub, 'text', { type: 'text/plain' })

  assert.equal(answer.status, 409)
  assert.deepEqual([answer.body.errorCode, answer.body.gracefulFail], ['INTEGRATION_NOT_ACTIVE', true])
})

test('no workspace reaches the files of another', async () => {
  await using place = await startStorage()
  const { hub } = place
  const other = await hub.addWorkspace('Other')
  const stored = await sendBody(hub, 'secret', { type: 'text/plain' })
  const asOther = { key: other.apiKey }

  const answers = await Promise.all([
    hub.request('GET', `/api/files/${stored.body.data.id}`, asOther),
    hub.request('POST', `/api/files/${stored.body.data.id}/link`, asOther),
    hub.request('POST', '/api/files/link', { ...asOther, body: { key: stored.body.data.key } }),
    hub.request('DELETE', `/api/files/${stored.body.data.id}`, asOther),
  ])

  assert.deepEqual(
    answers.map(({ status }) => status),
    [404, 404, 404, 404],
  )
  assert.deepEqual((await hub.request('GET', '/api/files', asOther)).body.data, [])
})

test('a large file travels in parts to a real S3 server, and one that is cut off leaves nothing', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tenon-s3-'))
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: 'files', configs: [] }],
  })
  const { port } = (await server.run()) as AddressInfo
  try {
    await using hub = await startHub({ env: { TENON_FILE_LIMIT: '20000000' } })
    const connected = await hub.request('POST', '/api/integrations', {
      body: {
        templateId: 's3',
        name: 'S3',
        config: { bucketName: 'files', endpoint: `http://127.0.0.1:${port}` },
        credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
      },
    })
    assert.equal(connected.body.data?.status, 'active', connected.text)
    const recording = Buffer.concat([Buffer.from('RIFF\x24\0\0\0WAVEfmt '), Buffer.alloc(17_000_000, 7)])

    const stored = await upload(hub, recording, { name: 'call.wav', type: 'audio/wav', folder: 'recordings' })
    assert.equal(stored.status, 201, stored.text)
    const tooLarge = await upload(hub, Buffer.concat([recording, Buffer.alloc(4_000_000)]), {
      name: 'long.wav',
      type: 'audio/wav',
    })
    const link = await hub.request<Link>('POST', `/api/files/${stored.body.data.id}/link`)
    const read = Buffer.from(await (await fetch(link.body.data.url)).arrayBuffer())
    const operations = await hub.request<{ operation: string }[]>(
      'GET',
      `/api/integrations/${connected.body.data.id}/logs`,
    )

    assert.equal(tooLarge.status, 413)
    assert.ok(read.equals(recording))
    const names = operations.body.data.map(({ operation }) => operation)
    assert.equal(names.filter((name) => name === 'storage.putPart').length, 5)
    assert.ok(names.includes('storage.abandonUpload'))
  } finally {
    await server.close()
    await rm(directory, { recursive: true })
  }
})

async function startStorage(options: Parameters<typeof startHub>[0] = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'tenon-files-'))
  const hub = await startHub({ ...options, env: { ...options.env, TENON_DATA: folder } })
  const connected = await hub.request('POST', '/api/integrations', { body: { templateId: 'local-disk', name: 'Disk' } })
  assert.equal(connected.body.data.status, 'active', connected.text)
  return {
    hub,
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

const upload = (hub: Hub, content: Buffer, { name, type, folder }: { name: string; type: string; folder?: string }) => {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(content)], { type }), name)
  return send(hub, folder === undefined ? '' : `?folder=${folder}`, { method: 'POST', body: form })
}

const sendBody = (hub: Hub, content: string | Buffer, { type, query = '' }: { type: string; query?: string }) =>
  send(hub, query, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof content === 'string' ? content : new Uint8Array(content),
  })

async function send(hub: Hub, query: string, init: RequestInit) {
  const headers = { ...init.headers, authorization: `Bearer ${hub.apiKey}` }
  const answer = await fetch(`${hub.url}/api/files${query}`, { ...init, headers })
  const text = await answer.text()
  const body = JSON.parse(text) as { data: File; errorCode: string; gracefulFail: boolean }
  return { status: answer.status, body, text }
}
