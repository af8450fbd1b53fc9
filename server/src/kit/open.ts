import type { Context } from './context.ts'
import { createVendorHttp, type VendorHttpOptions } from './http.ts'
import { inTurn, type Turns } from './in-turn.ts'
import type { LocalFiles } from './local-files.ts'
import { recentOf } from './recent.ts'
import { createVendorSession, type SessionOptions, type VendorSession } from './session.ts'

/** Makes what a connector's functions are given, for one integration and one operation. */
export function openContext(
  options: VendorHttpOptions &
    SessionOptions & {
      workspaceId: string
      integrationId: string
      localFiles?: LocalFiles | undefined
      /** How turns are taken among processes; without it they hold within this one. */
      turns?: Turns | undefined
    },
): Context {
  let { credentials } = options
  const { turns = (_, run) => run() } = options
  let session: VendorSession | undefined
  const http = createVendorHttp({
    ...options,
    async refresh() {
      const fresh = await options.refresh()
      if (fresh) credentials = fresh
      return fresh
    },
  })
  return {
    http,
    // Few connectors need one.
    get session() {
      session ??= createVendorSession(options)
      return session
    },
    localFiles: options.localFiles,
    settings: options.settings,
    // A refresh in the middle of an operation shows here as well.
    get credentials() {
      return credentials
    },
    workspaceId: options.workspaceId,
    integrationId: options.integrationId,
    // Those of this process wait for each other in memory, so that one of them at a time asks the database.
    inTurn: (key, run) => inTurn(`${options.integrationId}/${key}`, () => turns(key, run)),
    recent: recentOf(options.integrationId),
    now: () => new Date(options.clock.now()),
    log: options.log,
    signal: options.signal,
  }
}
