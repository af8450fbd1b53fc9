import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import S3rver from 's3rver'
import {
  type AnyConnector,
  type Context,
  type OperationInput,
  type OperationName,
  runOperation,
} from '../../kit/index.ts'
import { manualClock } from '../../lib/clock.ts'
import { s3 as emulator, sandboxKeys } from '../../sandbox/s3/s3.ts'
import { conformance } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { s3 } from './s3.ts'

const settings = { bucketName: 'files', region: 'us-east-1' }
const MiB = 1_048_576

conformance(s3, {
  emulator,
  credentials: sandboxKeys,
  settings,
  failureBody: (status) => `<Error><Code>Failure${status}</Code><Message>status ${status}</Message></Error>`,
  async prepare(context) {
    const begin = () => ask(context, 'storage.startUpload', { key: 'parts/plan.pdf' })
    const { uploadId } = await begin()
    const { etag } = await ask(context, 'storage.putPart', {
      key: 'parts/plan.pdf',
      uploadId,
      part: 1,
      content: bytes('one'),
    })
    const other = await begin()
    const third = await begin()
    return {
      'storage.put': { key: 'forms/plan.pdf', content: bytes('%PDF'), contentType: 'application/pdf' },
      'storage.startUpload': { key: 'parts/plan.pdf' },
      'storage.putPart': { key: 'parts/plan.pdf', uploadId: third.uploadId, part: 1, content: bytes('one') },
      'storage.finishUpload': { key: 'parts/plan.pdf', uploadId, parts: [{ part: 1, etag }] },
      'storage.abandonUpload': { key: 'parts/plan.pdf', uploadId: other.uploadId },
      'storage.url': { key: 'forms/plan.pdf', expiresInSeconds: 60 },
      'storage.delete': { key: 'forms/plan.pdf' },
      'storage.list': {},
    }
  },
})

test('a real S3 server keeps what is put, lists it page by page, gives it out by a link, and deletes it', async () => {
  await using server = await realServer()
  const { context } = server

  assert.deepEqual(await (s3 as AnyConnector).check(context), { name: `files at ${new URL(server.url).host}` })
  const put = await ask(context, 'storage.put', {
    key: "forms/Ada's plan (1).txt",
    content: bytes('Ada'),
    contentType: 'text/plain',
  })
  const listed = await ask(context, 'storage.list', { prefix: 'forms' })
  const link = await ask(context, 'storage.url', { key: put.key, expiresInSeconds: 60, downloadName: 'Ada’s plan.txt' })
  const answer = await fetch(link.url)
  await ask(context, 'storage.delete', { key: put.key })

  assert.deepEqual(
    listed.map(({ key, size }) => ({ key, size })),
    [{ key: "forms/Ada's plan (1).txt", size: 3 }],
  )
  assert.equal(await answer.text(), 'Ada')
  assert.match(
    answer.headers.get('content-disposition') ?? '',
    /^attachment; filename\*=UTF-8''Ada%E2%80%99s%20plan\.txt$/,
  )
  assert.equal((await fetch(link.url)).status, 404)
  assert.deepEqual(await ask(context, 'storage.list', {}), [])
})

test('a real S3 server puts parts together', async () => {
  await using server = await realServer()
  const { context } = server
  const key = 'recordings/call.wav'

  const { uploadId } = await ask(context, 'storage.startUpload', { key, contentType: 'audio/wav' })
  const first = await ask(context, 'storage.putPart', { key, uploadId, part: 1, content: Buffer.alloc(5 * MiB, 1) })
  const second = await ask(context, 'storage.putPart', { key, uploadId, part: 2, content: Buffer.alloc(10, 2) })
  await ask(context, 'storage.finishUpload', {
    key,
    uploadId,
    parts: [
      { part: 2, ...second },
      { part: 1, ...first },
    ],
  })

  const [file] = await ask(context, 'storage.list', {})
  assert.equal(file?.size, 5 * MiB + 10)
})

