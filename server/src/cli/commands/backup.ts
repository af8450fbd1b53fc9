import { resolve } from 'node:path'
import { version } from '../../version.ts'
import { backUp } from '../backup/backup.ts'
import { restore } from '../backup/restore.ts'
import { openDatabaseOf } from '../database.ts'
import { type GlobalOptions, print, type Terminal } from '../terminal.ts'

const keyNote =
  'The vault key is not in the backup. Keep TENON_MASTER_KEY, or master.key in the data folder, in another place: ' +
  'without it, the secrets of endpoints cannot be read.'

/** Writes the whole database into a file, while the hub goes on. */
export async function backupCommand(
  terminal: Terminal,
  file: string,
  options: GlobalOptions & { force?: boolean },
): Promise<void> {
  await using database = await openDatabaseOf(terminal, 'existing')
  const report = await backUp(database.client, resolve(file), {
    version,
    replace: options.force === true,
    onTable: (table, rows) => terminal.progress(`${table}: ${rows} rows`),
  })
  print(terminal, options, report, () => [
    `${report.file}: ${report.rows} rows of ${report.tables} tables, ${report.bytes} bytes.`,
    keyNote,
  ])
}

/** Brings a backup into an empty database. */
export async function restoreCommand(terminal: Terminal, file: string, options: GlobalOptions): Promise<void> {
  await using database = await openDatabaseOf(terminal, 'alone')
  const report = await restore(database.client, resolve(file), {
    onTable: (table, rows) => terminal.progress(`${table}: ${rows} rows`),
  })
  print(terminal, options, report, () => [
    `Restored ${report.rows} rows of ${report.tables} tables, as they were at ${report.createdAt}.`,
    'What was on its way at that time is delivered again. Start the hub with the TENON_MASTER_KEY (or master.key) that it had then.',
  ])
}
