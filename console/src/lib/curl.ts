import type { DeliveryTrace } from 'tenon-sdk'

export type DeliveryRequest = NonNullable<DeliveryTrace['request']>

/** The request as a curl command for a POSIX shell. */
export function curlOfRequest({ method, url, headers, body }: DeliveryRequest): string {
  const headerLines = Object.entries(headers)
    .filter(([name]) => !['content-length', 'host', 'connection'].includes(name.toLowerCase()))
    .map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`)
  return [`curl -X ${method} ${quoted(url)}`, ...headerLines, ...(body ? [`--data-raw ${quoted(body)}`] : [])].join(
    ' \\\n  ',
  )
}

/** A curl command that publishes one event to the hub at `origin`. */
export const curlOfPublish = (origin: string, apiKey: string, type: string, payload: unknown): string =>
  curlOfRequest({
    method: 'POST',
    url: `${origin}/api/events`,
    headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ type, payload }),
  })

/** Single quotes keep everything but themselves; those are closed, escaped and opened again. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
