import { ApiError, invalid } from '../api/errors.ts'
import type { AnyConnector, OAuth2 } from '../kit/connector.ts'
import type { Catalogue } from '../templates/catalogue.ts'

/** A connector together with its way of signing in by OAuth. */
export type OAuthConnector = { connector: AnyConnector; auth: OAuth2 }

/** How a connector signs in by OAuth, if it does. */
export const oauthOf = (connector: Pick<AnyConnector, 'auth'>): OAuth2 | undefined =>
  connector.auth.find((auth): auth is OAuth2 => auth.type === 'oauth2')

/** The same as it is for an integration of these settings. */
export const oauthWithin = (auth: OAuth2, settings: Record<string, unknown>): OAuth2 => ({
  ...auth,
  ...auth.within?.(settings),
})

export type Providers = ReturnType<typeof createProviders>

/** Whoever signs people in: one provider may serve several connectors (Google: calendar, analytics). */
export function createProviders(catalogue: Catalogue) {
  async function all(): Promise<Map<string, OAuthConnector[]>> {
    const offered = (await catalogue.all()).flatMap((connector) => {
      const auth = oauthOf(connector)
      return auth === undefined ? [] : [{ connector, auth }]
    })
    return Map.groupBy(offered, ({ auth }) => auth.provider)
  }

  /** @throws ApiError NOT_FOUND that lists the providers there are */
  async function connectorsOf(provider: string): Promise<OAuthConnector[]> {
    const known = await all()
    const found = known.get(provider)
    if (found) return found
    const names = [...known.keys()].sort().join(', ') || 'none'
    throw new ApiError('NOT_FOUND', `There is no such provider; those of this hub are: ${names}.`)
  }

  return {
    all,
    connectorsOf,

    /**
     * The connector that a sign-in is for.
     * @throws ApiError NOT_FOUND for an unknown provider; VALIDATION_FAILED where the template is not its own or must be chosen
     */
    async choose(provider: string, templateId: string | undefined): Promise<OAuthConnector> {
      const offered = await connectorsOf(provider)
      const names = offered.map(({ connector }) => connector.id).join(', ')
      if (templateId === undefined) {
        if (offered.length === 1) return offered[0]!
        throw invalid('query.template', `is missing; this provider signs in for ${names}`)
      }
      const chosen = offered.find(({ connector }) => connector.id === templateId)
      if (!chosen) throw invalid('query.template', `must be one of those that this provider signs in for: ${names}`)
      return chosen
    },
  }
}
