import { setTimeout as delay } from 'node:timers/promises'
import { type Database, hangUp } from '../db/database.ts'
import type { Log } from '../lib/log.ts'
import { within } from '../lib/within.ts'

/** How long a stop waits for a connection that is just being made; it is closed once it stands. */
const stopMs = 3_000

/**
 * Hears from the other processes that keys or workspaces have changed, over a connection of its own that is opened again when
 * it breaks. What it misses meanwhile is believed for a few seconds more, as long as authentication's memory lasts.
 */
export function listenForChanges(options: { database: Database; log: Log; onChange: () => void }): {
  stop(): Promise<void>
} {
  const { database, log, onChange } = options
  const stopping = new AbortController()

  async function listen(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const client = await database.connect()
        const broken = new Promise<void>((resolve) => {
          client.on('error', () => resolve())
          client.on('end', () => resolve())
          // A stop that came while the connection was made has been said already, and is not said again.
          if (stopping.signal.aborted) resolve()
          stopping.signal.addEventListener('abort', () => resolve(), { once: true })
        })
        client.on('notification', onChange)
        try {
          await client.query('listen tenon_changed')
          // Whatever happened while nobody listened.
          onChange()
          await broken
        } finally {
          await hangUp(client)
        }
      } catch (error) {
        log.debug({ err: error }, 'changes of other processes cannot be heard right now')
      }
      await delay(1_000, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }

  const listening = listen()
  return {
    stop: async () => {
      stopping.abort()
      await within(listening, stopMs)
    },
  }
}
