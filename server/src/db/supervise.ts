import { setTimeout as delay } from 'node:timers/promises'
import { type Server, type Settings, startServer, stopServer } from './cluster.ts'
import type { Log, Place } from './embedded-place.ts'
import { isServerOf } from './postmaster.ts'

/** Keeps a server running: one that dies is started again on its port, at once and then after ever longer pauses. */
export function supervise({
  place,
  server,
  settings,
  log,
}: {
  place: Place
  server: Server
  settings: Settings
  log: Log
}) {
  let current = server
  let restarting: Promise<void> | undefined
  let watch = watchServer(place, server, onDeath)
  const stopping = new AbortController()

  function onDeath(): void {
    if (stopping.signal.aborted) return
    log.error({ pid: current.pid }, 'PostgreSQL died: starting it again')
    restarting = restart().finally(() => {
      restarting = undefined
    })
  }

  async function restart(): Promise<void> {
    for (let pauseMs = 250; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, 30_000)) {
      try {
        const started = await startServer(place, current.port, settings, stopping.signal)
        current = started
        watch = watchServer(place, started, onDeath)
        log.info({ pid: started.pid }, 'PostgreSQL runs again')
        return
      } catch (error) {
        if (stopping.signal.aborted) return
        log.error({ error, pauseMs }, 'PostgreSQL cannot be started: trying again')
        await pause(pauseMs, stopping.signal)
      }
    }
  }

  return {
    pid: () => current.pid,
    stop: async () => {
      stopping.abort()
      await restarting
      watch.close()
      await stopServer(place, current)
    },
  }
}

// Only a parent hears of a death. A server that an earlier process started has to be looked at.
function watchServer(place: Place, { pid, child }: Server, onDeath: () => void): { close(): void } {
  if (child) {
    if (child.exitCode !== null || child.signalCode !== null) queueMicrotask(onDeath)
    child.once('exit', onDeath)
    return { close: () => child.off('exit', onDeath) }
  }
  const timer = setInterval(() => {
    if (isServerOf(place, pid)) return
    clearInterval(timer)
    onDeath()
  }, 500).unref()
  return { close: () => clearInterval(timer) }
}

const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => {})
