import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientBase } from 'pg'
import type { Config } from '../../config.ts'
import { parseMasterKey } from '../../lib/master-key.ts'
import { type Finding, fine, problem, warning } from './finding.ts'

const check = 'master key'
const make = 'Make one with `openssl rand -hex 32`, set it as TENON_MASTER_KEY, and keep a copy apart from the backups.'

/** Whether the vault can be opened, and whether its key is kept as a secret. */
export function checkMasterKey({ TENON_MASTER_KEY, TENON_DATA, NODE_ENV }: Config): Finding {
  try {
    if (TENON_MASTER_KEY !== undefined) {
      const { keys } = parseMasterKey(TENON_MASTER_KEY)
      return fine(check, keys.length === 1 ? 'TENON_MASTER_KEY is set.' : `TENON_MASTER_KEY holds ${keys.length} keys.`)
    }
    return checkFile(join(TENON_DATA, 'master.key'), NODE_ENV === 'production')
  } catch (error) {
    return problem(
      check,
      `${(error as Error).message}.`,
      'Set TENON_MASTER_KEY to the key that the hub had before; a new one cannot read what is stored.',
    )
  }
}

/** The ids of the keys at hand; undefined where they cannot be read, which `checkMasterKey` tells of. */
export function keyIdsOf({ TENON_MASTER_KEY, TENON_DATA }: Config): string[] | undefined {
  try {
    const text = TENON_MASTER_KEY ?? readFileSync(join(TENON_DATA, 'master.key'), 'utf8')
    return parseMasterKey(text).keys.map(({ id }) => id)
  } catch {
    return undefined
  }
}

/** Whether the keys at hand open what is stored: after a restore with another key nothing can be delivered. */
export async function checkSealed(client: ClientBase, keyIds: string[]): Promise<Finding> {
  // A sealed text reads `v1.<key id>.…`; see lib/vault.ts.
  const { rows } = await client.query<{ id: string }>(
    `select distinct split_part(secret ->> 'sealed', '.', 2) as id
     from webhook_endpoints, jsonb_array_elements(secrets) secret limit 100`,
  )
  const missing = rows.map(({ id }) => id).filter((id) => !keyIds.includes(id))
  if (missing.length === 0) return fine('vault', 'The master key opens the secrets of all endpoints.')
  return problem(
    'vault',
    `Secrets of endpoints are sealed with ${missing.join(', ')}, which the master key does not hold.`,
    'Add the key that the hub had before to TENON_MASTER_KEY, after a comma: the first seals, all open.',
  )
}

function checkFile(file: string, production: boolean): Finding {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found) {
    if (production) return problem(check, `TENON_MASTER_KEY is not set and there is no ${file}.`, make)
    return fine(check, 'None yet; the first start makes one for development.')
  }
  parseMasterKey(readFileSync(file, 'utf8'))
  if ((found.mode & 0o077) !== 0) return warning(check, `Other users may read ${file}.`, `chmod 600 ${file}`)
  return fine(check, `In ${file}.`)
}
