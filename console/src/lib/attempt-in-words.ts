import type { Attempt, DeliveryStatus } from 'tenon-sdk'
import { formatDuration } from './format.ts'

/** What an attempt's end means and, where it failed, what the reader can do about it. */
export function attemptInWords({
  statusCode,
  durationMs,
  outcome,
  error,
}: Omit<Attempt, 'attempt' | 'at' | 'response'>): string {
  if (outcome === 'delivered')
    return `The endpoint answered ${statusCode ?? 'with success'} in ${formatDuration(durationMs)}.`
  if (statusCode !== null) return statusInWords(statusCode)
  return connectionInWords(error ?? '', durationMs)
}

function statusInWords(status: number): string {
  if (status >= 300 && status < 400)
    return `The endpoint redirected (${status}). Redirects are not followed: enter the final address as the endpoint’s URL.`
  if (status === 400 || status === 422)
    return `The endpoint did not accept the content (${status}). Its answer below usually says what it misses.`
  if (status === 401 || status === 403)
    return `The endpoint refused the sender (${status}). Check that it verifies with the current secret, and whether it wants a header of its own.`
  if (status === 404 || status === 405)
    return `Nothing at this address takes webhooks (${status}). Check the path of the endpoint’s URL.`
  if (status === 408) return 'The endpoint gave up waiting for the request (408).'
  if (status === 410) return 'The endpoint said that it is gone for good (410), so it was disabled.'
  if (status === 413)
    return 'The endpoint found the event too large (413). Raise its limit; events are at most 256 KiB.'
  if (status === 429)
    return 'The endpoint asked to slow down (429). A rate limit on the endpoint keeps below what it can take.'
  if (status === 503) return 'The endpoint is not available at the moment (503).'
  if (status >= 500) return `The endpoint failed while handling the event (${status}). Its own log knows why.`
  return `The endpoint answered ${status}; only 2xx counts as delivered.`
}

function connectionInWords(error: string, durationMs: number): string {
  const known: [RegExp, string][] = [
    [
      /private|loopback|reserved|link-local|not allowed|ADDRESS_REFUSED/i,
      'The address is not one that this hub may call: private and reserved addresses are refused.',
    ],
    [
      /took longer|timeout|timed out/i,
      `The endpoint did not answer within ${formatDuration(durationMs)}. It should answer first and work afterwards, or be given a longer timeout.`,
    ],
    [
      /ENOTFOUND|EAI_AGAIN|resolve|DNS/i,
      'The host name of the URL could not be resolved. Check its spelling and its DNS record.',
    ],
    [
      /ECONNREFUSED|refused/i,
      'Nothing accepts connections at this address. Is the receiver running, and is the port right?',
    ],
    [/certificate|TLS|SSL/i, 'The receiver’s TLS certificate could not be verified.'],
    [/ECONNRESET|socket|closed/i, 'The receiver closed the connection before it answered.'],
  ]
  return known.find(([pattern]) => pattern.test(error))?.[1] ?? 'No answer arrived from the endpoint.'
}

/** Where a delivery stands, as one sentence without its times. */
export const statusInSentence: Record<DeliveryStatus, string> = {
  pending: 'Waiting for its first attempt.',
  retrying: 'Failed so far and will be tried again.',
  delivered: 'The endpoint has it.',
  dead: 'Given up after the last attempt. Replay it once the endpoint works again.',
  cancelled: 'Cancelled; it will not be tried again unless replayed.',
}

/** The same of a delivery to an integration, which becomes operations at its vendor. */
export const integrationStatusInSentence: Record<DeliveryStatus, string> = {
  pending: 'Waiting for its turn.',
  retrying: 'Failed so far and will be tried again.',
  delivered: 'The vendor has it.',
  dead: 'Given up. Replay it once the integration works again.',
  cancelled: 'Cancelled; it will not be tried again unless replayed.',
}

const disabledReasons: Record<string, string> = {
  manual: 'It was switched off by hand',
  gone: 'It answered 410, which says that it is gone for good',
  failing: 'It did nothing but fail for days',
}

/** Why an endpoint gets nothing. */
export const disabledReasonInWords = (reason: string | null): string =>
  disabledReasons[reason ?? 'manual'] ?? 'It was switched off'

const ends: Record<string, string> = {
  exhausted: 'Every attempt failed.',
  rejected: 'The endpoint refused it for good, so it was not tried again.',
  expired: 'It waited for too long to be worth delivering.',
}

/** Why a delivery ended as it did; `reason` is a word of the hub, a colon and the last error. */
export function reasonInWords(reason: string, isIntegration = false): string {
  const [, word = '', error = ''] = /^(\w+)(?:: (.*))?$/s.exec(reason) ?? []
  const end = isIntegration ? ends[word]?.replace('The endpoint', 'The vendor') : ends[word]
  return end ? [end, error && `The last one ended with: ${error}`].filter(Boolean).join(' ') : reason
}
