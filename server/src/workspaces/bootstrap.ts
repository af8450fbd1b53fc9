import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { hashPassword } from '../lib/passwords.ts'
import { insertNewApiKey } from './api-keys.ts'
import * as queries from './queries.ts'

/** What a person needs to begin. */
export type FirstSignIn = { email: string; password: string; workspaceId: string; apiKey: string }

export const firstSignInFile = (dataFolder: string): string => join(dataFolder, 'first-sign-in.json')

/**
 * Makes the first workspace with its owner, who is the platform admin too, and an API key, unless anybody is there already.
 * Answers what it made, which is also kept in `first-sign-in.json` (mode 0600), since it is shown only once.
 */
export async function bootstrap(options: {
  database: Database
  clock: Clock
  dataFolder: string
}): Promise<FirstSignIn | undefined> {
  const { database, clock, dataFolder } = options
  if (!(await isEmpty(database))) return undefined
  const password = randomBytes(12).toString('base64url')
  const passwordHash = await hashPassword(password)
  const email = 'admin@localhost'
  const made = await database.transaction(async (tx) => {
    // Processes that start together must not each make a first one.
    await sql`select pg_advisory_xact_lock(7366602)`.execute(tx)
    if (await queries.findAnyone(tx)) return undefined
    const at = new Date(clock.now())
    const workspace = await queries.insertWorkspace(tx, { id: newId(clock), name: 'Default', at })
    const admin = { id: newId(clock), email, name: 'Admin', passwordHash, platformAdmin: true, at }
    await queries.insertPerson(tx, admin)
    await queries.insertMember(tx, workspace.id, { personId: admin.id, role: 'owner', at })
    const { key } = await insertNewApiKey(tx, clock, workspace.id, { name: 'First key', scopes: ['*'] })
    return { email, password, workspaceId: workspace.id, apiKey: key }
  })
  if (made) {
    await mkdir(dataFolder, { recursive: true })
    await writeFile(firstSignInFile(dataFolder), `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 })
  }
  return made
}

const isEmpty = async (database: Database) => (await queries.findAnyone(database.hub)) === undefined
