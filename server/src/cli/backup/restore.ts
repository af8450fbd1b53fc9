import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ClientBase } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { migrate, migrationStatus, readMigrations } from '../../db/migrate.ts'
import { quoted, readTables } from './catalogue.ts'
import { BackupFileError, type Frame, type Header, readFrames, type TableHeader } from './file-format.ts'

export type RestoreReport = { createdAt: string; rows: number; tables: number; migration: number }
type Progress = (table: string, rows: number) => void

/** The database that was to be restored into is not empty, or in use. */
export class DatabaseInUseError extends Error {
  override name = 'DatabaseInUseError'
}

/**
 * Brings a backup into an empty database, which is migrated to the backup's version, filled in one transaction, and
 * migrated to this program's version. The whole file is checked before anything is written.
 * @throws BackupFileError for a file that is cut short, changed, or of a newer Tenon
 * @throws DatabaseInUseError for a database with rows in it
 */
export async function restore(
  client: ClientBase,
  file: string,
  options: { onTable?: Progress } = {},
): Promise<RestoreReport> {
  const header = await check(file)
  checkMigration(file, header)
  await refuseUnlessEmpty(client, header.migration.version)
  await migrate(client, { to: header.migration.version })
  const rows = await fill(client, file, header, options.onTable ?? (() => {}))
  await migrate(client)
  // Without statistics the first plans would be guesses.
  await client.query('analyze')
  return { createdAt: header.createdAt, rows, tables: header.tables.length, migration: header.migration.version }
}

/** Reads the file to its end, which proves it whole and unchanged. */
async function check(file: string): Promise<Header> {
  let header: Header | undefined
  for await (const frame of readFrames(file)) if (frame.type === 'H') header = frame.value
  return header!
}

function checkMigration(file: string, { migration, version }: Header): void {
  const known = readMigrations().find((candidate) => candidate.version === migration.version)
  if (!known)
    throw new BackupFileError(
      `${file} was written by Tenon ${version}, which is newer than this one: restore it with that one.`,
    )
  if (known.checksum !== migration.checksum) {
    throw new BackupFileError(
      `${file} was written with another migration ${migration.version} (${known.name}) than this Tenon has: restore it with the Tenon that wrote it.`,
    )
  }
}

async function refuseUnlessEmpty(client: ClientBase, version: number): Promise<void> {
  const { current } = await migrationStatus(client)
  if (current === 0) return
  const { rows: running } = await client.query('select from owners where lease_until > now()')
  if (running.length > 0) throw new DatabaseInUseError('A hub is running on this database: stop it first.')
  for (const { name } of await readTables(client)) {
    const { rows } = await client.query(`select from ${quoted(name)} limit 1`)
    if (rows.length > 0) {
      throw new DatabaseInUseError(
        `A backup can only be restored into an empty database, and this one has rows in ${name}: ` +
          'create a new database, or give TENON_DATA a new folder.',
      )
    }
  }
  if (current > version) {
    throw new DatabaseInUseError(
      `This database is at migration ${current} already and the backup at ${version}: restore into one that no hub was started on.`,
    )
  }
}

/** One transaction: either everything of the file is there afterwards, or nothing. */
async function fill(client: ClientBase, file: string, header: Header, onTable: Progress): Promise<number> {
  await client.query('begin')
  try {
    await client.query("set local datestyle = 'ISO'; set local timezone = 'UTC'")
    await client.query('set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0')
    const names = await expectSameTables(client, file, header)
    for (const table of header.tables) await makePartitions(client, file, table)
    // COPY refuses tables whose row-level security binds the user, as it does the owner of these; bound again below.
    for (const name of names.secured) await client.query(`alter table ${quoted(name)} no force row level security`)
    const rows = await copyAll(client, file, header, onTable)
    for (const name of names.secured) await client.query(`alter table ${quoted(name)} force row level security`)
    await resetSequences(client)
    await client.query('truncate owners')
    await client.query('commit')
    return rows
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

async function expectSameTables(client: ClientBase, file: string, header: Header) {
  const shape = (tables: { name: string; columns: string[] }[]) =>
    JSON.stringify(tables.map(({ name, columns }) => [name, [...columns].sort()]).sort())
  const tables = await readTables(client)
  if (shape(tables) !== shape(header.tables)) {
    throw new BackupFileError(`${file} holds other tables than migration ${header.migration.version} makes.`)
  }
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relforcerowsecurity`,
  )
  return { secured: rows.map(({ name }) => name) }
}

const partitionName = /^[a-z0-9_]{1,63}$/
const partitionBounds = /^FOR VALUES FROM \('[^'\\]*'\) TO \('[^'\\]*'\)$/

async function makePartitions(client: ClientBase, file: string, table: TableHeader): Promise<void> {
  for (const { name, bounds } of table.partitions) {
    // These become SQL, so a file made by somebody else must not say anything else here.
    if (!partitionName.test(name) || !partitionBounds.test(bounds))
      throw new BackupFileError(`${file} is damaged at the partitions of ${table.name}.`)
    await client.query(`create table if not exists ${quoted(name)} partition of ${quoted(table.name)} ${bounds}`)
  }
}

async function copyAll(client: ClientBase, file: string, header: Header, onTable: Progress): Promise<number> {
  const frames = readFrames(file)
  const tables = new Map(header.tables.map((table) => [table.name, table]))
  let total = 0
  await frames.next()
  for await (const frame of nextTables(frames)) {
    const table = tables.get(frame.value.name)
    if (!table) throw new BackupFileError(`${file} holds ${frame.value.name}, which its header does not name.`)
    tables.delete(table.name)
    onTable(table.name, table.rows)
    const columns = table.columns.map(quoted).join(', ')
    const into = client.query(copyFrom(`copy ${quoted(table.name)} (${columns}) from stdin`))
    const end = { rows: -1 }
    await pipeline(Readable.from(piecesOf(frames, end), { objectMode: false }), into)
    if (into.rowCount !== table.rows || end.rows !== table.rows) {
      throw new BackupFileError(
        `${file} should hold ${table.rows} rows of ${table.name}, and ${into.rowCount} came in.`,
      )
    }
    total += table.rows
  }
  if (tables.size > 0) throw new BackupFileError(`${file} lacks ${[...tables.keys()].join(', ')}.`)
  return total
}

/** Each table's first frame, until the trailer has proven the file. */
async function* nextTables(frames: AsyncGenerator<Frame>) {
  for (;;) {
    const { value: frame, done } = await frames.next()
    if (done) return
    if (frame.type === 'T') yield frame
    else if (frame.type !== 'Z') throw new BackupFileError(`The backup has rows outside of a table.`)
  }
}

/** The rows of the table that just began. Takes them by hand, since leaving a `for await` would end the file as well. */
async function* piecesOf(frames: AsyncGenerator<Frame>, end: { rows: number }): AsyncGenerator<Buffer> {
  for (;;) {
    const { value: frame, done } = await frames.next()
    if (!done && frame.type === 'D') yield frame.bytes
    else if (!done && frame.type === 'E') {
      end.rows = frame.value.rows
      return
    } else throw new BackupFileError('The backup has a table without an end.')
  }
}

/** Numbers given from now on come after those that were restored. */
async function resetSequences(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string; column: string }>(
    `select t.relname as name, a.attname as column from pg_attribute a join pg_class t on t.oid = a.attrelid
     where t.relnamespace = current_schema()::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
       and a.attidentity <> '' and not a.attisdropped`,
  )
  for (const { name, column } of rows) {
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), greatest((select max(${quoted(column)}) from ${quoted(name)}), 0) + 1, false)`,
      [quoted(name), column],
    )
  }
}
