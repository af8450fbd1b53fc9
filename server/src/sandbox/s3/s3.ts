import { createHash, timingSafeEqual } from 'node:crypto'
import aws4 from 'aws4'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type Account, type Answer, defineEmulator, type Failure, refusal, type World } from '../emulator.ts'

type StoredObject = { key: string; base64: string; contentType: string; etag: string }
type Upload = { key: string; contentType: string; parts: { [number: string]: { base64: string; etag: string } } }

export const sandboxKeys = { accessKeyId: 'AKIASANDBOX', secretAccessKey: 'sandbox-secret-access-key' }
const smallestPart = 5 * 1_048_576
const regions = ['us-east-1', 'eu-central-1']

/**
 * Amazon S3: objects, multipart uploads, listings, and Signature Version 4 in headers and in URLs, which is verified over the request
 * as the vendor's host would have seen it. The bucket is the account: whichever is named, it is there, except `missing`.
 */
export const s3 = defineEmulator({
  id: 's3',
  name: 'Amazon S3',
  hosts: regions.map((region) => `s3.${region}.amazonaws.com`),
  keys: { [sandboxKeys.accessKeyId]: 'sandbox' },
  bodies: ['bytes'],
  tokenOf: (request) => credentialOf(request)?.accessKeyId,
  headers: (_, world) => ({
    'x-amz-request-id': `SANDBOX${world.nextId('request')}`,
    'content-type': 'application/xml',
  }),
  refuse,

  routes(api, world) {
    const bucket = { params: Type.Object({ bucket: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$' }) }) }
    const object = { params: Type.Object({ bucket: Type.String(), '*': Type.String({ minLength: 1 }) }) }
    const optional = <const Name extends string>(name: Name) =>
      ({ [name]: Type.Optional(Type.String()) }) as { [N in Name]: ReturnType<typeof optionalText> }
    const signature = Object.assign(
      {},
      ...[
        'X-Amz-Algorithm',
        'X-Amz-Credential',
        'X-Amz-Date',
        'X-Amz-Expires',
        'X-Amz-SignedHeaders',
        'X-Amz-Signature',
        'X-Amz-Security-Token',
        'response-content-disposition',
        // Amazon's own clients name the operation.
        'x-id',
      ].map(optional),
    )

    api.addHook('preHandler', async (request) => {
      if (!request.is404) verify(request, world)
    })

    const listing = Type.Object({
      'list-type': Type.Literal('2'),
      'max-keys': Type.Optional(Type.Integer({ minimum: 0 })),
      ...optional('prefix'),
      ...optional('continuation-token'),
    })
    api.get('/:bucket', { schema: { ...bucket, querystring: listing } }, async (request) => {
      const { prefix = '', 'max-keys': limit = 1_000, 'continuation-token': cursor } = request.query
      const { items, next } = objectsOf(world, request).page({
        where: ({ data }) => data.key.startsWith(prefix),
        limit: Math.max(1, Math.min(limit, 1_000)),
        cursor,
      })
      const contents = items.map(
        ({ data, updatedAt }) =>
          `<Contents><Key>${escapeXml(data.key)}</Key><LastModified>${new Date(updatedAt).toISOString()}</LastModified><ETag>&quot;${data.etag}&quot;</ETag><Size>${Buffer.from(data.base64, 'base64').length}</Size></Contents>`,
      )
      return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${contents.join('')}${next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}</ListBucketResult>`
    })

    api.get('/:bucket/*', { schema: { ...object, querystring: Type.Object(signature) } }, async (request, reply) => {
      const found = objectsOf(world, request).find(({ data }) => data.key === keyOf(request))
      if (!found) throw failure(404, 'NoSuchKey', 'The specified key does not exist.')
      const disposition = (request.query as Record<string, string>)['response-content-disposition']
      if (disposition !== undefined) reply.header('content-disposition', disposition)
      reply.header('etag', `"${found.data.etag}"`).header('content-type', found.data.contentType)
      return Buffer.from(found.data.base64, 'base64')
    })

    const part = Type.Object({
      ...optional('x-id'),
      partNumber: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
      ...optional('uploadId'),
    })
    api.put('/:bucket/*', { schema: { ...object, querystring: part } }, async (request, reply) => {
      const bytes = world.bytesOf(request)
      const { partNumber, uploadId } = request.query
      const etag = md5(bytes)
      if (uploadId !== undefined) {
        const { data } = needUpload(world, request, uploadId)
        const base64 = bytes.toString('base64')
        uploadsOf(world, request).update(uploadId, { parts: { ...data.parts, [String(partNumber)]: { base64, etag } } })
      } else store(objectsOf(world, request), keyOf(request), bytes, contentTypeOf(request), etag)
      return empty(reply.header('etag', `"${etag}"`))
    })

    const post = Type.Object({ ...optional('x-id'), ...optional('uploads'), ...optional('uploadId') })
    api.post('/:bucket/*', { schema: { ...object, querystring: post } }, async (request) => {
      const { uploads, uploadId } = request.query
      if (uploads !== undefined) {
        const upload = { key: keyOf(request), contentType: contentTypeOf(request), parts: {} }
        const { id } = uploadsOf(world, request).create(upload, `upload-${world.nextId('upload')}`)
        return `<?xml version="1.0" encoding="UTF-8"?>\n<InitiateMultipartUploadResult><Key>${escapeXml(upload.key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`
      }
      if (uploadId === undefined) throw failure(400, 'InvalidRequest', 'There is nothing to do.')
      const { data } = needUpload(world, request, uploadId)
      const parts = wantedParts(world.bytesOf(request).toString(), data)
      const bytes = Buffer.concat(parts.map(({ base64 }) => Buffer.from(base64, 'base64')))
      const etag = `${md5(Buffer.from(parts.map((one) => one.etag).join(''), 'hex'))}-${parts.length}`
      store(objectsOf(world, request), data.key, bytes, data.contentType, etag)
      uploadsOf(world, request).purge(uploadId)
      return `<?xml version="1.0" encoding="UTF-8"?>\n<CompleteMultipartUploadResult><Key>${escapeXml(data.key)}</Key><ETag>&quot;${etag}&quot;</ETag></CompleteMultipartUploadResult>`
    })

    api.delete(
      '/:bucket/*',
      { schema: { ...object, querystring: Type.Object(optional('uploadId')) } },
      async (request, reply) => {
        const { uploadId } = request.query as { uploadId?: string }
        if (uploadId !== undefined) uploadsOf(world, request).purge(needUpload(world, request, uploadId).id)
        else {
          const found = objectsOf(world, request).find(({ data }) => data.key === keyOf(request))
          if (found) objectsOf(world, request).purge(found.id)
        }
        return empty(reply.code(204))
      },
    )
  },

  actions: (world) => ({
    /** What a bucket of the account holds. */
    objects: (account = 'sandbox') =>
      recordsOf(world.account(account))
        .list()
        .map(({ data }) => ({
          key: data.key,
          content: Buffer.from(data.base64, 'base64'),
          contentType: data.contentType,
        })),
  }),
})

const optionalText = () => Type.Optional(Type.String())
const recordsOf = (account: Account) => account.records<StoredObject>('objects')
const objectsOf = (world: World, request: FastifyRequest) => {
  if ((request.params as { bucket: string }).bucket === 'missing')
    throw failure(404, 'NoSuchBucket', 'The specified bucket does not exist')
  return recordsOf(world.accountOf(request))
}
const uploadsOf = (world: World, request: FastifyRequest) => world.accountOf(request).records<Upload>('uploads')
const keyOf = (request: FastifyRequest): string => (request.params as { '*': string })['*']
const contentTypeOf = ({ headers }: FastifyRequest): string => headers['content-type'] ?? 'binary/octet-stream'
const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex')

function needUpload(world: World, request: FastifyRequest, id: string) {
  const found = uploadsOf(world, request).get(id)
  if (!found || found.data.key !== keyOf(request))
    throw failure(404, 'NoSuchUpload', 'The specified multipart upload does not exist.')
  return found
}

function store(
  records: ReturnType<typeof recordsOf>,
  key: string,
  bytes: Buffer,
  contentType: string,
  etag: string,
): void {
  const object = { key, base64: bytes.toString('base64'), contentType, etag }
  const found = records.find(({ data }) => data.key === key)
  if (found) records.update(found.id, object)
  else records.create(object)
}

function wantedParts(xml: string, { parts }: Upload): { base64: string; etag: string }[] {
  const named = [
    ...xml.matchAll(
      /<Part>\s*<PartNumber>(\d+)<\/PartNumber>\s*<ETag>(?:&#34;|&quot;|")?([^<"&]+)(?:&#34;|&quot;|")?<\/ETag>\s*<\/Part>/g,
    ),
  ]
  if (named.length === 0) throw failure(400, 'MalformedXML', 'The XML you provided was not well-formed')
  return named.map(([, number = '', etag], index) => {
    const found = parts[number]
    if (!found || found.etag !== etag)
      throw failure(400, 'InvalidPart', 'One or more of the specified parts could not be found.')
    const isLast = index === named.length - 1
    if (index > 0 && Number(number) <= Number(named[index - 1]?.[1]))
      throw failure(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.')
    if (!isLast && Buffer.from(found.base64, 'base64').length < smallestPart)
      throw failure(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
    return found
  })
}

/** `AKIA…/20260225/us-east-1/s3/aws4_request`, from the header or the URL. */
function credentialOf(request: FastifyRequest): { accessKeyId: string; region: string } | undefined {
  const { 'X-Amz-Credential': inUrl } = request.query as Record<string, string | undefined>
  const credential = inUrl ?? /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1]
  const [accessKeyId, , region, service] = credential?.split('/') ?? []
  return accessKeyId && region && service === 's3' ? { accessKeyId, region } : undefined
}

/** Signs the request again, as the vendor's host saw it, and compares. */
function verify(request: FastifyRequest, world: World): void {
  const { region, accessKeyId } = credentialOf(request) ?? { region: '', accessKeyId: '' }
  const url = new URL(request.url, 'http://sandbox')
  const inUrl = url.searchParams.get('X-Amz-Signature')
  const headers = request.headers as Record<string, string>
  const given = inUrl ?? /Signature=([0-9a-f]{64})/.exec(headers.authorization ?? '')?.[1] ?? ''
  const at = instantOf(inUrl === null ? headers['x-amz-date'] : url.searchParams.get('X-Amz-Date'))
  const life = inUrl === null ? 900_000 : Number(url.searchParams.get('X-Amz-Expires')) * 1_000
  const age = world.now() - at
  if (!(age < life && age > -900_000))
    throw inUrl === null
      ? failure(
          403,
          'RequestTimeTooSkewed',
          'The difference between the request time and the current time is too large.',
        )
      : failure(403, 'AccessDenied', 'Request has expired')
  url.searchParams.delete('X-Amz-Signature')
  const named = /SignedHeaders=([^,\s]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? []
  const bytes = world.bytesOf(request)
  const signed = aws4.sign(
    {
      service: 's3',
      region,
      method: request.method,
      host: `s3.${region}.amazonaws.com`,
      path: inUrl === null ? url.pathname + url.search : `${url.pathname}?${url.searchParams}`,
      headers: Object.fromEntries(named.filter((name) => name !== 'host').map((name) => [name, headers[name] ?? ''])),
      ...(bytes.length === 0 ? {} : { body: bytes }),
      signQuery: inUrl !== null,
    },
    { accessKeyId, secretAccessKey: sandboxKeys.secretAccessKey },
  )
  const expected =
    inUrl === null
      ? /Signature=([0-9a-f]{64})/.exec(String(signed.headers?.Authorization))?.[1]
      : new URLSearchParams(signed.path?.split('?')[1]).get('X-Amz-Signature')
  const isSame = expected?.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given))
  const claimed = headers['x-amz-content-sha256']
  if (!isSame)
    throw failure(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    )
  if (inUrl === null && claimed !== createHash('sha256').update(bytes).digest('hex'))
    throw failure(
      400,
      'XAmzContentSHA256Mismatch',
      'The provided x-amz-content-sha256 header does not match what was computed.',
    )
}

const instantOf = (basic: string | null | undefined): number =>
  Date.parse((basic ?? '').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))

const escapeXml = (text: string): string => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
const empty = (reply: FastifyReply) => reply.removeHeader('content-type').send('')
const failure = (status: number, code: string, message: string) => refusal(status, errorXml(code, message))
const errorXml = (code: string, message: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`

function refuse(failed: Failure): Answer {
  const answer = (status: number, code: string, message: string) => ({ status, body: errorXml(code, message) })
  switch (failed.kind) {
    case 'unauthorized':
      return failed.reason === 'missing'
        ? answer(403, 'AccessDenied', 'Access Denied')
        : answer(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.')
    case 'forbidden':
      return answer(403, 'AccessDenied', 'Access Denied')
    case 'rate_limited':
      return {
        ...answer(503, 'SlowDown', 'Please reduce your request rate.'),
        headers: { 'retry-after': String(failed.retryAfterSeconds) },
      }
    case 'unavailable':
      return answer(failed.status, 'InternalError', 'We encountered an internal error. Please try again.')
    case 'invalid':
      return answer(400, 'InvalidArgument', failed.faults.map(({ path, message }) => `${path} ${message}`).join('; '))
    default:
      return answer(404, 'NoSuchKey', 'The specified key does not exist.')
  }
}
