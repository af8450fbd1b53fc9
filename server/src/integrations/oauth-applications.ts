import type { Selectable } from 'kysely'
import { ApiError } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import type { OauthApplications } from '../db/tables.ts'
import type { Clock } from '../lib/clock.ts'
import type { Vault } from '../lib/vault.ts'
import type { OAuthClient } from './oauth-client.ts'
import type { Providers } from './oauth-providers.ts'
import type { Application, ApplicationFields } from './oauth-schema.ts'

type Row = Selectable<OauthApplications>

/* What the vault binds the operator's secrets to. */
export const clientSecretContext = (provider: string): string => `oauth-applications/${provider}/client-secret`
export const applicationWebhookContext = (provider: string): string => `oauth-applications/${provider}/webhook-secret`

/** The names of a provider's client in the environment: `GOOGLE_CLIENT_ID` and `GOOGLE_CLIENT_SECRET`. */
export function clientVariables(provider: string): { id: string; secret: string } {
  const name = provider.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
  return { id: `${name}_CLIENT_ID`, secret: `${name}_CLIENT_SECRET` }
}

/** A hub's client, where it was configured, and the secret of webhooks that all its accounts share. */
export type KnownApplication = OAuthClient & {
  source: 'console' | 'environment' | 'sandbox'
  webhookSecret: string | undefined
}

export type OAuthApplications = ReturnType<typeof createOAuthApplications>

/** The operator's applications at vendors: from the console, else the environment, else the sandbox's own while it runs. */
export function createOAuthApplications(deps: {
  database: Database
  vault: Vault
  providers: Providers
  /** The variables of `clientVariables`, as far as they are set. */
  environment: Readonly<Record<string, unknown>>
  /** The client that the sandbox knows for a provider; undefined while there is no sandbox. */
  sandboxClient?: ((provider: string) => OAuthClient | undefined) | undefined
  clock: Clock
}) {
  const { database, vault, providers, environment, sandboxClient, clock } = deps

  function fromEnvironment(provider: string): OAuthClient | undefined {
    const names = clientVariables(provider)
    const [clientId, clientSecret] = [environment[names.id], environment[names.secret]]
    return typeof clientId === 'string' && typeof clientSecret === 'string' ? { clientId, clientSecret } : undefined
  }

  function known(provider: string, row: Row | undefined): KnownApplication | undefined {
    if (row) {
      return {
        clientId: row.clientId,
        clientSecret: vault.open(row.clientSecret, clientSecretContext(provider)),
        webhookSecret:
          row.webhookSecret === null ? undefined : vault.open(row.webhookSecret, applicationWebhookContext(provider)),
        source: 'console',
      }
    }
    const environmental = fromEnvironment(provider)
    if (environmental) return { ...environmental, source: 'environment', webhookSecret: undefined }
    const sandboxed = sandboxClient?.(provider)
    return sandboxed && { ...sandboxed, source: 'sandbox', webhookSecret: undefined }
  }

  const find = async (provider: string): Promise<KnownApplication | undefined> =>
    known(provider, await findRow(database.hub, provider))

  async function describe(provider: string, row: Row | undefined, redirectUri: string): Promise<Application> {
    const variables = clientVariables(provider)
    const source = row
      ? 'console'
      : fromEnvironment(provider)
        ? 'environment'
        : sandboxClient?.(provider)
          ? 'sandbox'
          : 'none'
    const templates = ((await providers.all()).get(provider) ?? []).map(({ connector }) => connector.id)
    return {
      provider,
      templates,
      source,
      clientId: row?.clientId ?? fromEnvironment(provider)?.clientId ?? sandboxClient?.(provider)?.clientId ?? null,
      hasClientSecret: source !== 'none',
      hasWebhookSecret: row !== undefined && row.webhookSecret !== null,
      redirectUri,
      variables: [variables.id, variables.secret],
      updatedAt: row?.updatedAt.toISOString() ?? null,
    }
  }

  return {
    find,

    /** @throws ApiError CONFIG_SCHEMA_INVALID that says what the operator must set */
    async required(provider: string): Promise<KnownApplication> {
      const found = await find(provider)
      if (found) return found
      const { id, secret } = clientVariables(provider)
      throw new ApiError(
        'CONFIG_SCHEMA_INVALID',
        `The operator of this hub has not registered it with ${provider} yet: set ${id} and ${secret}, or enter them in the console.`,
      )
    },

    /** Every provider, with or without a client. `redirectUriOf` answers what is to be registered there. */
    async list(redirectUriOf: (provider: string) => string): Promise<Application[]> {
      const rows = new Map((await listRows(database.hub)).map((row) => [row.provider, row]))
      const names = [...new Set([...(await providers.all()).keys(), ...rows.keys()])].sort()
      return Promise.all(names.map((name) => describe(name, rows.get(name), redirectUriOf(name))))
    },

    /** @throws ApiError NOT_FOUND for a provider that no connector has */
    async get(provider: string, redirectUri: string): Promise<Application> {
      await providers.connectorsOf(provider)
      return describe(provider, await findRow(database.hub, provider), redirectUri)
    },

    /** Keeps the secrets that are left out. @throws ApiError NOT_FOUND; VALIDATION_FAILED for a first time without a secret */
    async put(provider: string, given: ApplicationFields, redirectUri: string): Promise<Application> {
      await providers.connectorsOf(provider)
      const before = await findRow(database.hub, provider)
      const { clientId, clientSecret, webhookSecret } = given
      if (clientSecret === undefined && before === undefined)
        throw new ApiError('VALIDATION_FAILED', 'body.clientSecret is missing.', {
          details: [
            {
              field: 'body.clientSecret',
              message: 'is missing; give the secret that the vendor shows beside the client id',
            },
          ],
        })
      const row: Row = {
        provider,
        clientId,
        clientSecret:
          clientSecret === undefined ? before!.clientSecret : vault.seal(clientSecret, clientSecretContext(provider)),
        webhookSecret:
          webhookSecret === undefined
            ? (before?.webhookSecret ?? null)
            : webhookSecret === null
              ? null
              : vault.seal(webhookSecret, applicationWebhookContext(provider)),
        updatedAt: new Date(clock.now()),
      }
      const { provider: _, ...changes } = row
      await database.hub
        .insertInto('oauthApplications')
        .values(row)
        .onConflict((conflict) => conflict.column('provider').doUpdateSet(changes))
        .execute()
      return describe(provider, row, redirectUri)
    },

    /** Forgets what the console gave; the environment's counts again. */
    async remove(provider: string): Promise<void> {
      const { numDeletedRows } = await database.hub
        .deleteFrom('oauthApplications')
        .where('provider', '=', provider)
        .executeTakeFirstOrThrow()
      if (numDeletedRows === 0n) throw new ApiError('NOT_FOUND', 'Nothing was entered for this provider.')
    },
  }
}

const findRow = (db: Db, provider: string): Promise<Row | undefined> =>
  db.selectFrom('oauthApplications').selectAll().where('provider', '=', provider).executeTakeFirst()

const listRows = (db: Db): Promise<Row[]> => db.selectFrom('oauthApplications').selectAll().execute()
