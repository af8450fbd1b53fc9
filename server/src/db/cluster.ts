import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { Client } from 'pg'
import { program } from './embedded-binaries.ts'
import type { Log, Place } from './embedded-place.ts'
import { clearCrash, isServerOf, type PidFile, readPidFile, signalTo } from './postmaster.ts'
import { until } from './process-identity.ts'

/** How to sign in to a cluster. */
export type Access = { user: string; password: string; database: string }
/** A server that is up; `child` only when this process started it. */
export type Server = { pid: number; port: number; child?: ChildProcess }
export type Settings = Record<string, string>

/** Measured on two cores. Everything that decides durability is PostgreSQL's default and named to be seen. */
const defaults: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  cluster_name: 'tenon',
  max_connections: '100',
  shared_buffers: '256MB',
  fsync: 'on',
  synchronous_commit: 'on',
  wal_level: 'replica',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  log_checkpoints: 'off',
  autovacuum: 'on',
  autovacuum_naptime: '15s',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

const stopWithinMs = 30_000
/** Cleanly, then at once (its log brings everything back), then by force; and how long each is waited for. */
const stopSteps = [
  ['SIGINT', stopWithinMs],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const
const maxLogBytes = 10_000_000

/** Makes a new cluster with one superuser and one database. Either all of it is there afterwards or nothing. */
export async function createCluster(place: Place, access: Access): Promise<void> {
  const unfinished = `${place.folder}.new`
  rmSync(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  if (place.user) chownSync(unfinished, place.user.uid, place.user.gid)
  // The built-in collation provider behaves the same with every C library, so indexes survive a move to another system.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  // `trust` is for Unix sockets, and the server opens none.
  const auth = ['--auth-host=scram-sha-256', '--auth-local=trust', `--username=${access.user}`]
  await run(place, 'initdb', ['-D', unfinished, ...locale, ...auth])
  await singleUser(place, unfinished, [passwordCommand(access), `create database ${access.database}`])
  renameSync(unfinished, place.folder)
}

/** Gives the superuser of a stopped cluster a new password. */
export const resetPassword = (place: Place, access: Access): Promise<void> =>
  singleUser(place, place.folder, [passwordCommand(access)])

/** Answers the server that runs on this cluster and accepts our password, having waited for one that is starting or stopping. */
export async function findServer(place: Place, access: Access, log: Log): Promise<Server | undefined> {
  for (;;) {
    const found = readPidFile(place)
    if (!found || !isServerOf(place, found.pid)) return undefined
    const changed = () => readPidFile(place)?.status !== found.status || !isServerOf(place, found.pid)
    if (found.status === 'ready') {
      if (await answers(place, access, found)) return found
      log.warn({ pid: found.pid }, 'PostgreSQL was left behind and does not answer: stopping it')
      await stopServer(place, found)
    } else if (found.status === 'stopping') {
      log.info({ pid: found.pid }, 'PostgreSQL is still stopping: waiting for it')
      if (!(await until(changed, stopWithinMs))) await stopServer(place, found)
    } else if (!(await until(changed, 10_000))) {
      log.info({ pid: found.pid }, 'PostgreSQL is still starting: waiting for it')
    }
  }
}

/** Starts a server on this very port, having cleared what a crash left. Fails when it is told to stop meanwhile. */
export async function startServer(
  place: Place,
  port: number,
  settings: Settings,
  stopping?: AbortSignal,
): Promise<Server> {
  await clearCrash(place)
  return await spawnServer(place, port, settings, stopping)
}

/** Starts a server on the port it had the last time or, when that is taken, on another one. */
export async function startOnFreePort(place: Place, last: number | undefined, settings: Settings): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startServer(place, await freePort(attempt === 1 ? last : undefined), settings)
    } catch (error) {
      // Another program may take the port between our look and PostgreSQL's.
      if (attempt === 3 || !String(error).includes('could not create any TCP/IP sockets')) throw error
    }
  }
}

/** Stops a server, by force when nothing else does. */
export async function stopServer(place: Place, server: Server): Promise<void> {
  const gone = () => !isServerOf(place, server.pid)
  for (const [signal, waitMs] of stopSteps) {
    if (gone()) return
    signalTo(server.pid, signal)
    if (await until(gone, waitMs)) return
  }
  throw new Error(`PostgreSQL (process ${server.pid}) cannot be stopped.`)
}

