/** A vendor's host → the base URL that stands in for it. Comes from the operator or the sandbox, never from a tenant. */
export type VendorOverrides = { readonly [host: string]: string }

/**
 * Answers where a call to a vendor's URL really goes: the same place, or what stands in for its host with the vendor's own path and
 * query after the prefix. `*.example.com` stands for subdomains; a host's own entry counts before it.
 */
export function overrideUrl(url: string, overrides: VendorOverrides): { url: string; isOverridden: boolean } {
  const { host, hostname, pathname, search } = new URL(url)
  const base = overrides[host] ?? overrides[hostname] ?? wildcard(hostname, overrides)
  if (base === undefined) return { url, isOverridden: false }
  return { url: base.replace(/\/+$/, '') + pathname + search, isOverridden: true }
}

/**
 * Reads `TENON_VENDOR_OVERRIDES`: `{ "api.hubapi.com": "http://127.0.0.1:4010/hubspot" }`.
 * @throws Error whose message completes "TENON_VENDOR_OVERRIDES must be …"
 */
export function readOverrides(text: string): VendorOverrides {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    read = undefined
  }
  const isMap = typeof read === 'object' && read !== null && !Array.isArray(read)
  if (!isMap || !Object.values(read as object).every(isBase)) {
    throw new Error('a JSON object of host names and the http:// or https:// URLs that stand in for them')
  }
  return read as VendorOverrides
}

const isBase = (value: unknown): boolean =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)

function wildcard(hostname: string, overrides: VendorOverrides): string | undefined {
  for (let dot = hostname.indexOf('.'); dot >= 0; dot = hostname.indexOf('.', dot + 1)) {
    const base = overrides[`*${hostname.slice(dot)}`]
    if (base !== undefined) return base
  }
  return undefined
}
