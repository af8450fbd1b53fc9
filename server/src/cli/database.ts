import { Client } from 'pg'
import { type Config, readConfig } from '../config.ts'
import { connectionOf } from '../db/connection.ts'
import { recordedUrl } from '../db/data-folder.ts'
import { DataFolderInUseError, startEmbedded } from '../db/embedded.ts'
import { silentLog } from '../lib/log.ts'
import { type Terminal, UsageError } from './terminal.ts'

/** A connection to the hub's database, with what had to be started for it. */
export type OpenDatabase = {
  client: Client
  kind: 'external' | 'embedded' | 'embedded, of a running hub'
} & AsyncDisposable

/**
 * Connects to the database that the hub uses: the external one, the embedded one of a running hub, or the embedded one,
 * started for as long as the command runs.
 * @param need 'existing' refuses to create an embedded database; 'alone' refuses one that a hub is using
 */
export async function openDatabaseOf(terminal: Terminal, need: 'any' | 'existing' | 'alone'): Promise<OpenDatabase> {
  const config = readConfig(terminal.env)
  const external = connectionOf(config)
  const open = external ? { ...(await connect(external)), kind: 'external' as const } : await openEmbedded(config, need)
  // Breaking the connection fails what runs on it, which cleans up after itself; PostgreSQL rolls back.
  terminal.signal.addEventListener('abort', () => void open.client.end(), { once: true })
  return open
}

async function openEmbedded(config: Config, need: 'any' | 'existing' | 'alone'): Promise<OpenDatabase> {
  const dataFolder = config.TENON_DATA
  const running = recordedUrl(dataFolder)
  if (running === undefined && need === 'existing') {
    throw new UsageError(
      `There is no database in ${dataFolder}: set TENON_DATA to the hub's data folder, or DATABASE_URL.`,
    )
  }
  const embedded = await startEmbedded({ dataFolder, log: silentLog }).catch((error: unknown) => {
    if (error instanceof DataFolderInUseError && need !== 'alone') return undefined
    throw error
  })
  if (!embedded) {
    return { ...(await connect({ connectionString: recordedUrl(dataFolder) })), kind: 'embedded, of a running hub' }
  }
  try {
    const { client } = await connect({ connectionString: embedded.url })
    const close = async () => {
      await client.end()
      await embedded.stop()
    }
    return { client, kind: 'embedded', [Symbol.asyncDispose]: close }
  } catch (error) {
    await embedded.stop()
    throw error
  }
}

async function connect(
  options: ConstructorParameters<typeof Client>[0],
): Promise<{ client: Client } & AsyncDisposable> {
  const client = new Client({ ...(options as object), application_name: 'tenon-cli', connectionTimeoutMillis: 10_000 })
  // A lost connection fails the query in flight too, which is where it is reported.
  client.on('error', () => {})
  await client.connect()
  return { client, [Symbol.asyncDispose]: () => client.end() }
}