/** The URL of one database of a cluster. */
export const urlOf = ({ user, password, database }: Access, { port }: { port: number }): string =>
  `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`

async function spawnServer(place: Place, port: number, settings: Settings, stopping?: AbortSignal): Promise<Server> {
  const log = openLog(place.logFile)
  const args = Object.entries({ ...defaults, ...settings, port: String(port) }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ])
  const child = spawn(program(place.binaries, 'postgres'), ['-D', place.folder, ...args], {
    ...options(place),
    // A session of its own: Ctrl-C in the terminal reaches the hub alone, which drains before it stops the database.
    detached: true,
    // A file, since a pipe would end with us.
    stdio: ['ignore', log.fd, log.fd],
  })
  closeSync(log.fd)
  child.unref()
  let failure: Error | undefined
  child.on('error', (error) => {
    failure = error
  })
  const ended = () => failure !== undefined || child.exitCode !== null || child.signalCode !== null
  const settled = () => {
    if (ended() || stopping?.aborted) return true
    const found = readPidFile(place)
    return found?.pid === child.pid && found?.status === 'ready'
  }
  // Recovery after a crash may take minutes; a server that cannot start exits by itself.
  await until(settled, Number.POSITIVE_INFINITY)
  if (stopping?.aborted) {
    for (const [signal, waitMs] of stopSteps) {
      if (ended()) break
      child.kill(signal)
      await until(ended, waitMs)
    }
  }
  if (child.pid !== undefined && !ended()) return { pid: child.pid, port, child }
  throw startError(place, failure, readFileSync(place.logFile, 'utf8').slice(log.size))
}

function startError(place: Place, cause: Error | undefined, output: string): Error {
  if ((cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    return new Error(
      `${program(place.binaries, 'postgres')} does not run here (it needs glibc, which Alpine lacks): set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    )
  if (cause) return new Error(`PostgreSQL cannot be started: ${cause.message}`, { cause })
  return new Error(`PostgreSQL did not start on ${place.folder}:\n${output.trim().split('\n').slice(-8).join('\n')}`)
}

async function answers(place: Place, access: Access, { pid, port }: PidFile): Promise<boolean> {
  let answer: 'yes' | 'no' | 'recovering' = 'recovering'
  await until(async () => {
    answer = await ask(place, access, port)
    return answer !== 'recovering' || !isServerOf(place, pid)
  }, 60_000)
  return (answer as string) === 'yes'
}

async function ask(place: Place, access: Access, port: number): Promise<'yes' | 'no' | 'recovering'> {
  const client = new Client({ connectionString: urlOf(access, { port }), connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query("select current_setting('data_directory') as folder")
    return rows[0].folder === place.folder ? 'yes' : 'no'
  } catch (error) {
    // 57P03 (cannot connect now): the server stays and recovers from the crash of a backend.
    return (error as { code?: string }).code === '57P03' ? 'recovering' : 'no'
  } finally {
    await client.end().catch(() => {})
  }
}

async function freePort(wanted: number | undefined): Promise<number> {
  const probe = createServer()
  try {
    return await new Promise<number>((resolve, reject) => {
      probe.once('error', reject)
      probe.listen({ port: wanted ?? 0, host: '127.0.0.1', exclusive: true }, () =>
        resolve((probe.address() as { port: number }).port),
      )
    })
  } catch (error) {
    if (wanted === undefined) throw error
    return await freePort(undefined)
  } finally {
    await new Promise((resolve) => probe.close(resolve))
  }
}

function openLog(path: string): { fd: number; size: number } {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return size > maxLogBytes ? { fd: openSync(path, 'w', 0o600), size: 0 } : { fd: openSync(path, 'a', 0o600), size }
}

const passwordCommand = ({ user, password }: Access) => `alter role ${user} password '${password}'`

async function singleUser(place: Place, folder: string, commands: string[]): Promise<void> {
  const output = await run(
    place,
    'postgres',
    ['--single', '-j', '-D', folder, 'postgres'],
    `${commands.join(';\n\n')};\n\n`,
  )
  if (/^.*(ERROR|FATAL|PANIC):/m.test(output)) throw new Error(`PostgreSQL refused to be set up:\n${output}`)
}

const options = (place: Place) => ({ ...place.user, cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' } })

function run(place: Place, name: 'initdb' | 'postgres', args: string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program(place.binaries, name), args, options(place))
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => reject(startError(place, error, '')))
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${name} failed:\n${output.trim()}`))))
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}
