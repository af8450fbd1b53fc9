import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { silentLog as log } from '../lib/log.ts'
import { withClient } from '../test/server.ts'
import { DataFolderInUseError, type EmbeddedDatabase, startEmbedded } from './embedded.ts'
import { processIdentity, until } from './process-identity.ts'

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65534, gid: 65534 }

test('keeps the data over a restart, on the same port, with its password in a private file', async () => {
  await using folder = temporaryFolder()
  const first = await startEmbedded({ dataFolder: folder.path, log })
  await write(first, 'kept')
  await first.stop()

  const second = await startEmbedded({ dataFolder: folder.path, log })

  assert.equal(second.reused, false)
  assert.equal(second.url, first.url)
  assert.deepEqual(await read(second), ['kept'])
  assert.equal(statSync(join(folder.path, 'postgres.json')).mode & 0o777, 0o600)
  await second.stop()
  assert.equal(processIdentity(second.pid), undefined)
})

test('tells a second opener who has the folder, and what to do', async () => {
  await using folder = temporaryFolder()
  const database = await startEmbedded({ dataFolder: folder.path, log })

  await assert.rejects(
    startEmbedded({ dataFolder: folder.path, log }),
    (error) =>
      error instanceof DataFolderInUseError &&
      error.pid === process.pid &&
      /process \d+.*TENON_DATA.*DATABASE_URL/.test(error.message),
  )

  await database.stop()
})

test('takes over the server that a killed hub left behind', async () => {
  await using folder = temporaryFolder()
  const hub = await startHub(folder.path)
  await write(hub, 'written before the kill')
  await kill(hub.process)

  const database = await startEmbedded({ dataFolder: folder.path, log })

  assert.equal(database.reused, true)
  assert.equal(database.pid, hub.pid)
  assert.deepEqual(await read(database), ['written before the kill'])
  await database.stop()
  assert.equal(processIdentity(hub.pid), undefined)
})

const sameNumber = {
  'a bystander': 'echo $$; exec sleep 60',
  'one that has ended and was not waited for': 'true & echo $!; exec sleep 60',
}
for (const [who, script] of Object.entries(sameNumber)) {
  test(`recovers when hub and server were both killed, though ${who} has the process id now`, async () => {
    await using folder = temporaryFolder()
    const hub = await startHub(folder.path)
    await write(hub, 'committed')
    await kill(hub.process)
    process.kill(hub.pid, 'SIGKILL')
    await until(() => !processIdentity(hub.pid), 30_000)
    const pidFile = join(folder.path, 'postgres/postmaster.pid')
    const owner = isRoot ? ownerOf(join(folder.path, 'postgres')) : {}
    const other = spawn('sh', ['-c', script], { ...owner, stdio: ['ignore', 'pipe', 'ignore'] })
    const [pid] = await once(createInterface(other.stdout), 'line')
    if (who.includes('ended')) await until(() => !processIdentity(Number(pid)), 30_000)
    const lines = readFileSync(pidFile, 'utf8').split('\n')
    writeFileSync(pidFile, [pid, ...lines.slice(1)].join('\n'))

    const database = await startEmbedded({ dataFolder: folder.path, log })

    assert.equal(database.reused, false)
    assert.deepEqual(await read(database), ['committed'])
    await database.stop()
    other.kill()
  })
}

test('starts a server that dies again by itself, on the same port', async () => {
  await using folder = temporaryFolder()
  const database = await startEmbedded({ dataFolder: folder.path, log })
  await write(database, 'committed')
  const { pid } = database

  process.kill(pid, 'SIGKILL')
  await until(() => database.pid !== pid, 30_000)

  assert.deepEqual(await read(database), ['committed'])
  await database.stop()
  assert.equal(processIdentity(database.pid), undefined)
})

test('a stop that comes while a dead server is started again leaves none behind', async () => {
  await using folder = temporaryFolder()
  const database = await startEmbedded({ dataFolder: folder.path, log })
  await write(database, 'committed')
  process.kill(database.pid, 'SIGKILL')
  await until(() => !processIdentity(database.pid), 30_000)

  await database.stop()

  const next = await startEmbedded({ dataFolder: folder.path, log })
  assert.equal(next.reused, false)
  assert.deepEqual(await read(next), ['committed'])
  await next.stop()
})

test('watches a server that it took over as well', async () => {
  await using folder = temporaryFolder()
  const hub = await startHub(folder.path)
  await kill(hub.process)
  const database = await startEmbedded({ dataFolder: folder.path, log })
  assert.equal(database.reused, true)

  process.kill(database.pid, 'SIGKILL')
  await until(() => database.pid !== hub.pid, 30_000)

  assert.equal((await read(database)).length, 0)
  await database.stop()
})

