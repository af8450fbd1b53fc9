import { createHash } from 'node:crypto'
import { ApiError, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { chooseIntegration } from '../integrations/choice.ts'
import type { Runner } from '../integrations/runner.ts'
import type { OperationName } from '../kit/capabilities.ts'
import { ConnectorError } from '../kit/errors.ts'
import { failureOf, type OperationInput, type OperationOutput, type OperationResult } from '../kit/result.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import type { Templates } from '../templates/templates.ts'
import { chunksOf } from './chunks.ts'
import { contentTypeOf } from './content-type.ts'
import {
  type FileRow,
  findFile,
  finishFile,
  forgetFile,
  insertFile,
  listFiles,
  listUnfinished,
  markDeleting,
} from './queries.ts'
import type { File, FileFilter, Link } from './schema.ts'

/** A file on its way in. */
export type NewFile = {
  name: string
  contentType?: string | undefined
  content: AsyncIterable<Uint8Array> | Uint8Array
  /** Whether the source was cut off by a limit of its own; asked at its end. */
  wasCut?(): boolean
}

/** One piece in memory at a time, and above the 5 MiB that S3 wants of each part but the last. */
const partBytes = 8 * 1_048_576
const dayMs = 86_400_000
const housekeeping = 'storage.housekeeping'

export type Storage = ReturnType<typeof createStorage>

/**
 * Keeps files in the storage that a workspace has connected. What a storage does, and that there is none, is a result and breaks no
 * flow; what the caller did wrong is thrown. No transaction is open while bytes travel.
 */
export function createStorage(deps: {
  config: Pick<Config, 'TENON_FILE_LIMIT' | 'TENON_FILE_TYPES'>
  database: Database
  engine: Pick<Engine, 'define' | 'every'>
  runner: Runner
  templates: Pick<Templates, 'find'>
  clock: Clock
  log: Log
}) {
  const { config, database, engine, runner, templates, clock, log } = deps
  const limit = config.TENON_FILE_LIMIT

  engine.define(housekeeping, { delivers: false, run: clearAway })
  engine.every('29 * * * *', housekeeping)

  /**
   * Stores a file and answers it.
   * @throws ApiError PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE
   */
  async function upload(workspaceId: string, file: NewFile, folder = 'files'): Promise<OperationResult<File>> {
    const chosen = await database.inWorkspace(workspaceId, (tx) =>
      chooseIntegration(tx, workspaceId, templates, 'storage.put'),
    )
    if (!chosen) return failureOf(noStorage())
    const content = file.content instanceof Uint8Array ? [file.content] : file.content
    const chunks = chunksOf(content as AsyncIterable<Uint8Array>, partBytes)
    const first = await chunks.next()
    const head = first.value ?? Buffer.alloc(0)
    const contentType = await contentTypeOf(head, file.contentType, config.TENON_FILE_TYPES)
    const id = newId(clock)
    const createdAt = new Date(clock.now())
    const name = plainName(file.name)
    const key = `${folder}/${createdAt.toISOString().slice(0, 7)}/${id}-${keyName(name)}`
    const row = { workspaceId, id, integrationId: chosen.row.id, key, folder, name, contentType, createdAt }
    await database.inWorkspace(workspaceId, (tx) => insertFile(tx, { ...row, status: 'uploading' }))

    const hash = createHash('sha256')
    let size = 0
    /** Counts what passes. @throws ApiError PAYLOAD_TOO_LARGE */
    const counted = (piece: Buffer): Buffer => {
      size += piece.length
      hash.update(piece)
      if (size > limit || file.wasCut?.()) throw tooLarge(limit)
      return piece
    }
    const run = <Name extends OperationName>(operation: Name, input: OperationInput<Name>) =>
      runner.run(workspaceId, chosen.row.id, operation, input)
    try {
      const result = await send({ run, key, contentType, head: counted(head), rest: chunks, counted })
      if (!result.success) {
        await giveUp(row)
        return result
      }
    } catch (error) {
      await giveUp(row)
      throw error
    }
    const sha256 = hash.digest()
    await database.inWorkspace(workspaceId, (tx) => finishFile(tx, workspaceId, id, { size, sha256, contentType }))
    return { success: true, data: answerOf({ ...row, size, sha256, status: 'stored' }) }
  }

  /** Whether anything arrived is not always known: it is deleted by and by, and nobody sees it until then. */
  const giveUp = ({ workspaceId, id }: Pick<FileRow, 'workspaceId' | 'id'>) =>
    database.inWorkspace(workspaceId, (tx) => markDeleting(tx, workspaceId, id))
  const forget = ({ workspaceId, id }: Pick<FileRow, 'workspaceId' | 'id'>) =>
    database.inWorkspace(workspaceId, (tx) => forgetFile(tx, workspaceId, id))

  /** @throws ApiError NOT_FOUND */
  async function need(workspaceId: string, by: { id: string } | { key: string }): Promise<FileRow> {
    const row = await database.inWorkspace(workspaceId, (tx) => findFile(tx, workspaceId, by))
    if (!row) throw notFound('file')
    return row
  }

  /** Makes a link to a file. @throws ApiError NOT_FOUND */
  async function link(
    workspaceId: string,
    by: { id: string } | { key: string },
    options: { expiresInSeconds?: number | undefined; download?: boolean | undefined } = {},
  ): Promise<OperationResult<Link>> {
    const row = await need(workspaceId, by)
    if (row.integrationId === null) return failureOf(noStorage())
    const result = await runner.run(workspaceId, row.integrationId, 'storage.url', {
      key: row.key,
      expiresInSeconds: options.expiresInSeconds ?? 3_600,
      ...(options.download === true ? { downloadName: row.name } : {}),
    })
    if (!result.success) return result
    return { success: true, data: { url: result.data.url, expiresAt: result.data.expiresAt.toISOString() } }
  }

  /** Deletes a file. What the storage does not do now is tried again later, and the file is gone for everybody else. @throws ApiError NOT_FOUND */
  async function remove(workspaceId: string, by: { id: string } | { key: string }): Promise<OperationResult<null>> {
    const row = await need(workspaceId, by)
    await database.inWorkspace(workspaceId, (tx) => markDeleting(tx, workspaceId, row.id))
    const result = await clear(row)
    return result.success ? { success: true, data: null } : result
  }

  async function clear(row: FileRow): Promise<OperationResult<void>> {
    const { workspaceId, integrationId, key } = row
    const result: OperationResult<void> =
      integrationId === null
        ? { success: true, data: undefined }
        : await runner.run(workspaceId, integrationId, 'storage.delete', { key })
    if (result.success) await forget(row)
    return result
  }

  /** Clears away what was given up half-way, and what could not be deleted at once. */
  async function clearAway(): Promise<void> {
    const rows = await listUnfinished(database.hub, new Date(clock.now() - dayMs), 500)
    for (const row of rows) {
      const result = await clear(row)
      if (!result.success)
        log.info({ fileId: row.id, errorCode: result.errorCode }, 'Storage: a file could not be cleared away yet')
    }
  }

  return {
    upload,
    link,
    remove,
    get: async (workspaceId: string, id: string): Promise<File> => answerOf(await need(workspaceId, { id })),
    async list(workspaceId: string, { folder, cursor, limit: most = defaultLimit }: FileFilter) {
      const [belowId] = decodeCursor(cursor, [idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        listFiles(tx, workspaceId, { folder, belowId, limit: most + 1 }),
      )
      const { items, nextCursor } = cutPage(rows, most, ({ id }) => [id])
      return { items: items.map(answerOf), nextCursor }
    },
  }
}

type Run = <Name extends OperationName>(
  operation: Name,
  input: OperationInput<Name>,
) => Promise<OperationResult<OperationOutput<Name>>>

/** Sends a small file whole and a large one in parts; what breaks off in the middle is abandoned there, too. */
async function send(given: {
  run: Run
  key: string
  contentType: string
  head: Buffer
  rest: AsyncGenerator<Buffer>
  counted(piece: Buffer): Buffer
}): Promise<OperationResult<unknown>> {
  const { run, key, contentType, head, rest, counted } = given
  if (head.length < partBytes) return await run('storage.put', { key, content: head, contentType })
  const started = await run('storage.startUpload', { key, contentType })
  if (!started.success) return started
  const { uploadId } = started.data
  const parts: { part: number; etag: string }[] = []
  let done = false
  try {
    for (let piece: Buffer | undefined = head; piece; ) {
      const part = parts.length + 1
      const result = await run('storage.putPart', { key, uploadId, part, content: piece })
      if (!result.success) return result
      parts.push({ part, etag: result.data.etag })
      const next: IteratorResult<Buffer> = await rest.next()
      piece = next.done ? undefined : counted(next.value)
    }
    const result = await run('storage.finishUpload', { key, uploadId, parts })
    done = result.success
    return result
  } finally {
    if (!done) await run('storage.abandonUpload', { key, uploadId })
  }
}

const noStorage = () =>
  new ConnectorError('INTEGRATION_NOT_ACTIVE', 'No storage is connected: connect S3 storage or the local disk.')
const tooLarge = (limit: number) =>
  new ApiError('PAYLOAD_TOO_LARGE', `The file is larger than ${limit} bytes, which is the most that this hub keeps.`)

/** A name without folders and control characters. */
const plainName = (name: string): string => {
  const last = (name.split(/[\\/]/).at(-1) ?? '')
    .replace(/\p{Cc}/gu, '')
    .toWellFormed()
    .trim()
  return last === '' || last === '.' || last === '..' ? 'file' : last.slice(0, 200)
}

/** What of a name stands in a key: every storage and file system takes it. */
const keyName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(-80) || 'file'

const answerOf = ({ id, key, folder, name, contentType, size, sha256, integrationId, createdAt }: FileRow): File => ({
  ...{ id, key, folder, name, contentType, size, integrationId },
  sha256: sha256?.toString('hex') ?? null,
  createdAt: createdAt.toISOString(),
})
