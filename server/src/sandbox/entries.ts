import type { LazyEmulator, Sandbox } from './sandbox.ts'

/** How a workspace connects to an emulator at once. */
type Connection = {
  connector: string
  name: string
  settings: Record<string, unknown>
} & (
  | { credentials: Record<string, string> }
  /** Tokens are granted as if a person had allowed access; `provider` is the connector's OAuth provider. */
  | { provider: string; signsInAt?: string }
)

/** An emulator in the list. */
export type SandboxEntry = LazyEmulator & { connects: readonly Connection[] }

/** What an integration needs to connect to the sandbox. */
export type SandboxAccount = {
  connector: string
  name: string
  settings: Record<string, unknown>
  /** Whether it is connected by sign-in. */
  isOAuth: boolean
  /** Keys that always work, or the answer of the token endpoint; tokens are granted anew with every call. */
  credentials(): Promise<Record<string, string>>
}

/** The application as which the hub signs in at an OAuth provider of the sandbox. */
export type SandboxClient = { provider: string; clientId: string; clientSecret: string }

/** Lists, per connector, how a workspace connects at once. No emulator is loaded before its tokens are asked for. */
export const sandboxAccounts = (sandbox: Sandbox, entries: readonly SandboxEntry[]): SandboxAccount[] =>
  entries.flatMap(({ id, connects }) =>
    connects.map((connection) => {
      const { connector, name, settings } = connection
      return {
        ...{ connector, name, settings },
        isOAuth: 'provider' in connection,
        credentials: async () =>
          'credentials' in connection ? connection.credentials : await tokensOf(sandbox, connection.signsInAt ?? id),
      }
    }),
  )

/** Lists the applications of the sandbox, which stand in for the operator's own. */
export const sandboxClients = (entries: readonly SandboxEntry[]): SandboxClient[] =>
  entries.flatMap(({ id, connects }) =>
    connects.flatMap((connection) =>
      // Whoever signs in elsewhere is the client of that place.
      'provider' in connection && connection.signsInAt === undefined
        ? [{ provider: connection.provider, clientId: `sandbox-${id}`, clientSecret: `sandbox-${id}-secret` }]
        : [],
    ),
  )

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
