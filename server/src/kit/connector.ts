import type { Static, TObject } from 'typebox'
import type { CapabilityName, Offered, OperationName, Repeat } from './capabilities.ts'
import type { Context } from './context.ts'
import type { Paging, Query, VendorAnswer } from './http-types.ts'

export type Category =
  | 'crm'
  | 'calendar'
  | 'email'
  | 'sms'
  | 'payments'
  | 'automation'
  | 'storage'
  | 'advertising'
  | 'analytics'
  | 'voice'
  | 'field_service'

/** OAuth 2 with the authorization code grant (RFC 6749), as vendors vary it. */
export type OAuth2 = {
  type: 'oauth2'
  /** The name in `/api/integrations/oauth/:provider/…` and in the environment (`GOOGLE_CLIENT_ID`). */
  provider: string
  authorizeUrl: string
  tokenUrl: string
  scopes: readonly string[]
  /** Sent along to the authorize URL (`access_type=offline`, `prompt=consent`). */
  authorizeParameters?: Record<string, string>
  scopeSeparator?: ' ' | ','
  pkce: boolean
  clientAuth: 'basic' | 'body'
  /** Form (the standard) or JSON. */
  tokenBody?: 'form' | 'json'
  /** Sent along to the token URL (`user_type=Location`). */
  tokenParameters?: Record<string, string>
  /** Fields of the token answer to keep sealed with the tokens (`instance_url`, `api_domain`, `hub_id`). */
  keep?: readonly string[]
  /** How long an access token lives where the answer does not say, in seconds. */
  defaultExpiresIn?: number
  revokeUrl?: string
  /** The header that carries the access token; `Bearer` unless said. */
  scheme?: string
  /** What depends on the integration's settings, where an account has a place of its own (Dynamics 365: the environment is the scope). */
  within?(
    settings: Record<string, unknown>,
  ): Partial<Pick<OAuth2, 'authorizeUrl' | 'tokenUrl' | 'revokeUrl' | 'scopes'>>
  /**
   * Where accounts sign in at servers of their own, which have the paths of the URLs above: the hosts that may be one (`*.example.com`
   * covers subdomains), and what names an account's: a parameter of the callback or a setting. It is kept as `accounts_server`.
   */
  server?: { hosts: readonly string[]; parameter?: string; setting?: string }
  /**
   * There are no refresh tokens: a token is changed for one that lives longer by this grant, with itself under this name. Done after a sign-in, and
   * again before the token ends.
   */
  exchange?: { grantType: string; parameter: string }
  /** Every call is proven with the application's secret: calls see `client_id` and `client_secret` among the credentials. */
  withApplication?: boolean
  /** Puts the credentials into a request; the header above unless given. */
  apply?(credentials: Record<string, string>): { headers?: Record<string, string>; query?: Query }
}

/** Secrets that a person pastes: an API key, a token, a URL; each a field of `fields`, all of them sealed. */
export type Keys = {
  type: 'keys'
  fields: TObject
  /** Puts them into a request. */
  apply(credentials: Record<string, string>): { headers?: Record<string, string>; query?: Query }
  /** Where requests are signed: answers the headers that sign this one. */
  sign?: Sign
}

/** A request as it is about to be sent, which a vendor's own scheme signs. */
export type RequestToSign = {
  method: string
  /** The vendor's own URL, whole. */
  url: string
  headers: Record<string, string>
  body: string | Uint8Array | undefined
  settings: Record<string, unknown>
  now: Date
}
export type Sign = (request: RequestToSign, credentials: Record<string, string>) => Record<string, string>

export type NoAuth = { type: 'none' }

/** One way in, or several of which a person chooses (HubSpot: OAuth or a private token). */
export type Auth = OAuth2 | Keys | NoAuth

/** How a failure reads in a vendor's own words. */
export type ErrorReading = (
  answer: VendorAnswer<unknown>,
) => { code?: string; message?: string; vendorCode?: string; retryAfterMs?: number } | undefined

/** An inbound webhook as it came. */
export type InboundRequest = {
  method: string
  /** As the vendor called it: public base URL, path and query. */
  url: string
  path: string
  query: Record<string, string>
  /** Lower-case names. */
  headers: Record<string, string>
  rawBody: Buffer
  receivedAt: Date
}

/** Says whether the vendor really sent this; a reason when not. Secrets are those of the integration, newest first, or the application's. */
export type Verify = (
  request: InboundRequest,
  secrets: readonly string[],
  now: Date,
) => { ok: true } | { ok: false; reason: string }

/** News from a vendor: something changed. */
export type InboundEvent = {
  /** The hub's dotted name: `contact.created`, `booking.cancelled` …; or `<connector>.<vendor's name>` where there is none. */
  type: string
  /** The vendor's own id of this event, by which repetitions are dropped; a hash of the body where there is none. */
  eventId?: string
  externalId?: string
  occurredAt?: Date
  /** The vendor says that the hub's subscription ended or will: the hub makes another. */
  endsSubscription?: true
  data: unknown
}

