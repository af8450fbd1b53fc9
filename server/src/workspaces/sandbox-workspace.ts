import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { insertNewApiKey } from './api-keys.ts'
import * as queries from './queries.ts'

/** A fixed id tells it from a tenant's workspace of that name; as the last of all ids it is the first that the console shows. */
export const sandboxWorkspaceId = 'ffffffff-0000-7000-8000-000000000001'
export const sandboxKeyFile = (dataFolder: string): string => join(dataFolder, 'sandbox-workspace.json')

/**
 * Makes the workspace in which everything is connected to the sandbox, unless it is there. Answers its API key as long as the file
 * that it is kept in (mode 0600) is there.
 */
export async function ensureSandboxWorkspace(options: {
  database: Database
  clock: Clock
  dataFolder: string
}): Promise<string | undefined> {
  const { database, clock, dataFolder } = options
  const apiKey = await database.transaction(async (tx) => {
    // Processes that start together must not each make one.
    await sql`select pg_advisory_xact_lock(7366603)`.execute(tx)
    if (await queries.findWorkspace(tx, sandboxWorkspaceId)) return undefined
    await queries.insertWorkspace(tx, { id: sandboxWorkspaceId, name: 'Sandbox', at: new Date(clock.now()) })
    return (await insertNewApiKey(tx, clock, sandboxWorkspaceId, { name: 'First key', scopes: ['*'] })).key
  })
  if (apiKey === undefined) return await readKey(dataFolder)
  await mkdir(dataFolder, { recursive: true })
  const kept = { workspaceId: sandboxWorkspaceId, apiKey }
  await writeFile(sandboxKeyFile(dataFolder), `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 })
  return apiKey
}

async function readKey(dataFolder: string): Promise<string | undefined> {
  try {
    const { apiKey } = JSON.parse(await readFile(sandboxKeyFile(dataFolder), 'utf8')) as { apiKey?: unknown }
    return typeof apiKey === 'string' ? apiKey : undefined
  } catch {
    return undefined
  }
}
