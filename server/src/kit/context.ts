import type { Log } from '../lib/log.ts'
import type { VendorHttp } from './http-types.ts'
import type { Turns } from './in-turn.ts'
import type { LocalFiles } from './local-files.ts'
import type { Recent } from './recent.ts'
import type { VendorSession } from './session.ts'

/** What every function of a connector is given. */
export type Context<Settings = Record<string, unknown>, Credentials = Record<string, string>> = {
  http: VendorHttp
  /** For a vendor that speaks another protocol. */
  session: VendorSession
  /** For what is kept on the hub's own disk; undefined where the hub has none. */
  localFiles: LocalFiles | undefined
  /** The integration's configuration, validated against the connector's schema. */
  settings: Settings
  /** Opened credentials: tokens, keys, and what was kept of the token answer. Never logged, never returned. */
  credentials: Credentials
  /** Whose integration it is: what is kept for several tenants at one vendor is divided by it. */
  workspaceId: string
  /** Tells one integration from another, for keys that must be unique to it. */
  integrationId: string
  /**
   * Does things of one key of this integration one after another, in whatever process of the hub: for vendors that cannot upsert, so that
   * two calls at the same moment do not both look, find nothing and create.
   */
  inTurn: Turns
  /** What was made a moment ago: for vendors whose search finds it only seconds later. */
  recent: Recent
  now(): Date
  log: Log
  signal: AbortSignal
}
