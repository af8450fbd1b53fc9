import type { StoredFile } from './models.ts'

/**
 * Files on the hub's own disk. Every key is of one workspace, relative to its folder, and leads nowhere else.
 * @throws ConnectorError NOT_FOUND where an upload is not there, PROCESSING_ERROR where the disk fails
 */
export type LocalFiles = {
  put(workspaceId: string, key: string, content: Uint8Array): Promise<void>
  startUpload(workspaceId: string): Promise<string>
  putPart(workspaceId: string, uploadId: string, part: number, content: Uint8Array): Promise<void>
  /** Puts the parts together in this order; nobody sees half a file. */
  finishUpload(workspaceId: string, uploadId: string, key: string, parts: readonly number[]): Promise<void>
  abandonUpload(workspaceId: string, uploadId: string): Promise<void>
  remove(workspaceId: string, key: string): Promise<void>
  list(workspaceId: string, prefix?: string): AsyncIterable<StoredFile>
  /** A link that works without credentials until it expires. */
  link(file: { workspaceId: string; key: string; expiresAt: Date; downloadName?: string | undefined }): string
}
