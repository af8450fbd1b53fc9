import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
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