test('every workspace has a place of its own', async () => {
  await using server = await realServer()
  const other = server.open({ workspaceId: '0198c5f0-0000-7000-8000-00000000000b' })

  await ask(server.context, 'storage.put', { key: 'a.txt', content: bytes('a') })

  assert.deepEqual(await ask(other, 'storage.list', {}), [])
})

test('another secret is refused', async () => {
  await using sandbox = await startSandbox({ emulators: [emulator] })
  const credentials = { ...sandboxKeys, secretAccessKey: 'another-secret' }
  const stranger = connect(s3, { vendor: { url: `${sandbox.url}/s3` }, credentials, settings })

  const result = await runOperation(s3, stranger, 'storage.list', {})

  assert.ok(!result.success)
  assert.equal(result.errorCode, 'AUTH_ERROR')
})

test("Amazon's own client speaks with the emulator, and a request that was changed is refused", async () => {
  await using sandbox = await startSandbox({ emulators: [emulator] })
  const { objects } = sandbox.emulator(emulator)
  // The client signs for Amazon's host; on the way the request turns to the sandbox, as the hub's do.
  const client = new S3Client({
    region: 'us-east-1',
    credentials: sandboxKeys,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  client.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as {
        protocol: string
        hostname: string
        port?: number
        path: string
        headers: Record<string, string>
      }
      const { hostname, port } = new URL(sandbox.url)
      Object.assign(request, { protocol: 'http:', hostname, port: Number(port), path: `/s3${request.path}` })
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low', name: 'toSandbox' },
  )

  await client.send(new PutObjectCommand({ Bucket: 'files', Key: 'a b/ü.txt', Body: 'Ada', ContentType: 'text/plain' }))
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'files', Prefix: 'a b/' }))
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'files', Key: 'a b/ü.txt' }))
  const changed = await fetch(`${sandbox.url}/s3/files/a.txt`, {
    method: 'PUT',
    headers: {
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIASANDBOX/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00',
    },
    body: 'changed',
  })

  assert.deepEqual(
    Contents.map(({ Key }) => Key),
    ['a b/ü.txt'],
  )
  assert.equal(await Body?.transformToString(), 'Ada')
  assert.equal(changed.status, 403)
  assert.deepEqual(
    objects().map(({ key }) => key),
    ['a b/ü.txt'],
  )
})

test('a link works until it expires, and leads to nothing else', async () => {
  const clock = manualClock()
  await using sandbox = await startSandbox({ emulators: [emulator], clock })
  const context = connect(s3, { vendor: { url: `${sandbox.url}/s3` }, credentials: sandboxKeys, settings, clock })
  await ask(context, 'storage.put', { key: 'a.txt', content: bytes('a') })
  const { url } = await ask(context, 'storage.url', { key: 'a.txt', expiresInSeconds: 60 })
  const here = (link: string) => fetch(link.replace('https://s3.us-east-1.amazonaws.com', `${sandbox.url}/s3`))

  assert.equal((await here(url)).status, 200)
  assert.equal((await here(url.replace('/a.txt', '/b.txt'))).status, 403)
  clock.advance(61_000)
  assert.equal((await here(url)).status, 403)
})

const bytes = (text: string) => Buffer.from(text)

async function ask<Name extends OperationName>(context: Context, name: Name, input: OperationInput<Name>) {
  const result = await runOperation(s3, context, name, input)
  assert.ok(result.success, result.success ? '' : result.error)
  return result.data
}

async function realServer() {
  const directory = await mkdtemp(join(tmpdir(), 'tenon-s3-'))
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: 'files', configs: [] }],
  })
  const { port } = (await server.run()) as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const open = (more: object = {}) =>
    connect(s3, {
      vendor: { url },
      // Nothing stands in for it: it is what the settings name.
      overrides: {},
      credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
      settings: { ...settings, endpoint: url },
      ...more,
    })
  return {
    url,
    open,
    context: open(),
    [Symbol.asyncDispose]: async () => {
      await server.close()
      await rm(directory, { recursive: true })
    },
  }
}
