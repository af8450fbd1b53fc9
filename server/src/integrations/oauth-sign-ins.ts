import { ApiError, notFound } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { AnyConnector, OAuth2 } from '../kit/connector.ts'
import { overrideUrl, type VendorOverrides } from '../kit/overrides.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Vault } from '../lib/vault.ts'
import type { Templates } from '../templates/templates.ts'
import type { Integrations } from './integrations.ts'
import type { OAuthApplications } from './oauth-applications.ts'
import {
  atServer,
  authorizeUrl,
  codeRequest,
  judgeCallback,
  judgeTokenAnswer,
  newCodeVerifier,
  type OAuthClient,
  refreshRequest,
  serverOf,
  type Tokens,
} from './oauth-client.ts'
import type { TokenEndpoint } from './oauth-endpoint.ts'
import { OAuthFailure } from './oauth-failure.ts'
import { type OAuthConnector, oauthOf, oauthWithin, type Providers } from './oauth-providers.ts'
import {
  bindState,
  deleteOldSignIns,
  findState,
  hashOf,
  insertState,
  newState,
  readState,
  type StateRow,
  spendState,
  stateMs,
} from './oauth-states.ts'
import { findIntegration, lockIntegration, updateIntegration } from './queries.ts'
import { sealCredentials } from './sealing.ts'
import { faultsOf, refuseFaults, withDefaults } from './validation.ts'

const tidyKind = 'integration.tidy-sign-ins'

export type NewSignIn = {
  provider: string
  templateId?: string | undefined
  /** The integration to be connected again. */
  integrationId?: string | undefined
  /** Checked by the caller. */
  returnUrl?: string | undefined
  name?: string | undefined
  agentId?: string | undefined
  config?: Record<string, unknown> | undefined
  connectSessionId?: string | undefined
  /** The session's own, so that another try is a click away. */
  connectToken?: string | undefined
  /** Whose sign-in it is, for the record. */
  createdBy?: string | undefined
  /** The secret of the browser that goes on with it; without it the first that opens the link. */
  browser?: string | undefined
  /** Where the vendor sends people back to. */
  redirectUri: string
}

/** How a sign-in ended. */
export type Finished = {
  workspaceId: string
  vendor: string
  returnUrl: string | undefined
  connectSessionId: string | undefined
  connectToken: string | undefined
} & (
  | { status: 'connected'; integrationId: string; accountName: string | null; warning: string | undefined }
  | { status: 'failed'; errorCode: string; error: string; integrationId: string | undefined }
)

export type SignIns = ReturnType<typeof createSignIns>

