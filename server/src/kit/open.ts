import type { Context } from './context.ts'
import { createVendorHttp, type VendorHttpOptions } from './http.ts'

/** Makes what a connector's functions are given, for one integration and one operation. */
export function openContext(options: VendorHttpOptions & { integrationId: string }): Context {
  let { credentials } = options
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
    settings: options.settings,
    // A refresh in the middle of an operation shows here as well.
    get credentials() {
      return credentials
    },
    integrationId: options.integrationId,
    now: () => new Date(options.clock.now()),
    log: options.log,
    signal: options.signal,
  }
}
