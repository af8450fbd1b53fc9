import { randomBytes } from 'node:crypto'
import type { Db } from '../db/database.ts'
import { type IntegrationRow, lockIntegration, updateIntegration } from '../integrations/queries.ts'
import { openConfig, openCredentials, webhookSecretContext } from '../integrations/sealing.ts'
import type { AnyConnector } from '../kit/connector.ts'
import type { Vault } from '../lib/vault.ts'

/** The operator's application at a vendor, as far as webhooks need it. */
export type Applications = {
  find(provider: string): Promise<{ clientSecret: string; webhookSecret: string | undefined } | undefined>
}

/** The field of `sealed_config` that holds the generated secrets, newest first. */
const field = 'webhookSecret'
/** The one in use and the one before, which vendors go on using for a while after a change. */
const mostSecrets = 2

export type Secrets = ReturnType<typeof createSecrets>

/** What inbound webhooks are verified with. */
export function createSecrets({
  vault,
  applications,
  shared = new Map(),
}: {
  vault: Vault
  applications: Applications
  /** The operator's own for all integrations of a connector, beside those that are generated; by the connector's id. */
  shared?: ReadonlyMap<string, string> | undefined
}) {
  function generated(row: Pick<IntegrationRow, 'workspaceId' | 'id' | 'sealedConfig'>): string[] {
    const sealed = row.sealedConfig[field]
    return sealed === undefined ? [] : listOf(vault.open(sealed, webhookSecretContext(row.workspaceId, row.id)))
  }

  async function put(tx: Db, row: IntegrationRow, secrets: string[]): Promise<void> {
    const sealed = vault.seal(JSON.stringify(secrets), webhookSecretContext(row.workspaceId, row.id))
    await updateIntegration(tx, row.workspaceId, row.id, { sealedConfig: { ...row.sealedConfig, [field]: sealed } })
  }

  /** Those that all accounts of the operator's application share: of webhooks, or the client's own. */
  async function ofApplication(connector: AnyConnector): Promise<string[]> {
    const oauth = connector.auth.find((auth) => auth.type === 'oauth2')
    const application = await applications.find(oauth?.provider ?? connector.id)
    return application ? [application.webhookSecret, application.clientSecret].filter(isSecret) : []
  }

  /** Those of one integration, newest first; none where it has none yet. Throws a `VaultError` where a key is missing. */
  function ofIntegration(row: IntegrationRow, connector: AnyConnector): string[] {
    const { secret } = connector.webhook ?? {}
    if (secret === 'generated') return [...generated(row), shared.get(connector.id)].filter(isSecret)
    if (secret === undefined || secret === 'application') return []
    if ('setting' in secret) return [openConfig(vault, row, connector.settings)[secret.setting]].filter(isSecret)
    if (row.sealedCredentials === null) return []
    return [openCredentials(vault, row, row.sealedCredentials)[secret.credential]].filter(isSecret)
  }

  return {
    ofIntegration,

    /** Those of the operator's application, where this connector's webhooks may be signed with them; undefined where none ever is. */
    async shared(connector: AnyConnector): Promise<string[] | undefined> {
      const { secret } = connector.webhook ?? {}
      const isShared = typeof secret === 'object' ? 'orApplication' in secret : secret === 'application'
      return isShared ? await ofApplication(connector) : undefined
    },

    /** What the webhooks of one integration are verified with. Throws a `VaultError` where a key is missing. */
    async all(row: IntegrationRow, connector: AnyConnector): Promise<string[]> {
      const own = ofIntegration(row, connector)
      return own.length > 0 ? own : ((await this.shared(connector)) ?? [])
    },

    /** The generated secret in use; made where there is none. */
    async ensure(tx: Db, workspaceId: string, id: string): Promise<string | undefined> {
      const row = await lockIntegration(tx, workspaceId, id)
      if (!row) return undefined
      const [present] = generated(row)
      if (present !== undefined) return present
      const made = newSecret()
      await put(tx, row, [made])
      return made
    },

    /** Makes another secret. What the vendor signs with the one before is accepted until the next change. */
    async rotate(tx: Db, row: IntegrationRow): Promise<string> {
      const made = newSecret()
      await put(tx, row, [made, ...generated(row)].slice(0, mostSecrets))
      return made
    },
  }
}

/** 43 visible characters: no vendor takes fewer than 50. */
const newSecret = (): string => randomBytes(32).toString('base64url')

const isSecret = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** A list; what an import brought may be one secret as it stands. */
function listOf(text: string): string[] {
  if (!text.startsWith('[')) return [text]
  return (JSON.parse(text) as unknown[]).filter(isSecret)
}
