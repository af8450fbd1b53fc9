/**
 * What a failure of OAuth means:
 * - `refused`: the vendor said no to this grant, or the person did; only a person can change that
 * - `misconfigured`: the operator's application at the vendor is set up wrongly
 * - `outage`: it may go well later
 * - `unclear`: it failed in a way nobody described; the vendor's own API decides what the token is worth
 */
export type OAuthFailureKind = 'refused' | 'misconfigured' | 'outage' | 'unclear'

/** Signing in at a vendor, or renewing a sign-in, failed. The message is for people and holds no secret. */
export class OAuthFailure extends Error {
  override readonly name = 'OAuthFailure'
  readonly kind: OAuthFailureKind
  /** The vendor's own name of it. */
  readonly vendorCode: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(
    kind: OAuthFailureKind,
    message: string,
    facts: { vendorCode?: string | undefined; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: facts.cause })
    this.kind = kind
    this.vendorCode = facts.vendorCode
    this.retryAfterMs = facts.retryAfterMs
  }
}
