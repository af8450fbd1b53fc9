import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Vault } from '../lib/vault.ts'
import type { Catalogue } from '../templates/catalogue.ts'
import type { Templates } from '../templates/templates.ts'
import { createBrowserCookie } from './browser-cookie.ts'
import { createConnectPage } from './connect.ts'
import { createConnectSessions } from './connect-sessions.ts'
import { createCredentials } from './credentials.ts'
import type { Revoke } from './disconnection.ts'
import type { Integrations } from './integrations.ts'
import { createOAuthApplications } from './oauth-applications.ts'
import { atServer, judgeRevocation, type OAuthClient, revokeRequest } from './oauth-client.ts'
import { createTokenEndpoint } from './oauth-endpoint.ts'
import { createProviders, oauthOf, oauthWithin } from './oauth-providers.ts'
import { createSignIns } from './oauth-sign-ins.ts'
import { createPlaces } from './places.ts'
import { createRefresh } from './refresh.ts'
import type { Traffic } from './runner.ts'
import { openCredentials } from './sealing.ts'

/**
 * Everything about signing in at vendors. Call before the engine starts; what runs operations takes `credentials` and `revoke`, and
 * `connectWith` gives the rest once there are integrations to connect.
 */
export function createOAuth(deps: {
  config: Config
  database: Database
  engine: Engine
  vault: Vault
  templates: Templates
  catalogue: Catalogue
  traffic: Traffic
  sandboxClient?: ((provider: string) => OAuthClient | undefined) | undefined
  clock: Clock
  log: Log
}) {
  const { config, database, engine, vault, templates, catalogue, traffic, sandboxClient, clock, log } = deps
  const providers = createProviders(catalogue)
  const applications = createOAuthApplications({
    database,
    vault,
    providers,
    environment: config,
    sandboxClient,
    clock,
  })
  const endpoint = createTokenEndpoint({ traffic })
  const refresh = createRefresh({ database, engine, vault, templates, applications, endpoint, clock, log })
  const places = createPlaces(config)

  /** Gives the tokens of an integration back, as far as its vendor takes them. @throws OAuthFailure to be tried again */
  const revoke: Revoke = async (row) => {
    const connector = await templates.find(row.templateId)
    const auth = connector && oauthOf(connector)
    const application = auth && (await applications.find(auth.provider))
    if (!auth || !application || row.sealedCredentials === null) return
    const values = openCredentials(vault, row, row.sealedCredentials)
    const { refresh_token: refreshToken, access_token: accessToken = '' } = values
    const within = atServer(oauthWithin(auth, row.config), values)
    const request = revokeRequest(within, application, refreshToken ?? accessToken)
    if (request) judgeRevocation(connector.name, await endpoint(connector, request), clock.now())
  }

  return {
    credentials: { ...createCredentials({ database, engine, refresh, clock, log }), application: applications.find },
    revoke,
    applications,

    connectWith(integrations: Integrations) {
      const { overrides } = traffic
      const signIns = createSignIns({
        ...{
          database,
          engine,
          vault,
          templates,
          providers,
          applications,
          integrations,
          endpoint,
          overrides,
          clock,
          log,
        },
      })
      const sessions = createConnectSessions({ database, templates, clock })
      const embedOrigins = config.TENON_EMBED_ORIGINS
      const page = createConnectPage({ sessions, templates, integrations, applications, signIns, embedOrigins })
      const cookie = createBrowserCookie({ secure: config.TENON_PUBLIC_URL?.startsWith('https:') ?? false })
      return { signIns, sessions, page, cookie, places, applications }
    },
  }
}
