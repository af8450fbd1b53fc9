import type { Database } from '../db/database.ts'
import { ConnectorError } from '../kit/errors.ts'
import type { Vault } from '../lib/vault.ts'
import type { CredentialSource } from './runner.ts'
import { openCredentials } from './sealing.ts'

/** Credentials as they were given, for connectors whose keys do not run out. */
export function createStoredCredentials({ database, vault }: { database: Database; vault: Vault }): CredentialSource {
  return {
    async current(workspaceId, integrationId) {
      const row = await database.hub
        .selectFrom('integrations')
        .select(['sealedCredentials', 'credentialsVersion'])
        .where('workspaceId', '=', workspaceId)
        .where('id', '=', integrationId)
        .executeTakeFirst()
      if (!row?.sealedCredentials)
        throw new ConnectorError('INTEGRATION_NOT_ACTIVE', 'No account is connected (INTEGRATION_NOT_ACTIVE)')
      return {
        version: row.credentialsVersion,
        values: openCredentials(vault, { workspaceId, id: integrationId }, row.sealedCredentials),
      }
    },
    refreshed: async () => undefined,
  }
}
