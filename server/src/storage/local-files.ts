import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, opendir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ConnectorError } from '../kit/errors.ts'
import type { LocalFiles } from '../kit/local-files.ts'
import { isId } from '../lib/ids.ts'
import type { Vault } from '../lib/vault.ts'

/** What a link leads to. */
export type Linked = { path: string; name: string; downloadName: string | undefined }

const context = 'local-file'

/**
 * Keeps files below a folder: `<workspace>/files/<key>`, and what is not finished in `<workspace>/uploads`. Links are sealed, so that they
 * tell nothing and nobody makes one up.
 */
export function createLocalFiles(options: { folder: string; vault: Vault; publicUrl(): string }): LocalFiles & {
  /** What a link leads to; undefined where it leads nowhere, has expired, or the file is gone. */
  follow(token: string, now: Date): Promise<Linked | undefined>
} {
  const { folder, vault, publicUrl } = options
  const rootOf = (workspaceId: string, part: 'files' | 'uploads'): string => {
    if (!isId(workspaceId)) throw new TypeError('A workspace id is a UUID.')
    return join(folder, workspaceId, part)
  }
  /** @throws ConnectorError where the key would lead out of the workspace's folder */
  const pathOf = (workspaceId: string, key: string): string => {
    const root = rootOf(workspaceId, 'files')
    const path = join(root, key)
    if (!path.startsWith(root + sep) || key.includes('\0'))
      throw new ConnectorError('VENDOR_REJECTED', 'The key leads out of the workspace (VENDOR_REJECTED)')
    return path
  }
  const uploadOf = (workspaceId: string, uploadId: string): string => {
    if (!isId(uploadId)) throw noUpload()
    return join(rootOf(workspaceId, 'uploads'), uploadId)
  }
  /** Where a file grows before it has its name. */
  const draftOf = async (workspaceId: string): Promise<string> => {
    const drafts = rootOf(workspaceId, 'uploads')
    await mkdir(drafts, { recursive: true })
    return join(drafts, `${randomUUID()}.draft`)
  }
  const publish = async (draft: string, path: string): Promise<void> => {
    await mkdir(dirname(path), { recursive: true })
    await rename(draft, path)
  }

  return {
    put: (workspaceId, key, content) =>
      onDisk(async () => {
        const path = pathOf(workspaceId, key)
        const draft = await draftOf(workspaceId)
        await writeFile(draft, content, { flush: true })
        await publish(draft, path)
      }),

    startUpload: (workspaceId) =>
      onDisk(async () => {
        const uploadId = randomUUID()
        await mkdir(uploadOf(workspaceId, uploadId), { recursive: true })
        return uploadId
      }),

    putPart: (workspaceId, uploadId, part, content) =>
      onDisk(async () => {
        await writeFile(join(uploadOf(workspaceId, uploadId), String(part)), content).catch(asNoUpload)
      }),

    finishUpload: (workspaceId, uploadId, key, parts) =>
      onDisk(async () => {
        const path = pathOf(workspaceId, key)
        const upload = uploadOf(workspaceId, uploadId)
        const draft = await draftOf(workspaceId)
        for (const part of parts) {
          const source = createReadStream(join(upload, String(part)))
          await pipeline(source, createWriteStream(draft, { flags: 'a', flush: true })).catch(asNoUpload)
        }
        await publish(draft, path)
        await rm(upload, { recursive: true, force: true })
      }),

    abandonUpload: (workspaceId, uploadId) =>
      onDisk(() => rm(uploadOf(workspaceId, uploadId), { recursive: true, force: true })),

    remove: (workspaceId, key) => onDisk(() => rm(pathOf(workspaceId, key), { force: true })),

    async *list(workspaceId, prefix = '') {
      const root = rootOf(workspaceId, 'files')
      for await (const path of filesBelow(root)) {
        const key = relative(root, path).split(sep).join('/')
        if (!key.startsWith(prefix)) continue
        const { size, mtime } = await stat(path)
        yield { key, size, modifiedAt: mtime }
      }
    },

    link({ workspaceId, key, expiresAt, downloadName }) {
      pathOf(workspaceId, key)
      const target = JSON.stringify([workspaceId, key, expiresAt.getTime(), downloadName])
      return `${publicUrl()}/files/${vault.seal(target, context)}`
    },

    async follow(token, now) {
      const [workspaceId, key, expiresAt, downloadName] = targetOf(vault, token) ?? []
      if (workspaceId === undefined || key === undefined || !(Number(expiresAt) > now.getTime())) return undefined
      const path = pathOf(workspaceId, key)
      const found = await stat(path).catch(() => undefined)
      return found?.isFile()
        ? { path, name: key.split('/').at(-1)!, downloadName: downloadName ?? undefined }
        : undefined
    },
  }
}

function targetOf(vault: Vault, token: string): [string, string, number, string | null] | undefined {
  try {
    return JSON.parse(vault.open(token, context)) as [string, string, number, string | null]
  } catch {
    return undefined
  }
}

async function* filesBelow(folder: string): AsyncIterable<string> {
  const entries = await opendir(folder).catch(() => undefined)
  if (!entries) return
  for await (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.isFile()) yield path
  }
}

/** What goes wrong with the disk is told as a vendor's failure is; paths stay here. */
async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof ConnectorError) throw cause
    const { code = 'no code' } = cause as NodeJS.ErrnoException
    const why = code === 'ENOSPC' ? 'it is full' : `it answers ${code}`
    throw new ConnectorError('PROCESSING_ERROR', `Local disk cannot do this: ${why} (PROCESSING_ERROR)`, { cause })
  }
}

const noUpload = () => new ConnectorError('NOT_FOUND', 'Local disk has no such upload or part (NOT_FOUND)')
const asNoUpload = (error: NodeJS.ErrnoException): never => {
  throw error.code === 'ENOENT' ? noUpload() : error
}
