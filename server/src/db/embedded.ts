import { type Settings, urlOf } from './cluster.ts'
import { openDataFolder } from './data-folder.ts'
import type { Log } from './embedded-place.ts'
import { LockHeldError, takeLock } from './lock-file.ts'
import { supervise } from './supervise.ts'

/** The hub's own PostgreSQL. It is restarted on the same port when it dies: `pid` may change, `url` does not. */
export type EmbeddedDatabase = {
  readonly url: string
  readonly pid: number
  /** It was still running, left behind by a hub that had been killed. */
  readonly reused: boolean
  /** Shuts the server down cleanly and lets go of the data folder. */
  stop(): Promise<void>
}

/** Another process of the hub has the database of this data folder. */
export class DataFolderInUseError extends Error {
  override name = 'DataFolderInUseError'
  readonly pid: number
  constructor(dataFolder: string, pid: number) {
    super(
      `The data folder ${dataFolder} is in use by process ${pid}. Stop that process, or give this one a folder of its own ` +
        '(TENON_DATA), or let all of them share one PostgreSQL (DATABASE_URL).',
    )
    this.pid = pid
  }
}

/**
 * Starts the PostgreSQL of this data folder, having created it on the first start, or takes over the one that a killed hub
 * left behind. Throws a `DataFolderInUseError` when another process has it.
 */
export async function startEmbedded(options: {
  dataFolder: string
  log: Log
  settings?: Settings
}): Promise<EmbeddedDatabase> {
  const { dataFolder, log, settings = {} } = options
  const folder = openDataFolder(dataFolder, log)
  const lock = own(dataFolder, folder.lockPath)
  try {
    const { access, server, reused } = await folder.open(settings)
    const supervised = supervise({ place: folder.place, server, settings, log })
    return {
      url: urlOf(access, server),
      reused,
      get pid() {
        return supervised.pid()
      },
      stop: async () => {
        await supervised.stop()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

function own(dataFolder: string, lockPath: string) {
  try {
    return takeLock(lockPath)
  } catch (error) {
    throw error instanceof LockHeldError ? new DataFolderInUseError(dataFolder, error.pid) : error
  }
}
