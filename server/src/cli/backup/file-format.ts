/*
 * A backup is one gzip stream of frames, each a letter, a length (4 bytes, big endian) and that many bytes:
 *
 *   H   header, JSON; always the first
 *   T   a table begins, JSON; then
 *   D   a piece of its rows, in PostgreSQL's COPY text format
 *   E   the table ends, JSON with its number of rows
 *   Z   trailer, JSON with the SHA-256 of all frames before it; always the last
 *
 * Nothing in it depends on the machine or on PostgreSQL's version.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

export const formatVersion = 1
const magic = 'tenon-backup'
// COPY hands on pieces of 64 KiB, or one row where that is longer; a longer frame is a damaged length.
const longestFrame = 64 * 1_048_576

export type Header = {
  magic: typeof magic
  format: number
  /** The Tenon that wrote it. */
  version: string
  createdAt: string
  migration: { version: number; checksum: string }
  tables: TableHeader[]
}
export type TableHeader = { name: string; columns: string[]; rows: number; partitions: Partition[] }
/** A partition of a partitioned table; `bounds` as PostgreSQL writes them: `FOR VALUES FROM (…) TO (…)`. */
export type Partition = { name: string; bounds: string }
export type Trailer = { sha256: string }
export type Frame =
  | { type: 'H'; value: Header }
  | { type: 'T'; value: { name: string } }
  | { type: 'D'; bytes: Buffer }
  | { type: 'E'; value: { rows: number } }
  | { type: 'Z'; value: Trailer }

/** The file is not a backup, or not a whole one, or was changed. */
export class BackupFileError extends Error {
  override name = 'BackupFileError'
}

/** Makes the header of a backup written now. */
export const headerOf = (about: Omit<Header, 'magic' | 'format'>): Header => ({
  magic,
  format: formatVersion,
  ...about,
})

/** Turns frames into bytes, and ends them with the trailer. */
export async function* encode(frames: AsyncIterable<Exclude<Frame, { type: 'Z' }>>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const frame of frames) {
    const bytes = encodeFrame(frame.type, frame.type === 'D' ? frame.bytes : JSON.stringify(frame.value))
    hash.update(bytes)
    yield bytes
  }
  yield encodeFrame('Z', JSON.stringify({ sha256: hash.digest('hex') } satisfies Trailer))
}

function encodeFrame(type: Frame['type'], body: Buffer | string): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const head = Buffer.alloc(5, type)
  head.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}

/**
 * Reads the frames of a file, and checks along the way that it is whole and unchanged.
 * @throws BackupFileError at the latest at its end, so nothing may be committed before that
 */
export async function* readFrames(path: string): AsyncGenerator<Frame> {
  const bytes = bytesOf(path)
  const hash = createHash('sha256')
  for (let first = true; ; first = false) {
    const head = await bytes.read(5)
    const type = head.toString('latin1', 0, 1)
    const length = head.readUInt32BE(1)
    if (!'HTDEZ'.includes(type) || length > longestFrame || (first && type !== 'H')) throw notABackup(path, first)
    const body = await bytes.read(length)
    if (type === 'D') yield { type, bytes: body }
    else {
      const frame = { type, value: parse(path, body) } as Exclude<Frame, { type: 'D' }>
      if (frame.type === 'H') checkHeader(path, frame.value)
      if (frame.type === 'Z') {
        if (frame.value.sha256 !== hash.digest('hex'))
          throw new BackupFileError(`${path} was changed after it was written: its checksum is wrong.`)
        if (!(await bytes.atEnd()))
          throw new BackupFileError(`${path} goes on after its end: it was changed after it was written.`)
        yield frame
        return
      }
      yield frame
    }
    hash.update(head).update(body)
  }
}

function parse(path: string, body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    throw notABackup(path, false)
  }
}

function checkHeader(path: string, header: Header): void {
  if (header.magic !== magic) throw notABackup(path, true)
  if (header.format !== formatVersion) {
    throw new BackupFileError(
      `${path} is a backup of format ${header.format}, and this Tenon reads format ${formatVersion}: restore it with Tenon ${header.version} or a newer one.`,
    )
  }
}

/** Reads a compressed file in pieces of the size that is asked for. */
function bytesOf(path: string) {
  const gunzip = createGunzip()
  const file = createReadStream(path)
  file.on('error', (error) => gunzip.destroy(error))
  const chunks = file.pipe(gunzip)[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let waiting: Buffer[] = []
  let size = 0

  async function more(): Promise<boolean> {
    const chunk = await chunks.next().catch((cause: unknown) => {
      throw readError(path, cause)
    })
    if (chunk.done) return false
    waiting.push(chunk.value)
    size += chunk.value.length
    return true
  }

  return {
    read: async (length: number): Promise<Buffer> => {
      while (size < length) if (!(await more())) throw cutShort(path)
      const all = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting, size)
      waiting = [all.subarray(length)]
      size -= length
      return all.subarray(0, length)
    },
    atEnd: async () => size === 0 && !(await more()),
  }
}

function readError(path: string, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT') return new BackupFileError(`There is no file ${path}.`, { cause })
  if (code === 'Z_BUF_ERROR') return cutShort(path)
  if (code?.startsWith('Z_'))
    return new BackupFileError(`${path} is not a backup of Tenon, or is damaged: ${message}.`, { cause })
  return cause as Error
}

const cutShort = (path: string) => new BackupFileError(`${path} is cut short: it is not the whole of a backup.`)

const notABackup = (path: string, first: boolean) =>
  new BackupFileError(first ? `${path} is not a backup of Tenon.` : `${path} is damaged.`)
