import { createHash } from 'node:crypto'
import type { InboundRequest, Verify } from './connector.ts'
import {
  basicAuth,
  ecdsa,
  ed25519,
  guarded,
  headerOf,
  hmac,
  hmacWithTimestamp,
  isSame,
  judged,
  matchesAny,
  refused,
  token,
} from './verify.ts'

/** GoHighLevel's public key (https://marketplace.gohighlevel.com/docs/webhook/WebhookIntegrationGuide); given secrets stand beside it. */
const goHighLevelKey = 'MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg='

/** How each vendor signs its webhooks. What the secret is stands with each. */
export const schemes = {
  /** The application's client secret. https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests */
  hubspot: (): Verify =>
    hmacWithTimestamp({
      header: 'X-HubSpot-Signature-v3',
      timestampHeader: 'X-HubSpot-Request-Timestamp',
      unit: 'ms',
      encoding: 'base64',
      signed: (timestamp, request) => [request.method, decodedUri(request.url), request.rawBody, timestamp],
    }),
  /** The application's client secret, in HubSpot's older ways, which are plain hashes without a time. */
  hubspotLegacy: (): Verify =>
    guarded((request, secrets) => {
      const given = headerOf(request, 'X-HubSpot-Signature')
      if (given === undefined) return refused('the header X-HubSpot-Signature is missing')
      const parts = headerOf(request, 'X-HubSpot-Signature-Version') === 'v2' ? [request.method, request.url] : []
      const fits = secrets.map((secret) => {
        const hash = createHash('sha256')
          .update([secret, ...parts].join(''))
          .update(request.rawBody)
        return isSame(given, hash.digest('hex'))
      })
      return judged(fits.includes(true))
    }),
  /** The subscription's signing key. https://developer.calendly.com/api-docs/webhook-signatures */
  calendly: (): Verify =>
    hmacWithTimestamp({
      header: 'Calendly-Webhook-Signature',
      pairs: { timestamp: 't', signature: 'v1' },
      toleranceMs: 180_000,
      signed: stamped('.'),
    }),
  /** The webhook's secret. */
  calcom: (): Verify => hmac({ header: 'X-Cal-Signature-256' }),
  /** The endpoint's `whsec_…` as it stands. https://docs.stripe.com/webhooks#verify-manually */
  stripe: (): Verify =>
    hmacWithTimestamp({
      header: 'Stripe-Signature',
      pairs: { timestamp: 't', signature: 'v1' },
      signed: stamped('.'),
    }),
  /** The account's auth token. https://www.twilio.com/docs/usage/security */
  twilio: (): Verify =>
    guarded((request, secrets) => {
      const given = headerOf(request, 'X-Twilio-Signature')
      if (given === undefined) return refused('the header X-Twilio-Signature is missing')
      const hash = request.query.bodySHA256
      if (hash !== undefined && !isSame(hash.toLowerCase(), sha256(request.rawBody))) {
        return refused('the body is not what its hash says')
      }
      const parameters = hash === undefined ? formParts(request) : ''
      // Twilio signs the URL as it was configured, with or without the port that goes without saying.
      const fits = withAndWithoutPort(request.url).map((url) =>
        matchesAny(secrets, [url, parameters], [given], { algorithm: 'sha1', encoding: 'base64' }),
      )
      return judged(fits.includes(true))
    }),
  /**
   * The public key that the settings show. Nothing says that a repeated request is signed anew, and SendGrid repeats for a day, hence
   * the wide window; each event has an id by which repetitions are dropped.
   * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
   */
  sendgrid: (): Verify =>
    ecdsa({
      header: 'X-Twilio-Email-Event-Webhook-Signature',
      timestampHeader: 'X-Twilio-Email-Event-Webhook-Timestamp',
      toleranceMs: 25 * 3_600_000,
    }),
  /** GoHighLevel's own key, and any that are given. Their webhooks carry an id and a time in the body. */
  goHighLevel: (): Verify => ed25519({ header: 'X-GHL-Signature', publicKey: goHighLevelKey }),
  /** The application's secret. https://developers.facebook.com/docs/graph-api/webhooks/getting-started */
  meta: (): Verify => hmac({ header: 'X-Hub-Signature-256', prefix: 'sha256=' }),
  /** The API key that bears the webhook badge. */
  retell: (): Verify =>
    hmacWithTimestamp({
      header: 'X-Retell-Signature',
      pairs: { timestamp: 'v', signature: 'd' },
      unit: 'ms',
      signed: (timestamp, request) => [request.rawBody, timestamp],
    }),
  /** The signing secret of the company's webhook settings. */
  housecallPro: (): Verify =>
    hmacWithTimestamp({ header: 'Api-Signature', timestampHeader: 'Api-Timestamp', signed: stamped('.') }),
  /** The application's signing secret. https://docs.slack.dev/authentication/verifying-requests-from-slack */
  slack: (): Verify =>
    hmacWithTimestamp({
      header: 'X-Slack-Signature',
      timestampHeader: 'X-Slack-Request-Timestamp',
      prefix: 'v0=',
      signed: (timestamp, request) => ['v0:', timestamp, ':', request.rawBody],
    }),
  /** The password the hub gave; nothing is signed. */
  pipedrive: (): Verify => basicAuth(),
  /** The token the hub gave the channel. https://developers.google.com/workspace/calendar/api/guides/push */
  google: (): Verify => token({ header: 'X-Goog-Channel-Token' }),
  /** The token the hub gave the channel. */
  zoho: (): Verify => token({ field: 'token' }),
  /** The `clientState` the hub gave the subscription. */
  microsoftGraph: (): Verify => token({ field: 'clientState', each: 'value' }),
  /** A secret in a header of our choosing, for vendors that add fixed headers (Dataverse) or whatever a person configures. */
  headerSecret: (header = 'X-Webhook-Secret'): Verify => token({ header }),
  /** A secret in the URL, for vendors that cannot send anything else (Salesforce outbound messages). */
  urlSecret: (name = 'secret'): Verify => token({ query: name }),
} as const

