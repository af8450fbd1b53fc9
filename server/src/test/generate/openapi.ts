import { createApp } from '../../app.ts'
import { readConfig } from '../../config.ts'
import { openDatabase } from '../../db/database.ts'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { createVault, vaultKey } from '../../lib/vault.ts'
import type { OpenApi } from './sdk-types.ts'

/** Describes the API of a hub that is put together and never started, so that the database it names is not asked. */
export async function openApi(): Promise<OpenApi> {
  const config = readConfig({})
  const database = openDatabase({ connection: {}, max: 1, log: silentLog })
  const key = vaultKey(Buffer.alloc(32))
  const vault = createVault({ keys: [key], current: key.id })
  const app = await createApp({ config, database, vault, log: silentLog, clock: systemClock })
  try {
    // The version is of the release and not of the API; with it, the file would change at each release.
    const document = (await app.server.openApi()) as unknown as OpenApi & { info: { version: string } }
    return inOrder({ ...document, info: { ...document.info, version: '1' } })
  } finally {
    await app.server.close()
    await database.close()
  }
}

/** Routes are in the order they were registered, which says nothing to a reader. */
function inOrder<Document extends OpenApi>(document: Document): Document {
  const paths = Object.entries(document.paths).sort(([one], [other]) => (one < other ? -1 : 1))
  return { ...document, paths: Object.fromEntries(paths) }
}
