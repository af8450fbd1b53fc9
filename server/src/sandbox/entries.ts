import type { LazyEmulator, Sandbox } from './sandbox.ts'

/** How a workspace connects to an emulator at once. */
type Connection = {
  connector: string
  name: string
  settings: Record<string, unknown>
} & (
  | { credentials: Record<string, string> }
  /** Tokens are granted as if a person had allowed access; `provider` is the connector's OAuth provider. */
  | { provider: string }
)

/** An emulator in the list. */
export type SandboxEntry = LazyEmulator & { connects: readonly Connection[] }

/** What an integration needs to connect to the sandbox. */
export type SandboxAccount = {
  connector: string
  name: string
  credentials: Record<string, string>
  settings: Record<string, unknown>
}

/** The application as which the hub signs in at an OAuth provider of the sandbox. */
export type SandboxClient = { provider: string; clientId: string; clientSecret: string }

/**
 * Lists, per connector, the credentials and settings with which a workspace can connect at once. Tokens are granted anew with every
 * call, so it is asked once, when the workspace is connected.
 */
export async function sandboxAccounts(sandbox: Sandbox, entries: readonly SandboxEntry[]): Promise<SandboxAccount[]> {
  const accounts: SandboxAccount[] = []
  for (const { id, connects } of entries) {
    for (const connection of connects) {
      const { connector, name, settings } = connection
      const credentials = 'credentials' in connection ? connection.credentials : await tokensOf(sandbox, id)
      accounts.push({ connector, name, settings, credentials })
    }
  }
  return accounts
}

/** Lists the applications of the sandbox, which stand in for the operator's own. */
export const sandboxClients = (entries: readonly SandboxEntry[]): SandboxClient[] =>
  entries.flatMap(({ id, connects }) =>
    connects.flatMap((connection) =>
      'provider' in connection
        ? [{ provider: connection.provider, clientId: `sandbox-${id}`, clientSecret: `sandbox-${id}-secret` }]
        : [],
    ),
  )

/** Lists the keys that always work, for people to try. */
export const sandboxKeys = (entries: readonly SandboxEntry[]): string[] => [
  ...new Set(
    entries.flatMap(({ connects }) =>
      connects.flatMap((connection) => ('credentials' in connection ? Object.values(connection.credentials) : [])),
    ),
  ),
]

/** As the token endpoint would answer them, under the names that integrations keep them by. */
async function tokensOf(sandbox: Sandbox, id: string): Promise<Record<string, string>> {
  const { oauth } = await sandbox.world(id)
  const { answer } = await oauth.grant()
  return Object.fromEntries(
    Object.entries(answer)
      .filter(([, value]) => typeof value !== 'object')
      .map(([name, value]) => [name, String(value)]),
  )
}
