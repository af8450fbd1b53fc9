import type { Context } from './context.ts'
import { createVendorHttp, type VendorHttpOptions } from './http.ts'
import type { LocalFiles } from './local-files.ts'
import { createVendorSession, type SessionOptions, type VendorSession } from './session.ts'

/** Makes what a connector's functions are given, for one integration and one operation. */
export function openContext(
  options: VendorHttpOptions &
    SessionOptions & { workspaceId: string; integrationId: string; localFiles?: LocalFiles | undefined },
): Context {
  let { credentials } = options
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
    now: () => new Date(options.clock.now()),
    log: options.log,
    signal: options.signal,
  }
}
