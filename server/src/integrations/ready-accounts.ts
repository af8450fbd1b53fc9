import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Templates } from '../templates/templates.ts'
import type { Integrations } from './integrations.ts'
import { judgeTokenAnswer } from './oauth-client.ts'
import { oauthOf } from './oauth-providers.ts'
import { listTemplateIds, listUntested } from './queries.ts'
import { withDefaults } from './validation.ts'

/** An account that can be connected without a person. */
export type ReadyAccount = {
  connector: string
  name: string
  settings: Record<string, unknown>
  isOAuth: boolean
  credentials(): Promise<Record<string, string>>
}

/**
 * Connects accounts that need no person to sign in, those of whose template the workspace has no integration yet; and ends what a process that
 * was killed had begun.
 */
export function createReadyAccounts(deps: {
  database: Database
  templates: Pick<Templates, 'find'>
  integrations: Integrations
  clock: Clock
}) {
  const { database, templates, integrations, clock } = deps

  return async function connectReadyAccounts(workspaceId: string, accounts: readonly ReadyAccount[]): Promise<void> {
    for (const id of await database.inWorkspace(workspaceId, (tx) => listUntested(tx, workspaceId)))
      await integrations.test(workspaceId, id)
    // The rows and not their answers, since those load every connector there is.
    const present = new Set(await database.inWorkspace(workspaceId, (tx) => listTemplateIds(tx, workspaceId)))
    for (const account of accounts.filter(({ connector }) => !present.has(connector)))
      await connect(workspaceId, account)
  }

  async function connect(workspaceId: string, account: ReadyAccount): Promise<string> {
    const { connector: templateId, name, settings, isOAuth } = account
    const credentials = await account.credentials()
    if (!isOAuth) {
      const given = Object.keys(credentials).length > 0 ? { credentials } : {}
      return (await integrations.create(workspaceId, { templateId, name, config: settings, ...given })).id
    }
    const connector = await templates.find(templateId)
    const auth = connector && oauthOf(connector)
    if (!connector || !auth) throw new TypeError(`${templateId} has no sign-in by OAuth`)
    const tokens = judgeTokenAnswer(connector.name, auth, { status: 200, body: credentials, headers: {} }, clock.now())
    const config = withDefaults(connector.settings, settings)
    const row = integrations.newRow(workspaceId, connector, 'oauth2', { name, credentials: tokens.values }, config)
    await database.inWorkspace(workspaceId, async (tx) => {
      await integrations.insert(tx, { ...row, credentialsExpireAt: tokens.expiresAt })
      await integrations.subscribe(tx, row, connector)
    })
    await integrations.test(workspaceId, row.id)
    return row.id
  }
}
