import type { AnyConnector } from '../kit/connector.ts'
import { readBody } from '../kit/http-body.ts'
import type { VendorAnswer } from '../kit/http-types.ts'
import { overrideUrl } from '../kit/overrides.ts'
import { createRedactor } from '../kit/redact.ts'
import { SendError, send } from '../lib/safe-fetch.ts'
import type { TokenRequest } from './oauth-client.ts'
import { OAuthFailure } from './oauth-failure.ts'
import type { Traffic } from './runner.ts'

/** The longest that a token endpoint is waited for. Leases of a refresh last longer. */
export const tokenTimeoutMs = 15_000
const largestAnswer = 256 * 1_024

type Vendor = Pick<AnyConnector, 'id' | 'name' | 'recordAs'>

export type TokenEndpoint = (vendor: Vendor, request: TokenRequest) => Promise<VendorAnswer<unknown>>

/**
 * Makes the one way to vendors' token endpoints: the same agents, overrides and records as every other call, and nothing tried twice.
 * What it answers throws `OAuthFailure` (`outage`) where no answer comes.
 */
export function createTokenEndpoint({ traffic }: { traffic: Traffic }): TokenEndpoint {
  return async (vendor, request) => {
    const { url, isOverridden } = overrideUrl(request.url, traffic.overrides)
    const { origin, pathname, search } = new URL(url)
    const startedAt = performance.now()
    const tell = (status: number, headers: Record<string, string>, body: unknown, error?: string) => {
      const redactor = createRedactor([...request.secrets, ...tokensIn(body)])
      traffic.record?.({
        vendor: vendor.recordAs ?? vendor.id,
        method: 'POST',
        url: redactor.url(request.url),
        requestHeaders: redactor.headers(request.headers),
        requestBody: redactor.body(request.fields),
        status,
        responseHeaders: redactor.headers(headers),
        responseBody: redactor.body(body),
        durationMs: Math.round(performance.now() - startedAt),
        attempt: 1,
        ...(error === undefined ? {} : { error: redactor.text(error) }),
      })
    }
    try {
      const raw = await send(isOverridden ? traffic.overrideAgent : traffic.agent, {
        origin,
        path: pathname + search,
        method: 'POST',
        headers: request.headers,
        body: request.body,
        timeoutMs: tokenTimeoutMs,
        maxBytes: largestAnswer,
      })
      const headers = flat(raw.headers)
      const body = bodyOf(raw.bodyHead, headers['content-type'])
      tell(raw.status, headers, body ?? null)
      return { status: raw.status, headers, body }
    } catch (error) {
      if (!(error instanceof SendError)) throw error
      tell(0, {}, null, error.message)
      throw new OAuthFailure('outage', `${vendor.name} could not be reached for a token (${error.code})`, {
        cause: error,
      })
    }
  }
}

/** A page of HTML where JSON was due says no more than its status does. */
function bodyOf(text: string, type: string | undefined): unknown {
  try {
    return readBody(text, type)
  } catch {
    return undefined
  }
}

const tokensIn = (body: unknown): string[] =>
  typeof body === 'object' && body !== null
    ? Object.entries(body).flatMap(([name, value]) => (/token/i.test(name) && typeof value === 'string' ? [value] : []))
    : []

const flat = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
