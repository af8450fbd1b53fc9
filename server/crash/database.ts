import { readdirSync, readFileSync } from 'node:fs'
import type { Server } from '../src/db/cluster.ts'
import { stopServer, urlOf } from '../src/db/cluster.ts'
import { openDataFolder } from '../src/db/data-folder.ts'
import { signalTo } from '../src/db/postmaster.ts'
import { until } from '../src/db/process-identity.ts'
import { silentLog } from '../src/lib/log.ts'

/** A PostgreSQL, durable as in production, that can be killed and started again on its port. */
export type KillableDatabase = {
  url: string
  /** SIGKILL to the server and all its backends; resolves when they are gone. */
  kill(): Promise<void>
  /** Starts it again; resolves when it has recovered. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts one in this folder. */
export async function startDatabase(folder: string): Promise<KillableDatabase> {
  const data = openDataFolder(folder, silentLog)
  const opened = await data.open()
  let server: Server | undefined = opened.server
  const killNow = () => {
    if (!server) return
    // The server first, or it would begin to recover from the death of its backends.
    for (const pid of [server.pid, ...backendsOf(server.pid)]) signalTo(pid, 'SIGKILL')
  }
  process.on('exit', killNow)
  return {
    url: urlOf(opened.access, opened.server),
    kill: async () => {
      const { pid } = server!
      const all = [pid, ...backendsOf(pid)]
      killNow()
      server = undefined
      await until(() => !all.some(isRunning), 10_000)
    },
    start: async () => {
      server = (await data.open()).server
    },
    stop: async () => {
      process.off('exit', killNow)
      if (server) await stopServer(data.place, server)
    },
  }
}

/** The child processes of a server; elsewhere than on Linux none, and they leave by themselves when their server is gone. */
function backendsOf(pid: number): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .map(Number)
    .filter((other) => Number.isInteger(other) && statOf(other)?.parent === pid)
}

const isRunning = (pid: number): boolean => {
  const stat = statOf(pid)
  return stat !== undefined && stat.state !== 'Z'
}

/** What /proc says of a process: its state and its parent. The name in front may hold spaces and brackets. */
function statOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return undefined
  }
}
