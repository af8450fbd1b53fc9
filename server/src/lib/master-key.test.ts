import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempDisposable, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadMasterKey, parseMasterKey } from './master-key.ts'
import { createVault } from './vault.ts'

const temporaryFolder = () => mkdtempDisposable(join(tmpdir(), 'tenon-master-key-'))

test('reads a key in hex, base64 and base64url as the same key', () => {
  const key = randomBytes(32)
  const spellings = [
    key.toString('hex'),
    key.toString('hex').toUpperCase(),
    key.toString('base64'),
    key.toString('base64url'),
  ]

  const ids = spellings.map((text) => parseMasterKey(text).current)

  assert.equal(new Set(ids).size, 1)
})

test('of several keys the first seals and all open', () => {
  const [first, second] = [randomBytes(32).toString('hex'), randomBytes(32).toString('base64')]
  const sealedBefore = createVault(parseMasterKey(second)).seal('text', 'place')

  const { keys, current } = parseMasterKey(` ${first} , ${second},${first}`)
  const vault = createVault({ keys, current })

  assert.deepEqual(
    keys.map(({ id }) => id),
    [parseMasterKey(first).current, parseMasterKey(second).current],
  )
  assert.equal(current, parseMasterKey(first).current)
  assert.equal(vault.open(sealedBefore, 'place'), 'text')
  assert.equal(vault.needsRotation(sealedBefore), true)
})

test('says what is wrong with a key without showing it', () => {
  const good = randomBytes(32).toString('hex')
  const cases = {
    '': 'it is empty',
    'not a key!': 'it is neither hex nor base64',
    [randomBytes(16).toString('base64')]: 'it has 16 bytes',
    [randomBytes(33).toString('hex')]: 'it has 33 bytes',
  }
  for (const [text, problem] of Object.entries(cases)) {
    assert.throws(
      () => parseMasterKey(text),
      (error: Error) => {
        assert.ok(error instanceof TypeError)
        assert.ok(
          error.message.startsWith('The master key must be 32 bytes in hex or base64') &&
            error.message.includes(problem),
        )
        assert.ok(text === '' || !error.message.includes(text))
        return true
      },
    )
    assert.throws(() => parseMasterKey(`${good},${text}`), /^TypeError: Key 2 of the master key must be 32 bytes/)
  }
})

test('makes a key for development once, readable by its owner only', async () => {
  await using folder = await temporaryFolder()
  const dataFolder = join(folder.path, 'data')
  const options = { configured: undefined, dataFolder, production: false }

  const first = await loadMasterKey(options)
  const second = await loadMasterKey(options)

  assert.equal(first.generated, true)
  assert.equal(first.file, join(dataFolder, 'master.key'))
  assert.equal(second.generated, false)
  assert.equal(second.current, first.current)
  assert.equal((await stat(join(dataFolder, 'master.key'))).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(dataFolder), ['master.key'])
})

test('processes that start together agree on one key', async () => {
  await using folder = await temporaryFolder()
  const options = { configured: undefined, dataFolder: folder.path, production: false }

  const loaded = await Promise.all(Array.from({ length: 8 }, () => loadMasterKey(options)))

  assert.equal(new Set(loaded.map(({ current }) => current)).size, 1)
  assert.equal(loaded.filter(({ generated }) => generated).length, 1)
})

test('prefers the configured key to the file', async () => {
  await using folder = await temporaryFolder()
  const configured = randomBytes(32).toString('hex')
  await writeFile(join(folder.path, 'master.key'), randomBytes(32).toString('hex'))

  const loaded = await loadMasterKey({ configured, dataFolder: folder.path, production: true })

  assert.equal(loaded.current, parseMasterKey(configured).current)
  assert.equal(loaded.generated, false)
  assert.equal(loaded.file, undefined)
})

test('in production takes the file but never makes one', async () => {
  await using folder = await temporaryFolder()
  const options = { configured: undefined, dataFolder: folder.path, production: true }

  await assert.rejects(loadMasterKey(options), /TENON_MASTER_KEY is not set and .*master\.key does not exist/)
  assert.deepEqual(await readdir(folder.path), [])

  const { current } = await loadMasterKey({ ...options, production: false })
  assert.equal((await loadMasterKey(options)).current, current)
})

test('names the file that does not hold a key, without showing what it holds', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'master.key')
  await writeFile(file, 'scrambled!')

  await assert.rejects(
    loadMasterKey({ configured: undefined, dataFolder: folder.path, production: false }),
    (error: Error) => {
      assert.ok(error.message.startsWith(`${file} does not hold a master key`))
      assert.equal(error.message.includes('scrambled'), false)
      return true
    },
  )
  assert.equal(await readFile(file, 'utf8'), 'scrambled!')
})