test('gives a cluster whose password was lost a new one', async () => {
  await using folder = temporaryFolder()
  const first = await startEmbedded({ dataFolder: folder.path, log })
  await write(first, 'kept')
  await first.stop()
  rmSync(join(folder.path, 'postgres.json'))

  const second = await startEmbedded({ dataFolder: folder.path, log })

  assert.deepEqual(await read(second), ['kept'])
  await second.stop()
})

test('survives Ctrl-C in the terminal, so that the hub can drain first', async () => {
  await using folder = temporaryFolder()
  const hub = await startHub(folder.path, { detached: true })

  process.kill(-(hub.process.pid ?? 0), 'SIGINT')
  await once(hub.process, 'exit')

  const database = await startEmbedded({ dataFolder: folder.path, log })
  assert.equal(database.reused, true)
  await database.stop()
})

test('root keeps the database where its user can reach it, when the data folder is closed', async (t) => {
  if (!isRoot) return t.diagnostic('only root has to care')
  await using folder = temporaryFolder()
  const closed = join(folder.path, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  const dataFolder = join(closed, 'data')

  const first = await startEmbedded({ dataFolder, log })
  await write(first, 'kept')
  await first.stop()
  const { folder: place } = JSON.parse(readFileSync(join(dataFolder, 'postgres.json'), 'utf8')) as { folder: string }
  const second = await startEmbedded({ dataFolder, log })
  const found = await read(second)
  await second.stop()
  rmSync(dirname(place), { recursive: true })

  assert.deepEqual(found, ['kept'])
  assert.match(place, /^\/var\/lib\/tenon\//)
  assert.equal(statSync(closed).mode & 0o777, 0o700)
  assert.equal(existsSync(join(dataFolder, 'postgres')), false)
})

test('an ordinary user has everything in place', async (t) => {
  if (!isRoot) return t.diagnostic('the other tests run as one')
  if (!canRead(nobody, import.meta.filename)) return t.diagnostic('no ordinary user can read this checkout')
  await using folder = temporaryFolder()
  chmodSync(folder.path, 0o700)
  chownSync(folder.path, nobody.uid, nobody.gid)

  const hub = await startHub(folder.path, nobody)
  await write(hub, 'kept')

  assert.equal(statSync(join(folder.path, 'postgres')).uid, nobody.uid)
  assert.deepEqual(await read(hub), ['kept'])
  hub.process.kill('SIGTERM')
  await once(hub.process, 'exit')
  assert.equal(processIdentity(hub.pid), undefined)
})

type Hub = { url: string; pid: number; process: ChildProcess }

/** A process that does nothing but hold the database: SIGTERM stops both, SIGKILL leaves the database behind. */
async function startHub(
  dataFolder: string,
  options: { detached?: boolean; uid?: number; gid?: number } = {},
): Promise<Hub> {
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(import.meta.resolve('./embedded.ts'))})
    const { silentLog: log } = await import(${JSON.stringify(import.meta.resolve('../lib/log.ts'))})
    const database = await startEmbedded({ dataFolder: ${JSON.stringify(dataFolder)}, log })
    console.log(JSON.stringify({ url: database.url, pid: database.pid }))
    process.once('SIGTERM', () => database.stop().then(() => process.exit()))
    setInterval(() => {}, 60_000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    ...options,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(child.stdout)) return { ...(JSON.parse(line) as Hub), process: child }
  throw new Error('the hub did not start')
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

const write = (database: Pick<EmbeddedDatabase, 'url'>, word: string) =>
  withClient(database.url, async (client) => {
    await client.query('create table if not exists words (word text)')
    await client.query('insert into words values ($1)', [word])
  })

const read = (database: Pick<EmbeddedDatabase, 'url'>) =>
  withClient(database.url, async (client) => {
    await client.query('create table if not exists words (word text)')
    const { rows } = await client.query<{ word: string }>('select word from words')
    return rows.map(({ word }) => word)
  })

const canRead = (user: typeof nobody, path: string) => spawnSync('cat', [path], { ...user, cwd: '/' }).status === 0

function ownerOf(path: string) {
  const { uid, gid } = statSync(path)
  return { uid, gid }
}

/** Goes away with the server in it, should a failing test have left one. */
function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'tenon-embedded-'))
  chmodSync(path, 0o755)
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      try {
        const pid = Number(readFileSync(join(path, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])
        process.kill(pid, 'SIGQUIT')
        await until(() => !processIdentity(pid), 30_000)
      } catch {
        // None is running, as it should be.
      }
      rmSync(path, { recursive: true, force: true })
    },
  }
}
