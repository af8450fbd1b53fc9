import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LockHeldError, takeLock } from './lock-file.ts'
import { processIdentity } from './process-identity.ts'

test('names the process that holds the lock, and lets the next one in once it is released', () => {
  using folder = temporaryFolder()
  const lock = takeLock(folder.path)

  assert.throws(
    () => takeLock(folder.path),
    (error) => error instanceof LockHeldError && error.pid === process.pid,
  )
  lock.release()
  takeLock(folder.path).release()

  assert.deepEqual(readdirSync(folder.folder), [])
})

test('takes over from a process that is gone', () => {
  using folder = temporaryFolder()
  const { pid } = spawnSync(process.execPath, ['--version'])
  writeFileSync(folder.path, JSON.stringify({ pid, startedAt: 'some time ago' }))

  takeLock(folder.path).release()
})

test('is not deceived by a process id that was given out again', () => {
  using folder = temporaryFolder()
  writeFileSync(folder.path, JSON.stringify({ ...processIdentity(process.pid), startedAt: 'an earlier boot' }))

  takeLock(folder.path).release()
})

test('takes over a lock file that holds no lock', () => {
  using folder = temporaryFolder()
  writeFileSync(folder.path, 'not a lock')

  takeLock(folder.path).release()
})

function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'tenon-lock-'))
  return { folder, path: join(folder, 'lock'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}
