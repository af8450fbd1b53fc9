import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withClient } from '../server.ts'

const bin = join(import.meta.dirname, '../../../../node_modules/.bin/kysely-codegen')

/** Writes the row types of a migrated database. Partitions and the migrations' own table are left out. */
export async function rowTypes(databaseUrl: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tenon-generate-'))
  const file = join(folder, 'tables.ts')
  try {
    const partitions = await withClient(databaseUrl, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        "select relname as name from pg_class where relispartition and relkind = 'r'",
      )
      return rows.map(({ name }) => name)
    })
    await promisify(execFile)(bin, [
      ...['--dialect', 'postgres', '--camel-case', '--url', databaseUrl, '--out-file', file],
      ...['--type-mapping', '{"int8":"number","timestamptz":"Date"}'],
      ...['--exclude-pattern', `public.{${['schema_migrations', '-', ...partitions].join(',')}}`],
    ])
    return await readFile(file, 'utf8')
  } finally {
    await rm(folder, { recursive: true })
  }
}
