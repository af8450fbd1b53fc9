import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { temporaryFolder } from '../postgres.ts'
import type { Row } from '../row.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

/** The hub by itself on its own database, in a data folder that exists: until it is ready, what it holds, what it burns while idle. */
export const start: Row = async ({ rounds, quick, report, notice }) => {
  using folder = temporaryFolder('tenon-bench-start')
  await (await startHub(folder.path)).stop()
  const ready: number[] = []
  const memory: number[] = []
  const idle: number[] = []
  for (let round = 0; round < rounds; round++) {
    const hub = await startHub(folder.path)
    ready.push(hub.readyMs / 1_000)
    if (process.platform === 'linux') {
      await pause(5_000)
      memory.push(residentOf(hub.child.pid!) / 1_048_576)
      const before = cpuSecondsOf(hub.child.pid!)
      const seconds = quick ? 5 : 10
      await pause(seconds * 1_000)
      idle.push(((cpuSecondsOf(hub.child.pid!) - before) / seconds) * 100)
    }
    await hub.stop()
  }
  report({ name: 'start until ready', unit: 's', measured: ready, bar: { atMost: 3 } })
  if (process.platform !== 'linux')
    return notice('Memory and idle load were left out: they are read from /proc, which only Linux has.')
  report({ name: 'resident after 5 s', unit: 'MB', measured: memory, bar: { atMost: 250 } })
  report({ name: 'idle', unit: '% CPU', measured: idle, bar: { atMost: 1 } })
}

async function startHub(folder: string): Promise<{ readyMs: number; child: ChildProcess; stop(): Promise<void> }> {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, TENON_DATA: folder, PORT: String(port), LOG_LEVEL: 'warn', DATABASE_URL: '', DB_HOST: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  // SIGTERM, since its database would outlive a hub that is killed.
  const end = () => child.kill('SIGTERM')
  process.on('exit', end)
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error('the hub did not start')
    await pause(10)
  }
  return {
    readyMs: performance.now() - began,
    child,
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      end()
      await gone
      process.off('exit', end)
    },
  }
}

const isReady = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}/ready`)).ok
  } catch {
    return false
  }
}

/** Bytes in memory; field 2 of statm counts pages of 4 KiB. */
const residentOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096

/** Fields 14 and 15 of stat, user and system time in hundredths of a second. */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
