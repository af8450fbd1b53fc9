import type { InboundRequest } from '../kit/connector.ts'
import { createRedactor } from '../kit/redact.ts'
import type { Vault } from '../lib/vault.ts'

/** A request as a row of `inbound_webhooks` holds it. */
export type StoredRequest = {
  id: string
  method: string
  url: string
  path: string
  headers: Record<string, string>
  body: Buffer
  receivedAt: Date
}

/** Where the whole headers of a request stand, sealed, that was not found good yet. No header's name begins with a colon. */
const sealedName = ':sealed'
const contextOf = (id: string): string => `inbound-webhooks/${id}/request`

/**
 * Takes what proves a request out of what is stored of it in the clear. What could not be verified yet keeps its headers and URL
 * sealed as well, so that it can be verified once its secret is known.
 */
export function storable(
  request: InboundRequest,
  options: { id: string; secrets: readonly string[]; isVerified: boolean; vault: Vault },
): Pick<StoredRequest, 'headers' | 'url' | 'path' | 'body'> {
  const { id, secrets, isVerified, vault } = options
  const redactor = createRedactor(secrets)
  const headers = redactor.headers(request.headers)
  if (!isVerified) {
    const whole = JSON.stringify({ headers: request.headers, url: request.url })
    headers[sealedName] = vault.seal(whole, contextOf(id))
  }
  // Some vendors prove a request by a token in its body, which nobody asks for again.
  const hasSecret = isVerified && secrets.some((secret) => secret !== '' && request.rawBody.includes(secret))
  const body = hasSecret ? Buffer.from(redactor.text(request.rawBody.toString())) : request.rawBody
  return { headers, url: redactor.url(request.url), path: redactor.text(request.path), body }
}

/** The request again, as a connector reads it. Throws a `VaultError` where its seal cannot be opened. */
export function requestOf(row: StoredRequest, vault: Vault): InboundRequest {
  const sealed = row.headers[sealedName]
  const { headers, url } =
    sealed === undefined
      ? { headers: row.headers, url: row.url }
      : (JSON.parse(vault.open(sealed, contextOf(row.id))) as { headers: Record<string, string>; url: string })
  return {
    method: row.method,
    url,
    path: row.path,
    query: queryOf(url),
    headers,
    rawBody: row.body,
    receivedAt: row.receivedAt,
  }
}

/** The headers that may be seen. */
export const shownHeaders = ({ [sealedName]: _sealed, ...headers }: Record<string, string>): Record<string, string> =>
  headers

/** The last of each name in a query string. */
export function queryOf(url: string): Record<string, string> {
  const at = url.indexOf('?')
  return at < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(at + 1)))
}
