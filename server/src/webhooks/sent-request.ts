import { aliasedTypes } from '../events/event-patterns.ts'
import type { EventRow } from '../events/queries.ts'
import { showHeaders } from './custom-headers.ts'
import { bodyOf } from './delivery-kind.ts'
import type { EndpointRow } from './queries.ts'
import type { SentRequest } from './schema.ts'
import { activeAt } from './secrets.ts'
import { ownHeaders } from './settings.ts'

/**
 * The request of a delivery, made again from its event and its endpoint as it is now: attempts keep no copy. Signatures are
 * described rather than made, so that the answer holds nothing that could be sent to the receiver as ours.
 */
export function sentRequest(event: EventRow, endpoint: EndpointRow, lastAttemptAt: Date | null): SentRequest {
  const type = aliasedTypes(endpoint.events)?.get(event.type) ?? event.type
  const at = lastAttemptAt ?? new Date()
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  const secrets = activeAt(endpoint.secrets, at.getTime()).length
  const each = secrets > 1 ? `, one for each of ${secrets} secrets` : ''
  const own = Object.fromEntries(
    ownHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, ownHeaders[index + 1]!]] : [])),
  )
  return {
    method: 'POST',
    url: endpoint.url,
    headers: {
      'webhook-id': event.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,<base64 of HMAC-SHA256 over "${event.id}.${timestamp}." and the body${each}>${endpoint.signingKey ? ' v1a,<base64 of ed25519 over the same>' : ''}`,
      'X-Webhook-Signature': `<hex of HMAC-SHA256 over "${timestamp}." and the body${each}>`,
      'X-Webhook-Timestamp': timestamp,
      'X-Webhook-Event': type,
      ...own,
      ...showHeaders(endpoint.headers),
    },
    body: bodyOf(event, type),
  }
}
