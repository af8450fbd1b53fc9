import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import {
  type Access,
  createCluster,
  findServer,
  resetPassword,
  type Server,
  type Settings,
  startOnFreePort,
  urlOf,
} from './cluster.ts'
import { choosePlace, type Log, type Place } from './embedded-place.ts'

/** A folder that holds, or will hold, an embedded database. */
export type DataFolder = {
  place: Place
  /** Whoever starts or stops the database holds this lock meanwhile. */
  lockPath: string
  /** Finds the running server or starts one, having created the cluster on the first start. */
  open(settings?: Settings): Promise<{ access: Access; server: Server; reused: boolean }>
}

/** How the database is reached: kept in `postgres.json`, readable by its owner only. */
type Recorded = Access & { folder: string; port: number }

/** Looks at a data folder, made where it is missing, and decides where its database lives. */
export function openDataFolder(path: string, log: Log): DataFolder {
  const recordFile = join(resolve(path), 'postgres.json')
  const place = choosePlace(resolve(path), read(recordFile)?.folder, log)

  return {
    place,
    lockPath: join(dirname(place.folder), 'hub.lock'),
    open: async (settings = {}) => {
      const recorded = read(recordFile)
      const access: Access = recorded ?? { user: 'tenon', password: randomBytes(24).toString('hex'), database: 'tenon' }
      if (!existsSync(place.folder)) await createCluster(place, access)
      checkVersion(place)
      const found = await findServer(place, access, log)
      // A cluster without its record was restored or half created; the new password makes it usable again.
      if (!found && !recorded) await resetPassword(place, access)
      const server = found ?? (await startOnFreePort(place, recorded?.port, settings))
      if (recorded?.port !== server.port) save(recordFile, { ...access, folder: place.folder, port: server.port })
      return { access, server, reused: found !== undefined }
    },
  }
}

/** The URL of the server that was last started on a data folder; undefined where none ever was. It need not be running. */
export function recordedUrl(path: string): string | undefined {
  const recorded = read(join(resolve(path), 'postgres.json'))
  return recorded && urlOf(recorded, recorded)
}

function checkVersion({ folder, binaries }: Place): void {
  const made = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()
  const ours = binaries.version.split('.')[0]
  if (made !== ours)
    throw new Error(
      `The database in ${folder} was made by PostgreSQL ${made}, and this Tenon brings PostgreSQL ${ours}: ` +
        'make a backup with the Tenon that made it, and restore it into a new data folder.',
    )
}

function read(path: string): Recorded | undefined {
  try {
    const { user, password, database, folder, port } = JSON.parse(readFileSync(path, 'utf8')) as Recorded
    return { user, password, database, folder, port }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`${path} cannot be read (was Tenon started by another user before?): ${(cause as Error).message}`, {
      cause,
    })
  }
}

function save(path: string, record: Recorded): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
