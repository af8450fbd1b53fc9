import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { stopServer } from '../src/db/cluster.ts'
import { openDataFolder } from '../src/db/data-folder.ts'
import { migrate } from '../src/db/migrate.ts'
import { silentLog } from '../src/lib/log.ts'

/** A PostgreSQL of the bench's own, durable as in production, with as many databases as wanted. */
export type Postgres = AsyncDisposable & {
  version: string
  /** Makes an empty database; migrated unless it is for somebody else's tables. Answers its URL. */
  create(options?: { migrated: boolean }): Promise<string>
  drop(url: string): Promise<void>
}

export type TemporaryFolder = Disposable & { path: string }

/** A folder that is removed with all that is in it. */
export function temporaryFolder(name: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `${name}-`))
  // PostgreSQL runs as another user than root, and must be able to enter.
  chmodSync(path, 0o755)
  const remove = () => rmSync(path, { recursive: true, force: true })
  process.on('exit', remove)
  return {
    path,
    [Symbol.dispose]: () => {
      process.off('exit', remove)
      remove()
    },
  }
}

/** Starts the hub's embedded PostgreSQL in a temporary folder, with the settings it always has. */
export async function startPostgres(): Promise<Postgres> {
  const folder = temporaryFolder('tenon-bench')
  const data = openDataFolder(folder.path, silentLog)
  const { access, server } = await data.open()
  const kill = () => server.child?.kill('SIGKILL')
  process.on('exit', kill)
  const urlOf = (database: string) =>
    `postgresql://${access.user}:${access.password}@127.0.0.1:${server.port}/${database}`
  let count = 0

  return {
    version: await query(urlOf('postgres'), 'show server_version').then(([row]) => String(row!.server_version)),
    create: async ({ migrated } = { migrated: true }) => {
      const name = `bench_${++count}`
      await query(urlOf('postgres'), `create database ${name}`)
      if (migrated) await migrate(urlOf(name))
      return urlOf(name)
    },
    drop: async (url) => {
      await query(urlOf('postgres'), `drop database ${new URL(url).pathname.slice(1)} with (force)`)
    },
    [Symbol.asyncDispose]: async () => {
      await stopServer(data.place, server)
      process.off('exit', kill)
      folder[Symbol.dispose]()
    },
  }
}

/** Runs one statement on a connection of its own. */
export async function query(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text, values)).rows
  } finally {
    await client.end()
  }
}
