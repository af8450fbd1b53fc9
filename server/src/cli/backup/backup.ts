import { createWriteStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { ClientBase } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { migrationStatus, readMigrations } from '../../db/migrate.ts'
import { forgotten, quoted, readTables, type Table } from './catalogue.ts'
import { encode, type Frame, type Header, headerOf, type TableHeader } from './file-format.ts'

export type BackupReport = { file: string; bytes: number; rows: number; tables: number; migration: number }
type Progress = (table: string, rows: number) => void

/**
 * Writes everything that the database holds at one moment into a file, while the hub goes on. The file appears under its
 * name when it is whole and on disk, readable by its owner only: it holds password hashes and sealed secrets.
 */
export async function backUp(
  client: ClientBase,
  file: string,
  options: { version: string; replace?: boolean; onTable?: Progress },
): Promise<BackupReport> {
  if (!options.replace && (await stat(file).catch(() => undefined))) {
    throw new Error(`${file} is there already: choose another name, or replace it with --force.`)
  }
  const unfinished = `${file}.unfinished`
  // One snapshot for all tables. It also keeps their dead rows from being cleared, so it lasts no longer than the copying.
  await client.query('begin isolation level repeatable read read only')
  try {
    await client.query("set local datestyle = 'ISO'; set local timezone = 'UTC'; set local bytea_output = 'hex'")
    await client.query('set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0')
    const header = await readHeader(client, options.version)
    const frames = framesOf(client, header, options.onTable ?? (() => {}))
    await pipeline(
      Readable.from(encode(frames), { objectMode: false }),
      createGzip({ level: 6 }),
      createWriteStream(unfinished, { mode: 0o600 }),
    )
    await toDisk(unfinished)
    await rename(unfinished, file)
    return {
      file,
      bytes: (await stat(file)).size,
      rows: header.tables.reduce((sum, { rows }) => sum + rows, 0),
      tables: header.tables.length,
      migration: header.migration.version,
    }
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  } finally {
    await client.query('rollback').catch(() => {})
  }
}

async function readHeader(client: ClientBase, version: string): Promise<Header> {
  const { current } = await migrationStatus(client)
  const migration = readMigrations().find((candidate) => candidate.version === current)
  if (!migration) throw new Error('The database holds no hub: it was never migrated.')
  const tables: TableHeader[] = []
  for (const table of await readTables(client)) {
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${quoted(table.name)}`)
    tables.push({ ...table, rows: Number(rows[0]!.count) })
  }
  return headerOf({
    version,
    createdAt: new Date().toISOString(),
    migration: { version: migration.version, checksum: migration.checksum },
    tables,
  })
}

async function* framesOf(
  client: ClientBase,
  header: Header,
  onTable: Progress,
): AsyncGenerator<Exclude<Frame, { type: 'Z' }>> {
  yield { type: 'H', value: header }
  for (const table of header.tables) {
    onTable(table.name, table.rows)
    yield { type: 'T', value: { name: table.name } }
    const rows = client.query(copyTo(`copy (${selectOf(table)}) to stdout`))
    for await (const bytes of rows) yield { type: 'D', bytes: bytes as Buffer }
    // The header's counts and the rows come from one snapshot.
    if (rows.rowCount !== table.rows) throw new Error(`${table.name} gave ${rows.rowCount} rows and has ${table.rows}.`)
    yield { type: 'E', value: { rows: table.rows } }
  }
}

function selectOf({ name, columns }: Table): string {
  const lost = forgotten[name] ?? []
  const list = columns.map((column) => (lost.includes(column) ? `null as ${quoted(column)}` : quoted(column)))
  return `select ${list.join(', ')} from ${quoted(name)}`
}

/** Returns when a power cut cannot take the file away any more. */
async function toDisk(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
