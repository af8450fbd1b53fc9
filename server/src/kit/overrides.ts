/**
 * A vendor's host → the base URL that stands in for it. Comes from the operator or the sandbox, never from a tenant. A key may go on
 * with the beginning of a path (`login.example.com/common`), for a host that vendors share.
 */
export type VendorOverrides = { readonly [host: string]: string }

/**
 * Answers where a call to a vendor's URL really goes: the same place, or what stands in for its host with the vendor's own path and
 * query after the prefix. `*.example.com` stands for subdomains; a host's own entry counts before it, and one with a path before both.
 */
export function overrideUrl(url: string, overrides: VendorOverrides): { url: string; isOverridden: boolean } {
  const { host, hostname, pathname, search } = new URL(url)
  const base =
    withPath(host, pathname, overrides) ?? overrides[host] ?? overrides[hostname] ?? wildcard(hostname, overrides)
  if (base === undefined) return { url, isOverridden: false }
  return { url: base.replace(/\/+$/, '') + pathname + search, isOverridden: true }
}

/** The entry of the longest beginning of the path. */
function withPath(host: string, pathname: string, overrides: VendorOverrides): string | undefined {
  for (let end = pathname.length; end > 0; end = pathname.lastIndexOf('/', end - 1)) {
    const base = overrides[host + pathname.slice(0, end)]
    if (base !== undefined) return base
  }
  return undefined
}

function wildcard(hostname: string, overrides: VendorOverrides): string | undefined {
  for (let dot = hostname.indexOf('.'); dot >= 0; dot = hostname.indexOf('.', dot + 1)) {
    const base = overrides[`*${hostname.slice(dot)}`]
    if (base !== undefined) return base
  }
  return undefined
}