/** The dance of OAuth: sends a person to the vendor, and makes an integration of what they come back with. */
export function createSignIns(deps: {
  database: Database
  engine: Engine
  vault: Vault
  templates: Pick<Templates, 'find'>
  providers: Providers
  applications: OAuthApplications
  integrations: Pick<Integrations, 'newRow' | 'insert' | 'subscribe' | 'test' | 'get' | 'connectorFor'>
  endpoint: TokenEndpoint
  overrides: VendorOverrides
  clock: Clock
  log: Log
}) {
  const { database, engine, vault, templates, providers, applications, integrations, endpoint, overrides, clock, log } =
    deps

  /** @throws ApiError that says what is wrong with the request, or what the operator has not set up */
  async function begin(
    workspaceId: string,
    given: NewSignIn,
  ): Promise<{ state: string; url: string; expiresAt: Date }> {
    const { provider, integrationId } = given
    const { connector, auth, config } = await chosen(workspaceId, given)
    const server = namedServer(connector.name, auth, config)
    const application = await applications.required(provider)
    const codeVerifier = auth.pkce ? newCodeVerifier() : undefined
    const { state, id } = newState(vault, workspaceId)
    const expiresAt = new Date(clock.now() + stateMs)
    const row: StateRow = {
      id,
      workspaceId,
      provider,
      templateId: connector.id,
      integrationId: integrationId ?? null,
      connectSessionId: given.connectSessionId ?? null,
      browserHash: given.browser === undefined ? null : hashOf(given.browser),
      codeVerifier: codeVerifier === undefined ? null : vault.seal(codeVerifier, verifierContext(workspaceId)),
      redirectUri: given.redirectUri,
      returnUrl: given.returnUrl ?? null,
      // Settings may hold secrets, and have no row of their own yet.
      config: { sealed: vault.seal(JSON.stringify({ ...keptOf(given), server }), keptContext(workspaceId)) },
      name: given.name ?? null,
      agentId: given.agentId ?? null,
      createdBy: given.createdBy ?? null,
      createdAt: new Date(clock.now()),
      expiresAt,
      usedAt: null,
    }
    await database.inWorkspace(workspaceId, (tx) => insertState(tx, row))
    const { redirectUri } = given
    const { clientId } = application
    const url = authorizeUrl(atServer(auth, server), { clientId, redirectUri, state, codeVerifier })
    return { state, expiresAt, url: overridden(url) }
  }

  /** What the sign-in is for. Everything that could fail later for want of input fails here. */
  async function chosen(
    workspaceId: string,
    given: NewSignIn,
  ): Promise<OAuthConnector & { config: Record<string, unknown> }> {
    const { provider, integrationId, templateId, agentId } = given
    if (integrationId === undefined) {
      const found = await providers.choose(provider, templateId)
      await integrations.connectorFor(found.connector.id)
      const config = withDefaults(found.connector.settings, given.config ?? {})
      refuseFaults(faultsOf(found.connector.settings, config, 'config'))
      if (agentId !== undefined) await mustHaveAgent(workspaceId, agentId)
      return { ...found, auth: oauthWithin(found.auth, config), config }
    }
    await providers.connectorsOf(provider)
    const row = await database.inWorkspace(workspaceId, (tx) => findIntegration(tx, workspaceId, integrationId))
    if (!row) throw notFound('integration')
    if (templateId !== undefined && templateId !== row.templateId)
      throw new ApiError('CONFLICT', `This integration is of the template ${row.templateId}.`)
    const { connector, auth } = await providers.choose(provider, row.templateId)
    return { connector, auth: oauthWithin(auth, row.config), config: row.config as Record<string, unknown> }
  }

  async function mustHaveAgent(workspaceId: string, agentId: string): Promise<void> {
    const found = await database.inWorkspace(workspaceId, (tx) =>
      tx
        .selectFrom('agents')
        .select('id')
        .where('workspaceId', '=', workspaceId)
        .where('id', '=', agentId)
        .executeTakeFirst(),
    )
    if (!found) throw notFound('agent')
  }

  const overridden = (url: string): string => overrideUrl(url, overrides).url

  /** @throws OAuthFailure whose message tells a person what to do */
  async function open(state: string | undefined): Promise<StateRow> {
    const read = state === undefined ? undefined : readState(vault, state)
    const row = read && (await findState(database.hub, read.workspaceId, read.id))
    if (!row) throw new OAuthFailure('refused', 'This sign-in was not begun here. Start it again where you began.')
    if (row.usedAt !== null)
      throw new OAuthFailure('refused', 'This sign-in was completed already. Start a new one if you need another.')
    if (row.expiresAt.getTime() <= clock.now())
      throw new OAuthFailure('refused', 'This sign-in took longer than ten minutes. Start it again.')
    return row
  }

  /**
   * Binds a sign-in that was begun without a browser to this one, and answers where it goes on.
   * @throws OAuthFailure
   */
  async function start(state: string, browser: string): Promise<string> {
    const row = await open(state)
    if (!(await bindState(database.hub, row.workspaceId, row.id, hashOf(browser)))) throw otherBrowser()
    const connector = await templates.find(row.templateId)
    const auth = connector && (await authOf(row, connector))
    const application = await applications.find(row.provider)
    if (!auth || !application)
      throw new OAuthFailure('misconfigured', `This hub cannot sign in at ${row.provider} any more; tell its operator.`)
    const { redirectUri } = row
    return overridden(
      authorizeUrl(atServer(auth, openKept(row).server ?? {}), {
        clientId: application.clientId,
        redirectUri,
        state,
        codeVerifier: verifierOf(row),
      }),
    )
  }

  /** The way in as it is for the settings of what is being connected. */
  async function authOf(row: StateRow, { settings, auth: ways }: AnyConnector): Promise<OAuth2 | undefined> {
    const { workspaceId, integrationId } = row
    const auth = oauthOf({ auth: ways })
    if (auth?.within === undefined) return auth
    const present =
      integrationId === null
        ? undefined
        : await database.inWorkspace(workspaceId, (tx) => findIntegration(tx, workspaceId, integrationId))
    return oauthWithin(auth, present?.config ?? withDefaults(settings, openKept(row).config ?? {}))
  }

  const verifierOf = ({ workspaceId, codeVerifier }: StateRow): string | undefined =>
    codeVerifier === null ? undefined : vault.open(codeVerifier, verifierContext(workspaceId))

  /**
   * Ends a sign-in with what the vendor sent the person back with.
   * @throws OAuthFailure for a state that is unknown, expired, used, or of another browser; nothing has happened then
   */
  async function finish(
    provider: string,
    query: Record<string, string | undefined>,
    browser: string | undefined,
  ): Promise<Finished> {
    const row = await open(query.state)
    const { workspaceId } = row
    if (row.provider !== provider)
      throw new OAuthFailure('refused', 'This sign-in was begun for another vendor. Start it again.')
    // An unbound state was never opened in a browser, so nobody could have come back with it.
    if (browser === undefined || row.browserHash === null || !row.browserHash.equals(hashOf(browser)))
      throw otherBrowser()
    if (!(await spendState(database.hub, workspaceId, row.id, new Date(clock.now()))))
      throw new OAuthFailure('refused', 'This sign-in was completed already. Start a new one if you need another.')

    const connector = await templates.find(row.templateId)
    const vendor = connector?.name ?? provider
    const place = {
      workspaceId,
      vendor,
      returnUrl: row.returnUrl ?? undefined,
      connectSessionId: row.connectSessionId ?? undefined,
      connectToken: openKept(row).connectToken,
    }
    try {
      const auth = connector && (await authOf(row, connector))
      if (!connector || !auth)
        throw new OAuthFailure('misconfigured', `This hub has no connector for ${provider} any more.`)
      const code = judgeCallback(vendor, query)
      const application = await applications.required(provider)
      const { redirectUri } = row
      const server = { ...openKept(row).server, ...serverOf(vendor, auth, { query }) }
      const answer = await endpoint(
        connector,
        codeRequest(atServer(auth, server), application, { code, redirectUri, codeVerifier: verifierOf(row) }),
      )
      const tokens = await lasting(
        { connector, auth },
        application,
        judgeTokenAnswer(vendor, auth, answer, clock.now(), server),
      )
      const integrationId = await keep(row, { connector, auth }, tokens)
      log.info({ workspaceId, integrationId, provider }, 'Integrations: an account was connected')
      const test = await integrations.test(workspaceId, integrationId)
      const { accountName } = await integrations.get(workspaceId, integrationId)
      const warning = test.success ? undefined : test.message
      return { ...place, status: 'connected', integrationId, accountName, warning }
    } catch (error) {
      if (!(error instanceof OAuthFailure) && !(error instanceof ApiError)) throw error
      log.warn({ workspaceId, provider, reason: error.message }, 'Integrations: a sign-in failed')
      const errorCode = error instanceof ApiError ? error.code : codeOf(error)
      return {
        ...place,
        status: 'failed',
        errorCode,
        error: error.message,
        integrationId: row.integrationId ?? undefined,
      }
    }
  }

  /** What a sign-in gives may live for an hour or two; where the vendor changes it for one that lives for weeks, that is kept. */
  async function lasting(
    { connector, auth }: OAuthConnector,
    application: OAuthClient,
    tokens: Tokens,
  ): Promise<Tokens> {
    const { refresh_token: token } = tokens.values
    if (!auth.exchange || token === undefined) return tokens
    const answer = await endpoint(connector, refreshRequest(auth, application, token))
    return judgeTokenAnswer(connector.name, auth, answer, clock.now(), tokens.values)
  }

  /** Puts the tokens into a new integration, or into the one that is connected again, which keeps its id and history. */
  async function keep(row: StateRow, { connector }: OAuthConnector, tokens: Tokens): Promise<string> {
    const { workspaceId, integrationId } = row
    if (integrationId === null) {
      await integrations.connectorFor(connector.id)
      const config = withDefaults(connector.settings, openKept(row).config ?? {})
      refuseFaults(faultsOf(connector.settings, config, 'config'))
      const input = {
        credentials: tokens.values,
        ...(row.name === null ? {} : { name: row.name }),
        ...(row.agentId === null ? {} : { agentId: row.agentId }),
      }
      const made = integrations.newRow(workspaceId, connector, 'oauth2', input, config)
      await database.inWorkspace(workspaceId, async (tx) => {
        await integrations.insert(tx, { ...made, credentialsExpireAt: tokens.expiresAt })
        await integrations.subscribe(tx, made, connector)
      })
      return made.id
    }
    await database.inWorkspace(workspaceId, async (tx) => {
      const present = await lockIntegration(tx, workspaceId, integrationId)
      if (!present) throw notFound('integration')
      await updateIntegration(tx, workspaceId, integrationId, {
        authType: 'oauth2',
        sealedCredentials: sealCredentials(vault, present, tokens.values),
        credentialsVersion: present.credentialsVersion + 1,
        credentialsExpireAt: tokens.expiresAt,
        refreshLeaseUntil: null,
        refreshLeaseBy: null,
        updatedAt: new Date(clock.now()),
      })
    })
    return integrationId
  }

  const openKept = ({ workspaceId, config }: StateRow): Kept =>
    JSON.parse(vault.open(String(config.sealed), keptContext(workspaceId))) as Kept

  engine.define(tidyKind, { delivers: false, run: () => deleteOldSignIns(database.hub, clock.now()) })
  engine.every('41 * * * *', tidyKind)

  return { begin, start, finish }
}