function stamped(separator: string) {
  return (timestamp: string, request: InboundRequest) => [timestamp, separator, request.rawBody]
}

const sha256 = (body: Buffer) => createHash('sha256').update(body).digest('hex')

/** HubSpot signs the URL after undoing these escapes, and only these. */
const hubspotEscapes: Record<string, string> = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
}
const decodedUri = (url: string) => url.replace(/%[0-9A-F]{2}/gi, (code) => hubspotEscapes[code.toUpperCase()] ?? code)

/** Names in order, each followed by its values: without repetitions, in order. */
function formParts(request: InboundRequest): string {
  const type = headerOf(request, 'content-type') ?? ''
  if (!type.toLowerCase().startsWith('application/x-www-form-urlencoded')) return ''
  const values = new Map<string, Set<string>>()
  for (const [name, value] of new URLSearchParams(request.rawBody.toString())) {
    values.set(name, (values.get(name) ?? new Set()).add(value))
  }
  return [...values.keys()]
    .sort()
    .flatMap((name) => [...values.get(name)!].sort().map((value) => name + value))
    .join('')
}

/** A URL as given, with its default port, and without it. Spliced rather than re-serialised, since every byte counts. */
function withAndWithoutPort(url: string): string[] {
  const [, scheme, authority, rest] = /^(https?):\/\/([^/?#]*)(.*)$/i.exec(url) ?? []
  if (scheme === undefined || authority === undefined || rest === undefined) return [url]
  const port = scheme.toLowerCase() === 'https' ? ':443' : ':80'
  const bare = authority.endsWith(port) ? authority.slice(0, -port.length) : authority
  const hasOtherPort = /:\d+$/.test(bare)
  return hasOtherPort ? [url] : [`${scheme}://${bare}${rest}`, `${scheme}://${bare}${port}${rest}`]
}
