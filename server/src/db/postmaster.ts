import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from './embedded-place.ts'
import { processIdentity, until } from './process-identity.ts'

export type PidFile = { pid: number; port: number; status: string }

/** Reads `postmaster.pid`, whose lines are those of PostgreSQL's `utils/pidfile.h`: 1 pid, 4 port, 8 status. */
export function readPidFile(place: Place): PidFile | undefined {
  try {
    const lines = readFileSync(join(place.folder, 'postmaster.pid'), 'utf8').split('\n')
    return { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7]?.trim() || 'starting' }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Answers whether this process is the PostgreSQL server of this cluster. */
export function isServerOf(place: Place, pid: number): boolean {
  if (!processIdentity(pid)) return false
  if (process.platform === 'win32') return true
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(place.folder)
    return (
      readlinkSync(`/proc/${pid}/cwd`) === place.folder &&
      readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres'
    )
  } catch {
    // Gone meanwhile, or of another user and therefore not ours.
    return false
  }
}

/** Removes what a killed server leaves behind and PostgreSQL would stumble over. Its own check of the shared memory stays. */
export async function clearCrash(place: Place): Promise<void> {
  const found = readPidFile(place)
  if (!found || isServerOf(place, found.pid)) return
  // The process id of the killed server may be a stranger's by now, or still its own, of which nobody has taken notice yet; PostgreSQL would
  // take either for a running server.
  if (isTaken(found.pid)) rmSync(join(place.folder, 'postmaster.pid'), { force: true })
  if (process.platform !== 'linux') return
  const orphans = () => processIds().filter((pid) => isServerOf(place, pid))
  // Idle backends leave as soon as their server is gone; busy ones have to be told.
  if (await until(() => orphans().length === 0, 250)) return
  for (const pid of orphans()) signalTo(pid, 'SIGQUIT')
  if (await until(() => orphans().length === 0, 5_000)) return
  for (const pid of orphans()) signalTo(pid, 'SIGKILL')
  await until(() => orphans().length === 0, 5_000)
}

/** Whether there is a process of this id, be it one that has ended and was not waited for. */
function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

const processIds = (): number[] => readdirSync('/proc').map(Number).filter(Number.isInteger)

/** Sends a signal; a process that is gone needs none. */
export function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
