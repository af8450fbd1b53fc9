import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, type ClientBase } from 'pg'
import type { BaseLogger } from 'pino'

export type Migration = { version: number; name: string; checksum: string; sql: string }
export type MigrationStatus = { current: number; expected: number; pending: number }
type Options = { log?: Pick<BaseLogger, 'info'>; folder?: string }
/** `to` stops at a version: a backup is restored into the schema that it was made with. */
type MigrateOptions = Options & { to?: number }

const migrationsFolder = join(import.meta.dirname, '../../migrations')
// Any number will do, as long as every process takes the same one.
const advisoryLock = 7_366_601

/**
 * Brings the schema up to date: runs each file of `server/migrations` that was not run yet, in order, each in a transaction.
 * Processes that start together wait for one another. Throws when a file that was run has changed since.
 */
export async function migrate(
  database: string | ClientBase,
  options: MigrateOptions = {},
): Promise<MigrationStatus & { applied: number }> {
  const migrations = readMigrations(options.folder)
  const last = options.to ?? migrations.length
  return await withClient(database, async (client) => {
    await client.query('select pg_advisory_lock($1)', [advisoryLock])
    try {
      await client.query(`create table if not exists schema_migrations (
        version integer primary key,
        name text not null,
        checksum text not null,
        applied_at timestamptz not null default now()
      )`)
      const pending = pendingOf(migrations, await readApplied(client)).filter(({ version }) => version <= last)
      for (const migration of pending) {
        await apply(client, migration)
        options.log?.info({ version: migration.version, name: migration.name }, 'migration applied')
      }
      return {
        applied: pending.length,
        current: last,
        expected: migrations.length,
        pending: migrations.length - last,
      }
    } finally {
      await client.query('select pg_advisory_unlock($1)', [advisoryLock])
    }
  })
}

/** Answers which version the schema has and which one this program expects. Throws as `migrate` does. */
export async function migrationStatus(
  database: string | ClientBase,
  { folder }: Options = {},
): Promise<MigrationStatus> {
  const migrations = readMigrations(folder)
  const applied = await withClient(database, async (client) => {
    const { rows } = await client.query("select to_regclass('schema_migrations') is not null as exists")
    return rows[0].exists ? await readApplied(client) : []
  })
  const pending = pendingOf(migrations, applied)
  return { current: applied.at(-1)?.version ?? 0, expected: migrations.at(-1)?.version ?? 0, pending: pending.length }
}

/** Reads the migrations in their order: `0001_name.sql`, `0002_name.sql` … without a gap. */
export function readMigrations(folder = migrationsFolder): Migration[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
  return files.map((file, index) => {
    const [, digits, name = ''] = /^(\d{4})_(.+)\.sql$/.exec(file) ?? []
    if (Number(digits) !== index + 1)
      throw new Error(
        `The migration ${file} should be named ${String(index + 1).padStart(4, '0')}_name.sql: versions are four digits, without a gap and without a double.`,
      )
    // A checkout on Windows may turn the line endings round.
    const sql = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n')
    return { version: index + 1, name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
  })
}

type Applied = { version: number; name: string; checksum: string }

async function readApplied(client: ClientBase): Promise<Applied[]> {
  const { rows } = await client.query<Applied>('select version, name, checksum from schema_migrations order by version')
  return rows
}

function pendingOf(migrations: Migration[], applied: Applied[]): Migration[] {
  for (const { version, name, checksum } of applied) {
    const migration = migrations.find((candidate) => candidate.version === version)
    if (!migration)
      throw new Error(
        `The database has migration ${version} (${name}), which this Tenon does not know: it was used by a newer one. Start that one, or restore a backup.`,
      )
    if (migration.checksum !== checksum)
      throw new Error(
        `The migration ${version} (${name}) was changed after it had run on this database. ` +
          'Put the file back as it was, and write what you want to change as a new migration.',
      )
  }
  const done = new Set(applied.map(({ version }) => version))
  return migrations.filter(({ version }) => !done.has(version))
}

async function apply(client: ClientBase, { version, name, checksum, sql }: Migration): Promise<void> {
  try {
    await client.query('begin')
    await client.query(sql)
    await client.query('insert into schema_migrations (version, name, checksum) values ($1, $2, $3)', [
      version,
      name,
      checksum,
    ])
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback')
    throw new Error(`The migration ${version} (${name}) failed and was rolled back: ${(cause as Error).message}`, {
      cause,
    })
  }
}

async function withClient<T>(database: string | ClientBase, use: (client: ClientBase) => Promise<T>): Promise<T> {
  if (typeof database !== 'string') return await use(database)
  const client = new Client({ connectionString: database })
  // A lost connection also fails the query in flight, which is where it is reported.
  client.on('error', () => {})
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
