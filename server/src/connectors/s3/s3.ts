import { defineConnector, encrypted, keys, type Paging, Type, type VendorAnswer } from '../../kit/index.ts'
import { bucketUrl, pathOf } from './places.ts'
import { settings } from './settings.ts'
import { sign } from './signing.ts'
import { storage } from './storage.ts'
import { readXml } from './xml.ts'

export const s3 = defineConnector({
  id: 's3',
  name: 'S3 storage',
  category: 'storage',
  description:
    'Keeps files in Amazon S3 or any storage that speaks its language: Cloudflare R2, DigitalOcean Spaces, MinIO.',
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html',
  apiVersion: '2006-03-01',
  recordAs: 'aws-s3',
  settings,

  auth: [
    keys({
      fields: Type.Object({
        accessKeyId: encrypted(
          Type.String({ title: 'Access key ID', minLength: 3, maxLength: 128, pattern: '^[\\w-]+$' }),
        ),
        secretAccessKey: encrypted(Type.String({ title: 'Secret access key', minLength: 6, maxLength: 256 })),
        sessionToken: Type.Optional(
          encrypted(Type.String({ title: 'Session token', description: 'Of temporary keys only.', maxLength: 4_096 })),
        ),
      }),
      sign,
    }),
  ],

  http: {
    baseUrl: ({ settings }) => bucketUrl(settings),
    headers: { accept: '*/*' },
    // S3 itself takes 3,500 writes a second for each prefix; smaller ones take less, and say 503 SlowDown.
    rateLimit: { requests: 200, perMs: 1_000 },
    concurrency: 16,
    pages: listPages(),
    readError,
  },

  /** Lists, stores and deletes, since keys may be allowed one and not the other. */
  async check(context) {
    const { http, settings } = context
    await http.get('', { 'list-type': 2, 'max-keys': 1 })
    const path = pathOf(context, '.tenon-check')
    await http.put(path, undefined, { bytes: { content: Buffer.from('ok'), type: 'text/plain' } })
    await http.delete(path)
    return { name: `${settings.bucketName} at ${new URL(bucketUrl(settings)).host}` }
  },

  capabilities: { storage },
})

/** Pages of ListObjectsV2, which are XML. */
function listPages(): Paging {
  return {
    first: { 'list-type': 2, 'max-keys': 1_000 },
    items: (body) => (resultOf(body)?.Contents as unknown[] | undefined) ?? [],
    next: ({ body }) => {
      const token = resultOf(body)?.NextContinuationToken
      return typeof token === 'string' && token !== '' ? { query: { 'continuation-token': token } } : undefined
    },
  }
}

const resultOf = (body: unknown) => readXml(body)?.ListBucketResult as Record<string, unknown> | undefined

const wrongKeys = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'AuthorizationHeaderMalformed',
])

/** S3 says `<Error><Code>…</Code><Message>…</Message></Error>`; 403 is both a wrong key and a missing permission. */
function readError({ status, body }: VendorAnswer<unknown>) {
  const error = readXml(body)?.Error as { Code?: string; Message?: string; Endpoint?: string } | undefined
  if (error?.Code === undefined) return undefined
  const { Code: vendorCode, Message: message = vendorCode, Endpoint: endpoint } = error
  const told = endpoint === undefined ? message : `${message} (${endpoint})`
  if (wrongKeys.has(vendorCode)) return { code: 'AUTH_ERROR', message: told, vendorCode }
  if (vendorCode === 'SlowDown' || vendorCode === 'TooManyRequests')
    return { code: 'RATE_LIMIT_EXCEEDED', message: told, vendorCode }
  if (status === 301 || vendorCode === 'PermanentRedirect')
    return { code: 'CONFIG_SCHEMA_INVALID', message: `${told} Check the region.`, vendorCode }
  return { message: told, vendorCode }
}
