import aws4 from 'aws4'
import type { S3Context, Settings } from './settings.ts'

type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined }

/** What of a signed request is sent along: the signature, and what it covers besides the request itself. */
const sent = ['Authorization', 'X-Amz-Date', 'X-Amz-Content-Sha256', 'X-Amz-Security-Token']

/**
 * Signs a request by Signature Version 4 (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html), the body
 * included, so that nobody on the way can change what is stored.
 */
export function sign(
  request: {
    method: string
    url: string
    headers: Record<string, string>
    body: string | Uint8Array | undefined
    settings: object
    now: Date
  },
  keys: Keys,
): Record<string, string> {
  const { host, pathname, search } = new URL(request.url)
  const { body } = request
  const { headers = {} } = aws4.sign(
    {
      service: 's3',
      region: (request.settings as Settings).region,
      method: request.method,
      host,
      path: pathname + search,
      headers: { 'X-Amz-Date': basic(request.now), ...pick(request.headers, ['content-type', 'if-none-match']) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : Buffer.from(body) }),
    },
    keys,
  )
  return Object.fromEntries(
    sent.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  )
}

/**
 * Makes a URL of a file that works without credentials until it expires, at most a week
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
 */
export function signedUrl(
  { credentials, settings, now }: Pick<S3Context, 'credentials' | 'settings' | 'now'>,
  url: string,
  expiresInSeconds: number,
  parameters: Record<string, string>,
): string {
  const { host, origin, pathname } = new URL(url)
  const query = new URLSearchParams({
    ...parameters,
    'X-Amz-Expires': String(expiresInSeconds),
    'X-Amz-Date': basic(now()),
  })
  const { path } = aws4.sign(
    {
      service: 's3',
      region: settings.region,
      method: 'GET',
      host,
      path: `${pathname}?${query}`,
      signQuery: true,
    },
    credentials as Keys,
  )
  return `${origin}${path}`
}

/** ISO 8601 without punctuation, as in `20260225T140000Z`. */
const basic = (at: Date): string => `${at.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`

const pick = (headers: Record<string, string>, names: string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])))
