import type { Answer } from './emulator.ts'

/** How a vendor varies OAuth 2. The server behind it is the same for all, and strict. */
export type OauthShape = {
  /** Paths as the vendor has them, below the emulator's prefix. */
  authorizePath: string
  tokenPath: string
  revokePath?: string
  scopes: readonly string[]
  scopeSeparator?: ' ' | ','
  /** Default: optional, that is verified where it is used. */
  pkce?: 'required' | 'optional'
  /** How the client must authenticate at the token endpoint. */
  clientAuth: 'basic' | 'body' | 'either'
  tokenBody?: 'form' | 'json'
  accessTokenSeconds: number
  /** Default: a year. */
  refreshTokenSeconds?: number
  /**
   * What a refresh answers: `rotates`, a new refresh token, and using an old one revokes the whole grant; `same`, the old one again;
   * `omitted`, none, and the old one stays good.
   */
  refreshToken: 'rotates' | 'same' | 'omitted'
  /** Whether an authorization gets a refresh token at all; `parameters` are those of the authorize URL. Default: always. */
  givesRefreshToken?(parameters: Record<string, string | undefined>): boolean
  /** Vendor's own parameters of the authorize URL that `givesRefreshToken` looks at. */
  extraParameters?: readonly string[]
  /** Parameters besides the standard's with which a person is sent back. */
  callbackParameters?(grant: { account: string }): Record<string, string>
  /** A grant by which a token that lives is changed for one that lives longer; `parameter` is what bears it. There are no refresh tokens then. */
  exchange?: { grantType: string; parameter: string; seconds: number }
  /** Fields besides the standard's in a token answer. */
  tokenFields?(grant: { account: string; scopes: string[]; url: string; grantType: string }): Record<string, unknown>
  /** How a refusal of the token endpoint reads; RFC 6749 section 5.2 unless given. */
  tokenError?(error: { status: number; error: string; description: string }): Answer
}
