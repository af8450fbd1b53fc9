import { type Config, ConfigError, readConfig } from '../../config.ts'
import { connectionOf } from '../../db/connection.ts'
import { recordedUrl } from '../../db/data-folder.ts'
import { openDatabaseOf } from '../database.ts'
import { checkDatabase } from '../doctor/database.ts'
import { type Finding, fine, problem } from '../doctor/finding.ts'
import { checkDataFolder, checkHub, checkNode } from '../doctor/machine.ts'
import { checkMasterKey, checkSealed, keyIdsOf } from '../doctor/master-key.ts'
import { type GlobalOptions, print, type Terminal } from '../terminal.ts'

const marks = { ok: 'ok  ', warning: 'warn', problem: 'FAIL' }

/** Tries everything that a hub needs and says how to mend what is wrong. Answers whether all is well enough to run. */
export async function doctor(terminal: Terminal, options: GlobalOptions): Promise<boolean> {
  const findings = await examine(terminal)
  const problems = findings.filter(({ status }) => status === 'problem')
  print(terminal, options, { ok: problems.length === 0, findings }, () =>
    findings.flatMap(({ check, status, message, fix }) => [
      `${marks[status]}  ${check}: ${message}`,
      ...(fix === undefined ? [] : [`        ${fix}`]),
    ]),
  )
  return problems.length === 0
}

async function examine(terminal: Terminal): Promise<Finding[]> {
  const node = checkNode(process.versions.node)
  let config: Config
  try {
    config = readConfig(terminal.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const wrong = error.problems.map((message) =>
      problem('config', message, 'See docs/configuration.md, or `tenon config`.'),
    )
    return [node, ...wrong]
  }
  return [
    node,
    fine('config', 'Every setting can be read.'),
    ...(await checkDataFolder(config)),
    checkMasterKey(config),
    ...(await checkHub(config)),
    ...(await examineDatabase(terminal, config)),
  ]
}

async function examineDatabase(terminal: Terminal, config: Config): Promise<Finding[]> {
  if (!connectionOf(config) && recordedUrl(config.TENON_DATA) === undefined) {
    return [fine('database', 'The hub will run its own; the first start makes it.')]
  }
  try {
    await using database = await openDatabaseOf(terminal, 'existing')
    const findings = await checkDatabase(database.client, config.DB_POOL)
    const keyIds = keyIdsOf(config)
    const isReadable = findings.every(({ check, status }) => check !== 'migrations' || status === 'ok')
    return keyIds && isReadable ? [...findings, await checkSealed(database.client, keyIds)] : findings
  } catch (error) {
    const fix = connectionOf(config)
      ? 'Is PostgreSQL running, and are DATABASE_URL or DB_HOST, DB_PORT, DB_NAME, DB_USER and DB_PASSWORD right?'
      : `See the log of PostgreSQL in ${config.TENON_DATA}.`
    return [problem('database', `The database cannot be reached: ${(error as Error).message || String(error)}`, fix)]
  }
}
