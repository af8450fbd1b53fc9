import { ConnectorError, type Context, defineConnector, noAuth, type StoredFile, Type } from '../../kit/index.ts'

export const localDisk = defineConnector({
  id: 'local-disk',
  name: 'Local disk',
  category: 'storage',
  description: "Keeps files on the hub's own disk, in a folder of the workspace.",
  docs: 'https://nodejs.org/api/fs.html',
  apiVersion: '1',
  settings: Type.Object({}),
  auth: [noAuth()],

  http: {
    // Nothing is called: the disk is here.
    baseUrl: 'http://localhost',
    rateLimit: { requests: 1_000, perMs: 1_000 },
    concurrency: 16,
  },

  /** Stores and deletes: a disk may be full, or not writable. */
  async check(context) {
    const { files, workspaceId } = here(context)
    await files.put(workspaceId, '.tenon-check', Buffer.from('ok'))
    await files.remove(workspaceId, '.tenon-check')
    return { name: "The hub's disk" }
  },

  capabilities: {
    storage: {
      async put(context, { key, content, contentType }) {
        const { files, workspaceId } = here(context)
        await files.put(workspaceId, key, content)
        return { key, size: content.length, ...(contentType === undefined ? {} : { contentType }) }
      },
      async startUpload(context) {
        const { files, workspaceId } = here(context)
        return { uploadId: await files.startUpload(workspaceId) }
      },
      async putPart(context, { uploadId, part, content }) {
        const { files, workspaceId } = here(context)
        await files.putPart(workspaceId, uploadId, part, content)
        return { etag: String(part) }
      },
      async finishUpload(context, { key, uploadId, parts }) {
        const { files, workspaceId } = here(context)
        const numbers = parts.map(({ part }) => part).toSorted((left, right) => left - right)
        await files.finishUpload(workspaceId, uploadId, key, numbers)
        return { key, etag: undefined }
      },
      async abandonUpload(context, { uploadId }) {
        const { files, workspaceId } = here(context)
        await files.abandonUpload(workspaceId, uploadId)
      },
      async url(context, { key, expiresInSeconds, downloadName }) {
        const { files, workspaceId } = here(context)
        const expiresAt = new Date(context.now().getTime() + expiresInSeconds * 1_000)
        return { url: files.link({ workspaceId, key, expiresAt, downloadName }), expiresAt }
      },
      async delete(context, { key }) {
        const { files, workspaceId } = here(context)
        await files.remove(workspaceId, key)
      },
      async *list(context, { prefix }): AsyncIterable<StoredFile> {
        const { files, workspaceId } = here(context)
        yield* files.list(workspaceId, prefix)
      },
    },
  },
})

/** The disk, and whose part of it. */
function here({ localFiles, workspaceId }: Pick<Context, 'localFiles' | 'workspaceId'>) {
  if (!localFiles) throw new ConnectorError('NOT_SUPPORTED', 'This hub keeps no files on its disk (NOT_SUPPORTED)')
  return { files: localFiles, workspaceId }
}
