import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Context, type OperationInput, type OperationName, runOperation } from '../../kit/index.ts'
import { createVault, vaultKey } from '../../lib/vault.ts'
import { createLocalFiles } from '../../storage/local-files.ts'
import { conformance } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { localDisk } from './local-disk.ts'

const folder = await mkdtemp(join(tmpdir(), 'tenon-disk-'))
after(() => rm(folder, { recursive: true }))
const key = vaultKey(Buffer.alloc(32, 1))
const localFiles = createLocalFiles({
  folder,
  vault: createVault({ keys: [key], current: key.id }),
  publicUrl: () => 'https://hub.example',
})
const open = (more: object = {}) =>
  connect(localDisk, { vendor: { url: 'http://localhost' }, credentials: {}, localFiles, ...more })

conformance(localDisk, { credentials: {}, speaksHttp: false })

test('keeps what is put, lists it, and deletes it', async () => {
  const context = open()

  await localDisk.check(context)
  await ask(context, 'storage.put', { key: 'forms/a.txt', content: Buffer.from('a') })
  const listed = await ask(context, 'storage.list', { prefix: 'forms/' })
  await ask(context, 'storage.delete', { key: 'forms/a.txt' })

  assert.deepEqual(
    listed.map(({ key, size }) => ({ key, size })),
    [{ key: 'forms/a.txt', size: 1 }],
  )
  assert.deepEqual(await ask(context, 'storage.list', {}), [])
})

test('puts parts together in their order, and leaves nothing of an upload behind', async () => {
  const context = open()
  const name = { key: 'call.wav' }

  const { uploadId } = await ask(context, 'storage.startUpload', name)
  const second = await ask(context, 'storage.putPart', { ...name, uploadId, part: 2, content: Buffer.from('two') })
  const first = await ask(context, 'storage.putPart', { ...name, uploadId, part: 1, content: Buffer.from('one') })
  await ask(context, 'storage.finishUpload', {
    ...name,
    uploadId,
    parts: [
      { part: 2, ...second },
      { part: 1, ...first },
    ],
  })
  const abandoned = await ask(context, 'storage.startUpload', name)
  await ask(context, 'storage.abandonUpload', { ...name, ...abandoned })

  const { url } = await ask(context, 'storage.url', { ...name, expiresInSeconds: 60 })
  const found = await localFiles.follow(url.split('/').at(-1)!, new Date())
  const [file] = await ask(context, 'storage.list', {})
  assert.equal(file?.size, 6)
  assert.equal(found?.name, 'call.wav')
  assert.deepEqual(await readdir(join(folder, context.workspaceId, 'uploads')), [])
})

test('no key leads out of the folder of its workspace', async () => {
  const other = open({ workspaceId: '0198c5f0-0000-7000-8000-00000000000b' })

  for (const key of ['../../escaped.txt', '..', 'a/../../b', '/../x']) {
    const result = await runOperation(localDisk, other, 'storage.put', { key, content: Buffer.from('x') })
    assert.ok(!result.success, key)
    assert.equal(result.errorCode, 'VENDOR_REJECTED')
  }
  assert.deepEqual(await ask(other, 'storage.list', {}), [])
})

test('an upload that is not there, and a part that is missing, are said to be', async () => {
  const context = open()
  const { uploadId } = await ask(context, 'storage.startUpload', { key: 'a' })

  const none = await runOperation(localDisk, context, 'storage.putPart', {
    key: 'a',
    uploadId: 'x/../..',
    part: 1,
    content: Buffer.from(''),
  })
  const missing = await runOperation(localDisk, context, 'storage.finishUpload', {
    key: 'a',
    uploadId,
    parts: [{ part: 9, etag: '9' }],
  })

  for (const result of [none, missing]) assert.equal(!result.success && result.errorCode, 'NOT_FOUND')
})

async function ask<Name extends OperationName>(context: Context, name: Name, input: OperationInput<Name>) {
  const result = await runOperation(localDisk, context, name, input)
  assert.ok(result.success, result.success ? '' : result.error)
  return result.data
}
