import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'

/** A hub process that is started again whenever it is not meant to be dead. */
export type Hub = {
  port: number
  kill(): Promise<void>
  start(): void
  stop(): Promise<void>
  /** How often it ended while running although nobody had killed it: each is a fault of the hub. */
  unexpectedEnds(): number
  isReady(): Promise<boolean>
  /** The end of what it has written, for whoever finds that it does not come up. */
  lastWords(): string
}

const mainFile = join(import.meta.dirname, '../src/main.ts')

/** Runs `main.ts` on a fixed port. A hub that cannot start because its database is away ends, and is started again. */
export function createHub(options: { port: number; env: Record<string, string>; logFile: string }): Hub {
  const { port, env, logFile } = options
  const log = createWriteStream(logFile, { flags: 'a' })
  let child: ChildProcess | undefined
  let wanted = false
  let wasReady = false
  let unexpectedEnds = 0
  let lastWords = ''
  process.on('exit', () => child?.kill('SIGKILL'))

  const isReady = async () => {
    try {
      const { ok } = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(10_000) })
      wasReady ||= ok
      return ok
    } catch {
      return false
    }
  }

  function start(): void {
    wanted = true
    wasReady = false
    const started = spawn(process.execPath, [mainFile], {
      env: { ...process.env, ...env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk) => {
        lastWords = (lastWords + chunk).slice(-1_000)
      })
    }
    started.stdout.pipe(log, { end: false })
    started.stderr.pipe(log, { end: false })
    const look = setInterval(() => void isReady().then((ready) => ready && clearInterval(look)), 200)
    started.on('exit', () => {
      clearInterval(look)
      if (!wanted || child !== started) return
      if (wasReady) unexpectedEnds += 1
      setTimeout(() => wanted && child === started && start(), 200)
    })
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    wanted = false
    const ending = child
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    const gone = new Promise((resolve) => ending.once('exit', resolve))
    ending.kill(signal)
    await gone
  }

  return {
    port,
    start,
    kill: () => end('SIGKILL'),
    stop: async () => {
      await end('SIGTERM')
      log.end()
    },
    unexpectedEnds: () => unexpectedEnds,
    lastWords: () => lastWords,
    isReady,
  }
}