const verifierContext = (workspaceId: string): string => `${workspaceId}/oauth-state/code-verifier`
const keptContext = (workspaceId: string): string => `${workspaceId}/oauth-state/config`

/** What waits, sealed, for the person to come back. */
type Kept = { config?: Record<string, unknown>; connectToken?: string; server?: Record<string, string> }
const keptOf = ({ config, connectToken }: NewSignIn): Kept => ({
  ...(config ? { config } : {}),
  ...(connectToken === undefined ? {} : { connectToken }),
})

/** @throws ApiError CONFIG_SCHEMA_INVALID where the settings name a server that is not the vendor's */
function namedServer(vendor: string, auth: OAuth2, settings: Record<string, unknown>): Record<string, string> {
  try {
    return serverOf(vendor, auth, { settings })
  } catch (error) {
    if (error instanceof OAuthFailure) throw new ApiError('CONFIG_SCHEMA_INVALID', error.message)
    throw error
  }
}

const otherBrowser = (): OAuthFailure =>
  new OAuthFailure('refused', 'This sign-in was begun in another browser. Go on there, or start it again here.')

/** What a program is told: the vendor's own name of the failure, which RFC 6749 made common. */
const codeOf = ({ kind, vendorCode }: OAuthFailure): string =>
  vendorCode !== undefined && /^[a-zA-Z_]{1,60}$/.test(vendorCode) ? vendorCode : kind
