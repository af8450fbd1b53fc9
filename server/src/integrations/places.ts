import type { FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'

export type Places = ReturnType<typeof createPlaces>

/** Where the hub is reached from outside. Without a public URL it is where the request came to. */
export function createPlaces(config: Pick<Config, 'TENON_PUBLIC_URL' | 'TENON_RETURN_URLS'>) {
  const publicUrl = ({ protocol, host }: FastifyRequest): string => config.TENON_PUBLIC_URL ?? `${protocol}://${host}`
  const redirectUriOf =
    (request: FastifyRequest) =>
    (provider: string): string =>
      `${publicUrl(request)}/api/integrations/oauth/${provider}/callback`
  return {
    publicUrl,
    redirectUriOf,
    /** Below which a browser may be sent back. */
    returnUrls: (request: FastifyRequest): string[] => [publicUrl(request), ...config.TENON_RETURN_URLS],
    around: (request: FastifyRequest) => ({ publicUrl: publicUrl(request), redirectUriOf: redirectUriOf(request) }),
  }
}
