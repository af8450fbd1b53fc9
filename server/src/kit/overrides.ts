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

function wildcard(hostname: string, overrides: VendorOverrides): string | undefined {
  for (let dot = hostname.indexOf('.'); dot >= 0; dot = hostname.indexOf('.', dot + 1)) {
    const base = overrides[`*${hostname.slice(dot)}`]
    if (base !== undefined) return base
  }
  return undefined
}
