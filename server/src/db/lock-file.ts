import { constants, copyFileSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isAlive, type ProcessIdentity, processIdentity } from './process-identity.ts'

/** The lock is held by a process that is alive. */
export class LockHeldError extends Error {
  override name = 'LockHeldError'
  readonly pid: number
  constructor(path: string, pid: number) {
    super(`${path} is held by process ${pid}`)
    this.pid = pid
  }
}

export type LockFile = { release(): void }

/**
 * Takes an exclusive lock that names its holder, and takes over one whose holder is gone.
 * Throws a `LockHeldError` when the holder is alive, even when that is this process.
 */
export function takeLock(path: string): LockFile {
  const mine = `${JSON.stringify(processIdentity(process.pid))}\n`
  const own = `${path}.${process.pid}`
  writeFileSync(own, mine, { mode: 0o644 })
  try {
    // A link appears with its content and only where no file is: nobody ever sees half a lock.
    while (!linked(own, path)) {
      const found = read(path)
      const holder = found === undefined ? undefined : parse(found)
      if (holder && isAlive(holder)) throw new LockHeldError(path, holder.pid)
      if (found !== undefined) breakLock(path, found)
    }
  } finally {
    rmSync(own, { force: true })
  }
  return {
    release: () => {
      if (read(path) === mine) rmSync(path, { force: true })
    },
  }
}

// Two processes may find the same dead lock. The rename gives it to one of them; the other may have moved away
// the lock that the first one took meanwhile, notices that by its content, and puts it back.
function breakLock(path: string, stale: string): void {
  const aside = `${path}.${process.pid}.stale`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (read(aside) !== stale) linked(aside, path)
  rmSync(aside, { force: true })
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw error
  }
  return copied(from, to)
}

// For file systems without hard links, as some shared folders are.
function copied(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parse(text: string): ProcessIdentity | undefined {
  try {
    const { pid, startedAt } = JSON.parse(text) as Partial<ProcessIdentity>
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined
  } catch {
    return undefined
  }
}
