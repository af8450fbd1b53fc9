import { migrate, migrationStatus } from '../../db/migrate.ts'
import { openDatabaseOf } from '../database.ts'
import { type GlobalOptions, print, type Terminal } from '../terminal.ts'

/** Brings the database up to date, or only says how it stands. */
export async function migrateCommand(terminal: Terminal, options: GlobalOptions & { status?: boolean }): Promise<void> {
  await using database = await openDatabaseOf(terminal, options.status ? 'existing' : 'any')
  if (options.status) {
    const status = await migrationStatus(database.client)
    print(terminal, options, status, () => [
      status.pending === 0
        ? `The database is up to date (migration ${status.current}).`
        : `The database is at migration ${status.current} of ${status.expected}: run \`tenon migrate\`.`,
    ])
    return
  }
  const done = await migrate(database.client)
  print(terminal, options, done, () => [
    done.applied === 0
      ? `The database was up to date (migration ${done.current}).`
      : `The database is at migration ${done.current} now: ${done.applied} applied.`,
  ])
}