export type Webhook<Settings = Record<string, unknown>> = {
  verify: Verify
  /**
   * Whose secret it is: generated per integration by the hub, given by a person in `settings`, one of the credentials, or the operator's
   * application secret; with `orApplication`, the latter where the credentials have none.
   */
  secret: 'generated' | 'application' | { setting: string } | { credential: string; orApplication?: true }
  /** What a webhook that was taken in is answered, where the vendor wants a certain answer. */
  answer?: { status: number; body: string; headers: Record<string, string> }
  /** Answers a vendor's test of the URL (challenge, validation token); undefined where the request is no such test. */
  handshake?(
    request: InboundRequest,
    secrets: readonly string[],
  ): { status: number; body: string; headers?: Record<string, string> } | undefined
  /**
   * What in the request names the integration: compared with the integration's `routingKey`; undefined where the URL names it. Several where
   * one request bundles news of several accounts.
   */
  route?(request: InboundRequest): string | readonly string[] | undefined
  /** The events in a verified request. An array, since vendors bundle them. `routingKey` is the integration's own, if it has one. */
  parse(request: InboundRequest, routingKey?: string): InboundEvent[]
  /**
   * What is subscribed to, where the settings name it: another is subscribed to anew, and with undefined there is nothing to subscribe to.
   */
  about?(settings: Settings): string | undefined
  /** Makes the vendor call the hub. Answers what is needed to renew and remove it. */
  subscribe?(
    context: Context<Settings>,
    options: { url: string; secret: string; channelId: string },
  ): Promise<{ id: string; expiresAt?: Date; data?: Record<string, string> }>
  /** Extends a subscription that runs out; where it is absent, it is removed and made anew. */
  renew?(
    context: Context<Settings>,
    subscription: { id: string; data: Record<string, string> },
    options: { url: string; secret: string; channelId: string },
  ): Promise<{ id: string; expiresAt?: Date; data?: Record<string, string> }>
  unsubscribe?(context: Context<Settings>, subscription: { id: string; data: Record<string, string> }): Promise<void>
}

/** What a person and the hub learn from a successful check. */
export type Account = {
  /** Shown to people: an address, a portal's name. */
  name?: string
  /** What inbound webhooks name this account by (portal id, company id). */
  routingKey?: string
}

export type Connector<Settings extends TObject = TObject> = {
  id: string
  name: string
  category: Category
  description: string
  docs: string
  apiVersion: string
  /** The folder name under which its traffic is recorded. */
  recordAs?: string
  /** What a person configures; fields made with `encrypted()` are sealed and never come back. Rendered as a form. */
  settings: Settings
  /** The first is offered first. */
  auth: readonly Auth[]
  http: {
    baseUrl: string | BaseUrl<Static<Settings>>
    /** Hosts that may be called besides the base URL's; `*.example.com` covers subdomains. */
    hosts?: readonly string[]
    headers?: Record<string, string>
    /** The vendor's limit; 100 requests a minute where none is given. */
    rateLimit?: { requests: number; perMs: number }
    /** Calls under way at a time; default 8. */
    concurrency?: number
    pages?: Paging
    readError?: ErrorReading
    /** Headers in which the vendor says how long to wait, besides Retry-After. */
    retryHeaders?: (headers: Record<string, string>, now: Date) => number | undefined
    idempotencyHeader?: string
    /** Answers which statuses mean an expired token besides 401. */
    isExpired?: (answer: VendorAnswer<unknown>) => boolean
  }
  /** Whether the credentials work, and whose they are. */
  check(context: Context<Static<Settings>>): Promise<Account>
  webhook?: Webhook<Static<Settings>>
  capabilities: OfferedWith<Static<Settings>>
  /** Retry safety per operation where it differs from the operation's default (see `operations`). */
  repeat?: Partial<Record<OperationName, Repeat>>
}

type BaseUrl<Settings> = { of(given: { credentials: Record<string, string>; settings: Settings }): string }['of']

/** Capabilities whose functions see this connector's settings. */
export type OfferedWith<Settings> = {
  [C in CapabilityName]?: {
    [O in keyof NonNullable<Offered[C]>]?: NonNullable<NonNullable<Offered[C]>[O]> extends (
      context: Context,
      input: infer Input,
    ) => infer Output
      ? (context: Context<Settings>, input: Input) => Output
      : never
  }
}

/**
 * Declares a connector. It is the identity: its worth is that a mapping, a setting or a capability that does not fit does not compile.
 * A connector that verifies webhooks with something that is not a `Verify` does not compile either.
 */
export const defineConnector = <const Settings extends TObject>(connector: Connector<Settings>): Connector<Settings> =>
  connector

/** A connector of any settings, as the hub handles them. */
export type AnyConnector = Omit<Connector, 'settings' | 'http' | 'check' | 'capabilities' | 'webhook'> & {
  settings: TObject
  http: Omit<Connector['http'], 'baseUrl'> & {
    baseUrl: string | BaseUrl<Record<string, unknown>>
  }
  check(context: Context): Promise<Account>
  webhook?: Webhook
  capabilities: {
    [C in CapabilityName]?: {
      [O in keyof NonNullable<Offered[C]>]?: NonNullable<Offered[C]>[O] extends
        | Run<infer Input, infer Output>
        | undefined
        ? Method<Input, Output>
        : never
    }
  }
}

type Run<Input, Output> = (context: Context, input: Input) => Output
/** A function whose type gives way as a method's does, so that a connector of certain settings is also one of any. */
type Method<Input, Output> = { run(context: Context, input: Input): Output }['run']
