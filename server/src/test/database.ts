import { createHash, randomBytes } from 'node:crypto'
import { migrate, readMigrations } from '../db/migrate.ts'
import { processIdentity } from '../db/process-identity.ts'
import { type TestServer, testServer, withClient } from './server.ts'

export type TestDatabase = { url: string } & AsyncDisposable

let server: Promise<TestServer> | undefined

/**
 * Makes an empty, migrated database that is dropped when it is disposed of:
 * `await using database = await testDatabase()`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await createDatabase()
    } catch (error) {
      if (attempt === 3 || !isPassing(error)) throw error
      server = undefined
    }
  }
}

/** Drops the databases that killed test processes left behind. */
export async function dropLeftovers(): Promise<void> {
  const { urlOf } = await findServer()
  await withClient(urlOf('postgres'), async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select datname as name from pg_database where datname like 'test\\_%'",
    )
    for (const { name } of rows)
      if (!processIdentity(Number(name.split('_')[1])))
        await client.query(`drop database if exists ${name} with (force)`)
  })
}

async function createDatabase(): Promise<TestDatabase> {
  const { urlOf } = await findServer()
  // The name tells who uses it, so that what a killed process leaves behind can be told from what is in use.
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  await withClient(urlOf('postgres'), async (client) => {
    const template = await findTemplate(urlOf)
    await client.query(`create database ${name} template ${template}`)
  })
  return {
    url: urlOf(name),
    [Symbol.asyncDispose]: async () => {
      await withClient(urlOf('postgres'), (client) => client.query(`drop database if exists ${name} with (force)`))
    },
  }
}

/** Answers the name of the database with today's migrations, having made it when they have changed. */
async function findTemplate(urlOf: TestServer['urlOf']): Promise<string> {
  const hash = createHash('sha256').update(
    readMigrations()
      .map(({ checksum }) => checksum)
      .join(),
  )
  const name = `template_${hash.digest('hex').slice(0, 16)}`
  await withClient(urlOf('postgres'), async (client) => {
    const { rows } = await client.query('select from pg_database where datname = $1', [name])
    if (rows.length > 0) return
    // Roles belong to the server and not to one database, so two templates must not be built at a time.
    await client.query('select pg_advisory_lock(1)')
    const found = await client.query("select datname as name from pg_database where datname like 'template\\_%'")
    if (found.rows.some((row) => row.name === name)) return
    for (const row of found.rows) await client.query(`drop database if exists ${row.name} with (force)`)
    const unfinished = `template_unfinished`
    await client.query(`create database ${unfinished}`)
    await migrate(urlOf(unfinished))
    await client.query(`alter database ${unfinished} rename to ${name}`)
  })
  return name
}

function findServer(): Promise<TestServer> {
  server ??= testServer()
  return server
}

// Another run may stop the server at its end, or replace the template, just before we use it.
const isPassing = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '3D000', '55006', '08006'].includes(
    String((error as { code?: unknown }).code),
  )
