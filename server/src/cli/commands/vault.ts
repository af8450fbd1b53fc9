import { readConfig } from '../../config.ts'
import { loadMasterKey } from '../../lib/master-key.ts'
import { createVault } from '../../lib/vault.ts'
import { openDatabaseOf } from '../database.ts'
import { type GlobalOptions, print, type Terminal, UsageError } from '../terminal.ts'
import { rotateVault } from '../vault/rotate.ts'

/** Seals every secret anew under the first of the keys. Answers whether all could be. */
export async function rotateCommand(terminal: Terminal, options: GlobalOptions): Promise<boolean> {
  const config = readConfig(terminal.env)
  const masterKey = await loadMasterKey({
    configured: config.TENON_MASTER_KEY,
    dataFolder: config.TENON_DATA,
    // A key made just now could open nothing.
    production: true,
  }).catch((error: Error) => {
    throw new UsageError(error.message)
  })
  await using database = await openDatabaseOf(terminal, 'existing')
  const { resealed, current, changedMeanwhile, unreadable } = await rotateVault(
    database.client,
    createVault(masterKey),
    {
      onProgress: (table, rows) => terminal.progress(`${table}: ${rows} rows`),
      signal: terminal.signal,
    },
  )
  print(terminal, options, { key: masterKey.current, resealed, current, changedMeanwhile, unreadable }, () => [
    `${resealed} rows are sealed under the key ${masterKey.current} now; ${current} were already.`,
    ...(changedMeanwhile > 0
      ? [`${changedMeanwhile} rows were changed by a running hub at that moment: run this again.`]
      : []),
    ...unreadable.map(({ table, key }) => `${table} ${key} cannot be opened: its key is not in TENON_MASTER_KEY.`),
    ...(resealed + changedMeanwhile > 0 && masterKey.keys.length > 1
      ? [
          'Keep the older keys in TENON_MASTER_KEY for a day more: answers kept for repeated requests are still under them.',
        ]
      : []),
  ])
  return unreadable.length === 0
}
