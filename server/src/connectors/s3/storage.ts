import {
  ConnectorError,
  type Offered,
  type OperationInput,
  type StoredFile,
  type VendorAnswer,
} from '../../kit/index.ts'
import { bucketUrl, ownKey, pathOf, wholeKey } from './places.ts'
import type { S3Context } from './settings.ts'
import { signedUrl } from './signing.ts'
import { escapeXml, readXml } from './xml.ts'

type Listed = { Key: string; Size: string; ETag?: string; LastModified?: string }

const fallbackType = 'application/octet-stream'
/** A part of 16 MiB takes a while on a slow line. */
const transferMs = 120_000

export const storage = {
  async put(context: S3Context, { key, content, contentType = fallbackType }: OperationInput<'storage.put'>) {
    const answer = await context.http.request('PUT', pathOf(context, key), {
      bytes: { content, type: contentType },
      timeoutMs: transferMs,
    })
    return { key, size: content.length, contentType, etag: etagOf(answer) }
  },

  async startUpload(context: S3Context, { key, contentType = fallbackType }: OperationInput<'storage.startUpload'>) {
    const body = await context.http.post<string>(pathOf(context, key), undefined, {
      query: { uploads: '' },
      headers: { 'content-type': contentType },
      // One that is begun twice leaves one that is never finished, which is of no use to anybody and does no harm.
      repeatable: true,
    })
    const result = readXml(body)?.InitiateMultipartUploadResult as { UploadId?: string } | undefined
    if (!result?.UploadId)
      throw new ConnectorError('PROCESSING_ERROR', 'S3 storage did not begin the upload (PROCESSING_ERROR)')
    return { uploadId: result.UploadId }
  },

  async putPart(context: S3Context, { key, uploadId, part, content }: OperationInput<'storage.putPart'>) {
    const answer = await context.http.request('PUT', pathOf(context, key), {
      query: { partNumber: part, uploadId },
      bytes: { content, type: fallbackType },
      timeoutMs: transferMs,
    })
    return { etag: etagOf(answer) ?? '' }
  },

  async finishUpload(context: S3Context, { key, uploadId, parts }: OperationInput<'storage.finishUpload'>) {
    const listed = parts
      .toSorted((left, right) => left.part - right.part)
      .map(({ part, etag }) => `<Part><PartNumber>${part}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`)
    const xml = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${listed.join('')}</CompleteMultipartUpload>`
    const body = await context.http.post<string>(pathOf(context, key), undefined, {
      query: { uploadId },
      bytes: { content: Buffer.from(xml), type: 'application/xml' },
      timeoutMs: transferMs,
    })
    // S3 answers 200 before it is done, and may tell a failure in the body.
    const result = readXml(body) as
      | { CompleteMultipartUploadResult?: { ETag?: string }; Error?: { Message?: string } }
      | undefined
    if (!result?.CompleteMultipartUploadResult)
      throw new ConnectorError(
        'PROCESSING_ERROR',
        `S3 storage could not put the parts together: ${result?.Error?.Message ?? 'it did not say why'} (PROCESSING_ERROR)`,
      )
    return { key, etag: result.CompleteMultipartUploadResult.ETag?.replaceAll('"', '') }
  },

  async abandonUpload(context: S3Context, { key, uploadId }: OperationInput<'storage.abandonUpload'>) {
    await context.http.delete(pathOf(context, key), { uploadId }, { accept: [404] })
  },

  async url(context: S3Context, { key, expiresInSeconds, downloadName }: OperationInput<'storage.url'>) {
    const url = bucketUrl(context.settings) + pathOf(context, key)
    const parameters: Record<string, string> =
      downloadName === undefined
        ? {}
        : { 'response-content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(downloadName)}` }
    return {
      url: signedUrl(context, url, expiresInSeconds, parameters),
      expiresAt: new Date(context.now().getTime() + expiresInSeconds * 1_000),
    }
  },

  async delete(context: S3Context, { key }: OperationInput<'storage.delete'>) {
    await context.http.delete(pathOf(context, key), undefined, { accept: [404] })
  },

  async *list(context: S3Context, { prefix }: OperationInput<'storage.list'>) {
    for await (const { Key, Size, ETag, LastModified } of context.http.pages<Listed>('', {
      prefix: wholeKey(context, prefix),
    }))
      yield {
        key: ownKey(context, Key),
        size: Number(Size),
        ...(ETag === undefined ? {} : { etag: ETag.replaceAll('"', '') }),
        ...(LastModified === undefined ? {} : { modifiedAt: new Date(LastModified) }),
      } satisfies StoredFile
  },
} satisfies { [name in keyof NonNullable<Offered['storage']>]: unknown }

const etagOf = ({ headers }: VendorAnswer<unknown>): string | undefined => headers.etag?.replaceAll('"', '')
