import { createVault, vaultKey } from '../lib/vault.ts'
import { acmeEntry } from './acme-crm.ts'
import { startHub } from './hub.ts'

/*
 * One process of a hub that shares its database with others. Is told `{ workspaceId, integrationId, count }`, runs so many operations
 * at once, and tells their results.
 */

type Order = { workspaceId: string; integrationId: string; count: number }

const { DATABASE_URL_OF_HUB: databaseUrl = '', VAULT_KEY: key = '', OVERRIDES: overrides = '{}' } = process.env
const known = vaultKey(Buffer.from(key, 'hex'))
const hub = await startHub({
  databaseUrl,
  role: 'api',
  vault: createVault({ keys: [known], current: known.id }),
  connectors: [acmeEntry()],
  env: { TENON_VENDOR_OVERRIDES: overrides },
})

process.on('message', async ({ workspaceId, integrationId, count }: Order) => {
  const integration = await hub.app.open(workspaceId, integrationId)
  const results = await Promise.all(
    Array.from({ length: count }, () => integration.operation('contacts.find', { email: 'ada@example.com' })),
  )
  process.send!(results.map((result) => (result.success ? 'done' : result.error)))
})
process.on('disconnect', async () => {
  await hub[Symbol.asyncDispose]()
})
process.send!('ready')
