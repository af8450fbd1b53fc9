import type { TObject } from 'typebox'
import { encryptedFields } from '../kit/auth.ts'
import type { Vault } from '../lib/vault.ts'
import type { IntegrationRow } from './queries.ts'

/* What the vault binds an integration's secrets to: each opens at its own place only. */
export const credentialsContext = (workspaceId: string, integrationId: string): string =>
  `${workspaceId}/integrations/${integrationId}/credentials`
export const configContext = (workspaceId: string, integrationId: string, field: string): string =>
  `${workspaceId}/integrations/${integrationId}/config/${field}`
/** The secret of inbound webhooks that the hub made itself; it stands in `sealed_config.webhookSecret`. */
export const webhookSecretContext = (workspaceId: string, integrationId: string): string =>
  `${workspaceId}/integrations/${integrationId}/webhook-secret`

type Place = Pick<IntegrationRow, 'workspaceId' | 'id'>

export const sealCredentials = (vault: Vault, { workspaceId, id }: Place, values: Record<string, string>): string =>
  vault.seal(JSON.stringify(values), credentialsContext(workspaceId, id))

/** @throws VaultError where its key is missing */
export const openCredentials = (vault: Vault, { workspaceId, id }: Place, sealed: string): Record<string, string> =>
  JSON.parse(vault.open(sealed, credentialsContext(workspaceId, id))) as Record<string, string>

/** Parts a configuration into what may be read and what is sealed, field by field. */
export function sealConfig(vault: Vault, { workspaceId, id }: Place, schema: TObject, given: Record<string, unknown>) {
  const secret = new Set(encryptedFields(schema))
  const config: Record<string, unknown> = {}
  const sealedConfig: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    if (!secret.has(name)) config[name] = value
    else if (value !== undefined)
      sealedConfig[name] = vault.seal(
        isText(schema, name) ? String(value) : JSON.stringify(value),
        configContext(workspaceId, id, name),
      )
  }
  return { config, sealedConfig }
}

/**
 * The whole configuration in the clear, as the connector needs it; secrets that are not of the schema are left out.
 * @throws VaultError where a key is missing
 */
export function openConfig(vault: Vault, row: IntegrationRow, schema: TObject): Record<string, unknown> {
  const config = { ...row.config }
  for (const name of encryptedFields(schema)) {
    const sealed = row.sealedConfig[name]
    if (sealed === undefined) continue
    const text = vault.open(sealed, configContext(row.workspaceId, row.id, name))
    config[name] = isText(schema, name) ? text : JSON.parse(text)
  }
  return config
}

const isText = ({ properties }: TObject, name: string): boolean =>
  (properties[name] as { type?: unknown } | undefined)?.type === 'string'
