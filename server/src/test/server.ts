import { createHash } from 'node:crypto'
import { accessSync, constants, statfsSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { type Access, type Server, stopServer, urlOf } from '../db/cluster.ts'
import { openDataFolder } from '../db/data-folder.ts'
import { LockHeldError, takeLock } from '../db/lock-file.ts'
import { processIdentity, until } from '../db/process-identity.ts'
import { silentLog } from '../lib/log.ts'

// One server for all test processes of a checkout and a user; it may outlive a run, and the next run finds it.
const key = createHash('sha256')
  .update(`${import.meta.dirname} ${process.getuid?.()}`)
  .digest('hex')
  .slice(0, 12)
const dataFolder = join(memoryFolder() ?? tmpdir(), `tenon-test-${key}`)

/** Nothing here has to survive a power cut. */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  shared_buffers: '128MB',
  max_wal_size: '256MB',
  max_connections: '200',
}

/** The PostgreSQL server of the tests: `urlOf(name)` is one of its databases, which need not exist. */
export type TestServer = { urlOf(database: string): string; stop(): Promise<void> }

/** Finds the server of the tests, or starts it. Test processes that start together wait for one another. */
export async function testServer(): Promise<TestServer> {
  const folder = openDataFolder(dataFolder, silentLog)
  const { access, server } = await exclusively(folder.lockPath, () => folder.open(settings))
  return {
    urlOf: (database) => urlOf({ ...access, database }, server),
    stop: () =>
      exclusively(folder.lockPath, async () => {
        if (await isIdle(access, server)) await stopServer(folder.place, server)
      }),
  }
}

/**
 * A folder in memory, where there is one with room enough. A database is some thousand files: made in memory it takes 40 ms, and on many
 * a disk the better part of a second.
 */
function memoryFolder(): string | undefined {
  const folder = '/dev/shm'
  const gibibyte = 1_024 ** 3
  try {
    accessSync(folder, constants.W_OK)
    // What there is and not what is free, since every test process has to come to the same answer.
    const { blocks, bsize } = statfsSync(folder)
    return blocks * bsize >= 2 * gibibyte && totalmem() >= 6 * gibibyte ? folder : undefined
  } catch {
    return undefined
  }
}

/** Runs one statement after another on a connection of their own. */
export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  // A lost connection fails the query in flight too, which is where it is reported.
  client.on('error', () => {})
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

async function exclusively<T>(lockPath: string, use: () => Promise<T>): Promise<T> {
  let lock: ReturnType<typeof takeLock> | undefined
  const taken = () => {
    try {
      lock = takeLock(lockPath)
      return true
    } catch (error) {
      if (error instanceof LockHeldError) return false
      throw error
    }
  }
  if (!(await until(taken, 120_000))) throw new Error(`${lockPath} stays locked: another test process hangs.`)
  try {
    return await use()
  } finally {
    lock?.release()
  }
}

// Somebody may be running a single test by hand meanwhile, connected or between two connections.
async function isIdle(access: Access, server: Server): Promise<boolean> {
  return await withClient(urlOf({ ...access, database: 'postgres' }, server), async (client) => {
    const { rows } = await client.query(
      "select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
    )
    const databases = await client.query<{ pid: number }>(
      "select split_part(datname, '_', 2)::integer as pid from pg_database where datname like 'test\\_%'",
    )
    return rows.length === 0 && !databases.rows.some(({ pid }) => processIdentity(pid))
  })
}
