import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { BaseLogger } from 'pino'
import { type Binaries, copyBinaries, findBinaries, program } from './embedded-binaries.ts'

export type Log = Pick<BaseLogger, 'info' | 'warn' | 'error'>
export type SystemUser = { uid: number; gid: number }

/** Where the files of one embedded database are, and as whom its server runs (`undefined`: as ourselves). */
export type Place = { folder: string; binaries: Binaries; user: SystemUser | undefined; logFile: string }

const shared = '/var/lib/tenon'

/**
 * Decides where the database of this data folder lives, and makes the folders above it.
 *
 * PostgreSQL refuses to run as root, so root needs an unprivileged user; where that user cannot reach the data folder
 * or the binaries (a clone below /root), they go to /var/lib/tenon, since folders that we did not make keep their permissions.
 * `recorded` is where an earlier start put the database: it stays there, whatever the permissions say today.
 */
export function choosePlace(dataFolder: string, recorded: string | undefined, log: Log): Place {
  mkdirSync(dataFolder, { recursive: true })
  const data = realpathSync(dataFolder)
  const binaries = findBinaries()
  const inPlace = { folder: join(data, 'postgres'), binaries, user: undefined, logFile: join(data, 'postgres.log') }
  if (process.getuid?.() !== 0) return { ...inPlace, folder: recorded ?? inPlace.folder }

  const existing = [recorded, inPlace.folder].find((folder) => folder !== undefined && existsSync(folder))
  const user = existing === undefined ? unprivilegedUser() : ownerOf(existing)
  const folder = existing ?? (canEnter(user, data) ? inPlace.folder : elsewhere(data))
  if (!canEnter(user, join(folder, '..')))
    throw new Error(
      `The system user ${user.uid}, who owns the database in ${folder}, cannot reach it any more: mend the permissions of the folders above it.`,
    )
  if (existing === undefined && folder !== inPlace.folder)
    log.info(
      { folder, uid: user.uid },
      'PostgreSQL does not run as root, and its user cannot reach the data folder: the database is kept elsewhere',
    )
  return { ...inPlace, folder, user, binaries: reachableBinaries(user, binaries, log) }
}

function reachableBinaries(user: SystemUser, binaries: Binaries, log: Log): Binaries {
  if (runs(user, program(binaries, 'postgres'), ['--version'])) return binaries
  const folder = join(shared, `postgresql-${binaries.version}`)
  makeShared(shared)
  if (!existsSync(folder))
    log.info(
      { folder, uid: user.uid },
      'PostgreSQL does not run as root, and its user cannot reach the installed binaries: they are copied',
    )
  return copyBinaries(binaries, folder)
}

function elsewhere(data: string): string {
  const folder = join(shared, createHash('sha256').update(data).digest('hex').slice(0, 16))
  makeShared(shared)
  makeShared(folder)
  return join(folder, 'postgres')
}

function makeShared(folder: string): void {
  if (existsSync(folder)) return
  mkdirSync(folder, { recursive: true })
  // The folder is ours, and the umask of the person who started the hub may have closed it.
  chmodSync(folder, 0o755)
}

const canEnter = (user: SystemUser, folder: string): boolean => runs(user, '/bin/sh', ['-c', 'cd -- "$0"', folder])

const runs = (user: SystemUser, command: string, args: string[]): boolean =>
  spawnSync(command, args, { ...user, cwd: '/', stdio: 'ignore' }).status === 0

function ownerOf(folder: string): SystemUser {
  const { uid, gid } = statSync(folder)
  if (uid === 0)
    throw new Error(
      `${folder} belongs to root, but PostgreSQL does not run as root: give it to another system user (chown -R).`,
    )
  return { uid, gid }
}

function unprivilegedUser(): SystemUser {
  const user = systemUser('postgres') ?? systemUser('tenon') ?? createUser('tenon') ?? systemUser('nobody')
  if (!user)
    throw new Error(
      'PostgreSQL does not run as root, and no other system user was found: start Tenon as an ordinary user, or set DATABASE_URL.',
    )
  return user
}

function createUser(name: string): SystemUser | undefined {
  const useradd = ['useradd', '--system', '--no-create-home', '--shell', '/usr/sbin/nologin', '--user-group', name]
  const busybox = ['adduser', '-S', '-D', '-H', name]
  for (const [command = '', ...args] of [useradd, busybox])
    if (spawnSync(command, args, { stdio: 'ignore' }).status === 0) return systemUser(name)
  return undefined
}

function systemUser(name: string): SystemUser | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid && gid && uid !== '0' ? { uid: Number(uid), gid: Number(gid) } : undefined
}
